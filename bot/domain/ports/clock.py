"""Time comes in through here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from bot.domain.local_time import WorkingDay


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware UTC."""
        ...


class Calendar(Protocol):
    """Working days by country (ISO 3166 code, or None for Monday to Friday)."""

    def is_working_day(self, country: str | None, day: date) -> bool: ...

    def for_country(self, country: str | None) -> WorkingDay: ...
