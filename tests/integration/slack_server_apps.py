"""A stock Bolt application, as small as can be, over HTTP and over Socket Mode."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.integration.slack_server_clients import (
    SECOND,
    Hand,
    home,
    modal,
    section,
    slack_and_client,
)
from tests.servers.slack import SlackServer

BUTTONS = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": f"{name}:1",
            "value": "v",
            "text": {"type": "plain_text", "text": name.title()},
        }
        for name in ("open", "late", "done")
    ],
}
QUESTION = {
    "type": "input",
    "block_id": "answer",
    "label": {"type": "plain_text", "text": "How is work?"},
    "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
}
OPTIONS = [
    {"text": {"type": "plain_text", "text": text}, "value": value}
    for text, value in (("Good", "3"), ("Fair", "2"))
]
RATING = {
    "type": "input",
    "block_id": "rating",
    "optional": True,
    "dispatch_action": True,
    "label": {"type": "plain_text", "text": "Rating"},
    "element": {
        "type": "radio_buttons",
        "action_id": "choice",
        "options": OPTIONS,
        "initial_option": OPTIONS[1],
    },
}
FORM = modal(
    "Check-in",
    callback_id="form",
    notify_on_close=True,
    submit={"type": "plain_text", "text": "Send"},
    blocks=[QUESTION, RATING, BUTTONS],
)


@dataclass
class Heard:
    """What came to the application, in order, and what its next messages do."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    retries: list[tuple[str, str]] = field(default_factory=list)
    """The retry headers of message events: number and reason, empty at first."""
    fails: int = 0
    """How many of the next message events end in an exception."""

    @property
    def kinds(self) -> list[str]:
        """The types of what came."""
        return [body.get("type") or "command" for body in self.bodies]


def application(slack: SlackServer, client: AsyncWebClient, heard: Heard) -> AsyncApp:
    """Answers messages, buttons, a form, Home and a command."""
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, process_before_response=True)
    _hear_events(app, heard)
    assert isinstance(slack.wall, Hand)
    _hear_forms(app, heard, slack.wall)

    @app.command("/touchpoint")
    async def command(ack: Any, body: dict[str, Any], respond: Any) -> None:
        heard.bodies.append(body)
        await ack(f"Help with {body['text']}")
        await respond(text="And more")

    return app


def _hear_events(app: AsyncApp, heard: Heard) -> None:
    @app.event("message")
    async def message(event: dict[str, Any], body: dict[str, Any], request: Any, say: Any) -> None:
        headers = request.headers
        number, reason = (
            headers.get(f"x-slack-retry-{name}", [""])[0] for name in ("num", "reason")
        )
        heard.bodies.append(body)
        heard.retries.append((number, reason))
        if heard.fails:
            heard.fails -= 1
            raise RuntimeError("as the test wants it")
        if not event.get("subtype"):
            await say(text=f"You said {event['text']}", blocks=[section(event["text"]), BUTTONS])

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        heard.bodies.append(event)
        await client.views_publish(user_id=event["user"], view=home("Welcome", BUTTONS))


def _retry(request: AsyncBoltRequest, what: str) -> str:
    return str(request.headers.get(f"x-slack-retry-{what}", [""])[0])


def _hear_forms(app: AsyncApp, heard: Heard, wall: Hand) -> None:
    @app.action(re.compile(""))
    async def pressed(ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        heard.bodies.append(body)
        action_id = body["actions"][0]["action_id"]
        if action_id in ("open:1", "late:1"):
            wall.moment += 4 * SECOND * (action_id == "late:1")
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        if action_id == "done:1" and "message" in body:
            await respond(text="Done", replace_original=True)
        await ack()

    @app.view("form")
    async def submitted(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        heard.bodies.append(body)
        text = view["state"]["values"]["answer"]["text"]["value"]
        answers = {
            "errors": {"errors": {"answer": "Too short"}},
            "bad errors": {"errors": {"nowhere": "Lost"}},
            "update": {"view": modal("Thank you")},
            "push": {"view": modal("One more")},
            "clear": {},
        }
        if text in answers:
            await ack(response_action=text.removeprefix("bad "), **answers[text])
        else:
            await ack()

    @app.view_closed("form")
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        heard.bodies.append(body)
        await ack()


@asynccontextmanager
async def bolt(way: str, **how: Any) -> AsyncIterator[tuple[SlackServer, Heard]]:
    """The server and the application, joined by `way`: http or socket.

    The wall clock is moved by hand, from the machine's time on: Bolt compares signed timestamps.
    """
    started = slack_and_client(wall=Hand(datetime.now(UTC)), **how)
    async with started as (slack, client), joined(way, slack, client) as heard:
        yield slack, heard


@asynccontextmanager
async def joined(way: str, slack: SlackServer, client: AsyncWebClient) -> AsyncIterator[Heard]:
    """The application, or one more of it."""
    heard = Heard()
    app = application(slack, client, heard)
    async with AsyncExitStack() as stack:
        if way == "http":
            slack.calls_at(await _over_http(app, stack))
        else:
            handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.1)
            stack.push_async_callback(handler.close_async)
            await handler.connect_async()
            await slack.link.wait()
        yield heard


async def _over_http(app: AsyncApp, stack: AsyncExitStack) -> str:
    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served = web.Application()
    served.add_routes([web.post("/slack/events", handle)])
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
