"""Who reads what when managers change, people leave and come back."""

from __future__ import annotations

from bot.services.summary_details import ACTIONS
from bot.services.weekly_summary import summarise
from bot.services.work import schedule_due
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at, check_in, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
CADENCES = [check_in(reminders=0), weekly_summary()]


async def company(open_world: OpenWorld, *people: Someone) -> World:
    """It is Tuesday, 10:05; Ana has started and the first question is on her screen."""
    world = await open_world(people or (MARA, TOM, ANA, BEN), CADENCES)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


@on_both
async def test_shared_answers_reach_the_manager_once_in_their_own_words(
    open_world: OpenWorld,
) -> None:
    """What Ana shares stands verbatim in one summary of her manager; everybody else is "nothing
    shared", and nobody but her manager sees anything."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words\nin two lines", "heron words")
    await world.until("2026-03-13 18:00")
    assert await world.told("mara") == [["kestrel words\nin two lines", "heron words"], []]
    [first, second] = await world.details("mara")
    assert "Ben: nothing shared this week." in words(first)
    assert "Ana and Ben: nothing shared this week." in words(second)
    assert "kestrel" not in await world.can_read("tom") + await world.can_read("ben")


async def test_a_new_manager_gets_nothing_said_to_the_old_one(open_world: OpenWorld) -> None:
    """A change on Wednesday: what Ana said on Tuesday reaches neither the new manager nor, from
    then on, the old one."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-04 12:00")
    await world.changes(ana="tom")
    await world.until("2026-03-14 00:00")
    assert "kestrel" not in await world.can_read("tom")
    assert "kestrel" not in await world.can_read("mara")
    assert sorted(await world.my_words("ana")) == ["kestrel one", "kestrel two"]


async def test_the_old_managers_summary_no_longer_opens_it(open_world: OpenWorld) -> None:
    """Access ends with the management: a summary sent on Friday shows nothing of Ana once she has
    another manager on Monday."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-06 16:00")
    assert await world.told("mara") == [["kestrel one", "kestrel two"]]
    await world.until("2026-03-09 09:00")
    await world.changes(ana="tom")
    assert await world.told("mara") == [[]]
    assert all("Ana" not in words(panel) for panel in await world.details("mara"))


async def test_the_new_reader_is_named_before_the_next_question(open_world: OpenWorld) -> None:
    """A change in the middle of a conversation: the next question says who reads from now on, and
    each answer goes to the manager who was named before it."""
    world = await company(open_world)
    assert "Mara, your manager, can read" in world.arrived("ana", "welcome")[-1].words
    await world.types("ana", "kestrel to mara")
    await world.changes(ana="tom")
    await world.wait()
    asked = world.arrived("ana", "question")[-1].words
    assert asked.startswith("Tom, your manager, can read")
    await world.answers("ana", "heron to tom")
    await world.until("2026-03-06 18:00")
    assert await world.told("tom") == [["heron to tom"]]
    assert "kestrel" not in await world.can_read("mara")
    assert "heron" not in await world.can_read("mara")


async def test_an_answer_on_its_way_when_the_manager_changes(open_world: OpenWorld) -> None:
    """Words typed after the change, under a question that named the old manager, go to nobody but
    Ana: she was not told of the new one."""
    world = await company(open_world)
    await world.changes(ana="tom")
    await world.types("ana", "kestrel words")
    await world.wait()
    await world.answers("ana", "heron words")
    await world.until("2026-03-06 18:00")
    assert await world.told("tom") == [["heron words"]]
    assert "kestrel" not in await world.can_read("mara") + await world.can_read("tom")


async def test_a_receipt_after_the_change_names_no_false_reader(open_world: OpenWorld) -> None:
    """The receipt of such an answer promises neither that the old manager reads it nor the new."""
    world = await company(open_world)
    await world.changes(ana="tom")
    await world.types("ana", "kestrel words")
    receipt = world.arrived("ana", "receipt")[-1].words
    assert "Mara can read it" not in receipt
    assert "Tom can read it" not in receipt


async def test_later_weeks_go_to_the_new_manager_alone(open_world: OpenWorld) -> None:
    """The week after a change the check-in names the new manager, who gets what is said then."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-06 16:00")
    await world.changes(ana="tom")
    await world.until("2026-03-10 10:05")
    assert "Tom, your manager, can read" in world.arrived("ana", "question")[-1].words
    await world.answers("ana", "heron one", "heron two")
    await world.until("2026-03-13 18:00")
    assert await world.told("tom") == [["heron one", "heron two"]]
    assert "heron" not in await world.can_read("mara")
    assert "kestrel" not in await world.can_read("tom")


async def test_a_change_between_drafting_and_sending(open_world: OpenWorld) -> None:
    """A summary that is drafted and queued is checked again when it is sent: Ana's words are out,
    Ben's stay."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.starts("ben")
    await world.answers("ben", "heron one", "heron two")
    await world.until("2026-03-06 14:59")
    world.jump("2026-03-06 15:00")
    await schedule_due(world.built.kit, world.now)
    await summarise(world.built.kit, world.now)
    await world.changes(ana="tom")
    await world.until("2026-03-06 18:00")
    [summary] = world.arrived("mara", "summary")
    assert "Ben shared something" in summary.words
    assert "Ana" not in summary.words
    assert "kestrel" not in await world.can_read("mara")
    assert await world.told("mara") == [["heron one", "heron two"]]


async def test_narrowed_or_undone_between_drafting_and_sending(open_world: OpenWorld) -> None:
    """What Ana takes back or keeps to herself while the summary is queued isn't in it."""
    world = await company(open_world)
    await world.answers("ana", "kestrel undone", "heron mine")
    await world.until("2026-03-06 14:59")
    world.jump("2026-03-06 15:00")
    await schedule_due(world.built.kit, world.now)
    await world.press_under("ana", "kestrel undone", "undo", send=False)
    await world.press_under("ana", "heron mine", "only_me", send=False)
    await world.until("2026-03-06 18:00")
    [summary] = world.arrived("mara", "summary")
    assert "kestrel" not in summary.words
    assert "heron" not in summary.words
    assert "nothing was shared" in summary.words


async def test_a_summary_of_somebody_else_opens_nothing(open_world: OpenWorld) -> None:
    """The details button of a summary shows nothing to anybody but its own manager."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-06 18:00")
    stolen = [b for b in pressable(await world.home("mara")) if b[1] in ACTIONS]
    assert len(stolen) == 1
    for who in ("tom", "ben", "ana"):
        reply = await world.act(who, "summary_details", stolen[0][2])
        assert reply.view is None
        assert "kestrel" not in words(reply)


async def test_back_with_the_old_manager(open_world: OpenWorld) -> None:
    """Ana goes to another manager and comes back within the week: access to what she said before
    ended when she went, and what she says from then on is read again."""
    world = await company(open_world)
    await world.types("ana", "kestrel one")
    await world.changes(ana="tom")
    await world.wait()
    await world.until("2026-03-05 12:00")
    await world.changes(ana="mara")
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "heron one", "heron two")
    await world.until("2026-03-13 18:00")
    assert await world.told("mara") == [[], ["heron one", "heron two"]]
    assert "kestrel" not in await world.can_read("mara") + await world.can_read("tom")


@on_both
async def test_a_leaver_gets_nothing_more(open_world: OpenWorld) -> None:
    """Ben leaves with a prompt queued for the next morning and a check-in open: neither comes, his
    acts change nothing, and his manager's summary names him no more."""
    late = [check_in(hour="20:00"), weekly_summary()]
    world = await open_world([MARA, ANA, BEN], late)
    await world.until("2026-03-03 21:00")
    await world.leaves("ben")
    await world.until("2026-03-13 18:00")
    assert world.arrived("ben") == []
    await world.act("ben", "start")
    await world.types("ben", "kestrel words")
    assert world.arrived("ben") == []
    assert "Ben" not in await world.can_read("mara")


async def test_a_leaver_in_the_middle_of_a_conversation(open_world: OpenWorld) -> None:
    """Somebody who leaves between two questions isn't asked the second, nor reminded."""
    world = await company(open_world, MARA, TOM, BEN, ANA)
    await world.types("ana", "kestrel words")
    before = len(world.arrived("ana"))
    await world.leaves("ana")
    await world.until("2026-03-13 18:00")
    assert len(world.arrived("ana")) == before
    assert "kestrel" not in await world.can_read("mara")


async def test_a_manager_who_leaves(open_world: OpenWorld) -> None:
    """A manager leaves on Thursday: no summary reaches them, their reports are told that nobody is
    their manager before the next question, and a successor gets nothing from before."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-05 12:00")
    world.rows["ana"] = Someone("ana")
    world.rows["ben"] = Someone("ben")
    await world.leaves("mara")
    await world.until("2026-03-10 10:05")
    assert world.arrived("mara", "summary") == []
    assert "nobody on the people list is your manager" in world.arrived("ana", "question")[-1].words
    await world.types("ana", "heron one")
    await world.changes(ana="tom")
    await world.wait()
    await world.answers("ana", "plover two")
    await world.until("2026-03-13 18:00")
    told = await world.can_read("tom")
    assert "kestrel" not in told
    assert "heron" not in told
    assert await world.told("tom") == [["plover two"]]


async def test_a_rehire(open_world: OpenWorld) -> None:
    """Ben leaves and is back two weeks later under another manager: he is asked again, keeps his
    own answers, and the new manager sees nothing from the first time."""
    world = await company(open_world)
    await world.starts("ben")
    await world.answers("ben", "kestrel one", "kestrel two")
    await world.until("2026-03-05 12:00")
    await world.leaves("ben")
    await world.until("2026-03-19 12:00")
    away = len(world.arrived("ben"))
    await world.people_are(*world.rows.values(), Someone("ben", manager="tom"))
    await world.until("2026-03-24 10:05")
    assert len(world.arrived("ben")) == away + 1
    assert "Tom, your manager, can read" in world.arrived("ben")[-1].words
    await world.answers("ben", "heron one", "heron two")
    await world.until("2026-03-27 18:00")
    assert await world.told("tom") == [[], ["heron one", "heron two"]]
    assert "kestrel" not in await world.can_read("mara")
    assert sorted(await world.my_words("ben")) == [
        "heron one",
        "heron two",
        "kestrel one",
        "kestrel two",
    ]


async def test_two_levels_up_sees_nothing(open_world: OpenWorld) -> None:
    """A manager's manager reads nothing of the people below, and HR neither."""
    chain = (MARA, Someone("tom", manager="mara"), Someone("ana", manager="tom"))
    world = await company(open_world, *chain)
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-06 18:00")
    assert await world.told("tom") == [["kestrel one", "kestrel two"]]
    assert "kestrel" not in await world.can_read("mara")
    assert at("2026-03-06 18:00") == world.now


async def test_my_answers_say_who_read_them(open_world: OpenWorld) -> None:
    """After the summary was sent and opened, Ana sees that her manager got it and opened it."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one", "kestrel two")
    assert "got it in a summary" not in words(await world.my_answers("ana"))
    await world.until("2026-03-06 18:00")
    assert "Mara got it in a summary on" in words(await world.my_answers("ana"))
    await world.details("mara")
    assert "Mara opened it in the details on" in words(await world.my_answers("ana"))
