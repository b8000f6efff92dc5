"""What must never change is guarded by the database itself, whoever asks."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ALWAYS = ("event", "scorecard", "baseline", "prioritisation_run")
"""Tables whose rows are written once."""

VERSION_CONTENT = (
    "OLD.opened_at IS NOT NULL AND (NEW.content_hash <> OLD.content_hash OR NEW.number <> OLD.number)"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    for table in ALWAYS:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER frozen_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'frozen: a kept {table} never changes'); END"
            )
    op.execute(
        "CREATE TRIGGER frozen_version_update BEFORE UPDATE OF content, content_hash, number ON version "
        f"WHEN {VERSION_CONTENT} OR (OLD.opened_at IS NOT NULL AND NEW.content IS NOT OLD.content) "
        "BEGIN SELECT RAISE(ABORT, 'frozen: an opened version never changes'); END"
    )
    op.execute(
        "CREATE TRIGGER frozen_version_delete BEFORE DELETE ON version WHEN OLD.opened_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'frozen: an opened version never changes'); END"
    )


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION vfm_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'frozen: a kept % never changes', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in ALWAYS:
        op.execute(
            f"CREATE TRIGGER frozen_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION vfm_frozen()"
        )
    op.execute(
        "CREATE TRIGGER frozen_version_update BEFORE UPDATE ON version FOR EACH ROW "
        f"WHEN ({VERSION_CONTENT} OR (OLD.opened_at IS NOT NULL AND NEW.content::text <> OLD.content::text)) "
        "EXECUTE FUNCTION vfm_frozen()"
    )
    op.execute(
        "CREATE TRIGGER frozen_version_delete BEFORE DELETE ON version FOR EACH ROW "
        "WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION vfm_frozen()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
