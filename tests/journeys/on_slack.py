"""A company in Slack: every act is a signed request or an envelope on the socket, and everything
that reaches people goes through the local Slack server, which refuses what Slack would refuse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Message, Reply
from bot.domain.people import Identity, Person
from bot.domain.ports.messenger import Messenger
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.settings.environment import Environment
from bot.settings.slack import SlackSettings
from bot.slack.http import PATH
from bot.slack.platform import Ears
from bot.slack.texts import escape
from bot.slack.values import Forged, carry, field_id, press_id, read_press
from bot.web.slack import greet
from tests.journeys.given import address
from tests.journeys.surfaces import serve, timestamp
from tests.journeys.watched import Watched
from tests.servers.slack import (
    Ack,
    Member,
    SlackServer,
    User,
    elements,
    payloads,
    serving,
    submissions,
)
from tests.servers.slack import Message as Shown
from tests.servers.slack.views import View

if TYPE_CHECKING:
    from tests.journeys.world import World

Payload = dict[str, Any]
_A_MOMENT = timedelta(seconds=5)


class OnSlack:
    """Slack as a journey needs it, over HTTP or Socket Mode."""

    platform = "slack"
    is_demo = False
    pace = timedelta(seconds=3)

    def __init__(self, *, socket: bool = False) -> None:
        self._over_socket = socket
        self._stack = AsyncExitStack()
        self._running = AsyncExitStack()
        self._replies: list[Reply] = []
        self._said: dict[str, Message] = {}

    # The process

    async def environment(self, world: World, given: Environment) -> Environment:
        self.world = world
        clock = world.clock
        self.slack = await self._stack.enter_async_context(
            serving(SlackServer(clock=clock, wall=clock))
        )
        self.slack.patience = 60  # a busy machine is no fault of the application
        return replace(
            given,
            slack=SlackSettings(
                self.slack.bot_token,
                self.slack.app_token if self._over_socket else None,
                None if self._over_socket else self.slack.signing_secret,
                self.slack.api_url,
            ),
        )

    async def built(self, world: World) -> None:
        await self.hears(world)
        if self._over_socket:
            self.ears.start()
            await self.slack.link.wait()
        else:
            self.slack.calls_at(await serve(world.built, [self.ears], self._running) + PATH)

    async def hears(self, world: World) -> Ears:
        """What will hear Slack, once somebody serves it."""
        built = world.built
        assert built.slack is not None
        await greet(built)
        found = await built.uow.read(lambda tx: tx.organisations.installation("slack"))
        assert found is not None
        self._installation = found.id
        self.ears = Ears(built.slack, built.kit, built.clock, lambda _: None, self._handle)
        self._running.push_async_callback(self.ears.stop, _A_MOMENT)
        return self.ears

    async def closing(self) -> None:
        await self._running.aclose()

    async def close(self) -> None:
        await self._stack.aclose()

    # What is sent

    def watch(self, world: World, messenger: Messenger) -> Messenger:
        return Watched(messenger, self, world.seen) if messenger.platform == "slack" else messenger

    def join(self, names: Sequence[str]) -> None:
        for name in names:
            self.slack.change(Member(_account(name), name.capitalize(), email=address(name)))

    def identity(self, person: Person) -> Identity:
        account = _account(person.email.partition("@")[0])
        return Identity(uuid4(), person.id, self._installation, "slack", account, "")

    def account(self, who: str) -> tuple[UUID, str]:
        return self._installation, _account(who)

    def posted(self, external_id: str, ref: str, message: Message, *, is_new: bool) -> None:
        """The messenger sent it, for the first time or not."""
        self._said[ref] = message
        if is_new:
            names = (name for name in self.world.ids if _account(name) == external_id)
            self.world.arrived_at(next(names), message)

    def changed(self, ref: str, message: Message) -> None:
        self._said[ref] = message

    async def thread(self, who: str) -> Sequence[Message]:
        shown = (f"{m.channel}:{m.ts}" for m in self.user(who).dm)
        return [self._said[ref] for ref in shown if ref in self._said]

    def user(self, who: str) -> User:
        """Somebody at their client."""
        return self.slack.user(_account(who))

    # What people do

    async def act(self, who: str, kind: InboundKind, what: Mapping[str, Any], times: int) -> Reply:
        self._replies.clear()
        user = self.user(who)
        name, payload = await self._payload(user, kind, what)
        ack = await self.slack.deliveries.send(name, payload)
        _require(ack)
        if kind is InboundKind.FORM and user.modal and user.modal.id == payload["view"]["id"]:
            submissions.apply(user, user.modal, ack.body)
        for _ in range(times - 1):
            _require((await self.slack.redeliver(ack.delivery))[0])
        await self.ears.settled()
        return self._replies[0] if self._replies else Reply()

    async def _payload(
        self, user: User, kind: InboundKind, what: Mapping[str, Any]
    ) -> tuple[str, Payload]:
        if kind is InboundKind.TEXT:
            typed = self._typed(user, what["text"], what["at"])
            return "events_api", typed | {"event_id": what["inbound_id"]}
        if kind is InboundKind.FORM:
            return "interactive", self._sent(user, what)
        if kind is InboundKind.PRESS:
            return "interactive", await self._pressed(user, what)
        return "slash_commands", self._command(user, what["text"])

    def _typed(self, user: User, text: str, at: datetime) -> Payload:
        workspace = self.slack.workspace
        ts = workspace.ticker.next() if at == self.world.now else timestamp(at)
        return payloads.event(
            workspace, payloads.written(Shown(user.channel, ts, user.id, escape(text)))
        )

    def _command(self, user: User, text: str) -> Payload:
        workspace, url = self.slack.workspace, user._response_url(user.channel, None)
        return payloads.command(workspace, user.member, "/touchpoint", text, user.channel, url)

    async def _pressed(self, user: User, what: Mapping[str, Any]) -> Payload:
        """The button where it stands: in the direct message, an open modal or Home; or, where it
        stands nowhere any more, as somebody would forge it.
        """
        workspace, member = self.slack.workspace, user.member
        wanted = (what["action"], what.get("value", ""), what.get("pressed", ""))
        for message in reversed([m for m in user.dm if m.is_bots]):
            for action in _buttons(user, message.blocks, wanted):
                url = user._response_url(message.channel, message)
                return payloads.on_message(workspace, member, message, action, url)
        for view in [*reversed(user.modals), *await self._home(user)]:
            for action in _buttons(user, view.blocks, wanted):
                return payloads.on_view(workspace, member, view, action)
        forged = {
            "type": "button",
            "action_id": press_id(wanted[0], 1),
            "value": json.dumps(wanted[1:]),
            "action_ts": workspace.ticker.next(),
        }
        last = Shown(user.channel, workspace.ticker.next(), "U0BOT", "gone")
        url = user._response_url(user.channel, None)
        return payloads.on_message(workspace, member, last, forged, url)

    async def _home(self, user: User) -> list[View]:
        await user.opens_home()
        await self.ears.settled()
        return [user.home] if user.home else []

    def _sent(self, user: User, what: Mapping[str, Any]) -> Payload:
        """The form on top of the screen, filled in and sent; one that is no longer there is sent
        as it was, with whatever the test puts into it.
        """
        packed = [carry(what["action"], what.get("value", ""), origin) for origin in ("", "home")]
        workspace = self.slack.workspace
        view = user.modal
        if view is not None and view.given.get("private_metadata") in packed:
            try:
                _fill(view, what.get("fields", {}))
            except (LookupError, ValueError):
                pass  # what no client would send
            else:
                return payloads.submission(workspace, user.member, view)
        state = {
            field_id(name): {field_id(name): {"type": "plain_text_input", "value": value}}
            for name, value in what.get("fields", {}).items()
        }
        sent = payloads._interaction(workspace, user.member, "view_submission")
        view = {"type": "modal", "id": f"V{uuid4()}", "callback_id": "form"}
        return sent | {"view": view | {"private_metadata": packed[0], "state": {"values": state}}}

    async def _handle(self, kit: Kit, inbound: Inbound, now: datetime) -> Reply:
        """The conversation itself; what it answered at once is kept for the test to read."""
        reply = await handle(kit, inbound, now)
        self._replies.append(reply)
        return reply


def _buttons(
    user: User, blocks: Sequence[Payload], wanted: tuple[str, str, str]
) -> Iterator[Payload]:
    for element in elements.elements(blocks):
        try:
            found = read_press(element.json)
        except Forged:
            continue
        if (found.action, found.value, found.pressed) == wanted:
            yield user._action(element)


def _fill(view: View, fields: Mapping[str, str]) -> None:
    there = [element for element in elements.elements(view.blocks) if not element.is_pressed]
    for name, value in fields.items():
        element = elements.find(there, field_id(name), "field")
        view.entered[element.at] = elements.filled(element, value)


def _require(ack: Ack) -> None:
    assert ack.acknowledged, f"not acknowledged: {ack.status} {ack.reason} {ack.body}"


def _account(name: str) -> str:
    """A Slack user's id for somebody in these tests."""
    return f"U{name.upper()}"
