"""What each cell of a people file may say. Every parser takes the trimmed, non-empty text of one
cell and raises BadCell for anything else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import cache, partial
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.localedata import locale_identifiers

from bot.domain.check_in import Refused, clean_text
from bot.domain.people import Role

LONGEST = {"email": 254, "manager_email": 254, "name": 200}
"""Most characters of a cell, per field; e-mail after RFC 5321 (a path of 256 with its brackets)."""

LONGEST_OTHER = 100

_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # and their full-width twins
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\.]+(\.[^\s@,;:<>()\[\]\"\\.]+)+")
_LONGEST_CAREER = timedelta(days=80 * 366)
_FARTHEST_START = timedelta(days=366)
_WRITTEN_DATES = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")
_ISO_WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ][\d:.]+Z?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})")
_ISO_REMEDY = "write it as YYYY-MM-DD, such as 2024-03-18"


class BadCell(Exception):  # an outcome the caller reports, not a fault
    """A cell that can't be taken. `near` looks for the nearest known value, only when asked:
    a file may hold a hundred thousand bad cells, of which a few are shown.
    """

    def __init__(self, problem: str, remedy: str, near: Callable[[], str | None] | None = None):
        super().__init__(problem)
        self.problem = problem
        self._remedy = remedy
        self._near = near

    def remedy(self) -> str:
        """What to do, with the nearest known value where there is one."""
        nearest = self._near() if self._near else None
        return f"did you mean {nearest}? Otherwise {self._remedy}" if nearest else self._remedy


def check_text(field: str, text: str) -> None:
    """Raises BadCell for what no field may hold: a formula, or far too much text."""
    if text.startswith(_FORMULA):
        raise BadCell(
            f"begins with {text[0]!r}, which a spreadsheet runs as a formula",
            "remove that character; leave the cell empty if it means nothing",
        )
    longest = LONGEST.get(field, LONGEST_OTHER)
    if len(text) > longest:
        raise BadCell(
            f"is {len(text):,} characters long",
            f"shorten it to {longest}; a quote that is never closed can cause this too",
        )


def parse_email(text: str) -> str:
    """The address in lower case."""
    email = text.lower() if text.isascii() else unicodedata.normalize("NFC", text).lower()
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        raise BadCell(
            f"{shown(text)} is not an e-mail address",
            "give the bare address, such as ada@example.com",
        )
    return email


def parse_words(text: str) -> str:
    """A name or team on one line, without invisible characters."""
    words = " ".join(text.split())
    if words.isascii() and words.isprintable():
        return words
    try:
        return clean_text(words)
    except Refused:
        raise BadCell("holds no visible character", "write it out, or leave it empty") from None


def parse_time_zone(text: str) -> str:
    """The IANA name, in its own spelling."""
    zone = _zones().get(text.lower().replace(" ", "_"))
    if zone is None:
        raise BadCell(
            f"{shown(text)} is not a known time zone",
            "give an IANA name, such as Europe/Berlin",
            partial(_nearest_zone, text),
        )
    return zone


def parse_country(text: str) -> str:
    """The ISO 3166 code of two letters, from a code or an English name."""
    code = _countries().get(text.casefold())
    if code is None:
        raise BadCell(
            f"{shown(text)} is not a known country",
            "give the code of two letters, such as DE",
            partial(_nearest_country, text),
        )
    return code


def parse_locale(text: str) -> str:
    """The identifier as Babel writes it, such as en_GB."""
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError):
        raise BadCell(
            f"{shown(text)} is not a known language",
            "give a language and, if it matters, a country, such as en or en-GB",
            partial(_nearest_language, text),
        ) from None


def parse_role(text: str) -> Role:
    """A role, whatever its case and spacing."""
    try:
        return Role(re.sub(r"[\s_-]+", "_", text.lower()))
    except ValueError:
        known = [role.value for role in Role]
        raise BadCell(
            f"{shown(text)} is not a known role",
            f"give {' or '.join(known)}, or leave it empty",
            lambda: nearest(text, known),
        ) from None


def parse_hired_on(text: str, today: date) -> date:
    """A date in ISO 8601 or in a form that can be read in one way only, not absurdly far off."""
    day = _read_date(text)
    if day < today - _LONGEST_CAREER:
        raise BadCell(f"{day} is more than 80 years ago", f"check the year; {_ISO_REMEDY}")
    if day > today + _FARTHEST_START:
        raise BadCell(
            f"{day} is more than a year ahead",
            "check the year, or add this person when the start is nearer",
        )
    return day


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known value most like `text`, whatever its case; None where none is close."""
    by_key = {value.casefold(): value for value in known}
    found = get_close_matches(text.casefold(), list(by_key), n=1)
    return by_key[found[0]] if found else None


def shown(text: str) -> str:
    """The text in quotes, shortened and with invisible characters made visible."""
    most = 60
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def _read_date(text: str) -> date:
    if match := _ISO_WITH_TIME.fullmatch(text):
        text = match[1]
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(text, int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(text, int(match[1]), int(match[3]), int(match[4]), match[2])
    words = re.sub(r"[\s,-]+", " ", text)
    for pattern in _WRITTEN_DATES:
        try:
            return datetime.strptime(words, pattern).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise BadCell(f"{shown(text)} is not a date", _ISO_REMEDY)


def _year_last(text: str, first: int, second: int, year: int, mark: str) -> date:
    """Dots always mean day, month, year; with other marks the numbers themselves must tell."""
    months = 12
    if mark == "." or first > months or first == second:
        return _date(text, year, second, first)
    if second > months:
        return _date(text, year, first, second)
    raise BadCell(f"{shown(text)} can be read as two different days", _ISO_REMEDY)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadCell(f"{shown(text)} is not a day of the calendar", _ISO_REMEDY) from None


@cache
def _zones() -> dict[str, str]:
    """IANA names by their lower-case form."""
    unusable = {"localtime", "Factory"}  # the machine's own zone, and a placeholder
    return {name.lower(): name for name in available_timezones() - unusable}


def _nearest_zone(text: str) -> str | None:
    """By Windows' own name, else by city, else by likeness."""
    windows = get_global("windows_zone_mapping").get(text)
    if windows:
        return str(windows)
    city = text.lower().replace(" ", "_")
    in_city = (name for key, name in sorted(_zones().items()) if key.endswith(f"/{city}"))
    return next(in_city, None) or nearest(city, _zones().values())


@cache
def _countries() -> dict[str, str]:
    """Codes of two letters by code, three-letter code, other code and English name."""
    # Babel's territories include regions and unions; only countries have time zones, and "ZZ",
    # the unknown one. Kosovo has a code of its own and the zone of Belgrade.
    names = Locale("en").territories
    codes = (set(get_global("territory_zones")) & set(names) | {"XK"}) - {"ZZ"}
    known = {names[code].casefold(): code for code in codes}
    for alias, targets in get_global("territory_aliases").items():
        if alias.isalpha() and len(targets) == 1 and targets[0] in codes:
            known[alias.casefold()] = targets[0]
    return known | {code.casefold(): code for code in codes}


def _nearest_country(text: str) -> str | None:
    if len(text) <= len("DE"):
        return None  # any two letters are close to some code
    code = _countries().get(nearest(text, _countries()) or "")
    return f"{code} ({Locale('en').territories[code]})" if code else None


def _nearest_language(text: str) -> str | None:
    """By the language's English name, or by likeness to an identifier."""
    known = {code: code for code in locale_identifiers() if "_" not in code}
    names = {str(name): code for code, name in Locale("en").languages.items() if code in known}
    return (names | known).get(nearest(text.replace("-", "_"), names | known) or "")
