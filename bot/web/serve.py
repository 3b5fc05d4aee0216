"""`touchpoint run`: one process from its first check until it has drained."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import timedelta

from aiohttp import web

from bot import logs
from bot.bootstrap import Built, NoOrganisation, build, prepare
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services import manage_cadence
from bot.settings import ConfigurationError, Environment, load_configuration
from bot.web import slack, teams
from bot.web.app import create_app
from bot.web.local_page import PATH, keep_moment
from bot.web.metrics import Metrics
from bot.web.standing import CannotRun, in_earnest, require_certificate, require_platform
from scheduling.jobs import JOBS, Job
from scheduling.runner import Bell, Runner
from storage.engine import DatabaseUrlError
from storage.key_engine import KeyStoreError
from storage.lock import AlreadyRunning, lock_for
from storage.master_key import MasterKeyError
from storage.migrate import current, newest

STOPPED, REFUSED = 0, 2
REQUESTS_GRACE, SENDING_GRACE = timedelta(seconds=10), timedelta(seconds=15)
"""Together less than the 30 seconds that Kubernetes waits by default before it kills."""

_log = logging.getLogger(__name__)


_REFUSALS = (
    AlreadyRunning,
    CannotRun,
    ConfigurationError,
    DatabaseUrlError,
    KeyStoreError,
    MasterKeyError,
    NoOrganisation,
    StorageUnavailable,
    manage_cadence.ApplyRefused,
)


async def serve(environment: Environment, *, open_browser: bool = False) -> int:
    """Run the jobs, the delivery and the site until SIGTERM or SIGINT, then drain.

    Returns the exit code: 0 after draining, 2 where it refused to start, said on standard error.
    A second signal ends the process at once; leases and the platforms' own retries cover that.
    """
    logs.configure(environment)
    try:
        with _only_process(environment):
            await _prepare(environment)
            await _run(environment, open_browser=open_browser)
    except _REFUSALS as error:
        sys.stderr.write(f"touchpoint: {error}\n")
        return REFUSED
    return STOPPED


def _only_process(environment: Environment) -> AbstractContextManager[object]:
    """SQLite serves one process: a second one would claim and send the same messages."""
    folder = environment.data_folder
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotRun(
            f"the folder {folder} can't be made ({error.strerror}): give TOUCHPOINT_DATABASE_URL "
            "a folder that belongs to the user who runs Touchpoint"
        ) from error
    return lock_for(environment.database_url) or nullcontext()


async def _prepare(environment: Environment) -> None:
    """Makes a new SQLite file; what holds data is only changed by `touchpoint db upgrade`."""
    file = environment.database_file
    if file is not None and not file.exists():
        await asyncio.to_thread(prepare, environment)
        return
    found = await asyncio.to_thread(current, environment.database_url)
    if found == newest():
        return
    state = f"is at schema {found}, and this version works with {newest()}" if found else "is empty"
    remedy = "Back it up, then run" if found else "Run"
    raise CannotRun(
        f"the database {environment.shown_database_url} {state}. {remedy} `touchpoint db upgrade`."
    )


async def _run(environment: Environment, *, open_browser: bool) -> None:
    bell = Bell()
    built = await build(environment, on_reply=bell.ring)
    try:
        await built.keys.check()
        await _configure(built)
        require_platform(built)
        await asyncio.to_thread(require_certificate, built)
        in_slack, in_teams = await slack.greet(built), await teams.greet(built)
        jobs = (*slack.jobs_of(built, in_slack), *teams.jobs_of(built, in_teams))
        await _work(built, bell, jobs, open_browser=open_browser)
    finally:
        await built.close()


async def _configure(built: Built) -> None:
    """app.yaml is applied to a database without configuration; otherwise only compared."""
    try:
        configuration = await asyncio.to_thread(load_configuration, built.environment.config)
    except ConfigurationError as error:
        if not await built.uow.read(lambda tx: bool(tx.cadences.current())):
            raise
        problems = [problem.said(error.source) for problem in error.problems]
        _log.warning("app.yaml can't be used; the database's stays", extra={"problems": problems})
        return
    now = built.clock.now()
    found = await manage_cadence.seed(built.uow, built.kit.calendar, configuration, now=now)
    if found:
        told = [str(difference) for difference in found]
        _log.warning(
            "app.yaml differs from what is in force; `touchpoint cadence diff` and `apply`",
            extra={"differences": told},
        )


async def _work(built: Built, bell: Bell, own: Iterable[Job], *, open_browser: bool) -> None:
    stop = _stop_on_signals()
    logs.catch_strays(asyncio.get_running_loop())
    metrics = Metrics(built)
    heard = (slack.ears_of(built, metrics), teams.ears_of(built, metrics))
    ears = [each for each in heard if each is not None]
    jobs = (*JOBS, *own)
    runner = Runner(built.kit, built.clock, bell, jobs=jobs, observe=metrics.observe_job)
    app = create_app(built, runner=runner, metrics=metrics, ears=ears)
    site = await _open_site(built, app)
    try:
        await runner.start()
        for each in ears:
            each.start()
        await _announce(built, site, open_browser=open_browser)
        await stop.wait()
        _log.info("stopping; what is under way ends first")
    finally:
        await site.cleanup()  # requests first, as they may still queue replies
        for each in ears:
            await each.stop(REQUESTS_GRACE)
        in_time = await runner.stop(SENDING_GRACE)
        await keep_moment(built)
    _log.info("stopped", extra={"in_time": in_time})


async def _open_site(built: Built, app: web.Application) -> web.AppRunner:
    host, port = built.environment.host, built.environment.port
    site = web.AppRunner(app, access_log=None, shutdown_timeout=REQUESTS_GRACE.total_seconds())
    await site.setup()
    try:
        await web.TCPSite(site, host, port).start()
    except OSError as error:
        await site.cleanup()
        raise CannotRun(
            f"{host} port {port} can't be listened on ({error.strerror}): stop what uses it, or "
            "set TOUCHPOINT_PORT to another number (0 for any free one)"
        ) from error
    return site


async def _announce(built: Built, site: web.AppRunner, *, open_browser: bool) -> None:
    host, port = site.addresses[0][:2]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    names = in_earnest(built)
    if names:
        served = " and ".join(names)
        sys.stdout.write(f"Touchpoint serves {served}; its health is at {address}/readyz\n")
        sys.stdout.flush()
        return
    page = address + PATH
    sys.stdout.write(f"Touchpoint is at {page}  (Ctrl-C ends it)\n")
    if built.teams is not None:
        sys.stdout.write(f"Point the Agents Playground at it: {teams.pointing(address)}\n")
    sys.stdout.flush()
    if open_browser:
        await asyncio.to_thread(webbrowser.open, page)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def received(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    with suppress(NotImplementedError):  # Windows: Ctrl-C cancels instead, and drains as well
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, received, int(number))
    return stop
