"""One call of Slack's Web API: what leaves, and what is made of whatever comes back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from bot.slack.api import DEFAULT_WAIT, Answer, Fate, SlackApi

JSON, PAGE, TEXT = "application/json", "text/html", "text/plain"
SAYS_OK = '{"ok": true, "ts": "1.2"}'

Take = Callable[[web.BaseRequest], Awaitable[web.Response]]


async def called(answer: web.Response, **arguments: object) -> tuple[Answer, web.BaseRequest]:
    """What is made of this answer, and the request that it answered."""
    came: list[web.BaseRequest] = []

    async def take(request: web.BaseRequest) -> web.Response:
        await request.read()
        came.append(request)
        return answer

    async with serving(take) as url:
        api = SlackApi(f"{url}/api/")
        got = await api.call("xoxb-1", "chat.postMessage", **arguments)
        await api.close()
    (request,) = came
    return got, request


async def test_a_call_carries_its_token_and_json() -> None:
    said = web.Response(text=SAYS_OK, content_type=JSON)
    answer, request = await called(
        said, channel="D1", text="G\u00fcnter \U0001f600", thread_ts=None
    )
    assert (answer.fate, answer.data["ts"]) == (Fate.DONE, "1.2")
    assert (request.method, request.path) == ("POST", "/api/chat.postMessage")
    assert request.headers["Authorization"] == "Bearer xoxb-1"
    assert request.headers["Content-Type"] == "application/json;charset=utf-8"
    assert "slackclient/" in request.headers["User-Agent"]
    assert json.loads(await request.read()) == {"channel": "D1", "text": "G\u00fcnter \U0001f600"}


@pytest.mark.parametrize(
    ("status", "kind", "body", "fate", "error"),
    [
        (200, JSON, '{"ok": false, "error": "is_archived"}', Fate.REFUSED, "is_archived"),
        (200, JSON, '{"ok": false}', Fate.UNKNOWN, "not_json"),
        (200, JSON, SAYS_OK[:-4], Fate.UNKNOWN, "not_json"),
        (200, JSON, "", Fate.UNKNOWN, "not_json"),
        (200, JSON, "[1]", Fate.UNKNOWN, "not_json"),
        (200, JSON, "[" * 100_000, Fate.UNKNOWN, "not_json"),
        (200, PAGE, "<p>Please log in to the network</p>", Fate.UNKNOWN, "not_json"),
        (200, PAGE, SAYS_OK, Fate.UNKNOWN, "not_json"),
        (200, TEXT, "ok", Fate.UNKNOWN, "not_json"),
        (403, PAGE, "<p>No</p>", Fate.REFUSED, "status_403"),
        (500, JSON, SAYS_OK, Fate.UNKNOWN, "status_500"),
        (502, PAGE, "<p>Bad gateway</p>", Fate.UNKNOWN, "status_502"),
        (503, TEXT, "later", Fate.UNKNOWN, "status_503"),
    ],
)
async def test_only_slacks_own_ok_counts_as_done(
    status: int, kind: str, body: str, fate: Fate, error: str
) -> None:
    answer, _ = await called(web.Response(status=status, text=body, content_type=kind))
    assert (answer.fate, answer.error) == (fate, error)


async def test_bytes_that_are_no_text_are_no_answer() -> None:
    answer, _ = await called(web.Response(body=b'{"ok": "\xff"}', content_type=JSON))
    assert (answer.fate, answer.error) == (Fate.UNKNOWN, "not_json")


@pytest.mark.parametrize("kind", [JSON, PAGE, TEXT])
async def test_a_rate_limit_is_one_whatever_stands_in_it(kind: str) -> None:
    headers = {"Retry-After": "7"}
    limited, _ = await called(
        web.Response(status=429, text="slow", content_type=kind, headers=headers)
    )
    assert (limited.fate, limited.wait) == (Fate.LIMITED, timedelta(seconds=7))
    limited, _ = await called(web.Response(status=429, text="slow", content_type=kind))
    assert (limited.fate, limited.wait) == (Fate.LIMITED, DEFAULT_WAIT)


async def test_a_redirect_to_nowhere_was_sent() -> None:
    moved = web.Response(status=302, headers={"Location": "x:/"})
    answer, _ = await called(moved)
    assert (answer.fate, answer.error) == (Fate.UNKNOWN, "connection_lost")


async def test_what_is_no_json_never_leaves() -> None:
    api = SlackApi("http://127.0.0.1:9/api/")
    answer = await api.call("xoxb-1", "chat.postMessage", text=object())
    await api.close()
    assert (answer.fate, answer.error) == (Fate.UNKNOWN, "failed")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api/", "x:/"])
async def test_what_never_left_is_told_apart(url: str) -> None:
    api = SlackApi(url)
    answer = await api.call("xoxb-1", "auth.test")
    await api.close()
    assert (answer.fate, answer.error) == (Fate.NOT_SENT, "not_connected")


async def test_replies_to_a_command_take_the_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that reaches Slack through a proxy alone: what is whispered goes that way."""
    passed: list[str] = []

    async def pass_on(request: web.BaseRequest) -> web.Response:
        passed.append(str(request.url))
        return web.Response()

    async with serving(pass_on) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        api = SlackApi("https://slack.example/api/")
        answer = await api.respond("http://hooks.slack.example/commands/1", {"text": "Hello"})
        await api.close()
    assert answer.ok
    assert passed == ["http://hooks.slack.example/commands/1"]


@asynccontextmanager
async def serving(handler: Take) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
