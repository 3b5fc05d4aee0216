"""What people take back, and the links by which they reach their own data."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Row

_UNSETTLED = text("settled_at IS NULL")


class ErasureRow(Row, table=True):
    """Something a person took back or narrowed: applied again after an old copy is restored.

    `settled_at` is when the key store knew of it too, and the key was destroyed where all was
    erased.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        Index(
            "ix_erasure_unsettled",
            "organisation_id",
            "at",
            sqlite_where=_UNSETTLED,
            postgresql_where=_UNSETTLED,
        ),
    )

    person_id: UUID
    what: str
    target_id: UUID
    at: datetime
    settled_at: datetime | None


class WrongCodeRow(Row, table=True):
    """A code that opened nothing: only so many are taken in a minute, restarts or not."""

    __tablename__ = "wrong_code"
    __table_args__ = (Index("ix_wrong_code_at", "organisation_id", "at"),)

    at: datetime


class PersonalLinkRow(Row, table=True):
    """A link to somebody's own data, which opens one session; only hashes of its secrets."""

    __tablename__ = "personal_link"
    __table_args__ = (
        UniqueConstraint("organisation_id", "secret_hash"),
        Index("ix_personal_link_code", "organisation_id", "code_hash"),
        Index("ix_personal_link_session", "organisation_id", "session_hash"),
        Index("ix_personal_link_person", "organisation_id", "person_id"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    secret_hash: bytes
    code_hash: bytes
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    session_hash: bytes | None
    session_until: datetime | None
