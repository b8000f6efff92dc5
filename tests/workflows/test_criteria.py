"""The council's list of criteria: every edit is a new row, and what cannot be used is said at its field."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, func, select

from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.errors import Conflict, Invalid, NotFound
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.criteria_form import Typed
from vfm.store import criteria as kept
from vfm.store.database import reading, transaction
from vfm.store.tables import CriteriaList, Event
from vfm.workflows import criteria, criteria_freezes, criteria_values, rankings

OWN = Typed(
    key="contracts",
    label="contracts ending",
    definition="Contracts that end in two years, as a share of gross expenditure.",
    unit="per cent of gross",
    low="0",
    high="50",
    weight="5",
    group="Cost",
    feeds="contract_window",
    note="The board asked for it.",
    seen="0",
)


def _save(engine: Engine, council: SmallCouncil, typed: Typed, key: str | None = None) -> str:
    with transaction(engine) as session:
        return criteria.save(session, key, typed, by=council.actor("core_team"), now=NOW)


def _listed(engine: Engine) -> list[tuple[Criterion, bool]]:
    with reading(engine) as session:
        return list(kept.listed(session))


def _seen(engine: Engine) -> str:
    with reading(engine) as session:
        return str(kept.newest_edit(session))


def test_a_criterion_of_the_councils_own_joins_the_list_and_its_values_come_from_answers(
    engine: Engine, council: SmallCouncil
) -> None:
    rankable(engine, council)
    publish(engine, council)
    assert _save(engine, council, OWN) == "contracts"
    assert [one.key for one, _ in _listed(engine)] == [*(one.key for one in DEFAULT_CRITERIA), "contracts"]
    with reading(engine) as session:
        view = criteria.index(session, None, now=NOW)
    line = view.lines[-1]
    assert (line.known, view.services, line.questions, line.is_used) == (4, 4, ("PRO-12",), True)
    assert line.criterion.group == "cost"
    assert view.total == 105
    savings = next(one for one in view.lines if one.criterion.key == "savings_potential")
    assert savings.known == 3
    with transaction(engine) as session:
        sheet = rankings.prepare(session).sheet
        run = rankings.run(session, sheet, by=council.actor("executive"), now=NOW)
        assert run
        again = criteria.index(session, None, now=NOW)
    assert again.is_frozen
    with reading(engine) as session:
        made = kept.frozen(session, again.cycle.cycle_id if again.cycle else None)
    assert made is not None
    assert made[-1].feeds == "contract_window"


def test_an_edit_says_what_it_changed_and_can_be_taken_back(engine: Engine, council: SmallCouncil) -> None:
    by = council.actor("core_team")
    with reading(engine) as session:
        typed = criteria.form(session, "demand_pressure").typed
    assert (typed.low, typed.high, typed.weight, typed.feeds) == ("0", "30", "15", "")
    _save(engine, council, replace(typed, high="40", weight="12.5", note="Demand grew."), "demand_pressure")
    first = _seen(engine)
    with transaction(engine) as session:
        criteria.switch(session, "unit_cost", first, is_used=False, by=by, now=NOW)
    with transaction(engine) as session:
        criteria.move(session, "expenditure_level", _seen(engine), up=True, by=by, now=NOW)
    with reading(engine) as session:
        states = criteria.history(session)
    assert [state.changed for state in states] == [
        ("The order of the list",),
        ("unit cost: switched off",),
        (
            "demand pressure: goalposts 0 to 30 → 0 to 40",
            "demand pressure: default weight 15 → 12.5",
        ),
        (),
    ]
    assert [state.used for state in states] == [7, 7, 8, 8]
    assert states[2].note == "Demand grew."
    with transaction(engine) as session:
        criteria.put_back(session, int(first), _seen(engine), by=by, now=NOW)
    assert all(is_used for _, is_used in _listed(engine))
    assert _listed(engine)[2][0].goalposts == (0, 40)
    with transaction(engine) as session:
        criteria.put_back(session, 0, _seen(engine), by=by, now=NOW)
        assert session.scalar(select(func.count()).select_from(CriteriaList)) == 5
        told = session.scalars(select(Event).where(Event.subject == "criteria_list").order_by(Event.id)).all()
    assert [one for one, _ in _listed(engine)] == list(DEFAULT_CRITERIA)
    assert told[-1].after["note"] == "Put back as it came with vfm"


def test_everything_that_cannot_be_used_is_said_at_its_field(engine: Engine, council: SmallCouncil) -> None:
    wrong = replace(
        OWN,
        key="Unit cost",
        label=" ",
        definition="",
        unit="",
        low="x",
        weight="",
        direction="up",
        transform="square",
        feeds="moon",
        choices="a\nb = 1\nb = 2",
        note="",
    )
    with pytest.raises(Invalid) as problem:
        _save(engine, council, wrong)
    assert [one.place for one in problem.value.problems] == [
        *("key", "low", "label", "definition", "unit", "direction", "transform", "weight"),
        *("feeds", "choices", "choices", "note"),
    ]
    assert _listed(engine) == [(one, True) for one in DEFAULT_CRITERIA]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": "unit_cost"}, "key"),
        ({"key": "family"}, "key"),
        ({"low": "60"}, "low"),
        ({"low": ""}, "low"),
        ({"high": ""}, "high"),
        ({"transform": "log10"}, "low"),
        ({"transform": "log10", "floor": "60"}, "floor"),
        ({"floor": "-1"}, "floor"),
        ({"scale": "0"}, "scale"),
        ({"weight": "-2"}, "weight"),
        ({"label": "x" * 81}, "label"),
        ({"note": "x" * 401}, "note"),
    ],
)
def test_each_mistake_has_its_place(
    engine: Engine, council: SmallCouncil, change: dict[str, str], place: str
) -> None:
    with pytest.raises(Invalid) as problem:
        _save(engine, council, replace(OWN, **change))
    assert [one.place for one in problem.value.problems] == [place]


def test_nobody_writes_over_an_edit_they_have_not_seen(engine: Engine, council: SmallCouncil) -> None:
    _save(engine, council, OWN)
    with pytest.raises(Conflict):
        _save(engine, council, replace(OWN, key="other"))
    by = council.actor("core_team")
    with transaction(engine) as session:
        for deed in (
            lambda: criteria.switch(session, "unit_cost", "0", is_used=False, by=by, now=NOW),
            lambda: criteria.move(session, "unit_cost", "0", up=True, by=by, now=NOW),
            lambda: criteria.put_back(session, 0, "0", by=by, now=NOW),
        ):
            with pytest.raises(Conflict):
                deed()
        with pytest.raises(NotFound):
            criteria.form(session, "moon")


def test_the_last_criterion_stays_switched_on(engine: Engine, council: SmallCouncil) -> None:
    by = council.actor("core_team")
    with transaction(engine) as session:
        for one in DEFAULT_CRITERIA[1:]:
            criteria.switch(session, one.key, str(kept.newest_edit(session)), is_used=False, by=by, now=NOW)
        seen = str(kept.newest_edit(session))
        with pytest.raises(Invalid, match="the last criterion"):
            criteria.switch(session, DEFAULT_CRITERIA[0].key, seen, is_used=False, by=by, now=NOW)


def test_options_of_a_choice_are_kept_with_what_they_are_worth(engine: Engine, council: SmallCouncil) -> None:
    typed = replace(OWN, key="choice", feeds="discretion", choices="fixed = 0\n\nfree=100", unit="points")
    _save(engine, council, typed)
    assert _listed(engine)[-1][0].choices == (("fixed", 0.0), ("free", 100.0))
    with reading(engine) as session:
        assert criteria.form(session, "choice").typed.choices == "fixed = 0\nfree = 100"


def _change(engine: Engine, council: SmallCouncil, key: str, **fields: str) -> None:
    with reading(engine) as session:
        typed = criteria.form(session, key).typed
    _save(engine, council, replace(typed, note="It holds better.", **fields), key)


def test_a_criterion_shows_where_other_goalposts_would_put_its_values(
    engine: Engine, council: SmallCouncil
) -> None:
    made = rankable(engine, council)
    publish(engine, council)
    with reading(engine) as session:
        view = criteria_values.show(session, "demand_pressure", made.cycle_id, None, now=NOW)
    assert [(row.key, row.value, row.u, row.tried) for row in view.rows] == [
        ("HOME", 12, 0.4, None),
        ("LIB", 6, 0.2, None),
        ("ROADS", 12, 0.4, None),
        ("WASTE", 12, 0.4, None),
    ]
    assert view.spread is not None
    assert (view.spread.known, view.spread.missing, view.is_frozen, view.tried) == (4, 0, False, None)
    given = {"direction": "higher", "transform": "linear", "low": "6", "high": "12"}
    with reading(engine) as session:
        view = criteria_values.show(session, "demand_pressure", made.cycle_id, given, now=NOW)
    assert view.tried is not None
    assert [row.tried for row in view.rows] == [1, 0, 1, 1]
    assert (view.tried.at_nought, view.tried.at_one) == (1, 3)
    with reading(engine) as session:
        wrong = criteria_values.show(session, "demand_pressure", made.cycle_id, given | {"low": "x"}, now=NOW)
        assert [one.place for one in wrong.problems] == ["low"]
        gross = criteria_values.show(session, "expenditure_level", made.cycle_id, None, now=NOW)
        assert {row.year for row in gross.rows} == {"2024-25"}
        with pytest.raises(NotFound):
            criteria_values.show(session, "moon", made.cycle_id, None, now=NOW)


def test_values_looked_at_are_those_of_now(engine: Engine, council: SmallCouncil) -> None:
    made = rankable(engine, council)
    for expected in (30_001_000, 30_000_000):
        with reading(engine) as session:
            view = criteria_values.show(session, "expenditure_level", made.cycle_id, None, now=NOW)
        assert view.rows[0].value == expected
        if expected == 30_001_000:
            publish(engine, council)


def test_a_cycle_is_frozen_once_and_anew_with_a_reason(engine: Engine, council: SmallCouncil) -> None:
    made = rankable(engine, council)
    publish(engine, council)
    by = council.actor("core_team")
    with transaction(engine) as session:
        before = criteria_freezes.index(session, now=NOW)
        assert [(one.cycle.name, one.frozen) for one in before] == [
            ("Rollout 2026", None),
            ("Imported figures alone", None),
        ]
        with pytest.raises(Invalid) as problem:
            criteria_freezes.freeze(session, made.cycle_id, " ", "0", by=by, now=NOW)
        assert problem.value.problems[0].place == f"reason.{made.cycle_id}"
        assert (
            criteria_freezes.freeze(session, made.cycle_id, "The meeting is near.", "0", by=by, now=NOW) == ()
        )
    with transaction(engine) as session:
        first = criteria_freezes.index(session, now=NOW)[0]
        assert first.frozen is not None
        assert first.frozen[1].reference == (2_000_000, 5_000_000, 9_000_000, 30_000_000)
        assert (first.changed, first.confirm, first.past[0].freeze.reason) == ((), (), "The meeting is near.")
        with pytest.raises(Conflict, match="just this list"):
            criteria_freezes.freeze(session, made.cycle_id, "Again.", str(first.seen), by=by, now=NOW)
    _change(engine, council, "demand_pressure", high="40")
    _change(engine, council, "unit_cost", weight="12")
    with transaction(engine) as session:
        here = criteria_freezes.index(session, now=NOW)[0]
        assert here.confirm == ("demand pressure",)
        assert here.changed == (
            "demand pressure: goalposts 0 to 30 → 0 to 40",
            "unit cost: default weight 10 → 12",
        )
        with pytest.raises(Conflict, match="since you opened"):
            criteria_freezes.freeze(session, made.cycle_id, "Demand.", "0", by=by, now=NOW)
        again = criteria_freezes.freeze(session, made.cycle_id, "Demand.", str(here.seen), by=by, now=NOW)
        assert again == ("demand pressure",)
    with reading(engine) as session:
        last = criteria_freezes.index(session, now=NOW)[0]
        assert [past.confirm for past in last.past] == [("demand pressure",), ()]
        assert last.past[1].freeze.criteria == first.frozen
        with pytest.raises(NotFound):
            criteria_freezes.freeze(session, 99, "x", "0", by=by, now=NOW)


def test_a_cycle_frozen_by_its_first_ranking_says_so(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    with transaction(engine) as session:
        sheet = rankings.prepare(session).sheet
        rankings.run(session, sheet, by=council.actor("executive"), now=NOW)
    with reading(engine) as session:
        (one,) = criteria_freezes.index(session, now=NOW)
    assert (one.past[0].freeze.reason, one.past[0].freeze.by, one.changed) == ("", "Executive", ())


def test_of_two_who_edit_the_list_at_once_one_is_told(engine: Engine, council: SmallCouncil) -> None:
    keys = ("unit_cost", "vfm_result")
    with reading(engine) as session:
        forms = [
            replace(criteria.form(session, key).typed, note="More.") for key in ("unit_cost", "vfm_result")
        ]
    told: list[str] = []
    both = Barrier(2)

    def edit(key: str, typed: Typed) -> None:
        both.wait()
        try:
            _save(engine, council, replace(typed, weight="33"), key)
        except Conflict as refused:
            told.append(str(refused))

    threads = [Thread(target=edit, args=pair) for pair in zip(keys, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert [one.weight for one, _ in _listed(engine)].count(33) == 1
