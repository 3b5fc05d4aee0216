"""Everything stored about one person inside a transaction: for their own eyes alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from bot.domain.packs import AudienceKind
from bot.domain.ports.summary_store import SummaryPart

Plain: TypeAlias = str | int | bool | UUID | datetime | date | None
"""What a column holds. Moments are aware UTC."""

Record: TypeAlias = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """One wording of an answer; `sealed` is None once it was taken back. Moments are aware UTC."""

    id: UUID
    number: int
    sealed: bytes | None
    platform_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class KeptAudience:
    """Who could read an answer from `since` on (aware UTC), as it was shown then, and the AI that
    was named with them (`Ai.label`), "" for none.
    """

    kind: AudienceKind
    readers: tuple[UUID, ...]
    counted: bool
    since: datetime
    ai: str = ""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer with every version and audience it ever had, oldest first."""

    id: UUID
    check_in_id: UUID
    question_key: str
    current_version_id: UUID | None
    versions: tuple[KeptVersion, ...]
    audiences: tuple[KeptAudience, ...]


@dataclass(frozen=True, slots=True)
class PartAbout:
    """What a manager's summary of a period says about one person."""

    manager_id: UUID
    period: str
    created_at: datetime
    part: SummaryPart


class OwnData(Protocol):
    """What no other noun gives whole. Every caller shows it to the person it is about."""

    def answers(self, person_id: UUID) -> Sequence[KeptAnswer]:
        """All of them, those that were taken back too, oldest first."""
        ...

    def parts_about(self, person_id: UUID) -> Sequence[PartAbout]:
        """Oldest first."""
        ...

    def records(self, person_id: UUID) -> Mapping[str, Sequence[Record]]:
        """What other tables hold of the person, by a name for each kind, oldest first."""
        ...
