"""What is deleted for good because it is old, inside a transaction. All moments are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Expiring:
    """Check-ins that are old enough, of how many people, and when the first of them closed."""

    check_ins: int
    people: int
    oldest: datetime | None


class Expiry(Protocol):
    """Each call deletes at most `limit` things and says how many: call it until that is none."""

    def packs(self) -> Mapping[str, Sequence[UUID]]:
        """The revisions of every question pack, by its key."""
        ...

    def waiting(self, revisions: Sequence[UUID], before: datetime) -> Expiring:
        """What `delete_check_ins` would delete in all."""
        ...

    def delete_check_ins(self, revisions: Sequence[UUID], before: datetime, limit: int) -> int:
        """Check-ins of these pack revisions that closed before, with their questions, answers,
        readers, messages, and the parts of summaries that then hold nothing.
        """
        ...

    def delete_between(self, before: datetime, limit: int) -> int:
        """Promises and agenda items that were settled before, and the notes of meetings."""
        ...

    def delete_others(self, before: datetime, limit: int) -> int:
        """Questions about the AI expectations and messages of the local page of before."""
        ...
