"""How things stand, for operators and HR admins: figures about groups, never about one person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState, Plan
from bot.domain.organisation import CadenceRevision, Organisation
from bot.domain.people import Participation
from bot.domain.ports.conversation_store import Round
from bot.domain.ports.queue_store import LanePause
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services.expectations import Progress, progress
from bot.services.reach import unreached
from bot.services.sync_accounts import waiting

PAST = timedelta(weeks=4)
"""How far back occurrences are counted."""

_SPREAD = timedelta(days=14)
"""Longer than time zones and holidays keep the first and the last check-in of a round apart."""

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
        "erased",
        "not_for_me",
        "paused",
        "settled",
        "skipped",
        "snoozed",
        "taken_back",
        "weekly_cap",
    }
)
"""What follows from something a person did or left; the rest has to do with accounts and times."""


@dataclass(frozen=True, slots=True)
class PeopleStatus:
    """`started` is None where those who started, or the others, are too few to be told.

    `losses_to_confirm` counts whoever would lose their account in a nightly sync that waits for
    somebody to confirm it. `unreached` says of those `without_platform` why, by reason (see
    bot.services.reach), where enough share it.
    """

    active: int
    without_platform: int
    started: int | None
    losses_to_confirm: int = 0
    unreached: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CadenceStatus:
    """`next_due_at` is aware UTC; `people` have a plan. `recent` counts what came due in the last
    4 weeks by state, and what was skipped by reason (see `merged`). `answered` counts check-ins
    with an answer (see `answered`); None where nothing may be told.
    """

    key: str
    title: str
    paused: bool
    people: int
    next_due_at: datetime | None
    recent: Mapping[OccurrenceState, int]
    skipped: Mapping[str, int]
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """`queue` counts messages by state; `unsent` those skipped by reason (see `merged`).

    `needs_operator` counts by reason the messages nobody knows the fate of and those on hold.
    `next_at` is when the next thing is due (aware UTC). `paused` are the workspaces that nothing
    leaves at present, and why. `expectations` is how far telling people of new ones is. `unsure`
    counts the messages that may have arrived, and are not sent again.
    """

    organisation: Organisation
    people: PeopleStatus
    cadences: tuple[CadenceStatus, ...]
    queue: Mapping[DeliveryState, int]
    unsent: Mapping[str, int]
    needs_operator: Mapping[str, int]
    next_at: datetime | None
    paused: tuple[LanePause, ...] = ()
    expectations: Progress | None = None
    unsure: int = 0


async def status(uow: UnitOfWork, now: datetime, platforms: Collection[str] = ()) -> Status | None:
    """How things stand at `now` (aware UTC); None where there is no organisation yet.

    platforms: those that are configured, for why people can't be reached.
    """
    return await uow.read(lambda tx: _status(tx, now, platforms))


def merged(reasons: Mapping[str, int], minimum: int, of: int | None = None) -> dict[str, int]:
    """Reasons with at least `minimum` each; the others are one figure, most frequent first.

    What single people chose is one reason, so that no figure tells who paused or declined. Nor is
    it told where fewer than `minimum` of all the `of` turned out otherwise: what nearly everybody
    chose is known of each.
    """
    together: Counter[str] = Counter()
    for reason, count in reasons.items():
        together[OWN_CHOICE if reason in _OWN else reason] += count
    told = {reason: count for reason, count in together.most_common() if count >= minimum}
    if of is not None and of - told.get(OWN_CHOICE, 0) < minimum:
        told.pop(OWN_CHOICE, None)
    rest = together.total() - sum(told.values())
    return {**told, NOTHING_SENT: rest} if rest else told


def answered(
    rounds: Iterable[Round], to_come: Collection[str], since: datetime, now: datetime, minimum: int
) -> int | None:
    """How many check-ins of one cadence were answered, in those rounds that may be told.

    A round is told as a whole once it has closed for everybody, so that nobody can watch the
    figure while a single person answers. It is left out where fewer than `minimum` people
    answered, or fewer than `minimum` of those reached didn't: either would tell about a few.
    None where no round may be told.

    Args:
        to_come: periods that are still to come for somebody, such as in another time zone.
        since: rounds that began before are left out (aware UTC).
        now: aware UTC.
    """
    told = [
        each.answered
        for each in rounds
        if each.first_at >= since
        and each.closes_at <= now
        and each.period not in to_come
        and min(each.answered, each.reached - each.answered) >= minimum
    ]
    return sum(told) if told else None


def _status(tx: Tx, now: datetime, platforms: Collection[str]) -> Status | None:
    organisation = tx.organisations.get()
    if organisation is None:
        return None
    minimum = tx.organisations.policy().group_minimum
    by_state = tx.queue.counts()
    moments = (tx.plans.next_due_at(), tx.check_ins.next_wake_at(), tx.queue.next_at())
    return Status(
        organisation=organisation,
        people=_people(tx, platforms, minimum),
        cadences=tuple(_cadences(tx, now, minimum)),
        queue=_summed((state, count) for (state, _), count in by_state.items()),
        unsent=merged(_reasons(by_state, DeliveryState.SKIPPED), minimum),
        needs_operator=_reasons(by_state, DeliveryState.UNKNOWN, DeliveryState.HELD),
        next_at=min((moment for moment in moments if moment is not None), default=None),
        paused=tuple(tx.queue.pauses(now)),
        expectations=progress(tx, now),
        unsure=sum(n for (state, _), n in by_state.items() if state is DeliveryState.UNKNOWN),
    )


def _people(tx: Tx, platforms: Collection[str], minimum: int) -> PeopleStatus:
    roster = tx.people.roster()
    started = sum(entry.participation is Participation.STARTED for entry in roster)
    enough = min(started, len(roster) - started) >= minimum
    reasons = Counter(each.reason for each in unreached(tx, platforms, roster))
    return PeopleStatus(
        active=len(roster),
        without_platform=sum(not entry.has_identity for entry in roster),
        started=started if enough else None,
        losses_to_confirm=sum(each.losing for each in waiting(tx)),
        unreached={r: n for r, n in reasons.most_common() if n >= minimum},
    )


def _cadences(tx: Tx, now: datetime, minimum: int) -> Iterable[CadenceStatus]:
    states: dict[UUID, Counter[OccurrenceState]] = defaultdict(Counter)
    reasons: dict[UUID, Counter[str]] = defaultdict(Counter)
    for cadence_id, state, reason, count in tx.occurrences.counts(now - PAST):
        states[cadence_id][state] += count
        if state is OccurrenceState.SKIPPED:
            reasons[cadence_id][reason] += count
    rounds: dict[UUID, list[Round]] = defaultdict(list)
    # A little further back: a round that began before must not look as if it were whole.
    for each in tx.check_ins.rounds(now - PAST - _SPREAD):
        rounds[each.cadence_id].append(each)
    for revision in tx.cadences.current():
        own = revision.cadence_id
        plans = tx.plans.of_cadence(own)
        to_come = {plan.period for plan in plans if plan.next_due_at is not None}
        told = answered(rounds[own], to_come, now - PAST, now, minimum)
        skipped = merged(reasons[own], minimum, of=states[own].total())
        found = _cadence(revision, plans, states[own], skipped)
        yield replace(found, answered=told)


def _cadence(
    revision: CadenceRevision,
    plans: Sequence[Plan],
    states: Mapping[OccurrenceState, int],
    skipped: Mapping[str, int],
) -> CadenceStatus:
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
