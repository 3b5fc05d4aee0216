"""Real worker processes, one of them killed: each message leaves once, and none is forgotten.

The platform is a file to which the workers append; it is judged from outside.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.delivery import DeliveryState
from tests.integration.queue_worlds import LEASE, NOW, World, populated
from tests.processes import Talk, talking

LATER = NOW + 2 * LEASE
MESSAGES = 2000
BATCH = 40


@dataclass
class _Process:
    """A worker to be, on `world` at `url`, whose platform is `file`."""

    world: World
    url: str
    file: Path
    name: str
    now: datetime
    talk: Talk = field(init=False)

    @contextmanager
    def running(self, hold: str = "never") -> Iterator["_Process"]:
        organisation = str(self.world.uow.organisation_id)
        arguments = [self.url, organisation, str(self.file), self.name, self.now.isoformat()]
        with talking("tests.integration.queue_worker", *arguments, hold) as self.talk:
            yield self

    def kill_when_it_holds(self) -> None:
        assert self.talk.stdout.readline() == "holding\n"
        self.talk.kill()

    def end(self) -> tuple[int, int]:
        """Let it finish what is due; what it sent and what it left alone."""
        self.talk.tell("")
        sent, left = self.talk.end().split()
        return int(sent), int(left)


def _log(file: Path) -> list[tuple[str, UUID]]:
    lines = (line.split() for line in file.read_text().splitlines())
    return [(name, UUID(message)) for name, message in lines]


async def _queue_in_small_transactions(world: World, count: int) -> set[UUID]:
    queued: set[UUID] = set()
    for _ in range(0, count, BATCH):
        queued |= await world.enqueue(*(world.message(n) for n in range(BATCH)))
    return queued


async def _counts(world: World) -> dict[tuple[DeliveryState, str], int]:
    return dict(await world.uow.read(lambda tx: tx.queue.counts()))


def _judge(hold: str, file: Path, queued: set[UUID], left: int) -> None:
    """Nothing twice; what is missing was begun, and never known to have arrived."""
    times = Counter(message for _, message in _log(file))
    assert set(times.values()) == {1}
    missing = queued - set(times)
    assert not set(times) - queued
    assert left == (0 if hold == "claimed" else BATCH)
    assert len(missing) == (BATCH if hold == "begun" else 0)


@pytest.mark.parametrize("hold", ["claimed", "begun", "logged"])
async def test_two_workers_and_one_is_killed(postgres_url: str, tmp_path: Path, hold: str) -> None:
    file = tmp_path / "platform.log"
    async with populated(postgres_url, people=BATCH) as world:
        one = _Process(world, postgres_url, file, "one", NOW)
        two = _Process(world, postgres_url, file, "two", NOW)
        with one.running(hold), two.running():
            queued = await _queue_in_small_transactions(world, MESSAGES)
            one.kill_when_it_holds()
            sent, left = two.end()
        of_one = sum(name == "one" for name, _ in _log(file))
        assert sent > 0
        assert left == 0
        assert of_one >= 2 * BATCH
        stranded = (await _counts(world)).get((DeliveryState.READY, ""), 0)
        assert stranded == 0, "what was queued while they claimed must not be forgotten"
        assert await world.sweep(LATER) == BATCH
        with _Process(world, postgres_url, file, "three", LATER).running() as three:
            _, left = three.end()
        _judge(hold, file, queued, left)
        assert await world.sweep(LATER + LEASE) == 0


@pytest.mark.parametrize("hold", ["claimed", "begun", "logged"])
async def test_one_worker_is_killed_and_started_again(
    sqlite_url: str, tmp_path: Path, hold: str
) -> None:
    file = tmp_path / "platform.log"
    async with populated(sqlite_url, people=BATCH) as world:
        queued = await _queue_in_small_transactions(world, 6 * BATCH)
        with _Process(world, sqlite_url, file, "one", NOW).running(hold) as one:
            one.kill_when_it_holds()
        assert await world.sweep(LATER) == BATCH
        with _Process(world, sqlite_url, file, "two", LATER).running() as two:
            sent, left = two.end()
        assert sent + left == 4 * BATCH
        _judge(hold, file, queued, left)
        assert await world.sweep(LATER + LEASE) == 0
