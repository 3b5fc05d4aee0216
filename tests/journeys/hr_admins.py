"""A company with HR admins, and what they do in journeys."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.domain.message import Form, Panel, Reply, Table
from bot.domain.organisation import CadenceRevision
from bot.domain.people import Role
from bot.services.preview import preview
from storage.engine import open_engine
from storage.tables.logs import AuditLogRow
from tests.journeys.given import Someone, check_in, nudge, weekly_summary
from tests.journeys.world import World

HR = Someone("ines", role=Role.HR_ADMIN, team="People")
OTHER_HR = Someone("omar", role=Role.HR_ADMIN)
BOSS = Someone("mia", team="Sales")
STAFF = [
    Someone(name, "mia", team="Sales") for name in ("ana", "ben", "cleo", "dan", "eva", "finn")
]
TOKYO = Someone("kei", "mia", zone="Asia/Tokyo", country="JP", team="Support")
EVERYONE = (HR, OTHER_HR, BOSS, TOKYO, *STAFF)
CADENCES = (check_in(), weekly_summary(), nudge())


def form_of(reply: Reply) -> Form:
    assert isinstance(reply.view, Form), reply
    return reply.view


def errors_of(form: Form) -> dict[str, str]:
    return {b.name: b.error for b in form.blocks if hasattr(b, "error") and b.error}


async def changes(world: World, key: str, **fields: str) -> Form:
    """What comes after *Change* and *Preview*."""
    form = form_of(await world.act("ines", "admin_change", key))
    return form_of(await world.submits("ines", form, fields))


async def saves(world: World, form: Form, who: str = "ines") -> Reply:
    return await world.submits(who, form, {})


async def newest(world: World, key: str) -> CadenceRevision:
    found = await world.built.uow.read(lambda tx: tx.cadences.history(key))
    return found[-1]


async def audited(world: World) -> list[tuple[str, str]]:
    table = AuditLogRow.__table__
    query = select(table.c.actor, table.c.action).order_by(table.c.number)
    engine = open_engine(world.environment.database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(query.where(table.c.action.like("cadence.%"))).all()
            return [(row[0], row[1]) for row in rows]
    finally:
        engine.dispose()


def table_of(view: Form | Panel) -> Table:
    return next(block for block in view.blocks if isinstance(block, Table))


async def looks_ahead(world: World, key: str) -> Any:
    """What `touchpoint cadence preview KEY` works out now."""
    found = await preview(world.built.uow, world.built.kit.calendar, world.now, 4, key)
    return found.cadences[0]
