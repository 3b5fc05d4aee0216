"""One due moment of a cadence for one person, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.people import Person


class OccurrenceState(StrEnum):
    """PLANNED: to be drafted (summaries). BUNDLED: waits for the manager's next nudges. SKIPPED
    carries a reason.
    """

    PLANNED = "planned"
    BUNDLED = "bundled"
    QUEUED = "queued"
    SENT = "sent"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Unique on (cadence, person, subject, period), whatever the revision or zone.

    `due_at` is aware UTC; `zone` the IANA name it was computed in; `period` the local period.
    """

    id: UUID
    organisation_id: UUID
    cadence_id: UUID
    revision_id: UUID
    person_id: UUID
    subject_id: UUID
    period: str
    zone: str
    due_at: datetime
    state: OccurrenceState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The next due moment of one cadence for one person: the schedule itself is these rows."""

    id: UUID
    organisation_id: UUID
    cadence_id: UUID
    revision_id: UUID
    person_id: UUID
    subject_id: UUID
    period: str
    next_due_at: datetime | None
    rotation: int = 0
    last_full_on: date | None = None


@dataclass(frozen=True, slots=True)
class DuePlan:
    """A plan whose time has come, with the person it concerns."""

    plan: Plan
    person: Person
    has_identity: bool
    cadence_paused: bool
