"""`touchpoint demo`: a sample company lives through some weeks, then the local page is served."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from bot import bootstrap
from bot.bootstrap import Built
from bot.demo import terminal
from bot.demo.company import (
    SAMPLE_ANSWERS,
    SAMPLE_CONFIGURATION,
    SAMPLE_ONE_TO_ONES,
    SAMPLE_PEOPLE,
    START,
    Company,
    DemoRefused,
    cast,
    gather,
    move_in,
)
from bot.demo.life import live
from bot.demo.player import Player
from bot.demo.screen import Screen
from bot.demo.story import Arrivals, last_messages, tell
from bot.domain.message import Message
from bot.domain.ports.clock import Clock
from bot.domain.ports.messenger import Messenger
from bot.local.hearing import hear
from bot.settings import Environment, load_configuration, read_environment
from scheduling.clock import SteppedClock


def run_demo(
    *,
    weeks: int,
    people: Path | None,
    answers: Path | None,
    one_to_ones: Path | None,
    config: Path | None,
    serve: bool,
    data: Path | None,
    port: int | None,
) -> int:
    """Runs the demo on a fresh SQLite database; the exit code.

    config: an app.yaml in place of the sample's. A model is asked where it is connected and named
    in there. data: a new folder to keep the database in; otherwise one that goes when the demo
    ends.
    Raises DemoRefused and ConfigurationError, naming line, field and remedy.
    """
    configuration = load_configuration(config or SAMPLE_CONFIGURATION)
    script = answers or (None if people else SAMPLE_ANSWERS)
    meetings = one_to_ones or (None if people else SAMPLE_ONE_TO_ONES)
    company = gather(configuration, people or SAMPLE_PEOPLE, script, meetings)
    with _folder(data) as folder:
        environment = _environment(folder, port, config or SAMPLE_CONFIGURATION)
        out = terminal.console()
        asyncio.run(_live(environment, company, weeks, out))
        if not serve:
            return 0
        from bot.web import serve as serve_page

        return asyncio.run(serve_page(environment))


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is None:
        with tempfile.TemporaryDirectory(prefix="touchpoint-demo-") as made:
            yield Path(made)
        return
    if data.exists() and any(data.iterdir()):
        raise DemoRefused(f"--data: {data} is not empty; name a new folder")
    data.mkdir(parents=True, exist_ok=True)
    yield data


def _environment(folder: Path, port: int | None, config: Path) -> Environment:
    """The demo's own databases and key, whatever the environment names for real use."""
    given = read_environment()
    return replace(
        given,
        database_url=f"sqlite:///{folder / 'demo.db'}",
        keys_url=f"sqlite:///{folder / 'demo-keys.db'}",
        master_key=None,
        master_key_file=folder / "master.key",
        config=config,
        slack=None,
        port=given.port if port is None else port,
    )


async def _live(environment: Environment, company: Company, weeks: int, out: Console) -> None:
    await asyncio.to_thread(bootstrap.prepare, environment)
    name = company.configuration.policy.company
    await bootstrap.create_organisation(environment, name, company.starts_at, is_demo=True)
    clock = SteppedClock(company.starts_at)
    stage = _Stage(clock)
    built = await bootstrap.build(environment, clock=clock, watch=stage.watch)
    try:
        await move_in(built, company)
        await _play(built, company, clock, stage, weeks, out)
    finally:
        await built.close()


class _Stage:
    """Who is told when something arrives: the player, and the list of what came to managers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.player: Player | None = None
        self.arrivals = Arrivals()

    def watch(self, messenger: Messenger) -> Messenger:
        return Screen(messenger, self.arrived)

    def arrived(self, person_id: UUID, message: Message) -> None:
        self.arrivals.note(person_id, message, self._clock.now())
        if self.player is not None:
            self.player.arrived(person_id, message)


async def _play(
    built: Built, company: Company, clock: SteppedClock, stage: _Stage, weeks: int, out: Console
) -> None:
    if built.local is None:
        raise DemoRefused("the database is not marked as a demo; start with an empty folder")
    actors = await cast(built, company)
    stage.player = Player(partial(hear, built.kit), built.local.id, actors, START)
    until = company.starts_at + timedelta(weeks=weeks)
    name = company.configuration.policy.company
    with _progress(out, f"{name}: {len(actors)} people, {weeks} weeks", clock.now(), until) as on:
        await live(built, clock, stage.player, until, on)
    story = await tell(built, company.starts_at, stage.arrivals)
    out.print(terminal.overview(story, weeks))
    for last in await last_messages(built, stage.arrivals, clock.now()):
        out.print()
        out.print(terminal.to_manager(last))
    out.print()


@contextmanager
def _progress(
    out: Console, label: str, start: datetime, until: datetime
) -> Iterator[Callable[[datetime], None]]:
    """A bar of demo time; on a pipe nothing but the result is printed."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[day]}"),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        total = (until - start).total_seconds()
        task = bar.add_task(label, total=total, day="")

        def on(now: datetime) -> None:
            done = (now - start).total_seconds()
            bar.update(task, completed=done, day=f"{now:%a %d %b}")

        yield on
