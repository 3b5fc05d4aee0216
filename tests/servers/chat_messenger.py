"""A platform adapter over the chat platform of the tests, as careful as a shipped one must be."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import ClientConnectorError, ClientError, ClientSession, TCPConnector

from bot.domain.delivery import (
    Address,
    Lookup,
    Outcome,
    Recovery,
    RetryAt,
    Sent,
    Skipped,
    Unknown,
)
from bot.domain.message import Block, Button, Buttons, Message, Quote
from bot.domain.ports.clock import Clock

PLATFORM = "chat"
PATIENCE = 30
"""Seconds until an answer is given up; tests that need it sooner say so."""

SOON = timedelta(seconds=5)


class ChatMessenger:
    """The Messenger port. It never tries twice by itself: a refused connection was no attempt
    that could have arrived, everything else that ended without an answer might have.
    """

    def __init__(self, url: str, clock: Clock, recovery: Recovery = Recovery.LOOK_UP) -> None:
        """`recovery` is what this platform allows for messages of unknown fate."""
        self._url = url
        self._clock = clock
        self._recovery = recovery
        self._waiting: set[asyncio.Timeout] = set()

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def recovery(self) -> Recovery:
        return self._recovery

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        sent = _body(delivery_id, message) | {"channel": address.delivery_ref}
        return await self._change("POST", "/messages", sent)

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome:
        return await self._change("PUT", _path(address, ref), _body(delivery_id, message))

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome:
        sent = {"delivery_id": str(delivery_id)}
        return await self._change("DELETE", _path(address, ref), sent)

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup:
        try:
            async with self._answer("GET", f"/channels/{address.delivery_ref}/history") as answer:
                if answer.status != 200:
                    return Lookup.UNSURE
                history = await answer.json()
        except (ClientError, TimeoutError, ConnectionError):
            return Lookup.UNSURE
        for found in history["messages"]:
            if found["delivery_id"] == str(delivery_id):
                return Sent(found["ref"])
        return Lookup.ABSENT if history["complete"] else Lookup.UNSURE

    def lose_patience(self) -> None:
        """Ends every wait for an answer now, as a time-out does."""
        for limit in self._waiting:
            limit.reschedule(asyncio.get_running_loop().time())

    async def _change(self, method: str, path: str, sent: Mapping[str, str]) -> Outcome:
        try:
            async with self._answer(method, path, sent) as answer:
                return await self._outcome(answer)
        except ClientConnectorError:
            return RetryAt(self._clock.now() + SOON, "not_connected")
        except TimeoutError:
            return Unknown("timed_out")
        except (ClientError, ConnectionError):
            return Unknown("connection_lost")

    async def _outcome(self, answer: Any) -> Outcome:
        if answer.status == 429:
            wait = timedelta(seconds=int(answer.headers["Retry-After"]))
            return RetryAt(self._clock.now() + wait, "rate_limited", pauses_lane=True)
        if answer.status == 403:
            return Skipped("not_allowed")
        if answer.status != 200:
            return Unknown(f"status_{answer.status}")
        return Sent((await answer.json())["ref"])

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, sent: Mapping[str, str] | None = None
    ) -> AsyncIterator[Any]:
        async with asyncio.timeout(PATIENCE) as limit:
            self._waiting.add(limit)
            try:
                # A connection of its own, and no second try on another one behind our back.
                async with ClientSession(connector=TCPConnector(force_close=True)) as client:
                    client._retry_connection = False
                    async with client.request(method, self._url + path, json=sent) as answer:
                        yield answer
            finally:
                self._waiting.discard(limit)


def _path(address: Address, ref: str) -> str:
    return f"/channels/{address.delivery_ref}/messages/{ref}"


def _body(delivery_id: UUID, message: Message) -> dict[str, str]:
    text = "\n".join([message.text, *(line for b in message.blocks for line in _lines(b))])
    return {"delivery_id": str(delivery_id), "text": text}


def _lines(block: Block) -> list[str]:
    """The words of a block; buttons as "[action value]", so that they can be pressed."""
    if isinstance(block, Buttons):
        return [_button(button) for button in block.items]
    if isinstance(block, Quote):
        return [block.note, block.text]
    return [line for line in [getattr(block, "text", "")] if line]


def _button(button: Button) -> str:
    return f"[{button.action} {button.value}]"
