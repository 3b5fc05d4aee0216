"""Row 18 of the faults: a backup is put back, in the place of a lost database and on a new machine.

What was erased since stays erased, nothing leaves before somebody releases it, and nobody is asked
twice.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.inbound import InboundKind
from bot.domain.people import Participation
from bot.services.erase import erase_answer, erase_everything
from bot.settings.environment import Environment
from scheduling.clock import SteppedClock
from tests.integration.commands import run_command
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at, check_in, nudge, weekly_summary
from tests.journeys.surfaces import Local
from tests.journeys.world import World

MARA = Someone("mara")
TEAM = [Someone(name, manager="mara") for name in ("ana", "ben", "cleo")]
CADENCES = [check_in(reminders=0, pack="pair"), weekly_summary(), nudge(on=3)]


@pytest.fixture
async def world(environment: Environment) -> AsyncIterator[World]:
    """Tuesday, 10:05: everybody has started, Ana and Ben have answered."""
    opened = await World.open(environment, [MARA, *TEAM], CADENCES, surface=Local())
    await opened.until("2026-03-03 10:05")
    await opened.starts("ana", "ben", "cleo")
    await opened.answers("ana", "kestrel", "heron")
    await opened.answers("ben", "plover")
    yield opened
    await opened.close()


async def touchpoint(
    world: World, *arguments: str, code: int = 0, moment: str | None = None
) -> str:
    """A command, at the world's own time, or at another one (Berlin's wall clock)."""
    now = at(moment) if moment else world.now
    if not world.built.uow._closed:
        await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(now))
    ended, said = run_command(world.environment, *arguments)
    assert ended == code, said
    return said


async def backed_up(world: World, folder: Path, restored: str | None = None) -> tuple[Path, Path]:
    """Fresh backups of the answers and of the keys.

    restored: when they will be restored. A demo's clock lies in its database; a real one goes on.
    """
    where = (str(folder / "answers"), "--keys-to", str(folder / "keys"))
    await touchpoint(world, "backup", *where, moment=restored)
    return max((folder / "answers").iterdir()), max((folder / "keys").iterdir())


async def back_in_time(world: World, environment: Environment) -> World:
    """The world as a new process finds it in restored databases."""
    found = World(environment, SteppedClock(world.now), surface=Local())
    found.rows, found.ids = world.rows, world.ids
    found.environment = await found.surface.environment(found, environment)
    await found._build()
    return found


async def erases_some(world: World) -> None:
    """After the backup: Ana goes on and erases an answer, Ben erases everything."""
    await world.answers("cleo", "dunlin")
    person = await world.person("ana")
    check_ins = await world.built.uow.read(lambda tx: tx.check_ins.of_person(person.id))
    key = check_ins[0].questions[0].key
    assert await erase_answer(world.built.kit, person.id, check_ins[0].id, key, world.now)
    await erase_everything(world.built.kit, world.ids["ben"], world.now)
    await world.work()


async def stays_erased(world: World) -> None:
    assert await world.my_words("ana") == ["heron"]
    assert await world.my_words("ben") == []
    assert (await world.person("ben")).participation is Participation.DECLINED
    assert not (await world.built.keys.vault([world.ids["ben"]])).knows(world.ids["ben"])
    assert await world.kept_versions("ben") == []
    assert "kestrel" not in await world.can_read("mara")
    assert await world.built.uow.read(lambda tx: tx.audit.verify())


async def states(world: World) -> dict[tuple[DeliveryState, str], int]:
    return dict(await world.built.uow.read(lambda tx: tx.queue.counts()))


@on_both
async def test_in_the_place_of_a_lost_database(world: World, tmp_path: Path) -> None:
    """Backed up on Tuesday with a receipt on its way, restored on Thursday, after a note went to
    everybody."""
    await world.send("cleo", InboundKind.TEXT, text="grebe", send=False)
    answers, _ = await backed_up(world, tmp_path / "backups", "2026-03-05 12:00")
    await world.settle()
    await erases_some(world)
    await world.until("2026-03-05 12:00")
    assert world.prompts("cleo") == ["2026-03-03 10:00", "2026-03-05 09:30"]
    await world.built.close()
    assert "add --replace" in await touchpoint(world, "restore", str(answers), code=1)
    said = await touchpoint(world, "restore", str(answers), "--replace")
    assert "Everything is held" in said
    assert "kept as" in said
    assert "touchpoint people import" in said, "the managers of that day are in force"
    world = await back_in_time(world, world.environment)
    await stays_erased(world)
    await world.until("2026-03-05 12:30")
    assert world.arrivals == [], "nothing leaves before somebody says so"
    assert set(await states(world)) >= {(DeliveryState.HELD, "restored")}
    assert "release" in await touchpoint(world, "status", code=1)
    assert "import the present list" in await touchpoint(world, "check", code=1)
    await world.answers("cleo", "auk")
    assert await world.my_words("cleo") == ["grebe\nauk"], "the next question is on hold"
    assert {each.who for each in world.arrivals} == {"cleo"}, "she got an answer, and nobody else"
    assert "Nothing was changed" in await touchpoint(world, "release", code=1)
    assert "skipped with the reason restored" in await touchpoint(world, "release", "--yes")
    assert await touchpoint(world, "release", "--yes") == "Nothing is held.\n"
    await world.restart()
    await world.until("2026-03-06 14:00")
    assert not [each for name in world.rows for each in world.prompts(name)], "nobody twice"
    assert await world.skipped() == {"restored": 4}
    assert (DeliveryState.HELD, "restored") not in await states(world)
    await world.until("2026-03-06 18:00")
    assert "auk" in await world.can_read("mara"), "what comes due later goes out"
    await world.until("2026-03-12 18:00")
    assert world.prompts("cleo") == ["2026-03-10 10:00", "2026-03-12 09:30"]
    assert world.prompts("ben") == [], "he takes part no more"
    await world.close()


def elsewhere(
    request: pytest.FixtureRequest, environment: Environment, folder: Path
) -> Environment:
    """Another machine, with nothing on it but the master key."""
    folder.mkdir()
    assert environment.master_key_file is not None
    shutil.copy(environment.master_key_file, folder / "master.key")
    url = f"sqlite:///{folder / 'data' / 'touchpoint.db'}"
    keys = f"sqlite:///{folder / 'data' / 'touchpoint-keys.db'}"
    if environment.database_file is None:
        server = request.getfixturevalue("postgres_server")
        url = keys = server.create()
        request.addfinalizer(lambda: server.drop(url))
    file = folder / "master.key"
    return replace(environment, database_url=url, keys_url=keys, master_key_file=file)


@on_both
async def test_onto_a_new_machine(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """From the answers of Tuesday morning and the keys of Tuesday noon: these know what was
    erased in between."""
    answers, _ = await backed_up(world, tmp_path / "backups")
    await erases_some(world)
    _, keys = await backed_up(world, tmp_path / "later")
    environment = elsewhere(request, world.environment, tmp_path / "new")
    ended, said = run_command(environment, "restore", str(answers))
    assert (ended, "--keys-from" in said) == (1, True)
    ended, said = run_command(environment, "restore", str(answers), "--keys-from", str(keys))
    assert ended == 0, said
    restored = await back_in_time(world, environment)
    await stays_erased(restored)
    await restored.work()
    assert restored.arrivals == []
    assert (await restored.built.uow.read(lambda tx: tx.organisations.get())).is_held
    assert "let go" in await touchpoint(restored, "release", "--send", "--yes")
    await restored.close()
