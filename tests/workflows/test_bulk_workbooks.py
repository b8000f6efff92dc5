"""The workbooks of a whole cycle taken in at once: what is written, what waits, what is refused."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from tests import build
from tests.answered import answered
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import Conflict, Forbidden, NotFound, Problem
from vfm.gateways import answer_workbooks as files
from vfm.gateways.answer_workbooks import Sheets
from vfm.reports.assessment_workbook import assessment_workbook
from vfm.store import content
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Assessment, Cycle, Event, Upload
from vfm.web.answer_workbooks import sheet
from vfm.workflows import answer_workbooks, bulk_workbooks
from vfm.workflows.bulk_workbooks import Became, Taken

ASKED = build.questionnaire(
    build.section(
        "A", build.scale_question("A-01", required=True), build.question("A-02", "number", "How many?")
    ),
    build.section("B", build.question("B-01", "text", "What else?")),
)


@dataclass(frozen=True)
class File:
    """A workbook as the gateway hands it on."""

    name: str
    sheets: Sheets | None
    problems: tuple[Problem, ...] = ()


@dataclass
class Trial:
    """A cycle of three services with the core team's deeds."""

    engine: Engine
    council: SmallCouncil
    made: Round

    def workbook(self, service: str, typed: dict[str, Any]) -> File:
        """The workbook of a service as it is now, with these answers typed over what stands in it."""
        with reading(self.engine) as session:
            by = self.council.actor("core_team")
            blank = answer_workbooks.blank(session, self.made.assessments[service], by=by)
        filled = sheet(blank, date(2026, 11, 27))
        filled = replace(
            filled, given={**filled.given, **{key: build.answer(one) for key, one in typed.items()}}
        )
        raw = assessment_workbook(filled)
        return File(f"{service.lower()}.xlsx", files.as_sheets(files.read(raw, service)))

    def take(self, *batch: File, who: str = "core_team") -> list[Taken]:
        with transaction(self.engine) as session:
            by = self.council.actor(who)
            return bulk_workbooks.take_in(session, self.made.cycle_id, batch, by=by, now=NOW)

    def values(self, service: str) -> dict[str, Any]:
        with reading(self.engine) as session:
            rows = session.execute(
                select(AnswerRow.question_key, AnswerRow.content).where(
                    AnswerRow.assessment_id == self.made.assessments[service]
                )
            ).all()
            return {
                key: one.value for key, one in content.answers(ASKED, [tuple(row) for row in rows]).items()
            }

    def uploads(self, service: str) -> list[Upload]:
        with reading(self.engine) as session:
            wanted = Upload.assessment_id == self.made.assessments[service]
            return list(session.scalars(select(Upload).where(wanted)))


@pytest.fixture
def trial(engine: Engine, council: SmallCouncil) -> Trial:
    return Trial(engine, council, opened(engine, council, ASKED, services=("LIB", "ROADS", "WASTE")))


def test_what_one_alone_changed_is_written_with_its_trail_and_taking_it_again_does_nothing(
    trial: Trial, council: SmallCouncil
) -> None:
    batch = [trial.workbook("LIB", {"A-01": 3, "B-01": "Lends books"}), trial.workbook("ROADS", {"A-01": 2})]
    first = trial.take(*batch)
    assert [(one.name, one.became, one.service, one.written) for one in first] == [
        ("lib.xlsx", Became.TAKEN, "Libraries", 2),
        ("roads.xlsx", Became.TAKEN, "Highways", 1),
    ]
    assert trial.values("LIB") == {"A-01": 3, "B-01": "Lends books"}
    assert trial.values("ROADS") == {"A-01": 2}
    with reading(trial.engine) as session:
        found = session.execute(select(Event.verb, Event.by_id, Event.as_deputy)).all()
        head = session.get_one(Assessment, trial.made.assessments["LIB"])
    assert found == [("took answers from a workbook", council.people["core_team"], False)] * 2
    assert (head.answered_count, head.route_count) == (2, 3)
    assert [one.became for one in trial.take(*batch)] == [Became.UNCHANGED] * 2
    with reading(trial.engine) as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 2


def test_two_copies_of_one_service_merge_and_what_both_wrote_waits_for_the_service_once(
    trial: Trial, council: SmallCouncil
) -> None:
    one = trial.workbook("LIB", {"A-01": 3, "B-01": "Lends books"})
    other = trial.workbook("LIB", {"A-01": 1, "A-02": 12})
    first, second = trial.take(one, other)
    assert (first.became, second.became) == (Became.TAKEN, Became.WAITING)
    assert (second.written, second.clashing, second.problems) == (1, 1, ())
    assert trial.values("LIB") == {"A-01": 3, "A-02": 12, "B-01": "Lends books"}
    trial.take(one, other)
    (upload,) = trial.uploads("LIB")
    assert list(upload.content["sent"]) == ["A-01"]
    director = council.actor("director")
    with reading(trial.engine) as session:
        assert [
            one.id for one in answer_workbooks.show(session, upload.assessment_id, by=director).waiting
        ] == [upload.id]
        preview = answer_workbooks.preview(session, upload.id, by=director)
    (clash,) = preview.clashes
    assert (clash.kept.value, clash.sent.value, preview.changes) == (3, 1, ())
    with transaction(trial.engine) as session:
        answer_workbooks.accept(session, upload.id, {"A-01": clash.mark}, by=director, now=NOW)
    assert trial.values("LIB")["A-01"] == 1


def test_what_the_pages_changed_since_is_never_written_over(trial: Trial, council: SmallCouncil) -> None:
    stale = trial.workbook("LIB", {"A-01": 3, "A-02": 7})
    answered(trial.engine, council, trial.made.assessments["LIB"], ASKED, {"A-01": build.answer(2)})
    (taken,) = trial.take(stale)
    assert (taken.became, taken.written, taken.clashing) == (Became.WAITING, 1, 1)
    assert trial.values("LIB") == {"A-01": 2, "A-02": 7}


def test_what_cannot_be_read_waits_at_its_cell_and_the_rest_is_written(trial: Trial) -> None:
    file = trial.workbook("LIB", {"A-01": 3, "A-02": 7})
    assert file.sheets is not None
    rows = [list(row) for row in file.sheets["Questions"].rows]
    row = next(row for row in rows if row and row[0] == "A-02")
    row[3] = "about seven"
    sheets = {**file.sheets, "Questions": files.Sheet(tuple(map(tuple, rows)))}
    (taken,) = trial.take(replace(file, sheets=sheets))
    assert (taken.became, taken.written) == (Became.WAITING, 1)
    assert taken.problems[0].place == f"A-02 Questions!D{rows.index(row) + 1}"
    assert trial.values("LIB") == {"A-01": 3}
    (upload,) = trial.uploads("LIB")
    assert list(upload.content["sent"]) == ["A-02"]


def test_each_refused_file_says_why_and_the_others_are_taken(trial: Trial, council: SmallCouncil) -> None:
    template_id = trial.made.template_id
    other = Trial(
        trial.engine,
        council,
        opened(trial.engine, council, ASKED, name="Another", services=("LIB",), template_id=template_id),
    )
    with transaction(trial.engine) as session:
        session.get_one(Assessment, trial.made.assessments["ROADS"]).status = "submitted"
    reworded = trial.workbook("WASTE", {"A-01": 1})
    assert reworded.sheets is not None
    marks = dict(reworded.sheets)
    marks["vfm"] = files.Sheet(tuple(row for row in marks["vfm"].rows if row[0] != "digest"))
    taken = trial.take(
        File("torn.xlsx", None, (Problem("torn.xlsx", "This workbook is damaged."),)),
        replace(other.workbook("LIB", {"A-01": 1}), name="elsewhere.xlsx"),
        trial.workbook("ROADS", {"A-01": 1}),
        replace(reworded, name="marks.xlsx", sheets=marks),
        File("foreign.xlsx", {"Sheet1": files.Sheet((("a",),))}),
        trial.workbook("LIB", {"A-01": 4}),
    )
    told = [(one.name, one.became.value, str(one.problems[0].message)) for one in taken[:-1]]
    words = [
        "This workbook is damaged.",
        "This is the workbook of Libraries, Another, not of Rollout 2026. Take it out,",
        "This assessment is sent for sign-off. You can change an answer only while it is open for answers.",
        "The hidden sheet that says whose workbook this is was changed.",
        "This workbook was not downloaded here",
    ]
    for (_, became, message), wanted in zip(told, words, strict=True):
        assert became == "refused"
        assert message.startswith(wanted)
    assert taken[-1].became is Became.TAKEN
    assert trial.values("LIB") == {"A-01": 4}
    assert trial.values("ROADS") == {}


def test_only_the_core_team_and_only_while_the_cycle_is_open(trial: Trial, council: SmallCouncil) -> None:
    file = trial.workbook("LIB", {"A-01": 3})
    with pytest.raises(Forbidden):
        trial.take(file, who="director")
    with transaction(trial.engine) as session:
        session.get_one(Cycle, trial.made.cycle_id).closed_at = NOW
    with pytest.raises(Conflict, match="Rollout 2026 is closed"):
        trial.take(file)
    with reading(trial.engine) as session, pytest.raises(NotFound):
        bulk_workbooks.show(session, 999_999)
    assert trial.values("LIB") == {}


def test_a_report_is_kept_and_read_back() -> None:
    one = Taken("a.xlsx", Became.WAITING, "Libraries", 3, 2, 1, (Problem("A-01 Questions!D6", "Wrong."),))
    assert Taken.from_json(one.as_json()) == one
    assert bulk_workbooks.counted([one])[Became.WAITING] == 1
