"""What a ranking executives can question needs: criteria, weights meetings, decisions, reviews and their plan."""

import sqlalchemy as sa
from alembic import op

from vfm.store import tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("criteria_list", "criteria_freeze", "outcome_rules", "plan_settings")
"""Tables whose newest row stands and whose rows never change."""


def upgrade() -> None:
    op.create_table(
        "criteria_list",
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_criteria_list_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_list")),
    )
    op.create_table(
        "outcome_rules",
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_outcome_rules_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_rules")),
    )
    op.create_table(
        "plan_proposal",
        sa.Column("inputs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("adopted_at", tables.Instant(), nullable=True),
        sa.Column("discarded_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_proposal_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_proposal")),
    )
    op.create_table(
        "plan_settings",
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_settings_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_settings")),
    )
    op.create_table(
        "criteria_freeze",
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_criteria_freeze_by_id_person")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_criteria_freeze_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_freeze")),
    )
    op.create_index(op.f("ix_criteria_freeze_cycle_id"), "criteria_freeze", ["cycle_id"], unique=False)
    op.create_table(
        "outcome_override",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("withdrawn_at", tables.Instant(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_outcome_override_by_id_person")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_outcome_override_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_outcome_override_withdrawn_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_override")),
    )
    op.create_index(op.f("ix_outcome_override_service_id"), "outcome_override", ["service_id"], unique=False)
    op.create_table(
        "weights_meeting",
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("criteria", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("measured", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("top", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("agreed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("shown_at", tables.Instant(), nullable=True),
        sa.Column("closed_at", tables.Instant(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_weights_meeting_by_id_person")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_weights_meeting_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights_meeting")),
    )
    op.create_index(op.f("ix_weights_meeting_cycle_id"), "weights_meeting", ["cycle_id"], unique=False)
    op.create_table(
        "weights_ballot",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("points", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("swings", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_at", tables.Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["weights_meeting.id"], name=op.f("fk_weights_ballot_meeting_id_weights_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_weights_ballot_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights_ballot")),
        sa.UniqueConstraint("meeting_id", "name", name=op.f("uq_weights_ballot_meeting_id_name")),
    )
    op.create_index(op.f("ix_weights_ballot_meeting_id"), "weights_ballot", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_weights_ballot_person_id"), "weights_ballot", ["person_id"], unique=False)
    op.create_table(
        "decision_meeting",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("chair", sa.Text(), server_default="", nullable=False),
        sa.Column("present", sa.Text(), server_default="", nullable=False),
        sa.Column("apologies", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", tables.Instant(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_decision_meeting_by_id_person")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["prioritisation_run.id"], name=op.f("fk_decision_meeting_run_id_prioritisation_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_meeting")),
    )
    op.create_index(op.f("ix_decision_meeting_run_id"), "decision_meeting", ["run_id"], unique=False)
    op.create_table(
        "scenario",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("weights", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("withdrawn_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_scenario_by_id_person")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["prioritisation_run.id"], name=op.f("fk_scenario_run_id_prioritisation_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("run_id", "name", name=op.f("uq_scenario_run_id_name")),
    )
    op.create_index(op.f("ix_scenario_run_id"), "scenario", ["run_id"], unique=False)
    op.create_table(
        "review_line",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("question_key", sa.Text(), server_default="", nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("conclusion", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_review_line_lead_id_person")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_line_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_line")),
    )
    op.create_index(op.f("ix_review_line_review_id"), "review_line", ["review_id"], unique=False)
    op.create_table(
        "review_member",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_member_person_id_person")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_member_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_member")),
    )
    op.create_index(op.f("ix_review_member_review_id"), "review_member", ["review_id"], unique=False)
    op.create_table(
        "review_scope",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("leaves_out", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_review_scope_by_id_person")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_scope_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_scope")),
    )
    op.create_index(op.f("ix_review_scope_review_id"), "review_scope", ["review_id"], unique=False)
    op.create_table(
        "review_finding",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_review_finding_by_id_person")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["review_line.id"], name=op.f("fk_review_finding_line_id_review_line")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_finding_review_id_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_finding")),
    )
    op.create_index(op.f("ix_review_finding_review_id"), "review_finding", ["review_id"], unique=False)
    op.create_table(
        "review_hypothesis",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("test", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["review_line.id"], name=op.f("fk_review_hypothesis_line_id_review_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_hypothesis")),
    )
    op.create_index(op.f("ix_review_hypothesis_line_id"), "review_hypothesis", ["line_id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("savings_low", tables.Exact(), nullable=True),
        sa.Column("savings_high", tables.Exact(), nullable=True),
        sa.Column("status", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("response", sa.Text(), server_default="", nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["improvement_action.id"],
            name=op.f("fk_recommendation_action_id_improvement_action"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recommendation_by_id_person")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["review_finding.id"], name=op.f("fk_recommendation_finding_id_review_finding")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_recommendation_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_recommendation_review_id_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    op.create_index(op.f("ix_recommendation_review_id"), "recommendation", ["review_id"], unique=False)
    for table, column, target in LINKS:
        # One statement that both databases read, as in step 0003.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
        )
    op.add_column(
        "council", sa.Column("is_published", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("prioritisation_run", sa.Column("robustness", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("review", sa.Column("days", sa.Integer(), nullable=True))
    op.add_column("review", sa.Column("priority", sa.Integer(), nullable=True))
    for name in ("earliest", "latest", "latest_reason", "partner", "origin", "outcome_note"):
        op.add_column("review", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("is_mandatory", "is_pinned"):
        op.add_column("review", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("ends_on", "closed_on", "contract_ends_on"):
        op.add_column("review", sa.Column(name, sa.Date(), nullable=True))
    for name in ("savings_low", "savings_high"):
        op.add_column("review", sa.Column(name, tables.Exact(), nullable=True))
    op.add_column("review", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        _let_runs_have_no_cycle()
        _guard_on_sqlite()
    else:
        op.alter_column("prioritisation_run", "cycle_id", nullable=True)
        for table in WRITTEN_ONCE:
            op.execute(
                f"CREATE TRIGGER frozen_{table} BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION vfm_frozen()"
            )


LINKS = (
    ("decision", "meeting_id", "decision_meeting"),
    ("prioritisation_run", "meeting_id", "weights_meeting"),
    ("review", "sponsor_id", "person"),
    ("review", "assessment_id", "assessment"),
)
"""(table, new column, table it leads to)."""


def _let_runs_have_no_cycle() -> None:
    """SQLite has no statement for it; making the table anew would cut off its decisions and its guards.

    Source: SQLite, ALTER TABLE, "Making other kinds of table schema changes", which names this very change.
    """
    bind = op.get_bind()
    schema = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, 'cycle_id INTEGER NOT NULL', 'cycle_id INTEGER') "
        "WHERE type = 'table' AND name = 'prioritisation_run'"
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={schema + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
    if bind.exec_driver_sql("PRAGMA integrity_check").scalar_one() != "ok":
        raise RuntimeError("the database is damaged: restore the backup that was made before the upgrade")


def _guard_on_sqlite() -> None:
    for table in WRITTEN_ONCE:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER frozen_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'frozen: a kept {table} never changes'); END"
            )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
