"""Acts that come twice, buttons that were forged, and processes that were killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.domain.inbound import InboundKind
from bot.domain.message import Message, Text
from bot.services.deliver import LEASE
from bot.services.plan import plan
from tests.journeys.conftest import OpenWorld, prepared
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at, check_in, nudge, weekly_summary
from tests.journeys.on_teams import OnTeams
from tests.journeys.words import words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
CADENCES = [check_in(reminders=0, weeks=4, closes_after_days=9), weekly_summary()]


async def company(open_world: OpenWorld, **changes: object) -> World:
    cadences = [replace(CADENCES[0], **changes), CADENCES[1]]
    world = await open_world([MARA, ANA, BEN], cadences)
    await world.until("2026-03-03 10:05")
    return world


async def a_week_of_acts(world: World) -> dict[str, list[tuple[str, str]]]:
    """One act of every kind; when what arrived at whom."""
    await world.starts("ana")
    await world.answers("ana", "kestrel", "heron")
    await world.press_under("ana", "kestrel", "undo")
    await world.wait()
    await world.answers("ana", "grebe")
    await world.press_under("ana", "heron", "only_me")
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": "stork"})
    await world.starts("ben")
    await world.puts_off("ben", "tomorrow")
    await world.until("2026-03-04 12:00")
    await world.press("ben", "Skip this question")
    await world.wait()
    await world.puts_off("ben", "skip")
    await world.types("ben", "help")
    await world.types("mara", "not for me")
    await world.types("mara", "start")
    await world.until("2026-03-06 18:00")
    return {
        who: [(arrival.wall, words(arrival.message)) for arrival in world.arrived(who)]
        for who in ("mara", "ana", "ben")
    }


async def test_every_act_delivered_four_times_is_one(
    open_world: OpenWorld, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A whole week in which the platform delivers each act four times ends exactly as the same
    week with each delivered once: same messages, same answers, same summary."""
    once = await company(open_world)
    expected = await a_week_of_acts(once)
    environment = prepared(tmp_path_factory.mktemp("again"))
    again = await World.open(environment, [MARA, ANA, BEN], CADENCES)
    try:
        await again.until("2026-03-03 10:05")
        again.deliveries = 4
        assert await a_week_of_acts(again) == expected
        assert await again.told("mara") == await once.told("mara") == [["stork"]]
        assert await again.my_words("ana") == await once.my_words("ana")
        assert len(await again.kept_versions("ana")) == len(await once.kept_versions("ana"))
    finally:
        await again.close()


async def test_a_late_redelivery(open_world: OpenWorld) -> None:
    """The same text delivered again an hour later, after the next question, changes nothing."""
    world = await company(open_world)
    await world.starts("ana")
    again = {"inbound_id": "same", "text": "kestrel", "at": world.now}
    await world.send("ana", InboundKind.TEXT, **again)
    await world.wait(timedelta(hours=1))
    before = len(world.arrivals)
    await world.send("ana", InboundKind.TEXT, **again)
    await world.wait()
    assert len(world.arrivals) == before
    assert await world.my_words("ana") == ["kestrel"]


ACTIONS = [
    "answer",
    "move_on",
    "skip_question",
    "undo",
    "only_me",
    "open_form",
    "open_later",
    "answer_form",
    "later",
    "summary_details",
]
GARBAGE = ["", ":", "x", "None", "0" * 36, "'; DROP TABLE answer;--", "%s%n", "\x00:\x00"]


@on_both
async def test_another_persons_buttons(open_world: OpenWorld) -> None:
    """Somebody who sends another person's ids, for every action there is, changes nothing of
    theirs and learns nothing."""
    world = await company(open_world)
    await world.starts("ana", "ben")
    await world.types("ana", "kestrel")
    stolen = {value for _, _, value in await world.buttons("ana") if value}
    thread = await world.sees("ana")
    for action in ACTIONS:
        for value in sorted(stolen):
            reply = await world.act("ben", action, value, "3", send=False)
            assert reply.view is None, (action, value)
    fields = {"text:work": "forged", "when": "skip"}
    for action in ("answer_form", "later"):
        for value in sorted(stolen):
            kind = InboundKind.FORM
            reply = await world.send("ben", kind, action=action, value=value, fields=fields)
            assert reply.view is None
    assert await world.sees("ana") == thread
    assert await world.my_words("ana") == ["kestrel"]
    assert await world.my_words("ben") == []
    assert "kestrel" not in await world.can_read("ben")


async def test_garbage_in_buttons(open_world: OpenWorld) -> None:
    """Values nobody was ever given, and unknown actions, do nothing and break nothing."""
    world = await company(open_world)
    await world.starts("ana")
    check_in_id = (await world.button("ana", "skip_question"))[2].partition(":")[0]
    odd = [*GARBAGE, str(uuid4()), f"{check_in_id}:unknown"]
    for number, action in enumerate([*ACTIONS, "unknown", "typed", ""] * 2):
        value = odd[number % len(odd)]
        reply = await world.act("ana", action, value, "99", send=False)
        opens = action.startswith("open") and value.startswith(check_in_id)
        assert reply.view is None or opens, (action, value)
    await world.work()
    assert await world.my_words("ana") == []
    await world.answers("ana", "kestrel", "plover")
    assert sorted(await world.my_words("ana")) == ["kestrel", "plover"]


async def test_options_that_were_not_offered(open_world: OpenWorld) -> None:
    """A rating of 6, another question's option, a form with a rating for a text question: refused,
    with nothing recorded."""
    world = await company(open_world, pack="kinds")
    await world.starts("ana")
    for forged in ("6", "0", "-1", "3.0", "daily", "", "३"):
        await world.press("ana", "answer", forged)
    form = await world.opens("ana", "open_form")
    for fields in (
        {"rating:clear": "6"},
        {"choice:often": "hourly"},
        {"text:hours": "999999"},
        {"text:clear": "x" * 3001},
    ):
        reply = await world.submits("ana", form, fields)
        assert reply.view is not None, fields
    assert await world.my_words("ana") == []


async def test_outdated_buttons(open_world: OpenWorld) -> None:
    """Buttons of a closed check-in record nothing, and say so."""
    world = await company(open_world, closes_after_days=1, pack="kinds")
    await world.starts("ana")
    _, action, value = await world.button("ana", "answer")
    await world.until("2026-03-05 09:00")
    await world.act("ana", action, value, "4")
    assert "closed" in world.arrived("ana")[-1].words
    assert await world.my_words("ana") == []


async def test_somebody_unknown(open_world: OpenWorld) -> None:
    """An account nobody on the list has gets no answer and leaves no trace."""
    world = await company(open_world)
    world.ids["stranger"] = uuid4()
    world.surface.join(["stranger"])
    before = len(world.arrivals)
    for kind in InboundKind:
        reply = await world.send("stranger", kind, text="kestrel", action="my_answers")
        assert reply.view is None
        assert reply.notice == ""
    assert len(world.arrivals) == before


@on_both
async def test_killed_after_queueing(open_world: OpenWorld) -> None:
    """A process that dies after a prompt was queued and before it was sent: the next one sends it,
    once."""
    world = await open_world([MARA, ANA], [check_in(reminders=0), nudge(on=1, hour="10:00")])
    world.jump("2026-03-03 10:00")
    await plan(world.built.uow, world.built.kit.calendar, world.now)
    await world.restart()
    await world.until("2026-03-03 18:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-03 10:00"]
    assert sorted(a.kind for a in world.arrived("ana")) == ["nudge", "welcome"]


@on_both
async def test_killed_with_a_claim(open_world: OpenWorld) -> None:
    """A process that dies with messages claimed: they are sent when its lease has ended, once, and
    not before."""
    world = await open_world([MARA, ANA], [check_in(reminders=0)])
    world.jump("2026-03-03 10:00")
    await plan(world.built.uow, world.built.kit.calendar, world.now)
    now = world.now
    claimed = await world.built.uow.write(lambda tx: tx.queue.claim(now, limit=9, lease=LEASE))
    assert len(claimed) == 2
    await world.restart()
    await world.until(now + LEASE / 2)
    assert world.arrivals == []
    await world.until(now + 2 * LEASE)
    assert len(world.arrived("ana")) == 1
    await world.until("2026-03-03 18:00")
    assert len(world.arrived("ana")) == 1


@on_both
async def test_killed_between_sending_and_recording(open_world: OpenWorld) -> None:
    """A process that dies when the platform has taken a message but our commit is missing: the
    message stands in the thread once, and the conversation goes on. Teams can't be asked what it
    took: there it counts as neither sent nor lost, and isn't sent again."""
    world = await open_world([MARA, ANA], [check_in(reminders=0)])
    world.jump("2026-03-03 10:00")
    await plan(world.built.uow, world.built.kit.calendar, world.now)
    now, uow = world.now, world.built.uow
    claimed = await uow.write(lambda tx: tx.queue.claim(now, limit=9, lease=LEASE))
    [mine] = [delivery for delivery in claimed if delivery.person_id == world.ids["ana"]]
    assert await uow.write(lambda tx: tx.queue.begin([mine.id], mine.claim_token, now))
    messenger = world.built.kit.messengers[mine.address.platform]
    await messenger.post(mine.address, Message("welcome", "Hello", (Text("Hello"),)), mine.id)
    assert len(world.arrived("ana")) == 1
    await world.restart()
    await world.until(now + 2 * LEASE)
    assert len(await world.thread("ana")) == 1
    await world.until("2026-03-04 18:00")
    assert len(await world.thread("ana")) == 1
    assert await world.skipped() == ({"unknown": 1} if isinstance(world.surface, OnTeams) else {})


async def test_restarts_in_the_middle_of_a_conversation(open_world: OpenWorld) -> None:
    """A restart after every single act loses nothing and repeats nothing."""
    world = await company(open_world)
    await world.restart()
    await world.starts("ana")
    await world.restart()
    await world.types("ana", "kestrel")
    await world.restart()
    await world.wait()
    await world.restart()
    await world.types("ana", "plover")
    await world.restart()
    await world.until("2026-03-06 18:00")
    assert [a.kind for a in world.arrived("ana")] == [
        "welcome",
        "question",
        "receipt",
        "question",
        "receipt",
        "thanks",
    ]
    assert await world.told("mara") == [["kestrel", "plover"]]
    assert world.now == at("2026-03-06 18:00")
