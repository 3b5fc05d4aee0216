"""Companies of any size, filled through the services themselves."""

from __future__ import annotations

import io
from contextlib import suppress
from csv import writer
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter

from sqlalchemy import Engine

from bench.bare import Bare
from bot import bootstrap
from bot.bootstrap import Built
from bot.domain.organisation import Configuration
from bot.domain.people import Person
from bot.services.manage_cadence import apply
from bot.services.people_file import ParsedPeople, parse_people
from bot.services.sync_people import apply_sync
from bot.settings import load_configuration
from bot.settings.environment import Environment
from storage.engine import open_engine

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""

REPORTS = 10
"""How many people each manager has."""


def people_csv(number: int) -> bytes:
    """A people list whose rows name their managers, all in one time zone."""
    text = io.StringIO()
    out = writer(text)
    out.writerow(["email", "name", "manager_email", "team", "country", "time_zone", "hired_on"])
    for i in range(number):
        manager = email(i // REPORTS) if i else ""
        place = ("DE", "UTC", "2020-01-07")
        out.writerow([email(i), f"Person {i}", manager, f"Team {i % 50}", *place])
    return text.getvalue().encode()


def email(index: int) -> str:
    """The address of a person by their line in the list; line i // 10 manages line i."""
    return f"p{index}@company.example"


@dataclass
class World:
    """A company. `took` are the seconds of each step that filled it."""

    built: Built
    configuration: Configuration
    parsed: ParsedPeople
    engine: Engine
    took: dict[str, float] = field(default_factory=dict)

    @cached_property
    def bare(self) -> Bare:
        """The reference in the same database."""
        return Bare(self.engine)

    async def people(self, indexes: range) -> list[Person]:
        """By their lines in the list."""
        emails = [email(i) for i in indexes]
        found = await self.built.uow.read(lambda tx: tx.people.by_email(emails))
        return [found[each] for each in emails]

    async def close(self) -> None:
        self.engine.dispose()
        await self.built.close()


@dataclass
class Worlds:
    """Makes each company once in a run, in one folder."""

    quick: bool
    urls: dict[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="touchpoint-bench-")))
    _made: dict[tuple[int, str], World] = field(default_factory=dict)

    @property
    def many(self) -> int:
        """The people of a large company."""
        return 5_000 if self.quick else 100_000

    async def of(self, number: int, name: str = "shared") -> World:
        """A company of `number` people; those with the same name are the same one."""
        if (number, name) not in self._made:
            self._made[number, name] = await self._make(number, f"{name}-{number}")
        return self._made[number, name]

    async def close(self) -> None:
        for world in self._made.values():
            with suppress(Exception):  # one that failed keeps no other from closing
                await world.close()

    async def _make(self, number: int, name: str) -> World:
        folder = self.folder / name
        environment = _environment(folder, self.urls.get(name))
        bootstrap.prepare(environment)
        configuration = load_configuration(Path(__file__).parent.parent / "app.yaml")
        parsed = parse_people(people_csv(number), defaults=configuration.policy, today=START.date())
        await bootstrap.create_organisation(environment, "Bench", START, is_demo=True)
        built = await bootstrap.build(environment)
        world = World(built, configuration, parsed, open_engine(environment.database_url))
        await _fill(world)
        return world


async def _fill(world: World) -> None:
    uow, calendar, local = world.built.uow, world.built.kit.calendar, world.built.local
    assert local is not None
    identities = bootstrap.local_identity(local.id)
    started = perf_counter()
    await apply_sync(uow, world.parsed, now=START, actor="bench", identities=identities)
    world.took["people"] = perf_counter() - started
    started = perf_counter()
    await apply(uow, calendar, world.configuration, author="bench", now=START)
    world.took["plans"] = perf_counter() - started


def _environment(folder: Path, url: str | None) -> Environment:
    folder.mkdir()
    database = url or f"sqlite:///{folder}/touchpoint.db"
    keys = url or f"sqlite:///{folder}/keys.db"
    master = folder / "master.key"
    config = Path("app.yaml")
    if url:
        from storage.master_key import create_master_key_file

        create_master_key_file(master)
    return Environment(database, keys, None, master, config, "127.0.0.1", 0, "info", "console")
