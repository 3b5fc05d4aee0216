"""How single values of app.yaml are written: times, dates, zones, "2 weeks", "last friday"."""

from __future__ import annotations

import re
import zoneinfo
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import Any

from pydantic_core import PydanticCustomError

from bot.domain.recurrence import Unit
from bot.settings.errors import nearest

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

REFUSED = "refused"
"""The type of the errors made here; their context holds `problem` and `remedy`."""

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_EVERY = re.compile(r"(?:(\d{1,4}) )?(day|week|month)s?")
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_MACHINES_OWN = {"localtime", "Factory"}  # differ from machine to machine
_MAX_SHOWN = 40
_LAST_DAY_OF_EVERY_MONTH = 28
_HOW_OFTEN = "write day, week, 2 weeks, month or 10 days"


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


def refuse(problem: str, remedy: str) -> PydanticCustomError:
    """An error for pydantic to collect."""
    return PydanticCustomError(
        REFUSED, "{problem}; {remedy}", {"problem": problem, "remedy": remedy}
    )


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
        raise refuse(f"{shown(value)} is not a time", 'write it as HH:MM, for example "10:00"')
    return time(int(match[1]), int(match[2]))


def parse_date(value: Any) -> date:
    """A day, 2026-01-06."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise refuse(
            f"{shown(value)} is not a date", "write year-month-day, for example 2026-01-06"
        )
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise refuse(f"{shown(value)} is not in the calendar", _possible(year, month)) from None


def parse_zone(value: Any) -> str:
    """The IANA name of a time zone."""
    known = _zones()
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else None
    raise refuse(
        f"{shown(value)} is not a known time zone",
        f"did you mean {near}?" if near else "give an IANA name, for example Europe/London",
    )


def parse_country(value: Any) -> str:
    """An ISO 3166-1 code of two letters whose public holidays are known."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in _countries():
        raise refuse(
            f"{shown(value)} is not a country whose public holidays are known",
            "give its two-letter code, for example GB or DE, or leave it out",
        )
    return code


def parse_locale(value: Any) -> str:
    """A locale Babel knows, such as en, en-GB or de."""
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(value.replace("-", "_") if isinstance(value, str) else "?")
    except (ValueError, UnknownLocaleError):
        raise refuse(
            f"{shown(value)} is not a known locale", "give one such as en, en-GB or de"
        ) from None
    return str(value)


def parse_mail(value: Any) -> str:
    """An e-mail address, in lower case."""
    if not isinstance(value, str) or not _MAIL.fullmatch(value.strip()):
        raise refuse(
            f"{shown(value)} is not an e-mail address", "write one such as ana@example.com"
        )
    return value.strip().lower()


def parse_every(value: Any) -> Every:
    """Such as "week", "2 weeks" or "every 10 days"."""
    words = " ".join(value.lower().split()).removeprefix("every ") if isinstance(value, str) else ""
    match = _EVERY.fullmatch(words)
    if match:
        return Every(Unit(match[2]), int(match[1] or 1))
    if any(word in words for word in ("minute", "hour", "second", "*")):
        raise refuse(f"{shown(value)} is more often than once a day", _HOW_OFTEN)
    raise refuse(f"{shown(value)} is not an interval", _HOW_OFTEN)


def parse_on(value: Any, unit: Unit) -> On:
    """The day of a week or month; None for an interval in days."""
    if unit is Unit.DAY:
        if value is None:
            return On()
        raise refuse("has no meaning for an interval in days", "remove it, or use every: week")
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
                raise refuse(f'"{ordinal}" is not a place in a month', remedy)
            return On(weekday=_weekday(weekday, value), ordinal=ORDINALS[ordinal])
    said = "is missing for an interval in months" if value is None else f"{shown(value)} is no day"
    raise refuse(said, 'write a day from "1" to "28", or such as first monday or last friday')


def _month_day(day: int) -> int:
    if not 1 <= day <= _LAST_DAY_OF_EVERY_MONTH:
        raise refuse(
            f"not every month has a day {day}",
            'write a day from "1" to "28", or last friday for the end of the month',
        )
    return day


def _weekday(word: Any, value: Any) -> int:
    if word is None:
        raise refuse("is missing for an interval in weeks", "add a weekday, for example tuesday")
    name = str(word).strip().lower()
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    near = next((day for day in WEEKDAYS if name and day.startswith(name)), nearest(name, WEEKDAYS))
    raise refuse(
        f"{shown(value)} is not a weekday",
        f"did you mean {near}?" if near else "write one such as tuesday",
    )


def _possible(year: int, month: int) -> str:
    if year < 1 or not 1 <= month <= 12:  # noqa: PLR2004  # the months of a year
        return "write year-month-day, for example 2026-01-06"
    last = monthrange(year, month)[1]
    return f"the last day of that month is {year:04d}-{month:02d}-{last}"


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - _MACHINES_OWN)


@cache
def _countries() -> frozenset[str]:
    import holidays

    return frozenset(holidays.list_supported_countries(include_aliases=False))
