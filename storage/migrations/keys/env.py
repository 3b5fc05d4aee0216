"""Migrates the key store over the connection, and in the transaction, that the caller began."""

from alembic import context
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateSchema

from storage.key_engine import PersonKey, key_schema

_LOCK = 0x746F7563686B6579  # "touchkey": any constant of our own


def _prepare_postgresql(connection: Connection, schema: str) -> None:
    # Two processes that start at once migrate one after the other; SQLite's write lock does that.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if not inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))


def _migrate(connection: Connection) -> None:
    schema = key_schema(connection)
    if schema is not None:
        _prepare_postgresql(connection, schema)
    context.configure(
        connection=connection,
        target_metadata=PersonKey.metadata,
        version_table_schema=schema,
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate(context.config.attributes["connection"])
