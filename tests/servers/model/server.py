"""The server itself: its address, what it says next, and the log of what it was asked."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable

from aiohttp import web

from bot.llm.openai_request import Connection
from tests.servers.model import answers
from tests.servers.model.asked import Asked, complaint, refused
from tests.servers.model.faults import Fault, Faults, Planned

KEY = "sk-local-0123456789abcdef"
MODEL = "local-model-1"

Answering = Callable[[Asked], object]


@dataclass
class ModelServer:
    """One provider with one model.

    `answers` says what the model answers: text as it is, anything else as JSON, or what can be
    awaited for it. It means well at first, see `answers.obliging`; `says` and `fails` come before
    it.
    """

    answers: Answering = answers.obliging
    key: str = KEY
    model: str = MODEL
    base: str = ""
    asked: list[Asked] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Paths asked for that are no model's, such as where a redirect leads."""
    faults: Faults = field(default_factory=Faults)
    bugs: list[Exception] = field(default_factory=list)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._next: deque[object] = deque()
        self._under_way = 0

    @property
    def url(self) -> str:
        """The address as TOUCHPOINT_AI_URL has it."""
        return f"{self.base}/v1"

    @property
    def host(self) -> str:
        """The host as app.yaml has it."""
        return self.base.removeprefix("http://")

    @property
    def connection(self) -> Connection:
        """The connection to it."""
        return Connection(self.url, self.host, self.model, self.key)

    @property
    def variables(self) -> dict[str, str]:
        """The connection to it, as the environment has it."""
        return {
            "TOUCHPOINT_AI_URL": self.url,
            "TOUCHPOINT_AI_KEY": self.key,
            "TOUCHPOINT_AI_MODEL": self.model,
        }

    def says(self, *contents: object) -> None:
        """What the model answers to the next requests, one each."""
        self._next += contents

    def fails(self, *faults: Fault, retry_after: str = "") -> None:
        """Lets the next requests fail, one fault each. `retry_after` goes with a status."""
        self.faults.planned += [Planned(fault, retry_after) for fault in faults]

    async def close(self) -> None:
        """Lets go of everything that hangs."""
        self.faults.release()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keeps what the server itself gets wrong: a 500 of its own must not pass for a fault."""
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            response = await self._serve(request)
        except Exception as error:
            self.bugs.append(error)
            raise
        finally:
            self._under_way -= 1
        return response

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.path_qs, json.loads(await request.read()), dict(request.headers))
        self.asked.append(asked)
        number = len(self.asked)
        if (refusal := self._refusal(asked)) is not None:
            asked.outcome = "refused"
            return refusal
        if self.faults.planned:
            planned = self.faults.planned.popleft()
            asked.outcome = planned.fault.name
            return await self.faults.answer(request, planned, asked, self.answers(asked), number)
        asked.outcome = "ok"
        content = self._next.popleft() if self._next else self.answers(asked)
        if isawaitable(content):
            content = await content
        body = answers.completion(asked, content, number)
        return web.json_response(body, headers={"x-request-id": f"req_{number}"})

    def _refusal(self, asked: Asked) -> web.Response | None:
        own = asked.headers.get("api-key") or asked.headers.get("Authorization", "")
        if self.key and own not in (self.key, f"Bearer {self.key}"):
            return refused(401, "invalid_api_key", "Incorrect API key provided")
        param, wrong = complaint(asked.body)
        if wrong:
            return refused(400, "unsupported_parameter", f"{param}: {wrong}", param)
        if asked.body["model"] != self.model:
            return refused(404, "model_not_found", "The model does not exist")
        return None

    async def lost(self, request: web.Request) -> web.Response:
        """Anything else that is asked for."""
        self.elsewhere.append(request.path)
        return refused(404, "unknown_url", "Unknown request URL")


@asynccontextmanager
async def serving(server: ModelServer | None = None) -> AsyncIterator[ModelServer]:
    """Serves on a free port of loopback, the addresses of OpenAI and of Azure alike.

    Raises at the end what the server itself got wrong.
    """
    server = server or ModelServer()
    app = web.Application(client_max_size=8 * 1024**2)
    app.router.add_post("/v1/chat/completions", server.handle)
    app.router.add_post("/openai/deployments/{deployment}/chat/completions", server.handle)
    app.router.add_route("*", "/{rest:.*}", server.lost)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await server.close()
        await runner.cleanup()
    if server.bugs:
        raise server.bugs[0]
