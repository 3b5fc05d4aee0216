"""Reading a people list, applying it, and looking at what a cadence would send."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from functools import partial

from bench.bare import row
from bench.measure import Ratio, call, in_turn, seconds
from bench.world import START, Worlds, people_csv
from bot.bootstrap import local_identity
from bot.services.people_file import parse_people
from bot.services.preview import preview
from bot.services.sync_people import apply_sync
from storage.tables.people import PersonRow

_person = PersonRow.__table__


async def import_people(worlds: Worlds) -> AsyncIterator[Ratio]:
    """A list of everybody: read, applied for the first time, and applied again."""
    world = await worlds.of(worlds.many)
    raw, policy, lines = people_csv(worlds.many), world.configuration.policy, worlds.many / 1e6
    parse = partial(parse_people, raw, defaults=policy, today=START.date())
    ours, reader = await in_turn(3, call(parse), call(partial(_read, raw)))
    yield Ratio("import_parse", ours / lines, reader / lines, "us a row", "csv.reader into dicts")
    rows = [row(person.name) for person in world.parsed.rows]
    bare = await seconds(call(lambda: world.bare.keep(rows)))
    against = "one Core insert of a row"
    yield Ratio("import_apply", world.took["people"] / lines, bare / lines, "us a row", against)
    yield Ratio("import_plans", world.took["plans"] / lines, bare / lines, "us a row", against)
    assert world.built.local is not None
    again = partial(
        apply_sync,
        world.built.uow,
        world.parsed,
        now=START,
        actor="bench",
        identities=local_identity(world.built.local.id),
    )
    ours, bare = await in_turn(1, again, call(world.bare.read_all(_person)))
    yield Ratio("import_again", ours / lines, bare / lines, "us a row", "a Core SELECT of it")


async def preview_cadences(worlds: Worlds) -> AsyncIterator[Ratio]:
    """Four weeks of all cadences for everybody, nothing written."""
    world = await worlds.of(worlds.many)
    look = partial(preview, world.built.uow, world.built.kit.calendar, START)
    ours, bare = await in_turn(1, look, call(world.bare.read_all(_person)))
    each = worlds.many / 1e6
    yield Ratio("preview", ours / each, bare / each, "us a person", "a Core SELECT of people")


def _read(raw: bytes) -> dict[str, dict[str, str]]:
    lines = csv.reader(io.StringIO(raw.decode()))
    header = next(lines)
    return {line[0]: dict(zip(header, line, strict=True)) for line in lines}
