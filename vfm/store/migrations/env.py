"""Alembic's way in: runs the steps on the engine handed over by `vfm.store.database`."""

from alembic import context

from vfm.store.tables import Table


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types are written by name in a step, not by their module's inner path."""
    if kind == "type" and type(item).__module__ == "vfm.store.tables":
        return f"tables.{type(item).__name__}()"
    return False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_item=render_item,
        render_as_batch=False,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
