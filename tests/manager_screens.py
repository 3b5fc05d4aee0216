"""A small team's weeks for pictures: its manager's summary with reclaimed time, a guide, and the
nudges of a Tuesday.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from bot.domain.message import Message, Panel, View
from tests.journeys.conftest import prepared
from tests.journeys.given import (
    Someone,
    check_in,
    one_to_ones,
    stay_interviews,
    weekly_summary,
)
from tests.journeys.test_manager_changes import add, promise
from tests.journeys.test_one_to_ones import set_rhythm
from tests.journeys.world import World

TEAM = (
    Someone("mara"),
    Someone("ana", "mara"),
    Someone("jonas", "mara"),
    Someone("priya", "mara", hired_on=date(2025, 12, 19)),
)
SAID: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "ana": (
        {"text:experience": "Good, on the whole.", "rating:ai_expectations": "2"},
        {
            "text:experience": "The map review takes half the time now. I get twice as many.",
            "rating:ai_expectations": "4",
        },
    ),
    "jonas": (
        {"text:ai_use": "For first drafts.", "rating:ai_expectations": "4"},
        {"text:ai_use": "Less than before: checking eats it up.", "rating:ai_expectations": "3"},
    ),
    "priya": (
        {"text:ai_wish": "To learn it properly.", "rating:ai_expectations": "3"},
        {"text:ai_wish": "An hour to try things out.", "rating:ai_expectations": "3"},
    ),
}
"""By person, the check-in of either week."""

TIME = {
    "ana": {"text:hours_saved": "5", "choice:where_time_went": "more_of_the_same"},
    "jonas": {"text:hours_saved": "2", "choice:where_time_went": "more_of_the_same"},
    "priya": {"text:hours_saved": "2", "choice:where_time_went": "learning"},
}


@asynccontextmanager
async def two_weeks(folder: Path) -> AsyncIterator[World]:
    """The team on the second Friday, in databases made in `folder`; its summary has come."""
    check_ins = (
        check_in("work", pack="ai_check_in", questions_per_round=5, reminders=0),
        check_in("time", pack="ai_capacity", on=2, since=date(2026, 3, 9), reminders=0),
    )
    cadences = (*check_ins, weekly_summary(), one_to_ones(), stay_interviews())
    world = await World.open(prepared(folder), TEAM, cadences)
    try:
        await world.until("2026-03-03 10:05")
        await world.starts(*SAID)
        await _answer(world, {who: said[0] for who, said in SAID.items()})
        await world.until("2026-03-10 10:05")
        await _answer(world, {who: said[1] for who, said in SAID.items()})
        await world.until("2026-03-11 10:05")
        await _answer(world, TIME)
        await world.until("2026-03-13 15:05")
        yield world
    finally:
        await world.close()


async def _answer(world: World, said: Mapping[str, Mapping[str, str]]) -> None:
    for who, fields in said.items():
        await world.submits(who, await world.opens(who, "open_form"), fields)


def summary_of(world: World) -> Message:
    return world.arrived("mara", "summary")[-1].message


async def guide_pages(world: World, *steps: int) -> list[Panel]:
    """Pages of the stay interview with Ana, as Mara opens them."""
    found = []
    for step in steps:
        reply = await world.act("mara", "guide_open", f"stay_interview:{step}:{world.ids['ana']}")
        assert isinstance(reply.view, Panel)
        found.append(reply.view)
    return found


async def a_tuesday(world: World) -> None:
    """On, to the Tuesday after: a 1:1 with Ana, a promise that is due, a stay interview."""
    for name, rhythm in (("ana", "weekly"), ("jonas", "two_weeks"), ("priya", "monthly")):
        await set_rhythm(world, "mara", name, rhythm=rhythm, weekday="1", first="2026-03-17")
    await add(world, "ana", "mara", "Who reviews the Alpine sheets in April?")
    await promise(world, "mara", "ana", "Half a day without reviews, every Thursday", "2026-03-27")
    await promise(world, "mara", "jonas", "A budget for the course", "2026-03-18")
    await world.until("2026-03-17 09:05")


def nudges_of(world: World) -> Message:
    return world.arrived("mara", "nudge")[-1].message


async def around_one_to_ones(world: World) -> list[View]:
    """*Prepare*, the form after a 1:1, and the form of its days."""
    ana = str(world.ids["ana"])
    held = next(
        value for _, action, value in await world.buttons("mara") if action == "meeting_held"
    )
    found = []
    for action, value in (("one_to_one", ana), ("meeting_notes", held), ("one_to_one_set", ana)):
        view = (await world.act("mara", action, value, send=False)).view
        assert view is not None, action
        found.append(view)
    return found
