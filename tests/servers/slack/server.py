"""The server itself: its address, its switches, and the people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.servers.slack import payloads, web_api
from tests.servers.slack.clock import Clock, WallClock
from tests.servers.slack.deliveries import Ack, Deliveries, Delivery
from tests.servers.slack.faults import Call, Fault, Faults
from tests.servers.slack.hands import User
from tests.servers.slack.http_mode import HttpWay
from tests.servers.slack.messages import Accepted, Message
from tests.servers.slack.people import Member
from tests.servers.slack.socket_mode import SocketWay
from tests.servers.slack.workspace import Workspace

BOT_TOKEN = "xoxb-4242-touchpoint"
APP_TOKEN = "xapp-1-A0TOUCH-touchpoint"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SCOPES = (
    "chat:write",
    "commands",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
)
Answer = Callable[["SlackServer", web.Request], Awaitable[web.Response]]


@dataclass
class SlackServer:
    """One workspace with the application installed. `people` are its members.

    `clock` stamps messages, events and the logs; `wall` ages triggers and response addresses and
    gives the signed timestamps (real time unless a test moves it).
    """

    people: Iterable[Member] = ()
    clock: Clock = field(default_factory=WallClock)
    wall: Clock = field(default_factory=WallClock)
    scopes: Sequence[str] = SCOPES
    app_scopes: Sequence[str] = ("connections:write",)
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    signing_secret: str = SIGNING_SECRET
    url: str = ""
    token_error: str = ""
    """From now on the answer to every call: invalid_auth, token_revoked, account_inactive."""
    charts_supported: bool = True
    messages_tab: bool = True
    home_tab: bool = True
    enforces_rate: bool = False
    """Whether a second message within a second of `clock` to one channel gets a 429."""
    history_page_cap: int = 999
    """Messages in a page of conversations.history, whatever the limit asks for."""
    history_forgets: int = 0
    """How many of the bot's newest messages conversations.history leaves out."""
    echoes: bool = False
    """Whether the application hears of its own posts, as one that reads message.im does."""
    calls: list[Call] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    bugs: list[Exception] = field(default_factory=list)
    last_post: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.workspace = Workspace.of(self.people, self.clock, self.wall)
        self.link = SocketWay()
        self.http = HttpWay(self.signing_secret, self.wall)
        self.deliveries = Deliveries(self.link)
        self.link.on_connect = self._redeliver_soon
        self._users: dict[str, User] = {}

    @property
    def api_url(self) -> str:
        """The base_url for a Web API client."""
        return f"{self.url}/api/"

    @property
    def accepted(self) -> list[Accepted]:
        """What Slack took from the application, oldest first."""
        return self.workspace.accepted

    def posts(self, who: str | None = None) -> list[Accepted]:
        """The messages posted, to anybody or to one person, whatever became of them since."""
        wanted = None if who is None else self.user(who).id
        return [a for a in self.accepted if a.operation == "post" and wanted in (None, a.user)]

    def called(self, method: str) -> list[Call]:
        """The calls of that method, with or without success."""
        return [call for call in self.calls if call.method == method]

    def fails(
        self,
        method: str,
        *faults: Fault | str,
        channel: str = "",
        retry_after: int = 30,
        seconds: float = 0.05,
    ) -> None:
        """Lets the next calls of that method fail, one fault each; see Faults.plan."""
        self.faults.plan(method, *faults, channel=channel, retry_after=retry_after, seconds=seconds)

    def user(self, key: str) -> User:
        """The person of that id, name, first name, handle or e-mail.

        LookupError where it is nobody's, or more than one person's.
        """
        found = [m for m in self.workspace.members.values() if m.is_called(key)]
        if len(found) != 1:
            names = [member.name for member in found] or "nobody"
            raise LookupError(f"{key!r} is the name of {names} in the workspace")
        return self._users.setdefault(found[0].id, User(self, found[0].id))

    def change(self, member: Member) -> None:
        """Adds somebody, or replaces who has the same id."""
        self.workspace.members[member.id] = member

    def calls_at(self, request_url: str) -> None:
        """From now on everything goes to that address over HTTP; an empty one: Socket Mode."""
        self.http.url = request_url
        self.deliveries.way = self.http if request_url else self.link

    @property
    def patience(self) -> float:
        """Seconds of real time that the application may take."""
        return self.link.patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self.link.patience = self.http.patience = seconds

    async def sends_event(self, what: dict[str, Any]) -> Ack:
        """Sends any event, in its envelope."""
        return await self.deliveries.send("events_api", payloads.event(self.workspace, what))

    async def echo(self, message: Message) -> Ack:
        """Tells the application of a message of its own, as message.im does."""
        return await self.sends_event(payloads.written(message))

    async def verifies_url(self, challenge: str = "challenge-4242") -> Ack:
        """Asks the address whether it is the application's, as Slack does when it is entered."""
        what = {"type": "url_verification", "token": payloads.TOKEN, "challenge": challenge}
        return await self.http.send(Delivery("events_api", what))

    async def redeliver(self, delivery: Delivery | None = None) -> list[Ack]:
        """Sends that delivery once more; without one, every event without acknowledgement."""
        if delivery is None:
            return await self.deliveries.again()
        return [await self.deliveries.attempt(delivery)]

    def kind_of(self, token: str) -> str:
        """Which token that is: bot, app, none or unknown."""
        known = {"": "none", self.bot_token: "bot", self.app_token: "app"}
        return known.get(token, "unknown")

    def _redeliver_soon(self) -> None:
        if self.deliveries.way is self.link and self.deliveries.unacknowledged:
            self.deliveries.later(self.deliveries.again())

    def routes(self) -> list[web.RouteDef]:
        """What the server serves."""
        call, respond = (self._handler(answer) for answer in (web_api.call, web_api.respond))
        return [
            web.post("/api/{method}", call),
            web.get("/api/{method}", call, allow_head=False),
            web.post("/response/{team}/{key}", respond),
            web.get("/link/", self.link.serve, allow_head=False),
        ]

    def _handler(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Keeps what the server itself gets wrong: a 500 of its own must not pass for a fault."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await answer(self, request)
            except Exception as error:
                self.bugs.append(error)
                raise

        return handle

    async def close(self) -> None:
        """Lets go of everything that is under way."""
        self.faults.release()
        await self.deliveries.close()
        await self.link.close()
        await self.http.close()


@asynccontextmanager
async def serving(server: SlackServer) -> AsyncIterator[SlackServer]:
    """Serves on a free port of loopback; `server.url` is its address.

    Raises at the end what the server itself got wrong.
    """
    app = web.Application(client_max_size=8 * 1024**2)
    app.add_routes(server.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.link.port = runner.addresses[0][1]
        server.url = f"http://127.0.0.1:{server.link.port}"
        yield server
    finally:
        await server.close()
        await runner.cleanup()
    if server.bugs:
        raise server.bugs[0]
