"""How long a provider is waited for, and when it is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.ports.writer import NotWritten
from bot.llm.openai_failures import Failure

_OF_ONE_TASK = frozenset({"refused", "cut_off"})
"""What lies in the words that were sent, and says nothing of the next ones."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. One try may take `patience`, a choice `for_choice`; before a second try passes
    `pause`, or what the provider asks for where that isn't above `longest_wait`. After `failures`
    in a row nothing is asked for `rest`.
    """

    patience: float = 30
    for_choice: float = 5
    pause: float = 1
    longest_wait: float = 5
    failures: int = 3
    rest: float = 60


class Rest:
    """Lets a provider that fails again and again be, so that nobody waits for it in vain."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._in_a_row = 0
        self._until = 0.0

    def check(self) -> None:
        """Raises NotWritten while it rests."""
        if self._in_a_row >= self._pace.failures and self._monotonic() < self._until:
            raise NotWritten("resting")

    def failed(self, failure: Failure) -> None:
        if failure.reason in _OF_ONE_TASK:
            return
        self._in_a_row = self._pace.failures if failure.for_all else self._in_a_row + 1
        self._until = self._monotonic() + self._pace.rest

    def worked(self) -> None:
        self._in_a_row = 0
