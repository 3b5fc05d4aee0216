"""What `touchpoint check` looks at. Each check goes on where another found something wrong."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.bootstrap import Built, NoOrganisation, build, master_keys_of
from bot.cli.backup_checks import backup_findings
from bot.cli.findings import Finding, Verdict
from bot.cli.outside_checks import outside_findings
from bot.cli.screen import plural
from bot.domain.organisation import Configuration
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services import manage_cadence
from bot.services.expectations import leader_missing
from bot.settings import (
    ConfigurationError,
    Environment,
    load_configuration,
    read_environment,
    unknown_variables,
)
from bot.web.standing import in_earnest, misplaced
from storage.engine import DatabaseUrlError
from storage.key_engine import KeyStoreError
from storage.lock import AlreadyRunning, lock_for
from storage.master_key import MasterKeyError
from storage.migrate import current, newest

_SAMPLES = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland")
_REACH = "check TOUCHPOINT_DATABASE_URL, and that what it names runs and is intact"
_TOO_OPEN = stat.S_IRWXG | stat.S_IRWXO


def findings() -> Iterator[Finding]:
    """Looks at everything in turn; changes nothing."""
    try:
        environment = read_environment()
    except ConfigurationError as error:
        yield from _all_of("environment", error)
        return
    yield Finding(Verdict.GOOD, "environment", "every variable can be used")
    for problem in unknown_variables():
        yield Finding(Verdict.NOTE, "environment", problem.said(""))
    configuration = yield from _configuration(environment)
    yield from _time_zones(configuration)
    yield from _pages(environment)
    has_key = yield from _master_key(environment)
    has_schema = yield from _database(environment)
    yield from _permissions(environment)
    if has_key and has_schema:
        yield from asyncio.run(_contents(environment, configuration))
    else:
        yield from asyncio.run(outside_findings(environment, None, configuration))
    yield from _port(environment)


def _all_of(subject: str, error: ConfigurationError) -> Iterator[Finding]:
    for problem in error.problems:
        yield Finding(Verdict.BAD, subject, problem.said(error.source))


def _configuration(environment: Environment) -> Generator[Finding, None, Configuration | None]:
    try:
        found = load_configuration(environment.config)
    except ConfigurationError as error:
        yield from _all_of("configuration", error)
        return None
    said = f"{environment.config}: {plural(len(found.cadences), 'cadence')}, no errors"
    yield Finding(Verdict.GOOD, "configuration", said)
    return found


def _time_zones(configuration: Configuration | None) -> Iterator[Finding]:
    zones = [*_SAMPLES, *([configuration.policy.time_zone] if configuration else [])]
    try:
        for zone in zones:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        remedy = "install Touchpoint again with its package tzdata, or the system's"
        yield Finding(Verdict.BAD, "time zones", f"{zone} is not known here; {remedy}")
        return
    yield Finding(Verdict.GOOD, "time zones", "known")


def _pages(environment: Environment) -> Iterator[Finding]:
    """Where people find their own data with a browser."""
    if environment.web_url:
        said = f"people reach the pages for their own data at {environment.web_url}/you"
        yield Finding(Verdict.GOOD, "web pages", said)
    elif chats := _chats_of(environment):
        said = (
            f"TOUCHPOINT_WEB_URL is not set, so nobody can download their data from {chats}; give "
            "the address that people reach this server at"
        )
        yield Finding(Verdict.NOTE, "web pages", said)


def _chats_of(environment: Environment) -> str:
    """The configured chat platforms as people call them; "" where there is none."""
    names = {"Slack": environment.slack, "Microsoft Teams": environment.teams}
    return " and ".join(name for name, given in names.items() if given is not None)


def _master_key(environment: Environment) -> Generator[Finding, None, bool]:
    file = environment.master_key_file
    nothing_yet = environment.database_file and not environment.database_file.exists()
    if environment.master_key is None and file and not file.exists() and nothing_yet:
        said = f"there is none yet; one is made at {file} together with the database"
        yield Finding(Verdict.NOTE, "master key", said)
        return False
    try:
        keys = master_keys_of(environment)
    except MasterKeyError as error:
        yield Finding(Verdict.BAD, "master key", str(error))
        return False
    yield Finding(Verdict.GOOD, "master key", f"{keys.current.id}, from {_origin(environment)}")
    if keys.others:
        also = ", ".join(key.id for key in keys.others)
        said = f"{also} is read as well; `touchpoint keys prune` says when it can go"
        yield Finding(Verdict.NOTE, "master key", said)
    return True


def _origin(environment: Environment) -> str:
    if environment.master_key is not None:
        return "TOUCHPOINT_MASTER_KEY"
    return str(environment.master_key_file)


def _database(environment: Environment) -> Generator[Finding, None, bool]:
    where = environment.shown_database_url
    try:
        found = current(environment.database_url)
    except DatabaseUrlError as error:
        yield Finding(Verdict.BAD, "database", str(error))
        return False
    except (StorageUnavailable, SQLAlchemyError) as error:
        said = str(error).splitlines()[0]
        yield Finding(Verdict.BAD, "database", f"{where}: {said}; {_REACH}")
        return False
    if found == newest():
        yield Finding(Verdict.GOOD, "database", f"{where} is up to date (schema {found})")
        return True
    if found is None:
        said = "is empty; run `touchpoint people import FILE` or `touchpoint db upgrade`"
    else:
        said = f"is at schema {found}; back it up, then run `touchpoint db upgrade`"
    yield Finding(Verdict.BAD, "database", f"{where} {said}")
    return False


def _permissions(environment: Environment) -> Iterator[Finding]:
    """Files with answers and keys are their owner's alone; the master key checks itself."""
    folder = environment.data_folder
    if folder is None or os.name != "posix" or not folder.exists():
        return
    keys = make_url(environment.keys_url)
    keys_file = keys.database if keys.get_backend_name() == "sqlite" else None
    files = [environment.database_file, Path(keys_file) if keys_file else None]
    there = [file for file in files if file is not None and file.exists()]
    open_ones = [file for file in there if file.stat().st_mode & _TOO_OPEN]
    for file in open_ones:
        said = f"{file} is open to other users of this machine; close it: chmod 600 {file}"
        yield Finding(Verdict.BAD, "permissions", said)
    if not os.access(folder, os.W_OK | os.X_OK):
        said = f"{folder} can't be written to; give it to the user who runs Touchpoint"
        yield Finding(Verdict.BAD, "permissions", said)
    elif there and not open_ones:
        yield Finding(Verdict.GOOD, "permissions", "the databases are their owner's alone")


async def _contents(environment: Environment, configuration: Configuration | None) -> list[Finding]:
    """What can only be seen with everything joined."""
    try:
        built = await build(environment)
    except (NoOrganisation, StorageUnavailable, KeyStoreError) as error:
        broken = Finding(Verdict.BAD, "organisation", str(error))
        return [broken, *await outside_findings(environment, None, configuration)]
    try:
        return [
            await _key_store(built),
            await _people(built),
            *_held(built),
            *await backup_findings(built),
            *await _differences(built, configuration),
            *await outside_findings(environment, built, configuration),
            _platform(built),
        ]
    finally:
        await built.close()


async def _key_store(built: Built) -> Finding:
    try:
        await built.keys.check()
    except (KeyStoreError, MasterKeyError) as error:
        return Finding(Verdict.BAD, "key store", str(error))
    except SQLAlchemyError as error:
        said = f"can't be used ({type(error).__name__}); check TOUCHPOINT_KEYS_URL"
        return Finding(Verdict.BAD, "key store", said)
    return Finding(Verdict.GOOD, "key store", "reachable, and it goes with the master key")


async def _people(built: Built) -> Finding:
    count = await built.uow.read(lambda tx: tx.people.count())
    if not count:
        said = "there is nobody yet; run `touchpoint people import FILE`"
        return Finding(Verdict.BAD, "people", said)
    said = f"{plural(count, 'person', 'people')} at {built.organisation.name}"
    return Finding(Verdict.GOOD, "people", said)


def _held(built: Built) -> Iterator[Finding]:
    if built.organisation.is_held:
        said = (
            "held after a restore: nothing is planned or sent, but answers to people. The managers "
            "of the backup are in force: import the present list with `touchpoint people import`, "
            "look with `touchpoint status`, then run `touchpoint release`"
        )
        yield Finding(Verdict.BAD, "organisation", said)


async def _differences(built: Built, configuration: Configuration | None) -> list[Finding]:
    if configuration is None:
        return []
    return [*await _leader(built, configuration), *await _compared(built, configuration)]


async def _leader(built: Built, configuration: Configuration) -> list[Finding]:
    """Whoever is named to answer questions about the AI expectations must be there to do so."""
    given = configuration.policy.expectations
    wrong = await built.uow.read(lambda tx: leader_missing(tx, given))
    if wrong is None:
        return []
    said = f"ai_expectations.leader: {'; '.join(wrong)}. Until then nobody can ask anything"
    return [Finding(Verdict.NOTE, "AI expectations", said)]


async def _compared(built: Built, configuration: Configuration) -> list[Finding]:
    found = await manage_cadence.diff(built.uow, configuration)
    if not found:
        return [Finding(Verdict.GOOD, "cadences", "what is in force is what the file says")]
    said = (
        f"the file differs from what is in force in {plural(len(found), 'place')}; look with "
        "`touchpoint cadence diff`, then `touchpoint cadence apply`"
    )
    return [Finding(Verdict.NOTE, "cadences", said)]


def _platform(built: Built) -> Finding:
    if wrong := misplaced(built):
        return Finding(Verdict.BAD, "platform", wrong.rstrip("."))
    if chats := in_earnest(built):
        return Finding(Verdict.GOOD, "platform", " and ".join(chats))
    if built.local is not None:
        beside = " and the Agents Playground" if built.teams is not None else ""
        said = f"the local page{beside}, as this is a demo"
        return Finding(Verdict.GOOD, "platform", said)
    said = "none is connected, so nothing can be sent; see the local page with `touchpoint demo`"
    return Finding(Verdict.NOTE, "platform", said)


def _port(environment: Environment) -> Iterator[Finding]:
    host, port = environment.host, environment.port
    try:
        with socket.create_server((host, port), family=_family(host)):
            yield Finding(Verdict.GOOD, "port", f"{host} port {port} is free")
    except OSError as error:
        if _is_running(environment):
            yield Finding(Verdict.GOOD, "port", f"{port} is used by Touchpoint, which is running")
            return
        said = f"{host} port {port} can't be listened on ({error.strerror})"
        remedy = "stop what uses it, or set TOUCHPOINT_PORT to another number"
        yield Finding(Verdict.BAD, "port", f"{said}; {remedy}")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_running(environment: Environment) -> bool:
    """Whether another process holds the SQLite file; on PostgreSQL nobody can tell."""
    folder = environment.data_folder
    lock = lock_for(environment.database_url) if folder and folder.exists() else None
    if lock is None:
        return False
    try:
        with lock:
            return False
    except (AlreadyRunning, OSError):
        return True
