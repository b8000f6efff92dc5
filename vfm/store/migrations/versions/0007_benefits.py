"""What a review brings, told apart, and how figures that feed criteria were changed, to be taken back.

Benefits are cashable or cost avoidance, recurring or one-off, or no money.
"""

import sqlalchemy as sa
from alembic import op

from vfm.store import tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("recommendation", "review"):
        op.add_column(table, sa.Column("other_benefit", sa.Text(), server_default="", nullable=False))
    for name in ("savings_kind", "savings_span"):
        op.add_column("recommendation", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for kind in ("cashable", "avoidance"):
        for span in ("recurring", "one_off"):
            for end in ("low", "high"):
                op.add_column("review", sa.Column(f"{kind}_{span}_{end}", tables.Exact(), nullable=True))
    op.create_table(
        "figure_change",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", tables.Instant(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", tables.Instant(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_figure_change_by_id_person")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["person.id"], name=op.f("fk_figure_change_undone_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_change")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
