"""Messages as the server keeps them, and as one person sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.servers.teams import cards
from tests.servers.teams.people import BOT

Card = dict[str, Any]


@dataclass(slots=True)
class Message:
    """A message in a conversation. `card` is its Adaptive Card, if it has one."""

    conversation: str
    id: str
    sender: str
    text: str
    summary: str = ""
    card: Card | None = None
    reply_to: str = ""
    edited: bool = False
    views: dict[str, Card] = field(default_factory=dict)
    """What somebody sees in place of the card, by their "29:..." id, since they acted on it."""

    @property
    def is_bots(self) -> bool:
        """Whether the application wrote it."""
        return self.sender == BOT

    def as_seen_by(self, mri: str) -> Seen:
        """The message as it stands on that person's screen."""
        card = self.views.get(mri, self.card)
        return Seen(self, mri, card, is_own_view=mri in self.views)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message on somebody's screen, as it was when they looked."""

    message: Message
    mri: str
    card: Card | None
    is_own_view: bool

    @property
    def id(self) -> str:
        """The activity's id."""
        return self.message.id

    @property
    def is_bots(self) -> bool:
        """Whether the application wrote it."""
        return self.message.is_bots

    @property
    def shown(self) -> str:
        """What people read: the card's texts, or the text where there is no card."""
        return cards.shown(self.card) if self.card else self.message.text

    @property
    def buttons(self) -> list[str]:
        """What stands on its buttons."""
        return [button.label for button in cards.buttons(self.card)] if self.card else []

    @property
    def fields(self) -> list[str]:
        """What stands over its fields."""
        return [each.label for each in cards.fields(self.card)] if self.card else []


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something that Teams took: "post", "update" or "delete", and what it says.

    `card` is None where there is none; `user` is the id of whose conversation it is, or "".
    """

    operation: str
    conversation: str
    id: str
    user: str
    text: str
    summary: str
    card: Card | None
    at: datetime

    @property
    def shown(self) -> str:
        """What people read in it."""
        return cards.shown(self.card) if self.card else self.text
