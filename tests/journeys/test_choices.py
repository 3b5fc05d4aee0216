"""What people decide about being asked: not for me, later, skip, pause."""

from __future__ import annotations

import pytest

from bot.services.home import home
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at, check_in, nudge, weekly_summary
from tests.journeys.words import words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")


async def company(open_world: OpenWorld, **changes: object) -> World:
    """Tuesday, 10:05: the welcome is on the screens; Mara, who answers nothing, is a manager."""
    cadences = [check_in(**{"reminders": 0} | changes), weekly_summary()]
    world = await open_world([MARA, ANA, BEN], cadences)
    await world.until("2026-03-03 10:05")
    return world


async def opened(open_world: OpenWorld, **changes: object) -> World:
    """The same, and Ana has started."""
    world = await company(open_world, **changes)
    await world.starts("ana")
    return world


@on_both
async def test_nothing_is_asked_before_start(open_world: OpenWorld) -> None:
    """First contact shows who would read the answers, *Start* and *Not for me*, and no question."""
    world = await company(open_world, reminders=2)
    await world.until("2026-03-09 00:00")
    assert {arrival.kind for arrival in world.arrived("ana")} == {"welcome"}
    first = world.arrived("ana")[0].words
    assert "Mara, your manager, can read your answers" in first
    assert "How is work?" not in first
    assert await world.button("ana", "Start")
    assert await world.button("ana", "Not for me")


async def test_not_for_me_is_final_until_changed(open_world: OpenWorld) -> None:
    """Nothing is asked for weeks; to the manager it reads exactly as Ben's silence does."""
    world = await company(open_world, reminders=2)
    await world.press("ana", "Not for me")
    before = len(world.arrived("ana"))
    await world.until("2026-03-27 18:00")
    assert len(world.arrived("ana")) == before
    for panel in await world.details("mara"):
        assert words(panel).splitlines()[-2] == "Ana and Ben: nothing shared this week."
    assert (await world.skipped())["not_for_me"] == 3


async def test_rejoining(open_world: OpenWorld) -> None:
    """After *Start again* nothing comes before the next check-in is due, and that one asks
    everything."""
    world = await company(open_world)
    await world.press("ana", "Not for me")
    await world.until("2026-03-12 12:00")
    await world.press("ana", "Start again")
    before = len(world.prompts("ana"))
    await world.until("2026-03-16 18:00")
    assert len(world.prompts("ana")) == before
    await world.until("2026-03-17 12:00")
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-20 18:00")
    assert (await world.told("mara"))[-1] == ["kestrel", "plover"]


async def test_not_for_me_in_the_middle(open_world: OpenWorld) -> None:
    """Somebody who stops between two questions isn't asked the second, and what nobody was shown
    yet stays with them."""
    world = await opened(open_world)
    await world.types("ana", "kestrel")
    await world.types("ana", "not for me")
    await world.until("2026-03-06 18:00")
    assert len(world.arrived("ana", "question")) == 1
    assert await world.told("mara") == [[]]
    assert await world.my_words("ana") == ["kestrel"]


async def test_not_for_me_after_the_summary(open_world: OpenWorld) -> None:
    """What the manager was shown before somebody stopped can still be opened, until the person
    keeps it to themselves; the check-in that is open then asks nothing more."""
    world = await opened(open_world)
    await world.answers("ana", "kestrel")
    await world.until("2026-03-06 18:00")
    await world.types("ana", "not for me")
    assert await world.told("mara") == [["kestrel"]]
    await world.press_under("ana", "kestrel", "only_me")
    assert await world.told("mara") == [[]]


async def test_start_after_the_check_in_closed(open_world: OpenWorld) -> None:
    """*Start* pressed long after its check-in closed is heard, and the next one asks."""
    world = await company(open_world, closes_after_days=1)
    value = (await world.button("ana", "Start"))[2]
    await world.until("2026-03-06 12:00")
    await world.act("ana", "start", value)
    assert world.arrived("ana", "question") == []
    await world.until("2026-03-10 10:05")
    assert len(world.arrived("ana", "question")) == 1


@pytest.mark.parametrize(
    ("when", "back"),
    [
        ("hour", "2026-03-03 11:05"),
        ("tomorrow", "2026-03-04 10:00"),
        ("next_week", "2026-03-10 10:00"),
    ],
)
async def test_snooze(open_world: OpenWorld, when: str, back: str) -> None:
    """*Not now* brings the check-in back at the moment it names, once, and it can be answered."""
    world = await opened(open_world, weeks=4)
    await world.puts_off("ana", when)
    assert f"{at(back):%B}" in world.arrived("ana", "note")[-1].words
    await world.until("2026-03-20 00:00")
    assert world.prompts("ana")[1:] == [back]


async def test_a_snooze_never_ends_in_quiet_hours(open_world: OpenWorld) -> None:
    """In an hour, pressed at 17:30, means the next morning; on a Friday, Monday morning."""
    world = await opened(open_world, weeks=4)
    await world.until("2026-03-03 17:30")
    await world.puts_off("ana", "hour")
    await world.until("2026-03-06 17:30")
    assert world.prompts("ana")[1:] == ["2026-03-04 08:00"]
    await world.puts_off("ana", "hour")
    await world.until("2026-03-10 00:00")
    assert world.prompts("ana")[2:] == ["2026-03-09 08:00"]


async def test_a_snooze_over_the_weekend(open_world: OpenWorld) -> None:
    """Tomorrow, pressed on Friday, is Monday."""
    world = await opened(open_world, weeks=4)
    await world.until("2026-03-06 12:00")
    await world.puts_off("ana", "tomorrow")
    await world.until("2026-03-10 00:00")
    assert world.prompts("ana")[1:] == ["2026-03-09 08:00"]


async def test_a_snooze_moves_the_closing(open_world: OpenWorld) -> None:
    """Put off beyond its closing, the check-in stays open until the end of the day it is back on,
    and closes then."""
    world = await opened(open_world, closes_after_days=2, weeks=4)
    await world.puts_off("ana", "next_week")
    await world.until("2026-03-10 10:05")
    assert "Tuesday, March 10" in world.arrived("ana", "question")[-1].words
    await world.answers("ana", "kestrel")
    await world.until("2026-03-11 09:00")
    await world.types("ana", "heron")
    assert world.arrived("ana")[-1].words.startswith("I have no question open")
    assert await world.my_words("ana") == ["kestrel"]


@pytest.mark.parametrize("when", ["hour", "tomorrow", "next_week"])
async def test_never_a_snooze_and_a_reminder_on_one_day(open_world: OpenWorld, when: str) -> None:
    """With reminders on, nobody hears twice on one day of the same check-in because they asked to
    be asked later."""
    world = await opened(open_world, reminders=2, weeks=4)
    await world.puts_off("ana", when)
    await world.until("2026-03-20 00:00")
    days = [wall[:10] for wall in world.prompts("ana")[1:]]
    assert len(days) == len(set(days))
    if when != "hour":
        assert "2026-03-03" not in days


async def test_snoozed_while_the_next_question_is_on_its_way(open_world: OpenWorld) -> None:
    """*Not now* within the silence after an answer stops the next question."""
    world = await opened(open_world)
    await world.types("ana", "kestrel")
    await world.puts_off("ana", "tomorrow")
    await world.until("2026-03-03 18:00")
    assert len(world.arrived("ana", "question")) == 1
    await world.until("2026-03-04 12:00")
    assert world.arrived("ana", "question")[-1].words.splitlines()[2] == "Any wish?"


async def test_skip(open_world: OpenWorld) -> None:
    """A skipped check-in is quiet until the next; what was answered before stays shared; nobody
    can tell it from silence."""
    world = await opened(open_world, reminders=2)
    await world.answers("ana", "kestrel")
    await world.puts_off("ana", "skip")
    await world.until("2026-03-09 18:00")
    assert world.prompts("ana") == ["2026-03-03 10:00"]
    assert await world.told("mara") == [["kestrel"]]
    assert "kip" not in words((await world.details("mara"))[0])
    await world.until("2026-03-10 12:00")
    assert len(world.prompts("ana")) == 2


async def test_pause_and_return(open_world: OpenWorld) -> None:
    """Nothing at all comes before the day the pause ends; from then on everything does, and the
    missed weeks don't."""
    cadences = [check_in(reminders=2), nudge(on=2), weekly_summary()]
    world = await open_world([MARA, ANA], cadences)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.puts_off("ana", "pause", until="2026-03-17")
    before = len(world.arrived("ana"))
    await world.until("2026-03-16 23:59")
    assert len(world.arrived("ana")) == before
    await world.until("2026-03-18 18:00")
    assert world.prompts("ana")[1:] == ["2026-03-17 10:00", "2026-03-18 09:30", "2026-03-18 10:00"]
    assert (await world.skipped())["paused"] == 3
    read = [words(panel) for panel in await world.details("mara")]
    assert all("Ana: nothing shared this week." in text for text in read)


async def test_resume_early(open_world: OpenWorld) -> None:
    """A pause ended early asks again from the next check-in on."""
    world = await opened(open_world)
    await world.puts_off("ana", "pause", until="2026-05-01")
    await world.until("2026-03-09 12:00")
    assert "Paused" in words(await world.home("ana"))
    await world.press("ana", "Resume now")
    await world.until("2026-03-10 12:00")
    assert world.prompts("ana")[1:] == ["2026-03-10 10:00"]


async def test_a_pause_with_a_prompt_on_its_way(open_world: OpenWorld) -> None:
    """Paused at 9 in the evening, with a check-in queued for the morning: it doesn't come."""
    world = await company(open_world, hour="20:00", on=2)
    await world.until("2026-03-04 20:30")
    form = (await world.act("ana", "open_pause")).view
    assert form is not None
    await world.submits("ana", form, {"until": "2026-03-20"})  # type: ignore[arg-type]  # a form
    await world.until("2026-03-10 00:00")
    assert world.prompts("ana") == []
    assert world.prompts("ben") == ["2026-03-05 08:00"]


@pytest.mark.parametrize("until", ["2026-03-03", "2020-01-01", "2030-01-01", "soon", ""])
async def test_a_pause_needs_a_day_that_makes_sense(open_world: OpenWorld, until: str) -> None:
    """A wrong day brings the form back with an error and pauses nothing."""
    world = await opened(open_world)
    reply = await world.puts_off("ana", "pause", until=until)
    assert reply.view is not None
    assert "Please choose a day" in words(reply.view)
    assert (await world.person("ana")).paused_until is None


async def test_a_managers_pause_keeps_the_summary(open_world: OpenWorld) -> None:
    """A manager who pauses is asked nothing and still gets the team's summary."""
    world = await opened(open_world)
    await world.answers("ana", "kestrel", "plover")
    await world.starts("mara")
    await world.puts_off("mara", "pause", until="2026-04-01")
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["kestrel", "plover"]]


async def test_home_says_what_is_open_and_next(open_world: OpenWorld) -> None:
    """Home names the open check-in and the next one; to somebody who declined it names none."""
    world = await opened(open_world)
    shown = words(await home(world.built.kit, world.ids["ana"], world.now))
    assert "A check-in is open until Monday, March 9." in shown
    assert "Next check-in" in shown
    await world.act("ana", "decline")
    shown = words(await world.home("ana"))
    assert "Next check-in" not in shown
    assert "Not for me" in shown
