"""One service over time: the rounds it was asked in, and what counts of each.

Pure values, handed from the store to whatever compares or draws them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.results import Scorecard


@dataclass(frozen=True, slots=True)
class ServiceHead:
    """Whose rounds they are, and where it stands."""

    id: int
    key: str
    name: str
    division: str
    directorate: str


@dataclass(frozen=True, slots=True)
class Round:
    """One assessment of a service in its cycle.

    Attributes:
        kind: of the cycle, pilot or rollout.
        status: of the assessment.
        has_result: True once it was submitted and scored.
    """

    assessment_id: int
    service_id: int
    cycle_id: int
    cycle: str
    kind: str
    opened_at: datetime
    due_on: date
    status: str
    template_id: int
    template: str
    version_id: int
    version: int
    content_hash: str
    agreed_at: datetime | None
    has_result: bool

    @property
    def result_kind(self) -> str:
        """Which of its results counts."""
        return "agreed" if self.status == "agreed" else "self"


@dataclass(frozen=True)
class Side:
    """What counts of a round: what was asked, the answers, the result.

    Attributes:
        is_frozen: True where it was read from the baseline.
    """

    round: Round
    questionnaire: Questionnaire
    answers: Mapping[str, Answer]
    card: Scorecard
    is_frozen: bool
