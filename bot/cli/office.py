"""Opens what the environment names, for the length of one command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime

from bot.bootstrap import Built, build, create_organisation, prepare
from bot.cli.faults import NotReady
from bot.settings import Configuration, Environment, read_environment
from storage.lock import lock_for
from storage.migrate import current, newest


def schema_of(environment: Environment) -> str | None:
    """The schema of the database; None where there is none yet.

    Raises NotReady where it is of another version than the program.
    """
    found = current(environment.database_url)
    if found not in (None, newest()):
        raise NotReady(
            f"the database {environment.shown_database_url} is at schema {found}, and this version "
            f"works with {newest()}: back it up, then run `touchpoint db upgrade`"
        )
    return found


@asynccontextmanager
async def opened(environment: Environment) -> AsyncIterator[Built]:
    """Everything joined over a database that is there.

    Raises NotReady, NoOrganisation and MasterKeyError, each with the remedy.
    """
    if await asyncio.to_thread(schema_of, environment) is None:
        raise NotReady(
            f"there is no Touchpoint database at {environment.shown_database_url} yet: run "
            "`touchpoint people import FILE` to begin with your people, or `touchpoint demo`"
        )
    built = await build(environment)
    try:
        yield built
    finally:
        await built.close()


@asynccontextmanager
async def alone() -> AsyncIterator[Built]:
    """The same over what the environment names; on SQLite only while `touchpoint run` is stopped.

    Raises AlreadyRunning too.
    """
    environment = read_environment()
    with only_process(environment):
        async with opened(environment) as built:
            yield built


def only_process(environment: Environment) -> AbstractContextManager[object]:
    """Keeps `touchpoint run` off a SQLite file; PostgreSQL serves several processes.

    Raises AlreadyRunning.
    """
    folder = environment.data_folder
    if folder is not None and not folder.exists():
        return nullcontext()  # `opened` says that there is no database
    return lock_for(environment.database_url) or nullcontext()


@asynccontextmanager
async def founded(
    environment: Environment, configuration: Configuration, *, is_demo: bool = False
) -> AsyncIterator[Built]:
    """The same; databases, master key and organisation are made where they are missing.

    `is_demo` counts for a new organisation alone: nobody's real answers turn into a demo's.
    """
    if await asyncio.to_thread(schema_of, environment) is None:
        await asyncio.to_thread(prepare, environment)
    name = configuration.policy.company
    await create_organisation(environment, name, datetime.now(UTC), is_demo=is_demo)
    async with opened(environment) as built:
        yield built
