"""The direct messages with the bot, and what is new in them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.domain.message import Form, Reply
from bot.domain.people import Person
from bot.local.pages import html, person_of, platform_of
from bot.local.render import Reader, reader_of, render
from bot.local.routes.choose import listed
from bot.local.routes.clock import clock_facts
from bot.local.thread import changes_since, read_thread


async def show(request: web.Request) -> web.Response:
    person = await person_of(request)
    return html(await thread_page(request, person))


async def thread_page(request: web.Request, person: Person, reply: Reply | None = None) -> str:
    """The whole tab; with a reply, as it stands right after an act without scripts."""
    local = platform_of(request)
    thread = await read_thread(local.kit, person)
    facts = await person_facts(request, person, reply or Reply())
    return render("thread.html", tab="messages", thread=thread, **facts)


async def person_facts(request: web.Request, person: Person, reply: Reply) -> dict[str, Any]:
    """What both tabs of a person need, the reader among them."""
    local, reader = platform_of(request), reader_of(platform_of(request).kit.words, person)
    return {
        **await clock_facts(local, f"{address(person)}/clock"),
        **await listed(request, reader, str(person.id)),
        **reply_facts(person, reply),
        "reader": reader,
        "person": person,
        "url": address(person),
    }


def reply_facts(person: Person, reply: Reply) -> dict[str, Any]:
    return {
        "act": f"{address(person)}/act",
        "view": reply.view,
        "is_form": isinstance(reply.view, Form),
        "notice": reply.notice,
    }


def address(person: Person) -> str:
    return f"/local/as/{person.id}"


async def changes(request: web.Request) -> web.Response:
    """What the page lacks; nothing at all (204) where it is up to date."""
    person = await person_of(request)
    local = platform_of(request)
    found = changes_since(request.query.getall("have", []), await read_thread(local.kit, person))
    if not found:
        return web.Response(status=204)
    reader: Reader = reader_of(local.kit.words, person)
    act = f"{address(person)}/act"
    return html(render("parts/changes.html", reader, changes=found, person=person, act=act))
