"""How rules are written: "2 weeks", "last friday", "10:00". The same in app.yaml and in forms."""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from bot.domain.recurrence import Recurrence, Unit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_EVERY = re.compile(r"(?:(\d{1,4}) )?(day|week|month)s?")
_MAX_SHOWN = 40
LAST_DAY_OF_EVERY_MONTH = 28
_HOW_OFTEN = "write day, week, 2 weeks, month or 10 days"
_NEAR = 0.6
"""difflib's own default: one or two letters off in a short word."""

_MAX_LISTED = 12


class Unfit(ValueError):
    """A value that can't be used. `problem` and `remedy` are half a sentence each; `code` names
    what is wrong for those who have words of their own for it.
    """

    def __init__(self, problem: str, remedy: str, code: str = "") -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.code = code


@dataclass(frozen=True, slots=True)
class Every:
    """How often: every `interval` units."""

    unit: Unit
    interval: int


@dataclass(frozen=True, slots=True)
class On:
    """On which day, in the terms of `bot.domain.recurrence.Recurrence`."""

    weekday: int | None = None
    month_day: int | None = None
    ordinal: int | None = None


def every_phrase(recurrence: Recurrence) -> str:
    """What `parse_every` reads: "week" or "2 weeks"."""
    unit, interval = recurrence.unit.value, recurrence.interval
    return unit if interval == 1 else f"{interval} {unit}s"


def on_phrase(recurrence: Recurrence) -> str | None:
    """What `parse_on` reads: "tuesday", "15" or "last friday"; None for an interval in days."""
    if recurrence.unit is Unit.DAY:
        return None
    if recurrence.month_day is not None:
        return str(recurrence.month_day)
    weekday = WEEKDAYS[recurrence.weekday or 0]
    if recurrence.unit is Unit.WEEK:
        return weekday
    names = {number: name for name, number in ORDINALS.items()}
    return f"{names[recurrence.ordinal or 1]} {weekday}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, whatever its case; None where none is near."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=_NEAR)
    return by_lower[found[0]] if found else None


def suggest(word: str, known: Sequence[str]) -> str:
    """A remedy: the nearest known word, or where none is near the first dozen."""
    near = nearest(word, known)
    if near:
        return f"did you mean {near}?"
    more = ", ..." if len(known) > _MAX_LISTED else ""
    return f"use one of: {', '.join(known[:_MAX_LISTED])}{more}"


def shown(value: Any) -> str:
    """A value as a message shows it: in quotes where it is text, and short."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    text = " ".join(str(value).split())
    text = text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
    return f'"{text}"' if isinstance(value, str) else text


def parse_time(value: Any) -> time:
    """A local time of day, "10:00" or 9:30 with or without quotes."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Unfit(f"{shown(value)} is not a time", 'write it as HH:MM, for example "10:00"')
    return time(int(match[1]), int(match[2]))


def parse_date(value: Any) -> date:
    """A day, 2026-01-06."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Unfit(f"{shown(value)} is not a date", "write year-month-day, for example 2026-01-06")
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise Unfit(f"{shown(value)} is not in the calendar", _possible(year, month)) from None


def parse_every(value: Any) -> Every:
    """Such as "week", "2 weeks" or "every 10 days"."""
    words = " ".join(value.lower().split()).removeprefix("every ") if isinstance(value, str) else ""
    match = _EVERY.fullmatch(words)
    if match:
        return Every(Unit(match[2]), int(match[1] or 1))
    if any(word in words for word in ("minute", "hour", "second", "*")):
        raise Unfit(f"{shown(value)} is more often than once a day", _HOW_OFTEN)
    raise Unfit(f"{shown(value)} is not an interval", _HOW_OFTEN)


def parse_on(value: Any, unit: Unit) -> On:
    """The day of a week or month; None for an interval in days."""
    if unit is Unit.DAY:
        if value is None:
            return On()
        raise Unfit("has no meaning for an interval in days", "remove it, or use every: week")
    if unit is Unit.WEEK:
        return On(weekday=_weekday(value, value))
    return _day_of_month(value)


def _day_of_month(value: Any) -> On:
    words = str(value if value is not None else "").lower().split()
    if len(words) == 1 and words[0].isdecimal():
        return On(month_day=_month_day(int(words[0][:4])))
    match words:
        case [ordinal, weekday]:
            if ordinal not in ORDINALS:
                remedy = f"use one of {', '.join(ORDINALS)}"
                raise Unfit(f'"{ordinal}" is not a place in a month', remedy)
            return On(weekday=_weekday(weekday, value), ordinal=ORDINALS[ordinal])
    said = "is missing for an interval in months" if value is None else f"{shown(value)} is no day"
    raise Unfit(said, 'write a day from "1" to "28", or such as first monday or last friday')


def _month_day(day: int) -> int:
    if not 1 <= day <= LAST_DAY_OF_EVERY_MONTH:
        raise Unfit(
            f"not every month has a day {day}",
            'write a day from "1" to "28", or last friday for the end of the month',
        )
    return day


def _weekday(word: Any, value: Any) -> int:
    if word is None:
        raise Unfit("is missing for an interval in weeks", "add a weekday, for example tuesday")
    name = str(word).strip().lower()
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    near = next((day for day in WEEKDAYS if name and day.startswith(name)), nearest(name, WEEKDAYS))
    raise Unfit(
        f"{shown(value)} is not a weekday",
        f"did you mean {near}?" if near else "write one such as tuesday",
    )


def _possible(year: int, month: int) -> str:
    if year < 1 or not 1 <= month <= 12:  # noqa: PLR2004  # the months of a year
        return "write year-month-day, for example 2026-01-06"
    last = monthrange(year, month)[1]
    return f"the last day of that month is {year:04d}-{month:02d}-{last}"
