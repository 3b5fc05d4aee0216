"""Messages that go together: each is still checked, sent and recorded as if it went alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bot.domain.delivery import DeliveryClass, DeliveryState, NewDelivery
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services.batch import AT_ONCE
from bot.services.plan import plan
from bot.services.together import Together
from tests.integration.chat_worlds import (
    CHECK_IN,
    LEASE_OVER,
    NOW,
    NUDGE,
    SECOND,
    ChatWorld,
    Process,
    chat_world,
)
from tests.servers.chat import Fault

SENT, SENDING, SKIPPED = DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.SKIPPED
HOUR = timedelta(hours=1)
MORE = [f"p{number}" for number in range(2 * AT_ONCE)]


def broken(world: ChatWorld, who: str) -> NewDelivery:
    """A row that nothing can be composed from: its facts are missing."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=world.organisation_id,
        person_id=world.ids[who],
        delivery_class=DeliveryClass.REPLY,
        kind="redraw",
        cause=f"broken:{uuid4()}",
        not_before=NOW,
    )


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Lets others go on until it has."""
    async with asyncio.timeout(60):
        while True:
            if await happened():
                return
            await asyncio.sleep(0)


async def queue_notes_to_all(process: Process) -> int:
    """One for everybody; how many."""
    for who in process.world.ids:
        await process.queue_notes(who, "help")
    return len(process.world.ids)


async def test_one_that_cannot_be_composed_holds_up_nobody(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path, more=MORE) as world, world.process() as process:
        await process.queue(broken(world, "ana"))
        people = await queue_notes_to_all(process)
        await process.work()
        posted = Counter(entry.channel for entry in world.chat.posts())
        assert posted == dict.fromkeys((f"C-{who}" for who in world.ids), 1)
        counts = await process.counts()
        assert counts[SENT, ""] == people
        assert sum(counts.values()) == people + 1


async def test_a_slow_message_keeps_no_other_from_being_recorded(
    database_url: str, tmp_path: Path
) -> None:
    """While one hangs at the platform, all others are sent and say so; it alone says `sending`."""
    async with chat_world(database_url, tmp_path, more=MORE) as world, world.process() as process:
        people = await queue_notes_to_all(process)
        world.chat.fails(Fault.HANG_AFTER, channel="C-ana")
        working = asyncio.create_task(process.work())
        await world.chat.hanging.wait()

        async def others_are_recorded() -> bool:
            return (await process.counts()).get((SENT, "")) == people - 1

        await until(others_are_recorded)
        assert await process.counts() == {(SENT, ""): people - 1, (SENDING, ""): 1}
        world.chat.release()
        await working
        assert await process.counts() == {(SENT, ""): people}


async def test_nothing_is_with_the_platform_that_does_not_say_so(
    database_url: str, tmp_path: Path
) -> None:
    """All that hang were committed as `sending` before their requests; the rest waits, claimed."""
    async with chat_world(database_url, tmp_path, more=MORE) as world, world.process() as process:
        people = await queue_notes_to_all(process)
        world.chat.fails(*[Fault.HANG_AFTER] * people)
        working = asyncio.create_task(process.work())

        async def as_many_as_may() -> bool:
            return len(world.chat.calls) >= AT_ONCE

        await until(as_many_as_may)
        counts = await process.counts()
        assert counts == {(SENDING, ""): AT_ONCE, (DeliveryState.CLAIMED, ""): people - AT_ONCE}
        world.chat.release()
        await working
        assert await process.counts() == {(SENT, ""): people}


async def test_a_rate_limit_stops_the_rest_of_the_batch(database_url: str, tmp_path: Path) -> None:
    """What is on its way ends as it ends; nothing else of that workspace is tried."""
    async with chat_world(database_url, tmp_path, more=MORE) as world, world.process() as process:
        people = await queue_notes_to_all(process)
        world.chat.fails(*[Fault.RATE_LIMITED] * people, retry_after=30)
        await process.work()
        tried = len(world.chat.calls)
        assert tried <= AT_ONCE + 1, "Zoe's workspace is another one"
        world.chat._planned.clear()
        await process.work(NOW + 29 * SECOND)
        assert len(world.chat.calls) <= tried + 1
        await process.live(NOW + HOUR)
        assert Counter(entry.channel for entry in world.chat.posts()) == dict.fromkeys(
            (f"C-{who}" for who in world.ids), 1
        )


async def test_a_lost_claim_among_others_is_not_sent_by_its_first_owner(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        await process.queue_notes("ben", "help")
        claimed = await process.uow.write(lambda tx: tx.queue.claim(NOW, limit=9, lease=LEASE_OVER))
        lost, kept = claimed
        token = kept.claim_token
        await process.uow.write(lambda tx: tx.queue.skip(lost.id, token, "gone", NOW))
        ids = [each.id for each in claimed]
        assert await process.uow.write(lambda tx: tx.queue.begin(ids, token, NOW)) == {kept.id}
        refs = dict.fromkeys(ids, "ref")
        assert await process.uow.write(lambda tx: tx.queue.sent(refs, token, NOW)) == {kept.id}
        assert await process.uow.write(lambda tx: tx.queue.sent(refs, token, NOW)) == set()


async def test_the_weekly_cap_counts_messages_of_the_same_batch(
    database_url: str, tmp_path: Path
) -> None:
    """Two prompts to each of several people, claimed at once: whoever may get one gets one. A
    manager's nudges are no prompts, and one a day by themselves.
    """
    cadences = (CHECK_IN, NUDGE)
    async with (
        chat_world(database_url, tmp_path, *cadences, more=MORE) as world,
        world.process() as process,
    ):
        policy = await process.uow.read(lambda tx: tx.organisations.policy())
        capped = replace(policy, weekly_cap=1)
        await process.uow.write(lambda tx: tx.organisations.add_policy(capped, NOW, "hr"))
        await plan(process.uow, process.kit.calendar, NOW)
        await process.work()
        people = len(world.ids)
        once = dict.fromkeys((f"C-{who}" for who in world.ids), 1)
        assert Counter(each.channel for each in world.chat.posts()) == once | {"C-mia": 2}
        capped_ones = {(SENT, ""): people + 1, (SKIPPED, "weekly_cap"): people - 1}
        assert await process.counts() == capped_ones


async def test_a_change_to_another_reader_is_stored_for_each_of_a_group(
    database_url: str, tmp_path: Path
) -> None:
    """Everybody's check-in names the manager its own message named."""
    async with (
        chat_world(database_url, tmp_path, CHECK_IN, more=MORE) as world,
        world.process() as process,
    ):
        await plan(process.uow, process.kit.calendar, NOW)
        await process.people_are(
            mia=None, zoe=None, ben="mia", ana="zoe", **dict.fromkeys(MORE, "mia")
        )
        await process.work()
        stored = await process.uow.read(
            lambda tx: {i: tx.check_ins.of_person(i) for i in world.ids.values()}
        )
        for who, person_id in world.ids.items():
            manager = {"ana": "zoe", "mia": None, "zoe": None}.get(who, "mia")
            [check_in] = stored[person_id]
            assert check_in.audience_shown
            assert check_in.shown_manager_id == (world.ids[manager] if manager else None)
            assert check_in.questions[0].asked_at == NOW


# Together


async def test_what_comes_during_one_go_shares_the_next() -> None:
    goes: list[list[int]] = []
    begun, first = asyncio.Event(), asyncio.Event()

    async def work(items: Sequence[int]) -> list[int]:
        goes.append(list(items))
        begun.set()
        await first.wait()
        return [item * 2 for item in items]

    together = Together[int, int](work)
    alone = asyncio.create_task(together.do(1))
    await begun.wait()
    others = [asyncio.create_task(together.do(n)) for n in (2, 3, 4)]
    await asyncio.sleep(0)
    others[1].cancel()
    first.set()
    results = await asyncio.gather(alone, *others, return_exceptions=True)
    assert results[:2] == [2, 4]
    assert isinstance(results[2], asyncio.CancelledError)
    assert results[3] == 8
    assert goes == [[1], [2, 4]]


@pytest.mark.parametrize(
    ("fault", "tries"), [(ValueError, 4), (StorageUnavailable, 1)], ids=["a fault", "no storage"]
)
async def test_a_fault_strikes_its_own_item_and_a_lost_database_all(
    fault: type[Exception], tries: int
) -> None:
    goes: list[list[int]] = []

    async def work(items: Sequence[int]) -> Sequence[int]:
        goes.append(list(items))
        if 2 in items:
            raise fault("two")
        return items

    together = Together[int, int](work)
    results = await asyncio.gather(*map(together.do, (1, 2, 3)), return_exceptions=True)
    failed = [isinstance(result, fault) for result in results]
    assert failed == ([False, True, False] if fault is ValueError else [True] * 3)
    assert len(goes) == tries
    await together.end()
