"""What became of every check-in of the demo, person by person and week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from bot.domain.ports.summary_store import Summary
from bot.domain.ports.unit_of_work import Tx
from bot.services import summary_details

MOST = 50_000


@dataclass
class Arrivals:
    """What came to managers: when (aware UTC) nudges came to whom, and the last messages."""

    nudged: list[tuple[UUID, datetime]] = field(default_factory=list)
    nudges: dict[UUID, Message] = field(default_factory=dict)
    summaries: dict[UUID, Message] = field(default_factory=dict)

    def note(self, person_id: UUID, message: Message, now: datetime) -> None:
        if message.kind == "summary":
            self.summaries[person_id] = message
        elif message.kind == "nudge":
            self.nudges[person_id] = message
            self.nudged.append((person_id, now))


@dataclass(frozen=True, slots=True)
class Story:
    """`cells` and `nudges` (how many messages) by person and week (from 1); `totals` in the order
    in which they are told.
    """

    people: tuple[Person, ...]
    cells: Mapping[tuple[UUID, int], str]
    totals: Counter[str]
    skipped: Counter[str]
    nudges: Counter[tuple[UUID, int]]


@dataclass(frozen=True, slots=True)
class LastMessages:
    """A manager's last summary and nudges as they arrived, and what the summary's button opens."""

    manager: Person
    summary: Message
    details: Panel | None
    nudges: Message | None


async def tell(built: Built, started: datetime, arrivals: Arrivals) -> Story:
    """Reads the story back from the database, as of `started` (aware UTC)."""
    return await built.uow.read(lambda tx: _tell(tx, started, arrivals))


def _tell(tx: Tx, started: datetime, arrivals: Arrivals) -> Story:
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
            place = occurrence.person_id, week
            cells[place] = _joined(cells.get(place, ""), _outcome(occurrence, found))
            totals["answered"] += found is not None and _answered(found) > 0
            totals["reminders"] += found.reminders_done if found else 0
    ordered = tuple(sorted(people.values(), key=lambda p: p.name))
    nudges = Counter(
        (person_id, _week(people[person_id], moment)) for person_id, moment in arrivals.nudged
    )
    return Story(ordered, cells, totals, skipped, nudges)


def _joined(before: str, outcome: str) -> str:
    """One cell for all check-ins of a week."""
    if not before or before.startswith(outcome):
        return before or outcome
    return f"{before} + {outcome}"


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


async def last_messages(
    built: Built, arrivals: Arrivals, now: datetime
) -> tuple[LastMessages, ...]:
    """Each manager's last summary and nudges, by name."""
    people = await built.uow.read(lambda tx: tx.people.many(arrivals.summaries))
    found: list[LastMessages] = []
    for person_id, message in arrivals.summaries.items():
        manager = people[person_id]
        details = await _details(built, manager, now)
        found.append(LastMessages(manager, message, details, arrivals.nudges.get(person_id)))
    return tuple(sorted(found, key=lambda s: s.manager.name))


async def _details(built: Built, manager: Person, now: datetime) -> Panel | None:
    stored = await built.uow.read(partial(_newest, manager.id))
    if not stored:
        return None
    reply = await summary_details.show(built.kit, manager, str(stored[0].id), now)
    return reply.view if isinstance(reply.view, Panel) else None
