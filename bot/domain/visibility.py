"""Who may read what. Every named answer shown to somebody passes `may_read`; what two people keep
between them passes `may_share`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.packs import AudienceKind
from bot.domain.people import Management, Person, Role


@dataclass(frozen=True, slots=True)
class Audience:
    """The readers as they were shown to the person before answering.

    `counted`: that it is counted in groups too, without the name, was shown with them; whatever is
    for groups is counted anyhow. `ai`: the AI that was named with them (`Ai.label`), "" where none
    was.
    """

    kind: AudienceKind
    readers: frozenset[UUID] = frozenset()
    counted: bool = False
    ai: str = ""

    @property
    def allows_counting(self) -> bool:
        return self.kind is AudienceKind.GROUP or (
            self.kind is AudienceKind.MANAGER and self.counted
        )


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


def may_count(audiences: Iterable[Audience]) -> bool:
    """Whether an answer may be counted in a group: each audience it ever had allows it."""
    shown = tuple(audiences)
    return bool(shown) and all(audience.allows_counting for audience in shown)


def may_word(*, label: str, ai_off_at: datetime | None, audiences: Iterable[Audience]) -> bool:
    """Whether the AI named `label` (`Ai.label`) may get an answer.

    It must have been named each time before answering, and the person must not have switched AI
    off (`ai_off_at`, aware UTC). Whoever the summary is for passes `may_read` besides.
    """
    shown = tuple(audiences)
    named = bool(label and shown) and all(audience.ai == label for audience in shown)
    return named and ai_off_at is None


def may_see_results(
    *,
    reader: Person,
    unit_id: UUID,
    reports_now: bool,
    own_unit_id: UUID | None = None,
) -> bool:
    """Whether `reader` may see what was counted in a unit: everybody below a manager, or all.

    HR admins see every unit; a manager sees the one below themselves while anybody reports to
    them (`reports_now`). own_unit_id: the reader's own team, where the company shows results to
    employees. The figures are the same for every reader: what is hidden is hidden from all.
    """
    if not reader.active:
        return False
    if reader.role is Role.HR_ADMIN:
        return True
    return (reports_now and unit_id == reader.id) or unit_id == own_unit_id


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
    counted = current.counted and wanted is AudienceKind.GROUP
    return Audience(wanted, counted=counted)
