"""All that somebody can see: what stands there, what opens behind it, and what they forge."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from aiohttp import ClientSession, web

from bot.bootstrap import Built, build
from bot.slack.values import Forged, carry, field_id, press_id, press_value, read_press
from bot.web import create_app
from tests.journeys.on_slack import OnSlack
from tests.journeys.world import World
from tests.servers.slack import Ack, Message, User, payloads
from tests.servers.slack.elements import Element, elements
from tests.servers.slack.views import View

_LOOKS = """
my_answers summary_details summary_rests pair pair_people one_to_one one_to_ones one_to_one_set
nudges_more
expectations_read expectations_ask expectations_reply standing_in agenda_open promise_open
open_form open_later open_pause meeting_notes meeting_move meeting_held guide_open
admin_preview admin_pause admin_new admin_change admin_history admin_more
my_data who_reads erase_answer erase_check_in erase_everything
team_results team_surveys team_comments group_results group_units group_result group_comments
"""
LOOKS = frozenset(_LOOKS.split())
"""What opens something and changes nothing: whoever looks around presses these alone."""

MOST = 80
"""So many presses are enough to have seen everything there is for one person."""

Press = tuple[str, str]


class Eyes(Protocol):
    """How people see and act on one platform; every act is a real request."""

    world: World

    async def everything(self, who: str) -> str:
        """Every word in somebody's thread and Home, and behind every button that only looks."""
        ...

    async def presses(self, who: str, action: str, value: str) -> str:
        """What a press shows, be the button there or made up."""
        ...

    async def sends(self, who: str, action: str, value: str, fields: Mapping[str, str]) -> str:
        """What a form shows, made up or not."""
        ...

    async def types(self, who: str, text: str) -> str:
        """What stands in the thread after that text."""
        ...


async def look_around(shown: Sequence[Press], press: Any, seen: list[str]) -> None:
    """Presses everything that only looks, and what opens behind it; adds what is read to `seen`."""
    waiting, pressed = list(shown), set[Press]()
    while waiting and len(pressed) < MOST:
        each = waiting.pop(0)
        if each in pressed or each[0] not in LOOKS:
            continue
        pressed.add(each)
        text, more = await press(*each)
        seen.append(text)
        waiting.extend(more)


# Slack


@dataclass(eq=False)
class SlackEyes:
    """Signed requests to the whole application; what is read is what Slack's server shows."""

    world: World
    surface: OnSlack

    def user(self, who: str) -> User:
        return self.surface.user(who)

    async def everything(self, who: str) -> str:
        user, seen = self.user(who), list[str]()
        for message in user.dm:
            seen += [message.shown, message.text]
        home = await self._home(user)
        buttons = [*_pressable(home.blocks if home else ())]
        for message in user.dm:
            buttons += _pressable(message.blocks)

        async def press(action: str, value: str) -> tuple[str, list[Press]]:
            return await self._looks(user, action, value)

        seen.append(home.shown if home else "")
        await look_around(buttons, press, seen)
        return "\n".join(seen)

    async def presses(self, who: str, action: str, value: str) -> str:
        return (await self._looks(self.user(who), action, value))[0]

    async def sends(self, who: str, action: str, value: str, fields: Mapping[str, str]) -> str:
        user, workspace = self.user(who), self.surface.slack.workspace
        state = {
            field_id(name): {field_id(name): {"type": "plain_text_input", "value": text}}
            for name, text in fields.items()
        }
        view = {"id": f"V{uuid4()}", "type": "modal", "callback_id": "form"}
        view |= {"private_metadata": carry(action, value, ""), "state": {"values": state}}
        sent = payloads._interaction(workspace, user.member, "view_submission") | {"view": view}
        return await self._after(user, await self._delivered("interactive", sent))

    async def types(self, who: str, text: str) -> str:
        user = self.user(who)
        await user.types(text)
        await self.surface.ears.settled()
        return "\n".join(message.shown for message in user.dm)

    async def runs(self, who: str, text: str) -> str:
        """/touchpoint; everything that is there for that person then."""
        user = self.user(who)
        return await self._after(user, await user.runs(f"/touchpoint {text}".strip()))

    async def _looks(self, user: User, action: str, value: str) -> tuple[str, list[Press]]:
        """Presses it in a message of the bot's; Slack does not check whether it stands there."""
        workspace = self.surface.slack.workspace
        button = {"type": "button", "action_id": press_id(action, 1), "value": press_value(value)}
        button["action_ts"] = workspace.ticker.next()
        last = Message(user.channel, workspace.ticker.next(), "U0BOT", "gone")
        url = user._response_url(user.channel, None)
        payload = payloads.on_message(workspace, user.member, last, button, url)
        text = await self._after(user, await self._delivered("interactive", payload), close=False)
        opened = _pressable(user.modal.blocks) if user.modal else []
        user.modals.clear()
        return text, opened

    async def _after(self, user: User, ack: Ack, *, close: bool = True) -> str:
        """What that person alone sees of it: the answer, a modal, a line."""
        await self.surface.ears.settled()
        shown = [str(ack.body or "")]
        shown += [f"{view.title}\n{view.shown}\n{view.given}" for view in user.modals]
        shown += [message.shown for message in user.dm if message.ephemeral_to]
        if close:
            user.modals.clear()
        return "\n".join(shown)

    async def _delivered(self, kind: str, payload: dict[str, Any]) -> Ack:
        ack = await self.surface.slack.deliveries.send(kind, payload)
        assert ack.status == 200, f"{payload} was answered with {ack.status}"
        return ack

    async def _home(self, user: User) -> View | None:
        await user.opens_home()
        await self.surface.ears.settled()
        return user.home


def _pressable(blocks: Sequence[dict[str, Any]]) -> list[Press]:
    found: list[Element] = [e for e in elements(blocks) if e.is_pressed]
    presses = []
    for element in found:
        try:
            press = read_press(element.json)
        except Forged:
            continue
        presses.append((press.action, press.value))
    return presses


# The local page


_BUTTON = re.compile(r'name="press" value="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


@dataclass(eq=False)
class LocalEyes:
    """Plain HTTP to the page, as a browser without scripts would send it."""

    world: World
    built: Built
    client: ClientSession
    origin: str
    tokens: int = field(default=0)

    async def everything(self, who: str) -> str:
        seen, buttons = list[str](), list[Press]()
        for part in ("", "/home"):
            page = await self._get(f"{self._page(who)}{part}")
            seen.append(_read(page))
            buttons += _buttons(page)

        async def press(action: str, value: str) -> tuple[str, list[Press]]:
            page = await self._post(who, {"press": f"{action} {value}"})
            return _read(page), _buttons(page)

        await look_around(buttons, press, seen)
        return "\n".join(seen)

    async def presses(self, who: str, action: str, value: str) -> str:
        return _read(await self._post(who, {"press": f"{action} {value}"}))

    async def sends(self, who: str, action: str, value: str, fields: Mapping[str, str]) -> str:
        given = {f"f.{name}": text for name, text in fields.items()}
        return _read(await self._post(who, {"form": f"{action} {value}", **given}))

    async def types(self, who: str, text: str) -> str:
        await self._post(who, {"text": text})
        return _read(await self._get(self._page(who)))

    def _page(self, who: str) -> str:
        return f"/local/as/{self.world.ids[who]}"

    async def _get(self, path: str) -> str:
        async with self.client.get(path) as response:
            assert response.status in (200, 404), path
            return await response.text()

    async def _post(self, who: str, fields: Mapping[str, str]) -> str:
        self.tokens += 1
        headers = {"Origin": self.origin, "HX-Request": "true"}
        sent = {"token": f"t{self.tokens}", **fields}
        async with self.client.post(f"{self._page(who)}/act", data=sent, headers=headers) as given:
            assert given.status in (200, 303, 404), (who, fields, given.status)
            return await given.text()


def _buttons(page: str) -> list[Press]:
    found = (html.unescape(value).partition(" ") for value in _BUTTON.findall(page))
    return [(action, value) for action, _, value in found]


def _read(page: str) -> str:
    """What a page says, hidden values included: they are sent to the browser as well."""
    return html.unescape(_TAG.sub(lambda tag: f" {tag[0]} ", page))


@asynccontextmanager
async def serving_page(world: World) -> AsyncIterator[LocalEyes]:
    """The whole application over a company that was lived before."""
    built = await build(world.environment)
    runner = web.AppRunner(create_app(built), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession(origin) as client:
            yield LocalEyes(world, built, client, origin)
    finally:
        await runner.cleanup()
        await built.close()
        await asyncio.sleep(0)
