"""What a manager and a report keep between the two of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from storage.tables.base import Row

_WAKING = text("wake_at IS NOT NULL")


class PromiseRow(Row, table=True):
    """What one of two people promised the other: the same text, sealed once for each."""

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_employee", "organisation_id", "employee_id"),
        Index("ix_promise_manager", "organisation_id", "manager_id"),
        Index(
            "ix_promise_wake",
            "organisation_id",
            "wake_at",
            sqlite_where=_WAKING,
            postgresql_where=_WAKING,
        ),
    )

    employee_id: UUID = Field(foreign_key="person.id")
    manager_id: UUID = Field(foreign_key="person.id")
    author_id: UUID = Field(foreign_key="person.id")
    sealed_for_employee: bytes | None
    sealed_for_manager: bytes | None
    created_at: datetime
    due_on: date | None
    state: str
    state_at: datetime
    employee_says: str | None
    employee_said_at: datetime | None
    employee_ask_at: datetime | None
    employee_asked_at: datetime | None
    manager_says: str | None
    manager_said_at: datetime | None
    manager_ask_at: datetime | None
    manager_asked_at: datetime | None
    remind_at: datetime | None
    may_raise: bool | None
    raised_at: datetime | None
    wake_at: datetime | None


class AgendaItemRow(Row, table=True):
    """What one of two people wants to talk about: the same text, sealed once for each."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        Index("ix_agenda_item_employee", "organisation_id", "employee_id"),
        Index("ix_agenda_item_manager", "organisation_id", "manager_id"),
        Index(
            "ix_agenda_item_wake",
            "organisation_id",
            "wake_at",
            sqlite_where=_WAKING,
            postgresql_where=_WAKING,
        ),
    )

    employee_id: UUID = Field(foreign_key="person.id")
    manager_id: UUID = Field(foreign_key="person.id")
    author_id: UUID = Field(foreign_key="person.id")
    sealed_for_employee: bytes | None
    sealed_for_manager: bytes | None
    created_at: datetime
    meeting_on: date | None
    state: str
    state_at: datetime
    meeting_id: UUID | None
    wake_at: datetime | None
