"""What designing, migrating and timing need: edits of drafts, same meanings, carried answers, time spent."""

import sqlalchemy as sa
from alembic import op

from vfm.store import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_edit",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("patch", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("undone_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_draft_edit_version_id_version")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_draft_edit_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_edit")),
    )
    op.create_index(op.f("ix_draft_edit_version_id"), "draft_edit", ["version_id"])
    op.create_table(
        "same_meaning",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_same_meaning_version_id_version")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_same_meaning_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_same_meaning")),
        sa.UniqueConstraint(
            "version_id", "question_key", name=op.f("uq_same_meaning_version_id_question_key")
        ),
    )
    op.create_table(
        "carried_answer",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_carried_answer_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["assessment.id"], name=op.f("fk_carried_answer_from_id_assessment")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_carried_answer_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_answer")),
        sa.UniqueConstraint(
            "assessment_id", "question_key", name=op.f("uq_carried_answer_assessment_id_question_key")
        ),
    )
    op.create_table(
        "time_spent",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("section_key", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_time_spent_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_spent")),
        sa.UniqueConstraint(
            "assessment_id", "section_key", name=op.f("uq_time_spent_assessment_id_section_key")
        ),
    )
    # One statement that both databases read: making the table anew, as SQLite otherwise needs, would drop what
    # refers to it.
    op.execute(
        "ALTER TABLE template ADD COLUMN origin_id INTEGER "
        "CONSTRAINT fk_template_origin_id_version REFERENCES version (id)"
    )
    op.add_column("cycle", sa.Column("invitation", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
