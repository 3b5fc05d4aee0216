"""Somebody who may alter the database's schema, and means no good."""

from sqlalchemy import Connection, text

_LOCKS = {
    "sqlite": ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"),
    "postgresql": ("DROP TRIGGER audit_log_append_only ON audit_log",),
}


def allow_changes(connection: Connection) -> None:
    """Takes away what keeps the audit log append-only."""
    for statement in _LOCKS[connection.dialect.name]:
        connection.execute(text(statement))
