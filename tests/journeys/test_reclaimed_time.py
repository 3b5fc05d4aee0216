"""The reclaimed-time line of a summary: counts over what this manager may read, nothing else."""

from __future__ import annotations

from bot.domain.people import Role
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
TOM = Someone("tom")
HR = Someone("ines", role=Role.HR_ADMIN)
TEAM = [Someone(name, "mara") for name in ("ana", "ben", "cleo")]
OTHER = Someone("dan", "tom")
SAME, LEARNING = "more_of_the_same", "learning"
ADVICE = "For most it became more of the same."


async def company(open_world: OpenWorld, **shared: tuple[str, str]) -> World:
    """It is Tuesday; who is named shared so many hours and where they went."""
    cadences = [check_in(pack="ai_capacity", reminders=0), weekly_summary()]
    world = await open_world((MARA, TOM, HR, *TEAM, OTHER), cadences)
    await world.until("2026-03-03 10:05")
    for who, (hours, where) in shared.items():
        await world.starts(who)
        form = await world.opens(who, "open_form")
        fields = {"text:hours_saved": hours, "choice:where_time_went": where}
        await world.submits(who, form, {name: value for name, value in fields.items() if value})
    return world


async def summary_of(world: World, who: str) -> str:
    await world.until("2026-03-06 18:00")
    [summary] = world.arrived(who, "summary")
    return summary.words


@on_both
async def test_the_sum_and_where_it_went_stand_in_one_line(open_world: OpenWorld) -> None:
    """Advice and a guide come with it where more than half say it became more of the same."""
    world = await company(
        open_world, ana=("3", SAME), ben=("4", SAME), cleo=("0", LEARNING), dan=("90", LEARNING)
    )

    said = await summary_of(world, "mara")

    line = (
        "Time saved with AI: 7 hours in a week, as 3 people told you. "
        "It mostly went to: More of the same work (2), Learning (1)."
    )
    assert line in said
    assert ADVICE in said
    assert len(said) < 900, "one phone screen"
    assert "Time saved with AI: 90 hours in a week, as 1 person told you." in await summary_of(
        world, "tom"
    )
    [panel] = await world.details("mara")
    assert line in words(panel)
    assert "Across the team" in words(panel)
    shown = list(pressable((await world.thread("mara"))[-1].blocks))
    assert ("A guide", "guide_open", "reclaimed_time:0") in shown
    assert "saved with AI:" not in await world.can_read("ines")


async def test_half_of_them_is_no_reason_for_advice(open_world: OpenWorld) -> None:
    world = await company(open_world, ana=("3", SAME), ben=("", LEARNING))
    said = await summary_of(world, "mara")
    assert "Time saved with AI: 3 hours in a week, as 1 person told you." in said
    assert "Learning (1), More of the same work (1)." in said
    assert ADVICE not in said


async def test_what_was_kept_to_oneself_counts_nowhere(open_world: OpenWorld) -> None:
    """Neither before the summary nor, when its details are opened, after it."""
    world = await company(open_world, ana=("3", SAME), ben=("4", SAME))
    await world.press_under("ana", "3", "only_me")
    said = await summary_of(world, "mara")
    assert "Time saved with AI: 4 hours in a week, as 1 person told you." in said
    await world.press_under("ben", "4", "only_me")
    [panel] = await world.details("mara")
    assert "saved with AI:" not in words(panel)
    assert "Time saved with AI mostly goes to: More of the same work (2)." in words(panel)


async def test_whoever_has_another_manager_now_is_not_counted(open_world: OpenWorld) -> None:
    world = await company(open_world, ana=("3", SAME), ben=("4", LEARNING))
    await summary_of(world, "mara")
    await world.changes(ana="tom")
    [panel] = await world.details("mara")
    assert "Time saved with AI: 4 hours in a week, as 1 person told you." in words(panel)
    assert "More of the same" not in words(panel)


async def test_nothing_is_said_where_nobody_told(open_world: OpenWorld) -> None:
    world = await company(open_world, ana=("", ""))
    said = await summary_of(world, "mara")
    assert "saved with AI" not in said
