"""Managers' desks, the rhythm of their 1:1s and the meetings, inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from bot.domain.one_to_one import Acting, Meeting, OneToOne


@dataclass(frozen=True, slots=True)
class Desk:
    """When there is next something to look at for a manager (aware UTC; None: nothing), and the
    manager's local date of the last nudges. `away_until`: the chat platform says they are away
    (aware UTC).
    """

    manager_id: UUID
    next_at: datetime | None
    nudged_on: date | None
    away_until: datetime | None = None


class Desks(Protocol):
    def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """The managers whose desk is to be looked at by `now`, longest due first."""
        ...

    def next_at(self) -> datetime | None: ...
    def get(self, manager_id: UUID) -> Desk | None: ...
    def lock(self, manager_id: UUID) -> Desk | None:
        """The same, and nobody else changes or wakes it before this transaction ends: a wake in
        between would be lost with `put`.
        """
        ...

    def put(self, desk: Desk) -> None: ...
    def wake(self, managers: Iterable[UUID], at: datetime) -> None:
        """Their desks are looked at by `at` (aware UTC), or earlier where that is due already.
        Whoever has none gets one.
        """
        ...

    def one_to_ones(self, manager_id: UUID) -> Sequence[OneToOne]:
        """All that a manager ever had, former reports too."""
        ...

    def one_to_one(self, manager_id: UUID, employee_id: UUID) -> OneToOne | None: ...
    def save_one_to_one(self, one: OneToOne) -> None:
        """Inserts it, or changes the one of the same two."""
        ...

    def appoint(self, acting: Acting) -> None:
        """Somebody stands in for a manager, in place of whoever did or would have."""
        ...

    def dismiss(self, manager_id: UUID) -> None:
        """Nobody stands in any more."""
        ...

    def stand_in(self, manager_id: UUID) -> Acting | None:
        """Who stands in for this manager, or is to; the last one also once that is over."""
        ...

    def stand_ins(self, managers: Iterable[UUID]) -> Sequence[Acting]:
        """The same of several managers; those without are left out."""
        ...

    def covered_by(self, person_id: UUID) -> Sequence[Acting]:
        """For whom this person stands in, is to, or did."""
        ...


class Meetings(Protocol):
    """Who may read what was agreed is for the caller to ask (`visibility.may_see_between`)."""

    def add(self, meeting: Meeting) -> bool:
        """False where the two have one of that kind planned for that day."""
        ...

    def get(self, meeting_id: UUID) -> Meeting | None: ...
    def many(self, ids: Iterable[UUID]) -> dict[UUID, Meeting]: ...
    def coming(self, manager_id: UUID) -> Sequence[Meeting]:
        """Those neither held nor missed, by their day."""
        ...

    def last_held(self, one_to_one_id: UUID, limit: int = 1) -> Sequence[Meeting]:
        """Newest first."""
        ...

    def noted_of(self, employee_id: UUID) -> Sequence[Meeting]:
        """Of which this report has notes, with whatever manager, newest first."""
        ...

    def all_of(self, person_id: UUID) -> Sequence[Meeting]:
        """Of this person with anybody, on either side, oldest first."""
        ...

    def forget_copies(self, person_id: UUID) -> None:
        """This person's copies of all notes go."""
        ...

    def save(self, meeting: Meeting) -> None:
        """Writes everything but the ids, the kind and the day it was planned for."""
        ...
