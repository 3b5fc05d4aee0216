"""A platform as people meet it: what they do with their hands, and what stands on their screens.

The contract suite knows nothing else, so that one set of tests holds for every platform. Labels are
the words people read; where a button or field is not there, LookupError says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import NAMESPACE_URL, uuid4, uuid5

from aiohttp import ClientSession, web

from bot.local.platform import LocalPlatform
from bot.local.routes import register_routes
from tests.contract import local_html
from tests.contract.local_html import Fields, Node
from tests.journeys.on_slack import OnSlack
from tests.journeys.surfaces import Local, Surface
from tests.servers.slack import Ack, User

if TYPE_CHECKING:
    from datetime import datetime

    from tests.journeys.world import World

THREAD, HOME, PANEL = "thread", "home", "panel"


@dataclass(frozen=True)
class Sight:
    """What stands somewhere on a screen: all its words, its buttons, and its fields' errors."""

    words: str = ""
    buttons: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class Door(Protocol):
    """`surface` is the platform as a World needs it."""

    surface: Surface

    async def types(self, who: str, text: str) -> None: ...
    async def presses(self, who: str, label: str, on: str = THREAD) -> None:
        """Presses the newest button of that label in the thread, under Home or in the panel."""
        ...

    async def submits(self, who: str, fields: Mapping[str, str]) -> None:
        """Fills in the open form by its labels, and sends it."""
        ...

    async def repeats(self) -> None:
        """The platform delivers the last act once more."""
        ...

    async def forges(self, who: str) -> None:
        """The last act once more, as if somebody else had done it."""
        ...

    async def thread(self, who: str) -> Sight: ...
    async def home(self, who: str) -> Sight:
        """Home, opened anew."""
        ...

    async def panel(self, who: str) -> Sight:
        """What the last act put before the person: a panel, a form or a short notice."""
        ...


class OverSlack:
    """Slack, over HTTP or Socket Mode."""

    def __init__(self, *, socket: bool = False) -> None:
        self.surface = self._slack = OnSlack(socket=socket)
        self._last: Ack | None = None
        self._read: dict[str, int] = {}

    async def types(self, who: str, text: str) -> None:
        await self._closes(who)
        await self._did(who, await self._user(who).types(text))

    async def presses(self, who: str, label: str, on: str = THREAD) -> None:
        if on == PANEL:
            await self._did(who, await self._user(who).presses(label, where="modal"))
            return
        await self._closes(who)
        if on == HOME:
            await self.home(who)
        where = {THREAD: "dm", HOME: "home"}[on]
        await self._did(who, await self._user(who).presses(label, where=where))

    async def submits(self, who: str, fields: Mapping[str, str]) -> None:
        await self._did(who, await self._user(who).submits(fields))

    async def repeats(self) -> None:
        assert self._last is not None
        for ack in await self._slack.slack.redeliver(self._last.delivery):
            assert ack.acknowledged
        await self._slack.ears.settled()

    async def forges(self, who: str) -> None:
        assert self._last is not None
        kind, payload = self._last.delivery.kind, deepcopy(self._last.delivery.payload)
        _in_the_name_of(payload, self._user(who).id)
        assert (await self._slack.slack.deliveries.send(kind, payload)).acknowledged
        await self._slack.ears.settled()

    async def thread(self, who: str) -> Sight:
        shown = [m for m in self._user(who).dm if m.is_bots and not m.ephemeral_to]
        words = "\n".join(message.shown for message in shown)
        return Sight(words, tuple(label for message in shown for label in message.buttons))

    async def home(self, who: str) -> Sight:
        user = self._user(who)
        assert (await user.opens_home()).acknowledged
        await self._slack.ears.settled()
        return Sight(user.home.shown, tuple(user.home.buttons)) if user.home else Sight()

    async def panel(self, who: str) -> Sight:
        user = self._user(who)
        if user.modal is not None:
            view, errors = user.modal, tuple(user.modal_errors.values())
            return Sight(f"{view.title}\n{view.shown}", tuple(view.buttons), errors)
        told = [m for m in user.dm if m.ephemeral_to][self._read.get(who, 0) :]
        return Sight("\n".join(message.shown for message in told))

    def _user(self, who: str) -> User:
        return self._slack.user(who)

    async def _closes(self, who: str) -> None:
        """Nobody reaches what lies behind a modal before it is closed."""
        user = self._user(who)
        self._read[who] = len([m for m in user.dm if m.ephemeral_to])
        if user.modals:
            await user.closes(everything=True)

    async def _did(self, who: str, ack: Ack) -> None:
        assert ack.acknowledged, f"not acknowledged: {ack.status} {ack.reason} {ack.body}"
        self._last = ack
        await self._slack.ears.settled()
        assert self._user(who).trouble == []


def _in_the_name_of(payload: dict[str, Any], user_id: str) -> None:
    """Puts another user wherever the payload names one, with an act of its own."""
    if "event" in payload:
        payload["event"]["user"] = user_id
        payload["event_id"] = f"Ev{uuid4().hex}"
    elif "command" in payload:
        payload["user_id"] = user_id
    else:
        payload["user"]["id"] = user_id


class _LocalPage(Local):
    """The local page's own routes on a free port, over the world's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.origin = ""

    async def built(self, world: World) -> None:
        built = world.built
        assert built.local is not None
        app = web.Application()
        register_routes(app, LocalPlatform(built.kit, _Clock(world), built.local.id))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.client = ClientSession(self.origin)

    async def closing(self) -> None:
        await self.client.close()
        await self._runner.cleanup()

    def page_of(self, who: str) -> str:
        person_id = self._here.ids.get(who, uuid5(NAMESPACE_URL, who))
        return f"/local/as/{person_id}"


class _Clock:
    """The world's clock, as the page needs it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.now

    async def move(self, to: datetime) -> None:
        self._world.clock.set(to)


class OverLocalPage:
    """The local page, over its HTTP routes, read as HTML."""

    def __init__(self) -> None:
        self.surface = self._page = _LocalPage()
        self._overlays: dict[str, Node] = {}
        self._last: Fields = {}
        self._token = 0

    async def types(self, who: str, text: str) -> None:
        await self._posts(who, {"text": text})

    async def presses(self, who: str, label: str, on: str = THREAD) -> None:
        page = {
            THREAD: self._thread,
            HOME: self._home,
            PANEL: self._overlay,
        }[on]
        shown = await page(who)
        found = [b for b in local_html.buttons(shown) if b.label == label]
        if not found:
            there = [b.label for b in local_html.buttons(shown)]
            raise LookupError(f"no button called {label!r}; there is {there}")
        await self._posts(who, local_html.posted_by(found[-1], shown))

    async def submits(self, who: str, fields: Mapping[str, str]) -> None:
        overlay = await self._overlay(who)
        form = overlay.first(lambda n: n.attrs.get("id") == "overlay-form")
        if form is None:
            raise LookupError("no form is open")
        filled = local_html.hidden(form) | local_html.shown_fields(form)
        for label, value in fields.items():
            filled |= local_html.fill(form, label, value)
        await self._posts(who, filled)

    async def repeats(self) -> None:
        await self._post(self._who, self._last)

    async def forges(self, who: str) -> None:
        status, _ = await self._post(who, self._last | {"token": uuid4().hex})
        assert status < 500

    async def thread(self, who: str) -> Sight:
        return _sight(*_of_the_bot(await self._thread(who)))

    async def home(self, who: str) -> Sight:
        return _sight(await self._home(who))

    async def panel(self, who: str) -> Sight:
        return _sight(await self._overlay(who))

    async def _thread(self, who: str) -> Node:
        return await self._get(self._page.page_of(who), "thread")

    async def _home(self, who: str) -> Node:
        return await self._get(f"{self._page.page_of(who)}/home", "home")

    async def _overlay(self, who: str) -> Node:
        return self._overlays.get(who, Node("root"))

    async def _get(self, path: str, part: str) -> Node:
        async with self._page.client.get(path) as response:
            page = local_html.read(await response.text())
        return page.first(lambda n: n.attrs.get("id") == part) or Node("root")

    async def _posts(self, who: str, fields: Fields) -> None:
        self._who, self._last = who, {"token": uuid4().hex} | fields
        status, page = await self._post(who, self._last)
        assert status == 200
        self._overlays[who] = page

    async def _post(self, who: str, fields: Fields) -> tuple[int, Node]:
        headers = {"Origin": self._page.origin, "HX-Request": "true"}
        path = f"{self._page.page_of(who)}/act"
        async with self._page.client.post(path, data=fields, headers=headers) as response:
            return response.status, local_html.read(await response.text())


def _of_the_bot(thread: Node) -> Sequence[Node]:
    return list(thread.all(lambda n: n.tag == "article" and n.has("from-bot")))


def _sight(*shown: Node) -> Sight:
    words = "\n".join(node.lines for node in shown)
    labels = [b.label for node in shown for b in local_html.buttons(node)]
    wrong = [n.lines for node in shown for n in node.all(lambda n: n.tag == "p" and n.has("error"))]
    return Sight(words, tuple(labels), tuple(wrong))
