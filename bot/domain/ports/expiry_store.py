"""What is deleted for good because it is old, inside a transaction. All moments are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from bot.domain.ports.summary_store import Released


@dataclass(frozen=True, slots=True)
class Expiring:
    """Check-ins that are old enough, of how many people, and when the first of them closed."""

    check_ins: int
    people: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Old:
    """A check-in that is old enough, and whose it is."""

    check_in_id: UUID
    person_id: UUID


class Expiry(Protocol):
    """What takes a `limit` deletes at most so many things and says how many: call it until that is
    none.
    """

    def packs(self) -> Mapping[str, Sequence[UUID]]:
        """The revisions of every question pack, by its key."""
        ...

    def waiting(self, revisions: Sequence[UUID], before: datetime) -> Expiring:
        """The check-ins of these pack revisions that closed before, in all."""
        ...

    def oldest(self, revisions: Sequence[UUID], before: datetime, limit: int) -> Sequence[Old]:
        """The same one by one, at most so many."""
        ...

    def delete_check_ins(self, old: Sequence[Old]) -> Sequence[Released]:
        """Deletes these check-ins with their questions, answers, readers, messages, and the parts
        of summaries that then hold nothing; the parts that held something of them.

        What is left of a part is not worded anew: sentences may still tell of what is gone.
        """
        ...

    def delete_ai_days(self, before: date) -> int:
        """What AI cost before this day, all at once."""
        ...

    def delete_between(self, before: datetime, limit: int) -> int:
        """Promises and agenda items that were settled before, and the notes of meetings."""
        ...

    def delete_others(self, before: datetime, limit: int) -> int:
        """Questions about the AI expectations and messages of the local page of before."""
        ...
