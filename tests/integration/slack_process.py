"""`touchpoint run` as a process of its own, with a company whose Slack is the tests' server.

A test kills it, starts it again and judges from outside: by what Slack took and had acknowledged,
and by what the databases hold in the end. Nothing moves a clock: what is due was due a while ago.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import update

from bot.bootstrap import Built
from bot.domain.check_in import Value
from bot.domain.delivery import DeliveryState
from bot.services.sealing import open_value
from bot.settings import Environment
from storage.tables.queue import DeliveryRow, LaneRow
from storage.transaction import SqlTx
from tests.harness import OURS
from tests.integration.demo_office import PATIENCE, count_in, opened
from tests.integration.slack_company import EVERYBODY, account, moved_in, people_of
from tests.processes import AsyncProcess, started
from tests.servers.slack import Accepted, Member, SlackServer, User, serving

SENT, SKIPPED, UNKNOWN = DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.UNKNOWN
UNSENT = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
UNDER_WAY = (DeliveryState.CLAIMED, DeliveryState.SENDING)
POST, OPEN, HISTORY = "chat.postMessage", "conversations.open", "conversations.history"
RECEIPT = "Saved under"
JUST_NOW = timedelta(minutes=2)
SHORTLY = 1.5
"""Seconds that Slack waits where a test knows that no acknowledgement comes."""

both_ways = pytest.mark.parametrize("way", ["http", "socket"])


@dataclass
class Running:
    """A process that serves; `log` grows while it runs."""

    process: AsyncProcess
    address: str
    log: list[str] = field(default_factory=list)

    async def get(self, path: str) -> str:
        """What it serves there to an operator."""
        async with ClientSession() as client, client.get(self.address + path) as response:
            return await response.text()

    async def killed(self) -> None:
        """SIGKILL, and the end of it."""
        self.process.kill()
        await self.process.wait()

    async def stopped(self) -> None:
        """SIGTERM: it drains, and ends with 0."""
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        assert code == 0, "".join(self.log)

    async def read_log(self) -> None:
        """Follows the log to its end."""
        async for line in self.process.stderr:
            self.log.append(line.decode())


@dataclass
class Office:
    """The company's Slack and databases. `built` looks into them; it sends and hears nothing."""

    environment: Environment
    built: Built
    slack: SlackServer
    way: str
    variables: dict[str, str] = field(default_factory=dict)
    """Set for every process, over the usual ones."""

    @asynccontextmanager
    async def running(self, **variables: str) -> AsyncIterator[Running]:
        """A process that Slack reaches; killed at the end where it still lives."""
        ever = self.slack.link.ever
        process = await self._start("run", variables)
        running = Running(process, "")
        reading = asyncio.create_task(running.read_log())
        try:
            line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
            assert line.startswith("Touchpoint serves Slack"), "".join(running.log)
            running.address = line.split()[-1].removesuffix("/readyz")
            await self._reach(running, ever + 1)
            yield running
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await reading

    async def _reach(self, running: Running, connections_ever: int) -> None:
        if self.way == "http":
            self.slack.calls_at(f"{running.address}/slack/events")
        else:
            await self.slack.link.wait(ever=connections_ever)

    async def _start(self, command: str, variables: Mapping[str, str]) -> AsyncProcess:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        given = {**kept, **self._usual(), **self.variables, **variables}
        return await started("bot", command, environment=given)

    def _usual(self) -> dict[str, str]:
        given, over_http = self.environment, self.way == "http"
        key = "SLACK_SIGNING_SECRET" if over_http else "SLACK_APP_TOKEN"
        return {
            "TOUCHPOINT_DATABASE_URL": given.database_url,
            "TOUCHPOINT_KEYS_URL": given.keys_url,
            "TOUCHPOINT_MASTER_KEY_FILE": str(given.master_key_file),
            "TOUCHPOINT_CONFIG": str(given.config),
            "TOUCHPOINT_PORT": "0",
            "TOUCHPOINT_LOG_FORMAT": "json",
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_URL": self.slack.api_url,
            key: self.slack.signing_secret if over_http else self.slack.app_token,
            "COLUMNS": "300",
        }

    async def status(self) -> tuple[int, str]:
        """The exit code of `touchpoint status`, and what it says."""
        process = await self._start("status", {})
        out, said = await asyncio.wait_for(process.communicate(), PATIENCE)
        return await process.wait(), " ".join((out + said).decode().split())

    # What is due, and what came of it

    async def due(self, *names: str, since: timedelta = JUST_NOW) -> None:
        """The check-in has been due for these people for so long."""
        people, at = await people_of(self.built), datetime.now(UTC) - since

        def write(tx: SqlTx) -> None:
            plans = [plan for name in names for plan in tx.plans.of_person(people[name].id)]
            tx.plans.upsert([replace(plan, next_due_at=at) for plan in plans])

        await self.built.uow.write(write)

    async def asked(self, *names: str) -> None:
        """Waits until everybody's question has arrived, and we know it."""

        async def all_sent() -> bool:
            return await count_in(self.built, SENT) >= len(names)

        await until(all_sent)
        assert [len(self.slack.posts(account(name))) for name in names] == [1] * len(names)

    async def all_sent(self) -> None:
        """Waits until nothing is due or on its way any more (the next question may wait)."""

        async def idle() -> bool:
            next_at = await self.built.uow.read(lambda tx: tx.queue.next_at())
            waits = next_at is None or next_at > datetime.now(UTC) + timedelta(seconds=3)
            return waits and not await count_in(self.built, *UNDER_WAY)

        await until(idle)

    async def time_passes(self) -> None:
        """While no process runs: leases and waits of the queue end. Pauses go on."""
        past = datetime.now(UTC) - timedelta(seconds=1)

        def write(tx: SqlTx) -> None:
            rows, lanes = DeliveryRow.__table__, LaneRow.__table__  # type: ignore[attr-defined]  # as SQLModel has it
            run = tx.queue._connection.execute
            leased = rows.c.lease_until.is_not(None)
            run(update(rows).where(leased).values(lease_until=past))
            run(update(rows).where(rows.c.state == "ready").values(not_before=past))
            run(update(lanes).where(lanes.c.next_at.is_not(None)).values(next_at=past))

        await self.built.uow.write(write)

    async def counts(self) -> dict[tuple[DeliveryState, str], int]:
        """The queue's rows by (state, reason)."""
        return dict(await self.built.uow.read(lambda tx: tx.queue.counts()))

    async def values(self, name: str) -> list[Value]:
        """The person's answers, opened."""
        person = (await people_of(self.built))[name]
        answers = await self.built.uow.read(lambda tx: tx.answers.of_person(person.id))
        vault = await self.built.keys.vault([person.id])
        return [value for answer in answers if (value := open_value(vault, answer))]

    async def words(self, name: str) -> list[str]:
        """The words of the person's answers."""
        return [word for value in await self.values(name) for word in value.text.split()]

    # Slack

    def user(self, name: str) -> User:
        """Somebody at their client."""
        return self.slack.user(account(name))

    def receipts(self, name: str) -> list[Accepted]:
        """The receipts that ever arrived there."""
        return [post for post in self.slack.posts(account(name)) if RECEIPT in post.text]

    async def hangs(self) -> None:
        """Waits until Slack lets a request hang, as planned."""
        async with asyncio.timeout(PATIENCE):
            await self.slack.faults.hanging.wait()

    async def redelivered(self) -> None:
        """Slack tries again what was not acknowledged, until everything is."""
        await self.slack.deliveries.settle()
        await self.slack.redeliver()
        assert not self.slack.deliveries.unacknowledged

    async def redelivers(self) -> None:
        """The same, as often as it takes."""

        async def all_acknowledged() -> bool:
            await self.slack.deliveries.settle()
            await self.slack.redeliver()
            return not self.slack.deliveries.unacknowledged

        await until(all_acknowledged)

    def nothing_came_twice(self) -> None:
        """No message, by the id it carries; and nothing reads the same to one person, but for
        receipts: words that come after a silence have one of their own.
        """
        posts = self.slack.posts()
        carried = Counter(str(post.metadata) for post in posts)
        read = Counter((post.channel, post.text) for post in posts if RECEIPT not in post.text)
        assert max(carried.values()) == 1
        assert max(read.values()) == 1, read.most_common(3)

    # The database

    @contextmanager
    def nobody_can_write(self) -> Iterator[None]:
        """Somebody else holds SQLite's one write lock."""
        assert self.environment.database_file is not None
        with closing(sqlite3.connect(self.environment.database_file)) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


@asynccontextmanager
async def slack_office(
    folder: Path, way: str = "http", database_url: str | None = None
) -> AsyncIterator[Office]:
    """Nobody has been asked anything yet, and no process runs."""
    environment = await moved_in(folder, database_url)
    members = [Member(account(name), name.capitalize()) for name in EVERYBODY]
    async with serving(SlackServer(members)) as slack, opened(environment) as built:
        slack.patience = PATIENCE  # a busy machine is no fault of the application
        yield Office(environment, built, slack, way)


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Returns as soon as `holds`, and fails the test where it never does. Each look at a database
    takes time from the process that is waited for, so there are not many.
    """
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.05)


async def soon(holds: Callable[[], object]) -> None:
    """The same for what Slack saw."""

    async def asked() -> object:
        return holds()

    await until(asked)
