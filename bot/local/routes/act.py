"""What a person does on the page: a press, a form, a typed text."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Panel, Reply
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.local.hearing import hear, inbound_id
from bot.local.pages import TO_ABOVE, Unclear, html, person_of, platform_of, see_other, wants_part
from bot.local.platform import LocalPlatform
from bot.local.render import reader_of, render
from bot.local.routes.thread import address, reply_facts, thread_page
from bot.services.work import run_due

LONGEST_TOKEN = 64
_FIELD = "f."
_log = logging.getLogger(__name__)

Posted = Mapping[str, str]


async def act(request: web.Request) -> web.Response:
    """Carries it out and answers with what is to be shown at once."""
    person = await person_of(request)
    local = platform_of(request)
    posted = {name: value for name, value in (await request.post()).items() if type(value) is str}
    inbound = _inbound(local, person, posted, local.clock.now())
    reply = await hear(local.kit, inbound, inbound.at)
    await _answer_soon(local)
    return await _answer(request, person, reply)


async def back(request: web.Request) -> web.Response:
    """Somebody reloaded an address that only takes what is sent."""
    person = await person_of(request)
    return see_other(f"{address(person)}#latest")


async def _answer_soon(local: LocalPlatform) -> None:
    """Lets the bot's own answer arrive with the page. What was done is kept already, so that a
    failure here must not look like one of saving: the answer comes a little later.
    """
    try:
        await run_due(local.kit, local.clock.now())
    except StorageUnavailable:
        _log.warning("the answer on the local page comes later: the database is not available")


def _inbound(local: LocalPlatform, person: Person, posted: Posted, now: datetime) -> Inbound:
    """One command out of what the page sent. Raises Unclear where something is missing."""
    token = posted.get("token", "")
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise Unclear
    if "text" in posted:
        kind, about = InboundKind.TEXT, ""
    elif "form" in posted:
        kind, about = InboundKind.FORM, posted["form"]
    elif "press" in posted:
        kind, about = InboundKind.PRESS, posted["press"]
    else:
        raise Unclear
    action, _, value = about.partition(" ")
    pressed = posted.get("pressed", "")
    return Inbound(
        installation_id=local.installation_id,
        external_id=str(person.id),
        inbound_id=inbound_id(str(person.id), token, about, pressed),
        kind=kind,
        at=now,
        text=posted.get("text", "").replace("\r\n", "\n"),
        action=action,
        value=value,
        pressed=pressed,
        fields=_fields(posted),
    )


def _fields(posted: Posted) -> dict[str, str]:
    """A form's fields; browsers send line breaks as CRLF (HTML 4.10.22)."""
    return {
        name.removeprefix(_FIELD): value.replace("\r\n", "\n")
        for name, value in posted.items()
        if name.startswith(_FIELD)
    }


async def _answer(request: web.Request, person: Person, reply: Reply) -> web.Response:
    if wants_part(request):
        reader = reader_of(platform_of(request).kit.words, person)
        if not reply.view and not reply.notice and _on_home(request, person):
            reply = Reply(notice=reader.say("done"))
        facts = reply_facts(person, reply)
        if isinstance(reply.view, Panel) and reply.view.covers:
            return html(render("parts/above.html", reader, **facts), headers=TO_ABOVE)
        return html(render("parts/acted.html", reader, **facts), headers={"HX-Trigger": "changed"})
    if reply.view or reply.notice:
        return html(await thread_page(request, person, reply))
    return see_other(f"{address(person)}#latest")


def _on_home(request: web.Request, person: Person) -> bool:
    shown = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return shown == f"{address(person)}/home"
