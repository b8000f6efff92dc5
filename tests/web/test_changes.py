"""The change page: two rounds compared down to each question, or why not; the same in every file."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine

from tests import build
from tests.agreed import YEAR, agreed
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from tests.web.test_baselines import tamper
from vfm import cli
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, answers_to_json
from vfm.questionnaires.schema import Cap, Comparison, Method, Questionnaire, RuleRow, RuleTable, Scoring
from vfm.store import meanings
from vfm.store.database import transaction

SignedIn = Callable[[str], Browser]


def asked(*, weight: float = 1, version: int = 1, **texts: str) -> Questionnaire:
    """Section A of two questions (`weight`), section B of four; `texts` gives a question other words."""
    said = {key: {"text": texts[key]} if key in texts else {} for key in ("A1", "A2", "B1", "B2", "B3", "B4")}
    ones = {key: build.scale_question(key, **more) for key, more in said.items()}
    return build.questionnaire(
        build.section("A", ones["A1"], ones["A2"], weight=weight, title="Aims"),
        build.section("B", ones["B1"], ones["B2"], ones["B3"], ones["B4"], title="Balance"),
        key="asked",
        version=version,
    )


def levels(*given: int, evidence: str = "verified") -> dict[str, Answer]:
    keys = ("A1", "A2", "B1", "B2", "B3", "B4")
    return {key: build.answer(level, evidence) for key, level in zip(keys, given, strict=False)}


BEFORE, AFTER = levels(1, 2, 2, 2, 2, 2), levels(4, 2, 2, 2, 2, 1)


@pytest.fixture
def pair(engine: Engine, council: SmallCouncil) -> Callable[..., tuple[int, int]]:
    """`pair(then, before, now, after)`: two agreed rounds of Libraries; their assessments."""

    def made(
        then: Questionnaire, before: Mapping[str, Answer], now: Questionnaire, after: Mapping[str, Answer]
    ) -> tuple[int, int]:
        first = agreed(engine, council, then, {"LIB": before}, name="Rollout 2025", at=NOW - YEAR)
        more = {"name": "Rollout 2026", "template_id": first.template_id}
        second = agreed(engine, council, now, {"LIB": after}, **more)  # type: ignore[arg-type]
        return first.assessments["LIB"], second.assessments["LIB"]

    return made


def page_of(council: SmallCouncil, browser: Browser, query: str = "") -> Page:
    return browser.open(f"/services/{council.services['LIB']}/change{query}")


def cells(page: Page, caption: str) -> list[list[str]]:
    table = next(t for t in page.soup.select("main table") if caption in words(t.caption))
    return [[words(cell) for cell in row.select("th, td")] for row in table.select("tbody tr, tfoot tr")]


def tenths(text: str) -> int:
    return round(10 * float(text.replace("−", "-")))


def test_a_change_is_taken_apart_and_adds_up_as_printed(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    pair(asked(), BEFORE, asked(weight=2, version=2), AFTER)
    page = page_of(council, signed_in("director"))
    # Then: A = (0 + 33.3) / 2 = 16.7, B = 33.3, overall 25. Now, weighted as then: A = 133.3 / 2 = 66.7,
    # B = (3 x 33.3 + 0) / 4 = 25, overall 45.8: answers +20.8. As weighted now (2 x 66.7 + 25) / 3 = 52.8:
    # weights +6.9.
    assert page.heading == "Libraries: change since the baseline"
    assert (
        "Like for like, up 20.8 points since Rollout 2025, more than the doubt in the evidence." in page.text
    )
    assert "from 25.0 to 52.8" in page.text
    steps = [row[1] for row in cells(page, "The reported score rose by 27.8 points: answers +20.8")]
    assert steps == ["25.0", "+20.8", "+7.0", "0.0", "52.8"]
    # Of 20.8, section A moved (66.7 - 16.7) / 2 = 25.0 and B (25 - 33.3) / 2 = -4.2.
    assert [row[-1] for row in cells(page, "Change by section")] == ["+25.0", "−4.2", "+20.8"]
    moved = cells(page, "Questions answered differently")
    assert [row[-1] for row in moved] == ["+25.0", "−4.2", "+20.8"]
    assert moved[0][1:3] == ["1: Not in place", "4: Embedded and improving"]
    assert "4 compared questions worth what it was then" in page.text
    for row in cells(page, "Change by section"):
        assert tenths(row[1]) + sum(tenths(one) for one in row[2:5]) == tenths(row[5])


def test_common_weight_and_materiality_are_said_with_their_thresholds(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    weak = levels(1, 2, 2, 2, 2, 2, evidence="none"), levels(2, 2, 2, 2, 2, 2, evidence="none")
    pair(asked(), weak[0], asked(version=2), weak[1])
    text = page_of(council, signed_in("viewer")).text
    assert "100% of the answered weight in Rollout 2025 and 100% of it in Rollout 2026" in text
    assert "It takes 70% on both sides." in text
    # An answer without evidence: 1.5 x 33.3 / 2 = 25 points. A: 2 x (1/4)^2, B: 4 x (1/8)^2, so 3/16 x 25^2 a
    # side; both sides: sqrt(2 x 117.2) = 15.3, and 1.96 times that 30.0. It moved by 33.3 / 4 = 8.3.
    assert "+8.3 is not material" in text
    assert "the larger of two: 5.0 points, and 30.0 points, 1.96 times" in text
    assert "(15.3)" in text


def test_what_is_not_compared_is_listed_by_reason(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    after = AFTER | {"A2": build.na("Outsourced"), "B4": build.dont_know()}
    pair(asked(), BEFORE, asked(version=2, B1="How well is it led?"), after)
    page = page_of(council, signed_in("executive"))
    for told in (
        "Asked in other words, and not marked as meaning the same: 1 question",
        "Does not apply in Rollout 2026: 1 question",
        "No answer in Rollout 2026: 1 question",
        "Does not apply: Outsourced",
        "from version 1 to 2: 1 reworded; 5 of 6 still comparable",
    ):
        assert told in page.text
    # Then B1 1/8, B4 1/8 and A2 1/4 of the weight are not compared: 50 %.
    assert "There is no like-for-like figure: only 50% of the answered weight in Rollout 2025" in page.text


def test_a_question_marked_as_meaning_the_same_is_compared_with_who_said_so(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    first = agreed(engine, council, asked(), {"LIB": BEFORE}, name="Rollout 2025", at=NOW - YEAR)
    reworded = asked(version=2, A1="How very well is it done?")
    second = opened(engine, council, reworded, services=("LIB",), template_id=first.template_id, given=())
    with transaction(engine) as session:
        by = council.people["core_team"]
        meanings.mark(session, second.version_id, reworded, "A1", "Only stressed.", by_id=by, now=NOW)
    third = agreed(
        engine,
        council,
        reworded.model_copy(update={"version": 3}),
        {"LIB": AFTER},
        name="Rollout 2027",
        template_id=first.template_id,
    )
    page = page_of(council, signed_in("core_team"), f"?to={third.assessments['LIB']}")
    assert "1 question in other words, marked as meaning the same" in page.text
    assert "Core Team, 23 November 2026: “Only stressed.”" in page.text
    assert "new: very" in page.text
    assert "Everything that counts was answered both times" in page.text


def test_a_limit_is_scope_and_is_named(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    when = Comparison(question="A1", at_most=1)
    cap = Cap(key="c", when=when, limit=10, reason="Nobody leads it.")
    plain = asked()
    capped = plain.model_copy(
        update={
            "version": 2,
            "sections": (plain.sections[0].model_copy(update={"caps": (cap,)}), plain.sections[1]),
        }
    )
    pair(plain, BEFORE, capped, BEFORE)
    page = page_of(council, signed_in("viewer"))
    assert "Rollout 2026: Aims at most 10. Nobody leads it." in page.text
    assert [row[1] for row in cells(page, "The reported score fell by 3.3 points: scope −3.3")] == [
        "25.0", "0.0", "0.0", "−3.3", "21.7"
    ]  # fmt: skip


def test_a_change_of_method_is_part_of_the_weights_and_said(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    summed = asked(version=2).model_copy(update={"scoring": Scoring(method=Method.SUM)})
    pair(asked(), BEFORE, summed, AFTER)
    text = page_of(council, signed_in("viewer")).text
    assert "The way of scoring changed in between." in text
    assert "What that moves is part of the weights." in text


def test_a_table_of_rules_gives_no_points_and_shows_both_sides(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    table = RuleTable(
        lists={"must": ("M-1",)},
        statuses=("Not yet", "Sound"),
        minimum="Sound",
        rows=tuple(
            RuleRow(lists=(tick,), status="Sound" if tick == "all" else "Not yet")
            for tick in ("all", "some", "none")
        ),
    )
    ruled = build.questionnaire(
        build.section("R", build.yes_no("M-1", text="Is there a plan?"), rule_table=table, title="Rules"),
        scoring=Scoring(method=Method.RULE_TABLE),
    )
    again = ruled.model_copy(update={"version": 2})
    pair(ruled, {"M-1": build.answer("no")}, again, {"M-1": build.answer("yes")})
    page = page_of(council, signed_in("viewer"))
    assert "a status by a table of rules and no points" in page.text
    assert cells(page, "Status of each section") == [["Rules", "Not yet", "Sound (was Not yet)"]]
    assert cells(page, "Questions answered differently") == [["M-1 Is there a plan? Rules", "No", "Yes", "–"]]


def test_two_templates_are_refused_with_the_reason(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    first = agreed(engine, council, asked(), {"LIB": BEFORE}, name="Rollout 2025", at=NOW - YEAR)
    other = asked().model_copy(update={"key": "other", "title": "Another template"})
    second = agreed(engine, council, other, {"LIB": AFTER}, name="Deep dive")
    ids = first.assessments["LIB"], second.assessments["LIB"]
    browser = signed_in("viewer")
    text = page_of(council, browser, f"?from={ids[0]}&to={ids[1]}").text
    assert "Rollout 2025 asked “A test template” and Deep dive asked “Another template”." in text
    assert "Choose two cycles of one template." in text
    address = f"/services/{council.services['LIB']}/change.csv?from={ids[0]}&to={ids[1]}"
    assert "Two templates ask different things" in browser.open(address, expect=422).text
    assert "No two cycles with a result asked the same template" in page_of(council, browser).text
    assert "That is one cycle twice." in page_of(council, browser, f"?from={ids[0]}&to={ids[0]}").text


def test_empty_states_say_why(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    assert "No cycle has a result of this service yet." in page_of(council, browser).text
    agreed(engine, council, asked(), {"LIB": BEFORE}, name="Rollout 2025", at=NOW - YEAR)
    assert "Only Rollout 2025 has a result of this service so far." in page_of(council, browser).text


def test_any_two_rounds_are_chosen_and_the_earlier_stands_first(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rounds, template = [], None
    for number, given in enumerate((BEFORE, AFTER, BEFORE), 1):
        made = agreed(
            engine,
            council,
            asked(version=number),
            {"LIB": given},
            name=f"Rollout {2023 + number}",
            at=NOW - (3 - number) * YEAR,
            template_id=template,
        )
        template = made.template_id
        rounds.append(made.assessments["LIB"])
    browser = signed_in("other_director")
    assert browser.status(f"/services/{council.services['LIB']}/change") == 404
    page = page_of(council, signed_in("director"))
    assert "from 25.0 to 25.0" in page.text
    assert "Like for like, the service stands where it stood in Rollout 2024." in page.text
    later = page.submit("Compare", **{"from": str(rounds[2]), "to": str(rounds[1])})
    assert later.heading == "Libraries: change since Rollout 2025"
    # From 45.8 back to 25: -20.8.
    assert "down 20.8 points since Rollout 2025" in later.text
    assert signed_in("viewer").status(f"/services/{council.services['LIB']}/change?from=9999") == 404


def test_the_files_hold_what_the_page_and_the_command_say(
    council: SmallCouncil,
    signed_in: SignedIn,
    pair: Callable[..., tuple[int, int]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    then, now = asked(), asked(weight=2, version=2, B1="How well is it led?")
    pair(then, BEFORE, now, AFTER)
    page = page_of(council, signed_in("core_team"))
    paths = []
    for number, (questionnaire, given) in enumerate(((then, BEFORE), (now, AFTER))):
        for name, content in (
            ("template", document.to_json(questionnaire)),
            ("answers", answers_to_json(questionnaire, given)),
        ):
            path = tmp_path / f"{name}{number}.json"
            path.write_text(json.dumps(content))
            paths.append(str(path))
    assert cli.main(["change", *paths, "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert json.loads(page.follow("JSON").data) == said  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(io.BytesIO(page.follow("Excel workbook").data))  # type: ignore[attr-defined]
    overall = {row[0].value: row[1].value for row in book["Overall"].iter_rows()}
    assert overall["From the answers"] == said["answers"]
    assert overall["Like-for-like change"] == said["like_for_like"]
    assert [row[0].value for row in book["Sections"].iter_rows(min_row=2)] == ["A", "B"]
    text = page.follow("CSV of the questions").data.decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["Key"]: row for row in csv.DictReader(io.StringIO(text))}
    assert sum(float(row["Moves the overall by"] or 0) for row in rows.values()) == pytest.approx(
        said["answers"]
    )
    assert rows["B1"]["Not compared because"] == "reworded"


def test_a_change_since_a_tampered_baseline_is_refused(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    first, second = pair(asked(), levels(2, 2, 2, 2, 2, 2), asked(version=2), AFTER)
    tamper(engine, council)
    browser = signed_in("core_team")
    assert "is not what was frozen" in page_of(council, browser).text
    address = f"/services/{council.services['LIB']}/change"
    for form in ("csv", "xlsx", "json"):
        text = browser.open(f"{address}.{form}?from={first}&to={second}", expect=422).text
        assert text.count("is not what was frozen") == 1


def test_what_was_kept_at_the_agreement_is_said_where_it_is_another(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    first = agreed(engine, council, asked(), {"LIB": BEFORE}, name="Rollout 2025", at=NOW - YEAR)
    now = asked(version=2, A1="How very well is it done?")
    second = agreed(engine, council, now, {"LIB": AFTER}, name="Rollout 2026", template_id=first.template_id)
    browser = signed_in("core_team")
    assert "When this result was agreed" not in page_of(council, browser).text
    with transaction(engine) as session:
        by = council.people["core_team"]
        meanings.mark(session, second.version_id, now, "A1", "Only stressed.", by_id=by, now=NOW)
    text = page_of(council, browser).text
    # Without A1 the answers moved by B alone: -4.2; with it by +20.8. 75 % of the weight was compared.
    assert re.search(r"there was a like-for-like change of −4\.2\. .* decided otherwise since", text)
    assert "up 20.8 points" in text


def test_the_small_block_on_the_result_leads_to_the_page(
    council: SmallCouncil, signed_in: SignedIn, pair: Callable[..., tuple[int, int]]
) -> None:
    _, second = pair(asked(), BEFORE, asked(weight=2, version=2), AFTER)
    page = signed_in("director").open(f"/assessments/{second}/result")
    printed = [tenths(row[1]) for row in cells(page, "What the change comes from")]
    assert printed == [250, 208, 70, 0, 528]
    assert page.follow("Take the change apart").heading == "Libraries: change since the baseline"
