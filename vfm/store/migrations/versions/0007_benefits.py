"""What a review brings, told apart: cashable or cost avoidance, recurring or one-off, and what is not money."""

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


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
