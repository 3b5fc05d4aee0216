"""A small company whose people have something sealed, to be rotated, backed up and restored."""

from __future__ import annotations

import asyncio
import pickle
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import make_url

from bot.bootstrap import Built, build, create_organisation, prepare
from bot.domain.people import Person
from bot.settings import Environment
from storage.master_key import create_master_key_file
from tests.harness import locked, run_directory
from tests.integration.commands import run_command
from tests.integration.demo_office import environment_in
from tests.servers import postgres

NOW = datetime(2026, 3, 6, 15, tzinfo=UTC)
FIELD = "local_message.body"
PEOPLE = 7
EACH = 5


@dataclass
class SealedOffice:
    """`said` is what each row's value opens to."""

    environment: Environment
    said: dict[UUID, bytes]
    people: list[UUID]

    @classmethod
    async def found(cls, folder: Path, server: postgres.Server | None = None) -> SealedOffice:
        """A copy of the one that is made once in a run; on PostgreSQL where a server is given."""
        kept = run_directory() / f"sealed-{'postgresql' if server else 'sqlite'}"
        with locked(kept.with_suffix(".lock")):
            if not kept.exists():
                making = kept.with_suffix(".making")
                making.mkdir()
                made = await cls._made(making, server.create() if server else None)
                kept.with_suffix(".pickle").write_bytes(pickle.dumps(made))
                making.rename(kept)
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        made = pickle.loads(kept.with_suffix(".pickle").read_bytes())  # noqa: S301 - this run's own
        url = server.create(_name(made.environment.database_url)) if server else None
        return cls(environment_in(folder, url), made.said, made.people)

    @classmethod
    async def _made(cls, folder: Path, database_url: str | None) -> SealedOffice:
        environment = environment_in(folder, database_url)
        if environment.database_file is None and environment.master_key_file:
            create_master_key_file(environment.master_key_file)
        await asyncio.to_thread(prepare, environment)
        await create_organisation(environment, "Fernweh", NOW)
        office = cls(environment, {}, [])
        built = await build(environment)
        people = [_person(built, number) for number in range(PEOPLE)]
        await built.uow.write(lambda tx: tx.people.upsert(people, NOW))
        office.people = [person.id for person in people]
        await office.say(built, *office.people)
        await built.close()
        return office

    async def say(self, built: Built, *people: UUID) -> None:
        """Each of them has some more sealed values."""
        vault = await built.keys.vault(people)
        rows = [(uuid4(), person) for person in people for _ in range(EACH)]
        self.said |= {row: f"{person} says {row}".encode() for row, person in rows}
        sealed = [(row, who, vault.seal(who, row, FIELD, self.said[row])) for row, who in rows]
        await built.uow.write(
            lambda tx: [
                tx.local_messages.put(
                    message_id=row, person_id=who, author="bot", sealed=value, at=NOW
                )
                for row, who, value in sealed
            ]
        )

    async def read(self) -> dict[UUID, bytes]:
        """What every row opens to now, in a process that has just begun."""
        built = await build(self.environment)
        try:
            return await read_all(built, self.people)
        finally:
            await built.close()

    def command(self, *arguments: str, die_at: int = 0, **more: str) -> tuple[int, str]:
        """`touchpoint arguments` in a process of its own (see `run_command`)."""
        return run_command(self.environment, *arguments, die_at=die_at, **more)


async def read_all(built: Built, people: list[UUID]) -> dict[UUID, bytes]:
    """What every row opens to."""
    vault = await built.keys.vault(people)
    found: dict[UUID, bytes] = {}
    for person in people:
        rows = await built.uow.read(lambda tx, who=person: tx.local_messages.of_person(who))
        found |= {row.id: vault.open(person, row.id, FIELD, row.sealed) for row in rows}
    return found


def _name(url: str) -> str:
    return make_url(url).database or ""


def _person(built: Built, number: int) -> Person:
    return Person(
        id=uuid4(),
        organisation_id=built.organisation.id,
        email=f"person{number}@example.com",
        name=f"Person {number}",
        time_zone="Europe/Berlin",
        locale="en",
    )
