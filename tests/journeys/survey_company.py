"""A company whose people answer a survey for groups: Lea leads Mia, Max and a team of her own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.services import results
from bot.services.results import OpenedComments, QuestionResult, SurveyResult
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import BERLIN, Someone, check_in
from tests.journeys.world import World

MIAS = tuple(f"m{number}" for number in range(1, 7))
MAXS = tuple(f"x{number}" for number in range(1, 7))
LEAS = ("ines", "mia", "max", "l1", "l2", "l3", "l4")
EVERYBODY = ("lea", *LEAS, *MIAS, *MAXS)
COMPANY = (
    Someone("lea"),
    *(Someone(name, "lea", role=_role) for name, _role in [("ines", Role.HR_ADMIN)]),
    *(Someone(name, "lea") for name in LEAS if name != "ines"),
    *(Someone(name, "mia") for name in MIAS),
    *(Someone(name, "max") for name in MAXS),
)
RULES = Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9)
SURVEY = check_in("groups", pack="groups", reminders=0)
OPENS, CLOSED = "2026-03-03 10:05", "2026-03-10 00:05"
"""It opens on Tuesdays at 10:00 and closes when Monday ends."""

Given = Mapping[str, str]
VARIED: Sequence[str] = ("5", "4", "4", "2", "3", "4")
"""Ratings of a team of six: 67 percent are favourable."""


def everybodys() -> dict[str, Given]:
    """An answer of everybody: what they rate and that they say something of their own."""
    given: dict[str, Given] = {}
    for team in (MIAS, MAXS, ("lea", *LEAS)):
        for number, name in enumerate(team):
            rating = VARIED[number % len(VARIED)]
            given[name] = {"rating:clear": rating, "rating:time": rating, "text:else": _own(name)}
    return given


def _own(name: str) -> str:
    return f"kestrel of {name}"


async def opened(
    open_world: OpenWorld, people: Sequence[Someone] = COMPANY, **rules: object
) -> World:
    """The survey runs: it is Tuesday, 10:05."""
    policy = replace(RULES, **rules)  # type: ignore[arg-type]  # the fields' names are checked
    world = await open_world(people, [SURVEY], policy=policy)
    await world.until(OPENS)
    return world


async def answer(world: World, given: Mapping[str, Given]) -> None:
    """They fill in the form of this week's survey."""
    for name, fields in given.items():
        await world.act(name, "start")
        await world.submits(name, await world.opens(name, "open_form"), fields)


async def counted(open_world: OpenWorld, given: Mapping[str, Given] | None = None) -> World:
    """The first survey is closed and counted."""
    world = await opened(open_world)
    await answer(world, everybodys() if given is None else given)
    await world.until(CLOSED)
    return world


async def surveys(world: World, who: str) -> list[str]:
    """Which check-ins somebody may look at, newest first."""
    reader = await world.person(who)
    read = world.built.uow.read
    found = await read(lambda tx: results.surveys_for(tx, reader, world.now))
    return [line.key for line in found]


async def newest(world: World) -> UUID:
    """The newest counted survey's id."""
    [survey, *_] = await world.built.uow.read(lambda tx: tx.surveys.counted(1))
    return survey.id


async def result(world: World, who: str, unit: str | None = None) -> SurveyResult | None:
    """What somebody sees of the newest survey: of a manager's unit, or of what is their own."""
    reader, survey_id = await world.person(who), await newest(world)
    unit_id = world.ids[unit] if unit else None
    return await world.built.uow.read(
        lambda tx: results.result(tx, reader, survey_id, unit_id, world.now)
    )


async def question(world: World, who: str, key: str, unit: str | None = None) -> QuestionResult:
    found = await result(world, who, unit)
    assert found is not None
    return next(each for each in found.questions if each.question.key == key)


async def comments(world: World, who: str, unit: str | None = None) -> OpenedComments | None:
    """Those of what else they said, as somebody may read them; each reading is logged."""
    reader, survey_id = await world.person(who), await newest(world)
    unit_id = world.ids[unit] if unit else reader.organisation_id
    at = (reader, survey_id, unit_id, "else", world.now)
    authors = await world.built.uow.read(lambda tx: results.comment_authors(tx, *at))
    vault = await world.built.kit.keys.vault(authors)
    return await world.built.uow.write(lambda tx: results.read_comments(tx, vault, *at, limit=50))
