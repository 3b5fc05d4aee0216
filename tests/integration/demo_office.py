"""The sample company in a database of the test's own, and waiting for what it does by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bot.bootstrap import Built, OnReply, Watch, build, create_organisation, prepare
from bot.demo.company import (
    SAMPLE_ANSWERS,
    SAMPLE_CONFIGURATION,
    SAMPLE_ONE_TO_ONES,
    SAMPLE_PEOPLE,
    gather,
    move_in,
)
from bot.domain.delivery import Address, DeliveryState, Lookup, Outcome, Recovery, Sent
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Message
from bot.domain.ports.clock import Clock
from bot.domain.ports.messenger import Messenger
from bot.services.conversation import handle
from bot.settings import Environment, load_configuration

PATIENCE = 60.0
"""Seconds until a test gives up; a busy machine may need many; what it waits for takes few."""


def environment_in(folder: Path, database_url: str | None = None) -> Environment:
    """As `read_environment` would give it for databases in `folder`, on any free port."""
    database = database_url or f"sqlite:///{folder / 'touchpoint.db'}"
    on_sqlite = database.startswith("sqlite")
    return Environment(
        database_url=database,
        keys_url=f"sqlite:///{folder / 'touchpoint-keys.db'}" if on_sqlite else database,
        master_key=None,
        master_key_file=folder / "master.key",
        config=SAMPLE_CONFIGURATION,
        host="127.0.0.1",
        port=0,
        log_level="info",
        log_format="json",
    )


async def move_company_in(environment: Environment) -> datetime:
    """Fills an empty database with the sample company; the moment at which its time begins."""
    if environment.master_key_file is not None and environment.database_file is None:
        from storage.master_key import create_master_key_file

        create_master_key_file(environment.master_key_file)
    await asyncio.to_thread(prepare, environment)
    company = gather(
        load_configuration(SAMPLE_CONFIGURATION), SAMPLE_PEOPLE, SAMPLE_ANSWERS, SAMPLE_ONE_TO_ONES
    )
    await create_organisation(environment, "Fernweh Maps", company.starts_at, is_demo=True)
    built = await build(environment)
    try:
        await move_in(built, company)
    finally:
        await built.close()
    return company.starts_at


@asynccontextmanager
async def opened(
    environment: Environment,
    *,
    clock: Clock | None = None,
    on_reply: OnReply | None = None,
    watch: Watch | None = None,
) -> AsyncIterator[Built]:
    """What `build` gives, closed at the end."""
    built = await build(environment, clock=clock, on_reply=on_reply, watch=watch)
    try:
        yield built
    finally:
        await built.close()


@dataclass
class Gate:
    """A platform that holds every message until it is opened, and counts what came through."""

    inner: Messenger
    opened: asyncio.Event
    entered: list[UUID]
    posted: list[UUID]

    @classmethod
    def around(cls, inner: Messenger) -> Gate:
        return cls(inner, asyncio.Event(), [], [])

    @property
    def platform(self) -> str:
        return self.inner.platform

    @property
    def recovery(self) -> Recovery:
        return self.inner.recovery

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        self.entered.append(delivery_id)
        await self.opened.wait()
        self.posted.append(delivery_id)
        return await self.inner.post(address, message, delivery_id)

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome:
        return await self.inner.update(address, ref, message, delivery_id)

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome:
        return await self.inner.delete(address, ref, delivery_id)

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup:
        return await self.inner.find(address, delivery_id)


async def people_of(built: Built, count: int) -> list[UUID]:
    """Some of the company, always the same."""
    rows = await built.uow.read(lambda tx: tx.people.roster())
    return [row.person_id for row in sorted(rows, key=lambda row: row.email)][:count]


async def type_text(built: Built, person: UUID, text: str) -> None:
    """What the platform does when the person types."""
    assert built.local is not None
    now = built.clock.now()
    inbound = Inbound(built.local.id, str(person), uuid4().hex, InboundKind.TEXT, at=now, text=text)
    await handle(built.kit, inbound, now)


async def count_in(built: Built, *states: DeliveryState) -> int:
    """How many messages of the queue are in one of these states."""
    counts = await built.uow.read(lambda tx: tx.queue.counts())
    return sum(count for (state, _), count in counts.items() if state in states)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Returns as soon as `holds`, and fails the test where it never does."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - other processes and threads set no event
            await asyncio.sleep(0.01)


def allow_connections(admin_url: str, database_url: str, *, allowed: bool) -> None:
    """Takes a PostgreSQL database away from everybody, and gives it back."""
    name = make_url(database_url).database or ""
    plain = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        change = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        connection.execute(change.format(sql.Identifier(name), sql.Literal(allowed)))
        if not allowed:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(ended, [name])
