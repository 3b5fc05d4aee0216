"""People's hands and eyes: what they do in Slack's client, and what they see there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.servers.slack import elements, payloads, responses, submissions
from tests.servers.slack.deliveries import Ack
from tests.servers.slack.elements import Element
from tests.servers.slack.messages import Message
from tests.servers.slack.people import Member
from tests.servers.slack.views import View
from tests.servers.slack.workspace import ResponseUrl, SlackError

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer


@dataclass(eq=False)
class User:
    """One person at their client. Every act returns what the application answered."""

    server: SlackServer
    id: str
    modal_errors: dict[str, str] = field(default_factory=dict)
    """What the last submission was refused for, by block id."""
    trouble: list[str] = field(default_factory=list)
    """What went wrong before this person's eyes, where Slack shows its own warning."""

    @property
    def member(self) -> Member:
        """The account behind."""
        return self.server.workspace.members[self.id]

    @property
    def channel(self) -> str:
        """The direct message with the bot (opened where it isn't yet)."""
        return self.server.workspace.open_direct(self.id)

    @property
    def dm(self) -> list[Message]:
        """The direct message as it is now, oldest first, ephemeral messages included (copies)."""
        return self.server.workspace.seen(self.id, self.channel)

    def sees(self, channel: str) -> list[Message]:
        """The same of another channel."""
        return self.server.workspace.seen(self.id, channel)

    @property
    def texts(self) -> list[str]:
        """The `text` of the bot's messages in the direct message: what notifications say."""
        return [message.text for message in self.dm if message.is_bots]

    @property
    def shown(self) -> list[str]:
        """What stands in the bot's messages: the blocks' texts, or the text without blocks."""
        return [message.shown for message in self.dm if message.is_bots]

    @property
    def buttons(self) -> list[str]:
        """Every button that can be pressed in the direct message."""
        return [label for message in self.dm for label in message.buttons]

    @property
    def modals(self) -> list[View]:
        """The open modals; the last one is on top."""
        return self.server.workspace.stacks.setdefault(self.id, [])

    @property
    def modal(self) -> View | None:
        """The modal on top."""
        return self.modals[-1] if self.modals else None

    @property
    def home(self) -> View | None:
        """The Home tab, once it is published."""
        return self.server.workspace.homes.get(self.id)

    async def types(self, text: str, *, verbatim: bool = False, **more: Any) -> Ack:
        """Writes a direct message. `more` joins the event: thread_ts, subtype, files.

        Slack escapes what is typed and makes links of addresses; `verbatim` leaves it as it is,
        for the mentions that its client writes.
        """
        workspace = self.server.workspace
        told = more.get("thread_ts", "")
        ts = workspace.ticker.next()
        text = text if verbatim else payloads.escaped(text)
        message = Message(self.channel, ts, self.id, text, thread_ts=told)
        message.client_msg_id = workspace.new_id("msg-")
        workspace.add(message, "typed")
        return await self.server.sends_event(payloads.written(message) | more)

    async def edits(self, message: Message, text: str) -> Ack:
        """Changes what they wrote."""
        kept = self._own(message)
        before = replace(kept)
        kept.text, kept.edited = payloads.escaped(text), self.server.workspace.ticker.next()
        return await self.server.sends_event(payloads.changed(kept, before, kept.edited))

    async def deletes(self, message: Message) -> Ack:
        """Takes back what they wrote."""
        kept = self._own(message)
        self.server.workspace.remove(kept)
        at = self.server.workspace.ticker.next()
        return await self.server.sends_event(payloads.deleted(kept, at))

    def _own(self, message: Message) -> Message:
        kept = self.server.workspace.message(message.channel, message.ts)
        if kept is None or kept.user != self.id:
            raise LookupError(f"{self.member.name} has no such message: {message.text!r}")
        return kept

    async def presses(self, what: str, message: Message | None = None, where: str = "dm") -> Ack:
        """Presses the newest button of that label, action id or beginning of one.

        `where` is dm, modal or home. A `message` that was looked at before may have changed
        since: people press what they see. LookupError names the buttons that are there.
        """
        if where != "dm":
            view = self._view(where)
            return await self._tells(view, elements.find(_pressed(view.blocks), what, "button"))
        message = message or self._with_button(what)
        element = elements.find(_pressed(message.blocks), what, "button")
        workspace = self.server.workspace
        address = self._response_url(message.channel, message)
        payload = payloads.on_message(
            workspace, self.member, message, self._action(element), address
        )
        return await self._interacts(payload)

    def _with_button(self, what: str) -> Message:
        """The newest message with such a button, or the newest at all."""
        seen = [message for message in reversed(self.dm) if message.is_bots]
        for exact in (True, False):
            for message in seen:
                found = _pressed(message.blocks)
                if any(e.label == what if exact else e.is_called(what) for e in found):
                    return message
        raise LookupError(f"no button called {what!r}; there is {self.buttons or 'nothing'}")

    async def fills(self, what: str, value: Any, where: str = "modal") -> Ack | None:
        """Fills in a field of the modal or of Home.

        None where the application hears of it only with the form.
        """
        view = self._view(where)
        element = elements.find(_filled(view.blocks), what, "field")
        view.entered[element.at] = elements.filled(element, value)
        return await self._tells(view, element) if element.tells_at_once else None

    async def submits(self, values: Mapping[str, Any] | None = None) -> Ack:
        """Fills in the top modal by label, block id or action id, and submits it.

        Raises ValueError where the client would not let it go (an empty required field).
        """
        view = self._view("modal")
        for what, value in (values or {}).items():
            element = elements.find(_filled(view.blocks), what, "field")
            view.entered[element.at] = elements.filled(element, value)
        submissions.check(view)
        ack = await self._interacts(payloads.submission(self.server.workspace, self.member, view))
        if ack.acknowledged:
            submissions.apply(self, view, ack.body)
        return ack

    async def closes(self, *, everything: bool = False) -> list[Ack]:
        """Closes the top modal, or all of them; the application hears of those that ask for it."""
        gone = list(self.modals) if everything else [self._view("modal")]
        del self.modals[len(self.modals) - len(gone) :]
        workspace = self.server.workspace
        return [
            await self._interacts(
                payloads.closed(workspace, self.member, view, is_cleared=everything)
            )
            for view in reversed(gone)
            if view.given.get("notify_on_close")
        ]

    async def chooses(self, callback_id: str, message: Message) -> Ack:
        """Chooses an entry of a message's own menu."""
        workspace = self.server.workspace
        address = self._response_url(message.channel, None)
        return await self._interacts(
            payloads.shortcut(workspace, self.member, callback_id, message, address)
        )

    async def opens_home(self, tab: str = "home") -> Ack:
        """Opens the application's Home tab, or its messages."""
        at = self.server.workspace.ticker.next()
        what = payloads.opened(self.member, self.channel, tab, self.home, at)
        return await self.server.sends_event(what)

    async def runs(self, command: str, channel: str = "") -> Ack:
        """Runs a slash command, in the direct message unless another channel is named."""
        name, _, text = command.partition(" ")
        channel = channel or self.channel
        workspace = self.server.workspace
        address = self._response_url(channel, None)
        fields = payloads.command(workspace, self.member, name, text, channel, address)
        ack = await self.server.deliveries.send("slash_commands", fields)
        if not ack.acknowledged:
            self.trouble.append(f"{name} failed: {ack.reason}")
        elif ack.body:
            self._reads(ack.body if isinstance(ack.body, dict) else {"text": ack.body}, channel)
        return ack

    def _reads(self, answer: dict[str, Any], channel: str) -> None:
        """Shows what a slash command answered at once."""
        address = ResponseUrl(self.id, channel, self.server.workspace.wall.now(), None)
        try:
            responses.place(self.server, address, answer)
        except SlackError as error:
            self.trouble.append(f"{error.code}: {error.more}")

    async def _tells(self, view: View, element: Element) -> Ack:
        """The block_actions of something in a view."""
        state = view.entered.get(element.at, {})
        action = self._action(element) | state
        payload = payloads.on_view(self.server.workspace, self.member, view, action)
        return await self._interacts(payload)

    async def _interacts(self, payload: dict[str, Any]) -> Ack:
        ack = await self.server.deliveries.send("interactive", payload)
        if not ack.acknowledged:
            self.trouble.append(f"{payload['type']} failed: {ack.reason}")
        return ack

    def _action(self, element: Element) -> dict[str, Any]:
        shown = {key: element.json[key] for key in _SHOWN if key in element.json}
        at = self.server.workspace.ticker.next()
        return shown | {"block_id": element.block["block_id"], "action_ts": at}

    def _response_url(self, channel: str, source: Message | None) -> str:
        server = self.server
        return payloads.new_response_url(server.workspace, server.url, self.id, channel, source)

    def _view(self, where: str) -> View:
        view = {"modal": self.modal, "home": self.home}[where]
        if view is None:
            raise LookupError(f"{self.member.name} has no {where} open; trouble: {self.trouble}")
        return view


_SHOWN = ("type", "action_id", "text", "value", "style", "placeholder")
"""What of an element stands in the action."""


def _pressed(blocks: Sequence[dict[str, Any]]) -> list[Element]:
    return [element for element in elements.elements(blocks) if element.is_pressed]


def _filled(blocks: Sequence[dict[str, Any]]) -> list[Element]:
    return [element for element in elements.elements(blocks) if not element.is_pressed]
