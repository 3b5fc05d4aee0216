"""Who read whose answers, and who changed what."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Main, Row


class ReadLogRow(Row, table=True):
    """A delivery or display of a person's answer to someone else; erased with the person.

    One row a day (UTC), so that a later look is told too and a repeat changes nothing.
    """

    __tablename__ = "read_log"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reader_id", "answer_id", "how", "day"),
        Index("ix_read_log_person", "organisation_id", "person_id", "at"),
    )

    person_id: UUID
    reader_id: UUID
    answer_id: UUID
    how: str
    day: date
    at: datetime


class AuditLogRow(Main, table=True):
    """An entry of an organisation's chain; `hash` covers the entry and the hash before it.

    The database itself refuses to change or delete one (see `storage.tables.append_only`).
    """

    __tablename__ = "audit_log"

    organisation_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    actor: str
    action: str
    target: str
    detail: str
    at: datetime
    hash: bytes
