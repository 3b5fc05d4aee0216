"""A person's Home tab."""

from __future__ import annotations

from aiohttp import web

from bot.domain.message import Reply
from bot.local.pages import html, person_of, platform_of
from bot.local.render import reader_of, render
from bot.local.routes.thread import address, person_facts
from bot.services.home import home


async def show(request: web.Request) -> web.Response:
    person = await person_of(request)
    local = platform_of(request)
    drawn = await home(local.kit, person.id, local.clock.now())
    facts = await person_facts(request, person, Reply())
    return html(render("home.html", tab="home", blocks=drawn, **facts))


async def blocks(request: web.Request) -> web.Response:
    """The blocks alone, brought up to date."""
    person = await person_of(request)
    local = platform_of(request)
    drawn = await home(local.kit, person.id, local.clock.now())
    reader = reader_of(local.kit.words, person)
    act = f"{address(person)}/act"
    return html(render("parts/home.html", reader, blocks=drawn, act=act))
