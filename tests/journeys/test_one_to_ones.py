"""A manager's 1:1s: told of on their day, once a day, with words that rest on what was shared."""

from __future__ import annotations

from datetime import date

from bot.domain.message import Form, Panel
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import (
    NO_FOLLOW_UPS,
    Someone,
    check_in,
    nudge,
    one_to_ones,
    stay_interviews,
    weekly_summary,
)
from tests.journeys.words import quotes, words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara", hired_on=date(2025, 12, 5))
BEN = Someone("ben", manager="mara")
CADENCES = [check_in(reminders=0, pack="ai_check_in"), weekly_summary(), one_to_ones()]


async def company(open_world: OpenWorld, *people: Someone, cadences: object = None) -> World:
    """Mara manages Ana and Ben; it is Monday, before nine."""
    return await open_world(people or (MARA, ANA, BEN), cadences or CADENCES, policy=NO_FOLLOW_UPS)


async def set_rhythm(world: World, who: str, report: str, **fields: str) -> str:
    """The form for one report, sent with these fields; what it says then."""
    form = (await world.act(who, "one_to_one_set", str(world.ids[report]))).view
    assert isinstance(form, Form)
    reply = await world.submits(who, form, fields)
    return words(reply.view) if reply.view is not None else reply.notice


async def nudges(world: World, who: str = "mara") -> list[str]:
    """When nudges came, on the reader's clock."""
    return world.walls(who, "nudge")


@on_both
async def test_until_days_are_set_one_nudge_on_monday_offers_to_set_them(
    open_world: OpenWorld,
) -> None:
    world = await company(open_world)
    await world.until("2026-03-10 12:00")
    assert await nudges(world) == ["2026-03-02 09:00", "2026-03-09 09:00"]
    first = world.arrived("mara", "nudge")[0]
    assert "Ana and Ben" in first.words
    panel = (await world.press("mara", "one_to_ones")).view
    assert isinstance(panel, Panel)
    assert "Ana: no day set yet" in words(panel)
    assert not world.arrived("ana", "nudge")


@on_both
async def test_on_the_day_it_comes_once_with_words_they_shared(open_world: OpenWorld) -> None:
    """Set to every week on Tuesday: the first comes on the next Tuesday, the next a week later."""
    world = await company(open_world)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel words. Can we talk?", "heron words")
    await set_rhythm(world, "mara", "ben", rhythm="off")
    said = await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    assert "March 10" in said
    await world.until("2026-03-17 12:00")
    days = [wall for wall in await nudges(world) if wall > "2026-03-04"]
    assert days == ["2026-03-10 09:00", "2026-03-11 09:00", "2026-03-17 09:00"]
    told = world.arrived("mara", "nudge")[1]
    assert "1:1 with Ana" in told.words
    assert [q.text for q in quotes(told.message.blocks)] == [
        "kestrel words. Can we talk?",
        "heron words",
    ]
    assert "kestrel" not in told.message.text


async def test_what_no_summary_held_yet_is_not_told_in_a_nudge(open_world: OpenWorld) -> None:
    """Ana answers on Tuesday, the 1:1 is on Wednesday, the summary on Friday: were her words told
    on Wednesday, their absence would tell as well."""
    world = await company(open_world)
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="2")
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel words", "heron words")
    await world.until("2026-03-04 12:00")
    assert await nudges(world) == ["2026-03-02 09:00", "2026-03-04 09:00"]
    assert "kestrel" not in await world.sees("mara")
    prepared = (await world.act("mara", "one_to_one", str(world.ids["ana"]))).view
    assert "kestrel" not in words(prepared)


@on_both
async def test_it_happened_and_both_read_what_was_noted(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await set_rhythm(world, "mara", "ana", rhythm="two_weeks", weekday="1", first="2026-03-03")
    await world.until("2026-03-03 09:30")
    form = await world.opens("mara", "meeting_held")
    assert "Only you and Ana" in words(form)
    await world.submits("mara", form, {"notes": "We shorten the reviews"})
    assert "It happened" in await world.sees("mara")
    for who, other in (("mara", "ana"), ("ana", "mara")):
        panel = (await world.act(who, "pair", str(world.ids[other]))).view
        assert "We shorten the reviews" in words(panel)
    assert "We shorten" not in await world.can_read("ben")
    await world.until("2026-03-18 12:00")
    days = [wall for wall in await nudges(world) if "1:1 with Ana" in told_on(world, wall)]
    assert days == ["2026-03-03 09:00", "2026-03-17 09:00", "2026-03-18 09:00"]


def told_on(world: World, wall: str) -> str:
    return next(a.words for a in world.arrived("mara", "nudge") if a.wall == wall)


async def test_not_yet_is_asked_once_more(open_world: OpenWorld) -> None:
    world = await company(open_world, MARA, ANA)
    await set_rhythm(world, "mara", "ana", rhythm="monthly", weekday="1")
    await world.until("2026-03-03 12:00")
    await world.press("mara", "meeting_not_yet")
    await world.until("2026-03-20 12:00")
    days = [wall for wall in await nudges(world) if wall > "2026-03-02 10:00"]
    assert days == ["2026-03-03 09:00", "2026-03-04 09:00"]
    assert "Did your 1:1 with Ana happen?" in told_on(world, days[1])


async def test_a_moved_one_comes_on_its_new_day_and_the_rhythm_stays(open_world: OpenWorld) -> None:
    world = await company(open_world, MARA, ANA)
    await set_rhythm(world, "mara", "ana", rhythm="two_weeks", weekday="1")
    await world.until("2026-03-03 12:00")
    form = await world.opens("mara", "meeting_move")
    refused = await world.submits("mara", form, {"day": "2026-03-01"})
    assert "Please choose a day after today." in words(refused.view)
    await world.submits("mara", form, {"day": "2026-03-05"})
    assert "Moved to" in await world.sees("mara")
    await world.until("2026-03-05 10:00")
    await world.opens("mara", "meeting_held")
    await world.until("2026-03-18 12:00")
    days = [wall for wall in await nudges(world) if wall > "2026-03-02 10:00"]
    assert days == ["2026-03-03 09:00", "2026-03-05 09:00", "2026-03-17 09:00", "2026-03-18 09:00"]


async def test_switched_off_there_is_nothing_about_them(open_world: OpenWorld) -> None:
    world = await company(open_world, MARA, ANA)
    said = await set_rhythm(world, "mara", "ana", rhythm="off")
    assert "won't remind you" in said
    await world.until("2026-03-31 12:00")
    assert await nudges(world) == []


async def test_tomorrow_instead(open_world: OpenWorld) -> None:
    """The message says so and loses its buttons; everything comes with the next one."""
    world = await company(open_world, MARA, ANA)
    await set_rhythm(world, "mara", "ana", rhythm="monthly", weekday="1")
    await world.until("2026-03-03 12:00")
    await world.press("mara", "nudges_later")
    assert "Put off until" in await world.sees("mara")
    await world.until("2026-03-04 12:00")
    days = [wall for wall in await nudges(world) if wall > "2026-03-02 10:00"]
    assert days == ["2026-03-03 09:00", "2026-03-04 09:00"]
    assert "1:1 with Ana" in told_on(world, days[1])


async def test_an_earlier_days_message_can_be_put_off_no_more(open_world: OpenWorld) -> None:
    """Whoever presses it all the same is told so, and the button goes; nothing comes twice."""
    world = await company(open_world, MARA, ANA)
    await set_rhythm(world, "mara", "ana", rhythm="monthly", weekday="1")
    await world.until("2026-03-03 12:00")
    (value,) = [v for _, does, v in await world.buttons("mara") if does == "nudges_later"]
    await world.until("2026-03-05 12:00")
    reply = await world.act("mara", "nudges_later", value)
    assert "earlier day" in reply.notice
    gone = [v for _, does, v in await world.buttons("mara") if does == "nudges_later"]
    assert value not in gone
    assert "Put off until" not in await world.sees("mara")


async def test_while_days_are_missing_the_list_comes_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    for name, others in (("ana", True), ("ben", False)):
        form = (await world.act("mara", "one_to_one_set", str(world.ids[name]))).view
        assert isinstance(form, Form)
        fields = {"rhythm": "weekly", "weekday": "1", "stay": "on"}
        reply = await world.submits("mara", form, fields)
        assert isinstance(reply.view, Panel) is others
        assert "Saved." in (words(reply.view) if others else reply.notice)


@on_both
async def test_a_manager_who_was_away_gets_one_message(open_world: OpenWorld) -> None:
    """Three weeks of weekly 1:1s with two people: on return each comes once, all in one message."""
    world = await company(open_world)
    for who in ("ana", "ben"):
        await set_rhythm(world, "mara", who, rhythm="weekly", weekday="1")
    await world.act("mara", "start")
    form = await world.opens("mara", "open_pause")
    await world.submits("mara", form, {"until": "2026-03-24"})
    await world.until("2026-03-24 12:00")
    assert await nudges(world) == ["2026-03-24 09:00"]
    assert told_on(world, "2026-03-24 09:00").count("1:1 with") == 2


async def test_an_organisations_note_comes_in_the_same_message(open_world: OpenWorld) -> None:
    world = await company(open_world, MARA, ANA, cadences=[one_to_ones(), nudge(hour="09:00")])
    await world.until("2026-03-02 12:00")
    [only] = world.arrived("mara", "nudge")
    assert "Hello Mara" in only.words
    assert "When do you meet your people?" in only.words
    assert [a.words for a in world.arrived("ana", "nudge")] == ["Hello Ana"]


@on_both
async def test_a_stay_interview_comes_by_tenure_with_its_guide(open_world: OpenWorld) -> None:
    """Ana is there for 90 days on 5 March: it is brought up on the Monday of that week, ends in a
    promise, and is not brought up again before her 180th day."""
    world = await company(open_world, MARA, ANA, BEN, cadences=[stay_interviews()])
    await world.until("2026-03-02 12:00")
    [told] = world.arrived("mara", "nudge")
    assert "Stay interview with Ana" in told.words
    assert "Ben" not in told.words
    guide = (await world.press("mara", "guide_open")).view
    assert isinstance(guide, Panel)
    await world.press("mara", "stay_tell")
    await world.settle()
    assert "Mara would like to take half an hour with you" in await world.sees("ana")
    ending = await world.opens("mara", "meeting_held")
    refused = await world.submits("mara", ending, {"promise": "osprey promise", "due": ""})
    assert "Please choose a day." in words(refused.view)
    kept = {"notes": "curlew note", "promise": "osprey promise", "due": "2026-07-01"}
    await world.submits("mara", ending, kept)
    panel = (await world.act("ana", "pair", str(world.ids["mara"]))).view
    assert "osprey promise" in words(panel)
    assert "curlew note" in words(panel)
    await world.until("2026-05-29 12:00")
    assert await nudges(world) == ["2026-03-02 09:00"]
    await world.until("2026-06-01 12:00")
    assert (await nudges(world))[1:] == ["2026-06-01 09:00"]


async def test_another_managers_meeting_is_nobodys_to_change(open_world: OpenWorld) -> None:
    """Ids in buttons can be forged: a stranger, the report and a former manager change nothing."""
    tom = Someone("tom")
    cleo = Someone("cleo", manager="tom")
    world = await company(open_world, MARA, ANA, BEN, tom, cleo)
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    await world.until("2026-03-03 12:00")
    meeting = next(v for _, a, v in await world.buttons("mara") if a == "meeting_held")
    for who in ("tom", "ana", "cleo"):
        for action in ("meeting_held", "meeting_move", "meeting_notes", "one_to_one"):
            value = str(world.ids["ana"]) if action == "one_to_one" else meeting
            reply = await world.act(who, action, value)
            assert not isinstance(reply.view, Form)
            assert "kestrel" not in words(reply.view)
        await world.act(who, "meeting_not_yet", meeting)
        assert (await world.act(who, "one_to_one_set", str(world.ids["ana"]))).view is None
    assert "Not yet. I'll ask" not in await world.sees("mara")
    await world.changes(ana="tom")
    assert (await world.act("mara", "meeting_held", meeting)).view is None
    assert (await world.act("tom", "meeting_held", meeting)).view is None


async def test_a_new_manager_begins_anew(open_world: OpenWorld) -> None:
    """Neither rhythm nor notes go over to the next manager."""
    world = await company(open_world, MARA, ANA, Someone("tom"))
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    await world.until("2026-03-03 09:30")
    await world.submits("mara", await world.opens("mara", "meeting_held"), {"notes": "kestrel"})
    await world.changes(ana="tom")
    await world.until("2026-03-31 12:00")
    assert await nudges(world) == ["2026-03-03 09:00"]
    assert await nudges(world, "tom") == [
        f"2026-03-{day} 09:00" for day in ("09", "16", "23", "30")
    ]
    assert "kestrel" not in await world.can_read("tom")
    for who, other in (("tom", "ana"), ("mara", "ana")):
        reply = await world.act(who, "pair", str(world.ids[other]))
        assert "kestrel" not in words(reply.view)
