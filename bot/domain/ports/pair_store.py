"""Stored promises and agenda items inside a transaction. Every caller passes what it reads through
`visibility.may_share`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.agenda import AgendaItem
from bot.domain.promise import Promise


class Promises(Protocol):
    def add(self, promise: Promise) -> None: ...
    def get(self, promise_id: UUID) -> Promise | None: ...
    def lock(self, promise_id: UUID) -> Promise | None:
        """The same, holding the row until the transaction ends: both people may act at once. Lock
        people before promises.
        """
        ...

    def save(self, promise: Promise) -> None:
        """Writes all that can change, by id."""
        ...

    def all_of(self, person_id: UUID) -> Sequence[Promise]:
        """To or by this person, with anybody, whatever became of it, oldest first."""
        ...

    def open_of_pairs(self, person_id: UUID) -> Sequence[Promise]:
        """Promises to or by this person, with anybody, that aren't withdrawn and of which one of
        the two has something left to say; those due first come first.
        """
        ...

    def with_open(self, employees: Iterable[UUID]) -> set[UUID]:
        """Those of these employees who have something open with any manager they ever had."""
        ...

    def of_pair(self, employee_id: UUID, manager_id: UUID) -> Sequence[Promise]:
        """The same of two people. What stands open for one of them, `Promise.is_open_for` tells."""
        ...

    def forget_copies(self, person_id: UUID) -> None:
        """This person's copies of all promises go, and what they said of them."""
        ...

    def waking(self, now: datetime, limit: int) -> Sequence[Promise]:
        """Those with `wake_at <= now`, oldest first."""
        ...

    def next_wake_at(self) -> datetime | None: ...
    def for_manager(self, manager_id: UUID) -> Sequence[Promise]:
        """Of which this manager is to be told something, now or later, those due first first:
        reminded (`reminds_manager`), asked (`asks_manager`), told that the two see it differently
        (`can_be_raised`). Once shown, save it `reminded()`, `asked(…)`, or with `raised_at`.
        """
        ...

    def kept(self, manager_id: UUID, since: datetime, until: datetime) -> Sequence[Promise]:
        """What is kept between this manager and anybody, as the employee said in that time (from
        `since`, before `until`). What the manager alone says is left out: else its absence would
        tell them of somebody's no.
        """
        ...


class Agenda(Protocol):
    def add(self, item: AgendaItem) -> None: ...
    def get(self, item_id: UUID) -> AgendaItem | None: ...
    def lock(self, item_id: UUID) -> AgendaItem | None:
        """The same, holding the row until the transaction ends. Lock people first."""
        ...

    def save(self, item: AgendaItem) -> None:
        """Writes all that can change, by id."""
        ...

    def all_of(self, person_id: UUID) -> Sequence[AgendaItem]:
        """Of this person with anybody, whatever became of it, oldest first."""
        ...

    def open_of_pairs(self, person_id: UUID) -> Sequence[AgendaItem]:
        """Open items of this person with anybody, oldest first."""
        ...

    def with_open(self, employees: Iterable[UUID]) -> set[UUID]:
        """Those of these employees who have something open with any manager they ever had."""
        ...

    def of_pair(self, employee_id: UUID, manager_id: UUID) -> Sequence[AgendaItem]:
        """Open items of two people, oldest first."""
        ...

    def of_meetings(self, meeting_ids: Iterable[UUID]) -> Sequence[AgendaItem]:
        """What was talked about in these 1:1s, oldest first."""
        ...

    def forget_copies(self, person_id: UUID) -> None:
        """This person's copies of all items go."""
        ...

    def waking(self, now: datetime, limit: int) -> Sequence[AgendaItem]:
        """Those with `wake_at <= now`, oldest first."""
        ...

    def next_wake_at(self) -> datetime | None: ...
