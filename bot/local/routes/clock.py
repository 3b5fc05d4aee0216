"""The clock bar: what time it is here, when the next thing happens, and moving there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.local.pages import (
    TO_NOTICES,
    Unclear,
    house_reader,
    html,
    person_of,
    platform_of,
    see_other,
    wants_part,
)
from bot.local.platform import LocalPlatform
from bot.local.render import Reader, reader_of, render
from bot.local.travel import travel, upcoming


async def clock_facts(local: LocalPlatform, url: str) -> dict[str, Any]:
    """What the templates need for the clock bar. Its buttons name moments, not steps: a moment
    already reached changes nothing, so that a double click moves the clock once.
    """
    now = local.clock.now()
    return {
        "clock_url": url,
        "now": now,
        "next_at": await upcoming(local),
        "in_an_hour": now + timedelta(hours=1),
        "in_a_day": now + timedelta(days=1),
    }


async def show(request: web.Request) -> web.Response:
    return await _bar(request, await _reader(request))


async def move(request: web.Request) -> web.Response:
    reader = await _reader(request)
    to = _moment((await request.post()).get("to"))
    moved = await travel(platform_of(request), to)
    if not wants_part(request):
        return see_other(request.path.removesuffix("/clock") + "#latest")
    if not moved:
        body = render("parts/toast.html", reader, notice=reader.say("not_moved"), bad=True)
        return html(body, headers={**TO_NOTICES, "HX-Trigger": "changed"})
    return await _bar(request, reader, {"HX-Trigger-After-Swap": "changed"})


async def _bar(
    request: web.Request, reader: Reader, headers: Mapping[str, str] | None = None
) -> web.Response:
    facts = await clock_facts(platform_of(request), request.path)
    return html(render("parts/clock.html", reader, **facts), headers=headers)


async def _reader(request: web.Request) -> Reader:
    """The chosen person's, or before one is chosen the organisation's."""
    kit = platform_of(request).kit
    if "person_id" in request.match_info:
        return reader_of(kit.words, await person_of(request))
    return (await house_reader(kit))[0]


def _moment(given: object) -> datetime:
    """Raises Unclear for anything but a moment with its time zone."""
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        raise Unclear from None
    if moment.utcoffset() is None:
        raise Unclear
    return moment.astimezone(UTC)
