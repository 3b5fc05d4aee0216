"""People, their accounts on the platforms, who manages whom, and who is employed since when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Row

_OPEN = text("until IS NULL")
_STILL_EMPLOYED = text("ended_at IS NULL")
# The person comes first in indexes that joins follow: before PostgreSQL has counted the rows of
# a fresh import, it takes a leading organisation for a fine filter, and compares all with all.
_HOME = text("is_home")
_HOME_ON_SQLITE = text("is_home = 1")


class PersonRow(Row, table=True):
    """A person of the people list; `email` is lower case."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("organisation_id", "email"),)

    organisation_id: UUID = Field(foreign_key="organisation.id")
    email: str
    name: str
    time_zone: str
    locale: str
    team: str | None
    country: str | None
    role: str
    hired_on: date | None
    active: bool
    participation: str
    paused_until: datetime | None
    created_at: datetime
    ai_off_at: datetime | None
    follow_ups_off_at: datetime | None
    signs_off_at: datetime | None


class IdentityRow(Row, table=True):
    """A person's account on one installation; messages go to the home identity.

    `barred` says why nothing may be sent there; zone and locale are what the account says.
    """

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("organisation_id", "installation_id", "external_id"),
        Index(
            "uq_identity_home",
            "person_id",
            "organisation_id",
            unique=True,
            sqlite_where=_HOME_ON_SQLITE,
            postgresql_where=_HOME,
        ),
        Index("ix_identity_person", "person_id", "organisation_id"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    installation_id: UUID = Field(foreign_key="installation.id")
    platform: str
    external_id: str
    delivery_ref: str
    is_home: bool
    barred: str | None
    time_zone: str | None
    locale: str | None


class ManagementRow(Row, table=True):
    """Who manages whom from `since` until before `until`; nobody has two managers at a time."""

    __tablename__ = "management"
    __table_args__ = (
        Index("ix_management_person", "organisation_id", "person_id", "since"),
        Index("ix_management_manager", "organisation_id", "manager_id", "since"),
        Index(
            "uq_management_open",
            "person_id",
            "organisation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    person_id: UUID = Field(foreign_key="person.id")
    manager_id: UUID = Field(foreign_key="person.id")
    since: datetime
    until: datetime | None


class EmploymentRow(Row, table=True):
    """A time of employment; a rehire adds a row."""

    __tablename__ = "employment"
    __table_args__ = (
        Index("ix_employment_person", "organisation_id", "person_id"),
        Index(
            "uq_employment_open",
            "organisation_id",
            "person_id",
            unique=True,
            sqlite_where=_STILL_EMPLOYED,
            postgresql_where=_STILL_EMPLOYED,
        ),
    )

    person_id: UUID = Field(foreign_key="person.id")
    started_on: date
    ended_at: datetime | None
