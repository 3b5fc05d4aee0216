"""What a service answers at once, put before the person: modals, short notices, the Home tab.

All of it is harmless if lost, and none of it holds up Slack's acknowledgement: Slack waits three
seconds for that, and a modal needs a round trip of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from bot.domain.message import Form, Message, Panel, Reply, Text, View
from bot.domain.people import Person
from bot.domain.ports.clock import Clock
from bot.services import strangers
from bot.services.home import home
from bot.services.kit import Kit
from bot.slack import surfaces
from bot.slack.api import SlackApi
from bot.slack.installations import Workspace
from bot.slack.texts import fallback
from bot.slack.values import Carried, Forged, field_errors, read_carried

HOME = "home"
_log = logging.getLogger(__name__)
Body = Mapping[str, Any]


class Screen:
    """Draws what people see besides their messages."""

    def __init__(self, kit: Kit, api: SlackApi, clock: Clock) -> None:
        self._kit = kit
        self._api = api
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Does it beside the acknowledgement; what fails is logged and lost."""
        task = asyncio.create_task(_logged(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def drain(self) -> None:
        """Waits for what was begun, and for what that began."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def after_press(self, workspace: Workspace, body: Body, reply: Reply) -> None:
        """The view or notice for a pressed button: over the message, or in the modal it stood in.

        A form covers a panel, so that closing it leads back; a panel takes a panel's place, unless
        it covers the form it was asked for from.
        """
        if reply == Reply() and await self._reader(workspace, body) is None:
            reply = Reply(notice=strangers.line(self._kit, "en"))
        view, inside = body.get("view") or {}, _is_modal(body.get("view"))
        on_home = view.get("type") == HOME
        origin = HOME if on_home or _origin(view) == HOME else ""
        shown = reply.view
        if shown is None and reply.notice and (inside or on_home):
            shown = self._notice(await self._reader(workspace, body), reply.notice)
        if shown is not None:
            if not await self._show(workspace, body, shown, origin, inside=inside):
                await self._too_slow(workspace, body)
        elif reply.notice:
            await self._whisper(body, reply.notice)
        if origin == HOME:
            await self.draw_home(workspace, _user_id(body))

    async def after_command(self, workspace: Workspace, body: Body, view: View) -> None:
        """The modal that a slash command opens; where it comes too late, a line says so."""
        if not await self._open(workspace, body, view, ""):
            await self._too_slow(workspace, body)

    async def after_shortcut(self, workspace: Workspace, body: Body, reply: Reply) -> None:
        """The modal for an entry of a message's menu; a notice is one as well."""
        reader = await self._reader(workspace, body)
        notice = reply.notice if reader else strangers.line(self._kit, "en")
        view = reply.view or (self._notice(reader, notice) if notice else None)
        if view is not None and not await self._open(workspace, body, view, ""):
            await self._too_slow(workspace, body)

    async def redraw(self, workspace: Workspace, view_id: str, reply: Reply, origin: str) -> None:
        """Shows the reply's view in a modal that is open already."""
        if reply.view is not None:
            drawn = surfaces.modal(reply.view, origin=origin)
            await self._call(workspace, "views.update", view_id=view_id, view=drawn)

    async def say(self, workspace: Workspace, channel: str, message: Message) -> None:
        """A message at once, beside the queue."""
        drawn = surfaces.message(message)
        said = {"channel": channel, "text": drawn.text, "blocks": drawn.blocks}
        await self._call(workspace, "chat.postMessage", **said)

    def after_form(self, reply: Reply, carried: Carried, reader: Person | None) -> dict[str, Any]:
        """How a sent form is acknowledged: errors beside its fields, what comes next, or closed."""
        shown = reply.view
        if isinstance(shown, Form) and shown.action == carried.action:
            errors = field_errors(shown)
            if errors:
                return {"response_action": "errors", "errors": errors}
        if shown is None and reply.notice and not reply.confirms:
            shown = self._notice(reader, reply.notice)
        if shown is None:
            return {"response_action": "clear"}
        view = surfaces.modal(shown, origin=carried.origin)
        return {"response_action": "update", "view": view}

    async def draw_home(self, workspace: Workspace, user_id: str) -> None:
        """Brings somebody's Home tab up to date."""
        person = await self._person(workspace, user_id)
        if person is None:
            blocks: tuple[Any, ...] = (Text(strangers.line(self._kit, "en")),)
        else:
            blocks = await home(self._kit, person.id, self._clock.now())
        drawn = surfaces.home(blocks)
        await self._call(workspace, "views.publish", user_id=user_id, view=drawn)

    async def _show(
        self, workspace: Workspace, body: Body, view: View, origin: str, *, inside: bool
    ) -> bool:
        if not inside:
            return await self._open(workspace, body, view, origin)
        drawn = surfaces.modal(view, origin=origin)
        if isinstance(view, Panel) and not view.covers:
            shown = body["view"]["id"]
            return await self._call(workspace, "views.update", view_id=shown, view=drawn)
        trigger = str(body.get("trigger_id", ""))
        return await self._call(workspace, "views.push", trigger_id=trigger, view=drawn)

    async def _too_slow(self, workspace: Workspace, body: Body) -> None:
        """A modal opens within three seconds of the press or not at all."""
        reader = await self._reader(workspace, body)
        await self._whisper(body, self._say(reader)["too_slow"])

    async def _open(self, workspace: Workspace, body: Body, view: View, origin: str) -> bool:
        drawn = surfaces.modal(view, origin=origin)
        trigger = str(body.get("trigger_id", ""))
        return await self._call(workspace, "views.open", trigger_id=trigger, view=drawn)

    async def _call(self, workspace: Workspace, method: str, **arguments: Any) -> bool:
        answer = await self._api.call(workspace.token, method, **arguments)
        if not answer.ok:
            _log.warning("not shown", extra={"method": method, "error": answer.error})
        return answer.ok

    async def _whisper(self, body: Body, text: str) -> None:
        """A line that only this person sees, where they acted."""
        url = body.get("response_url")
        if isinstance(url, str) and url:
            told = {"response_type": "ephemeral", "replace_original": False}
            await self._api.respond(url, told | {"text": fallback(text)})

    def _notice(self, reader: Person | None, text: str) -> Panel:
        said = self._say(reader)
        return Panel(said["notice_title"], (Text(text),), said["close"])

    def _say(self, reader: Person | None) -> Mapping[str, str]:
        locale, zone = (reader.locale, reader.time_zone) if reader else ("en", "UTC")
        return self._kit.words.say("slack_replies", locale, zone)

    async def reader(self, workspace: Workspace, user_id: str) -> Person | None:
        """Who a Slack user is to us, if anybody."""
        return await self._person(workspace, user_id)

    async def _reader(self, workspace: Workspace, body: Body) -> Person | None:
        return await self._person(workspace, _user_id(body))

    async def _person(self, workspace: Workspace, user_id: str) -> Person | None:
        found = await self._kit.uow.read(
            lambda tx: tx.people.by_identity(workspace.installation_id, user_id)
        )
        return found if found and found.active else None


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        _log.exception("an answer was not shown")


def carried_by_panel(view: object) -> Carried | None:
    """What an open panel carries; None for a form, Home, a message, or what is not ours."""
    if not isinstance(view, Mapping) or view.get("callback_id") != surfaces.PANEL:
        return None
    return _carried(view)


def panel_below(view: Mapping[str, Any], reply: Reply) -> str | None:
    """The id of the panel that a sent form covers, where the reply is a panel that can be drawn
    anew; None where nothing lies below.
    """
    below = view.get("previous_view_id")
    is_panel = isinstance(reply.view, Panel) and reply.view.again != ("", "")
    return below if is_panel and isinstance(below, str) and below else None


def _origin(view: Mapping[str, Any]) -> str:
    carried = _carried(view)
    return carried.origin if carried else ""


def _carried(view: Mapping[str, Any]) -> Carried | None:
    try:
        return read_carried(str(view.get("private_metadata") or ""))
    except Forged:
        return None


def _is_modal(view: object) -> bool:
    return isinstance(view, Mapping) and view.get("type") == "modal"


def _user_id(body: Body) -> str:
    user = body.get("user")
    return str(user.get("id")) if isinstance(user, Mapping) else str(body.get("user_id", ""))
