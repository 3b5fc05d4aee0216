"""The addresses under /you."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.domain.ports.clock import Clock
from bot.services.kit import Kit
from bot.web.personal.cookies import Cookies
from bot.web.personal.entry import Entry
from bot.web.personal.guard import guarding
from bot.web.personal.own_page import OwnPage

PATH = "/you"
_STATIC = Path(__file__).parent / "static"
_SECRET = "{secret:[A-Za-z0-9_-]{43}}"  # noqa: S105 - a pattern of the router


def mount(app: web.Application, kit: Kit, clock: Clock) -> None:
    """Serves the pages at the origin of `kit.web`, and under no other name."""
    cookies = Cookies(secure=urlsplit(kit.web.origin).scheme == "https")
    entry = Entry(kit, clock, cookies)
    own = OwnPage(kit, clock, cookies, entry)
    pages = web.Application(middlewares=[guarding(kit.web.origin, entry)])
    router = pages.router
    router.add_get("", own.show)
    router.add_get("/", entry.to_start)
    router.add_static("/static", _STATIC)
    router.add_post("/code", entry.open_code)
    router.add_get("/erased", entry.erased)
    router.add_get("/left", entry.left)
    router.add_post("/export.{kind:json|html}", own.download)
    router.add_post("/ai", own.switch_ai)
    router.add_post("/erase", own.erase)
    router.add_post("/leave", own.leave)
    for acted in ("/code", "/export.json", "/export.html", "/ai", "/erase", "/leave"):
        router.add_get(acted, entry.to_start)  # somebody reloads what only takes what is sent
    router.add_get(f"/{_SECRET}", entry.show_link)
    router.add_post(f"/{_SECRET}", entry.open_link)
    app.add_subapp(PATH, pages)
