"""The periods of the forward plan: quarters of the UK financial year, April to March.

`2027-Q1` is April to June 2027, the first quarter of the financial year 2027-28; `2027-Q4` is January to
March 2028. Everything that names, counts or dates a period asks here.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from vfm.prioritisation.plan_loads import latest_for_contract

KEY = re.compile(r"(\d{4})-Q([1-4])")
IN_VIEW = 12
"""Quarters of the rolling plan: three years."""
FIRM = 4
"""The first quarters, in which a new plan moves nothing unless it is asked to: twelve months."""
MONTHS = (("April", "June"), ("July", "September"), ("October", "December"), ("January", "March"))
FIRST_MONTHS = (4, 7, 10, 1)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a financial year.

    Attributes:
        year: the calendar year in which its financial year begins.
        number: 1 (April to June) to 4 (January to March).
    """

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter a day is in.

        >>> Quarter.of(date(2028, 3, 31)).key
        '2027-Q4'
        """
        number = (day.month - 4) // 3 % 4 + 1
        return cls(day.year - (number == 4), number)

    @classmethod
    def from_key(cls, key: str) -> Self:
        """The quarter of a key.

        Raises:
            ValueError: it is no key of a quarter; says what one looks like.
        """
        found = KEY.fullmatch(key)
        if found is None:
            raise ValueError(f"“{key}” is no quarter. Write the year and the quarter, such as 2027-Q1.")
        return cls(int(found[1]), int(found[2]))

    @property
    def key(self) -> str:
        """`2027-Q1`, as stored and in files."""
        return f"{self.year}-Q{self.number}"

    @property
    def words(self) -> str:
        """`April to June 2027`, in sentences and lists to choose from."""
        first, last = MONTHS[self.number - 1]
        return f"{first} to {last} {self.first_day.year}"

    @property
    def name(self) -> str:
        """`Q1 2027-28`, where there is little room."""
        return f"Q{self.number} {self.financial_year}"

    @property
    def months(self) -> str:
        """`Apr–Jun 2027`, beneath its name."""
        first, last = MONTHS[self.number - 1]
        return f"{first[:3]}–{last[:3]} {self.first_day.year}"

    @property
    def financial_year(self) -> str:
        """`2027-28`."""
        return f"{self.year}-{(self.year + 1) % 100:02d}"

    @property
    def first_day(self) -> date:
        """1 April, July, October or January."""
        return date(self.year + (self.number == 4), FIRST_MONTHS[self.number - 1], 1)

    @property
    def last_day(self) -> date:
        """30 June, 30 September, 31 December or 31 March."""
        return self.later(1).first_day - timedelta(days=1)

    def later(self, quarters: int) -> "Quarter":
        """The quarter that many later; a negative number is earlier.

        >>> Quarter(2027, 4).later(1).key, Quarter(2027, 1).later(-1).key
        ('2028-Q1', '2026-Q4')
        """
        year, index = divmod(4 * self.year + self.number - 1 + quarters, 4)
        return Quarter(year, index + 1)


def rolling(today: date, count: int = IN_VIEW) -> tuple[Quarter, ...]:
    """The quarters of the plan as it rolls on: that of today first."""
    first = Quarter.of(today)
    return tuple(first.later(i) for i in range(count))


def before_contract_ends(ends_on: date) -> Quarter:
    """The last quarter that is over a year before a contract ends, so that what is found can shape the next.

    A contract that ends on 31 March 2029 gives January to March 2028; one that ends a day earlier gives the
    quarter before it.
    """
    before = [Quarter.of(ends_on).later(-quarters) for quarters in range(4, 7)]
    key = latest_for_contract(ends_on, {quarter.key: quarter.last_day for quarter in before})
    return next(quarter for quarter in before if quarter.key == key)
