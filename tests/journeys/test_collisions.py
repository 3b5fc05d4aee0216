"""Two check-ins at once: one conversation at a time."""

from __future__ import annotations

from bot.domain.cadence import CadenceSpec
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at, check_in
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")


def both(**changes: object) -> list[CadenceSpec]:
    """Two check-ins due at the same moment; the second closes first."""
    return [
        check_in("long", reminders=0, closes_after_days=6, **changes),
        check_in("short", pack="other", reminders=0, closes_after_days=3, **changes),
    ]


async def started(open_world: OpenWorld, cadences: list[CadenceSpec]) -> World:
    """Ana takes part since the week before; it is Tuesday, a minute before two are due."""
    world = await open_world([MARA, ANA], cadences, at("2026-02-24 09:00"))
    await world.act("ana", "start")
    await world.until("2026-03-03 09:59")
    world.arrivals.clear()
    return world


def titles(world: World, who: str = "ana") -> list[str]:
    """The questions somebody was asked, as (wall clock, question) in one text each."""
    asked = world.arrived(who, "question")
    return [f"{a.wall[5:]} {a.words.splitlines()[2 if a.is_prompt else 0]}" for a in asked]


@on_both
async def test_the_second_begins_when_the_first_is_done(open_world: OpenWorld) -> None:
    """Of two check-ins due at once the second waits, silently, until the first is answered."""
    world = await started(open_world, both())
    await world.until("2026-03-03 11:00")
    assert len(world.prompts("ana")) == 1
    first = titles(world)[0]
    await world.answers("ana", "one", "two")
    assert len(world.prompts("ana")) == 2
    await world.answers("ana", "three", "four")
    assert len(world.arrived("ana", "thanks")) == 2
    assert first != titles(world)[2]
    assert sorted(await world.my_words("ana")) == ["four", "one", "three", "two"]


async def test_answers_go_to_the_conversation_that_is_open(open_world: OpenWorld) -> None:
    """Words typed for the first check-in never land in the one that waits."""
    world = await started(open_world, both())
    await world.until("2026-03-03 11:00")
    await world.answers("ana", "one", "two")
    await world.answers("ana", "three")
    shown = {quote.note: quote.text for quote in (await world.my_quotes("ana"))}
    asked = [title.split(" ", 2)[2] for title in titles(world)]
    assert [shown[title] for title in asked[:3]] == ["one", "two", "three"]


async def test_ignored_for_one_working_day_it_frees_the_place(open_world: OpenWorld) -> None:
    """Whoever ignores the first for a working day is offered the second then, not before."""
    world = await started(open_world, both())
    await world.until("2026-03-04 09:59")
    assert world.prompts("ana") == ["2026-03-03 10:00"]
    await world.until("2026-03-04 18:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-04 10:00"]
    assert len({title[12:] for title in titles(world)}) == 2


async def test_a_weekend_is_no_working_day_for_freeing(open_world: OpenWorld) -> None:
    """Ignored on a Friday, the first keeps the place until Monday."""
    world = await started(open_world, both(on=4))
    await world.until("2026-03-09 18:00")
    assert world.prompts("ana") == ["2026-03-06 10:00", "2026-03-09 10:00"]


async def test_snoozed_it_frees_the_place_at_once(open_world: OpenWorld) -> None:
    """Putting the first off until next week brings the second now; the first comes back after it,
    and the two never stand open side by side."""
    world = await started(open_world, both())
    await world.until("2026-03-03 11:00")
    await world.puts_off("ana", "tomorrow")
    await world.wait()
    assert len(world.prompts("ana")) == 2
    await world.answers("ana", "one", "two")
    await world.until("2026-03-04 12:00")
    assert world.prompts("ana")[2:] == ["2026-03-04 10:00"]
    await world.answers("ana", "three", "four")
    assert len(await world.my_words("ana")) == 4


async def test_a_snooze_that_ends_while_another_is_open_waits(open_world: OpenWorld) -> None:
    """A check-in that comes back from a snooze lets the open conversation finish first."""
    world = await started(open_world, both())
    await world.until("2026-03-03 11:00")
    await world.puts_off("ana", "hour")
    await world.wait()
    await world.types("ana", "one")
    await world.until("2026-03-03 13:00")
    assert len(world.prompts("ana")) == 2
    await world.answers("ana", "two")
    await world.until("2026-03-03 13:30")
    assert len(world.prompts("ana")) == 3


async def test_pressing_in_the_one_that_was_ignored(open_world: OpenWorld) -> None:
    """The second came because the first was ignored; Ana then presses a button of the first. Each
    word she types goes under the question that reached her last, and nothing is lost."""
    world = await started(open_world, both())
    await world.until("2026-03-04 11:00")
    first, second = (title[12:] for title in titles(world))
    skips = [value for _, action, value in await world.buttons("ana") if action == "skip_question"]
    await world.act("ana", "skip_question", skips[0])
    await world.wait()
    third = titles(world)[-1][12:]
    assert len({first, second, third}) == 3
    await world.answers("ana", "to the third", "to the second", "to the last")
    shown = {quote.note: quote.text for quote in await world.my_quotes("ana")}
    assert shown[third] == "to the third"
    assert shown[second] == "to the second"
    assert first not in shown
    assert len(shown) == 3
    assert len(world.arrived("ana", "thanks")) == 2


async def test_the_one_that_closes_first_goes_first(open_world: OpenWorld) -> None:
    """Three check-ins at once: those that wait come by closing date."""
    cadences = [
        check_in("far", reminders=0, closes_after_days=9, weeks=4),
        check_in("near", pack="other", reminders=0, closes_after_days=2, weeks=4, hour="10:05"),
        check_in("mid", pack="five", reminders=0, closes_after_days=5, weeks=4, hour="10:05"),
    ]
    world = await started(open_world, cadences)
    await world.until("2026-03-03 11:00")
    await world.answers("ana", "a1", "a2", "b1", "b2")
    asked = [title.split(" ", 2)[2] for title in titles(world)]
    assert asked[:4] == ["How is work?", "Any wish?", "Which tools?", "The team?"]
    assert asked[4] == "Question 1?"


async def test_one_that_waits_until_it_closes_is_skipped_visibly(open_world: OpenWorld) -> None:
    """Someone busy with one check-in never hears of another that closed meanwhile."""
    cadences = [
        check_in("long", reminders=0, weeks=4),
        check_in("today", pack="other", reminders=0, closes_after_days=0, hour="10:30", weeks=4),
    ]
    world = await started(open_world, cadences)
    await world.until("2026-03-05 12:00")
    assert world.prompts("ana") == ["2026-03-03 10:00"]
    assert await world.skipped() == {"another_conversation": 2}  # hers and her manager's
