"""Every table: identity, time and status in columns; meaning stays in the pure rooms.

The room's rule: a row says what is kept, never what it means. Names end in `_on` for dates, `_at` for
instants (UTC). Rows marked *frozen* are guarded by triggers in the database itself (migration 0002).
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant in UTC: aware in Python, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal kept digit for digit as text, because SQLite has no exact number."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Table(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: Instant,
        Decimal: Exact,
        # plain JSON also on PostgreSQL: JSONB would lose the order that content has
        dict[str, Any]: JSON(none_as_null=True),
        Any: JSON(none_as_null=True),
        str: Text,
        bytes: LargeBinary,
    }

    id: Mapped[int] = mapped_column(primary_key=True)


# --- the council and its people -------------------------------------------------------------------


class Council(Table):
    """The one council this copy belongs to. `authority_code` is its own in published figures, or blank.

    `is_published`: a demonstration whose services are published lines of real councils; its people alone are
    invented.
    """

    __tablename__ = "council"

    name: Mapped[str]
    authority_code: Mapped[str] = mapped_column(default="", server_default="")
    colour: Mapped[str] = mapped_column(default="#1d70b8")
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    logo_type: Mapped[str | None]
    financial_year: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)
    is_published: Mapped[bool] = mapped_column(default=False, server_default=false())
    revision: Mapped[int] = mapped_column(default=1)


class Directorate(Table):
    """The largest part of the council; holds divisions."""

    __tablename__ = "directorate"

    name: Mapped[str] = mapped_column(unique=True)
    closed_on: Mapped[date | None]


class Division(Table):
    """A part of a directorate; holds services."""

    __tablename__ = "division"
    __table_args__ = (UniqueConstraint("directorate_id", "name"),)

    directorate_id: Mapped[int] = mapped_column(ForeignKey("directorate.id"))
    name: Mapped[str]
    closed_on: Mapped[date | None]


class Service(Table):
    """The unit of assessment.

    `family` groups like services for medians; `merged_into_id` points on when a service was merged away.
    """

    __tablename__ = "service"

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    family: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    reviewed_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))


class Person(Table):
    """Somebody who signs in. `email` is kept in lower case; `language` is en or cy, for pages and e-mails."""

    __tablename__ = "person"

    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class PersonRole(Table):
    """A role somebody holds; directors and contributors hold it for a service."""

    __tablename__ = "person_role"
    __table_args__ = (UniqueConstraint("person_id", "role", "service_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)


class SignInSession(Table):
    """A signed-in browser, in words (`Firefox on Windows`); the cookie holds the token, the row its hash."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    browser: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Table):
    """A failed sign-in, kept to slow down guessing; shared by every server process."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "subject", "at"),)

    subject: Mapped[str]
    at: Mapped[datetime]


class Invitation(Table):
    """A one-time link to choose a password: for a new person or a forgotten password."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FigureSource(Table):
    """Where published figures come from, as shown beside each of them."""

    __tablename__ = "figure_source"

    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    publisher: Mapped[str]
    licence: Mapped[str]


class Figure(Table):
    """One published figure of one service, measure and year.

    `feeds` names the criterion of prioritisation it supplies. `comparison` holds, for a measure with
    comparators: source, counted, median, england with its england_source, and the share of them that is
    cheaper, better or spends less; `others` may name each of them with its amount, the lowest first.
    """

    __tablename__ = "figure"
    __table_args__ = (UniqueConstraint("service_id", "measure", "year"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    measure: Mapped[str]
    title: Mapped[str]
    year: Mapped[str]
    amount: Mapped[Decimal]
    unit: Mapped[str]
    basis: Mapped[str]
    source_id: Mapped[int] = mapped_column(ForeignKey("figure_source.id"))
    line: Mapped[str] = mapped_column(default="")
    feeds: Mapped[str] = mapped_column(default="")
    comparison: Mapped[dict[str, Any]] = mapped_column(default=dict)


class FigureChangeRow(Table):
    """One deed that changed figures which feed criteria, kept so that it can be taken back.

    `kind` says how they came: comparators, file or measure; `criteria` are the keys of what they feed;
    `content` pairs each figure before and after, whole, None where there is none.
    """

    __tablename__ = "figure_change"

    kind: Mapped[str]
    title: Mapped[str]
    criteria: Mapped[Any]
    content: Mapped[Any] = mapped_column(deferred=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]


# --- published figures of every council ----------------------------------------------------------


class Authority(Table):
    """A council as published figures name it: `code` its ONS code, `E06000057`; `kind` its type in words.

    England and its regions are kept alike. `la_number` is the Department for Education's, `929`, or blank;
    `former` its earlier ONS codes, blanks between them.
    """

    __tablename__ = "authority"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    la_number: Mapped[str] = mapped_column(default="")
    former: Mapped[str] = mapped_column(default="")


class Measure(Table):
    """One thing that is published for many councils. `polarity` is low or high (which is better), or blank.

    `topic` groups measures as their source does; `definition` says in words what is counted.
    """

    __tablename__ = "measure"

    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    unit: Mapped[str]
    polarity: Mapped[str] = mapped_column(default="")
    topic: Mapped[str] = mapped_column(default="")
    definition: Mapped[str] = mapped_column(default="")


class AreaFigure(Table):
    """One published figure of one council, measure and year, as its source states it.

    `amount` is blank where the source says that there is none; `import_id` is the import it came with.
    """

    __tablename__ = "area_figure"
    __table_args__ = (UniqueConstraint("measure_id", "year", "authority_id"),)

    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    year: Mapped[str]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    amount: Mapped[Decimal | None]
    basis: Mapped[str]
    line: Mapped[str] = mapped_column(default="")
    source_id: Mapped[int] = mapped_column(ForeignKey("figure_source.id"))
    import_id: Mapped[int] = mapped_column(ForeignKey("figure_import.id"), index=True)


class FigureImport(Table):
    """A file of published figures that was read and waits to be accepted; nothing counts before it is.

    `layout` names how it was read; `content` is what it would bring, compressed; `summary` what its preview
    says; `accepted_at` and `discarded_at` end it and empty `content`.
    """

    __tablename__ = "figure_import"

    layout: Mapped[str]
    file_name: Mapped[str]
    digest: Mapped[str]
    summary: Mapped[dict[str, Any]]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]


class ComparatorGroup(Table):
    """A named set of councils to compare with. `kind` is statistical, nearest or own.

    `of_id` is the council whose neighbours they are; own choices have a `reason` and nobody's neighbours.
    """

    __tablename__ = "comparator_group"
    __table_args__ = (UniqueConstraint("name", "of_id"),)

    name: Mapped[str]
    kind: Mapped[str]
    of_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    year: Mapped[str] = mapped_column(default="")
    source_id: Mapped[int | None] = mapped_column(ForeignKey("figure_source.id"))
    reason: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ComparatorMember(Table):
    """A council of a comparator group; `rank` 1 is the most alike, blank where the group has no order."""

    __tablename__ = "comparator_member"
    __table_args__ = (UniqueConstraint("group_id", "authority_id"),)

    group_id: Mapped[int] = mapped_column(ForeignKey("comparator_group.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    rank: Mapped[int | None]


class ServiceMeasure(Table):
    """A measure that stands beside a service, alone or divided by another (a unit cost), with its group.

    `group_id` is the comparator group it is usually read with; blank for the statistical neighbours.
    `section` is the key of the section whose score it stands beside, or blank for the overall.
    """

    __tablename__ = "service_measure"
    __table_args__ = (UniqueConstraint("service_id", "measure_id", "per_id"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    per_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("comparator_group.id"))
    section: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


# --- templates, cycles, assessments ---------------------------------------------------------------


class Template(Table):
    """An assessment template; its wording lives in its versions.

    `origin_id` is the version of another template that it was forked from.
    """

    __tablename__ = "template"

    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    created_at: Mapped[datetime]
    origin_id: Mapped[int | None] = mapped_column(
        ForeignKey("version.id", use_alter=True, name="fk_template_origin_id_version")
    )


class Version(Table):
    """One version of a template. *Frozen* content once `opened_at` is set.

    `status` is draft, pilot, live or retired; `content` the questionnaire as `document.to_json` gives it.
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    template_id: Mapped[int] = mapped_column(ForeignKey("template.id"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(default="draft")
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class DraftEdit(Table):
    """One edit of a draft, so that it can be taken back; gone when the draft is deleted.

    `words` say what was done; `patch` is as `patches.difference` gives it. An edit that was taken back can be
    done again until another one follows.
    """

    __tablename__ = "draft_edit"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    revision: Mapped[int]
    words: Mapped[str]
    patch: Mapped[Any]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class SameMeaning(Table):
    """The core team's word that a reworded question means what it meant in the version before, and why.

    `digest` tells the wording it was said of from any later one, for which it does not count.
    """

    __tablename__ = "same_meaning"
    __table_args__ = (UniqueConstraint("version_id", "question_key"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    question_key: Mapped[str]
    digest: Mapped[str]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Cycle(Table):
    """A dated round that asks one template version of a set of services; kind pilot or rollout.

    `invitation` is what the core team says to those who are asked (Markdown).
    """

    __tablename__ = "cycle"

    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    opens_on: Mapped[date]
    due_on: Mapped[date]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    invitation: Mapped[str] = mapped_column(default="", server_default="")


class Assessment(Table):
    """One service's response in one cycle.

    `status` is a `steps.Status`; `version_id` repeats the cycle's so that one row tells what was asked;
    `due_on` is this service's own due date where it was extended beyond the cycle's; `spread_opened_at` is
    set once a group sees how far its members' answers lie apart, and none of them answers alone any more.
    """

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("cycle_id", "service_id"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    status: Mapped[str] = mapped_column(default="open")
    due_on: Mapped[date | None]
    answered_count: Mapped[int] = mapped_column(default=0)
    route_count: Mapped[int] = mapped_column(default=0)
    last_activity_at: Mapped[datetime | None]
    last_activity_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_off_at: Mapped[datetime | None]
    signed_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    spread_opened_at: Mapped[datetime | None]


class AnswerRow(Table):
    """One answer to one question, with a revision so that nobody overwrites what they have not seen.

    `content` is the answer as `answers.answer_to_json` gives it.
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("assessment_id", "question_key"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question_key: Mapped[str]
    content: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CarriedAnswer(Table):
    """An answer from an earlier version that its question no longer quite fits: to be looked at again.

    It is no answer of the assessment and counts nowhere; confirming it writes an `AnswerRow`. `content` is
    as in `AnswerRow`, `from_id` the assessment it was given in.
    """

    __tablename__ = "carried_answer"
    __table_args__ = (UniqueConstraint("assessment_id", "question_key"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question_key: Mapped[str]
    content: Mapped[dict[str, Any]]
    from_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Delegation(Table):
    """A part of an assessment that somebody was given to answer.

    `scope` is whole, section or question, `place` the section's or question's key (empty for the whole);
    `handed_back_at` is set when they hand it back, `handed_back_as` done or cannot, with a note.
    """

    __tablename__ = "delegation"
    __table_args__ = (UniqueConstraint("assessment_id", "person_id", "scope", "place"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scope: Mapped[str]
    place: Mapped[str]
    message: Mapped[str] = mapped_column(default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    handed_back_at: Mapped[datetime | None]
    handed_back_as: Mapped[str] = mapped_column(default="")
    handed_back_note: Mapped[str] = mapped_column(default="")


class Deputy(Table):
    """Somebody who stands in for a director between two days, both included; `ends_on` may be open."""

    __tablename__ = "deputy"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]


class Comment(Table):
    """What colleagues say to each other at a question (or, without a key, about the whole assessment).

    Not the feedback of a pilot, which is about the template.
    """

    __tablename__ = "comment"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    question_key: Mapped[str | None]
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Mention(Table):
    """Somebody named in a comment; `seen_at` is set when they have read it."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    seen_at: Mapped[datetime | None]


class Evidence(Table):
    """One file or link in a service's register of evidence, used by answers across questions and cycles.

    `kind` is file or link; a file is found in the file store by `digest` (SHA-256 of what it holds);
    `grade` is an evidence grade; `withdrawn_at` takes it out of the register, never out of past answers.
    """

    __tablename__ = "evidence"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="")
    file_name: Mapped[str] = mapped_column(default="")
    media_type: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    grade: Mapped[str]
    dated_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]


class EvidenceUse(Table):
    """That a piece of evidence supports an answer."""

    __tablename__ = "evidence_use"
    __table_args__ = (UniqueConstraint("assessment_id", "question_key", "evidence_id"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question_key: Mapped[str]
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class FigureView(Table):
    """What the respondents say of a published figure: accepted, or corrected to an amount with a reason.

    `verdict` is accepted or corrected; the published figure itself never changes.
    """

    __tablename__ = "figure_view"
    __table_args__ = (UniqueConstraint("assessment_id", "measure", "year"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    measure: Mapped[str]
    year: Mapped[str]
    verdict: Mapped[str]
    amount: Mapped[Decimal | None]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Upload(Table):
    """A workbook of answers that was read and waits to be accepted; `content` is what it would change.

    `accepted_at` and `discarded_at` end it; nothing of it counts before it is accepted.
    """

    __tablename__ = "upload"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    file_name: Mapped[str]
    content: Mapped[dict[str, Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]


class MemberAnswer(Table):
    """What one member of a group answers alone; the consensus is the assessment's own `AnswerRow`."""

    __tablename__ = "member_answer"
    __table_args__ = (UniqueConstraint("assessment_id", "person_id", "question_key"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    question_key: Mapped[str]
    content: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]


class GroupMember(Table):
    """Somebody who answers a group's assessment alone; `finished_at` once they say so."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("assessment_id", "person_id"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    finished_at: Mapped[datetime | None]


class Consensus(Table):
    """Why a group settled on the answer it did."""

    __tablename__ = "consensus"
    __table_args__ = (UniqueConstraint("assessment_id", "question_key"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question_key: Mapped[str]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Message(Table):
    """An e-mail to be sent: the outbox. `step` names what it is for; no step is ever sent twice.

    `step` is unique, such as `overdue:assessment:12:person:7`. `claimed_until` keeps two workers apart;
    `handed_over_at` is set just before the mail server is given the words, so that nothing is ever given to
    it twice; `failed_at` is set when it was given up.
    """

    __tablename__ = "message"

    step: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")
    handed_over_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class Job(Table):
    """Long work done beside the pages, with its progress; `result` says what became of it.

    `attempts` counts how often a worker has begun it; `claimed_until` keeps two workers apart.
    """

    __tablename__ = "job"

    kind: Mapped[str]
    subject_id: Mapped[int | None]
    given: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    problem: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class TimeSpent(Table):
    """How long people had a section of an assessment before them, idle time left out."""

    __tablename__ = "time_spent"
    __table_args__ = (UniqueConstraint("assessment_id", "section_key"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    section_key: Mapped[str]
    seconds: Mapped[int] = mapped_column(default=0)


class Feedback(Table):
    """A comment on a question (or on the whole, without a key) given in a pilot, and what became of it.

    `kind` is unclear, does_not_fit, asks_twice, missing, burdensome or other; `outcome` changed, kept or
    dropped once decided.
    """

    __tablename__ = "feedback"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    question_key: Mapped[str | None]
    kind: Mapped[str]
    clarity: Mapped[int | None]
    comment: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    outcome: Mapped[str | None]
    outcome_reason: Mapped[str] = mapped_column(default="")
    outcome_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome_at: Mapped[datetime | None]


# --- results, challenge, baseline -----------------------------------------------------------------


def _outline(context: DefaultExecutionContext) -> dict[str, Any]:
    """A result's overall and top sections, so that a list of many services reads no more than it shows."""
    content = context.get_current_parameters()["content"]
    tops = [section for section in content["sections"] if not section.get("parent")]
    return {
        "overall": content["overall"],
        "sections": [{name: section[name] for name in OUTLINED} for section in tops],
    }


OUTLINED = ("key", "score", "status", "result")
"""What a list shows of a section."""


class ScorecardRow(Table):
    """The stored result of scoring one assessment; *frozen*. `kind` is self, challenged or agreed.

    A challenged result is what would stand had every challenge been agreed as raised; it is kept, beside the
    agreed one, where there was a challenge.

    `content` is the scorecard as `Scorecard.as_record` gives it; `outline` follows from it by itself;
    `change` is what changed since the baseline as `Change.as_json` gives it, without sections, kept with an
    agreed result that has one.
    """

    __tablename__ = "scorecard"
    __table_args__ = (UniqueConstraint("assessment_id", "kind", "number"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    kind: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    engine: Mapped[str]
    content: Mapped[dict[str, Any]]
    outline: Mapped[dict[str, Any]] = mapped_column(default=_outline)
    change: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class Challenge(Table):
    """A reasoned second view of one answer's score, the service's response, and what was agreed.

    The three contents are answers as `answers.answer_to_json` gives them; the self answer stays in its
    own row, never overwritten. `response_as` is a `challenge.Response`, blank where the service only wrote;
    `offered_id` is the piece of its evidence that the service points to.
    """

    __tablename__ = "challenge"
    __table_args__ = (UniqueConstraint("assessment_id", "question_key"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question_key: Mapped[str]
    challenged: Mapped[dict[str, Any]]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    response: Mapped[str] = mapped_column(default="")
    response_as: Mapped[str] = mapped_column(default="", server_default="")
    offered_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    response_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    response_at: Mapped[datetime | None]
    agreed: Mapped[dict[str, Any] | None]
    agreed_reason: Mapped[str] = mapped_column(default="")
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None]


class Calibration(Table):
    """A session in which several people score the same answers, each alone, and then settle them together.

    `sample` says in words how its answers were drawn; `hides_scores` that its raters do not see what the
    service scored itself. `compared_at` is set once the scores given alone are shown, and none of them
    changes any more; `closed_at` once what was settled stands.
    """

    __tablename__ = "calibration"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    name: Mapped[str]
    held_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    sample: Mapped[str] = mapped_column(default="")
    hides_scores: Mapped[bool] = mapped_column(default=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    compared_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CalibrationItem(Table):
    """One answer of a calibration session, as it stood before, and what was settled.

    `before` and `after` are answers as `answers.answer_to_json` gives them; `stood_as` is self or challenged.
    """

    __tablename__ = "calibration_item"
    __table_args__ = (UniqueConstraint("calibration_id", "assessment_id", "question_key"),)

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    question_key: Mapped[str]
    before: Mapped[dict[str, Any]]
    stood_as: Mapped[str]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime | None]


class CalibrationRater(Table):
    """Somebody who scores the answers of a calibration session alone; `finished_at` once they say so."""

    __tablename__ = "calibration_rater"
    __table_args__ = (UniqueConstraint("calibration_id", "person_id"),)

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    finished_at: Mapped[datetime | None]


class CalibrationRating(Table):
    """What one person makes of one answer of a calibration session; `content` as in `CalibrationItem`."""

    __tablename__ = "calibration_rating"
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("calibration_item.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    content: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]


class Baseline(Table):
    """The first agreed rollout result of a service for a template, whole and *frozen*."""

    __tablename__ = "baseline"
    __table_args__ = (UniqueConstraint("service_id", "template_id"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("template.id"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    frozen_at: Mapped[datetime]


class Target(Table):
    """Where a service wants to be by a date, overall (`place` empty) or in one section; a later one stands.

    `points` is on 0 to 100; `withdrawn_at` ends it without another. Rows are never overwritten.
    """

    __tablename__ = "target"
    __table_args__ = (Index(None, "service_id", "template_id"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("template.id"))
    place: Mapped[str]
    points: Mapped[Decimal]
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ImprovementAction(Table):
    """An owned, dated step for a service plan, with the answer it came from.

    `status` is proposed, agreed, under_way, done or dropped.
    """

    __tablename__ = "improvement_action"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), index=True)
    question_key: Mapped[str | None]
    text: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="proposed")
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


# --- prioritisation and the plan ------------------------------------------------------------------


class PrioritisationRun(Table):
    """A dated ranking with everything it was made from; *frozen*.

    `inputs` holds the facts per service and where each came from, `settings` criteria, weights, method and
    draws, `result` the ranking as `record.as_record` gives it, `outline` what a list of hundreds of services
    shows of it, `robustness` how firm it is (None for runs kept before it was). Without a `cycle_id` the
    services were ranked on imported figures alone. `meeting_id`: the weights meeting that gave its weights.
    """

    __tablename__ = "prioritisation_run"

    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    name: Mapped[str]
    settings: Mapped[dict[str, Any]]
    inputs: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    outline: Mapped[dict[str, Any]] = mapped_column(default=dict)
    engine: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    robustness: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("weights_meeting.id"))


class CriteriaList(Table):
    """The council's own list of criteria after an edit; append-only, the newest row stands.

    `content` holds one entry a criterion: the fields of `Criterion` and `is_used`. Without a row the default
    criteria stand.
    """

    __tablename__ = "criteria_list"

    content: Mapped[Any]
    note: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CriteriaFreeze(Table):
    """The criteria a cycle is ranked with, goalposts and references filled in; append-only, newest stands.

    Without a `cycle_id` they are for rankings on imported figures alone. `reason`: why it was frozen anew.
    """

    __tablename__ = "criteria_freeze"

    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    content: Mapped[Any]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class WeightsMeeting(Table):
    """A meeting in which members give swing points; closed once the weights are agreed.

    `criteria` are those of the freeze it was opened on; `agreed` what the meeting closed with: shares,
    ranges, agreement, concentration, and `own` where the chair set other shares than the average, with the
    reason. `shown_at`: since when members see each other's points. `measured` is what services measured on
    the criteria when that was last looked up, as `reweighing.as_json` gives it.
    """

    __tablename__ = "weights_meeting"

    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    name: Mapped[str]
    held_on: Mapped[date]
    criteria: Mapped[Any]
    measured: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    top: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    agreed: Mapped[dict[str, Any] | None]
    shown_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class WeightsBallot(Table):
    """A member of a weights meeting and the swing points given: criterion -> points, exact, as text.

    `person_id` is None for somebody without an account, whose points the core team types; `points` None while
    nothing was given, and some of the criteria while somebody is at it. `swings` is what they were given for,
    criterion -> `criteria.swing_of`; `confirmed_at` when the last of them was given, or all were confirmed
    after goalposts had moved.
    """

    __tablename__ = "weights_ballot"
    __table_args__ = (UniqueConstraint("meeting_id", "name"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("weights_meeting.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    points: Mapped[dict[str, Any] | None]
    swings: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    confirmed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)


class Scenario(Table):
    """Other weights tried on a kept run: criterion -> share; what they come to follows from the run."""

    __tablename__ = "scenario"
    __table_args__ = (UniqueConstraint("run_id", "name"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("prioritisation_run.id"), index=True)
    name: Mapped[str]
    weights: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="", server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class OutcomeRules(Table):
    """The thresholds of the outcome rules after a change; append-only, the newest row stands."""

    __tablename__ = "outcome_rules"

    content: Mapped[dict[str, Any]]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class OutcomeOverride(Table):
    """An outcome set against the rules before a ranking; kind statutory or executive. Never deleted.

    It counts in every run made from `decided_on` until `ends_on` (None: until withdrawn); `decided_by` is who
    decided, in words.
    """

    __tablename__ = "outcome_override"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    outcome: Mapped[str]
    kind: Mapped[str]
    topic: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_on: Mapped[date]
    ends_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class DecisionMeeting(Table):
    """A meeting that decides on a run: what its minutes say beside the decisions recorded in it."""

    __tablename__ = "decision_meeting"

    run_id: Mapped[int] = mapped_column(ForeignKey("prioritisation_run.id"), index=True)
    held_on: Mapped[date]
    chair: Mapped[str] = mapped_column(default="", server_default="")
    present: Mapped[str] = mapped_column(default="", server_default="")
    apologies: Mapped[str] = mapped_column(default="", server_default="")
    note: Mapped[str] = mapped_column(default="", server_default="")
    closed_at: Mapped[datetime | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class Decision(Table):
    """What a person decided for a service, beside what the rules suggested; a later one stands.

    `topic` is what a deep dive is about; `decided_on` the day of the decision, `at` when it was recorded;
    `meeting_id` the meeting it was decided in, None where it was recorded by itself.
    """

    __tablename__ = "decision"

    run_id: Mapped[int] = mapped_column(ForeignKey("prioritisation_run.id"), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    suggested: Mapped[str]
    rule: Mapped[str]
    outcome: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    decided_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("decision_meeting.id"))


class Review(Table):
    """An entry of the forward plan and the review that grows from it. `mode` is service_review or deep_dive.

    `days` are team days (None: the usual number of its mode); `earliest` and `latest` keys of periods
    (`2027-Q1`) it may be in, `latest_reason` says why (a deadline, a contract); `is_mandatory`: by its latest
    period it must be done; `is_pinned`: placed by hand, a new plan leaves it where it is. `priority`, 0 to
    100, is typed where no ranking chose it; its latest period may follow from `contract_ends_on`. `partner`
    is an organisation that takes part; `origin` where it came from when no decision chose it. `assessment_id`
    holds the answers of its team to its key lines of enquiry. What it saves, exact pounds, is kept by kind:
    cashable or cost avoidance, recurring (a year) or one-off; `savings_low` and `savings_high` are of a kind
    that nobody said. `other_benefit` is what it brings that is not money.
    """

    __tablename__ = "review"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    mode: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="proposed")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    days: Mapped[int | None]
    earliest: Mapped[str] = mapped_column(default="", server_default="")
    latest: Mapped[str] = mapped_column(default="", server_default="")
    latest_reason: Mapped[str] = mapped_column(default="", server_default="")
    is_mandatory: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    priority: Mapped[int | None]
    contract_ends_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    partner: Mapped[str] = mapped_column(default="", server_default="")
    origin: Mapped[str] = mapped_column(default="", server_default="")
    outcome_note: Mapped[str] = mapped_column(default="", server_default="")
    savings_low: Mapped[Decimal | None]
    savings_high: Mapped[Decimal | None]
    cashable_recurring_low: Mapped[Decimal | None]
    cashable_recurring_high: Mapped[Decimal | None]
    cashable_one_off_low: Mapped[Decimal | None]
    cashable_one_off_high: Mapped[Decimal | None]
    avoidance_recurring_low: Mapped[Decimal | None]
    avoidance_recurring_high: Mapped[Decimal | None]
    avoidance_one_off_low: Mapped[Decimal | None]
    avoidance_one_off_high: Mapped[Decimal | None]
    other_benefit: Mapped[str] = mapped_column(default="", server_default="")
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class ReviewMember(Table):
    """A place in a review's team: a role and who fills it; nobody yet is a vacancy. `days` are theirs."""

    __tablename__ = "review_member"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    role: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(default="", server_default="")
    days: Mapped[int | None]
    position: Mapped[int]


class ReviewScope(Table):
    """What a review covers, as it was said at a time and why it changed; append-only, the newest stands."""

    __tablename__ = "review_scope"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    covers: Mapped[str]
    leaves_out: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ReviewLine(Table):
    """A key line of enquiry of a review; `question_key` the template's question it stands for, if any."""

    __tablename__ = "review_line"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    question_key: Mapped[str] = mapped_column(default="", server_default="")
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    conclusion: Mapped[str] = mapped_column(default="", server_default="")


class ReviewHypothesis(Table):
    """What a review supposes under a line of enquiry; status open, supported, refuted or unclear, and why."""

    __tablename__ = "review_hypothesis"

    line_id: Mapped[int] = mapped_column(ForeignKey("review_line.id"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    test: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[str] = mapped_column(default="open", server_default="open")
    note: Mapped[str] = mapped_column(default="", server_default="")


class ReviewFinding(Table):
    """What a review found, with the evidence for it; `line_id` the line of enquiry it answers, if one."""

    __tablename__ = "review_finding"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("review_line.id"))
    text: Mapped[str]
    evidence: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Recommendation(Table):
    """What a review recommends; status proposed, accepted, rejected or done. Savings in pounds, exact.

    `savings_kind` is cashable or avoidance, `savings_span` recurring (then they are a year) or one_off; both
    are empty where nobody said. `other_benefit` is what it brings that is not money. `action_id` is the
    improvement action that carries it out once it is accepted.
    """

    __tablename__ = "recommendation"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("review_finding.id"))
    text: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    savings_low: Mapped[Decimal | None]
    savings_high: Mapped[Decimal | None]
    savings_kind: Mapped[str] = mapped_column(default="", server_default="")
    savings_span: Mapped[str] = mapped_column(default="", server_default="")
    other_benefit: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[str] = mapped_column(default="proposed", server_default="proposed")
    response: Mapped[str] = mapped_column(default="", server_default="")
    action_id: Mapped[int | None] = mapped_column(ForeignKey("improvement_action.id"))
    position: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class PlanSettings(Table):
    """How reviews are planned: usual days, discount, limits, days of each period; append-only, newest stands.

    `content`: `days` (of a period without its own), `mode_days`, `gamma`, `directorate_limit`, `overload`,
    and `periods`: key -> {`days`, `blackout`, `reason`} where a period differs.
    """

    __tablename__ = "plan_settings"

    content: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class PlanProposal(Table):
    """A plan worked out and not adopted yet, or adopted: what it was made from and what it says."""

    __tablename__ = "plan_proposal"

    inputs: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    adopted_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]


class Event(Table):
    """Who did what, when; append-only, *frozen*. `before` and `after` hold what changed.

    `as_deputy`: it was done in the place of the service's director.
    """

    __tablename__ = "event"
    __table_args__ = (Index(None, "subject", "subject_id"),)

    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int]
    before: Mapped[Any | None]
    after: Mapped[Any | None]
    as_deputy: Mapped[bool] = mapped_column(default=False, server_default=false())
