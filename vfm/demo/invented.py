"""Invented answers for a demo service: from its profile and published figures to one answer a question.

Every answer here is made up, and repeatably so: the same service, question and cycle give the same answer.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vfm.questionnaires import routing
from vfm.questionnaires.answers import Answer, answer_from_json
from vfm.questionnaires.schema import Kind, Question, Questionnaire

SECTIONS = ("PRO", "FIT", "ECO", "EFF", "OUT", "EQU", "DEM", "CON", "DIG", "WFD", "GOV")
SWING = 0.32
"""How far one answer may lie from its section's strength, on 0 to 1."""
LEVERS = ("information", "self_service", "early_help", "community", "partner", "charging")
REASONS = {
    "DEM-03": "Everyone who lives here may use the service; there is no threshold to apply.",
    "EFF-06": "The service has no buildings, vehicles or equipment of its own.",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What the demo says of one service.

    Attributes:
        row: the service's line of profiles.csv, column -> text.
        service: its line of services.csv.
        gross, net: published spending in pounds.
        cycle: name of the round, part of the seed of each answer.
        shift: added to every strength, so that an earlier round differs.
    """

    row: Mapping[str, str]
    service: Mapping[str, str]
    gross: Decimal
    net: Decimal
    cycle: str
    shift: float = 0.0

    @property
    def key(self) -> str:
        """The service's key."""
        return self.row["service_key"]

    def draw(self, *what: str) -> float:
        """A repeatable number in [0, 1)."""
        digest = hashlib.sha256("|".join((self.cycle, self.key, *what)).encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    def share_of_gross(self, column: str) -> str:
        """Pounds, whole thousands as estimates are: the percentage in that column of gross spending."""
        amount = self.gross * Decimal(self.row[column]) / 100
        return str(int(amount.quantize(Decimal("1E3"), ROUND_HALF_UP)))


def forms(questionnaire: Questionnaire, profile: Profile) -> dict[str, dict[str, str | list[str]]]:
    """Question key -> the form fields of its answer, for each question on the route, in reading order."""
    given: dict[str, Answer] = {}
    typed: dict[str, dict[str, str | list[str]]] = {}
    for key, question in questionnaire.questions.items():
        if key in routing.on_route(questionnaire, given):
            content = _content(questionnaire, question, profile)
            if content is not None:
                answer = answer_from_json(questionnaire, question, content)
                if not isinstance(answer, Answer):
                    raise ValueError(f"{profile.key} {key}: {answer}")
                given[key] = answer
                typed[key] = _typed(content)
    return typed


def _typed(content: Mapping[str, Any]) -> dict[str, str | list[str]]:
    value = content.get("value", "")
    return {
        "value": [str(one) for one in value] if isinstance(value, list) else str(value),
        "state": "" if content["state"] == "answered" else content["state"],
        "reason": content.get("reason", ""),
        "evidence": content.get("evidence", ""),
    }


def _content(questionnaire: Questionnaire, question: Question, profile: Profile) -> dict[str, Any] | None:
    if question.key in profile.row["not_applicable"].split(";"):
        return {"state": "not_applicable", "reason": REASONS[question.key]}
    if question.key in profile.row["dont_know"].split(";"):
        return {"state": "dont_know"}
    value = _fact(question.key, profile)
    if value is None:
        value = _by_kind(questionnaire, question, profile)
    if value is None:
        return None
    content: dict[str, Any] = {"state": "answered", "value": value}
    if question.is_scored:
        content["evidence"] = _grade(question, profile)
    return content


def _grade(question: Question, profile: Profile) -> str:
    reached, drawn = 0.0, profile.draw(question.key, "evidence")
    for grade in ("none", "assertion", "documented", "verified"):
        reached += float(profile.row[f"evidence_{grade}"])
        if drawn < reached:
            return grade
    return "documented"


def _strength(question: Question, profile: Profile) -> float:
    section = float(profile.row[question.key.split("-")[0]]) + profile.shift
    return section + (profile.draw(question.key) - 0.5) * SWING


def _by_kind(questionnaire: Questionnaire, question: Question, profile: Profile) -> Any:
    strength = min(max(_strength(question, profile), 0.0), 0.9999)
    match question.kind:
        case Kind.SCALE:
            levels = sorted(questionnaire.level_words(question))
            return levels[int(strength * len(levels))]
        case Kind.YES_NO:
            return "yes" if strength > 0.45 else "no"
        case Kind.PERCENT:
            return str(round(strength * 100))
        case Kind.TEXT:
            return _sentence(question, profile)
        case Kind.EVIDENCE:
            papers = ("Service plan", "Budget monitoring report", "Benchmarking note")
            return "\n".join(f"{paper}, {profile.service['name']}" for paper in papers)
        case Kind.MULTI_CHOICE:
            offered = question.option_labels
            picked = [key for key in LEVERS if key in offered and profile.draw(question.key, key) > 0.5]
            return picked or [next(iter(offered))]
    return None


def _fact(key: str, profile: Profile) -> Any:
    """The answers that follow from published figures and the profile rather than from a strength."""
    row, service = profile.row, profile.service
    facts: dict[str, Any] = {
        "PRO-01": service["purpose"],
        "PRO-02": service["legal_basis"],
        "PRO-03": str(profile.gross),
        "PRO-04": str(min(profile.net, profile.gross)),
        "PRO-05": profile.share_of_gross("variance_percent"),
        "PRO-07": str(max(1, round(float(profile.gross) / 90_000))),
        "PRO-08": service["demand"],
        "PRO-09": row["demand_volume"],
        "PRO-10": row["demand_change_percent"],
        "PRO-11": row["demand_forecast_percent"],
        "PRO-12": str(int(profile.gross) // 10_000 * 1000 if row["buys_from_third_parties"] == "yes" else 0),
        "PRO-13": row["last_reviewed_on"] or None,
        "FIT-04": "yes" if profile.draw("FIT-04") > 0.75 else "no",
        "ECO-03": row["eco_03"],
        "OUT-03": row["out_03"],
        "OUT-05": row["out_05"],
        "CON-01": row["buys_from_third_parties"],
        "CON-02": str(round(60 + 40 * profile.draw("CON-02"))),
        "DEM-05": profile.share_of_gross("demand_forecast_percent"),
        "GOV-04": profile.share_of_gross("saving_low_percent"),
        "GOV-05": profile.share_of_gross("saving_high_percent"),
        "GOV-06": "neither" if profile.draw("GOV-06") > 0.4 else "deep_dive",
    }
    return facts.get(key)


TEXTS = {
    "FIT-05": "A neighbouring team gives similar first advice; about one post of work is done twice.",
    "ECO-04": "About half comes from the model of delivery, which we control; the rest from local need.",
    "OUT-06": "Two recommendations are open; both are due to close within the next six months.",
}
IMPROVEMENTS = {
    "FIT": (
        "Write down which part of {service} the law asks for, and stop or charge for two things beyond it.",
        "Set three outcomes for {service} in the service plan, and drop work that serves none of them.",
    ),
    "ECO": (
        "Compare the cost of {service} and its {demand} with five similar councils, and explain the gap.",
        "Agree one price list with the three largest suppliers of {service}, and check invoices against it.",
    ),
    "EFF": (
        "Match staff hours of {service} to its busiest days, from a year's records of {demand}.",
        "Take two steps out of the work of {service}, and time it before and after.",
    ),
    "OUT": (
        "Publish each quarter what changed for residents, beside the number of {demand}.",
        "Ask users of {service} after three and twelve months whether it helped, and act on the answers.",
    ),
    "EQU": (
        "Count {demand} by ward and age, and reach the two groups least often reached by {service}.",
        "Test the letters and web pages of {service} with ten people who find them hard to use.",
    ),
    "DEM": (
        "Forecast {demand} for three years, and plan {service} to the middle case.",
        "Find the three commonest causes of avoidable contact with {service}, and end one of them.",
    ),
    "CON": (
        "Renegotiate the largest contract of {service}, with a price tied to {demand}.",
        "List every contract of {service} with its end date, and start the next two a year ahead.",
    ),
    "DIG": (
        "Move the most common request to {service} on line, with help for those who need it.",
        "Record {demand} once, in one system, and stop the second spreadsheet.",
    ),
    "WFD": (
        "Fill two standing vacancies in {service}, and end the agency cover for them.",
        "Train two teams of {service} in each other's work, so that one absence no longer stops it.",
    ),
    "GOV": (
        "Report cost and outcome of {service} to the directorate each quarter, beside its {demand}.",
        "Give each open risk and recommendation of {service} an owner and a date, and review them monthly.",
    ),
}
"""Section -> what a service that is weak in it might do, in words of its own."""


def _improvements(profile: Profile) -> str:
    """Three improvements, one a line: one for each of the service's three weakest sections, weakest first."""
    weakest = sorted(IMPROVEMENTS, key=lambda section: float(profile.row[section]))[:3]
    words = {"service": profile.service["name"].lower(), "demand": profile.service["demand"]}
    offered = (IMPROVEMENTS[section][profile.draw("GOV-03", section) > 0.5] for section in weakest)
    return "\n".join(one.format(**words) for one in offered)


def _sentence(question: Question, profile: Profile) -> str:
    if question.key == "GOV-03":
        return _improvements(profile)
    return TEXTS.get(question.key, f"An invented answer for {profile.service['name'].lower()}.")
