"""Services, reviews and settings read from files: what is typed arrives, and every fault has its place."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from vfm.errors import Invalid
from vfm.gateways.rank_files import plan_settings, rank_settings, reviews, services
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.facts import Override, ServiceFacts
from vfm.prioritisation.plan import Period, Review

CRITERIA = (Criterion("need"), Criterion("cost"))
PARKS = ServiceFacts(
    "parks",
    "Parks",
    values={"need": 4.5, "cost": None},
    family="place",
    gross=1200000.0,
    weak_sections=2,
    provisional=True,
    override=Override("monitor"),
    reviewed_on=date(2026, 3, 31),
    last_outcome="deep_dive",
    spread=3.0,
)
HEADINGS = [
    "key",
    "name",
    "need",
    "cost",
    "family",
    "gross",
    "weak_sections",
    "provisional",
    "override",
    "reviewed_on",
    "last_outcome",
    "spread",
]


def places(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [problem.place for problem in refusal.value.problems]


def test_a_csv_file_with_every_column() -> None:
    row = "parks,Parks,4.5,,place,1200000,2,yes,monitor,2026-03-31,deep_dive,3"
    text = f"\ufeff{','.join(HEADINGS)}\r\n{row}\r\n\r\n"
    assert tuple(services(text.encode(), "s.csv", CRITERIA)) == (PARKS,)


def test_an_excel_file_with_every_column() -> None:
    book = Workbook()
    book.active.append(HEADINGS)
    day = datetime(2026, 3, 31, 9, 30)  # noqa: DTZ001 Excel's days have no zone
    book.active.append(["parks", "Parks", 4.5, None, "place", 1.2e6, 2, True, "monitor", day, "deep_dive", 3])
    stream = io.BytesIO()
    book.save(stream)
    assert tuple(services(stream.getvalue(), "s.xlsx", CRITERIA)) == (PARKS,)


def test_absent_columns_leave_gaps_and_clauses_false() -> None:
    (only,) = services(b"key,need\nparks,1e3\n", "s.csv", CRITERIA)
    assert only == ServiceFacts("parks", values={"need": 1000.0, "cost": None})
    assert (only.weak_count, only.provisional) == (0, False)


def test_a_long_file_of_figures_with_every_digit_is_read() -> None:
    row = ",0.123456789012345678,12345.6789012345678,a family with a long name for bulk,12345.67890123456"
    text = "key,need,cost,family,gross\n" + "".join(f"s{at:06}{row}\n" for at in range(50_000))
    assert len(text) > 5_000_000
    found = services(text.encode(), "s.csv", CRITERIA)
    assert (len(found), found[-1].key, found[-1].gross) == (50_000, "s049999", 12345.67890123456)


def test_every_cell_that_cannot_be_read_has_its_place() -> None:
    text = (
        "key,need,weak_sections,provisional,override,reviewed_on,spread\n"
        "a,lots,-1,perhaps,party,31/03/2026,nan\n"
        "b,1,,,,,\n"
    )
    with pytest.raises(Invalid) as refusal:
        services(text.encode(), "s.csv", CRITERIA)
    assert places(refusal) == [
        f"s.csv:2: {column}"
        for column in ("override", "need", "weak_sections", "provisional", "reviewed_on", "spread")
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "s.csv:1"),
        ("name,key\nx,y\n", "s.csv:1"),
        ("key,need,need\na,1,2\n", "s.csv:1"),
        ("key,,need\na,1,2\n", "s.csv:1"),
        ("key,need\na,1\na,2\n", "s.csv:3: key"),
        ("key,need\n,1\n", "s.csv:2: key"),
        ("key,need\na,1,2,3\n", "s.csv:2"),
        ('key,need\n"a,1\n', "s.csv:2"),
    ],
)
def test_a_file_of_the_wrong_shape_is_named(text: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        services(text.encode(), "s.csv", CRITERIA)
    assert places(refusal) == [place]


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        services(b"key,need", "s.xlsx", CRITERIA)
    assert places(refusal) == ["s.xlsx"]


def test_settings_of_a_ranking() -> None:
    text = b"""
criteria:
  - {key: need, weight: 3, direction: lower, transform: linear, goalposts: [0, 10], group: demand}
  - {key: cost, weight: 1, transform: log10, floor: 10, reference: [10, 20.5, 30]}
  - {key: unit_cost, weight: 5}
concentration: 80
"""
    found = rank_settings(text, "c.yaml")
    assert found.concentration == 80
    assert found.criteria[0] == Criterion(
        "need", weight=3, direction="lower", goalposts=(0, 10), group="demand"
    )
    assert found.criteria[1] == Criterion("cost", transform="log10", floor=10, reference=(10, 20.5, 30))
    default = next(c for c in DEFAULT_CRITERIA if c.key == "unit_cost")
    assert (found.criteria[2].goalposts, found.criteria[2].weight) == (default.goalposts, 5)


def test_a_scale_of_its_own_replaces_the_whole_default_scale() -> None:
    found = rank_settings(b"criteria: [{key: expenditure_level, transform: linear}]", "c.yaml").criteria[0]
    assert (found.transform, found.floor, found.goalposts, found.group) == ("linear", None, None, None)


def test_settings_without_criteria_are_the_default_ones() -> None:
    assert rank_settings(b"concentration: 20", "c.yaml").criteria == DEFAULT_CRITERIA


def test_every_fault_of_the_settings_has_line_and_column() -> None:
    text = b"""criteria:
  - {key: need, wieght: 3}
  - {key: cost, goalposts: [1]}
  - {weight: many}
  - 7
concentration: high
"""
    with pytest.raises(Invalid) as refusal:
        rank_settings(text, "c.yaml")
    assert places(refusal) == [
        "c.yaml:2:17: wieght",
        "c.yaml:3:28: goalposts",
        "c.yaml:4:5: criteria",
        "c.yaml:5:5: criteria",
        "c.yaml:5:5: criteria",
        "c.yaml:6:16: concentration",
    ]


def test_what_a_criterion_says_of_itself_stands_at_its_entry() -> None:
    with pytest.raises(Invalid) as refusal:
        rank_settings(b"criteria:\n  - {key: a}\n  - {key: b, direction: up}\n", "c.yaml")
    assert places(refusal) == ["c.yaml:3:5: b"]


def test_reviews_and_the_settings_of_a_plan() -> None:
    text = b"key,priority,mode,days,directorate,earliest,latest,mandatory\na,61.5,deep_dive,,Place,,q2,yes\n"
    assert reviews(text, "r.csv") == (
        Review("a", 61.5, "deep_dive", directorate="Place", latest="q2", mandatory=True),
    )
    config = b"periods:\n  - {key: q1, days: 90}\n  - {key: q2, days: 80, blackout: yes}\ngamma: 0.9\n"
    found = plan_settings(config, "p.yaml")
    assert found.periods == (Period("q1", 90), Period("q2", 80, blackout=True))
    assert (found.gamma, found.directorate_limit) == (0.9, 2)


def test_faults_of_a_plan_have_their_places() -> None:
    with pytest.raises(Invalid) as refusal:
        reviews(b"key,priority,mode\na,,stroll\n", "r.csv")
    assert places(refusal) == ["r.csv:2: priority", "r.csv:2: mode"]
    with pytest.raises(Invalid) as refusal:
        plan_settings(b"periods: [{key: q1}]\ndirectorate_limit: 1.5\n", "p.yaml")
    assert places(refusal) == ["p.yaml:1:11: periods", "p.yaml:2:20: directorate_limit"]


def test_an_empty_settings_file_says_how_to_start() -> None:
    for reads, first in ((rank_settings, "criteria"), (plan_settings, "periods")):
        with pytest.raises(Invalid) as refusal:
            reads(b"\n", "c.yaml")
        assert str(refusal.value) == f"c.yaml:1:1: file: The file is empty. Start with “{first}:”."


def test_a_count_of_thousands_of_digits_is_a_problem() -> None:
    with pytest.raises(Invalid) as refusal:
        services(f"key,weak_sections\na,{'9' * 5000}\n".encode(), "s.csv", CRITERIA)
    assert places(refusal) == ["s.csv:2: weak_sections"]
