"""The audit log takes new entries alone: the database refuses to change or delete one.

Whoever may alter the schema can take this away again; the chain of hashes tells that too.
"""

from sqlalchemy import DDL, event

from storage.tables.logs import AuditLogRow

_REFUSAL = "the audit log is append-only"

ON_SQLITE = tuple(
    f"CREATE TRIGGER audit_log_no_{act.lower()} BEFORE {act} ON audit_log "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for act in ("UPDATE", "DELETE")
)
ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()",
)

for _dialect, _statements in (("sqlite", ON_SQLITE), ("postgresql", ON_POSTGRESQL)):
    for _statement in _statements:
        event.listen(
            AuditLogRow.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # theirs
        )
