"""Policies, cadences and question packs: immutable revisions, the newest of which holds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class PolicyRevisionRow(Row, table=True):
    """The organisation's rules from `created_at` on."""

    __tablename__ = "policy_revision"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    organisation_id: UUID = Field(foreign_key="organisation.id")
    number: int
    body: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime
    author: str


class CadenceRow(Row, table=True):
    """A cadence under its key. `paused` repeats its newest revision, for the planner's query."""

    __tablename__ = "cadence"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    organisation_id: UUID = Field(foreign_key="organisation.id")
    key: str
    paused: bool


class CadenceRevisionRow(Row, table=True):
    """What a cadence says from `created_at` on; occurrences cite it."""

    __tablename__ = "cadence_revision"
    __table_args__ = (UniqueConstraint("organisation_id", "cadence_id", "number"),)

    cadence_id: UUID = Field(foreign_key="cadence.id")
    number: int
    body: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime
    author: str


class PackRevisionRow(Row, table=True):
    """A question pack from `created_at` on; check-ins cite it."""

    __tablename__ = "pack_revision"
    __table_args__ = (UniqueConstraint("organisation_id", "key", "number"),)

    organisation_id: UUID = Field(foreign_key="organisation.id")
    key: str
    number: int
    body: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime
    author: str
