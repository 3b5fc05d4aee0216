"""Teams at the start of a process: who had to wait for a token goes on once there is one."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap import Built, build
from bot.services.deliver import deliver
from bot.settings.environment import Environment
from bot.teams.outcomes import PAUSE
from bot.teams.platform import Ears
from bot.web.teams import greet, jobs_of
from tests.integration.chat_worlds import MASTER, NOW
from tests.integration.teams_worlds import MINUTE, TeamsWorld, teams_world
from tests.journeys.on_teams import settings

NOBODY_LISTENS = "https://127.0.0.1:9"
RATE_LIMITED = "rate_limited"


@asynccontextmanager
async def started(world: TeamsWorld, **more: str) -> AsyncIterator[Built]:
    """A process as `touchpoint run` builds it, for Ana's tenant alone; `more` are settings."""
    environment = Environment(
        database_url=world.url,
        keys_url=world.keys_url,
        master_key=base64.b64encode(MASTER.key).decode(),
        master_key_file=None,
        config=Path("app.yaml"),
        host="127.0.0.1",
        port=0,
        log_level="info",
        log_format="console",
        teams=replace(settings(world.teams), **more),  # type: ignore[arg-type]  # texts by name
    )
    built = await build(environment, clock=world.clock)
    try:
        yield built
    finally:
        await built.close()


async def paused(built: Built) -> dict[str, timedelta]:
    """By its reason, how long each lane still pauses."""
    now = built.clock.now()
    found = await built.uow.read(lambda tx: tx.queue.pauses(now))
    return {pause.reason: pause.until - now for pause in found}


async def test_a_secret_that_was_mended_ends_the_pause(database_url: str, tmp_path: Path) -> None:
    async with teams_world(database_url, tmp_path) as world:
        async with world.process() as process:
            await process.queue_notes("ana", "help")
        async with started(world, secret="wr0ng~secret") as built:
            assert await greet(built) == "AADSTS7000215"
            assert await paused(built) == {"no_token": PAUSE}
            assert await deliver(built.kit, NOW) == 0
            assert world.tried() == 0
        async with started(world) as built:
            assert await greet(built) == ""
            assert await paused(built) == {}
            await deliver(built.kit, NOW)
            assert len(world.posts("ana")) == world.tried() == 1


async def test_so_does_a_token_for_one_that_was_revoked(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world:
        async with world.process() as process:
            await process.queue_notes("ana", "help")
            await process.work()
            world.teams.login.revoke()
            await process.queue_notes("ana", "saved")
            await process.work(NOW + MINUTE)
        async with started(world) as built:
            assert list(await paused(built)) == ["token_refused"]
            assert await greet(built) == ""
            await deliver(built.kit, NOW + MINUTE)
            assert len(world.posts("ana")) == 2


async def test_a_token_ends_no_other_pause(sqlite_url: str, tmp_path: Path) -> None:
    """Neither a break that Teams asked for, nor that of a tenant which the settings leave out."""
    async with teams_world(sqlite_url, tmp_path) as world, started(world) as built:
        until, one, other = NOW + PAUSE, world.one, world.other
        await built.uow.write(lambda tx: tx.queue.pause_lane(one, until, RATE_LIMITED))
        await built.uow.write(lambda tx: tx.queue.pause_lane(other, until, "no_token"))
        assert await greet(built) == ""
        assert await paused(built) == {RATE_LIMITED: PAUSE, "no_token": PAUSE}


async def test_a_service_that_is_not_reached_pauses_nobody(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        teams_world(sqlite_url, tmp_path) as world,
        started(world, login_url=NOBODY_LISTENS) as built,
    ):
        assert await greet(built) == "token_not_reachable"
        assert await paused(built) == {}


async def test_whoever_could_not_be_greeted_is_greeted_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, started(world) as built:
        assert built.teams is not None
        world.teams.login.error = "invalid_client"
        trouble = await greet(built)
        assert trouble == "AADSTS7000222"
        ((_, again),) = jobs_of(built, trouble)[0].steps
        assert await again(built.kit, NOW) == 0
        world.teams.login.error = ""
        built.teams.tokens.forget()
        assert await again(built.kit, NOW) == 1
        assert await paused(built) == {}
        asked = len(world.teams.login.calls)
        assert await again(built.kit, NOW) == 0
        assert len(world.teams.login.calls) == asked, "all is well: it asks no more"


@pytest.mark.parametrize(("secret", "said"), [("wr0ng~secret", "set TEAMS_APP_SECRET"), (None, "")])
async def test_whoever_asks_after_its_health_is_told_the_remedy(
    sqlite_url: str, tmp_path: Path, secret: str | None, said: str
) -> None:
    more = {"secret": secret} if secret else {}
    async with teams_world(sqlite_url, tmp_path) as world, started(world, **more) as built:
        assert built.teams is not None
        problems = await Ears(built.teams, built.kit, built.clock, lambda _: None).problems()
        assert len(problems) == bool(secret)
        assert said in "".join(problems)
        assert "wr0ng" not in "".join(problems)
