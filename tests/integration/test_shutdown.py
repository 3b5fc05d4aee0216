"""A real process: it refuses what it can't serve, and loses nothing when it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from aiohttp import ClientError, ClientSession

from bot.bootstrap import Built, create_organisation, prepare
from bot.domain.check_in import State
from bot.domain.delivery import DeliveryState
from bot.domain.inbound import Inbound, InboundKind
from bot.local.thread import read_thread
from bot.services.conversation import handle
from bot.services.sealing import open_value
from bot.services.work import run_due
from bot.settings import Environment
from scheduling.clock import SteppedClock
from tests.harness import OURS
from tests.integration.demo_office import (
    PATIENCE,
    environment_in,
    move_company_in,
    opened,
    people_of,
    until,
)
from tests.processes import AsyncProcess, started

TUESDAY = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)  # five past ten in Berlin: the check-in is due
IN_THE_AIR = {DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN}
A_WHILE = timedelta(minutes=1)
ENOUGH = 80  # acts before the signal: every conversation is then under way


def variables(environment: Environment) -> dict[str, str]:
    """The environment of a process that is to run with `environment`."""
    given = {
        "TOUCHPOINT_DATABASE_URL": environment.database_url,
        "TOUCHPOINT_KEYS_URL": environment.keys_url,
        "TOUCHPOINT_MASTER_KEY_FILE": str(environment.master_key_file),
        "TOUCHPOINT_CONFIG": str(environment.config),
        "TOUCHPOINT_HOST": environment.host,
        "TOUCHPOINT_PORT": str(environment.port),
        "TOUCHPOINT_LOG_FORMAT": "json",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    return {**kept, **given}


async def start(environment: Environment) -> AsyncProcess:
    return await started("bot", "run", environment=variables(environment))


async def refusal(environment: Environment) -> tuple[int, str]:
    """The exit code of a process that doesn't start, and what it says."""
    process = await start(environment)
    out, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert out == b""
    assert b"Traceback" not in said
    return await process.wait(), said.decode()


@dataclass
class Running:
    process: AsyncProcess
    address: str
    logged: asyncio.Task[bytes] = field(repr=False)

    async def ended(self) -> tuple[int, str]:
        """The exit code and the log, once it has ended."""
        logged = await asyncio.wait_for(self.logged, PATIENCE)
        return await self.process.wait(), logged.decode()


@asynccontextmanager
async def running(environment: Environment) -> AsyncIterator[Running]:
    """A process that serves, killed at the end if it still lives."""
    process = await start(environment)
    logged = asyncio.create_task(process.stderr.read())
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        assert line.startswith("Touchpoint is at "), await logged
        yield Running(process, line.split()[3].removesuffix("/local"), logged)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await logged


async def ask_everybody(built: Built, clock: SteppedClock) -> list[UUID]:
    """Whoever has a check-in open now, and has been asked its first question."""
    assert built.local is not None
    await run_due(built.kit, clock.now())
    asked: list[UUID] = []
    for person in await people_of(built, 15):
        if not await built.uow.read(
            lambda tx, p=person: tx.check_ins.of_person(p, [State.OFFERED])
        ):
            continue
        press = Inbound(
            built.local.id,
            str(person),
            uuid4().hex,
            InboundKind.PRESS,
            at=clock.now(),
            action="start",
        )
        await handle(built.kit, press, clock.now())
        asked.append(person)
    await run_due(built.kit, clock.now())
    clock.set(clock.now() + A_WHILE)
    await built.uow.write(lambda tx: tx.organisations.set_demo_now(clock.now()))
    return asked


@dataclass
class Typist:
    """Types one word after the other until nobody answers; knows which were acknowledged."""

    person: UUID
    acknowledged: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    async def type_on(self, client: ClientSession) -> None:
        with suppress(ClientError, ConnectionError):
            while True:
                await self._type(client, f"w{len(self.typed):04}")

    async def _type(self, client: ClientSession, word: str) -> None:
        self.typed.append(word)
        posted = {"text": word, "token": f"{self.person}-{word}"[-40:]}
        async with client.post(
            f"/local/as/{self.person}/act",
            data=posted,
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        ) as response:
            if response.status == 303:
                self.acknowledged.append(word)


async def recorded(built: Built, person: UUID) -> list[str]:
    """The words of the person's answers, in order."""
    answers = await built.uow.read(lambda tx: tx.answers.of_person(person))
    vault = await built.keys.vault([person])
    values = [open_value(vault, answer) for answer in answers]
    return [word for value in values if value for word in value.text.split()]


async def test_sigterm_under_load_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    clock = SteppedClock(TUESDAY)
    async with opened(environment, clock=clock) as built:
        typists = [Typist(person) for person in await ask_everybody(built, clock)]
    assert len(typists) >= 3

    async with running(environment) as site, ClientSession(site.address) as client:
        typing = [asyncio.create_task(typist.type_on(client)) for typist in typists]

        async def under_way() -> bool:
            return sum(len(t.acknowledged) for t in typists) >= ENOUGH

        await until(under_way)
        site.process.send_signal(signal.SIGTERM)
        code, logged = await site.ended()
        await asyncio.gather(*typing)

    assert code == 0, logged
    async with opened(environment) as built:
        for typist in typists:
            kept = await recorded(built, typist.person)
            assert set(typist.acknowledged) <= set(kept)
            assert max(Counter(kept).values()) == 1
        counts = await built.uow.read(lambda tx: tx.queue.counts())
        assert not {state for state, _ in counts} & IN_THE_AIR
    await nothing_is_left_or_doubled(environment, typists)


async def nothing_is_left_or_doubled(environment: Environment, typists: list[Typist]) -> None:
    """The next process sends what was queued; then nobody reads the same message twice."""
    async with running(environment) as site:
        async with opened(environment) as built:

            async def all_sent() -> bool:
                next_at = await built.uow.read(lambda tx: tx.queue.next_at())
                return next_at is None or next_at > built.clock.now() + A_WHILE

            await until(all_sent)
        site.process.send_signal(signal.SIGTERM)
        code, logged = await site.ended()
        assert code == 0, logged
    async with opened(environment) as built:
        for typist in typists:
            person = await built.uow.read(lambda tx, t=typist: tx.people.get(t.person))
            assert person is not None
            bubbles = await read_thread(built.kit, person)
            read = [bubble.message.text for bubble in bubbles if bubble.author == "bot"]
            assert len(read) >= 3  # the welcome, the question, the receipt
            assert max(Counter(read).values()) == 1, read


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """While somebody's request, sent by half, would hold up the draining."""
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built:
        (person,) = await people_of(built, 1)
    async with running(environment) as site:
        host, port = site.address.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /local/as/{person}/act HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 99\r\n"
        )
        writer.write(f"{head}Sec-Fetch-Site: same-origin\r\n\r\ntext=".encode())
        await writer.drain()
        async with ClientSession(site.address) as client, client.get("/healthz") as response:
            assert response.status == 200  # by now the half request is being handled
        site.process.send_signal(signal.SIGTERM)

        async def closed() -> bool:
            try:
                _, another = await asyncio.open_connection(host, int(port))
            except OSError:
                return True
            another.close()
            return False

        await until(closed)
        assert site.process.returncode is None
        site.process.send_signal(signal.SIGTERM)
        code, _ = await site.ended()
        assert code == 128 + signal.SIGTERM
        writer.close()


async def test_the_clock_of_a_demo_goes_on_where_it_stopped(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    began = await move_company_in(environment)
    async with running(environment) as site:
        site.process.send_signal(signal.SIGINT)
        code, logged = await site.ended()
    assert code == 0, logged
    async with opened(environment) as built:
        assert built.organisation.demo_now is not None
        assert began < built.organisation.demo_now < began + timedelta(seconds=PATIENCE)


async def test_app_yaml_seeds_an_empty_database_and_is_only_compared_later(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await asyncio.to_thread(prepare, environment)
    await create_organisation(environment, "Fresh", TUESDAY, is_demo=True)
    await ends_well(environment)
    async with opened(environment) as built:
        seeded = await built.uow.read(lambda tx: tx.cadences.current())
    assert {revision.spec.key for revision in seeded} >= {"ai-check-in", "weekly-summary"}

    changed = tmp_path / "app.yaml"
    text = environment.config.read_text()
    changed.write_text(text.replace("title: AI check-in", "title: How AI is going"))
    logged = await ends_well(replace(environment, config=changed))
    assert "app.yaml differs from what is in force" in logged
    assert "How AI is going" in logged

    changed.write_text("cadences: [")
    assert "app.yaml can't be used" in await ends_well(replace(environment, config=changed))
    async with opened(environment) as built:
        assert await built.uow.read(lambda tx: tx.cadences.current()) == seeded


async def ends_well(environment: Environment) -> str:
    """Starts and stops a process; its log."""
    async with running(environment) as site:
        site.process.send_signal(signal.SIGTERM)
        code, logged = await site.ended()
    assert code == 0, logged
    return logged


async def test_a_second_process_on_the_same_file_refuses(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with running(environment) as site:
        code, said = await refusal(environment)
        assert code == 2
        assert f"in use by another touchpoint process (pid {site.process.pid})" in said
        assert "use PostgreSQL" in said

        async with ClientSession(site.address) as client, client.get("/readyz") as response:
            assert response.status == 200  # the first one is none the worse


async def test_a_database_that_is_no_demo_is_told_what_there_is(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await asyncio.to_thread(prepare, environment)
    await create_organisation(environment, "Real", TUESDAY)
    code, said = await refusal(environment)
    assert code == 2
    assert "set SLACK_BOT_TOKEN" in said
    assert "`touchpoint demo`" in said


async def test_a_new_file_is_made_ready_and_the_next_step_named(tmp_path: Path) -> None:
    environment = environment_in(tmp_path / "new" / "folder")
    code, said = await refusal(environment)
    assert code == 2
    assert "touchpoint people import" in said
    assert environment.database_file is not None
    assert environment.database_file.exists()


async def test_an_empty_postgres_database_is_left_to_the_operator(
    tmp_path: Path, postgres_url: str
) -> None:
    code, said = await refusal(environment_in(tmp_path, postgres_url))
    assert code == 2
    assert "is empty. Run `touchpoint db upgrade`." in said


async def test_the_local_page_is_never_served_to_other_machines(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    code, said = await refusal(replace(environment, host="0.0.0.0"))  # noqa: S104 - refused
    assert code == 2
    assert "TOUCHPOINT_HOST is 0.0.0.0" in said


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = await refusal(replace(environment, port=port))
    assert code == 2
    assert f"127.0.0.1 port {port} can't be listened on" in said
    assert "TOUCHPOINT_PORT" in said
