"""One manager's week, in a small history and in a large one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from uuid import uuid4

from bench.history import PER_PERSON, give_history, seal_answers
from bench.measure import Ratio, Step, call, in_turn
from bench.world import REPORTS, START, World, Worlds
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.organisation import CadenceRevision
from bot.domain.people import Person
from bot.services.weekly_summary import summarise

MANAGERS = range(20, 27)
_FEW = 1_000


async def summary(worlds: Worlds) -> AsyncIterator[Ratio]:
    """A manager's summary drafted: gathered, opened, worded, sealed, queued."""
    large, small = await worlds.of(worlds.many), await worlds.of(_FEW, "history")
    steps = [await _summaries(world) for world in (large, small)]
    ours, few, bare = await in_turn(len(MANAGERS), *steps, call(small.bare.keep_one))
    answers = f"{_FEW * PER_PERSON:,} answers"
    name = f"summary_among_{worlds.many * PER_PERSON}"
    yield Ratio(name, ours * 1e3, few * 1e3, "ms a summary", f"the same among {answers}")
    against = "one Core insert and commit"
    yield Ratio("summary_bare", ours * 1e3, bare * 1e3, "ms a summary", against)


async def _summaries(world: World) -> Step:
    """One more manager's summary each time."""
    give_history(world)
    reports = range(MANAGERS.start * REPORTS, MANAGERS.stop * REPORTS)
    await seal_answers(world, await world.people(reports))
    current = await world.built.uow.read(lambda tx: tx.cadences.current())
    revision = next(each for each in current if each.spec.key == "weekly-summary")
    managers = iter(await world.people(MANAGERS))
    return partial(_one, world, revision, managers)


async def _one(world: World, revision: CadenceRevision, managers: Iterator[Person]) -> None:
    planned = _planned(revision, next(managers))
    await world.built.uow.write(lambda tx: tx.occurrences.add([planned]))
    drafted = await summarise(world.built.kit, START)
    assert drafted == 1, f"{drafted} summaries were drafted"


def _planned(revision: CadenceRevision, manager: Person) -> Occurrence:
    return Occurrence(
        id=uuid4(),
        organisation_id=manager.organisation_id,
        cadence_id=revision.cadence_id,
        revision_id=revision.id,
        person_id=manager.id,
        subject_id=manager.id,
        period="bench",
        zone=manager.time_zone,
        due_at=START,
        state=OccurrenceState.PLANNED,
    )
