"""Two reviews of the demo council, worked through: a deep dive under way, and a closed service review.

Every step is the workflow that its people would have used. People, findings and amounts are invented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vfm.questionnaires.merging import UNSEEN, Sent
from vfm.roles import Actor
from vfm.store.database import Engine, reading, transaction
from vfm.workflows import assessments, review_lines, review_parts, review_work, reviews

Fields = Mapping[str, str]

# --- home to school transport: a deep dive under way --------------------------------------------------------

ORIGIN = "Strategic business case 7, approved by the executive team: transport overspent for the third year."
WIDER = "The executive team asked for post-16 travel as well, as that is where the growth is."
TRANSPORT_SCOPE = (
    {
        "covers": "Mainstream and SEND travel to 16\nContracts and the in-house fleet\n"
        "Eligibility and appeals",
        "leaves_out": "Post-16 travel\nPublic bus network policy",
        "reason": "First scope, agreed with the sponsor.",
    },
    {
        "covers": "Mainstream and SEND travel to 16\nPost-16 travel\nContracts and the in-house fleet\n"
        "Eligibility and appeals\nTravel training and personal budgets",
        "leaves_out": "Public bus network policy\nSchool place planning, except as a cause of cost",
        "reason": WIDER,
    },
)
TRANSPORT_TEAM = (
    ("Finance partner", "Fay Finance", "", "15"),
    ("Internal audit: contracts", "Chester Challenger", "", "12"),
    ("Head of highways", "Harry Highways", "", "10"),
    ("Special educational needs casework", "", "", "10"),
    ("Parent carer forum", "", "Pamela Parent, parent carer forum", "3"),
    ("Data analyst", "", "", "8"),
)
"""(place, who of the council, who from outside, days); nobody in the last two but one: a vacancy."""
ANSWERS: Mapping[str, Mapping[str, Mapping[str, str | list[str]]]] = {
    "K1": {
        "K1-03": {"value": "31"},
        "K1-04": {
            "value": "About a fifth more in three years on today's policy, nearly all of it SEND, if "
            "placements go on as they have."
        },
        "K1-05": {"value": "1"},
    },
    "K2": {
        "K2-02": {"value": ["post16_send", "distance"]},
        "K2-04": {"value": "34 appeals at stage two, 21 of them upheld."},
        "K2-05": {"value": "2", "evidence": "documented"},
    },
    "K4": {
        "K4-01": {"value": "41 operators; the largest five have 63% of the spend."},
        "K4-02": {"value": "1.7"},
        "K4-03": {"value": "38"},
        "K4-05": {"value": "sometimes"},
        "K4-06": {"value": "2", "evidence": "documented"},
    },
    "K5": {"K5-01": {"value": "57"}, "K5-03": {"value": "no"}, "K5-05": {"value": "1"}},
}
"""Section -> question -> what the team answered so far."""
TESTED = {
    "K1": ("supported", "Seven of ten new passengers came with a placement further than the nearest school."),
    "K4": ("supported", "Routes with one bid cost 46% more a mile than those with three or more."),
    "K5": ("unclear", "Two of five depots could share vehicles; the other three have no usable data."),
}
"""Section -> how its hypothesis stands, and why."""
CONCLUSION = "The market is thin where routes are tendered one at a time and at short notice."
TRANSPORT_FINDINGS = (
    ("K4", "Most routes are tendered alone, and draw fewer than two bids.", "Tender log, 214 routes"),
    ("K1", "Transport learns of a placement after it is made.", "Twelve files; talks with five caseworkers"),
)

# --- tourism and events: a service review that is closed ----------------------------------------------------

CLOSED_SCOPE = {
    "covers": "Visitor information centres\nEvents programme\nMarketing of the coast",
    "leaves_out": "Theatres and museums, which are reviewed by themselves",
    "reason": "Agreed with the sponsor at the first meeting.",
}
CLOSED_TEAM = (
    ("Finance partner", "Fay Finance", "", "20"),
    ("Challenge from internal audit", "Chloe Challenger", "", "15"),
    ("Performance", "Cyril Core", "", "30"),
    ("Peer from another council", "", "Percy Peer, a district council", "10"),
)
ENQUIRIES = (
    (
        "Who uses the visitor centres, and what would they miss?",
        "Three of four visitors find what they need on their phone.",
        "Counts at the door, and a survey of 400 visitors",
        "supported",
        "Of 412 asked, 78% had planned the day online; footfall fell by half in six years.",
        "Two of the four centres no longer serve enough people to pay for their doors.",
        "Two centres see fewer than 20 visitors on most days.",
        "Door counts, January to December; survey of 412 visitors",
    ),
    (
        "Do events bring in what they cost?",
        "The three largest events pay for themselves; the others do not.",
        "Income and cost of each event over two years",
        "refuted",
        "One of the three largest loses most; four small ones break even with volunteers.",
        "Size says little: who carries the fixed cost decides.",
        "The summer festival costs more each year, and its stalls pay what they did in 2019.",
        "Event ledgers of two years, checked by internal audit",
    ),
    (
        "What would another way of running it look like?",
        "A shared service with the neighbouring district would keep the offer at a lower cost.",
        "Options worked out with the peer",
        "supported",
        "The district runs its own team of three, with the same suppliers.",
        "Share marketing first; look at the rest in two years.",
        "Both councils buy the same campaigns from the same agency, apart.",
        "Contracts of both councils",
    ),
)
"""(line, hypothesis, test, how it stands, why, conclusion, finding, what that rests on)."""
RECOMMENDED: tuple[tuple[int, Fields], ...] = (
    (
        0,
        {
            "text": "Close two visitor centres and put information points into the libraries beside them.",
            "savings_kind": "cashable",
            "savings_span": "recurring",
            "other_benefit": "Information points are open six days a week, the centres were on four.",
            "savings_low": "85,000",
            "savings_high": "120,000",
            "status": "accepted",
            "response": "Accepted. The libraries take the information points on from April.",
        },
    ),
    (
        1,
        {
            "text": "Set stall fees at what a pitch costs, with a lower rate for local makers.",
            "savings_kind": "cashable",
            "savings_span": "recurring",
            "savings_low": "20,000",
            "savings_high": "45,000",
            "status": "accepted",
            "response": "Accepted for the next season.",
        },
    ),
    (
        1,
        {
            "text": "End the summer festival.",
            "savings_kind": "cashable",
            "savings_span": "recurring",
            "savings_low": "60,000",
            "savings_high": "75,000",
            "status": "rejected",
            "response": "Rejected: cabinet wants the festival kept, and its cost brought down by new fees.",
        },
    ),
    (
        2,
        {
            "text": "Buy next year's campaign together with the neighbouring district.",
            "savings_kind": "avoidance",
            "savings_span": "one_off",
            "savings_low": "15,000",
            "savings_high": "30,000",
            "status": "done",
            "response": "One contract for both councils since last month.",
        },
    ),
)
"""(place of the finding it follows from, its fields)."""
OUTCOME = (
    "Two visitor centres close and the libraries beside them take on the information points; fees for "
    "stalls follow cost; campaigns are bought with the neighbouring district. The festival stays. "
    "Learnt on the way: count who comes through the door before anything else."
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom the two reviews need: everybody by name, and the services by key."""

    engine: Engine
    people: Mapping[str, Actor]
    services: Mapping[str, int]
    today: datetime


def deep_dive(cast: Cast, version: int) -> None:
    """Home to school transport: its team answers the template, with two places still vacant."""
    core, sponsor, lead = (cast.people[name] for name in ("Cyril Core", "Xander Executive", "Cora Core"))
    begun = cast.today - timedelta(days=60)
    draft = reviews.Draft(
        service=str(cast.services["HIGHWAYS"]),
        mode="deep_dive",
        topic="Home to school transport",
        day=_typed(begun),
        lead=str(lead.id),
    )
    with transaction(cast.engine) as session:
        review = reviews.add(session, draft, by=core, now=begun)
    _about(
        cast,
        review,
        core,
        begun,
        sponsor_id=str(sponsor.id),
        partner="Wrenport Transport Advisers (invented)",
        origin=ORIGIN,
        cashable_recurring_low="250,000",
        cashable_recurring_high="600,000",
        avoidance_recurring_low="100,000",
        avoidance_recurring_high="180,000",
        other_benefit="Shorter journeys, and fewer late changes for families.",
        **_day("ends_on", cast.today + timedelta(days=35)),
    )
    _move(cast, review, ("approved", "scoping"), core, begun + timedelta(days=1))
    _team(cast, review, TRANSPORT_TEAM, lead, begun + timedelta(days=4))
    for number, scope in enumerate(TRANSPORT_SCOPE):
        _scope(cast, review, scope, lead, begun + timedelta(days=6 + 16 * number))
    with transaction(cast.engine) as session:
        review_lines.take(session, review, str(version), by=lead, now=begun + timedelta(days=9))
    why = "Finance, audit and the service can start; casework and data follow."
    _move(cast, review, ("under_way",), lead, begun + timedelta(days=10), reason=why)
    _answered(cast, review, begun + timedelta(days=20))
    _tested(cast, review, lead, begun + timedelta(days=40))


def closed(cast: Cast, review: int, then: datetime) -> None:
    """A service review that a decision chose, from its first day to its end."""
    core, sponsor = cast.people["Cora Core"], cast.people["Xanthe Executive"]
    _about(
        cast, review, core, then, sponsor_id=str(sponsor.id), **_day("ends_on", then + timedelta(days=170))
    )
    _move(cast, review, ("approved", "scoping"), core, then + timedelta(days=14))
    _team(cast, review, CLOSED_TEAM, core, then + timedelta(days=20))
    _scope(cast, review, CLOSED_SCOPE, core, then + timedelta(days=22))
    found = [_enquired(cast, review, one, core, then + timedelta(days=30)) for one in ENQUIRIES]
    _move(cast, review, ("under_way",), core, then + timedelta(days=40))
    _move(cast, review, ("reporting",), core, then + timedelta(days=120))
    advice = []
    for finding, fields in RECOMMENDED:
        more = {"finding_id": str(found[finding]), "owner_id": str(cast.people["Duncan Director"].id)}
        more |= _day("due_on", then + timedelta(days=240 + 30 * finding))
        advice.append(
            _add(cast, review, "recommendations", {**fields, **more}, core, then + timedelta(days=125))
        )
    _move(cast, review, ("implementing",), core, then + timedelta(days=140))
    for made, (_, fields) in zip(advice, RECOMMENDED, strict=True):
        if fields["status"] == "accepted":
            with transaction(cast.engine) as session:
                review_parts.act_on(session, review, made, by=core, now=then + timedelta(days=142))
    why = "What is done needs no action any more."
    done = {
        "outcome_note": OUTCOME,
        "cashable_recurring_low": "105,000",
        "cashable_recurring_high": "160,000",
        "avoidance_one_off_low": "15,000",
        "avoidance_one_off_high": "30,000",
        "reason": why,
    }
    _move(cast, review, ("closed",), core, then + timedelta(days=170), **done)


# --- single steps -------------------------------------------------------------------------------------------


def _about(cast: Cast, review: int, by: Actor, now: datetime, **typed: str) -> None:
    with transaction(cast.engine) as session:
        view = review_work.about(session, review, by=by)
        review_work.change(session, review, {**view.typed, **typed}, view.seen, by=by, now=now)


def _move(cast: Cast, review: int, states: Sequence[str], by: Actor, now: datetime, **typed: str) -> None:
    for days, to in enumerate(states):
        with transaction(cast.engine) as session:
            seen = review_work.show(session, review, by=by).head.status
            review_work.move(session, review, to, typed, seen, by=by, now=now + timedelta(days=days))


def _team(cast: Cast, review: int, team: Sequence[tuple[str, ...]], by: Actor, now: datetime) -> None:
    for role, who, outside, days in team:
        person = str(cast.people[who].id) if who else ""
        typed = {"role": role, "person_id": person, "name": outside, "days": days}
        _add(cast, review, "team", typed, by, now)


def _scope(cast: Cast, review: int, typed: Fields, by: Actor, now: datetime) -> None:
    with transaction(cast.engine) as session:
        seen = review_work.scope(session, review, by=by).seen
        review_work.change_scope(session, review, typed, seen, by=by, now=now)


def _add(
    cast: Cast, review: int, part: str, typed: Fields, by: Actor, now: datetime, line: int | None = None
) -> int:
    with transaction(cast.engine) as session:
        return review_parts.add(session, review, part, typed, line, by=by, now=now)


def _enquired(cast: Cast, review: int, one: tuple[str, ...], by: Actor, now: datetime) -> int:
    """A line of enquiry with its hypothesis and finding; the id of that."""
    text, supposed, test, status, note, conclusion, finding, evidence = one
    line = _add(cast, review, "lines", {"text": text, "conclusion": conclusion}, by, now)
    tested = {"text": supposed, "test": test, "status": status, "note": note}
    _add(cast, review, "hypotheses", tested, by, now, line)
    found = {"text": finding, "line_id": str(line), "evidence": evidence}
    return _add(cast, review, "findings", found, by, now)


def _answered(cast: Cast, review: int, now: datetime) -> None:
    by = cast.people["Fay Finance"]
    with reading(cast.engine) as session:
        assessment = review_work.show(session, review, by=by).head.assessment_id
    if assessment is None:
        raise LookupError(f"review {review} asks nothing")
    for number, (section, given) in enumerate(ANSWERS.items()):
        sent = {key: Sent(dict(raw), UNSEEN) for key, raw in given.items()}
        at = now + timedelta(days=3 * number)
        with transaction(cast.engine) as session:
            saved = assessments.save(session, assessment, section, sent, by=by, now=at)
        if saved.problems:
            raise ValueError(f"review {review} {section}: {saved.problems}")


def _tested(cast: Cast, review: int, by: Actor, now: datetime) -> None:
    """Hypotheses settled so far, one conclusion, the first findings and a recommendation to be answered."""
    with reading(cast.engine) as session:
        page = review_work.show(session, review, by=by)
    lines = {one.line.question_key: one for one in page.enquiries}
    for key, (status, note) in TESTED.items():
        _change(
            cast, review, "hypotheses", lines[key].hypotheses[0].id, {"status": status, "note": note}, by, now
        )
    auditor = str(cast.people["Chester Challenger"].id)
    settled = {"conclusion": CONCLUSION, "lead_id": auditor}
    _change(cast, review, "lines", lines["K4"].line.id, settled, by, now)
    first = [
        _add(
            cast,
            review,
            "findings",
            {"text": text, "line_id": str(lines[key].line.id), "evidence": rests_on},
            by,
            now,
        )
        for key, text, rests_on in TRANSPORT_FINDINGS
    ]
    typed = {
        "text": "Tender routes in packages by school and area, a year ahead.",
        "finding_id": str(first[0]),
        "owner_id": str(cast.people["Dennis Director"].id),
        "savings_low": "180,000",
        "savings_high": "320,000",
        "savings_kind": "cashable",
        "savings_span": "recurring",
    }
    _add(cast, review, "recommendations", typed, by, now)


def _change(
    cast: Cast, review: int, part: str, part_id: int, typed: Fields, by: Actor, now: datetime
) -> None:
    with transaction(cast.engine) as session:
        view = review_parts.show(session, review, part, part_id, by=by)
        sent = {**view.typed, **typed}
        review_parts.change(session, review, part, part_id, sent, view.seen, by=by, now=now)


def _typed(day: datetime) -> tuple[str, str, str]:
    return str(day.day), str(day.month), str(day.year)


def _day(name: str, day: datetime) -> dict[str, str]:
    return dict(zip((f"{name}.day", f"{name}.month", f"{name}.year"), _typed(day), strict=True))
