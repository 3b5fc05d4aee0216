"""What Slack tells us: one listener for each kind of payload, and a table behind it.

Each commits first and acknowledges then: what can't be kept raises, Slack is told so, and tries
again or shows the person an error. What is shown at once comes after the acknowledgement.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Reply
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import Tx
from bot.services import away, strangers
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.services.move_home import elsewhere_for
from bot.slack import payloads
from bot.slack.installations import Workspace
from bot.slack.outcomes import PAUSE
from bot.slack.pauses import TOKEN_REFUSED
from bot.slack.payloads import Body, Source
from bot.slack.screen import HOME, Screen, carried_by_panel, panel_below
from bot.slack.status import away_until
from bot.slack.texts import fallback
from bot.slack.typed import mentioned
from bot.slack.values import Forged

WORKSPACE = "touchpoint_workspace"
"""Where `authorize` leaves the workspace that a payload belongs to, in Bolt's context."""

_log = logging.getLogger(__name__)

Observe = Callable[[float], None]
Handle = Callable[[Kit, Inbound, datetime], Awaitable[Reply]]


class Listeners:
    """`observe` is told how many seconds each act took that was kept; `handling` carries it out."""

    def __init__(
        self,
        kit: Kit,
        clock: Clock,
        screen: Screen,
        observe: Observe,
        handling: Handle = handle,
    ) -> None:
        self._kit = kit
        self._clock = clock
        self._screen = screen
        self._observe = observe
        self._carry_out = handling
        self.events: Mapping[str, Callable[[Workspace, Body], Awaitable[None]]] = {
            "message": self._message,
            "app_home_opened": self._home_opened,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._uninstalled,
            "user_status_changed": self._status_changed,
        }

    async def event(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Something happened in the workspace. Bolt acknowledges once this returns."""
        listener = self.events.get(str(body["event"].get("type")))
        if listener is None:
            return
        try:
            await listener(_workspace(context), body)
        except Forged as forged:
            _refuse("event", forged)

    async def action(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Somebody pressed a button, in a message, a modal or Home."""
        workspace = _workspace(context)
        try:
            inbound = payloads.press(body, self._source(workspace))
        except Forged as forged:
            _refuse("press", forged)
            inbound = None
        reply = await self._handle(inbound) if inbound else None
        await ack()
        if inbound is not None and reply is not None:
            self._screen.soon(self._show(workspace, body, inbound, reply))

    async def _show(self, workspace: Workspace, body: Body, inbound: Inbound, reply: Reply) -> None:
        """A panel whose button changed something without a word is drawn anew."""
        panel = carried_by_panel(body.get("view"))
        if reply == Reply() and panel is not None and panel.action:
            again = replace(inbound, action=panel.action, value=panel.value, pressed="")
            reply = await self._carry_out(self._kit, again, self._clock.now())
        await self._screen.after_press(workspace, body, reply)

    async def submission(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Somebody sent a form: its errors, or what comes next, travel in the acknowledgement."""
        workspace = _workspace(context)
        try:
            inbound, carried = payloads.form(body, self._source(workspace))
        except Forged as forged:
            _refuse("form", forged)
            await ack()
            return
        reply = await self._handle(inbound)
        reader = await self._screen.reader(workspace, inbound.external_id)
        if reader is None:  # a form that closes looks as if it had been kept
            reply = Reply(notice=strangers.line(self._kit, "en"))
        below = panel_below(body["view"], reply)
        if below is not None:  # the form closes, and the panel it covered shows the change
            await ack()
            self._screen.soon(self._screen.redraw(workspace, below, reply, carried.origin))
        else:
            await ack(**self._screen.after_form(reply, carried, reader))
        if carried.origin == HOME:
            self._screen.soon(self._screen.draw_home(workspace, inbound.external_id))

    async def command(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Somebody typed /touchpoint: a line for them alone, or a modal."""
        workspace = _workspace(context)
        try:
            inbound = payloads.command(body, self._source(workspace))
        except Forged as forged:
            _refuse("command", forged)
            await ack()
            return
        if await self._screen.reader(workspace, inbound.external_id) is None:
            await ack(_ephemeral(strangers.line(self._kit, "en")))
            return
        reply = await self._handle(inbound)
        await ack(_ephemeral(reply.notice) if reply.notice else "")
        if reply.view is not None:
            self._screen.soon(self._screen.after_command(workspace, body, reply.view))

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Somebody chose an entry of a message's menu, in any conversation of theirs."""
        workspace, message = _workspace(context), body.get("message")
        try:
            found = mentioned(message) if isinstance(message, Mapping) else set()
            names = await self._names(workspace, found)
            inbound = payloads.shortcut(body, self._source(workspace), _naming(names))
        except Forged as forged:
            _refuse("shortcut", forged)
            await ack()
            return
        reply = await self._handle(inbound)
        await ack()
        self._screen.soon(self._screen.after_shortcut(workspace, body, reply))

    async def closed(self, ack: AsyncAck) -> None:
        """Somebody closed a modal."""
        await ack()

    async def _message(self, workspace: Workspace, body: Body) -> None:
        """They don't see here which question is open, where messages come elsewhere: nothing they
        type here is an answer then.
        """
        source, event = self._source(workspace), body["event"]
        names = await self._names(workspace, mentioned(event))
        inbound = payloads.typed(body, source, _naming(names))
        inbound = inbound or payloads.changed(body, source)
        if inbound is None or (inbound.kind is InboundKind.TEXT and not inbound.text.strip()):
            return
        line = await elsewhere_for(self._kit, workspace.installation_id, inbound.external_id)
        if line is None:
            await self._handle(inbound)
        elif inbound.kind is InboundKind.TEXT:
            self._screen.soon(self._screen.say(workspace, str(event.get("channel")), line))

    async def _home_opened(self, workspace: Workspace, body: Body) -> None:
        event = body["event"]
        if event.get("tab") == HOME and isinstance(event.get("user"), str):
            self._screen.soon(self._screen.draw_home(workspace, event["user"]))

    async def _status_changed(self, workspace: Workspace, body: Body) -> None:
        """A manager's nudges wait while the status says they are away."""
        user = body["event"].get("user")
        external_id = user.get("id") if isinstance(user, Mapping) else None
        if not isinstance(user, Mapping) or not isinstance(external_id, str):
            raise Forged("user")
        now = self._clock.now()
        until = away_until(user.get("profile"), now)
        await away.note(self._kit.uow, workspace.installation_id, external_id, until, now)

    async def _uninstalled(self, workspace: Workspace, _: Body) -> None:
        """Nothing can be sent there now: it waits, and whoever looks is told why."""
        lane, until = workspace.installation_id, self._clock.now() + PAUSE
        await self._kit.uow.write(lambda tx: tx.queue.pause_lane(lane, until, TOKEN_REFUSED))
        _log.warning("Slack took the app's access away", extra={"installation": str(lane)})

    async def _handle(self, inbound: Inbound) -> Reply:
        began = time.monotonic()
        reply = await self._carry_out(self._kit, inbound, self._clock.now())
        self._observe(time.monotonic() - began)
        return reply

    async def _names(self, workspace: Workspace, users: set[str]) -> dict[str, str]:
        if not users:
            return {}

        def read(tx: Tx) -> dict[str, str]:
            found = {user: tx.people.by_identity(workspace.installation_id, user) for user in users}
            return {user: person.name for user, person in found.items() if person}

        return await self._kit.uow.read(read)

    def _source(self, workspace: Workspace) -> Source:
        return Source(workspace.installation_id, self._clock.now())


def _naming(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda user: names.get(user, "")


def _workspace(context: AsyncBoltContext) -> Workspace:
    found: Workspace = context[WORKSPACE]
    return found


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": fallback(text)}


def _refuse(what: str, forged: Forged) -> None:
    """Signed by Slack, and still nothing we offered: told to the operator, not to the person."""
    _log.warning("ignored", extra={"what": what, "why": str(forged)})
