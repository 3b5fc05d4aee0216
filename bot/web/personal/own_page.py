"""Somebody's own page: who reads, a copy, AI off, and erasing."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.domain.people import Person
from bot.domain.ports.clock import Clock
from bot.services import erase, export, my_data, personal_links
from bot.services.kit import Kit
from bot.services.own_page import look
from bot.web.personal.cookies import Cookies, form_token, is_own_form
from bot.web.personal.entry import START, Entry, see_other
from bot.web.personal.guard import Refused
from bot.web.personal.render import Reader, page

_TYPES = {"json": "application/json", "html": "text/html"}
_UNCLEAR = 422


class OwnPage:
    """Every act needs a session and the token of a form that was made for it."""

    def __init__(self, kit: Kit, clock: Clock, cookies: Cookies, entry: Entry) -> None:
        self._kit = kit
        self._clock = clock
        self._cookies = cookies
        self._entry = entry

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page of whoever is in; a form for a code where nobody is."""
        session = self._cookies.session(request)
        person = await self._who(session)
        if person is not None:
            return await self._page(person, session)
        response = await self._entry.ask_for_code(request, notice="ended" if session else "")
        self._cookies.end(response)
        return response

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The file, to be saved and never shown as a page of ours: people's own words are in it."""
        person, _ = await self._act(request)
        if person is None:
            return see_other(START)
        kind = request.match_info["kind"]
        collected = await export.export(self._kit, person.id, self._clock.now())
        name = export.file_name(collected, kind)
        return web.Response(
            body=export.to_file(self._kit.words, collected, kind),
            content_type=_TYPES[kind],
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def switch_ai(self, request: web.Request) -> web.StreamResponse:
        """Off or on, as the button that was pressed says."""
        person, posted = await self._act(request)
        wanted, now = posted.get("ai"), self._clock.now()
        if person is not None and wanted in (my_data.OFF, my_data.ON):
            off = wanted == my_data.OFF
            await self._kit.uow.write(lambda tx: my_data.set_ai(tx, person, off=off, now=now))
        return see_other(START)

    async def erase(self, request: web.Request) -> web.StreamResponse:
        """Deletes everything, once the box is ticked; then nobody is in any more."""
        person, posted = await self._act(request)
        if person is None:
            return see_other(START)
        session = self._cookies.session(request)
        if posted.get("sure") != "yes":
            return await self._page(person, session, _UNCLEAR, error="erase_unsure")
        await erase.erase_everything(self._kit, person.id, self._clock.now())
        return await self._close(session, f"{START}/erased")

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Ends the session before its time."""
        person, _ = await self._act(request)
        if person is None:
            return see_other(START)
        return await self._close(self._cookies.session(request), f"{START}/left")

    async def _act(self, request: web.Request) -> tuple[Person | None, Mapping[str, object]]:
        """Who acts; nobody where the session ended. Raises Refused where the form isn't ours."""
        session = self._cookies.session(request)
        posted = dict(await request.post())
        if session and not is_own_form(session, str(posted.get("token", ""))):
            raise Refused
        return await self._who(session), posted

    async def _who(self, session: str) -> Person | None:
        if not session:
            return None
        return await personal_links.who_is_in(self._kit, session, self._clock.now())

    async def _close(self, session: str, location: str) -> web.Response:
        await personal_links.leave(self._kit, session)
        response = see_other(location)
        self._cookies.end(response)
        return response

    async def _page(
        self, person: Person, session: str, status: int = 200, *, error: str = ""
    ) -> web.Response:
        shown = await look(self._kit, person, session, self._clock.now())
        reader = Reader(self._kit.words, person.locale, person.time_zone)
        facts = {"shown": shown, "token": form_token(session), "error": error}
        return page("you.html", reader, status, **facts)
