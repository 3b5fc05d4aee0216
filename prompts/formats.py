"""Dates, times, numbers, lists and plurals as one reader expects them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_decimal

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a CLDR locale and a time zone. Every moment is shown in that zone."""

    locale: Locale
    zone: ZoneInfo

    def date(self, when: dt.date | dt.datetime) -> str:
        """Weekday, day and month in full: "Tuesday 24 March". Raises ValueError if naive."""
        return _dated(self._local_date(when), _long_pattern(self.locale), self.locale)

    def day(self, when: dt.date | dt.datetime) -> str:
        """The short form: "Tue 24 Mar". Raises ValueError for a naive datetime."""
        return _dated(self._local_date(when), _short_pattern(self.locale), self.locale)

    def time(self, when: dt.datetime) -> str:
        """The time of day: "10:00". Raises ValueError for a naive datetime."""
        return format_time(self._local(when), "short", locale=self.locale)

    def moment(self, when: dt.datetime) -> str:
        """Date and time together. Raises ValueError for a naive datetime."""
        pattern = str(get_datetime_format("medium", locale=self.locale))
        return pattern.replace("{1}", self.date(when)).replace("{0}", self.time(when))

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def signed(self, value: float) -> str:
        """A change: "+2", or with a true minus sign "\N{MINUS SIGN}1"; nothing before zero."""
        sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
        return sign + self.number(abs(value))

    def people(self, names: Iterable[object]) -> str:
        """Names in a row: "Ana, Bo and Cy"."""
        return format_list([str(name) for name in names], locale=self.locale)

    def plural(self, count: float, other: str, **forms: str) -> str:
        """The form CLDR's plural rules pick for `count`: one, two, few, many, zero or other."""
        return forms.get(_plural_form(count, self.locale), other)

    def _local(self, when: dt.datetime) -> dt.datetime:
        if when.utcoffset() is None:
            raise ValueError(f"{when!r} has no time zone; pass an aware datetime")
        return when.astimezone(self.zone)

    def _local_date(self, when: dt.date | dt.datetime) -> dt.date:
        return self._local(when).date() if isinstance(when, dt.datetime) else when


def candidates(locale: str) -> tuple[str, ...]:
    """Where wording is looked for: "de-AT", then "de", then "en"."""
    return tuple(dict.fromkeys([*_chain(locale), FALLBACK]))


def _chain(locale: str) -> list[str]:
    parts = [part for part in re.split(r"[-_]", locale) if re.fullmatch(r"[A-Za-z0-9]+", part)]
    cased = [_cased(position, part) for position, part in enumerate(parts)]
    return ["-".join(cased[:length]) for length in range(len(cased), 0, -1)]


def _cased(position: int, part: str) -> str:
    if position == 0:
        return part.lower()
    return part.upper() if len(part) <= 3 else part.title()  # noqa: PLR2004 - region or script


@lru_cache(maxsize=1024)
def reader(language: str, locale: str, zone: str) -> Reader:
    """The reader of a text written in `language` whose own locale is `locale`.

    Where the text fell back to another language, dates follow the text's language with the
    habits of the reader's country, so that one sentence never mixes two languages.
    Raises zoneinfo.ZoneInfoNotFoundError for an unknown IANA zone.
    """
    own = _known(locale)
    wanted = language.split("-", maxsplit=1)[0]
    if own is not None and own.language == wanted:
        return Reader(own, ZoneInfo(zone))
    country = _country(own)
    there = _known(f"{wanted}-{country}") if country else None
    return Reader(there or _known(wanted) or Locale(FALLBACK), ZoneInfo(zone))


def _known(locale: str) -> Locale | None:
    """The nearest locale CLDR knows with the same language."""
    for candidate in _chain(locale):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _country(locale: Locale | None) -> str | None:
    if locale is None:
        return None
    likely = get_global("likely_subtags").get(locale.language, "")
    return locale.territory or likely.rpartition("_")[2] or None


@lru_cache(maxsize=1024)
def _dated(day: dt.date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale)


@lru_cache(maxsize=1024, typed=True)  # a plural may tell 1.0 from 1
def _plural_form(count: float, locale: Locale) -> str:
    return locale.plural_form(count)


@cache
def _long_pattern(locale: Locale) -> str:
    """CLDR's pattern for weekday, month and day, widened to full names.

    Few locales list that pattern in full; UTS 35 (Matching Skeletons) says to take the nearest
    and widen its fields.
    """
    skeletons = locale.datetime_skeletons
    for name in ("MMMMEEEEd", "MMMEEEEd", "MMMMEd", "MMMEd"):
        if name in skeletons:
            return re.sub(r"'[^']*'|[Ec]+|[ML]{3,}", _widened, str(skeletons[name].pattern))
    return "EEEE d MMMM"


def _widened(match: re.Match[str]) -> str:
    field = match.group()
    return field if field.startswith("'") else field[0] * 4


@cache
def _short_pattern(locale: Locale) -> str:
    skeleton = locale.datetime_skeletons.get("MMMEd")
    return str(skeleton.pattern) if skeleton is not None else "EEE d MMM"
