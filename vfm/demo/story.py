"""What the demo council has done so far: a pilot, a finished cycle, and one under way.

Every step is the workflow a person would have used, by somebody in the role for it, some time in the past.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine, select

from vfm.demo import forward, invented, papers, weighing, worked_reviews
from vfm.demo.invented import Profile
from vfm.demo.set_up import Source, spending
from vfm.gateways.file_store import FileStore
from vfm.gateways.ready_templates import ready, text_of
from vfm.prioritisation.criteria_form import Typed
from vfm.prioritisation.verdicts import Verdict
from vfm.questionnaires.merging import UNSEEN, Sent
from vfm.questionnaires.schema import Kind, Question
from vfm.roles import Actor, Role
from vfm.store.database import Session, reading, transaction
from vfm.store.queries.assessments import head_with_figures
from vfm.store.queries.decisions import decided_in
from vfm.store.tables import Assessment, Delegation, ImprovementAction, Service, Version
from vfm.workflows import (
    assessments,
    calibrations,
    challenge,
    challenge_closing,
    chasing,
    comments,
    criteria,
    cycles,
    decisions,
    delegations,
    deputies,
    designs,
    directory,
    feedback,
    figure_views,
    groups,
    history,
    priorities,
    reviews,
    sign_off,
    targets,
    versions,
)

WORKED = "TOURISM"
"""The service whose review is worked through to its end."""
ENQUIRED = "transport-deep-dive"
"""The template whose questions the team of a deep dive answers."""
MAIN = "service-vfm"
"""The template that the council's cycles ask."""
FIRST = "0."
"""The mark of an answer nobody has given yet."""
COMMENTS = (
    ("EFF-03", "unclear", "2", "Is a missed appointment by the resident avoidable work, or only ours?"),
    ("EFF-03", "unclear", "2", "We were not sure whether chasing by e-mail counts."),
    ("OUT-07", "burdensome", "3", "We have no evaluation budget; finding out took half a day."),
    ("PRO-08", "does_not_fit", "3", "We have two kinds of demand and could name only one."),
    ("EQU-02", "asks_twice", "4", "Feels close to the question on complaints."),
)
"""(question, kind, clarity, words) given in the pilot, one service after the other."""
REWORDED = {
    "EFF-03": "How much avoidable work does the service carry: chasing in any form, rework, errors, "
    "appointments missed by either side, calls to ask about progress?",
    "PRO-08": "What is the main measure of demand for the service? Of two, name the one that costs more.",
}
"""What version 2 asks instead."""
DECIDED = {
    "EFF-03": (
        "changed",
        "The examples now say that chasing in any form and both sides' missed appointments count.",
    ),
    "PRO-08": ("changed", "The question now says which to name where there are two."),
    "OUT-07": ("kept", "An honest lowest level is an answer; nothing has to be found out for it."),
    "EQU-02": ("kept", "Views and complaints are asked apart on purpose: one is sought, the other arrives."),
}
"""What became of each comment, and why."""
GIVEN = "Please fill this in with your team, and tell me when it is ready to be read."
"""What a director says with the parts they give."""
ASKED_FOR = "You know this best. Could you look at it by the end of next week?"
SHARED = {
    "HIGHWAYS": ("Harry Highways", "ECO", "", ""),
    "RECYCLING": (
        "Wanda Waste",
        "EQU",
        "done",
        "Checked against the contract; the last answer is our best guess.",
    ),
    "STREET-CLEAN": ("Harry Highways", "DIG-01", "cannot", "Our systems are run by IT. Please ask them."),
}
"""Service -> (who is given what of it besides, as what it is handed back, the note); blank: still in hand."""
DISCUSSED = (
    "HIGHWAYS",
    "ECO-01",
    "Harry Highways",
    "Does this include the winter budget? @Harry Highways, you will know.",
    "It does, since last year. I have said so in the note.",
)
"""(service, question, with whom, what is asked, what is answered)."""
STANDS_IN = ("Dinah Director", "Fay Finance")
"""(who is away next week, who stands in)."""
CORRECTS = ("ADULT-CARE", "net_expenditure", "0.97", "Income from a partner was booked to another service.")
"""(service, measure, share of the published amount, reason) of a figure that its respondents correct."""
MINUTED = "We looked at the first ten places only; the ranking is made again in a year."
"""What the minutes of the first decisions add to them."""
OTHER_REASON = "A new operating model started in the spring; we look again when it has run for a year."
"""Why the executive team decided otherwise than the rules suggest."""
OWN_CRITERION = Typed(
    key="contracts_ending",
    label="contracts ending",
    definition="Contracts that end or can be left within two years, as a share of gross expenditure.",
    unit="per cent of gross",
    low="0",
    high="50",
    weight="5",
    group="cost",
    source="PRO-12 over PRO-03",
    feeds="contract_window",
    note="Asked for by procurement; tried before the first ranking.",
    seen="0",
)
"""A criterion of the council's own."""
AIMS = ("66", "72.5", "78", "60")
"""Overall scores that services set out to reach, one service after the other."""
AIM = "What the service plan promises for the end of the medium-term plan."
RAISED = "The follow-up came close already, so we raise it."
DROPPED = "The section is being rewritten; we set another once it is asked."
RETURNED = "The unit costs are last year's. Please take this year's, and say what changed."
"""Why a director returns an assessment of the cycle under way."""
MORE_TIME = "The budget round took the same weeks. Two more weeks, and no more after that."
"""Why the core team gives some services more time."""
GROUP, ASKED_THROUGH = "corporate-best-value", "DEMOCRACY"
"""The template that the executive team answers as a group, and the service whose director sends it."""
LEVELS = ("23243323332323323332", "23323223322223333323", "23233")
"""A level for each scale of that template, in order: a member who stops has not come further."""
ALONE: dict[Kind, str | list[str]] = {Kind.MULTI_CHOICE: ["none"], Kind.YES_NO: "yes"}
"""What every member answers to the rest of it."""
SAID_ALONE = {
    ("LE-01", "Xena Executive"): "The cabinet agreed its priorities, and we see them in every plan.",
    ("LE-01", "Xavier Executive"): "Only half the budget follows the priorities.",
}
"""(question, member) -> the note beside the level."""
BESIDE_NEWEST = "RECYCLING"
"""The service in whose division the newest one stands."""
NEWEST = directory.Fields(
    name="Repair and reuse hub",
    key="REUSE",
    note="Invented. Added after the cycle under way was opened, so it is not in it; it has no director yet.",
)
SECOND_THOUGHTS = ("FIT", "FIT-01", "The June report has this less far on than we first said.")
"""The section and question of an answer that is changed and put back, and the note on it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How one challenge goes: what is challenged, what the service says to it, what is agreed.

    Attributes:
        step: levels by which the challenger differs; agreed_step: by which the agreed score does in the end.
        response: a `challenge.Response`.
    """

    step: int
    why: str
    response: str
    words: str
    agreed_step: int
    because: str

    def challenged(self, own: int) -> int:
        """The challenged level."""
        return _on_scale(own, self.step)

    def agreed(self, own: int) -> int:
        """The agreed level."""
        return _on_scale(own, self.agreed_step)


def _on_scale(own: int, step: int) -> int:
    """A level that many away, one less where the scale ends; never the same for a step that is one."""
    reached = min(max(own + step, 1), 4)
    return own - 1 if step > 0 and reached == own else reached


TURNS = (
    Turn(-1, "The evidence describes the plan for this, not what happens today.", "accepts",
         "We agree that the plan came late in the year; it has been followed since.", -1,
         "The plan is sound; the level above once a full year of results is there."),
    Turn(-2, "Nothing was shown that is less than three years old.", "keeps",
         "We did this twice last year, in June and in November; the notes were not attached.", -1,
         "Met in the middle: the notes of November were seen, those of June are lost."),
    Turn(-1, "This is one team's practice, not the service's.", "offers_evidence",
         "The audit of the spring looked at four teams and found the same in all of them.", 0,
         "The audit bears the service out."),
    Turn(1, "The papers show more than the service claims for itself.", "accepts",
         "We had been modest. Thank you.", 1, "Everybody agrees on the higher level."),
    Turn(-2, "The figures are not used in any decision that we could find.", "keeps",
         "They are used in the monthly meeting, which takes no minutes.", -2,
         "What leaves no trace cannot be counted; worth looking at again next year."),
)  # fmt: skip
"""How challenges go, one after the other."""
ALWAYS_LOWERED = "MUSEUMS"
"""A service whose every challenge ends lower, in both cycles, so that somebody always goes one way."""
SESSION = ("Autumn calibration", "9", "20261101")
"""A calibration session that was closed: its name, how many answers, the seed of its sample."""
RATED = ("0000", "00-0", "-000", "0---", "+000", "--0-", "-+00", "-0--", "00+0", "0-00", "----", "0000")
"""How each rater's level differs from the self score, answer by answer: same, one lower, one higher."""
UNDER_WAY = ("Peer calibration", "6")
"""A calibration session in which people are still rating: its name, and how many answers it takes."""


@dataclass
class Stage:
    """Who is there, what is asked, and how far the story has got.

    Attributes:
        today: the day the demo is made; everything happened before it.
        files: where the files of evidence go.
        services: service key -> id.
    """

    engine: Engine
    source: Source
    services: Mapping[str, int]
    people: list[Actor]
    today: datetime
    files: FileStore
    money: dict[str, tuple[object, object]] = field(init=False)

    def __post_init__(self) -> None:
        self.money = dict(spending(self.source))

    def days_ago(self, days: float) -> datetime:
        """An instant before today."""
        return self.today - timedelta(days=days)

    def one(self, role: Role) -> Actor:
        """The first person who holds a role."""
        return next(actor for actor in self.people if role in actor.roles)

    def director_of(self, key: str) -> Actor:
        """The director of a service."""
        return next(actor for actor in self.people if self.services[key] in actor.directs)

    def answering(self, key: str) -> Actor:
        """Who fills in a service's assessment: a contributor where there is one."""
        return self.helper_of(key) or self.director_of(key)

    def named(self, name: str) -> Actor:
        """Somebody by their name."""
        return next(actor for actor in self.people if actor.name == name)

    def helper_of(self, key: str) -> Actor | None:
        """The contributor of a service, None where its director answers alone."""
        helpers = (actor for actor in self.people if self.services[key] in actor.contributes_to)
        return next(helpers, None)

    def profile(self, key: str, cycle: str, shift: float = 0.0) -> Profile:
        """What the demo says of one service in one cycle."""
        gross, net = self.money[key]
        service = next(one for one in self.source.council.services if one.key == key)
        about = {"name": service.name, "purpose": service.purpose, "demand": service.demand}
        about["legal_basis"] = service.legal_basis
        return Profile(self.source.profiles[key], about, gross, net, cycle, shift)  # type: ignore[arg-type]


def tell(stage: Stage) -> None:
    """The whole story, from the first template to the cycle under way."""
    taken = _take_in_templates(stage)
    pilot = _pilot(stage, taken[MAIN])
    second = _revise(stage, taken[MAIN], pilot)
    finished = _finished_cycle(stage, second)
    _decide(stage, finished)
    worked_reviews.deep_dive(_cast(stage), taken[ENQUIRED])
    forward.fill(stage.engine, stage.services, core=stage.one(Role.CORE_TEAM), today=stage.today)
    _follow_up(stage, second)
    under_way = _cycle_under_way(stage, second)
    _executive_team(stage, taken[GROUP])
    _aim(stage, second)
    _add_newest_service(stage)
    executives = [actor for actor in stage.people if Role.EXECUTIVE in actor.roles]
    weighing.waiting(stage.engine, under_way, executives, stage.one(Role.CORE_TEAM), stage.today)


def tell_of_three_cycles(stage: Stage) -> None:
    """Another story, for measuring: two cycles that asked every service, and a third under way."""
    version = _take_in_templates(stage)[MAIN]
    for years in (1, 0):
        _finished_cycle(replace(stage, today=stage.days_ago(365 * years)), version)
    _cycle_under_way(stage, version)


def _take_in_templates(stage: Stage) -> dict[str, int]:
    """Import every ready template; its key -> the id of its first version."""
    core, then, found = stage.one(Role.CORE_TEAM), stage.days_ago(430), {}
    for template in ready():
        with transaction(stage.engine) as session:
            taken = versions.take_in(session, text_of(template.name), template.name, by=core, now=then)
        found[template.key] = taken.version_id
    return found


def _open(
    stage: Stage, name: str, kind: str, version: int, keys: list[str], opened: datetime, days: int
) -> int:
    typed = cycles.Typed(
        name=name,
        kind=kind,
        version=str(version),
        opens_on=_typed(opened.date()),
        due_on=_typed((opened + timedelta(days=days)).date()),
        services=tuple(str(stage.services[key]) for key in keys),
    )
    with reading(stage.engine) as session:
        revision = cycles.dry_run(session, typed, now=opened).revision
    with transaction(stage.engine) as session:
        cycle = cycles.open_cycle(session, typed, revision=revision, by=stage.one(Role.CORE_TEAM), now=opened)
    _give_parts(stage, cycle, opened)
    return cycle


def _give_parts(stage: Stage, cycle: int, then: datetime) -> None:
    """Each director gives the whole to their contributor, who had nothing of it in an earlier cycle."""
    with transaction(stage.engine) as session:
        has_given = set(session.scalars(select(Delegation.assessment_id)))
        for key, assessment in _assessments(stage, cycle):
            helper = stage.helper_of(key)
            if helper is not None and assessment not in has_given:
                typed = delegations.Typed(places=("",), people=(str(helper.id),), message=GIVEN)
                by = stage.director_of(key)
                delegations.give(session, assessment, typed, by=by, now=then)


def _typed(day: date) -> tuple[str, str, str]:
    return str(day.day), str(day.month), str(day.year)


def _pilot(stage: Stage, version: int) -> int:
    """Three services answer for real and comment; their results are agreed, and set no baseline."""
    keys = [key for key, row in stage.source.profiles.items() if row["is_pilot"] == "yes"]
    opened = stage.days_ago(420)
    cycle = _open(stage, f"Pilot {opened.year}", "pilot", version, keys, opened, 28)
    for number, (key, assessment) in enumerate(_assessments(stage, cycle)):
        answered = opened + timedelta(days=8 + number)
        _answer(stage, key, assessment, "pilot", answered, shift=-0.05)
        for place, (question, kind, clarity, words) in enumerate(COMMENTS):
            if place % len(keys) == number:
                comment = feedback.Typed(kind, clarity, words)
                with transaction(stage.engine) as session:
                    by = stage.answering(key)
                    feedback.give(session, assessment, question, comment, by=by, now=answered)
        _send(stage, key, assessment, answered + timedelta(days=2))
        _agree(stage, assessment, answered + timedelta(days=9))
    return cycle


def _revise(stage: Stage, version: int, pilot: int) -> int:
    """Version 2: two questions reworded, every comment decided with a reason, the pilot closed."""
    core, then = stage.one(Role.CORE_TEAM), stage.days_ago(390)
    with transaction(stage.engine) as session:
        second = versions.revise(session, version, by=core, now=then)
    for key, words in REWORDED.items():
        with transaction(stage.engine) as session:
            form = designs.question(session, second, key, by=core)
            fields = form.fields | {"text": [words]}
            designs.save_question(session, second, key, fields, revision=form.revision, by=core, now=then)
    for key, (outcome, reason) in DECIDED.items():
        within = second if outcome == "changed" else None
        with transaction(stage.engine) as session:
            feedback.decide_all(session, pilot, key, outcome, reason, within, by=core, now=then)
    with transaction(stage.engine) as session:
        cycles.close(session, pilot, by=core, now=stage.days_ago(385))
    return second


def _finished_cycle(stage: Stage, version: int) -> int:
    """Every service answered, some were challenged, all is agreed: the baselines."""
    opened = stage.days_ago(372)
    name = f"Self-assessment {_financial_year(opened.date())}"
    cycle = _open(stage, name, "rollout", version, list(stage.services), opened, 42)
    for number, (key, assessment) in enumerate(_assessments(stage, cycle)):
        answered = opened + timedelta(days=5 + number % 30)
        _answer(stage, key, assessment, "first", answered, shift=-_gain(stage, key))
        _name_papers(stage, papers.LAST_YEAR.get(key, ()), key, assessment, answered)
        _send(stage, key, assessment, answered + timedelta(days=1))
        if stage.source.profiles[key]["is_challenged"] == "yes":
            _challenge(stage, key, assessment, opened + timedelta(days=50), is_settled=True)
        _agree(stage, assessment, opened + timedelta(days=60))
    _date_actions(stage)
    with transaction(stage.engine) as session:
        cycles.close(session, cycle, by=stage.one(Role.CORE_TEAM), now=opened + timedelta(days=61))
    return cycle


def _own_criterion(stage: Stage) -> None:
    """A criterion that the core team tried and switched off again before the executive team ranked."""
    by = stage.one(Role.CORE_TEAM)
    with transaction(stage.engine) as session:
        criteria.save(session, None, OWN_CRITERION, by=by, now=stage.days_ago(306))
    with transaction(stage.engine) as session:
        seen = criteria.form(session, OWN_CRITERION.key).typed.seen
        criteria.switch(session, OWN_CRITERION.key, seen, is_used=False, by=by, now=stage.days_ago(304))


def _decide(stage: Stage, cycle: int) -> None:
    """The executive team's ranking of the finished cycle, its decisions, and the first reviews."""
    _own_criterion(stage)
    executives = [actor for actor in stage.people if Role.EXECUTIVE in actor.roles]
    then = stage.days_ago(300)
    run = weighing.ranked(stage.engine, cycle, executives, "Executive team ranking", then)
    weighing.tried(stage.engine, run, executives[0], then + timedelta(days=1))
    with reading(stage.engine) as session:
        board = priorities.board(session, run)
    _record_outcomes(stage, run, board, executives[0], then)


def _follow_up(stage: Stage, version: int) -> None:
    """Half a year on, the services that wanted to know: those that piloted and some others; all is agreed."""
    opened = stage.days_ago(200)
    rows = stage.source.profiles
    asked = [key for key, row in rows.items() if row["is_pilot"] == "yes"]
    asked += [key for key, row in rows.items() if row["stage"] == "agreed"][:9]
    cycle = _open(stage, f"Follow-up {opened.year}", "rollout", version, asked, opened, 28)
    for number, (key, assessment) in enumerate(_assessments(stage, cycle)):
        answered = opened + timedelta(days=4 + number)
        _answer(stage, key, assessment, "middle", answered, shift=-_gain(stage, key) / 2)
        _send(stage, key, assessment, answered + timedelta(days=1))
        _agree(stage, assessment, opened + timedelta(days=40))
    with transaction(stage.engine) as session:
        cycles.close(session, cycle, by=stage.one(Role.CORE_TEAM), now=opened + timedelta(days=41))


def _cycle_under_way(stage: Stage, version: int) -> int:
    """The second rollout, each service as far as its profile says; its id."""
    opened = stage.days_ago(38)
    name = f"Self-assessment {_financial_year(opened.date())}"
    cycle = _open(stage, name, "rollout", version, list(stage.services), opened, 36)
    for number, (key, assessment) in enumerate(_assessments(stage, cycle)):
        row = stage.source.profiles[key]
        answered = opened + timedelta(days=6 + number % 25)
        if row["stage"] == "not_started":
            continue
        sections = 4 + number % 5 if row["stage"] == "started" else None
        _answer(stage, key, assessment, "second", answered, sections=sections)
        _name_papers(stage, papers.THIS_YEAR.get(key, ()), key, assessment, answered)
        if key == CORRECTS[0]:
            _correct(stage, assessment, answered)
        if row["stage"] == "started":
            _think_again(stage, key, assessment, answered + timedelta(days=1))
        else:
            _finish(stage, key, assessment, answered + timedelta(days=1), is_signed_off=number % 3 > 0)
    _share(stage, cycle)
    _steer(stage, cycle)
    _calibrate(stage, cycle)
    return cycle


def _calibrate(stage: Stage, cycle: int) -> None:
    """Four people rate the same answers alone, compare and settle them; another session is under way."""
    raters = [actor for actor in stage.people if actor.has(Role.CORE_TEAM, Role.CHALLENGER)]
    (name, size, seed), then = SESSION, stage.days_ago(6)
    form = calibrations.Typed(name, _typed(then.date()), "", "random", "", size, seed, "yes", _ids(raters))
    core = stage.one(Role.CORE_TEAM)
    with transaction(stage.engine) as session:
        made = calibrations.create(session, cycle, form, by=core, now=then)
        items = calibrations.show(session, made, by=core).items
        for place, by in enumerate(raters):
            for item, steps in zip(items, RATED, strict=False):
                level = _on_scale(_level(item), {"-": -1, "0": 0, "+": 1}[steps[place]])
                raw = {"value": str(level), "note": "Seen in the papers." if steps[place] != "0" else ""}
                calibrations.rate(session, made, item.id, raw, by=by, now=then)
            calibrations.finish(session, made, by=by, now=then)
        calibrations.compare(session, made, by=core, now=then)
    with transaction(stage.engine) as session:
        for item, steps in zip(items, RATED, strict=False):
            is_lower = steps.count("-") >= len(raters) / 2
            raw = {"value": str(_on_scale(_level(item), -1 if is_lower else 0))}
            raw |= {"evidence": item.before.evidence.value}
            raw |= {"reason": "Most of us read it lower." if is_lower else "We found no reason to change it."}
            calibrations.settle(session, made, item.id, raw, by=core, now=then)
        calibrations.close(session, made, by=core, now=stage.days_ago(5))
    _rate_on(stage, cycle, raters)


def _rate_on(stage: Stage, cycle: int, raters: list[Actor]) -> None:
    """The session under way: one has finished, one is half-way, the others have not begun."""
    (name, size), then = UNDER_WAY, stage.days_ago(1)
    form = calibrations.Typed(
        name, _typed(stage.today.date()), "", "queue", "", size, "", "yes", _ids(raters)
    )
    core, first, second = stage.one(Role.CORE_TEAM), raters[-1], raters[-2]
    with transaction(stage.engine) as session:
        made = calibrations.create(session, cycle, form, by=core, now=then)
        items = calibrations.show(session, made, by=core).items
        for by, rated in ((first, items), (second, items[: len(items) // 2])):
            for item in rated:
                calibrations.rate(session, made, item.id, {"value": "3"}, by=by, now=then)
        calibrations.finish(session, made, by=first, now=then)


def _ids(people: Iterable[Actor]) -> tuple[str, ...]:
    return tuple(str(actor.id) for actor in people)


def _level(item: calibrations.Item) -> int:
    """The level of an answer as it stood."""
    return item.before.value if isinstance(item.before.value, int) else 1


def _steer(stage: Stage, cycle: int) -> None:
    """One is returned; most of those not done get more time before it was due; who is late was chased."""
    core = stage.one(Role.CORE_TEAM)
    with reading(stage.engine) as session:
        rows = dict(iter(session.execute(select(Assessment.id, Assessment.status).filter_by(cycle_id=cycle))))
    found = dict(_assessments(stage, cycle))
    waiting = [key for key, assessment in found.items() if rows[assessment] == "submitted"]
    stages = {key: stage.source.profiles[key]["stage"] for key in found}
    with transaction(stage.engine) as session:
        by = stage.director_of(waiting[0])
        sign_off.send_back(session, found[waiting[0]], RETURNED, by=by, now=stage.days_ago(4))
    unstarted = [found[key] for key in found if stages[key] == "not_started"]
    started = [found[key] for key in found if stages[key] == "started"]
    with transaction(stage.engine) as session:
        day = _typed(stage.days_ago(-12).date())
        more = [*unstarted[2:], *(one for i, one in enumerate(started) if i % 3)]
        chasing.extend(session, cycle, more, day, MORE_TIME, by=core, now=stage.days_ago(3))
    with transaction(stage.engine) as session:
        view = chasing.to_chase(session, cycle, started[::3], by=core, now=stage.days_ago(1))
        chasing.chase(session, cycle, started[::3], view.subject, view.body, by=core, now=stage.days_ago(1))


def _share(stage: Stage, cycle: int) -> None:
    """Colleagues at work: a section with a head of service, one handed back, one that wants another person.

    Questions and answers about a figure go to and fro, and somebody stands in next week.
    """
    found = dict(_assessments(stage, cycle))
    for key, (who, place, said, note) in SHARED.items():
        director, helper, assessment = stage.director_of(key), stage.named(who), found[key]
        typed = delegations.Typed(places=(place,), people=(str(helper.id),), message=ASKED_FOR)
        with transaction(stage.engine) as session:
            delegations.give(session, assessment, typed, by=director, now=stage.days_ago(12))
            part = session.scalars(
                select(Delegation.id).filter_by(assessment_id=assessment, person_id=helper.id, place=place)
            ).one()
            if said:
                then = stage.days_ago(4)
                delegations.hand_back(session, assessment, part, said, note, by=helper, now=then)
    key, question, who, asked, answered = DISCUSSED
    director, helper = stage.director_of(key), stage.named(who)
    with transaction(stage.engine) as session:
        tell, then = (str(helper.id),), stage.days_ago(5)
        comments.write(session, found[key], question, asked, tell, by=director, now=then)
        comments.write(session, found[key], question, answered, (), by=helper, now=stage.days_ago(2))
    away, stands_in = (stage.named(name) for name in STANDS_IN)
    starts, ends = ((stage.today + timedelta(days=days)).date() for days in (7, 18))
    services = tuple(str(service_id) for service_id in sorted(away.directs))
    deputy = deputies.Typed(str(stands_in.id), services, _typed(starts), _typed(ends))
    with transaction(stage.engine) as session:
        deputies.name(session, deputy, by=away, now=stage.days_ago(1))


def _think_again(stage: Stage, key: str, assessment: int, then: datetime) -> None:
    """The director lowers an answer, and whoever helps puts the earlier one back: three revisions."""
    section, about, note = SECOND_THOUGHTS
    director = stage.director_of(key)
    with transaction(stage.engine) as session:
        asked = assessments.section(session, assessment, section, by=director).asked
        one = next(one for one in asked if one.question.key == about)
        if not isinstance(one.answer.value, int) or one.answer.value == 1:
            return
        raw = {"value": str(one.answer.value - 1), "evidence": one.answer.evidence.value, "note": note}
        sent = {about: Sent(raw, one.seen)}
        assessments.save(session, assessment, section, sent, by=director, now=then)
    helper = stage.helper_of(key)
    if helper is not None and helper.id != director.id:
        with transaction(stage.engine) as session:
            seen = history.ask(session, assessment, about, 1, by=helper).seen
            later = then + timedelta(hours=3)
            history.put_back(session, assessment, about, 1, seen=seen, by=helper, now=later)


def _correct(stage: Stage, assessment: int, then: datetime) -> None:
    """Respondents correct a published figure, so that the check page has one to tell of."""
    key, measure, share, reason = CORRECTS
    by = stage.answering(key)
    with transaction(stage.engine) as session:
        _, found = head_with_figures(session, assessment)
        figure = [one for one in found if one.measure == measure][-1]
        amount = (figure.amount * Decimal(share)).quantize(Decimal("1E3"))
        typed = figure_views.Typed(figure_views.CORRECTED, f"{amount:f}", reason, figure_views.seen(figure))
        figure_views.say(session, assessment, measure, figure.year, typed, by=by, now=then)


def _aim(stage: Stage, version: int) -> None:
    """What directors and the core team want to reach: set after the follow-up, one changed, one withdrawn."""
    core, then = stage.one(Role.CORE_TEAM), stage.days_ago(150)
    due = _typed(date(stage.today.year + 2, 3, 31))
    with reading(stage.engine) as session:
        template = session.get_one(Version, version).template_id
    keys = [key for key, row in stage.source.profiles.items() if row["stage"] == "agreed"]
    for number, key in enumerate(keys[:12]):
        by = core if number % 4 == 3 else stage.director_of(key)
        wanted = [(targets.OVERALL, AIMS[number % len(AIMS)])] + ([("EFF", "75")] if number % 3 == 0 else [])
        for place, points in wanted:
            with transaction(stage.engine) as session:
                typed = targets.Typed(place, points, due, AIM)
                made = targets.put(session, stage.services[key], template, typed, by=by, now=then)
        if number == 0:
            with transaction(stage.engine) as session:
                typed = targets.Typed(targets.OVERALL, "70", due, RAISED, seen=str(made))
                targets.put(session, stage.services[key], template, typed, by=by, now=stage.days_ago(60))
        if number == 6:
            with transaction(stage.engine) as session:
                targets.withdraw(session, made, DROPPED, by=by, now=stage.days_ago(60))


def _executive_team(stage: Stage, version: int) -> None:
    """The executive team's own assessment: two have finished, one is under way, one has not begun."""
    opened = stage.days_ago(12)
    name = f"Best Value {_financial_year(opened.date())}"
    cycle = _open(stage, name, "rollout", version, [ASKED_THROUGH], opened, 28)
    ((_, assessment),) = _assessments(stage, cycle)
    team = [actor for actor in stage.people if Role.EXECUTIVE in actor.roles]
    for by, levels, then in zip(team, LEVELS, (8, 6, 3), strict=False):
        _answer_alone(stage, assessment, by, levels, stage.days_ago(then))


def _answer_alone(stage: Stage, assessment: int, by: Actor, levels: str, then: datetime) -> None:
    """One member's answers, a level for each scale of the sections they have come to; finished with all."""
    with reading(stage.engine) as session:
        view = groups.show(session, assessment, by=by)
    given = iter(levels)
    for part in view.parts:
        if sent := _alone(part.page.section.questions, given, by.name):
            with transaction(stage.engine) as session:
                groups.save(session, assessment, part.page.key, sent, by=by, now=then)
    with reading(stage.engine) as session:
        me = groups.show(session, assessment, by=by).me
    if me is not None and me.progress.is_complete:
        with transaction(stage.engine) as session:
            groups.finish(session, assessment, by=by, now=then)


def _alone(questions: Iterable[Question], levels: Iterator[str], name: str) -> dict[str, Sent]:
    sent = {}
    for question in questions:
        level = next(levels, None) if question.kind is Kind.SCALE else ""
        if level is None:
            break
        raw: dict[str, str | list[str]] = {"value": level or ALONE[question.kind]}
        if level:
            raw |= {"evidence": "documented", "note": SAID_ALONE.get((question.key, name), "")}
        sent[question.key] = Sent(raw, UNSEEN)
    return sent


def _add_newest_service(stage: Stage) -> None:
    """The directory grows while a cycle is under way: somebody has to find a director for the new service."""
    with transaction(stage.engine) as session:
        beside = session.get_one(Service, stage.services[BESIDE_NEWEST])
        fields = replace(NEWEST, parent_id=beside.division_id, family=beside.family)
        directory.add(session, "service", fields, by=stage.one(Role.ADMINISTRATOR), now=stage.days_ago(6))


def _finish(stage: Stage, key: str, assessment: int, then: datetime, *, is_signed_off: bool) -> None:
    """As far as a complete assessment of the cycle under way has come."""
    row = stage.source.profiles[key]
    if row["stage"] == "submitted" and not is_signed_off:
        _submit(stage, key, assessment, then)
        return
    _send(stage, key, assessment, then)
    if row["is_challenged"] == "yes":
        _challenge(stage, key, assessment, stage.days_ago(3), is_settled=row["stage"] == "agreed")
    if row["stage"] == "agreed":
        _agree(stage, assessment, stage.days_ago(2))


def _assessments(stage: Stage, cycle: int) -> Iterator[tuple[str, int]]:
    """(service key, assessment id) of a cycle, in the order of the services."""
    with reading(stage.engine) as session:
        rows = session.execute(
            select(Assessment.service_id, Assessment.id).where(Assessment.cycle_id == cycle)
        )
        found = dict(iter(rows))
    return ((key, found[service]) for key, service in stage.services.items() if service in found)


def _answer(
    stage: Stage,
    key: str,
    assessment: int,
    cycle: str,
    then: datetime,
    *,
    shift: float = 0.0,
    sections: int | None = None,
) -> None:
    """Answer an assessment section by section, all of it or the first few sections."""
    by = stage.answering(key)
    with reading(stage.engine) as session:
        questionnaire = assessments.show(session, assessment, by=by).questionnaire
    forms = invented.forms(questionnaire, stage.profile(key, cycle, shift))
    for number, section in enumerate(list(questionnaire.all_sections.values())[:sections]):
        sent = {q.key: Sent(forms[q.key], FIRST) for q in section.questions if q.key in forms}
        at = then + timedelta(minutes=7 * number)
        opened = at - timedelta(minutes=2 + (3 * number + len(key)) % 5)
        with transaction(stage.engine) as session:
            saved = assessments.save(session, assessment, section.key, sent, by=by, now=at, opened_at=opened)
        if saved.problems:
            raise ValueError(f"{key} {section.key}: {saved.problems}")


def _name_papers(
    stage: Stage, named: tuple[papers.Paper, ...], key: str, assessment: int, then: datetime
) -> None:
    papers.name(stage.engine, stage.files, named, assessment, by=stage.director_of(key), now=then)


def _submit(stage: Stage, key: str, assessment: int, then: datetime) -> None:
    with transaction(stage.engine) as session:
        sign_off.submit(session, assessment, by=stage.answering(key), now=then)


def _send(stage: Stage, key: str, assessment: int, then: datetime) -> None:
    """Send for sign-off, and sign off a day later."""
    _submit(stage, key, assessment, then)
    with transaction(stage.engine) as session:
        sign_off.sign_off(session, assessment, by=stage.director_of(key), now=then + timedelta(days=1))


def _challenge(stage: Stage, key: str, assessment: int, then: datetime, *, is_settled: bool) -> None:
    """A few scores are challenged, by one challenger or the other; responded to and agreed where settled."""
    people = [actor for actor in stage.people if Role.CHALLENGER in actor.roles]
    number = list(stage.services).index(key)
    challenger = people[number % len(people)]
    is_lowered = key == ALWAYS_LOWERED
    with reading(stage.engine) as session:
        found = _doubtful(session, assessment, challenger, number, 4 if is_lowered else 1 + number % 3)
    for place, (question, own) in enumerate(found):
        turn = TURNS[0] if is_lowered else TURNS[(number + place) % len(TURNS)]
        _raise(stage, turn, assessment, question, own, by=challenger, then=then)
        if is_settled:
            director = stage.director_of(key)
            _settle(stage, turn, assessment, question, own, by=director, then=then)


def _raise(
    stage: Stage, turn: Turn, assessment: int, question: str, own: int, *, by: Actor, then: datetime
) -> None:
    raw = {"value": str(turn.challenged(own)), "reason": turn.why}
    with transaction(stage.engine) as session:
        challenge.make(session, assessment, question, raw, by=by, now=then)


def _settle(
    stage: Stage, turn: Turn, assessment: int, question: str, own: int, *, by: Actor, then: datetime
) -> None:
    """The service responds, and the core team agrees a score."""
    raw = {"value": str(turn.agreed(own)), "reason": turn.because}
    with transaction(stage.engine) as session:
        said = {"as": turn.response, "response": turn.words}
        challenge.respond(session, assessment, question, said, by=by, now=then + timedelta(days=2))
        core = stage.one(Role.CORE_TEAM)
        challenge.agree(session, assessment, question, raw, by=core, now=then + timedelta(days=2, hours=2))


def _doubtful(session: Session, assessment: int, by: Actor, number: int, count: int) -> list[tuple[str, int]]:
    """The scores that weak evidence could move most, then others at level 2 or 3: (question, level)."""
    lines = challenge.show(session, assessment, by=by).lines
    high = [line for line in lines if line.own[:2] in ("3:", "4:")]
    doubted = [line for line in high if line.stake]
    others = [line for line in high if not line.stake]
    turned = [*doubted, *others[number % 7 :], *others[: number % 7]]
    return [(line.key, int(line.own[0])) for line in turned[:count]]


def _agree(stage: Stage, assessment: int, then: datetime) -> None:
    with transaction(stage.engine) as session:
        challenge_closing.close(session, assessment, by=stage.one(Role.CORE_TEAM), now=then)


def _date_actions(stage: Stage) -> None:
    """Give most improvement actions a date, so that some are due, some late and some still want one."""
    with transaction(stage.engine) as session:
        for number, action in enumerate(
            session.scalars(select(ImprovementAction).order_by(ImprovementAction.id))
        ):
            if number % 4:
                action.due_on = (stage.today + timedelta(days=30 * (number % 11) - 60)).date()
                action.status = ("agreed", "under_way", "done")[number % 3]


def _gain(stage: Stage, key: str) -> float:
    """How far a service has come since the finished cycle, on 0 to 1."""
    return float(stage.source.profiles[key]["change_since_last_cycle"])


def _financial_year(day: date) -> str:
    """The financial year a day is in, `2026-27`."""
    first = day.year if day >= date(day.year, 4, 1) else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _record_outcomes(stage: Stage, run: int, board: priorities.Board, by: Actor, then: datetime) -> None:
    """Decide the first ten services in a meeting, mostly as the rules suggest, and plan the first reviews."""
    first = {line.service_id: line for line in board.ranked[:10]}
    spared = [service for service, line in first.items() if line.outcome in reviews.MODES][-1]
    verdicts = {}
    for line in first.values():
        outcome = "monitor" if line.service_id == spared else line.outcome
        verdicts[line.service_id] = Verdict(
            outcome=outcome,
            topic="Cost and demand" if outcome == "deep_dive" else "",
            reason=OTHER_REASON if outcome != line.outcome else f"As the rules suggest: {line.reason}",
        )
    present = ", ".join(actor.name for actor in stage.people if Role.EXECUTIVE in actor.roles)
    with transaction(stage.engine) as session:
        blank = decisions.agenda(session, run, now=then).typed
        minutes = replace(blank, chair=by.name, present=present, note=MINUTED, verdicts=verdicts)
        meeting, _ = decisions.save(session, run, minutes, closes=True, by=by, now=then)
        decided = {one.service_id: one for one in decided_in(session, meeting)}
    for number, service in enumerate(list(first)[:6]):
        if decided[service].outcome in reviews.MODES:
            is_worked = service == stage.services[WORKED]
            made = _plan(stage, decided[service].id, number, then, worked=is_worked)
            if is_worked:
                worked_reviews.closed(_cast(stage), made, then + timedelta(days=2))


def _plan(stage: Stage, decision: int, number: int, then: datetime, *, worked: bool) -> int:
    core = stage.one(Role.CORE_TEAM)
    starts = (then + timedelta(days=40 + 75 * number)).date()
    states = ("closed", "implementing", "reporting", "under_way", "approved", "proposed")
    status = "proposed" if worked else states[number]
    with transaction(stage.engine) as session:
        form = reviews.blank(session, decision_id=decision)
        draft = replace(form.draft, day=_typed(starts), lead=str(core.id))
        return reviews.add(session, draft, by=core, now=then + timedelta(days=1), status=status)


def _cast(stage: Stage) -> worked_reviews.Cast:
    people = {actor.name: actor for actor in stage.people}
    return worked_reviews.Cast(stage.engine, people, stage.services, stage.today)
