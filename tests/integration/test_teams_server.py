"""The local Teams itself: it takes what Teams takes, and refuses what Teams would refuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
import msal  # type: ignore[import-untyped]  # it has no types
import pytest
from aiohttp import ClientSession, web
from jwt.types import Options

from scheduling.clock import SteppedClock
from tests.journeys.world import START
from tests.servers.teams import (
    APP,
    BOT,
    SCOPE,
    SECRET,
    TENANT,
    Account,
    Fault,
    TeamsServer,
    rsa_key,
    serving,
)

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
IDA = Account("aaaaaaaa-0000-4000-8000-00000000001d", "Ida Berg", email="ida@fernweh.example")
JON = Account("aaaaaaaa-0000-4000-8000-00000000002d", "Jon Sand", email="jon@fernweh.example")
Card = dict[str, Any]


def card(*body: dict[str, Any], **more: Any) -> Card:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body)} | more


def text(said: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": said}


def button(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "Action.Execute", "title": title, "verb": "press", "data": {"a": "x"}} | more


def field_of(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "Input.Text", "id": name, "label": name.capitalize()} | more


def saying(shown: Card | str) -> dict[str, Any]:
    if isinstance(shown, str):
        return {"type": "message", "text": shown, "textFormat": "plain"}
    return {"type": "message", "attachments": [{"contentType": ADAPTIVE, "content": shown}]}


@dataclass
class App:
    """A bot as small as can be: it keeps what it hears, and answers every invoke alike."""

    teams: TeamsServer
    session: ClientSession
    heard: list[dict[str, Any]] = field(default_factory=list)
    bearers: list[str] = field(default_factory=list)
    answer: Card = field(default_factory=lambda: card(text("Done")))

    async def hear(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        self.bearers.append(request.headers["Authorization"].removeprefix("Bearer "))
        if activity["type"] != "invoke":
            return web.Response()
        answer = {"statusCode": 200, "type": ADAPTIVE, "value": self.answer}
        return web.json_response(answer)

    async def call(
        self, verb: str, path: str, body: Any = None, token: str = ""
    ) -> tuple[int, Any]:
        url = f"{self.teams.service_url}v3/conversations{path}"
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        async with self.session.request(verb, url, json=body, headers=headers) as response:
            return response.status, (await response.json() if response.content_length else None)

    async def post(self, to: str, shown: Card | str) -> tuple[int, Any]:
        there = self.teams.user(to).conversation.id
        return await self.call("POST", f"/{there}/activities", saying(shown))

    def token(self) -> str:
        return str(self.teams.login._issue()["access_token"])


@pytest.fixture
async def app() -> AsyncIterator[App]:
    """Ida has the app; Jon doesn't."""
    teams = TeamsServer([IDA, JON], clock=SteppedClock(START))
    async with serving(teams), ClientSession() as session, _served(App(teams, session)) as made:
        await teams.user("Ida").installs()
        yield made


@asynccontextmanager
async def _served(app: App) -> AsyncIterator[App]:
    served = web.Application()
    served.router.add_post("/api/messages", app.hear)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.teams.calls_at(f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages")
    yield app
    await runner.cleanup()


def fetch(login_url: str, secret: str) -> dict[str, Any]:
    client = msal.ConfidentialClientApplication(
        APP,
        authority=f"{login_url}/{TENANT}",
        client_credential=secret,
        instance_discovery=False,
    )
    return dict(client.acquire_token_for_client([SCOPE]))


async def test_only_a_token_that_msal_gets_with_the_secret_opens_the_connector(app: App) -> None:
    wrong = await asyncio.to_thread(fetch, app.teams.login_url, "wrong")
    right = await asyncio.to_thread(fetch, app.teams.login_url, SECRET)

    assert wrong["error"] == "invalid_client"
    ida = app.teams.user("Ida")
    path = f"/{ida.conversation.id}/activities"
    assert (await app.call("POST", path, saying("Hello"), "made-up"))[0] == 401
    assert (await app.call("POST", path, saying("Hello"), right["access_token"]))[0] == 201
    assert ida.texts == ["Hello"]
    assert [call.outcome for call in app.teams.login.calls] == ["invalid_client", "ok"]


async def test_messages_are_kept_changed_and_removed(app: App) -> None:
    _, posted = await app.post("Ida", card(text("First")))
    ida = app.teams.user("Ida")
    assert ida.shown == ["First"]

    path = f"/{ida.conversation.id}/activities/{posted['id']}"
    assert await app.call("PUT", path, saying(card(text("Second")))) == (200, {"id": posted["id"]})
    assert ida.shown == ["Second"]
    assert (await app.call("DELETE", path))[0] == 200
    assert ida.shown == []
    assert (await app.call("PUT", path, saying("Third")))[0] == 404
    assert [a.operation for a in app.teams.accepted] == ["post", "update", "delete"]


async def test_nobody_without_the_app_is_written_to(app: App) -> None:
    jon, ida = app.teams.user("Jon"), app.teams.user("Ida")
    wanted = {"members": [{"id": JON.id}], "tenantId": TENANT}
    assert (await app.call("POST", "", wanted))[0] == 403
    assert await app.call("GET", f"/a:nowhere/members/{JON.id}") == (
        404,
        {"error": {"code": "ConversationNotFound", "message": "Conversation not found."}},
    )
    status, body = await app.post("Jon", "Hello")
    assert (status, body["errorCode"]) == (403, 209)
    assert '"subCode": "MessageWritesBlocked"' in body["message"]

    await jon.installs()
    assert await app.call("POST", "", wanted) == (201, {"id": jon.conversation.id})
    _, member = await app.call("GET", f"/{ida.conversation.id}/members/{IDA.mri}")
    assert (member["email"], member["userRole"]) == (IDA.email, "user")
    ida.blocks()
    assert (await app.post("Ida", "Hello"))[1]["error"]["code"] == "ConversationBlockedByUser"


@pytest.mark.parametrize(
    "bad",
    [
        card(text("x"), version="1.7"),
        card({"type": "TextBlock"}),
        card({"type": "Headline", "text": "x"}),
        card(field_of("a"), field_of("a")),
        card(text("x"), actions=[button(str(n)) for n in range(7)]),
        card(text("x"), actions=[{"type": "Action.Http", "title": "x"}]),
        card({"type": "Input.ChoiceSet", "id": "c", "choices": []}),
        card(text("x"), refresh={"action": {"type": "Action.Submit"}}),
    ],
)
async def test_a_card_that_no_client_shows_is_refused(app: App, bad: Card) -> None:
    assert (await app.post("Ida", bad))[0] == 400
    assert app.teams.posts() == []


async def test_what_is_too_big_is_refused(app: App) -> None:
    assert (await app.post("Ida", card(text("x" * 29_000))))[0] == 413
    assert (await app.post("Ida", "x" * 103_000))[0] == 413
    assert app.teams.posts() == []


async def test_faults_strike_once_before_or_after_the_message_is_taken(app: App) -> None:
    teams = app.teams
    teams.fails("post", Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.WRITES_BLOCKED, who="Ida")
    assert [(await app.post("Ida", str(n)))[0] for n in range(4)] == [500, 500, 403, 201]
    assert [a.text for a in teams.posts("Ida")] == ["1", "3"]
    outcomes = [call.outcome for call in teams.called("post")]
    assert outcomes == ["500 before", "500 after", "MessageWritesBlocked", "ok"]


async def test_the_rate_limit_of_a_thread_holds_where_it_is_asked_for(app: App) -> None:
    app.teams.enforces_rate = True
    assert [(await app.post("Ida", "x"))[0] for _ in range(8)] == [201] * 7 + [429]
    clock = app.teams.clock
    assert isinstance(clock, SteppedClock)
    clock.set(START + timedelta(seconds=2))
    assert (await app.post("Ida", "x"))[0] == 201


async def test_a_press_carries_the_fields_and_its_answer_takes_the_cards_place(app: App) -> None:
    """For that person, until the message changes; a button without inputs asks for none."""
    ida = app.teams.user("Ida")
    form = card(
        field_of("words", isRequired=True, errorMessage="Say something"),
        field_of("more"),
        actions=[button("Send"), button("Close", associatedInputs="none")],
    )
    _, posted = await app.post("Ida", form)
    with pytest.raises(ValueError, match="Say something"):
        await ida.presses("Send")

    await ida.submits("Send", {"Words": "kestrel"})

    sent = app.heard[-1]
    assert sent["value"]["action"]["data"] == {"a": "x", "words": "kestrel"}
    assert (sent["replyToId"], sent["value"]["trigger"]) == (posted["id"], "manual")
    assert ida.shown == ["Done"]
    assert app.teams.accepted[-1].shown != "Done"
    there = f"/{ida.conversation.id}/activities/{posted['id']}"
    await app.call("PUT", there, saying(form))
    app.teams.sends_null_inputs = True
    await ida.submits("Send", {"Words": "heron"})
    assert app.heard[-1]["value"]["action"]["data"] == {"a": "x", "words": "heron", "more": None}
    await app.call("PUT", there, saying(form))
    await ida.presses("Close")
    assert app.heard[-1]["value"]["action"]["data"] == {"a": "x"}
    assert ida.trouble == []


async def test_a_card_that_comes_into_view_is_refreshed(app: App) -> None:
    ida = app.teams.user("Ida")
    await app.post("Ida", card(text("Old"), refresh={"action": button("Show", verb="show")}))
    await app.post("Ida", card(text("Plain")))
    app.answer = card(text("New"))

    assert len(await ida.looks()) == 1

    assert app.heard[-1]["value"]["trigger"] == "automatic"
    assert ida.shown == ["New", "Plain"]
    app.answer = card({"type": "TextBlock"})
    await ida.looks()
    assert "can't be shown" in ida.trouble[-1]


async def test_an_installation_is_told_as_teams_tells_it(app: App) -> None:
    joined, installed = app.heard
    assert (joined["type"], installed["type"]) == ("conversationUpdate", "installationUpdate")
    assert {"id": BOT} in joined["membersAdded"]
    assert installed["action"] == "add"
    assert joined["from"] == {"id": IDA.mri, "name": "Ida Berg", "aadObjectId": IDA.id}
    assert joined["channelData"]["tenant"] == {"id": TENANT}
    assert joined["localTimezone"] == "Europe/Berlin"

    ack = await app.teams.user("Ida").types("Hello")
    await app.teams.redeliver(ack.delivery)
    await app.teams.forges(ack.delivery, "Jon")
    again, forged = app.heard[-2:]
    assert again == app.heard[-3]
    assert forged["from"]["aadObjectId"] == JON.id
    assert forged["id"] != again["id"]


async def test_activities_come_with_tokens_that_the_published_keys_verify(app: App) -> None:
    teams = app.teams
    async with app.session.get(teams.openid_url) as answer:
        keys_url = (await answer.json())["jwks_uri"]
    async with app.session.get(keys_url) as answer:
        published = (await answer.json())["keys"]
    assert published[0]["endorsements"] == ["msteams"]
    key = jwt.PyJWK(published[0])
    later: Options = {"verify_exp": False, "verify_nbf": False}  # the server's clock is a moved one

    claims = jwt.decode(app.bearers[0], key, ["RS256"], audience=APP, options=later)

    assert claims["iss"] == "https://api.botframework.com"
    assert claims["serviceurl"] == teams.service_url
    forged = teams.keys.token(teams.service_url, key=rsa_key("somebody's"))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(forged, key, ["RS256"], audience=APP, options=later)
