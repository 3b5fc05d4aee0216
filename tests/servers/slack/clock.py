"""The server's time: a clock that can be given, and Slack's timestamps made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

_MILLION = 1_000_000


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware UTC."""
        ...


class WallClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present moment, aware UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class Ticker:
    """Timestamps that never come twice, though the clock stands still or goes back."""

    clock: Clock
    last: int = 0

    def next(self) -> str:
        """Seconds and microseconds since 1970, as Slack writes them."""
        now = self.clock.now()
        micros = int(now.timestamp()) * _MILLION + now.microsecond
        self.last = max(micros, self.last + 1)
        return f"{self.last // _MILLION}.{self.last % _MILLION:06d}"


def micros_of(ts: str) -> int:
    """The timestamp as a number to compare by; ValueError where it is none."""
    try:
        return int(Decimal(ts) * _MILLION)
    except ArithmeticError:
        raise ValueError(f"ts: {ts!r} is no timestamp") from None
