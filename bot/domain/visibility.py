"""Who may read an answer. Every named answer shown to somebody passes `may_read`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.packs import AudienceKind
from bot.domain.people import Management


@dataclass(frozen=True, slots=True)
class Audience:
    """The readers as they were shown to the person before answering."""

    kind: AudienceKind
    readers: frozenset[UUID] = frozenset()


def may_read(
    *,
    reader_id: UUID,
    subject_id: UUID,
    audiences: Iterable[Audience],
    managements: Iterable[Management],
    said_at: datetime,
    now: datetime,
) -> bool:
    """Whether `reader_id` may read what `subject_id` said at `said_at`, at `now` (aware UTC).

    People read their own. Anybody else must be named by every audience the answer ever had (each
    later one can only narrow) and manage the person now, without a break since it was said:
    access ends with the management, and coming back gives back nothing. Roles give nothing.
    """
    if reader_id == subject_id:
        return True
    shown = tuple(audiences)
    if not shown or not all(_names(audience, reader_id) for audience in shown):
        return False
    return any(
        m.person_id == subject_id
        and m.manager_id == reader_id
        and m.holds_at(now)
        and m.since <= said_at
        for m in managements
    )


def _names(audience: Audience, reader_id: UUID) -> bool:
    return audience.kind is AudienceKind.MANAGER and reader_id in audience.readers


def narrowed(current: Audience, wanted: AudienceKind) -> Audience:
    """The audience after the person narrows it; asking for a wider one changes nothing."""
    order = [AudienceKind.MANAGER, AudienceKind.GROUP, AudienceKind.SELF]
    if order.index(wanted) <= order.index(current.kind):
        return current
    return Audience(wanted)
