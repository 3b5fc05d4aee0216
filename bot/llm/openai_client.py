"""Calls a model of OpenAI, Azure or anybody who speaks as they do, and gives up in good time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.ports.writer import NotWritten
from bot.llm.openai_answer import Answer, read_completion
from bot.llm.openai_failures import Failure, Unreadable, of_connection, of_status
from bot.llm.openai_request import Connection, Task, parameters
from bot.llm.openai_rest import Pace, Rest

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_log = logging.getLogger(__name__)
_placed: ContextVar[bool] = ContextVar("placed", default=False)
"""Whether the task that runs holds a place already."""


@dataclass(slots=True)
class Spent:
    """Tokens since the start, as the provider counts them or else as estimated."""

    sent: int = 0
    received: int = 0


class OpenAiClient:
    """One model at one address, for whoever words or chooses."""

    def __init__(
        self,
        connection: Connection,
        pace: Pace | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """monotonic: seconds by a clock that never goes back, where it isn't the system's."""
        self._connection = connection
        self.pace = pace or Pace()
        self._monotonic = monotonic or time.monotonic
        self._rests: dict[str, Rest] = {}
        self._places = asyncio.Semaphore(connection.at_once)
        self._opening = asyncio.Lock()
        self._open: AsyncOpenAI | None = None
        self.spent = Spent()

    @property
    def host(self) -> str:
        return self._connection.host

    @property
    def model(self) -> str:
        return self._connection.model

    def most_tokens(self, task: Task, *, urgent: bool = False) -> int:
        """What a task may cost at most, a second try included where there is one."""
        return (1 if urgent else 2) * (task.estimated + task.most)

    async def ask(
        self, task: Task, *, patience: float | None = None, urgent: bool = False
    ) -> Answer:
        """The model's answer, which has come to its end.

        patience: seconds for one try, where it isn't the usual. urgent: there is one try alone,
        and no longer a wait than that until one of the calls under way has ended. Raises
        NotWritten, with what it cost all the same.
        """
        seconds = patience or self.pace.patience
        try:
            return await self._once(task, seconds, seconds if urgent else None)
        except _Failed as failed:
            wait = None if urgent else self._wait(failed.failure)
            if wait is None:
                raise
            cost = failed.tokens
        await asyncio.sleep(wait)
        return await self._again(task, seconds, cost)

    async def close(self) -> None:
        """Closes the connections; a repeat changes nothing."""
        found, self._open = self._open, None
        if found is not None:
            await found.close()

    def _wait(self, failure: Failure) -> float | None:
        """Seconds before the second try; None where it isn't worth one."""
        wait = self.pace.pause if failure.wait is None else failure.wait
        return wait if failure.passing and wait <= self.pace.longest_wait else None

    async def _again(self, task: Task, seconds: float, cost: int) -> Answer:
        """The second try. cost: of the first."""
        try:
            answer = await self._once(task, seconds, None)
        except NotWritten as failed:
            raise NotWritten(failed.reason, cost + failed.tokens, status=failed.status) from None
        return Answer(answer.text, answer.sent + cost, answer.received)

    async def _once(self, task: Task, patience: float, queue: float | None) -> Answer:
        rest = self._rest(task)
        async with self.place(queue):
            rest.check()
            try:
                body = await self._send(task, patience)
            except _Failed as failed:
                rest.failed(failed.failure)
                self._count(Answer("", failed.tokens, 0))
                raise
        rest.worked()
        return self._read(task, body)

    def _rest(self, task: Task) -> Rest:
        """One for each kind of task: what is too slow for a choice may do for a summary."""
        return self._rests.setdefault(task.name, Rest(self.pace, self._monotonic))

    @asynccontextmanager
    async def place(self, seconds: float | None) -> AsyncIterator[None]:
        """One of the places for calls; whoever holds one already takes no other.

        seconds: how long to wait for it, None for ever. Raises NotWritten ("busy").
        """
        if _placed.get():
            yield
            return
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            raise NotWritten("busy") from None
        held = _placed.set(True)
        try:
            yield
        finally:
            _placed.reset(held)
            self._places.release()

    def _read(self, task: Task, body: bytes) -> Answer:
        try:
            answer = read_completion(body, task.estimated, task.most)
        except NotWritten as unusable:
            self._count(Answer("", unusable.tokens, 0))
            raise
        self._count(answer)
        return answer

    def _count(self, answer: Answer) -> None:
        self.spent.sent += answer.sent
        self.spent.received += answer.received

    async def _send(self, task: Task, patience: float) -> bytes:
        client = await self._client()
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        try:
            async with asyncio.timeout(patience):
                raw = await client.chat.completions.with_raw_response.create(
                    **parameters(self._connection, task)
                )
                return bytes(raw.http_response.content)
        except APIStatusError as error:
            failure = of_status(error)
        except (TimeoutError, APITimeoutError):
            failure = Failure("timeout", passing=True, may_cost=True)
        except APIConnectionError as error:
            failure = of_connection(error)
        except OpenAIError:
            failure = Failure("set_up", for_all=True)
        except Unreadable:
            failure = Failure("wrong_form", may_cost=True)
        _told(failure)
        raise _Failed(failure, task.estimated + task.most if failure.may_cost else 0) from None

    async def _client(self) -> AsyncOpenAI:
        """Opened at the first call, in a thread: the import takes most of a second."""
        async with self._opening:
            if self._open is None:
                self._open = await asyncio.to_thread(_opened, self._connection, self.pace.patience)
            return self._open


class _Failed(NotWritten):
    """There was no answer to read. Its own words stay here: the log has the code."""

    def __init__(self, failure: Failure, cost: int) -> None:
        super().__init__(failure.reason, cost, status=failure.status)
        self.failure = failure


def _opened(connection: Connection, patience: float) -> AsyncOpenAI:
    from bot.llm.openai_connection import connect

    return connect(connection, patience)


def _told(failure: Failure) -> None:
    said = {"code": failure.reason, "status": failure.status, "request_id": failure.request_id}
    _log.warning("the model could not be asked", extra=said)
