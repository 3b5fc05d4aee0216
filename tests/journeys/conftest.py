"""Databases for journeys: made once a run, copied for each test."""

from __future__ import annotations

import asyncio
import pickle
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import bootstrap
from bot.settings.environment import Environment
from storage.key_store import upgrade_key_store
from storage.master_key import create_master_key_file
from storage.migrate import upgrade
from tests.harness import locked, run_directory
from tests.journeys.ai_office import opened  # noqa: F401 (a fixture)
from tests.journeys.on_slack import OnSlack
from tests.journeys.on_teams import OnTeams
from tests.journeys.sample_weeks import Lived, four_weeks
from tests.journeys.surfaces import Local, Surface
from tests.journeys.world import World
from tests.servers import postgres

OpenWorld = Callable[..., Awaitable[World]]


def environment_in(folder: Path) -> Environment:
    """Two SQLite files and a master key in one folder."""
    database, keys = folder / "world.db", folder / "keys.db"
    return _environment(f"sqlite:///{database}", f"sqlite:///{keys}", folder)


def _environment(database_url: str, keys_url: str, folder: Path) -> Environment:
    return Environment(
        database_url=database_url,
        keys_url=keys_url,
        master_key=None,
        master_key_file=folder / "master.key",
        config=folder / "app.yaml",
        host="127.0.0.1",
        port=0,
        log_level="info",
        log_format="console",
    )


def prepared(folder: Path) -> Environment:
    """Empty databases, as `touchpoint db upgrade` leaves them; migrated once in a run."""
    template = run_directory() / "journeys"
    with locked(run_directory() / "journeys.lock"):
        if not template.exists():
            making = run_directory() / "journeys.making"
            bootstrap.prepare(environment_in(making))
            making.rename(template)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return environment_in(folder)


def on_postgres(server: postgres.Server, folder: Path) -> Environment:
    def prepare(url: str) -> None:
        upgrade(url)
        upgrade_key_store(url)

    create_master_key_file(folder / "master.key")
    url = server.create(server.template("journeys", prepare))
    return _environment(url, url, folder)


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Environment:
    """Empty databases on SQLite; `on_both` runs a test on PostgreSQL as well."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return prepared(tmp_path)
    server: postgres.Server = request.getfixturevalue("postgres_server")
    made = on_postgres(server, tmp_path)
    request.addfinalizer(lambda: server.drop(made.database_url))  # noqa: PT021 - only on one engine
    return made


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What runs on both databases does so on the local platform; in a chat one is enough."""
    extra = [item for item in items if _is_chat_on_postgres(item)]
    if extra:
        config.hook.pytest_deselected(items=extra)
        items[:] = [item for item in items if not _is_chat_on_postgres(item)]


def _is_chat_on_postgres(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    given = callspec.params if callspec else {}
    is_chat = given.get("surface") in ("slack", "teams")
    return is_chat and given.get("environment") == "postgresql"


SURFACES: dict[str, Callable[[], Surface]] = {
    "local": Local,
    "slack": OnSlack,
    "teams": OnTeams,
}


@pytest.fixture(params=list(SURFACES))
def surface(request: pytest.FixtureRequest) -> Surface:
    """Where people live: each journey runs on the local platform, in Slack and in Teams."""
    return SURFACES[request.param]()


@pytest.fixture
async def open_world(environment: Environment, surface: Surface) -> AsyncIterator[OpenWorld]:
    """Opens a world, and closes it after the test."""
    worlds: list[World] = []

    async def make(*args: object, **kwargs: object) -> World:
        given = {"surface": surface, **kwargs}
        worlds.append(await World.open(environment, *args, **given))  # type: ignore[arg-type]
        return worlds[-1]

    yield make
    for world in worlds:
        await world.close()


@pytest.fixture(scope="module", params=list(SURFACES))
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Four weeks on each platform; each lived once in a test run."""
    kept = run_directory() / f"sample-{request.param}.pickle"
    with locked(kept.with_suffix(".lock")):
        if not kept.exists():
            surface = SURFACES[request.param]()
            folder = tmp_path_factory.mktemp("sample")
            weeks = asyncio.run(four_weeks(prepared(folder), surface))
            kept.write_bytes(pickle.dumps(replace(weeks, player=None)))
    found: Lived = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this very run
    return found
