"""What can go wrong with a call, as codes: nothing of a provider's own words gets further."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError

_UNPRINTABLE = re.compile(r"[^0-9A-Za-z_.:-]")
_REFUSING = frozenset({"content_filter", "content_policy_violation", "invalid_prompt"})
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})
_OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_WRONG_FOR_ALL = frozenset({401, 403, 404})
_BUSY = 429
_AT_SERVERS = 500
_TIMEOUTS = frozenset({408, 504})


class Unreadable(Exception):
    """The answer is longer than any that was asked for, or packed although none may be."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One call that failed. `reason` is a code of NotWritten.

    passing: a second try may succeed. wait: seconds the provider asks for, None where it says
    nothing. for_all: the next call fails as well. may_cost: the model may have answered, and then
    it is billed. status, request_id: for the log; 0 and "" where
    there was no answer.
    """

    reason: str
    passing: bool = False
    wait: float | None = None
    for_all: bool = False
    may_cost: bool = False
    status: int = 0
    request_id: str = ""


def of_status(error: APIStatusError) -> Failure:
    """What a provider's error says, by its status and code alone."""
    status, code = error.status_code, error.code or ""
    wait = retry_after(error.response.headers.get("Retry-After"))
    reason = _reason(status, code)
    return Failure(
        reason,
        passing=reason in {"busy", "unavailable", "timeout"},
        wait=wait,
        for_all=status in _WRONG_FOR_ALL or code in _OUT_OF_MONEY,
        may_cost=reason in {"unavailable", "timeout"},
        status=status,
        request_id=_UNPRINTABLE.sub("", error.request_id or "")[:80],
    )


def of_connection(error: APIConnectionError) -> Failure:
    """A connection that broke, or never came about: then nothing was sent."""
    import httpx2

    was_open = not isinstance(error.__cause__, httpx2.ConnectError)
    return Failure("unavailable", passing=True, may_cost=was_open)


def retry_after(given: str | None) -> float | None:
    """Seconds to wait; infinite where it names no number of them, None where it says nothing."""
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:  # a date, by a clock that needn't be ours
        return float("inf")
    return max(0.0, seconds) if seconds == seconds else float("inf")  # noqa: PLR0124 - NaN


def _reason(status: int, code: str) -> str:
    if status >= _AT_SERVERS or status in _TIMEOUTS:
        return "timeout" if status in _TIMEOUTS else "unavailable"
    if status == _BUSY:
        return "set_up" if code in _OUT_OF_MONEY else "busy"
    if code in _REFUSING:
        return "refused"
    return "cut_off" if code in _TOO_LONG else "set_up"
