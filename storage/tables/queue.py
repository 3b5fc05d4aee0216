"""Messages on their way out, the lanes they leave by, and what came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, SmallInteger, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from storage.tables.base import Main, Row

# Only INTEGER PRIMARY KEY counts up by itself on SQLite.
_COUNTER = BigInteger().with_variant(Integer(), "sqlite")
_READY = text("state = 'ready'")
_LEASED = text("state IN ('claimed', 'sending')")


class LaneRow(Main, table=True):
    """The pace of one installation, whose id it has.

    `next_at` is never later than the first moment at which a ready message may leave; None where
    none is ready. `tat` is the theoretical arrival time of the pace (GCRA, see bot.domain.pace).
    `pause_reason` says why it is paused, as a code.
    """

    __tablename__ = "lane"

    id: UUID = Field(primary_key=True, foreign_key="installation.id")
    organisation_id: UUID
    next_at: datetime | None
    paused_until: datetime | None
    interval_ms: int
    burst: int
    tat: datetime | None
    pause_reason: str | None = None


class DeliveryRow(Main, table=True):
    """One message. `number` keeps messages of the same moment in the order they were queued.

    `state_at` is when it began to be sent or reached a final state; `lease_ms` the length of the
    lease, which starts anew when sending begins; `ref` the platform's name for the message.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Unique("id"),
        Unique("organisation_id", "cause"),
        Index(
            "ix_delivery_ready",
            "lane_id",
            "priority",
            "not_before",
            "number",
            sqlite_where=_READY,
            postgresql_where=_READY,
        ),
        Index(
            "ix_delivery_leased",
            "lease_until",
            sqlite_where=_LEASED,
            postgresql_where=_LEASED,
        ),
        Index("ix_delivery_about", "about_id"),
        Index("ix_delivery_person", "organisation_id", "person_id", "state"),
        Index("ix_delivery_state", "organisation_id", "state", "reason"),
    )

    number: int = Field(sa_column=Column(_COUNTER, primary_key=True, autoincrement=True))
    id: UUID
    organisation_id: UUID
    person_id: UUID
    identity_id: UUID = Field(foreign_key="identity.id")
    lane_id: UUID
    delivery_class: str
    priority: int = Field(sa_type=SmallInteger)
    operation: str
    kind: str
    cause: str
    facts: dict[str, Any] = Field(sa_type=JSON)
    not_before: datetime
    expires_at: datetime | None
    about_id: UUID | None
    about_key: str
    target_id: UUID | None
    occurrence_id: UUID | None
    state: str
    reason: str
    state_at: datetime | None
    attempts: int
    claim_token: UUID | None
    lease_until: datetime | None
    lease_ms: int
    maybe_sent: bool
    ref: str


class InboxRow(Main, table=True):
    """An act that was handled: its redelivery changes nothing."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_at", "organisation_id", "at"),)

    organisation_id: UUID = Field(primary_key=True)
    installation_id: UUID = Field(primary_key=True)
    inbound_id: str = Field(primary_key=True)
    at: datetime


class LocalMessageRow(Row, table=True):
    """A message of the local platform; `sealed` is emptied when it is deleted.

    `number` counts a person's messages, as several may have the same `sent_at`.
    """

    __tablename__ = "local_message"
    __table_args__ = (Index("ix_local_message_person", "organisation_id", "person_id", "number"),)

    person_id: UUID
    number: int
    author: str
    sealed: bytes | None
    version: int
    sent_at: datetime
    changed_at: datetime
