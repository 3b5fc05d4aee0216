"""People's hands and eyes: what they do in Teams' client, and what they see there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.servers.teams import cards, checks, payloads
from tests.servers.teams.deliveries import Ack
from tests.servers.teams.messages import Card, Message, Seen
from tests.servers.teams.people import Account
from tests.servers.teams.state import Conversation

if TYPE_CHECKING:
    from tests.servers.teams.server import TeamsServer

_CARD = checks.ADAPTIVE
_TOLD = "application/vnd.microsoft.activity.message"


@dataclass(eq=False)
class User:
    """One person at their client. Every act returns what the application answered."""

    server: TeamsServer
    id: str
    entered: dict[str, str] = field(default_factory=dict)
    """What stands in the fields of the card that was filled in last, by input id."""
    told: list[str] = field(default_factory=list)
    """Short notices that an answer put before this person, oldest first."""
    trouble: list[str] = field(default_factory=list)
    """What went wrong before this person's eyes, where Teams shows its own warning."""
    _filling: str = ""

    @property
    def account(self) -> Account:
        """The account behind."""
        return self.server.state.people[self.id]

    @property
    def conversation(self) -> Conversation:
        """The personal conversation with the bot (made where there is none yet)."""
        found = self.server.state.personal(self.account)
        if found is None:
            found = self.server.state.open_personal(self.account)
            found.has_app = False
        return found

    @property
    def has_app(self) -> bool:
        """Whether the app is installed for this person."""
        return self.conversation.has_app

    # Eyes

    @property
    def chat(self) -> list[Seen]:
        """The personal conversation as it stands on the screen, oldest first."""
        return self.sees(self.conversation)

    def sees(self, conversation: Conversation) -> list[Seen]:
        """The same of another conversation."""
        mri = self.account.mri
        return [message.as_seen_by(mri) for message in conversation.messages.values()]

    @property
    def texts(self) -> list[str]:
        """What notifications say of the bot's messages: the summary, or the text."""
        kept = [seen.message for seen in self.chat if seen.is_bots]
        return [message.summary or message.text for message in kept]

    @property
    def shown(self) -> list[str]:
        """What stands in the bot's messages now."""
        return [seen.shown for seen in self.chat if seen.is_bots]

    @property
    def buttons(self) -> list[str]:
        """Every button that can be pressed in the conversation."""
        return [label for seen in self.chat for label in seen.buttons]

    # The app

    async def installs(self, *, anew: bool = False) -> list[Ack]:
        """Gets the app, or gets it back; `anew`: with another conversation than before.

        Teams tells twice: that the bot (and the person) joined, and that the app is installed.
        """
        conversation = self.server.state.open_personal(self.account, anew=anew)
        conversation.has_app, conversation.refusal = True, ""
        told = payloads.added(self.server, self.account, conversation)
        return [await self.server.sends(told), await self._installation("add")]

    async def upgrades(self) -> Ack:
        """Gets a newer version of the app."""
        return await self._installation("add-upgrade")

    async def uninstalls(self) -> Ack:
        """Takes the app away."""
        self.conversation.has_app = False
        return await self._installation("remove")

    def blocks(self, code: str = "ConversationBlockedByUser") -> None:
        """From now on what the bot writes is refused with that code; it hears nothing of it."""
        self.conversation.refusal = code

    async def _installation(self, action: str) -> Ack:
        told = payloads.installation(self.server, self.account, self.conversation, action)
        return await self.server.sends(told)

    # Words

    async def types(self, text: str, **more: Any) -> Ack:
        """Writes to the bot. `more` joins the activity."""
        message = self._writes(self.conversation, text)
        where = self.conversation
        told = payloads.written(self.server, self.account, where, text, message.id)
        return await self.server.sends(told | more)

    async def mentions(self, text: str, conversation: Conversation) -> Ack:
        """Writes in a group chat or a channel, to the bot."""
        message = self._writes(conversation, text)
        told = payloads.mention(self.server, self.account, conversation, text, message.id)
        return await self.server.sends(told)

    async def edits(self, seen: Seen, text: str) -> Ack:
        """Changes what they wrote."""
        kept = self._own(seen)
        kept.text, kept.edited = text, True
        where = self.conversation
        return await self.server.sends(
            payloads.edited(self.server, self.account, where, text, kept.id)
        )

    async def deletes(self, seen: Seen) -> Ack:
        """Takes back what they wrote."""
        kept, where = self._own(seen), self.conversation
        self.server.state.remove(where, kept)
        return await self.server.sends(payloads.deleted(self.server, self.account, where, kept.id))

    def _writes(self, conversation: Conversation, text: str) -> Message:
        name = self.server.state.new_activity()
        message = Message(conversation.id, name, self.account.mri, text)
        return self.server.state.write(conversation, message)

    def _own(self, seen: Seen) -> Message:
        kept = self.conversation.messages.get(seen.id)
        if kept is None or kept.sender != self.account.mri:
            raise LookupError(f"{self.account.name} has no such message: {seen.message.text!r}")
        return kept

    # Cards

    async def presses(self, what: str, seen: Seen | None = None) -> Ack:
        """Presses the newest button of that label or id, with what stands in the card's fields.

        A message that was looked at before may have changed since: people press what they see.
        LookupError names the buttons that are there; ValueError where the client would not let
        it go (an empty required field).
        """
        seen = seen or self.with_button(what)
        assert seen.card is not None
        button = cards.find_button(cards.buttons(seen.card), what)
        return await self.executes(seen, button.json, self._inputs(seen, button))

    def fills(self, what: str, value: str, seen: Seen | None = None) -> None:
        """Fills in a field of the newest card that has it; nothing is told before a button is."""
        seen = seen or self.with_field(what)
        if self._filling != _name(seen):
            self._filling, self.entered = _name(seen), {}
        found = cards.find_field(cards.fields(seen.card), what)
        self.entered[found.id] = found.filled(value)

    async def submits(self, button: str, values: Mapping[str, str]) -> Ack:
        """Fills in the newest card that has these fields, and presses its button."""
        seen = self.with_field(next(iter(values))) if values else self.with_button(button)
        for what, value in values.items():
            self.fills(what, value, seen)
        return await self.presses(button, seen)

    async def executes(
        self, seen: Seen, action: Mapping[str, Any], inputs: Mapping[str, Any] | None = None
    ) -> Ack:
        """Sends that Action.Execute from that message, be it there or made up."""
        data = action.get("data") or {}
        sent = dict(action) | {"data": {**data, **(inputs or {})}}
        return await self._invoke(seen.message, sent, "manual")

    async def looks(self, seen: Seen | None = None) -> list[Ack]:
        """Opens the conversation anew: what was there for this person alone is gone, and every
        card (or the given one) that asks for it is refreshed.
        """
        acks = []
        for each in [seen] if seen else [found for found in self.chat if found.is_bots]:
            refresh = (each.message.card or {}).get("refresh")
            if refresh and self.account.mri in refresh.get("userIds", [self.account.mri]):
                acks.append(await self._invoke(each.message, refresh["action"], "automatic"))
        return acks

    def with_button(self, what: str) -> Seen:
        """The newest message with such a button."""
        for seen in reversed(self.chat):
            if any(button.is_called(what) for button in cards.buttons(seen.card)):
                return seen
        raise LookupError(f"no button called {what!r}; there is {self.buttons or 'nothing'}")

    def with_field(self, what: str) -> Seen:
        """The newest message with such a field."""
        for seen in reversed(self.chat):
            if any(what in (each.label, each.id) for each in cards.fields(seen.card)):
                return seen
        there = [label for seen in self.chat for label in seen.fields]
        raise LookupError(f"no field called {what!r}; there is {there or 'nothing'}")

    def _inputs(self, seen: Seen, button: cards.Button) -> dict[str, str | None]:
        """What the client adds to the button's data. ValueError where it refuses to."""
        assert seen.card is not None
        entered = self.entered if self._filling == _name(seen) else {}
        found = cards.values(seen.card, entered, button.inputs)
        fields = [each for each in cards.fields(seen.card) if each.id in button.inputs]
        said = [each.refusal(found.get(each.id)) for each in fields]
        if any(said):
            raise ValueError("; ".join(filter(None, said)))
        if not self.server.sends_null_inputs:
            return {name: value for name, value in found.items() if value != ""}
        return {name: found.get(name) or None for name in button.inputs}

    async def _invoke(self, message: Message, action: Mapping[str, Any], trigger: str) -> Ack:
        server = self.server
        where = server.state.conversations[message.conversation]
        told = payloads.executed(
            server, self.account, where, dict(action), reply_to=message.id, trigger=trigger
        )
        ack = await server.sends(told)
        self.reads(message, ack)
        return ack

    def reads(self, message: Message, ack: Ack) -> None:
        """Shows what an invoke was answered with: a card in place of the card, or a notice."""
        body = ack.body if isinstance(ack.body, dict) else {}
        kind, value = body.get("type"), body.get("value")
        if ack.status != 200 or body.get("statusCode") != 200:
            self.trouble.append(f"the button failed: {ack.status} {ack.reason} {ack.body}")
        elif kind == _CARD:
            self._shows(message, value)
        elif kind == _TOLD and isinstance(value, str):
            self.told.append(value)
        else:
            self.trouble.append(f"the button's answer says nothing: {body}")

    def _shows(self, message: Message, given: object) -> None:
        try:
            card: Card = checks.card(given)
        except (checks.Bad, checks.TooBig) as error:
            self.trouble.append(f"the answer's card can't be shown: {error}")
            return
        message.views[self.account.mri] = card
        self._filling, self.entered = "", {}


def _name(seen: Seen) -> str:
    return f"{seen.message.conversation}|{seen.id}"
