"""Who may read what. Every named answer shown to somebody passes `may_read`; what two people keep
between them passes `may_share`.
"""

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
    return _manages_since(reader_id, subject_id, managements, said_at, now)


def may_share(
    *,
    reader_id: UUID,
    employee_id: UUID,
    manager_id: UUID,
    managements: Iterable[Management],
    made_at: datetime,
    now: datetime,
) -> bool:
    """Whether `reader_id` may read at `now` (aware UTC) what employee and manager made between
    them at `made_at`: a promise, an agenda item, a note of a 1:1.

    The employee always; the manager while managing that person, without a break since it was
    made; nobody else, whoever wrote it and whatever their role.
    """
    if reader_id == employee_id:
        return True
    is_manager = reader_id == manager_id
    return is_manager and _manages_since(manager_id, employee_id, managements, made_at, now)


def _manages_since(
    manager_id: UUID,
    person_id: UUID,
    managements: Iterable[Management],
    since: datetime,
    now: datetime,
) -> bool:
    return any(
        m.person_id == person_id
        and m.manager_id == manager_id
        and m.holds_at(now)
        and m.since <= since
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
