"""Towards the application over HTTP: signed requests to its one address."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.servers.slack.clock import Clock
from tests.servers.slack.deliveries import Ack, Delivery

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature. Source: docs.slack.dev, "Verifying requests from Slack"."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


@dataclass
class HttpWay:
    """Posts to `url`, once that is known; `wall` gives the timestamps that are signed."""

    secret: str
    wall: Clock
    url: str = ""
    patience: float = 3.0
    """Seconds of real time that an answer may take. Source: docs.slack.dev, Events API."""
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def send(self, delivery: Delivery) -> Ack:
        """Posts the delivery as Slack would, retry headers included."""
        body, content_type = encoded(delivery)
        headers = {}
        if delivery.is_event and delivery.acks:
            headers["X-Slack-Retry-Num"] = str(len(delivery.acks))
            headers["X-Slack-Retry-Reason"] = delivery.reason or "http_timeout"
        return await self.post(body, content_type, headers=headers, delivery=delivery)

    async def post(
        self,
        body: bytes,
        content_type: str = JSON,
        *,
        secret: str = "",
        timestamp: str = "",
        headers: Mapping[str, str] | None = None,
        delivery: Delivery | None = None,
    ) -> Ack:
        """Posts any body; another secret, timestamp or header makes it one that Slack never sent.

        A header given as an empty string is left out.
        """
        timestamp = timestamp or str(int(self.wall.now().timestamp()))
        sent = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret or self.secret, timestamp, body),
        } | dict(headers or {})
        sent = {name: value for name, value in sent.items() if value}
        delivery = delivery or Delivery("raw", {})
        return await self._post(body, sent, delivery)

    async def _post(self, body: bytes, headers: Mapping[str, str], delivery: Delivery) -> Ack:
        started = time.monotonic()
        try:
            timeout = aiohttp.ClientTimeout(total=self.patience)
            # As a stream: the client warns of large bodies that are handed over as bytes.
            data = io.BytesIO(body)
            how: dict[str, Any] = {"data": data, "headers": headers, "timeout": timeout}
            async with self._client().post(self.url, **how) as response:
                answer = await response.read()
        except TimeoutError:
            return Ack(0, None, time.monotonic() - started, delivery, "http_timeout")
        except (aiohttp.ClientError, ConnectionError):
            return Ack(0, None, time.monotonic() - started, delivery, "connection_failed")
        delivery.no_retry |= response.headers.get("X-Slack-No-Retry") == "1"
        reason = "" if response.ok else "http_error"
        parsed = decoded(answer, response.content_type)
        return Ack(response.status, parsed, time.monotonic() - started, delivery, reason)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """The body and its type: JSON for events, forms for everything else."""
    if delivery.is_event:
        return json.dumps(delivery.payload).encode(), JSON
    if delivery.kind == "interactive":
        return urlencode({"payload": json.dumps(delivery.payload)}).encode(), FORM
    return urlencode(delivery.payload).encode(), FORM


def decoded(body: bytes, content_type: str) -> Any:
    """The answer: an object, a text, or None where there is nothing."""
    text = body.decode("utf-8", "replace")
    if content_type == JSON and text:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text or None
