"""Whoever picks which follow-up question fits an answer: a model, where one is used."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.masking import NameBook


@dataclass(frozen=True, slots=True)
class Choosing:
    """One answer of one person, and the follow-up questions it may be given, by key."""

    name: str
    question: str
    answer: str
    options: Mapping[str, str]
    names: NameBook = field(default_factory=NameBook)


@dataclass(frozen=True, slots=True)
class Chosen:
    """`key` is one of the options, "" where the model picked none of them."""

    key: str
    tokens: int = 0


class Chooser(Protocol):
    """A model. `host` is where the words go."""

    @property
    def host(self) -> str: ...

    def most_tokens(self, choosing: Choosing) -> int:
        """What one choice may cost at most."""
        ...

    async def choose(self, choosing: Choosing) -> Chosen:
        """Picks one of the options within seconds. Raises NotWritten (see ports.writer)."""
        ...

    def place(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """A place among the calls under way, as an `AiWriter` has it."""
        ...
