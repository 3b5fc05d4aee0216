"""How things stand, for operators and HR admins: figures about groups, never about one person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState
from bot.domain.organisation import CadenceRevision, Organisation
from bot.domain.people import Participation
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services.sync_accounts import waiting

PAST = timedelta(weeks=4)
"""How far back occurrences are counted."""

NOTHING_SENT = "nothing_sent"
"""All reasons that too few share to be told apart."""

OWN_CHOICE = "own_choice"
"""Reasons that are single people's choices, told together."""

_OWN = frozenset(
    {
        "another_conversation",
        "answered_in_form",
        "asked_again",
        "closed",
        "not_for_me",
        "paused",
        "skipped",
        "snoozed",
        "weekly_cap",
    }
)
"""What follows from something a person did or left; the rest has to do with accounts and times."""


@dataclass(frozen=True, slots=True)
class PeopleStatus:
    """`started` is None where those who started, or the others, are too few to be told.

    `losses_to_confirm` counts whoever would lose their account in a nightly sync that waits for
    somebody to confirm it.
    """

    active: int
    without_platform: int
    started: int | None
    losses_to_confirm: int = 0


@dataclass(frozen=True, slots=True)
class CadenceStatus:
    """`next_due_at` is aware UTC; `people` have a plan. `recent` counts what came due in the last
    4 weeks by state, and what was skipped by reason (see `merged`).
    """

    key: str
    title: str
    paused: bool
    people: int
    next_due_at: datetime | None
    recent: Mapping[OccurrenceState, int]
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Status:
    """`queue` counts messages by state; `unsent` those skipped by reason (see `merged`).

    `needs_operator` counts by reason the messages nobody knows the fate of and those on hold.
    `next_at` is when the next thing is due (aware UTC).
    """

    organisation: Organisation
    people: PeopleStatus
    cadences: tuple[CadenceStatus, ...]
    queue: Mapping[DeliveryState, int]
    unsent: Mapping[str, int]
    needs_operator: Mapping[str, int]
    next_at: datetime | None


async def status(uow: UnitOfWork, now: datetime) -> Status | None:
    """How things stand at `now` (aware UTC); None where there is no organisation yet."""
    return await uow.read(lambda tx: _status(tx, now))


def merged(reasons: Mapping[str, int], minimum: int) -> dict[str, int]:
    """Reasons with at least `minimum` each; the others are one figure, most frequent first.

    What single people chose is one reason, so that no figure tells who paused or declined.
    """
    together: Counter[str] = Counter()
    for reason, count in reasons.items():
        together[OWN_CHOICE if reason in _OWN else reason] += count
    told = {reason: count for reason, count in together.most_common() if count >= minimum}
    rest = together.total() - sum(told.values())
    return {**told, NOTHING_SENT: rest} if rest else told


def _status(tx: Tx, now: datetime) -> Status | None:
    organisation = tx.organisations.get()
    if organisation is None:
        return None
    minimum = tx.organisations.policy().group_minimum
    by_state = tx.queue.counts()
    moments = (tx.plans.next_due_at(), tx.check_ins.next_wake_at(), tx.queue.next_at())
    return Status(
        organisation=organisation,
        people=_people(tx, minimum),
        cadences=tuple(_cadences(tx, now, minimum)),
        queue=_summed((state, count) for (state, _), count in by_state.items()),
        unsent=merged(_reasons(by_state, DeliveryState.SKIPPED), minimum),
        needs_operator=_reasons(by_state, DeliveryState.UNKNOWN, DeliveryState.HELD),
        next_at=min((moment for moment in moments if moment is not None), default=None),
    )


def _people(tx: Tx, minimum: int) -> PeopleStatus:
    roster = tx.people.roster()
    started = sum(entry.participation is Participation.STARTED for entry in roster)
    enough = min(started, len(roster) - started) >= minimum
    return PeopleStatus(
        active=len(roster),
        without_platform=sum(not entry.has_identity for entry in roster),
        started=started if enough else None,
        losses_to_confirm=sum(each.losing for each in waiting(tx)),
    )


def _cadences(tx: Tx, now: datetime, minimum: int) -> Iterable[CadenceStatus]:
    states: dict[UUID, Counter[OccurrenceState]] = defaultdict(Counter)
    reasons: dict[UUID, Counter[str]] = defaultdict(Counter)
    for cadence_id, state, reason, count in tx.occurrences.counts(now - PAST):
        states[cadence_id][state] += count
        if state is OccurrenceState.SKIPPED:
            reasons[cadence_id][reason] += count
    for revision in tx.cadences.current():
        own = revision.cadence_id
        yield _cadence(tx, revision, states[own], merged(reasons[own], minimum))


def _cadence(
    tx: Tx,
    revision: CadenceRevision,
    states: Mapping[OccurrenceState, int],
    skipped: Mapping[str, int],
) -> CadenceStatus:
    plans = tx.plans.of_cadence(revision.cadence_id)
    dues = (plan.next_due_at for plan in plans if plan.next_due_at is not None)
    return CadenceStatus(
        key=revision.spec.key,
        title=revision.spec.title,
        paused=revision.spec.paused,
        people=len(plans),
        next_due_at=min(dues, default=None),
        recent=states,
        skipped=skipped,
    )


def _reasons(
    by_state: Mapping[tuple[DeliveryState, str], int], *states: DeliveryState
) -> dict[str, int]:
    return {
        reason or state.value: count
        for (state, reason), count in by_state.items()
        if state in states
    }


def _summed(counts: Iterable[tuple[DeliveryState, int]]) -> dict[DeliveryState, int]:
    found: Counter[DeliveryState] = Counter()
    for state, count in counts:
        found[state] += count
    return dict(found)
