"""Faults over Slack, with real processes: while many people answer, connections and processes end.

The numbers are those of the table of faults that the product promises to stand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.demo_office import count_in
from tests.integration.slack_company import REPORTS
from tests.integration.slack_process import (
    UNDER_WAY,
    UNKNOWN,
    Office,
    both_ways,
    slack_office,
    soon,
)
from tests.servers.slack import Message

ENOUGH = 60
"""Acts before the signal: every conversation is then under way."""


@dataclass
class Typist:
    """Types one word after the other; knows which were acknowledged."""

    office: Office
    name: str
    typed: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    async def types(self) -> bool:
        """One more word; whether it was acknowledged."""
        word = f"w{len(self.typed):04}"
        self.typed.append(word)
        ack = await self.office.user(self.name).types(word)
        self.acknowledged += [word] * ack.acknowledged
        return ack.acknowledged

    async def types_words(self, count: int) -> None:
        for _ in range(count):
            await self.types()

    async def types_on(self) -> None:
        """Until nobody answers."""
        while await self.types():
            pass


@dataclass
class Presser:
    """Presses another number of the question as it came, whatever it says since; knows which were
    acknowledged, and the last one tried.
    """

    office: Office
    name: str
    question: Message | None = None
    acknowledged: list[int] = field(default_factory=list)
    tried: int = 0

    async def presses(self) -> bool:
        """One more number; whether it was acknowledged."""
        self.tried = self.tried % 5 + 1
        user = self.office.user(self.name)
        self.question = self.question or user.dm[0]
        ack = await user.presses(str(self.tried), self.question)
        self.acknowledged += [self.tried] * ack.acknowledged
        return ack.acknowledged

    async def presses_on(self) -> None:
        """Until nobody answers."""
        while await self.presses():
            pass


async def test_socket_mode_disconnects(tmp_path: Path) -> None:
    """Fault 25: Slack warns, asks for a new connection, breaks it and refuses new ones for a while,
    as people type. Each time the process comes back by itself; every word is kept, once.
    """
    async with slack_office(tmp_path, "socket") as office:
        names = REPORTS[:4]
        await office.due(*names)
        async with office.running() as running:
            await office.asked(*names)
            typists = [Typist(office, name) for name in names]
            link = office.slack.link
            await comes_back(office, typists, link.disconnect("warning"))
            await comes_back(office, typists, link.disconnect("refresh_requested"))
            await comes_back(office, typists, dropped(office))
            await comes_back(office, typists, refused_for_a_while(office, running.log))
            await while_they_type(typists, asyncio.sleep(0))
            await office.redelivers()
            await office.all_sent()
            await running.stopped()
        for typist in typists:
            assert typist.acknowledged
            assert sorted(await office.words(typist.name)) == typist.typed
        office.nothing_came_twice()


async def while_they_type(typists: Sequence[Typist], happening: object) -> None:
    typing = (typist.types_words(6) for typist in typists)
    await asyncio.gather(happening, *typing)  # type: ignore[arg-type]  # any coroutine


async def comes_back(office: Office, typists: Sequence[Typist], happening: object) -> None:
    ever = office.slack.link.ever
    await while_they_type(typists, happening)
    await office.slack.link.wait(ever=ever + 1)


async def dropped(office: Office) -> None:
    office.slack.link.drop()


async def refused_for_a_while(office: Office, log: list[str]) -> None:
    """New connections are turned away until it has tried one; what it was given to connect with
    is worth nothing later on, as Slack's addresses last for seconds.
    """
    link = office.slack.link
    link.refuses = True
    before = len(log)
    link.drop()
    await soon(lambda: any("Failed to connect" in line for line in log[before:]))
    link.forget_addresses()
    link.refuses = False


@both_ways
async def test_sigterm_under_load(tmp_path: Path, way: str) -> None:
    """Fault 26: people type and press while their receipts and questions go out. It drains and
    ends with 0; what was acknowledged is kept, and the next process leaves nothing out and says
    nothing twice.
    """
    async with slack_office(tmp_path, way) as office:
        await office.due(*REPORTS)
        typists = [Typist(office, name) for name in REPORTS[:5]]
        pressers = [Presser(office, name) for name in REPORTS[5:]]
        async with office.running() as running:
            await office.asked(*REPORTS)
            at_work = [asyncio.create_task(t.types_on()) for t in typists]
            at_work += [asyncio.create_task(p.presses_on()) for p in pressers]
            await soon(lambda: sum(len(w.acknowledged) for w in (*typists, *pressers)) >= ENOUGH)
            await running.stopped()
            office.slack.link.drop()
            await asyncio.gather(*at_work)
        assert await count_in(office.built, *UNDER_WAY, UNKNOWN) == 0
        async with office.running() as running:
            await office.redelivers()
            await office.all_sent()
            await running.stopped()
        await everything_is_kept(office, typists, pressers)
        office.nothing_came_twice()


async def everything_is_kept(
    office: Office, typists: Sequence[Typist], pressers: Sequence[Presser]
) -> None:
    for typist in typists:
        assert sorted(await office.words(typist.name)) == typist.typed
        assert office.receipts(typist.name)
    for presser in pressers:
        (value,) = await office.values(presser.name)
        assert value.rating in (presser.acknowledged[-1], presser.tried)
