"""A small workspace on the local Slack server, and Slack's own client in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers.slack import Member, SlackServer, serving

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PEOPLE = (
    Member("U0IDA", "Ida Berg", email="ida@example.com"),
    Member("U0MAX", "Max Roth", email="max@example.com", tz="Asia/Tokyo", locale="ja-JP"),
    Member("U0GUEST", "Gus Guest", email="gus@example.com", is_restricted=True),
    Member("U0LEFT", "Lea Left", email="lea@example.com", deleted=True),
    Member("U0FAR", "Finn Far", email="finn@other.example", is_stranger=True),
)
METADATA = {"event_type": "touchpoint_delivery", "event_payload": {"id": "d-1"}}


class Hand:
    """A clock moved by hand."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def home(text: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": [section(text), *blocks]}


def modal(title: str, **more: Any) -> dict[str, Any]:
    about = {"type": "modal", "title": {"type": "plain_text", "text": title}}
    return about | {"blocks": [section("Text")]} | more


@asynccontextmanager
async def slack_and_client(
    **how: Any,
) -> AsyncIterator[tuple[SlackServer, AsyncWebClient]]:
    how = {"people": PEOPLE, "clock": Hand(), "wall": Hand()} | how
    async with serving(SlackServer(**how)) as slack, aiohttp.ClientSession() as session:
        yield (
            slack,
            AsyncWebClient(
                slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
            ),
        )


@contextmanager
def refused(error: str) -> Iterator[dict[str, Any]]:
    """The call inside fails with that error; what came along is collected."""
    answer: dict[str, Any] = {}
    with pytest.raises(SlackApiError) as caught:
        yield answer
    answer |= caught.value.response.data
    assert answer["error"] == error
