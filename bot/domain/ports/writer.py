"""Whoever words a person's part of the weekly summary: the plain writer or a model."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain.summary import PersonWeek, WrittenPart


class NotWritten(Exception):
    """Nothing that holds came of it, so the fixed rules word this part.

    `reason` is a code: "timeout", "unavailable", "busy", "refused", "cut_off", "empty",
    "wrong_form", "too_little", "resting", "set_up" (the provider takes the connection for wrong),
    "budget" (the day's tokens are spent), "taken_back" (it may no longer be given what it was to be
    given) or "unexpected" (a fault of ours). `tokens` is what it
    cost all the same, `dropped` how many sentences did not hold.
    """

    def __init__(self, reason: str, tokens: int = 0, dropped: int = 0, status: int = 0) -> None:
        """status: the HTTP status of the provider's answer where that was an error, else 0."""
        super().__init__(reason)
        self.reason = reason
        self.tokens = tokens
        self.dropped = dropped
        self.status = status


class Writer(Protocol):
    @property
    def name(self) -> str: ...

    async def write(self, week: PersonWeek) -> WrittenPart:
        """Words one employee's part from that employee's shared answers alone.

        Raises NotWritten; the plain writer never does.
        """
        ...


class AiWriter(Writer, Protocol):
    """A model. `name` is the model's; `host` is where the words go."""

    @property
    def host(self) -> str: ...

    def most_tokens(self, week: PersonWeek) -> int:
        """What writing this part may cost at most, a second try included."""
        ...

    def place(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """A place among the calls under way. Whatever is written within it waits for no other, so
        that what must hold just before a call can be looked at in between.

        seconds: how long to wait for it. Raises NotWritten ("busy").
        """
        ...
