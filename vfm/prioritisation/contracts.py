"""What answers say of the contracts of a service, and when a review has to be over for it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from vfm.prioritisation.quarters import Quarter, before_contract_ends
from vfm.questionnaires.figures import day_in_words, in_pounds


@dataclass(frozen=True, slots=True)
class Contract:
    """The next contract of a service to end.

    Attributes:
        question: key of the question that says so; cycle: the name of its round.
        ends_on: the day it ends; None where only an amount is given.
        amount: pounds of contracts that end soon, where no date is given; None otherwise.
    """

    question: str
    cycle: str
    ends_on: date | None = None
    amount: Decimal | None = None

    def latest(self, first: Quarter) -> str:
        """Key of the last quarter a review may be in to be over a year before; empty: none follows.

        Of a contract that ends too soon for that, seen from the first quarter of the plan, none follows: the
        review comes too late to shape the next one, whenever it is.
        """
        if self.ends_on is None:
            return ""
        due = before_contract_ends(self.ends_on)
        return due.key if due >= first else ""

    @property
    def source(self) -> str:
        """`answer to CON-02 in Autumn 2026`."""
        return f"answer to {self.question} in {self.cycle}"

    def words(self, first: Quarter) -> str:
        """What is said, where it says so, and what follows for a plan that begins with the quarter `first`.

        >>> Contract("CON-02", "Autumn 2026", date(2028, 3, 31)).words(Quarter(2026, 3))
        'contract ends 31 March 2028, answer to CON-02 in Autumn 2026, less a year'
        """
        if self.ends_on is None:
            return f"contracts of {in_pounds(self.amount or Decimal(0))} end, {self.source}: no date given"
        said = f"contract ends {day_in_words(self.ends_on)}, {self.source}"
        return (
            f"{said}, less a year" if self.latest(first) else f"{said}: too soon for a review a year before"
        )


def soonest(said: Iterable[tuple[str, Any]], cycle: str, today: date) -> Contract | None:
    """The next contract to end among answers, an amount where no date is given at all; None: nothing is said.

    Args:
        said: (question, its answer), a date or an amount in pounds.
        cycle: the name of the round they were given in.
        today: contracts that ended before it say nothing.
    """
    rows = list(said)
    dates = [(answer, key) for key, answer in rows if isinstance(answer, date)]
    ahead = [one for one in dates if one[0] >= today]
    if ahead:
        ends_on, key = min(ahead)
        return Contract(key, cycle, ends_on)
    if dates:
        return None
    amounts = ((key, answer) for key, answer in rows if isinstance(answer, Decimal) and answer > 0)
    return next((Contract(key, cycle, amount=amount) for key, amount in amounts), None)
