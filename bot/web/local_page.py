"""The local page on a demo database: mounted, and its clock kept in the database."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from bot.bootstrap import Built
from bot.domain.organisation import Installation
from bot.local.platform import LocalPlatform
from bot.local.routes import register_routes
from scheduling.clock import MovedClock

PATH = "/local"
ACTS = frozenset({"/local/as/{person_id}/act"})
"""The routes by which people act, as the router writes them."""


class KeptClock:
    """The demo's clock: whoever starts next goes on from where it was moved to."""

    def __init__(self, built: Built, clock: MovedClock) -> None:
        self._uow = built.uow
        self._clock = clock

    def now(self) -> datetime:
        """The demo's present moment (aware UTC)."""
        return self._clock.now()

    async def move(self, to: datetime) -> None:
        """Go on from `to` (aware UTC). Raises StorageUnavailable, and then has not moved."""
        await self._uow.write(lambda tx: tx.organisations.set_demo_now(to))
        self._clock.move_to(to)


def mount(app: web.Application, built: Built, local: Installation) -> None:
    """Serve the page under /local, and lead there from the root.

    Raises TypeError where `built` has no clock that can be moved.
    """
    if not isinstance(built.clock, MovedClock):
        raise TypeError(f"the local page needs a MovedClock, not {type(built.clock).__name__}")
    clock = KeptClock(built, built.clock)
    register_routes(app, LocalPlatform(built.kit, clock, local.id))

    async def lead_there(_: web.Request) -> web.Response:
        raise web.HTTPFound(PATH)

    app.router.add_get("/", lead_there)


async def keep_moment(built: Built) -> None:
    """Before the process ends: the next one must not live the last hours again."""
    if built.local is not None:
        now = built.clock.now()
        await built.uow.write(lambda tx: tx.organisations.set_demo_now(now))
