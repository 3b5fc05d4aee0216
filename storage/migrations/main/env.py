"""Migrates the main database over the connection, and in the transaction, the caller began."""

from alembic import context
from sqlalchemy import Connection, text

from storage.tables import metadata

_LOCK = 0x746F756368646221  # "touchdb!": any constant of our own


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two processes that start at once migrate one after the other; SQLite's write lock does
        # that by itself.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite alters a table by making it anew
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate(context.config.attributes["connection"])
