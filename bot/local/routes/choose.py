"""The first page: choose who you are."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.local.pages import house_reader, html, platform_of, see_other
from bot.local.people_list import people_list
from bot.local.render import Reader, render
from bot.local.routes.clock import clock_facts

SEARCHABLE_FROM = 30


async def choose(request: web.Request) -> web.Response:
    local = platform_of(request)
    reader, policy = await house_reader(local.kit)
    facts = {**await listed(request, reader), **await clock_facts(local, "/local/clock")}
    return html(render("choose.html", reader, company=policy.company, **facts))


async def to_choose(_: web.Request) -> web.Response:
    return see_other("/local")


async def people(request: web.Request) -> web.Response:
    """The list alone, brought up to date."""
    reader, _ = await house_reader(platform_of(request).kit)
    return html(render("parts/people.html", reader, **await listed(request, reader)))


async def listed(request: web.Request, reader: Reader, current: str = "") -> dict[str, Any]:
    """What the templates need for the list of people; `current` is who the page belongs to."""
    local = platform_of(request)
    search = request.query.get("q", "")
    found = await people_list(local.kit, reader, local.clock.now(), search)
    return {
        "groups": found.groups,
        "more": found.more,
        "q": search,
        "searchable": found.total > SEARCHABLE_FROM,
        "current": current or request.query.get("current", ""),
    }
