"""What became of every check-in of the demo, person by person and week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.bootstrap import Built
from bot.demo.company import START
from bot.domain.cadence import CadenceKind
from bot.domain.check_in import Asked, CheckIn, State
from bot.domain.message import Message, Panel
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.people import Person
from bot.domain.ports.conversation_store import Summary
from bot.domain.ports.unit_of_work import Tx
from bot.services import summary_details

MOST = 50_000


@dataclass(frozen=True, slots=True)
class Story:
    """`cells` by person and week (from 1); `totals` in the order in which they are told."""

    people: tuple[Person, ...]
    cells: Mapping[tuple[UUID, int], str]
    totals: Counter[str]
    skipped: Counter[str]


@dataclass(frozen=True, slots=True)
class LastSummary:
    """A manager's last summary as it arrived, and what its button opens."""

    manager: Person
    message: Message
    details: Panel | None


async def tell(built: Built, started: datetime) -> Story:
    """Reads the story back from the database, as of `started` (aware UTC)."""
    return await built.uow.read(lambda tx: _tell(tx, started))


def _tell(tx: Tx, started: datetime) -> Story:
    people = tx.people.many([line.person_id for line in tx.people.roster()])
    occurrences = tx.occurrences.since(started, MOST)
    kinds = {
        key: revision.spec.kind
        for key, revision in tx.cadences.revisions({o.revision_id for o in occurrences}).items()
    }
    cells: dict[tuple[UUID, int], str] = {}
    totals: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    check_ins = _check_ins(tx, people)
    for occurrence in occurrences:
        kind = kinds[occurrence.revision_id]
        if occurrence.state is OccurrenceState.SKIPPED:
            skipped[occurrence.reason] += 1
        elif occurrence.state is OccurrenceState.SENT:
            totals[kind.value] += 1
        if kind is CadenceKind.CHECK_IN and occurrence.person_id in people:
            week = _week(people[occurrence.person_id], occurrence.due_at)
            found = check_ins.get(occurrence.id)
            cells[occurrence.person_id, week] = _outcome(occurrence, found)
            totals["answered"] += found is not None and _answered(found) > 0
            totals["reminders"] += found.reminders_done if found else 0
    ordered = tuple(sorted(people.values(), key=lambda p: p.name))
    return Story(ordered, cells, totals, skipped)


def _check_ins(tx: Tx, people: Mapping[UUID, Person]) -> dict[UUID, CheckIn]:
    return {
        check_in.occurrence_id: check_in
        for person_id in people
        for check_in in tx.check_ins.of_person(person_id)
    }


def _week(person: Person, moment: datetime) -> int:
    return (moment.astimezone(person.zone).date() - START).days // 7 + 1


def _answered(check_in: CheckIn) -> int:
    return sum(q.state is Asked.ANSWERED for q in check_in.questions)


_ENDS = {
    State.WAITING: "waits",
    State.SNOOZED: "snoozed",
    State.SKIPPED: "skipped",
    State.CANCELLED: "not for me",
    State.OFFERED: "still open",
    State.OPEN: "still open",
    State.CLOSED: "no answer",
}


def _outcome(occurrence: Occurrence, check_in: CheckIn | None) -> str:
    """One cell of the overview, in a few words."""
    if check_in is None:
        return occurrence.reason.replace("_", " ")
    given, asked = _answered(check_in), len(check_in.questions)
    words = f"{given} of {asked}" if given else _ENDS.get(check_in.state, "no answer")
    reminded = {0: "", 1: ", reminded"}.get(check_in.reminders_done, ", reminded twice")
    return words + reminded


def _newest(manager_id: UUID, tx: Tx) -> Sequence[Summary]:
    return tx.summaries.of_manager(manager_id, 1)


async def last_summaries(
    built: Built, messages: Mapping[UUID, Message], now: datetime
) -> tuple[LastSummary, ...]:
    """Each manager's last summary; `messages` are the last ones that arrived, by person."""
    people = await built.uow.read(lambda tx: tx.people.many(messages))
    found: list[LastSummary] = []
    for person_id, message in messages.items():
        manager = people[person_id]
        stored = await built.uow.read(partial(_newest, person_id))
        details: Panel | None = None
        if stored:
            reply = await summary_details.show(built.kit, manager, str(stored[0].id), now)
            details = reply.view if isinstance(reply.view, Panel) else None
        found.append(LastSummary(manager, message, details))
    return tuple(sorted(found, key=lambda s: s.manager.name))
