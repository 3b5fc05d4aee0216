"""What the server knows: people, conversations, who has the app, and messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.servers.slack.clock import Clock
from tests.servers.teams.messages import Accepted, Card, Message
from tests.servers.teams.people import Account

Said = tuple[str, str, Card | None]
"""Text, summary and card of a message."""


@dataclass(slots=True)
class Conversation:
    """`kind` is personal, groupChat or channel. `owner` is whose personal conversation it is."""

    id: str
    kind: str
    tenant: str
    owner: str = ""
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    """By activity id, oldest first."""
    has_app: bool = True
    refusal: str = ""
    """The error code that everything written here gets, while the app is installed."""


@dataclass
class State:
    """`clock` stamps messages."""

    clock: Clock
    people: dict[str, Account] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    """Person to their personal conversation with the bot."""
    accepted: list[Accepted] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _last: int = 0

    def add(self, people: Iterable[Account]) -> None:
        """Adds people, or replaces who has the same id."""
        self.people |= {each.id: each for each in people}

    def account(self, key: str) -> Account | None:
        """By object id or by "29:..." id."""
        return next((p for p in self.people.values() if key in (p.id, p.mri)), None)

    def personal(self, account: Account) -> Conversation | None:
        """The person's conversation with the bot, once there was one."""
        return self.conversations.get(self.current.get(account.id, ""))

    def open_personal(self, account: Account, *, anew: bool = False) -> Conversation:
        """The same, made where there is none yet; `anew`: another one in any case."""
        found = self.personal(account)
        if found is not None and not anew:
            return found
        number = len([c for c in self.conversations.values() if c.owner == account.id]) + 1
        name = f"a:{number}{account.id.replace('-', '')}_Touchpoint-{account.name.split()[0]}"
        made = Conversation(name, "personal", account.tenant, account.id, [account.id])
        self.conversations[name] = made
        self.current[account.id] = name
        return made

    def open_group(self, people: Iterable[Account], kind: str = "groupChat") -> Conversation:
        """A group chat or a channel with those people, and the app in it."""
        everybody = list(people)
        suffix = "thread.v2" if kind == "groupChat" else "thread.tacv2"
        name = f"19:{next(self._numbers):032x}@{suffix}"
        members = [each.id for each in everybody]
        made = Conversation(name, kind, everybody[0].tenant, members=members)
        self.conversations[name] = made
        return made

    def new_activity(self) -> str:
        """Milliseconds since 1970 that never come twice, as Teams names messages."""
        self._last = max(_millis(self.clock.now()), self._last + 1)
        return str(self._last)

    def now(self) -> datetime:
        """The present moment (aware UTC), by the same clock as the names of messages."""
        now = self.clock.now()
        return now + timedelta(milliseconds=max(0, self._last - _millis(now)))

    def write(self, conversation: Conversation, message: Message) -> Message:
        """Puts a new message where it belongs, and the bot's into the log."""
        conversation.messages[message.id] = message
        if message.is_bots:
            self.log("post", conversation, message)
        return message

    def rewrite(self, conversation: Conversation, message: Message, said: Said) -> None:
        """Replaces what a message of the bot says, for everybody."""
        message.text, message.summary, message.card = said
        message.edited = True
        message.views.clear()
        self.log("update", conversation, message)

    def remove(self, conversation: Conversation, message: Message) -> None:
        """Nobody sees the message any more."""
        del conversation.messages[message.id]
        if message.is_bots:
            self.log("delete", conversation, message)

    def log(self, operation: str, conversation: Conversation, message: Message) -> None:
        """Notes that the application's message was taken, changed or removed."""
        said = (message.text, message.summary, message.card)
        where = (conversation.id, message.id, conversation.owner)
        self.accepted.append(Accepted(operation, *where, *said, self.clock.now()))


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
