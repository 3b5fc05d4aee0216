"""Values that the demo's files share: spans of time, and words of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator

from bot.domain.phrases import Unfit, shown, suggest

_SPAN = re.compile(r"(\d{1,4}) ?(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

T = TypeVar("T")


def _span(value: Any) -> timedelta:
    match = _SPAN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise Unfit(f"{shown(value)} is not a span of time", "write such as 40m, 3h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]
"""Such as 40m, 3h or 1d."""


def one_of(choices: Mapping[str, T]) -> BeforeValidator:
    """Reads one of the words that stand for something; another one is an error that names them."""

    def read(value: Any) -> T:
        if isinstance(value, str) and value in choices:
            return choices[value]
        raise Unfit(f"{shown(value)} is unknown", suggest(str(value), list(choices)))

    reading: Callable[[Any], T] = read
    return BeforeValidator(reading)


def named(kind: type[StrEnum]) -> BeforeValidator:
    """Reads a member by its value."""
    return one_of({member.value: member for member in kind})
