"""Reminders: few, on working days, and never to those who have answered."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.policy import Policy
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import BERLIN, Someone, at, check_in, nudge, weekly_summary
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")


async def running(open_world: OpenWorld, start: str = "2026-03-02", **changes: object) -> World:
    """Ana takes part and answers nothing by herself; the check-in comes every four weeks."""
    spec = check_in(**{"weeks": 4} | changes)
    world = await open_world([MARA, ANA], [spec, weekly_summary()], at(f"{start} 00:00"))
    await world.act("ana", "start")
    return world


@on_both
async def test_two_reminders(open_world: OpenWorld) -> None:
    """Somebody silent is reminded after one working day and on the day before closing, and that is
    all, to the end."""
    world = await running(open_world, closes_after_days=8)
    await world.until("2026-03-28 00:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-04 10:00", "2026-03-10 10:00"]


async def test_reminders_pass_over_weekends(open_world: OpenWorld) -> None:
    """Due on Friday and closing on the Monday after next: reminded on Monday, and on the Friday
    before the closing day."""
    world = await running(open_world, on=4, closes_after_days=10)
    await world.until("2026-03-28 00:00")
    assert world.prompts("ana") == ["2026-03-06 10:00", "2026-03-09 10:00", "2026-03-13 10:00"]


async def test_reminders_pass_over_holidays(open_world: OpenWorld) -> None:
    """Due on the Thursday before Easter: the first reminder comes on the Tuesday after."""
    world = await running(open_world, "2026-03-30", on=3, closes_after_days=10)
    await world.until("2026-04-20 00:00")
    assert world.prompts("ana")[:2] == ["2026-04-02 10:00", "2026-04-07 10:00"]
    assert len(world.prompts("ana")) <= 3


async def test_none_after_answering(open_world: OpenWorld) -> None:
    """Whoever has answered everything is never reminded."""
    world = await running(open_world)
    await world.until("2026-03-03 12:00")
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-28 00:00")
    assert world.prompts("ana") == ["2026-03-03 10:00"]


async def test_none_between_two_answers(open_world: OpenWorld) -> None:
    """A reminder that falls due while somebody is just answering isn't sent."""
    world = await running(open_world)
    await world.until("2026-03-04 09:59")
    world.jump("2026-03-04 09:59:57")
    await world.types("ana", "kestrel")
    await world.wait()
    assert world.prompts("ana") == ["2026-03-03 10:00"]
    assert len(world.arrived("ana", "question")) == 2


async def test_half_answered_is_reminded_of_the_rest(open_world: OpenWorld) -> None:
    """Who answered the first question is reminded of the second, with the second."""
    world = await running(open_world)
    await world.until("2026-03-03 12:00")
    await world.answers("ana", "kestrel")
    await world.until("2026-03-04 12:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-04 10:00"]
    assert "Any wish?" in world.arrived("ana", "question")[-1].words
    await world.answers("ana", "plover")
    assert sorted(await world.my_words("ana")) == ["kestrel", "plover"]


async def test_no_dead_buttons_after_a_reminder(open_world: OpenWorld) -> None:
    """Once the question is answered under its reminder, neither it nor the first message offers
    to skip it any more."""
    world = await running(open_world)
    await world.until("2026-03-04 12:00")
    await world.answers("ana", "kestrel")
    skips = [value for _, action, value in await world.buttons("ana") if action == "skip_question"]
    assert [value.partition(":")[2] for value in skips] == ["wish"]


async def test_a_missed_reminder_is_not_made_up_for(open_world: OpenWorld) -> None:
    """A day of downtime on the day of the first reminder: the second still comes, alone."""
    world = await running(open_world, closes_after_days=8)
    await world.until("2026-03-04 09:00")
    await world.down_until("2026-03-05 09:00")
    await world.until("2026-03-28 00:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-10 10:00"]


async def test_long_downtime_over_both_reminders(open_world: OpenWorld) -> None:
    """Down from before the first reminder until the closing day: at most one message follows."""
    world = await running(open_world, closes_after_days=8)
    await world.until("2026-03-04 09:00")
    await world.down_until("2026-03-10 12:00")
    await world.until("2026-03-28 00:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-10 12:00"]


async def test_the_cap_of_a_week(open_world: OpenWorld) -> None:
    """However much is configured, nobody gets more prompts in a local week than the cap says;
    summaries and replies don't count, nor do a manager's nudges, which are one a day at most."""
    policy = Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=2)
    cadences = [
        check_in(on=0),
        check_in("more", on=2, pack="other"),
        nudge(on=1),
        replace(nudge(on=3), key="other-note"),
        weekly_summary(),
    ]
    world = await open_world([MARA, ANA], cadences, policy=policy)
    await world.until("2026-03-02 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-16 00:00")
    for who in ("ana", "mara"):
        weeks = [
            arrival.local.isocalendar().week
            for arrival in world.arrived(who)
            if arrival.is_prompt and not (who == "mara" and arrival.kind == "nudge")
        ]
        assert max(weeks.count(week) for week in weeks) <= 2
    days = [arrival.local.date() for arrival in world.arrived("mara", "nudge")]
    assert len(days) == len(set(days)) == 4
    assert len(world.arrived("mara", "summary")) == 2
    assert (await world.skipped())["weekly_cap"] > 0


async def test_a_company_wide_pause(open_world: OpenWorld) -> None:
    """A pause over the whole company stops check-ins, reminders, notes and summaries; what was
    shared meanwhile isn't lost, and the first summary after it brings it."""
    cadences = [check_in(closes_after_days=8), nudge(on=3), weekly_summary()]
    world = await open_world([MARA, ANA], cadences)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel")
    await world.company_pauses(at("2026-03-16 00:00"))
    before = len(world.arrivals)
    await world.until("2026-03-15 23:00")
    assert len(world.arrivals) == before
    assert (await world.skipped())["company_paused"] >= 4
    await world.until("2026-03-20 18:00")
    assert await world.told("mara") == [["kestrel"]]
    assert world.prompts("ana")[1:2] == ["2026-03-17 10:00"]


async def test_answers_during_a_company_wide_pause(open_world: OpenWorld) -> None:
    """Whoever answers although everything is paused is heard: replies pass the pause."""
    world = await running(open_world)
    await world.until("2026-03-03 12:00")
    await world.company_pauses(at("2026-03-09 00:00"))
    await world.answers("ana", "kestrel", "plover")
    assert len(world.arrived("ana", "thanks")) == 1
    assert sorted(await world.my_words("ana")) == ["kestrel", "plover"]


async def test_a_welcome_is_reminded_of_like_a_check_in(open_world: OpenWorld) -> None:
    """Somebody who let the welcome pass gets it again as a reminder, twice at most, and never with
    a question in it."""
    world = await open_world([MARA, ANA], [check_in(closes_after_days=8, weeks=4)])
    await world.until("2026-03-28 00:00")
    assert len(world.arrived("ana", "welcome")) == 3
    assert world.arrived("ana", "question") == []
