"""Values of app.yaml that libraries know: time zones, countries, locales; and addresses."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache
from typing import Any

from bot.domain.phrases import Unfit, nearest, shown

_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_MACHINES_OWN = {"localtime", "Factory"}  # differ from machine to machine


def parse_zone(value: Any) -> str:
    """The IANA name of a time zone."""
    known = _zones()
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else None
    raise Unfit(
        f"{shown(value)} is not a known time zone",
        f"did you mean {near}?" if near else "give an IANA name, for example Europe/London",
    )


def parse_country(value: Any) -> str:
    """An ISO 3166-1 code of two letters whose public holidays are known."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in _countries():
        raise Unfit(
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
        raise Unfit(
            f"{shown(value)} is not a known locale", "give one such as en, en-GB or de"
        ) from None
    return str(value)


def parse_mail(value: Any) -> str:
    """An e-mail address, in lower case."""
    if not isinstance(value, str) or not _MAIL.fullmatch(value.strip()):
        raise Unfit(f"{shown(value)} is not an e-mail address", "write one such as ana@example.com")
    return value.strip().lower()


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - _MACHINES_OWN)


@cache
def _countries() -> frozenset[str]:
    import holidays

    return frozenset(holidays.list_supported_countries(include_aliases=False))
