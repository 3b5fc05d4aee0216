"""Managers' nudges where two things meet: a press and a message on its way, an absence and a day
that comes due, a promise and an answer that was given already.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.message import Form, Panel
from bot.services.desk import tend_desks
from bot.services.paging import MOST_BLOCKS
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at, check_in, one_to_ones, stay_interviews
from tests.journeys.test_manager_changes import between, stands_in, with_things_open
from tests.journeys.test_one_to_ones import ANA, BEN, MARA, nudges, set_rhythm, told_on
from tests.journeys.test_pairs import promises, stored
from tests.journeys.words import pressable, words
from tests.journeys.world import World

TOM = Someone("tom")
QUIET = check_in(on=3, reminders=0, weeks=50)


async def company(open_world: OpenWorld, *cadences: object) -> World:
    """Mara manages Ana and Ben, Tom manages nobody; it is Monday, before nine."""
    return await open_world((MARA, ANA, BEN, TOM), list(cadences) or [QUIET, one_to_ones()])


async def test_a_stay_interview_leads_to_a_topic_and_to_a_promise(open_world: OpenWorld) -> None:
    """The report's button opens the agenda's form, the guide's last page the promise's."""
    world = await company(open_world, stay_interviews())
    await world.until("2026-03-02 12:00")
    shown = (await world.press("mara", "guide_open")).view
    assert isinstance(shown, Panel)
    while on := [p for p in pressable(shown.blocks) if p[0] in ("First question", "Next")]:
        shown = (await world.act("mara", *on[0][1:])).view
        assert isinstance(shown, Panel)
    promise = next(p for p in pressable(shown.blocks) if p[0] == "Note the promise")
    assert isinstance((await world.act("mara", *promise[1:])).view, Form)
    await world.press("mara", "stay_tell")
    assert isinstance((await world.press("ana", "Add a topic")).view, Form)


async def pauses(world: World, until: str) -> None:
    form = await world.opens("mara", "open_pause")
    await world.submits("mara", form, {"until": until})


@on_both
async def test_back_earlier_than_said(open_world: OpenWorld) -> None:
    """A pause that is ended early ends for nudges too: all of it comes at once, and the next 1:1
    on its day."""
    world = await company(open_world)
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    await world.act("mara", "start")
    await pauses(world, "2026-03-27")
    await world.until("2026-03-09 10:00")
    assert await nudges(world) == []
    await world.act("mara", "resume")
    assert await nudges(world) == ["2026-03-09 10:00"]
    await world.until("2026-03-10 12:00")
    assert (await nudges(world))[1:] == ["2026-03-10 09:00"]


@on_both
async def test_a_pause_of_the_company_that_is_ended_early(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="3")
    await world.company_pauses(at("2026-03-27 00:00"))
    await world.until("2026-03-10 10:00")
    await world.company_pauses(None)
    await world.until("2026-03-12 12:00")
    assert (await nudges(world))[-1] == "2026-03-12 09:00"


async def asked_of_both(open_world: OpenWorld) -> World:
    """Mara promised Ana something; on March 24 both were asked, and Mara met Ana that Tuesday."""
    world = await company(open_world)
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="monthly", weekday="1", first="2026-03-24")
    await world.act("ana", "start")
    await world.until("2026-03-02 10:00")
    await promises(world, "mara", "ana", "the kestrel budget")
    await world.until("2026-03-24 10:00")
    return world


@on_both
async def test_what_was_answered_is_not_put_off_as_well(open_world: OpenWorld) -> None:
    """*Not yet* to a promise, then *Tomorrow instead*: the promise waits its week."""
    world = await asked_of_both(open_world)
    await world.press("mara", "Not yet")
    assert "I'll ask you again in a week" in await world.sees("mara")
    await world.press("mara", "nudges_later")
    await world.until("2026-03-25 12:00")
    assert "1:1 with Ana" in told_on(world, "2026-03-25 09:00")
    assert "not yet" not in told_on(world, "2026-03-25 09:00")
    await world.until("2026-04-01 12:00")
    assert "Did it happen?" in told_on(world, "2026-04-01 09:00")


async def test_a_promise_that_came_due_meanwhile_stands_once_in_the_message(
    open_world: OpenWorld,
) -> None:
    """Mara is away from before the promise is due until after she would have been asked."""
    world = await company(open_world)
    for who in ("ana", "ben"):
        await set_rhythm(world, "mara", who, rhythm="off")
    await world.act("mara", "start")
    await promises(world, "mara", "ana", "the kestrel budget")
    await pauses(world, "2026-03-31")
    await world.until("2026-03-31 12:00")
    assert told_on(world, "2026-03-31 09:00").count("kestrel") == 1
    assert "Did it happen?" in told_on(world, "2026-03-31 09:00")


async def test_a_reminder_after_the_day_is_of_no_use(open_world: OpenWorld) -> None:
    """Back after the promise was due, Mara is asked about it on the day for that."""
    world = await company(open_world)
    for who in ("ana", "ben"):
        await set_rhythm(world, "mara", who, rhythm="off")
    await world.act("mara", "start")
    await promises(world, "mara", "ana", "the kestrel budget")
    await pauses(world, "2026-03-17")
    await world.until("2026-03-24 12:00")
    assert await nudges(world) == ["2026-03-24 09:00"]


@on_both
async def test_a_consent_taken_back_before_it_was_told_is_not_told(open_world: OpenWorld) -> None:
    """Ana says no and that Mara may be told; while the message waits she changes her answer."""
    world = await asked_of_both(open_world)
    await world.press("mara", "It happened")
    await world.until("2026-03-26 12:00")
    before = await nudges(world)
    promise = await stored(world)
    for action, said in (("says", "no"), ("raise", "yes")):
        await world.act("ana", f"promise_{action}", f"{promise.id}:{said}:", send=False)
    await tend_desks(world.built.kit, world.now)
    await world.act("ana", "promise_unsay", f"{promise.id}::", send=False)
    await world.settle()
    await world.until("2026-03-30 12:00")
    assert "see this differently" not in await world.sees("mara")
    assert await nudges(world) == before


async def test_who_flies_west_gets_no_second_message_that_day(open_world: OpenWorld) -> None:
    """Nudged on Thursday morning in Tokyo, Mara is in Los Angeles half an hour later, where it is
    Wednesday afternoon."""
    mara = replace(MARA, zone="Asia/Tokyo")
    world = await open_world((mara, ANA, BEN, TOM), [QUIET, one_to_ones()])
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="monthly", weekday="3", first="2026-03-26")
    await world.act("ana", "start")
    await promises(world, "mara", "ana", "the kestrel budget")
    await world.until(at("2026-03-26 09:30", "Asia/Tokyo"))
    before = await nudges(world)
    assert before[-1] == "2026-03-26 09:00"
    world.rows["mara"] = replace(mara, zone="America/Los_Angeles")
    await world.people_are(*world.rows.values())
    promise = await stored(world)
    for action, said in (("says", "no"), ("raise", "yes")):
        await world.act("ana", f"promise_{action}", f"{promise.id}:{said}:")
    await world.until(at("2026-03-26 23:00", "America/Los_Angeles"))
    assert await nudges(world) == before


async def test_who_moves_east_is_nudged_in_the_morning_there(open_world: OpenWorld) -> None:
    mara = replace(MARA, zone="America/Los_Angeles")
    world = await open_world((mara, ANA, BEN, TOM), [QUIET, one_to_ones()])
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="monthly", weekday="3", first="2026-03-26")
    await world.until("2026-03-25 12:00")
    world.rows["mara"] = MARA
    await world.people_are(*world.rows.values())
    await world.until("2026-03-26 12:00")
    assert (await nudges(world))[-1] == "2026-03-26 09:00"


async def test_given_and_then_kept_says_what_is_true(open_world: OpenWorld) -> None:
    """Both buttons pressed, one after the other: what was given stays given, and is said so."""
    world = await with_things_open(open_world)
    keep = await world.button("ana", "handover_no")
    await world.press("ana", "handover_yes")
    await world.act("ana", *keep[1:])
    assert "stands between you and Tom now" in await world.sees("ana")
    assert "It stays with you alone" not in await world.sees("ana")


async def test_a_stay_interview_that_comes_due_goes_to_who_stands_in(
    open_world: OpenWorld,
) -> None:
    world = await company(open_world, stay_interviews())
    await stands_in(world, who="tom@fernweh.example", since="2026-03-02", until="2026-03-20")
    await world.until("2026-03-02 12:00")
    [told] = world.arrived("tom", "nudge")
    assert "Stay interview with Ana (for Mara)" in told.words
    assert await nudges(world) == []


async def test_who_stands_in_leaves_the_company(open_world: OpenWorld) -> None:
    """Then the manager is reminded again."""
    world = await company(open_world)
    for who in ("ana", "ben"):
        await set_rhythm(world, "mara", who, rhythm="weekly", weekday="1")
    await stands_in(world, who="tom@fernweh.example", since="2026-03-02", until="2026-03-31")
    await world.until("2026-03-04 12:00")
    assert await nudges(world) == []
    await world.leaves("tom")
    await world.until("2026-03-10 12:00")
    assert "2026-03-10 09:00" in await nudges(world)


async def test_a_manager_of_very_many_turns_pages(open_world: OpenWorld) -> None:
    """Forty 1:1s on one day: three in the message, the others on pages that a screen can hold."""
    names = [f"rep{number:02}" for number in range(40)]
    world = await open_world((MARA, *(Someone(n, manager="mara") for n in names)), [one_to_ones()])
    for name in names:
        await set_rhythm(world, "mara", name, rhythm="monthly", weekday="1")
    await world.until("2026-03-03 12:00")
    [told] = world.arrived("mara", "nudge")
    shown = [told.words]
    panel = (await world.press("mara", "nudges_more")).view
    while isinstance(panel, Panel):
        assert len(panel.blocks) <= MOST_BLOCKS + 2
        shown.append(words(panel))
        on = [p for p in pressable(panel.blocks) if p[0] == "Next"]
        panel = (await world.act("mara", *on[0][1:])).view if on else None
    assert len(re.findall("1:1 with Rep", shown[0])) == 3
    assert sorted(re.findall(r"Rep\d\d", "\n".join(shown))) == [n.capitalize() for n in names]


async def test_what_hr_paused_meanwhile_comes_no_more(open_world: OpenWorld) -> None:
    """It waited for Mara's return; before that HR paused the cadence."""
    world = await company(open_world)
    await world.act("mara", "start")
    await pauses(world, "2026-03-10")
    await world.until("2026-03-05 12:00")
    policy = await world.built.uow.read(lambda tx: tx.organisations.policy())
    await world.configure([QUIET, replace(one_to_ones(), paused=True)], policy)
    await world.until("2026-03-11 12:00")
    assert await nudges(world) == []


async def test_whether_they_know_is_said_as_it_is(open_world: OpenWorld) -> None:
    """Pressed in the evening, the report is told in the morning."""
    world = await company(open_world, stay_interviews())
    await world.until("2026-03-02 19:00")
    tell = await world.button("mara", "stay_tell")
    await world.act("mara", *tell[1:])
    assert "I'll let Ana know" in await world.sees("mara")
    assert "Ana knows about it" not in await world.sees("mara")
    await world.until("2026-03-03 09:00")
    await world.act("mara", *tell[1:])
    assert "would like to take half an hour" in await world.sees("ana")
    assert "Ana knows about it" in await world.sees("mara")


async def test_who_stands_in_no_more_when_it_is_sent(open_world: OpenWorld) -> None:
    """It was on its way to Tom when Mara ended that: she is reminded herself."""
    world = await company(open_world)
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    await stands_in(world, who="tom@fernweh.example", since="2026-03-02", until="2026-03-31")
    world.jump("2026-03-03 09:00")
    await tend_desks(world.built.kit, world.now)
    await world.act("mara", "standing_in_end", send=False)
    await world.until("2026-03-03 12:00")
    assert world.arrived("tom", "nudge") == []
    assert await nudges(world) == ["2026-03-03 09:00"]


@on_both
async def test_back_earlier_than_said_a_report_is_told_what_waited(open_world: OpenWorld) -> None:
    """Ana is away; meanwhile Mara promises her something. Ana comes back early."""
    world = await company(open_world)
    await world.act("ana", "start")
    form = await world.act("ana", "open_pause")
    assert isinstance(form.view, Form)
    await world.submits("ana", form.view, {"until": "2026-06-01"})
    await world.until("2026-03-03 09:00")
    await promises(world, "mara", "ana", "the kestrel budget")
    await world.until("2026-03-05 10:00")
    assert world.arrived("ana", "promise_made") == []
    await world.act("ana", "resume")
    assert [a.wall for a in world.arrived("ana", "promise_made")] == ["2026-03-05 10:00"]


async def test_switched_off_after_it_was_brought_up(open_world: OpenWorld) -> None:
    """Mara is told of today's 1:1, then wants no more reminders: nothing asks how it went."""
    world = await company(open_world)
    await set_rhythm(world, "mara", "ben", rhythm="off")
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    await world.until("2026-03-03 12:00")
    said = await set_rhythm(world, "mara", "ana", rhythm="off")
    assert "I won't remind you of 1:1s with Ana" in said
    await world.until("2026-03-16 12:00")
    assert await nudges(world) == ["2026-03-03 09:00"]


@on_both
async def test_notes_stay_with_the_report_when_the_manager_changes(open_world: OpenWorld) -> None:
    """What Mara and Ana noted, Ana finds under *From before*; Tom and Mara don't."""
    world = await company(open_world)
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    await world.until("2026-03-03 12:00")
    form = await world.opens("mara", "meeting_held")
    await world.submits("mara", form, {"notes": "We shorten the reviews"})
    await world.changes(ana="tom")
    shown = await between(world, "ana", "tom")
    assert "From before" in shown
    assert "We shorten the reviews" in shown
    assert "We shorten" not in await between(world, "tom", "ana")
    assert await between(world, "mara", "ana") == ""
    await world.changes(ana=None)
    left = (await world.act("ana", "pair")).view
    assert "We shorten the reviews" in words(left)
