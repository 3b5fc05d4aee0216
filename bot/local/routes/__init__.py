"""The addresses of the local page, all under /local."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.local.guard import guard
from bot.local.pages import LOCAL
from bot.local.platform import LocalPlatform
from bot.local.routes import act, choose, clock, data, home, thread

STATIC = Path(__file__).parent.parent / "static"


def register_routes(app: web.Application, local: LocalPlatform) -> None:
    """Mounts the page under /local. Call it for demo databases only: whoever reaches the page can
    be anybody in it.
    """
    page = web.Application(middlewares=[guard])
    page[LOCAL] = local
    page.router.add_get("", choose.choose)
    page.router.add_get("/", choose.to_choose)
    page.router.add_get("/people", choose.people)
    page.router.add_get("/clock", clock.show)
    page.router.add_post("/clock", clock.move)
    page.router.add_get("/as/{person_id}", thread.show)
    page.router.add_get("/as/{person_id}/thread", thread.changes)
    page.router.add_get("/as/{person_id}/home", home.show)
    page.router.add_get("/as/{person_id}/home/blocks", home.blocks)
    page.router.add_get("/as/{person_id}/data.{kind:json|html}", data.download)
    page.router.add_post("/as/{person_id}/act", act.act)
    page.router.add_get("/as/{person_id}/act", act.back)
    page.router.add_get("/as/{person_id}/clock", clock.show)
    page.router.add_post("/as/{person_id}/clock", clock.move)
    page.router.add_static("/static", STATIC)
    app.add_subapp("/local", page)
