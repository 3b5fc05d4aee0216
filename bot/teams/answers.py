"""What became of a call to Teams' connector, judged once."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientResponse,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=1)
NOT_CONNECTED = "not_connected"
_CONNECTING = (
    ClientConnectorError,
    ClientHttpProxyError,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)
_DONE = range(200, 300)
_CREATED = frozenset({201, 202})
_SEE_OTHER, _TIMED_OUT, _SERVER_FAULT = 303, 408, 500
_LIMITED = {412: "precondition_failed", 429: "rate_limited"}
"""Refused for now, and nothing was changed: 412 where several calls met in one conversation."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_. ]{0,63}")


class Fate(Enum):
    """What is known of a call. LIMITED, REFUSED and NOT_SENT have changed nothing at Teams."""

    DONE = "done"
    LIMITED = "limited"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class ConnectorError(Exception):
    """A call that is not DONE, as far as that is known.

    `code` is safe to log: Teams' own, or "not_connected", "timed_out", "connection_lost", "no_id",
    "not_json", "status_NNN", "rate_limited", "precondition_failed", "no_token" or a token's
    trouble. `status` is None without an answer. `wait` is what Teams asked for; nothing where it
    didn't say.
    """

    def __init__(
        self, fate: Fate, code: str, status: int | None = None, wait: timedelta = timedelta()
    ) -> None:
        super().__init__(code)
        self.fate, self.code, self.status, self.wait = fate, code, status, wait


async def judged(response: ClientResponse, needed: str) -> Mapping[str, Any]:
    """What Teams answered; `needed` names what it must hold. Raises ConnectorError.

    A page of a proxy's is no answer, whatever its status; but what was created has arrived,
    even where it can't be read which.
    """
    body, status = await _read(response), response.status
    data = _object(body)
    if status not in _DONE:
        raise _of_status(status, response.headers, data)
    if status in _CREATED or text(data, needed) or (not needed and (data or not body.strip())):
        return data
    raise ConnectorError(Fate.UNKNOWN, "no_id" if data else "not_json", status)


async def _read(response: ClientResponse) -> bytes:
    try:
        return await response.read()
    except (ClientError, OSError):  # a time-out is an OSError too
        if response.status in _CREATED:
            return b""
        raise


def _of_status(status: int, headers: Mapping[str, str], data: Mapping[str, Any]) -> ConnectorError:
    if status in _LIMITED:
        return ConnectorError(Fate.LIMITED, _LIMITED[status], status, _wait(headers))
    if status >= _SERVER_FAULT or status in (_TIMED_OUT, _SEE_OTHER):
        return ConnectorError(Fate.UNKNOWN, f"status_{status}", status)
    return ConnectorError(Fate.REFUSED, _code(data) or f"status_{status}", status)


def failed(error: Exception) -> ConnectorError:
    """A call without an answer; no text of a library goes further than this."""
    if isinstance(error, _CONNECTING):
        return ConnectorError(Fate.NOT_SENT, NOT_CONNECTED)
    if isinstance(error, TimeoutError):
        return ConnectorError(Fate.UNKNOWN, "timed_out")
    if isinstance(error, ClientError | OSError):
        return ConnectorError(Fate.UNKNOWN, "connection_lost")
    log.error("a call to Teams failed", extra={"fault": type(error).__name__})
    return ConnectorError(Fate.UNKNOWN, "failed")


def _wait(headers: Mapping[str, str]) -> timedelta:
    """Nothing where Teams doesn't say, or not in whole seconds."""
    said = headers.get("Retry-After", "").strip()
    if not (said.isascii() and said.isdigit()):
        return timedelta()
    return min(timedelta(seconds=max(1, int(said))), LONGEST_WAIT)


def _code(data: Mapping[str, Any]) -> str:
    """Teams' code of a refusal: in `error`, or as a `subCode` in JSON within the message."""
    error = data.get("error")
    places = [error if isinstance(error, dict) else {}, data]
    places += [_object(str(place.get("message") or "").encode()) for place in places]
    found = (text(place, name) for name in ("subCode", "code") for place in places)
    return next((code for code in found if _CODE.fullmatch(code)), "")


def _object(body: bytes) -> dict[str, Any]:
    """Empty where it is none, or half of one."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def text(data: Mapping[str, Any], name: str) -> str:
    """The text under a name; empty for anything else."""
    found = data.get(name)
    return found if isinstance(found, str) else ""
