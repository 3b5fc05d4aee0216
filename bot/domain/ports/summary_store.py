"""Stored summaries inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """One person's part, sealed under that person's key; `versions` are the answers it rests on."""

    id: UUID
    subject_id: UUID
    sealed: bytes
    versions: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A manager's summary of a period: ids and sealed parts, never anybody's words.

    writer: "plain", or the model that worded at least one part; prompt: the version of what the
    model was told, "" where none was asked.
    """

    id: UUID
    organisation_id: UUID
    manager_id: UUID
    occurrence_id: UUID
    period: str
    created_at: datetime
    writer: str
    parts: tuple[SummaryPart, ...]
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """A summary of which something was taken out. `part` is what is left of that person's part,
    None where nothing is.
    """

    summary_id: UUID
    manager_id: UUID
    part: SummaryPart | None


class Summaries(Protocol):
    def add(self, summary: Summary) -> bool:
        """False, and nothing changed, where this manager already has one for the period or one
        of its answer versions already is in another of the manager's summaries.
        """
        ...

    def get(self, summary_id: UUID) -> Summary | None: ...
    def of_manager(self, manager_id: UUID, limit: int = 8) -> Sequence[Summary]:
        """Newest first."""
        ...

    def release(self, versions: Iterable[UUID]) -> Sequence[Released]:
        """Takes these answer versions out of all summaries; parts that then hold nothing go."""
        ...

    def reseal(self, part_id: UUID, sealed: bytes) -> None:
        """Replaces what a part says."""
        ...
