"""Messages as the server keeps them and as Slack describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.servers.slack import elements
from tests.servers.slack.people import APP, BOT, BOT_USER, TEAM


@dataclass(slots=True)
class Message:
    """A message in a channel; an ephemeral one is seen by one person and is in no history."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str = ""
    client_msg_id: str = ""
    edited: str = ""
    ephemeral_to: str = ""

    @property
    def is_bots(self) -> bool:
        """Whether the application wrote it."""
        return self.user == BOT_USER

    @property
    def shown(self) -> str:
        """What people read: the blocks' texts, or the text where there are no blocks."""
        return elements.shown(self.blocks) or self.text

    @property
    def buttons(self) -> list[str]:
        """What stands on its buttons."""
        return elements.buttons(self.blocks)

    def as_json(self, *, with_metadata: bool = False) -> dict[str, Any]:
        """The message as Slack describes it."""
        about: dict[str, Any] = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": TEAM,
        }
        about |= {"bot_id": BOT, "app_id": APP} if self.is_bots else {}
        about |= {"client_msg_id": self.client_msg_id} if self.client_msg_id else {}
        about |= {"thread_ts": self.thread_ts} if self.thread_ts else {}
        about |= {"edited": {"user": self.user, "ts": self.edited}} if self.edited else {}
        about |= {"blocks": self.blocks} if self.blocks else {}
        return about | ({"metadata": self.metadata} if with_metadata and self.metadata else {})


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something that Slack took: the operation, and the message as it stood right after.

    The operations: "post", "ephemeral", "update", "delete" and "response" (over a response_url).
    """

    operation: str
    channel: str
    ts: str
    user: str
    """The person whose direct message it is, or who alone sees it."""
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    at: datetime
