"""A small company in Slack with the pages under /you, and a browser as bare as HTTP itself."""

from __future__ import annotations

import html
import io
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import ClientSession, DummyCookieJar, web

from bot.domain.message import Link, Panel, Text, Tone
from bot.settings import Environment
from bot.web import create_app
from tests.integration.slack_office import PEOPLE
from tests.journeys.conftest import prepared
from tests.journeys.given import check_in, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.world import World
from tests.logged import captured

ORIGIN = "https://touchpoint.fernweh.example"
TUESDAY = "2026-03-03 10:05"


@dataclass(frozen=True)
class Answer:
    """What came back, and the cookies' attributes as they were set."""

    status: int
    text: str
    headers: Mapping[str, str]
    set_cookies: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """Of the page's forms: they all carry the same one."""
        found = re.search(r'name="token" value="([^"]+)"', self.text)
        assert found, self.text
        return found[1]


@dataclass
class Visitor:
    """A browser that sends what browsers send: Host, cookies, and for forms its page's origin."""

    client: ClientSession
    origin: str = ORIGIN
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return await self._send(method, path, None, headers)

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """As Chromium sends a form of a page without a referrer."""
        sent = {"Origin": "null", "Sec-Fetch-Site": "same-origin"} | headers
        given = {name: value for name, value in sent.items() if value}
        return await self._send("POST", path, dict(fields), given)

    async def opens(self, address: str) -> Answer:
        """Opens a link and presses its button; the page it leads to."""
        path = urlsplit(address).path
        page = await self.get(path)
        assert page.status == 200, page.text
        pressed = await self.post(path, {"token": page.token})
        assert (pressed.status, pressed.headers["Location"]) == (303, "/you"), pressed.text
        return await self.get("/you")

    async def types(self, code: str) -> Answer:
        """Types a code on the code page."""
        page = await self.get("/you")
        return await self.post("/you/code", {"token": page.token, "code": code})

    async def is_in(self) -> bool:
        return "this page is yours alone" in (await self.get("/you")).text

    async def _send(
        self, method: str, path: str, data: dict[str, str] | None, headers: Mapping[str, str]
    ) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Host": urlsplit(self.origin).netloc, "Accept": "text/html"} | dict(headers)
        if cookie:
            sent["Cookie"] = cookie
        async with self.client.request(
            method, path, data=data, headers=sent, allow_redirects=False
        ) as response:
            given = tuple(response.headers.getall("Set-Cookie", []))
            self._keep(given)
            text = await response.text()
            shown = text if "json" in response.content_type else html.unescape(text)
            return Answer(response.status, shown, response.headers, given)

    def _keep(self, given: tuple[str, ...]) -> None:
        for each in given:
            for name, morsel in SimpleCookie(each).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


@dataclass
class OwnPages:
    """It is Tuesday, 10:05, and Ana and Ben have started."""

    world: World
    log: io.StringIO
    origin: str
    client: ClientSession | None = None
    address: str = ""

    def visitor(self) -> Visitor:
        """A browser in which nobody has been yet."""
        assert self.client is not None
        return Visitor(self.client, self.origin)

    async def link(self, who: str) -> tuple[str, str]:
        """Somebody asks for a copy in Slack: the link and the code in the modal."""
        reply = await self.world.act(who, "my_data_copy", send=False)
        assert isinstance(reply.view, Panel), reply
        (link,) = [block for block in reply.view.blocks if isinstance(block, Link)]
        texts = [block for block in reply.view.blocks if isinstance(block, Text)]
        (code,) = [block.text for block in texts if block.tone is Tone.STRONG]
        return link.url, code

    async def enters(self, who: str) -> Visitor:
        """Somebody's browser, in which their page is open."""
        visitor = self.visitor()
        await visitor.opens((await self.link(who))[0])
        assert await visitor.is_in()
        return visitor

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The application of the process that runs now."""
        runner = web.AppRunner(create_app(self.world.built), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with ClientSession(self.address, cookie_jar=DummyCookieJar()) as client:
                self.client = client
                yield
        finally:
            self.client = None
            await runner.cleanup()


@asynccontextmanager
async def own_pages(
    folder: Path, *, origin: str = ORIGIN, environment: Environment | None = None
) -> AsyncIterator[OwnPages]:
    """The company, its log at the level debug, and the application on a free port."""
    given = environment or prepared(folder)
    given = replace(given, web_url=origin, log_level="debug")
    with captured(given) as log:
        cadences = [check_in(reminders=0), weekly_summary()]
        world = await World.open(given, PEOPLE, cadences, surface=OnSlack())
        try:
            await world.until(TUESDAY)
            await world.starts("ana", "ben")
            pages = OwnPages(world, log, origin)
            async with pages.serving():
                yield pages
        finally:
            await world.close()
