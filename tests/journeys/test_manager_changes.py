"""Managers who are away or change: who is reminded then, and what goes on to whom."""

from __future__ import annotations

from bot.domain.message import Form
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, one_to_ones, weekly_summary
from tests.journeys.test_one_to_ones import ANA, BEN, MARA, nudges, set_rhythm, told_on
from tests.journeys.words import words
from tests.journeys.world import World

TOM = Someone("tom")
CADENCES = [check_in(reminders=0, pack="ai_check_in"), weekly_summary(), one_to_ones()]


async def company(open_world: OpenWorld) -> World:
    """Mara manages Ana, Ben and, weekly on Tuesday, meets Ana. Tom manages nobody."""
    world = await open_world((MARA, ANA, BEN, TOM), CADENCES)
    await set_rhythm(world, "mara", "ana", rhythm="weekly", weekday="1")
    return world


async def stands_in(world: World, **fields: str) -> str:
    """Mara's form, sent with these fields; what it says then."""
    form = (await world.act("mara", "standing_in")).view
    assert isinstance(form, Form)
    reply = await world.submits("mara", form, fields)
    return words(reply.view) if reply.view else reply.notice


@on_both
async def test_who_stands_in_is_reminded_and_reads_nothing(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel words. Can we talk?", "heron words")
    await world.act("ana", "agenda_open", str(world.ids["mara"]))
    said = await stands_in(world, who="TOM@fernweh.example", since="2026-03-09", until="2026-03-20")
    assert "Tom stands in for you" in said
    assert "Mara asks you to stand in" in await world.sees("tom")
    await world.until("2026-03-17 12:00")
    told = [a for a in world.arrived("tom", "nudge") if "1:1 with Ana (for Mara)" in a.words]
    days = ["2026-03-10 09:00", "2026-03-11 09:00", "2026-03-17 09:00"]
    assert [a.wall for a in told] == days
    meanwhile = [wall for wall in await nudges(world) if wall > "2026-03-09"]
    assert not [wall for wall in meanwhile if "1:1 with Ana" in told_on(world, wall)]
    reply = await world.press("tom", "meeting_held")
    assert "Noted that it happened" in reply.notice
    for secret in ("kestrel", "heron"):
        assert secret not in await world.can_read("tom")
    for action in ("one_to_one", "pair"):
        reply = await world.act("tom", action, str(world.ids["ana"]))
        assert "kestrel" not in words(reply.view)
        assert not isinstance(reply.view, Form)


async def test_afterwards_the_manager_is_reminded_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await stands_in(world, who="tom@fernweh.example", since="2026-03-02", until="2026-03-06")
    await world.until("2026-03-10 12:00")
    assert world.walls("tom", "nudge")[:1] == ["2026-03-03 09:00"]
    assert "2026-03-10 09:00" in await nudges(world)
    assert "2026-03-10 09:00" not in world.walls("tom", "nudge")


async def test_it_can_be_ended_early(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await stands_in(world, who="tom@fernweh.example", since="2026-03-02", until="2026-03-31")
    await world.press("mara", "standing_in_end")
    assert "Nobody stands in for you now" in await world.sees("mara")
    await world.until("2026-03-03 12:00")
    assert world.walls("tom", "nudge") == []
    assert "2026-03-03 09:00" in await nudges(world)


async def test_wrong_fields_are_named(open_world: OpenWorld) -> None:
    world = await company(open_world)
    unknown = await stands_in(world, who="nobody@fernweh.example", since="2026-03-01", until="x")
    assert "I know nobody with this address" in unknown
    assert "Please choose a day after today" in unknown
    assert "Please choose a day." in unknown
    reversed_ = await stands_in(
        world, who="mara@fernweh.example", since="2026-03-09", until="2026-03-06"
    )
    assert "That is your own address" in reversed_
    assert "Please choose the first day or a later one" in reversed_
    assert "nothing to stand in for" in (await world.act("tom", "standing_in")).notice


async def with_things_open(open_world: OpenWorld) -> World:
    """Ana's topic and promise, and Mara's promise and topic, are open when Tom takes over."""
    world = await company(open_world)
    await add(world, "ana", "mara", "kestrel topic")
    await add(world, "mara", "ana", "osprey topic")
    await promise(world, "ana", "mara", "heron promise", "2026-03-20")
    await promise(world, "mara", "ana", "curlew promise", "2026-03-20")
    await world.until("2026-03-04 12:00")
    await world.changes(ana="tom")
    await world.settle()
    return world


async def add(world: World, who: str, other: str, text: str) -> None:
    form = (await world.act(who, "agenda_open", str(world.ids[other]))).view
    assert isinstance(form, Form)
    await world.submits(who, form, {"text": text})


async def promise(world: World, who: str, other: str, text: str, due: str) -> None:
    form = (await world.act(who, "promise_open", str(world.ids[other]))).view
    assert isinstance(form, Form)
    await world.submits(who, form, {"text": text, "due": due})


@on_both
async def test_what_is_open_goes_on_only_where_the_employee_agrees(open_world: OpenWorld) -> None:
    world = await with_things_open(open_world)
    asked = await world.sees("ana")
    for named in ("kestrel topic", "heron promise", "curlew promise"):
        assert named in asked
    assert "kestrel" not in await between(world, "tom", "ana")
    await world.press("ana", "handover_yes")
    given = await between(world, "tom", "ana")
    assert "kestrel topic" in given
    assert "heron promise" in given
    assert "Mara had promised me, by" in given
    assert "osprey" not in given
    assert "Tom promised" not in given
    assert "stands between you and Tom now" in await world.sees("ana")
    assert await between(world, "mara", "ana") == ""


async def test_kept_to_oneself_the_new_manager_sees_nothing(open_world: OpenWorld) -> None:
    world = await with_things_open(open_world)
    await world.press("ana", "handover_no")
    assert "It stays with you alone" in await world.sees("ana")
    assert "kestrel" not in await between(world, "tom", "ana")
    assert "kestrel topic" in await between(world, "ana", "tom")


async def test_a_press_for_somebody_else_gives_nothing(open_world: OpenWorld) -> None:
    """Forged: to a former manager, to a stranger, and by the manager."""
    world = await with_things_open(open_world)
    for who, to in (("ana", "mara"), ("ana", "ben"), ("tom", "ana"), ("ben", "tom")):
        await world.act(who, "handover_yes", str(world.ids[to]))
    assert "kestrel" not in await between(world, "tom", "ana")
    assert "kestrel" not in await between(world, "ben", "mara")


async def test_nothing_open_nothing_asked(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.until("2026-03-04 12:00")
    before = len(world.arrived("ana"))
    await world.changes(ana="tom")
    await world.settle()
    assert len(world.arrived("ana")) == before


async def between(world: World, who: str, other: str) -> str:
    """Every word of the panel of the two, as `who` reads it; "" where there is none."""
    return words((await world.act(who, "pair", str(world.ids[other]))).view)
