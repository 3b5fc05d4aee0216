"""Getting in: by a link's button or by its code; and the pages for when nobody is in."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import hdrs, web

from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services import personal_links
from bot.services.kit import Kit
from bot.services.personal_links import Refusal
from bot.web.personal.cookies import Cookies, form_token, is_own_form, new_visitor
from bot.web.personal.guard import Refused
from bot.web.personal.render import Reader, page

START = "/you"
_GONE, _UNCLEAR, _SLOW = 410, 422, 429
_A_MINUTE = {hdrs.RETRY_AFTER: "60"}


class Entry:
    """What anybody can open who reaches the server. Looking never uses anything up: programs that
    draw a preview of a link look at it too.
    """

    def __init__(self, kit: Kit, clock: Clock, cookies: Cookies) -> None:
        self._kit = kit
        self._clock = clock
        self._cookies = cookies

    async def to_start(self, _: web.Request) -> web.Response:
        return see_other(START)

    async def show_link(self, request: web.Request) -> web.StreamResponse:
        """One button. It names nobody, as whoever sees the address can see this."""
        secret = request.match_info["secret"]
        if not await personal_links.can_be_opened(self._kit, secret, self._clock.now()):
            return await self.faulty(_GONE, "gone")
        return await self._with_form(request, "link.html", action=f"{START}/{secret}")

    async def open_link(self, request: web.Request) -> web.StreamResponse:
        """Uses the link up and lets its person in."""
        await self._require_own_form(request)
        opened = await personal_links.open_link(
            self._kit, request.match_info["secret"], self._clock.now()
        )
        if isinstance(opened, Refusal):
            return await self.faulty(_GONE, "gone")
        return self._let_in(opened)

    async def open_code(self, request: web.Request) -> web.StreamResponse:
        """The same by the code that stands beside the link."""
        posted = await self._require_own_form(request)
        opened = await personal_links.open_code(
            self._kit, str(posted.get("code", "")), self._clock.now()
        )
        if opened is Refusal.SLOW:
            response = await self.ask_for_code(request, _SLOW, error="code_slow")
            response.headers.update(_A_MINUTE)
            return response
        if isinstance(opened, Refusal):
            return await self.ask_for_code(request, _UNCLEAR, error="code_wrong")
        return self._let_in(opened)

    async def ask_for_code(
        self, request: web.Request, status: int = 200, *, error: str = "", notice: str = ""
    ) -> web.Response:
        return await self._with_form(
            request, "code.html", status, action=f"{START}/code", error=error, notice=notice
        )

    async def erased(self, _: web.Request) -> web.Response:
        return await self._told("erased")

    async def left(self, _: web.Request) -> web.Response:
        return await self._told("left")

    async def faulty(self, status: int, code: str) -> web.Response:
        """The page for what went wrong, and the way to the code form."""
        return await self._told(code, status, leads_on=True)

    async def _told(self, code: str, status: int = 200, *, leads_on: bool = False) -> web.Response:
        return page("told.html", await self._reader(), status, code=code, leads_on=leads_on)

    async def _with_form(
        self, request: web.Request, template: str, status: int = 200, **facts: object
    ) -> web.Response:
        visitor = self._cookies.visitor(request) or new_visitor()
        policy = await self._kit.uow.read(lambda tx: tx.organisations.policy())
        token = form_token(visitor)
        reader = await self._reader()
        made = page(template, reader, status, token=token, company=policy.company, **facts)
        self._cookies.greet(made, visitor)
        return made

    async def _require_own_form(self, request: web.Request) -> Mapping[str, object]:
        posted = dict(await request.post())
        if not is_own_form(self._cookies.visitor(request), str(posted.get("token", ""))):
            raise Refused
        return posted

    def _let_in(self, session: str) -> web.Response:
        response = see_other(START)
        self._cookies.begin(response, session)
        return response

    async def _reader(self) -> Reader:
        """The organisation's own locale and zone; English where the database can't be asked."""
        try:
            policy = await self._kit.uow.read(lambda tx: tx.organisations.policy())
        except StorageUnavailable:
            return Reader(self._kit.words, "en", "UTC")
        return Reader(self._kit.words, policy.locale, policy.time_zone)


def see_other(location: str) -> web.Response:
    """Leads on after an act, so that reloading the page does not send it again."""
    return web.Response(status=303, headers={hdrs.LOCATION: location})
