"""Days that people give in forms."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.check_in import Refused


def coming_day(given: str, field: str, today: date, longest: timedelta) -> date:
    """The day `given` (ISO 8601), which must lie after `today`, at most `longest` ahead.

    Raises Refused naming `field` with code "not_a_date", "in_the_past" or "too_far".
    """
    try:
        day = date.fromisoformat(given.strip())
    except ValueError:
        raise Refused("not_a_date", field) from None
    if day <= today:
        raise Refused("in_the_past", field)
    if day - today > longest:
        raise Refused("too_far", field)
    return day
