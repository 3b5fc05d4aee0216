"""Slack's Web API: one call, one answer. What became of a call is judged here, once."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
    RedirectClientError,
)
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.internal_utils import get_user_agent

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
"""How long one call may take. Delivery makes a few for a message, within its claim's lease."""

CONNECTING = timedelta(seconds=5)
DEFAULT_WAIT = timedelta(seconds=30)
"""After a 429 that does not say how long: Slack's usual Retry-After."""

LONGEST_WAIT = timedelta(hours=1)
_MOST_CLIENTS = 1_000
_ANSWERED = 200
_LIMITED = 429
_TIMED_OUT = 408
_SERVER_FAULT = 500

_LIMITS = frozenset({"ratelimited", "rate_limited"})
_CONNECTING = (
    ClientConnectorError,
    ClientHttpProxyError,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)
_UNSURE = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "update_failed",
    }
)
"""Slack's own faults: "some aspect of the operation" may have succeeded, as its reference says."""

_JSON = {"Content-Type": "application/json;charset=utf-8", "User-Agent": get_user_agent()}
# The SDK writes whole requests, texts and all, to a logger that allows DEBUG.
_sdk_log = logging.getLogger("bot.slack.sdk")
_sdk_log.setLevel(logging.WARNING)


class Fate(Enum):
    """What is known of a call. LIMITED, REFUSED and NOT_SENT have changed nothing at Slack."""

    DONE = "done"
    LIMITED = "limited"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` is a code: Slack's own, or "not_connected", "timed_out", "connection_lost",
    "not_json", "status_NNN". `data` is what Slack answered. `wait` follows a rate limit.
    """

    fate: Fate
    error: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    wait: timedelta = timedelta()

    @property
    def ok(self) -> bool:
        return self.fate is Fate.DONE

    @property
    def pointers(self) -> str:
        """Where in the blocks Slack found fault, without a word of them."""
        return ", ".join(sorted({p for said in self._complaints() for p in _pointers(said)}))

    def _complaints(self) -> list[str]:
        metadata = self.data.get("response_metadata") or {}
        said = [*(self.data.get("errors") or ()), *(metadata.get("messages") or ())]
        return [each for each in said if isinstance(each, str)]


class SlackApi:
    """All workspaces' calls, over one session. Nothing is tried twice here: delivery decides.

    `api_url` ends with a slash.
    """

    def __init__(self, api_url: str, *, patience: timedelta = PATIENCE) -> None:
        self._url = api_url
        self._patience = patience
        self._proxy = load_http_proxy_from_env(_sdk_log)
        self._session: ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}

    async def call(self, token: str, method: str, **arguments: object) -> Answer:
        """Call a method with a JSON body; arguments that are None are left out.

        Never raises for what Slack answers, nor for the network. Not by the SDK's client, which
        takes longer over a call than the call itself.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        headers = {**_JSON, "Authorization": f"Bearer {token}"}
        try:
            body = json.dumps(given).encode()
            async with self._open().post(
                self._url + method, data=body, headers=headers, proxy=self._proxy
            ) as response:
                return _answered(response, await response.read())
        except Exception as error:
            return _failed(error)

    async def respond(self, response_url: str, body: Mapping[str, object]) -> Answer:
        """Answer at the address that a command or a press brought along (good for 30 minutes)."""
        try:
            async with self._open().post(
                response_url, json=dict(body), proxy=self._proxy
            ) as response:
                if response.status == _ANSWERED:
                    return Answer(Fate.DONE)
                return _of_status(response.status, response.headers, {})
        except Exception as error:
            return _failed(error)

    async def close(self) -> None:
        """Close the connections; a repeat changes nothing."""
        session, self._session = self._session, None
        self._clients.clear()
        if session is not None:
            await session.close()

    def _open(self) -> ClientSession:
        """Made with the first call: a session belongs to the loop that runs then."""
        if self._session is None:
            total, connecting = self._patience.total_seconds(), CONNECTING.total_seconds()
            self._session = ClientSession(timeout=ClientTimeout(total, sock_connect=connecting))
        return self._session

    def client(self, token: str) -> AsyncWebClient:
        """The SDK's client for a token, over the shared session; it tries nothing twice either."""
        client = self._clients.get(token)
        if client is None:
            if len(self._clients) >= _MOST_CLIENTS:
                self._clients.clear()
            client = AsyncWebClient(
                token, self._url, session=self._open(), retry_handlers=[], logger=_sdk_log
            )
            self._clients[token] = client
        return client


def _answered(response: ClientResponse, body: bytes) -> Answer:
    """Only what says `ok` by itself counts as done: a proxy's page is no JSON, whatever it says."""
    data = _object(body) if response.content_type == "application/json" else {}
    if response.status == _ANSWERED and data.get("ok"):
        return Answer(Fate.DONE, data=data)
    return _of_status(response.status, response.headers, data)


def _of_status(status: int, headers: Mapping[str, str], data: Mapping[str, Any]) -> Answer:
    code = str(data.get("error") or "")
    if status == _LIMITED or code in _LIMITS:
        return Answer(Fate.LIMITED, "rate_limited", data, _wait(headers))
    if status >= _SERVER_FAULT or status == _TIMED_OUT:
        return Answer(Fate.UNKNOWN, f"status_{status}", data)
    if code in _UNSURE:
        return Answer(Fate.UNKNOWN, code, data)
    if status == _ANSWERED and not code:
        return Answer(Fate.UNKNOWN, "not_json", data)
    return Answer(Fate.REFUSED, code or f"status_{status}", data)


def _failed(error: Exception) -> Answer:
    """A call without an answer; no text of a library goes further than this."""
    # A redirect to nowhere comes after Slack, or whoever answered, had the request.
    if isinstance(error, _CONNECTING) and not isinstance(error, RedirectClientError):
        return Answer(Fate.NOT_SENT, "not_connected")
    if isinstance(error, TimeoutError):
        return Answer(Fate.UNKNOWN, "timed_out")
    if isinstance(error, ClientError | OSError):
        return Answer(Fate.UNKNOWN, "connection_lost")
    log.error("a call to Slack failed", extra={"fault": type(error).__name__})
    return Answer(Fate.UNKNOWN, "failed")


def _wait(headers: Mapping[str, str]) -> timedelta:
    said = headers.get("Retry-After", "")
    if not said.strip().isdigit():
        return DEFAULT_WAIT
    return min(timedelta(seconds=max(1, int(said))), LONGEST_WAIT)


def _object(body: bytes) -> Mapping[str, Any]:
    """Empty where it is none, or half of one."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _pointers(said: str) -> list[str]:
    found = said.partition("json-pointer:")[2].partition("]")[0].strip()
    return [found] if found else []
