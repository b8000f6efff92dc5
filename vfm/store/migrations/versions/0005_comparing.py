"""What scores that explain themselves need: comparators, calibration sessions, targets."""

import sqlalchemy as sa
from alembic import op

from vfm.store import tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("la_number", sa.Text(), nullable=False),
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("code", name=op.f("uq_authority_code")),
    )
    op.create_table(
        "measure",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("polarity", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("key", name=op.f("uq_measure_key")),
    )
    op.create_table(
        "comparator_group",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("withdrawn_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_comparator_group_by_id_person")),
        sa.ForeignKeyConstraint(
            ["of_id"], ["authority.id"], name=op.f("fk_comparator_group_of_id_authority")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["figure_source.id"], name=op.f("fk_comparator_group_source_id_figure_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparator_group")),
        sa.UniqueConstraint("name", "of_id", name=op.f("uq_comparator_group_name_of_id")),
    )
    op.create_table(
        "figure_import",
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("accepted_at", tables.Instant(), nullable=True),
        sa.Column("discarded_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_figure_import_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_import")),
    )
    op.create_table(
        "area_figure",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("amount", tables.Exact(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_area_figure_authority_id_authority")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["figure_import.id"], name=op.f("fk_area_figure_import_id_figure_import")
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_area_figure_measure_id_measure")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["figure_source.id"], name=op.f("fk_area_figure_source_id_figure_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_figure")),
        sa.UniqueConstraint(
            "measure_id", "year", "authority_id", name=op.f("uq_area_figure_measure_id_year_authority_id")
        ),
    )
    op.create_index(op.f("ix_area_figure_import_id"), "area_figure", ["import_id"], unique=False)
    op.create_table(
        "comparator_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_comparator_member_authority_id_authority")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["comparator_group.id"], name=op.f("fk_comparator_member_group_id_comparator_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparator_member")),
        sa.UniqueConstraint(
            "group_id", "authority_id", name=op.f("uq_comparator_member_group_id_authority_id")
        ),
    )
    op.create_table(
        "calibration",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("hides_scores", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("compared_at", tables.Instant(), nullable=True),
        sa.Column("closed_at", tables.Instant(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_calibration_by_id_person")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_calibration_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_calibration_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_index(op.f("ix_calibration_cycle_id"), "calibration", ["cycle_id"], unique=False)
    op.create_table(
        "service_measure",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("per_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_service_measure_by_id_person")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["comparator_group.id"], name=op.f("fk_service_measure_group_id_comparator_group")
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_service_measure_measure_id_measure")
        ),
        sa.ForeignKeyConstraint(["per_id"], ["measure.id"], name=op.f("fk_service_measure_per_id_measure")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_measure_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_measure")),
        sa.UniqueConstraint(
            "service_id", "measure_id", "per_id", name=op.f("uq_service_measure_service_id_measure_id_per_id")
        ),
    )
    op.create_table(
        "target",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("points", tables.Exact(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("withdrawn_at", tables.Instant(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_target_by_id_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_target_service_id_service")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_target_template_id_template")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_target_withdrawn_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    op.create_index(
        op.f("ix_target_service_id_template_id"), "target", ["service_id", "template_id"], unique=False
    )
    op.create_table(
        "calibration_item",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("stood_as", sa.Text(), nullable=False),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_calibration_item_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_calibration_item_by_id_person")),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibration.id"],
            name=op.f("fk_calibration_item_calibration_id_calibration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_item")),
        sa.UniqueConstraint(
            "calibration_id",
            "assessment_id",
            "question_key",
            name=op.f("uq_calibration_item_calibration_id_assessment_id_question_key"),
        ),
    )
    op.create_index(
        op.f("ix_calibration_item_assessment_id"), "calibration_item", ["assessment_id"], unique=False
    )
    op.create_table(
        "calibration_rater",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibration.id"],
            name=op.f("fk_calibration_rater_calibration_id_calibration"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calibration_rater_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_rater")),
        sa.UniqueConstraint(
            "calibration_id", "person_id", name=op.f("uq_calibration_rater_calibration_id_person_id")
        ),
    )
    op.create_index(op.f("ix_calibration_rater_person_id"), "calibration_rater", ["person_id"], unique=False)
    op.create_table(
        "calibration_rating",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["calibration_item.id"], name=op.f("fk_calibration_rating_item_id_calibration_item")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calibration_rating_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_rating")),
        sa.UniqueConstraint("item_id", "person_id", name=op.f("uq_calibration_rating_item_id_person_id")),
    )
    op.create_index(
        op.f("ix_calibration_rating_person_id"), "calibration_rating", ["person_id"], unique=False
    )
    _guard_what_is_kept()
    op.add_column("council", sa.Column("authority_code", sa.Text(), server_default="", nullable=False))
    op.add_column("challenge", sa.Column("response_as", sa.Text(), server_default="", nullable=False))
    # One statement that both databases read, as in step 0003.
    op.execute(
        "ALTER TABLE challenge ADD COLUMN offered_id INTEGER "
        "CONSTRAINT fk_challenge_offered_id_evidence REFERENCES evidence (id)"
    )


TAKEN = {
    "baseline": "EXISTS (SELECT 1 FROM baseline WHERE id = NEW.id "
    "OR (service_id, template_id) = (NEW.service_id, NEW.template_id))",
    "scorecard": "EXISTS (SELECT 1 FROM scorecard WHERE id = NEW.id "
    "OR (assessment_id, kind, number) = (NEW.assessment_id, NEW.kind, NEW.number))",
    "event": "EXISTS (SELECT 1 FROM event WHERE id = NEW.id)",
    "prioritisation_run": "EXISTS (SELECT 1 FROM prioritisation_run WHERE id = NEW.id)",
}
"""Table whose rows are written once -> a new row would take the place of one that is there."""


def _guard_what_is_kept() -> None:
    """The two ways round the guards of step 0002: SQLite's INSERT OR REPLACE, PostgreSQL's TRUNCATE."""
    for table, is_taken in TAKEN.items():
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER frozen_{table}_replace BEFORE INSERT ON {table} WHEN {is_taken} "
                f"BEGIN SELECT RAISE(ABORT, 'frozen: a kept {table} never changes'); END"
            )
        else:
            op.execute(
                f"CREATE TRIGGER frozen_{table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION vfm_frozen()"
            )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
