"""A direct message's history: is a message in it that carried this delivery's id?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.delivery import Lookup, Sent
from bot.slack.api import Answer, SlackApi

METHOD = "conversations.history"
EVENT_TYPE = "touchpoint_delivery"
"""The metadata of our messages: the delivery's id, and nothing else."""

READ_BACK = timedelta(days=30)
"""How far back a message of unknown fate is looked for. Its tries end within a week (see
bot.services.deliver.MAX_ATTEMPTS); the rest is for a workspace that was paused meanwhile.
"""

PAGE = 200
_MOST_PAGES = 50


def carried(delivery_id: str) -> dict[str, object]:
    """The metadata by which a message is found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id}}


async def search(
    api: SlackApi, token: str, channel: str, delivery_id: str, now: datetime
) -> Sent | Lookup | Answer:
    """Reads the last `READ_BACK` before `now` (aware UTC), newest first, page by page.

    ABSENT only after a read that is complete, UNSURE where Slack did not say where it goes on;
    the answer itself where a page was not had.
    """
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        answer = await api.call(
            token,
            METHOD,
            channel=channel,
            oldest=f"{(now - READ_BACK).timestamp():.6f}",
            limit=PAGE,
            include_all_metadata=True,
            cursor=cursor,
        )
        if not answer.ok:
            return answer
        for ts in _carrying(answer.data, delivery_id):
            return Sent(f"{channel}:{ts}", moment(ts))
        if answer.data.get("has_more") is False:
            return Lookup.ABSENT
        cursor = (answer.data.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return Lookup.UNSURE
    return Lookup.UNSURE


def moment(ts: str) -> datetime:
    """Slack's timestamp, seconds since 1970 with a counter behind, as aware UTC."""
    return datetime.fromtimestamp(float(ts), tz=UTC)


def _carrying(page: Mapping[str, Any], delivery_id: str) -> Iterator[str]:
    for message in page.get("messages") or ():
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == EVENT_TYPE and payload.get("id") == delivery_id:
            yield str(message["ts"])
