"""A council with somebody in every position towards one service's assessments, and a row of everything.

The service is Libraries. `places` names the ids that the addresses of matrix.txt are made from; `people` has
one person for each column of its table.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests import build
from tests.agreed import agreed
from tests.answered import answered, signed_off
from tests.compared import compared
from tests.council import NOW, SmallCouncil, small_council
from tests.gateways.files import PDF
from tests.rankable import ASKED as RANKED
from tests.rankable import given, publish, rankable
from tests.rounds import opened
from vfm.gateways.file_store import FileStore
from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.questionnaires.merging import Sent
from vfm.roles import Actor, Role
from vfm.scoring.figure_files import Area, Brought, Kind, Measure, Period, Row
from vfm.store import events, groups, jobs
from vfm.store.database import transaction
from vfm.store.tables import (
    Baseline,
    Comment,
    Delegation,
    Deputy,
    Evidence,
    EvidenceUse,
    ImprovementAction,
    Message,
    Person,
    PersonRole,
    Review,
    Upload,
    WeightsBallot,
)
from vfm.workflows import (
    assessments,
    calibrations,
    challenge,
    criteria_imports,
    decisions,
    figure_imports,
    outcomes,
    people,
    plan_changes,
    priorities,
    rankings,
    review_lines,
    review_parts,
    reviews,
    scenarios,
    sign_off,
    targets,
    versions,
    weights,
    weights_ballots,
    weights_opening,
)
from vfm.workflows.bulk_workbooks import TAKE_IN
from vfm.workflows.figure_imports import About
from vfm.workflows.priorities import Verdict
from vfm.workflows.weights import Ending

ASKED = build.questionnaire(
    build.section(
        "ECO",
        build.scale_question("ECO-01"),
        build.question("ECO-02", "money", "What is spent?", feeds="expenditure_level"),
    ),
    build.section("DEM", build.scale_question("DEM-01")),
    checks=(
        {
            "key": "income",
            "at": "ECO-02",
            "must": {"question": "ECO-02", "at_least": 0},
            "say": "Spending is no income.",
        },
    ),
    key="matrix",
)
GROUP = build.questionnaire(
    build.section("CI", build.scale_question("CI-01", required=True)),
    key="board",
    unit="authority",
    is_group_response=True,
)
BASED = build.questionnaire(
    build.section("ECO", build.scale_question("ECO-01")),
    build.section("DEM", build.scale_question("DEM-01")),
    key="based",
)
GIVEN = {"ECO-01": build.answer(3), "DEM-01": build.answer(2)}
REPORT = "https://www.wrenmouth.example/report.pdf"
DAY = timedelta(days=1)
WHO = {
    "vi": "a visitor",
    "of": "a director of the service who is switched off",
    "di": "the director of the service",
    "de": "the director's deputy today",
    "wd": "who was deputy until yesterday",
    "fo": "a director whose services were handed over",
    "el": "the director of other services",
    "se": "a contributor who was given section ECO",
    "ba": "a contributor who has handed section DEM back",
    "wh": "a contributor who was given the whole",
    "no": "a contributor of the service who was given nothing",
    "ed": "the executive director of the service",
    "co": "the core team",
    "ch": "a challenger",
    "ex": "an executive",
    "vw": "a viewer",
    "ad": "an administrator",
}
"""The columns of the table."""


@dataclass
class World:
    """Ids of what was made: column -> person, name in an address -> id."""

    people: dict[str, int] = field(default_factory=dict)
    places: dict[str, int | str] = field(default_factory=dict)


def made(engine: Engine) -> World:
    """Fill an empty, upgraded database."""
    council = small_council(engine)
    world = World()
    _people(engine, council, world)
    _assessments(engine, council, world)
    _measured(engine, council, world)
    _beside_the_answers(engine, council, world)
    _uploaded(engine, council, world)
    _templates(engine, council, world)
    _priorities(engine, council, world)
    _reviewed(engine, council, world)
    _weighing(engine, council, world)
    _comparators(engine, council, world)
    return world


def _people(engine: Engine, council: SmallCouncil, world: World) -> None:
    own = council.services["LIB"]
    columns = {
        "di": "director",
        "el": "other_director",
        "se": "contributor",
        "ed": "executive_director",
        "ad": "administrator",
        "co": "core_team",
        "ch": "challenger",
        "ex": "executive",
        "vw": "viewer",
    }
    world.people = {column: council.people[who] for column, who in columns.items()}
    with transaction(engine) as session:
        for column in ("wh", "ba", "no"):
            world.people[column] = _person(session, column, Role.CONTRIBUTOR, own)
        for column in ("fo", "de", "wd", "of"):
            world.people[column] = _person(session, column, Role.DIRECTOR, None)
        session.add(PersonRole(person_id=world.people["of"], role=Role.DIRECTOR, service_id=own))
        session.get_one(Person, world.people["of"]).is_active = False
        now, then = _deputy(own, council, world, "de"), _deputy(own, council, world, "wd")
        then.ends_on = (NOW - DAY).date()
        session.add_all([now, then])
        session.flush()
        world.places |= {"deputy": now.id}
    with transaction(engine) as session:
        token = people.link(session, world.people["vw"], by=council.actor("administrator"), now=NOW)
    names = {"person": "vw", "helper": "se", "member": "ex"}
    world.places |= {name: world.people[who] for name, who in names.items()}
    world.places |= {"service": own, "token": token}


def _person(session: Session, name: str, role: Role, service_id: int | None) -> int:
    person = Person(name=name.title(), email=f"{name}@wrenmouth.example", created_at=NOW)
    session.add(person)
    session.flush()
    session.add(PersonRole(person_id=person.id, role=role.value, service_id=service_id))
    return person.id


def _deputy(service_id: int, council: SmallCouncil, world: World, who: str) -> Deputy:
    row = Deputy(service_id=service_id, person_id=world.people[who], starts_on=(NOW - 5 * DAY).date())
    row.given_by_id, row.given_at = council.people["director"], NOW
    return row


def _assessments(engine: Engine, council: SmallCouncil, world: World) -> None:
    """One of Libraries at each step: open, in a pilot, sent, signed off and challenged; and a group's."""
    director = council.actor("director")
    template = None
    for name in ("open", "pilot", "sent", "signed"):
        kind = "pilot" if name == "pilot" else "rollout"
        round_ = opened(
            engine, council, ASKED, services=("LIB",), kind=kind, name=name, template_id=template, given=()
        )
        template = round_.template_id
        world.places |= {name: round_.assessments["LIB"], f"cycle_{name}": round_.cycle_id}
        world.places["version"] = round_.version_id
        _give(engine, council, world, round_.assessments["LIB"], name)
    sent = {key: Sent({"value": value}, "0.") for key, value in (("ECO-01", "3"), ("ECO-02", "12"))}
    with transaction(engine) as session:
        assessments.save(session, _id(world, "open"), "ECO", sent, by=director, now=NOW)
        sent["ECO-01"] = Sent({"value": "2"}, "1.")
        assessments.save(session, _id(world, "open"), "ECO", sent, by=director, now=NOW)
    signed_off(engine, council, _id(world, "signed"), ASKED, GIVEN)
    with transaction(engine) as session:
        sign_off.submit(session, _id(world, "sent"), by=director, now=NOW)
        raw = {"value": "2", "reason": "One year only."}
        by = council.actor("challenger")
        challenge.make(session, _id(world, "signed"), "ECO-01", raw, by=by, now=NOW)
    with transaction(engine) as session:
        raters = tuple(str(council.people[who]) for who in ("core_team", "challenger"))
        typed = calibrations.Typed("Session", ("23", "11", "2026"), "", "random", "", "1", "1", "yes", raters)
        core, cycle = council.actor("core_team"), _id(world, "cycle_signed")
        made = calibrations.create(session, cycle, typed, by=core, now=NOW)
        item = calibrations.show(session, made, by=core).items[0].id
        world.places |= {"calibration": made, "item": item}
    group = opened(engine, council, GROUP, services=("LIB",), name="group", given=())
    shared = opened(
        engine, council, GROUP, services=("LIB",), name="shared", template_id=group.template_id, given=()
    )
    world.places |= {"group": group.assessments["LIB"], "shared": shared.assessments["LIB"]}
    with transaction(engine) as session:
        for name in ("group", "shared"):
            groups.join(session, _id(world, name), [council.people["executive"]])
        groups.open_spread(session, _id(world, "shared"), NOW)


def _id(world: World, name: str) -> int:
    return int(world.places[name])


def _measured(engine: Engine, council: SmallCouncil, world: World) -> None:
    """Two earlier cycles of a template of its own, both agreed: a baseline and a change."""
    first = agreed(engine, council, BASED, {"LIB": GIVEN}, name="based", at=NOW - 365 * DAY)
    world.places |= {"based": first.assessments["LIB"], "cycle_based": first.cycle_id}
    with transaction(engine) as session:
        world.places["baseline"] = session.scalars(select(Baseline.id)).one()
    more = {"name": "again", "at": NOW - 180 * DAY, "template_id": first.template_id}
    second = agreed(engine, council, BASED, {"LIB": GIVEN}, **more)
    typed = targets.Typed("overall", "80", ("1", "4", "2028"), "Half of the way to the top.")
    with transaction(engine) as session:
        by, on = council.actor("director"), first.template_id
        target = targets.put(session, council.services["LIB"], on, typed, by=by, now=NOW)
    world.places["target"] = target
    world.places |= {"again": second.assessments["LIB"], "cycle_again": second.cycle_id}


def _give(engine: Engine, council: SmallCouncil, world: World, assessment_id: int, name: str) -> None:
    """Section ECO to one, section DEM, which was handed back, to another, the whole to a third."""
    parts = (("se", "section", "ECO"), ("ba", "section", "DEM"), ("wh", "whole", ""))
    with transaction(engine) as session:
        for who, scope, place in parts:
            row = Delegation(
                assessment_id=assessment_id,
                person_id=world.people[who],
                scope=scope,
                place=place,
                given_by_id=council.people["director"],
                given_at=NOW,
            )
            if who == "ba":
                row.handed_back_at, row.handed_back_as = NOW, "done"
            session.add(row)
            session.flush()
            if name == "open":
                world.places[f"part_{who}"] = row.id


def _beside_the_answers(engine: Engine, council: SmallCouncil, world: World) -> None:
    """Published figures, evidence in use, a comment of the director, an improvement action, an e-mail."""
    publish(engine, council)
    by, service_id, assessment_id = council.people["director"], council.services["LIB"], _id(world, "open")
    link = Evidence(service_id=service_id, kind="link", title="Survey", address=REPORT, grade="documented")
    link.by_id, link.at = by, NOW
    comment = Comment(assessment_id=assessment_id, question_key="ECO-01", text="Gross?", by_id=by, at=NOW)
    action = ImprovementAction(service_id=service_id, text="Share a van", created_at=NOW)
    message = Message(step="matrix", address="gone@wrenmouth.example", subject="Libraries", body="Look")
    message.created_at = message.due_at = message.failed_at = NOW
    with transaction(engine) as session:
        session.add_all([link, comment, action, message])
        session.flush()
        use = EvidenceUse(assessment_id=assessment_id, question_key="ECO-01", evidence_id=link.id)
        use.by_id, use.at = by, NOW
        session.add(use)
        world.places |= {"evidence": link.id, "comment": comment.id, "action": action.id}
        world.places["message"] = message.id


def _templates(engine: Engine, council: SmallCouncil, world: World) -> None:
    with transaction(engine) as session:
        by: Actor = council.actor("core_team")
        draft = versions.revise(session, _id(world, "version"), by=by, now=NOW)
        left = {"file": "form.xlsx", "notices": [{"place": "ECO-01", "message": "Its picture is left out."}]}
        events.record(session, "imported", "version", draft, by_id=by.id, now=NOW, after=left)
        world.places["draft"] = draft


def _uploaded(engine: Engine, council: SmallCouncil, world: World) -> None:
    """A workbook that the director sent back, not yet accepted."""
    held = {"sent": {"ECO-01": [{"value": "4"}, "0."]}, "problems": [], "places": {}}
    with transaction(engine) as session:
        row = Upload(
            assessment_id=int(world.places["open"]),
            file_name="libraries.xlsx",
            content=held,
            by_id=council.people["director"],
            at=NOW,
        )
        session.add(row)
        session.flush()
        world.places["upload"] = row.id
        core = council.people["core_team"]
        place = int(world.places["cycle_open"])
        world.places["job_taken"] = jobs.queue(
            session, TAKE_IN, by_id=core, now=NOW, subject_id=place, name="a"
        )


def _priorities(engine: Engine, council: SmallCouncil, world: World) -> None:
    """Agreed results, ranked, one decided and planned."""
    ranked = rankable(engine, council, "Agreed", given=())
    world.places |= {"agreed": ranked.assessments["LIB"], "cycle_agreed": ranked.cycle_id}
    answered(engine, council, ranked.assessments["LIB"], RANKED, given("LIB"))
    _give(engine, council, world, ranked.assessments["LIB"], "agreed")
    executive = council.actor("executive")
    verdict = Verdict("service_review", "", "It costs most.", ("23", "11", "2026"))
    with transaction(engine) as session:
        run = rankings.run(session, rankings.prepare(session).sheet, by=executive, now=NOW)
        decision = priorities.decide(session, run, council.services["LIB"], verdict, by=executive, now=NOW)
        draft = replace(reviews.blank(session, decision_id=decision).draft, day=("1", "4", "2027"))
    day = ("23", "11", "2026")
    override = outcomes.Typed(
        str(council.services["WASTE"]), "monitor", "executive", "", "It was looked at.", "The board", day
    )
    with transaction(engine) as session:
        world.places |= {"run": run, "review": reviews.add(session, draft, by=executive, now=NOW)}
        world.places["proposal"] = plan_changes.work_out(session, moves_firm=True, by=executive, now=NOW)
        held = decisions.Typed(held_on=day, note="It was looked at.", seen="0.0")
        meeting, _ = decisions.save(session, run, held, closes=False, by=executive, now=NOW)
        world.places["meeting"] = meeting
        world.places["override"] = outcomes.set_against(session, override, by=executive, now=NOW)


def _reviewed(engine: Engine, council: SmallCouncil, world: World) -> None:
    """The director of other services in the team of the review, a line of enquiry, a recommendation."""
    member = {"role": "Peer", "person_id": str(world.people["el"])}
    parts = (
        ("place", "team", member),
        ("line", "lines", {"text": "What does it cost?"}),
        ("advice", "recommendations", {"text": "Share a van.", "status": "accepted"}),
    )
    with transaction(engine) as session:
        for name, part, typed in parts:
            world.places[name] = review_parts.add(
                session, _id(world, "review"), part, typed, by=council.actor("executive"), now=NOW
            )
        version = str(world.places["version"])
        review_lines.take(session, _id(world, "review"), version, by=council.actor("executive"), now=NOW)
        world.places["enquired"] = session.scalars(
            select(Review.assessment_id).where(Review.id == _id(world, "review"))
        ).one()


def _weighing(engine: Engine, council: SmallCouncil, world: World) -> None:
    """A weights meeting of the executive, the director and somebody without an account, and a closed one."""
    core = council.actor("core_team")
    with transaction(engine) as session:
        blank = weights_opening.blank(session, cycle_id=None, now=NOW).typed
        people = (str(world.people["ex"]), str(world.people["di"]))
        for name in ("weighing", "closed_weighing"):
            typed = replace(blank, name=name, people=people, others="Cllr Green")
            world.places[name] = weights_opening.create(session, typed, by=core, now=NOW)
        for ballot in session.query(WeightsBallot):
            place = "vote" if ballot.meeting_id == world.places["weighing"] else "closed_vote"
            named = {"Executive": "", "Director": "_di"}.get(ballot.name, "_other")
            world.places[f"{place}{named}"] = ballot.id
        points = {c.key: "50" for c in DEFAULT_CRITERIA}
        meeting, vote = _id(world, "closed_weighing"), _id(world, "closed_vote")
        executive = council.actor("executive")
        weights_ballots.save(session, meeting, vote, points, revision="1", by=executive, now=NOW)
        weights.close(session, meeting, Ending(leaves_out=True), by=core, now=NOW)
        run = _id(world, "run")
        for name in ("scenario", "withdrawn"):
            more = {"by": core, "now": NOW}
            world.places[name] = scenarios.keep(session, run, name, "", {"unit_cost": "40"}, {}, **more)
        scenarios.withdraw(session, run, _id(world, "withdrawn"), by=core, now=NOW)


def _comparators(engine: Engine, council: SmallCouncil, world: World) -> None:
    """A file of published figures that waits, a group of councils, a measure beside Libraries."""
    core = council.actor("core_team")
    brought = Brought(
        "plain",
        True,
        Kind.FIGURES,
        (Area("E06000015", "", "Derby"),),
        (Measure("books"),),
        (Period("2025"),),
        (Row(0, 0, 0, "1"),),
    )
    with transaction(engine) as session:
        world.places["figure_file"] = figure_imports.receive(
            session, brought, "books.csv", "digest", About(), by=core, now=NOW
        )
        world.places["criteria_file"] = criteria_imports.receive(
            session,
            [(2, "LIB", {"unit_cost": "0.5"})],
            (),
            (),
            "values.csv",
            "digest",
            criteria_imports.About("Monitoring", "The council", "internal", "2025-26"),
            by=core,
            now=NOW,
        )
        beside = compared(session, council, by=core)
    world.places |= {"councils": beside.group, "beside": beside.link}


def add_file(engine: Engine, files: FileStore, world: World) -> None:
    """A file in the register, and what it holds in the store that the app reads."""
    file = Evidence(service_id=_id(world, "service"), kind="file", title="Audit", grade="verified")
    file.digest, file.file_name, file.media_type = files.put(PDF), "audit.pdf", "application/pdf"
    file.size, file.by_id, file.at = len(PDF), world.people["di"], NOW
    with transaction(engine) as session:
        session.add(file)
        session.flush()
        world.places["file"] = file.id
