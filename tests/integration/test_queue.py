"""The queue: each cause once, in order, at its lane's pace; nothing forgotten, nothing doubled."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryClass, DeliveryState, Operation
from bot.domain.pace import Pace
from bot.domain.people import Identity
from storage.transaction import SqlTx
from tests.integration.queue_worlds import LEASE, NOW, SECOND, World, populated

MINUTE = 60 * SECOND
REPLY, PROMPT, DIGEST = DeliveryClass.REPLY, DeliveryClass.PROMPT, DeliveryClass.DIGEST


async def _counts(world: World) -> dict[tuple[DeliveryState, str], int]:
    return dict(await world.uow.read(lambda tx: tx.queue.counts()))


async def test_a_claim_has_all_that_sending_needs(database_url: str) -> None:
    async with populated(database_url) as world:
        post = world.message(facts={"question": "work"}, about_id=uuid4(), about_key="work")
        await world.enqueue(post)
        sent = await world.claim_one()
        assert await world.begin(sent)
        assert await world.sent(sent)
        update = world.message(
            operation=Operation.UPDATE, target_id=post.id, expires_at=NOW + MINUTE
        )
        await world.enqueue(update)
        claimed = await world.claim_one()
        assert sent.facts == {"question": "work"}
        assert (sent.about_id, sent.about_key) == (post.about_id, "work")
        assert (sent.target_id, sent.target_state, sent.target_ref) == (None, None, "")
        assert (sent.attempts, sent.maybe_sent, sent.lane_id) == (0, False, world.lanes[0])
        assert sent.address.installation_id == world.lanes[0]
        assert (sent.address.external_id, sent.address.delivery_ref) == ("u0", "dm0")
        assert claimed.operation is Operation.UPDATE
        assert (claimed.target_state, claimed.target_ref) == (DeliveryState.SENT, "ref-1")
        assert claimed.expires_at == NOW + MINUTE


async def test_a_repeated_cause_is_queued_once(database_url: str) -> None:
    async with populated(database_url) as world:
        first, again = world.message(cause="a"), world.message(cause="a")
        assert await world.enqueue(first, again, world.message(cause="b")) >= {first.id}
        assert await world.enqueue(again) == set()
        assert await world.enqueue(first) == set()
        assert {claimed.cause for claimed in await world.claim()} == {"a", "b"}


async def test_people_without_a_home_are_left_out(database_url: str) -> None:
    async with populated(database_url) as world:
        stranger = world.message(person_id=uuid4())
        assert await world.enqueue(stranger) == set()
        reachable = world.message()
        assert await world.enqueue(stranger, reachable) == {reachable.id}


async def test_thousands_are_queued_and_claimed_whole(database_url: str) -> None:
    async with populated(database_url, people=6000) as world:
        messages = [world.message(n) for n in range(6000)]
        assert len(await world.enqueue(*messages)) == 6000
        claimed = await world.claim(limit=7000)
        assert {each.id for each in claimed} == {each.id for each in messages}
        assert await world.claim() == []
        assert await world.next_at() is None


async def test_urgent_messages_go_first_then_the_oldest_then_as_queued(database_url: str) -> None:
    async with populated(database_url) as world:
        late = NOW - SECOND
        queued = [
            ("digest", DIGEST, late),
            ("prompt 1", PROMPT, NOW),
            ("prompt 2", PROMPT, NOW),
            ("older prompt", PROMPT, late),
            ("reply 1", REPLY, NOW),
            ("reply 2", REPLY, NOW),
        ]
        for cause, kind, at in queued:
            await world.enqueue(world.message(cause=cause, delivery_class=kind, not_before=at))
        firsts = [claimed.cause for claimed in await world.claim(limit=4)]
        assert firsts == ["reply 1", "reply 2", "older prompt", "prompt 1"]
        assert [claimed.cause for claimed in await world.claim()] == ["prompt 2", "digest"]


async def test_nothing_leaves_early_and_expiry_is_for_the_sender_to_judge(
    database_url: str,
) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message(not_before=NOW + SECOND, expires_at=NOW - SECOND))
        assert await world.claim(NOW) == []
        assert await world.next_at() == NOW + SECOND
        assert len(await world.claim(NOW + SECOND)) == 1


async def test_a_later_steps_needs_the_claims_token(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message())
        mine, stolen = await world.claim_one(), uuid4()

        def with_another_token(tx: SqlTx) -> list[bool]:
            return [
                bool(tx.queue.begin([mine.id], stolen, NOW)),
                bool(tx.queue.sent({mine.id: "ref"}, stolen, NOW)),
                tx.queue.skip(mine.id, stolen, "late", NOW),
                tx.queue.unknown(mine.id, stolen, "reset", NOW),
                tx.queue.retry(mine.id, stolen, NOW, "busy", counts=True),
            ]

        assert await world.uow.write(with_another_token) == [False] * 5
        assert await world.begin(mine)
        assert not await world.begin(mine), "it is being sent already"
        assert await world.sent(mine)
        assert not await world.sent(mine), "it was recorded already"
        assert await _counts(world) == {(DeliveryState.SENT, ""): 1}


async def test_skipped_and_unknown_are_final_and_keep_their_reason(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message(), world.message())
        one, other = await world.claim()
        await world.begin(other)
        assert await world.uow.write(
            lambda tx: (
                tx.queue.skip(one.id, one.claim_token, "too_late", NOW),
                tx.queue.unknown(other.id, other.claim_token, "reset", NOW),
            )
        ) == (True, True)
        assert await world.sweep(NOW + 10 * LEASE) == 0
        assert await _counts(world) == {
            (DeliveryState.SKIPPED, "too_late"): 1,
            (DeliveryState.UNKNOWN, "reset"): 1,
        }


async def test_a_retry_waits_and_counts_only_attempts(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message())
        for counts, attempts in ((True, 1), (False, 1), (True, 2)):
            claimed = await world.claim_one(NOW)
            await world.begin(claimed)
            again = await world.uow.write(
                lambda tx, claimed=claimed, counts=counts: tx.queue.retry(
                    claimed.id, claimed.claim_token, NOW, "busy", counts=counts
                )
            )
            assert again
            retried = await world.claim_one(NOW)
            assert (retried.attempts, retried.maybe_sent) == (attempts, False)
            await world.uow.write(
                lambda tx, retried=retried: tx.queue.retry(
                    retried.id, retried.claim_token, NOW, "", counts=False
                )
            )


async def test_what_may_have_arrived_stays_marked(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message())
        for maybe in (True, False):
            claimed = await world.claim_one(NOW)
            await world.uow.write(
                lambda tx, c=claimed, maybe=maybe: tx.queue.retry(
                    c.id, c.claim_token, NOW, "reset", counts=True, maybe_sent=maybe
                )
            )
            shown = await world.uow.read(lambda tx: tx.queue.shown_to(world.people[0]))
            assert [each.may_be_read for each in shown] == [True]
        assert (await world.claim_one(NOW)).maybe_sent


async def test_a_ready_message_can_be_postponed_and_brought_forward(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message(cause="a"))

        async def postpone(seconds: int) -> bool:
            at = NOW + seconds * SECOND
            return await world.uow.write(lambda tx: tx.queue.postpone("a", at))

        assert await postpone(20)
        assert await world.claim(NOW + 19 * SECOND) == []
        assert await postpone(5)
        assert await world.next_at() == NOW + 5 * SECOND
        await world.claim_one(NOW + 5 * SECOND)
        assert not await postpone(30), "it is claimed"


async def test_a_paused_lane_lets_nothing_go_and_takes_claimed_messages_back(
    database_url: str,
) -> None:
    async with populated(database_url, people=2, lanes=2) as world:
        await world.enqueue(world.message(0), world.message(0), world.message(1))
        claimed = [c for c in await world.claim() if c.lane_id == world.lanes[0]]
        end = NOW + MINUTE
        assert await world.begin(claimed[0])
        await world.uow.write(lambda tx: tx.queue.pause_lane(world.lanes[0], end))
        await world.uow.write(lambda tx: tx.queue.pause_lane(world.lanes[0], end - SECOND))
        assert not await world.begin(claimed[1], NOW)
        assert await world.sent(claimed[0]), "it was on its way before the pause"
        await world.enqueue(world.message(1))
        assert [c.lane_id for c in await world.claim(end - SECOND)] == [world.lanes[1]]
        assert await world.next_at() == end
        back = await world.claim_one(end)
        assert (back.id, back.attempts, back.maybe_sent) == (claimed[1].id, 0, False)


async def test_leases_end_and_what_was_being_sent_may_have_arrived(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message(), world.message(), world.message())
        one, begun, done = await world.claim()
        await world.begin(begun, NOW + 30 * SECOND)
        await world.begin(done)
        await world.sent(done)
        assert await world.sweep(NOW + LEASE - SECOND) == 0
        assert await world.sweep(NOW + LEASE) == 1
        assert not await world.begin(one, NOW + LEASE), "its lease has ended"
        free = await world.claim_one(NOW + LEASE)
        assert (free.id, free.maybe_sent, free.attempts) == (one.id, False, 0)
        assert await world.sweep(NOW + LEASE + 30 * SECOND) == 1, "sending had renewed the lease"
        assert not await world.sent(begun)
        again = await world.claim_one(NOW + 2 * LEASE - SECOND)
        assert (again.id, again.maybe_sent, again.attempts) == (begun.id, True, 1)


async def test_a_claim_whose_lease_ended_cannot_begin_even_before_the_sweep(
    database_url: str,
) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message())
        claimed = await world.claim_one()
        assert not await world.begin(claimed, NOW + LEASE)


async def test_the_sweeper_mends_lanes_that_lost_their_place(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(world.message())
        for wrong in (None, NOW + timedelta(days=1)):
            await world.uow.write(
                lambda tx, wrong=wrong: tx.queue._lanes._set(world.lanes[0], next_at=wrong)
            )
            assert await world.claim() == []
            assert await world.sweep(NOW) == 0
            assert await world.next_at() == NOW
        assert len(await world.claim()) == 1


async def test_lanes_share_a_claim(database_url: str) -> None:
    async with populated(database_url, people=3, lanes=3) as world:
        bulk = [world.message(0) for _ in range(50)]
        await world.enqueue(*bulk, world.message(1), world.message(2))
        claimed = await world.claim(limit=6)
        assert {each.lane_id for each in claimed} == set(world.lanes)
        assert len(claimed) <= 6


async def test_cancelling_skips_only_what_is_ready(database_url: str) -> None:
    async with populated(database_url, people=3) as world:
        about = uuid4()
        await world.enqueue(world.message(0))
        taken = await world.claim_one()
        await world.enqueue(
            world.message(0), world.message(1), world.message(2, about_id=about), world.message(2)
        )
        people = world.people[:2]
        assert await world.uow.write(lambda tx: tx.queue.cancel(people, "inactive", NOW)) == 2
        assert await world.uow.write(lambda tx: tx.queue.cancel_about(about, "closed", NOW)) == 1
        assert len(await world.claim()) == 1
        assert await world.begin(taken)
        assert await _counts(world) == {
            (DeliveryState.SKIPPED, "inactive"): 2,
            (DeliveryState.SKIPPED, "closed"): 1,
            (DeliveryState.CLAIMED, ""): 1,
            (DeliveryState.SENDING, ""): 1,
        }


async def test_cancelling_what_is_about_one_question(database_url: str) -> None:
    async with populated(database_url) as world:
        about = uuid4()
        await world.enqueue(
            *(world.message(about_id=about, about_key=key) for key in ("one", "two", ""))
        )
        for key, count in (("one", 1), ("one", 0), ("", 1)):
            cancelled = await world.uow.write(
                lambda tx, key=key: tx.queue.cancel_about(about, "back", NOW, key)
            )
            assert cancelled == count
        (left,) = await world.claim()
        assert left.about_key == "two"


async def test_cancelling_leaves_what_changes_a_message_on_somebodys_screen(
    database_url: str,
) -> None:
    async with populated(database_url) as world:
        shown = world.message()
        await world.enqueue(shown)
        await world.begin(await world.claim_one())
        changes = [
            world.message(operation=operation, target_id=shown.id)
            for operation in (Operation.UPDATE, Operation.DELETE)
        ]
        await world.enqueue(*changes, world.message())
        assert await world.uow.write(lambda tx: tx.queue.cancel(world.people, "erased", NOW)) == 1
        assert {each.id for each in await world.claim()} == {each.id for each in changes}


async def test_the_posts_of_a_check_in_are_found_in_order(database_url: str) -> None:
    async with populated(database_url) as world:
        about = uuid4()
        first = world.message(about_id=about, about_key="work", kind="offer")
        second = world.message(about_id=about, about_key="clarity")
        change = world.message(about_id=about, operation=Operation.UPDATE, target_id=first.id)
        await world.enqueue(first)
        await world.enqueue(second, change, world.message(about_id=uuid4()))
        posts = await world.uow.read(lambda tx: tx.queue.about(about))
        assert [(p.id, p.kind, p.state, p.about_key) for p in posts] == [
            (first.id, "offer", DeliveryState.READY, "work"),
            (second.id, "question", DeliveryState.READY, "clarity"),
        ]
        narrowed = await world.uow.read(lambda tx: tx.queue.about(about, "clarity"))
        assert [post.id for post in narrowed] == [second.id]


async def test_the_weekly_cap_counts_prompts_that_arrived_or_may_have(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.enqueue(
            *(world.message() for _ in range(4)), world.message(delivery_class=REPLY)
        )
        claimed = await world.claim()
        for each in claimed[:4]:
            await world.begin(each, NOW + SECOND)
        for each in claimed[:2]:
            await world.sent(each, NOW + SECOND)
        unsure = claimed[2]
        await world.uow.write(
            lambda tx: tx.queue.unknown(unsure.id, unsure.claim_token, "reset", NOW + SECOND)
        )

        async def sent(since: timedelta, until: timedelta) -> int:
            person = world.people[0]
            found = await world.uow.read(
                lambda tx: tx.queue.prompts_sent([person], NOW + since, NOW + until)
            )
            return len(found.get(person, ()))

        assert claimed[0].delivery_class is REPLY
        assert await sent(SECOND, 2 * SECOND) == 3
        assert await sent(2 * SECOND, 3 * SECOND) == 0
        assert await sent(-SECOND, SECOND) == 0


async def test_a_lane_never_exceeds_its_pace(database_url: str) -> None:
    """Two messages a second after a burst of three, claimed at odd moments for a minute."""
    async with populated(database_url) as world:
        await world.uow.write(lambda tx: tx.queue.set_pace(world.lanes[0], Pace(500, 3)))
        await world.enqueue(*(world.message() for _ in range(200)))
        left: list[float] = []
        for step in range(170):
            offset = step * 0.37
            claimed = await world.claim(NOW + offset * SECOND, lease=timedelta(hours=1))
            left += [offset] * len(claimed)
        assert len(left) >= 2 * 60
        assert left[:3] == [0.0] * 3
        for index, start in enumerate(left):
            for count, end in enumerate(left[index:], start=1):
                assert count <= 3 + (end - start) / 0.5


async def test_a_paced_lane_says_when_its_next_slot_comes(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.uow.write(lambda tx: tx.queue.set_pace(world.lanes[0], Pace(500)))
        await world.enqueue(world.message(), world.message())
        assert len(await world.claim()) == 1
        assert await world.next_at() == NOW + SECOND / 2
        assert await world.claim(NOW + 0.49 * SECOND) == []
        assert len(await world.claim(NOW + 0.5 * SECOND)) == 1


async def test_a_clock_set_back_stops_no_lane(database_url: str) -> None:
    async with populated(database_url) as world:
        await world.uow.write(lambda tx: tx.queue.set_pace(world.lanes[0], Pace(500)))
        await world.enqueue(*(world.message(not_before=NOW - MINUTE) for _ in range(3)))
        assert len(await world.claim(NOW + timedelta(days=1))) == 1
        await world.sweep(NOW)
        left = [len(await world.claim(NOW + n * SECOND)) for n in range(4)]
        assert sum(left) == 2, "one a slot, and no waiting for tomorrow"


@given(
    interval=st.integers(1, 5000),
    burst=st.integers(1, 20),
    gaps=st.lists(st.integers(0, 20_000), max_size=30),
)
def test_no_stretch_of_time_lets_more_go_than_the_pace(
    interval: int, burst: int, gaps: list[int]
) -> None:
    pace, tat, now, left = Pace(interval, burst), None, NOW, []
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        free = pace.free(tat, now)
        assert 0 <= free <= burst
        tat = pace.after(tat, now, free)
        left += [now] * free
        assert pace.next_slot(tat) > now
        assert pace.free(tat, pace.next_slot(tat)) >= 1
    for index, start in enumerate(left):
        for count, end in enumerate(left[index:], start=1):
            assert count <= burst + (end - start) / pace.interval


@pytest.mark.parametrize(("interval", "burst", "field"), [(-1, 1, "interval_ms"), (5, 0, "burst")])
def test_an_impossible_pace_is_refused(interval: int, burst: int, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Pace(interval, burst)


async def test_organisations_in_one_database_do_not_meet(database_url: str) -> None:
    async with populated(database_url) as one, populated(database_url) as other:
        await one.enqueue(one.message(cause="same"))
        assert await other.next_at() is None
        assert len(await other.enqueue(other.message(cause="same"))) == 1
        assert [c.person_id for c in await one.claim()] == [one.people[0]]
        assert await other.sweep(NOW + 2 * LEASE) == 0
        assert await _counts(other) == {(DeliveryState.READY, ""): 1}


async def test_a_home_that_moves_takes_along_what_is_certainly_not_sent(database_url: str) -> None:
    """What an earlier try may have brought is looked up where that was; what changes a message
    goes where the message is.
    """
    async with populated(database_url, people=3, lanes=2) as world:
        first, second = world.lanes
        sent, maybe, ready, left = (world.message(0, cause) for cause in ("a", "b", "c", "d"))
        await world.enqueue(sent)
        await world.begin(claimed := await world.claim_one())
        await world.sent(claimed)
        await world.enqueue(maybe)
        await world.begin(await world.claim_one())
        await world.sweep(NOW + 2 * LEASE)
        change = world.message(0, operation=Operation.UPDATE, target_id=sent.id)
        await world.enqueue(ready, left, change)
        person = world.people[0]
        there = Identity(uuid4(), person, second, "local", "u0-there", "dm-there", is_home=False)

        def move(tx: SqlTx) -> int:
            (home,) = tx.people.accounts(person)
            tx.people.add_identities([there])
            tx.people.update_identities([replace(home, is_home=False)])
            tx.people.update_identities([replace(there, is_home=True)])
            return tx.queue.move(replace(there, is_home=True), leaving=[left.id])

        assert await world.uow.write(move) == 1
        await world.enqueue(world.message(0, "new"))
        late = world.message(0, "late", operation=Operation.UPDATE, target_id=sent.id)
        await world.enqueue(late)
        claimed_now = await world.claim(NOW + 2 * LEASE)
        lanes = {d.id: (d.lane_id, d.address.external_id) for d in claimed_now}
        here, moved = (first, "u0"), (second, "u0-there")
        stays = {maybe.id: here, left.id: here, change.id: here, late.id: here}
        new = set(lanes) - {*stays, ready.id}
        assert lanes == {**stays, ready.id: moved, **dict.fromkeys(new, moved)}
        assert len(new) == 1
