"""What each manager is to be reminded of, the rhythm of their 1:1s, and the meetings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Main, Row

_WAKING = text("next_at IS NOT NULL")
_COMING = text("state IN ('due', 'not_yet')")


class DeskRow(Main, table=True):
    """When there is next something to look at for a manager; `nudged_on` is their local date of
    the last nudges, of which there is one message a day. `away_until`: what the chat platform says
    of their absence, and nothing of its reason.
    """

    __tablename__ = "desk"
    __table_args__ = (
        Index(
            "ix_desk_next",
            "organisation_id",
            "next_at",
            sqlite_where=_WAKING,
            postgresql_where=_WAKING,
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    manager_id: UUID = Field(primary_key=True, foreign_key="person.id")
    next_at: datetime | None
    nudged_on: date | None
    away_until: datetime | None


class OneToOneRow(Row, table=True):
    """What a manager set for one report: the 1:1s' rhythm, and when the next ones are."""

    __tablename__ = "one_to_one"
    __table_args__ = (UniqueConstraint("organisation_id", "manager_id", "employee_id"),)

    manager_id: UUID = Field(foreign_key="person.id")
    employee_id: UUID = Field(foreign_key="person.id")
    since: datetime
    rhythm: str
    weekday: int | None
    next_on: date | None
    stay_after: date
    stay_off: bool


class ActingRow(Row, table=True):
    """Who stands in for a manager, and when: one at a time."""

    __tablename__ = "acting"
    __table_args__ = (
        UniqueConstraint("organisation_id", "manager_id"),
        Index("ix_acting_acting", "organisation_id", "acting_id"),
    )

    manager_id: UUID = Field(foreign_key="person.id")
    acting_id: UUID = Field(foreign_key="person.id")
    since: datetime
    until: datetime


class MeetingRow(Row, table=True):
    """One 1:1 or stay interview; what was agreed is sealed once for each of the two."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("organisation_id", "one_to_one_id", "kind", "planned_on"),
        Index("ix_meeting_employee", "organisation_id", "employee_id"),
        Index(
            "ix_meeting_coming",
            "organisation_id",
            "manager_id",
            sqlite_where=_COMING,
            postgresql_where=_COMING,
        ),
    )

    one_to_one_id: UUID = Field(foreign_key="one_to_one.id")
    manager_id: UUID = Field(foreign_key="person.id")
    employee_id: UUID = Field(foreign_key="person.id")
    kind: str
    planned_on: date
    due_on: date
    state: str
    created_at: datetime
    state_at: datetime
    nudged_on: date | None
    asked_on: date | None
    occurrence_id: UUID | None = Field(foreign_key="occurrence.id")
    sealed_for_employee: bytes | None
    sealed_for_manager: bytes | None
