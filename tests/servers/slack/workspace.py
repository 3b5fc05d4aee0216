"""What the server knows: people, channels, messages, views, triggers and response addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.servers.slack import elements
from tests.servers.slack.clock import Clock, Ticker
from tests.servers.slack.messages import Accepted, Message
from tests.servers.slack.people import SLACKBOT, TOUCHPOINT, Member
from tests.servers.slack.views import View

GENERAL = "C0GENERAL"
"""A public channel that everybody is in but the bot."""

MODALS_AT_MOST = 3
TRIGGER_LIVES = timedelta(seconds=3)
RESPONSES_AT_MOST, RESPONSES_FOR = 5, timedelta(minutes=30)
"""Sources: docs.slack.dev, "Handling user interaction" and "Modals"."""


class SlackError(Exception):
    """An answer with `ok` false: Slack's error code and what comes along with it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(slots=True)
class Trigger:
    """Lets the application open one view for the person who did something."""

    user: str
    at: datetime
    is_used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where the application may answer an interaction, some times."""

    user: str
    channel: str
    at: datetime
    source: Message | None
    uses: int = 0


@dataclass
class Workspace:
    """The state of one workspace. `clock` stamps messages; `wall` ages triggers and addresses."""

    clock: Clock
    wall: Clock
    members: dict[str, Member] = field(default_factory=dict)
    direct: dict[str, str] = field(default_factory=dict)
    """Person to their direct message with the bot, once it is opened."""
    owners: dict[str, str] = field(default_factory=dict)
    channels: dict[str, dict[str, Message]] = field(default_factory=dict)
    """Channel and timestamp to the message, oldest first."""
    accepted: list[Accepted] = field(default_factory=list)
    homes: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.ticker = Ticker(self.clock)

    @classmethod
    def of(cls, people: Iterable[Member], clock: Clock, wall: Clock) -> Workspace:
        """A workspace with those people, the bot and Slackbot."""
        everybody = [SLACKBOT, TOUCHPOINT, *people]
        return cls(clock, wall, {member.id: member for member in everybody})

    def new_id(self, prefix: str) -> str:
        """An id that no one else has."""
        return f"{prefix}{next(self.ids):08d}"

    def open_direct(self, user: str) -> str:
        """The direct message of that person with the bot, always the same."""
        channel = self.direct.setdefault(user, f"D{user[1:]}")
        self.owners[channel] = user
        return channel

    def add(self, message: Message, operation: str) -> Message:
        """Puts a message where it belongs, and into the log."""
        self.channels.setdefault(message.channel, {})[message.ts] = message
        if message.is_bots:
            self.log(message, operation)
        return message

    def remove(self, message: Message) -> None:
        """Nobody sees the message any more."""
        del self.channels[message.channel][message.ts]
        if message.is_bots:
            self.log(message, "delete")

    def log(self, message: Message, operation: str) -> None:
        """Notes that the application's message was taken, changed or removed."""
        user = message.ephemeral_to or self.owners.get(message.channel, "")
        now = self.clock.now()
        entry = (message.text, list(message.blocks), message.metadata, now)
        self.accepted.append(Accepted(operation, message.channel, message.ts, user, *entry))

    def message(self, channel: str, ts: str) -> Message | None:
        """The message with that timestamp, whoever sees it."""
        return self.channels.get(channel, {}).get(ts)

    def history(self, channel: str) -> list[Message]:
        """The channel's lasting messages, newest first."""
        written = self.channels.get(channel, {})
        return [m for m in reversed(written.values()) if not m.ephemeral_to]

    def seen(self, user: str, channel: str) -> list[Message]:
        """What that person sees in the channel, oldest first, as it is now (copies)."""
        return [
            replace(m, blocks=list(m.blocks))
            for m in self.channels.get(channel, {}).values()
            if m.ephemeral_to in ("", user)
        ]

    def new_trigger(self, user: str) -> str:
        """A trigger id that lives three seconds."""
        number = next(self.ids)
        trigger_id = f"{number}.4242.{number:032x}"
        self.triggers[trigger_id] = Trigger(user, self.wall.now())
        return trigger_id

    def redeem(self, trigger_id: str) -> str:
        """The person behind a trigger, once. Raises SlackError as Slack answers."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if self.wall.now() - trigger.at > TRIGGER_LIVES:
            raise SlackError("expired_trigger_id")
        trigger.is_used = True
        return trigger.user

    def new_view(self, user: str, given: dict[str, Any]) -> View:
        """A view that isn't shown yet."""
        blocks = elements.with_ids(given["blocks"])
        return View(self.new_id("V"), user, given | {"blocks": blocks}, self.new_hash())

    def new_hash(self) -> str:
        """A hash that no other state of a view has."""
        return f"{next(self.ids)}.{next(self.ids):x}"

    def open_modal(self, user: str, given: dict[str, Any]) -> View:
        """Shows a modal alone."""
        view = self.new_view(user, given)
        self.stacks[user] = [view]
        return view

    def push_modal(self, user: str, given: dict[str, Any]) -> View:
        """Shows a modal over the others. Raises SlackError over three."""
        stack = self.stacks.get(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MODALS_AT_MOST:
            raise SlackError("push_limit_reached")
        view = self.new_view(user, given)
        view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def views(self) -> list[View]:
        """Every view that somebody can see."""
        return [*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)]
