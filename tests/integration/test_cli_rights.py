"""`touchpoint erase` and `touchpoint retention` over a company that has lived a while."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import bootstrap
from bot.bootstrap import Built
from bot.settings import Environment
from tests.integration.test_cli import Shell
from tests.journeys.conftest import environment_in, prepared
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.world import World

PEOPLE = [Someone("mara"), *(Someone(name, manager="mara") for name in ("ana", "ben"))]


async def _live(folder: Path) -> Environment:
    """Ana and Ben answered; Ana left afterwards."""
    environment = prepared(folder)
    world = await World.open(environment, PEOPLE, [check_in(reminders=0), weekly_summary()])
    await world.until("2026-03-03 10:05")
    await world.starts("ana", "ben")
    await world.answers("ana", "kestrel words", "heron words")
    await world.answers("ben", "plover words")
    await world.until("2026-03-06 18:00")
    await world.leaves("ana")
    await world.close()
    return environment


@pytest.fixture
def lived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    environment = asyncio.run(_live(tmp_path))
    given = {
        "TOUCHPOINT_DATABASE_URL": environment.database_url,
        "TOUCHPOINT_KEYS_URL": environment.keys_url,
        "TOUCHPOINT_MASTER_KEY_FILE": str(environment.master_key_file),
    }
    return Shell(tmp_path, given, monkeypatch, capsys)


def kept(shell: Shell, who: str) -> int:
    """How many answers of somebody's can be opened."""

    async def look() -> int:
        built = await bootstrap.build(environment_in(shell.folder))
        try:
            return await _answers(built, who)
        finally:
            await built.close()

    return asyncio.run(look())


async def _answers(built: Built, who: str) -> int:
    email = f"{who}@fernweh.example"
    found = await built.uow.read(lambda tx: tx.people.by_email([email]))
    person = found[email]
    return len(await built.uow.read(lambda tx: tx.answers.of_person(person.id)))


def test_a_leavers_data_is_erased_by_whoever_runs_it(lived: Shell) -> None:
    """It asks; nobody there means no; nobody's words are shown; the audit log has an opaque id."""
    assert kept(lived, "ana") == 2
    said = lived.process("erase", "ana@fernweh.example", code=1)
    assert "add --yes" in said
    assert kept(lived, "ana") == 2
    said = lived.run("erase", "Ana@Fernweh.example", "--yes")
    assert "Erased." in said
    assert "kestrel" not in said
    assert kept(lived, "ana") == 0
    assert kept(lived, "ben") == 1
    [entry] = audited(lived)
    assert "ana" not in entry.casefold()
    assert "Erased." in lived.run("erase", "ana@fernweh.example", "--yes")


def audited(shell: Shell) -> list[str]:
    async def look() -> list[str]:
        built = await bootstrap.build(environment_in(shell.folder))
        try:
            found = await built.uow.read(lambda tx: tx.audit.latest(["person.erased"]))
            return [f"{each.action} {each.target} {each.detail}" for each in found]
        finally:
            await built.close()

    return asyncio.run(look())


def test_a_stranger_is_named_with_the_nearest_address(lived: Shell) -> None:
    said = lived.run("erase", "bem@fernweh.example", "--yes", code=2)
    assert "did you mean ben@fernweh.example?" in said


def test_retention_shows_and_then_deletes(lived: Shell) -> None:
    """A dry run deletes nothing; figures about two people are not told; afterwards nothing is
    left of the answers, and a second run finds nothing."""
    move_clock(lived, timedelta(days=400))
    said = lived.run("retention", "--dry-run")
    assert "365 days" in said
    assert "of fewer than 5 people" in said
    assert "A dry run: nothing was deleted." in said
    assert kept(lived, "ben") == 1
    assert "Done." in lived.run("retention")
    assert kept(lived, "ben") == kept(lived, "ana") == 0
    assert "There was nothing to delete." in lived.run("retention")


def move_clock(shell: Shell, by: timedelta) -> None:
    async def move() -> None:
        built = await bootstrap.build(environment_in(shell.folder))
        try:
            to = datetime(2026, 3, 6, tzinfo=UTC) + by
            await built.uow.write(lambda tx: tx.organisations.set_demo_now(to))
        finally:
            await built.close()

    asyncio.run(move())
