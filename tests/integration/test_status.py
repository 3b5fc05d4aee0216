"""How things stand: figures about groups, in which no single person's choice shows."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState
from bot.domain.people import Participation
from bot.domain.ports.conversation_store import Round
from bot.services.plan import plan
from bot.services.status import NOTHING_SENT, OWN_CHOICE, Status, answered, merged, status
from tests.integration.people_lists import CALENDAR, MONDAY, Company, check_in, company, people

DAY = timedelta(days=1)
TUESDAY_NOON = datetime(2026, 8, 18, 12, 0, tzinfo=UTC)
COUNTS = st.dictionaries(
    st.sampled_from(["not_for_me", "paused", "weekly_cap", "too_late", "no_platform", "left"]),
    st.integers(1, 12),
)


@pytest.fixture
async def acme(database_url: str) -> AsyncIterator[Company]:
    async with company(database_url) as opened:
        await opened.apply(people(*(f"p{n:02}@acme.com,P{n}" for n in range(12))))
        await opened.cadence(check_in())
        await opened.schedule()
        yield opened


async def stands(acme: Company, at: datetime) -> Status:
    found = await status(acme.uow, at)
    assert found is not None
    return found


async def decline(acme: Company, count: int, choice: Participation) -> None:
    for n in range(count):
        person = await acme.id_of(f"p{n:02}@acme.com")
        await acme.uow.write(lambda tx, p=person: tx.people.set_participation(p, choice))


async def test_before_anything_was_due(acme: Company) -> None:
    found = await stands(acme, MONDAY)
    (cadence,) = found.cadences
    assert (cadence.key, cadence.people, cadence.paused) == ("ai", 12, False)
    assert cadence.next_due_at == found.next_at == datetime(2026, 8, 18, 10, tzinfo=UTC)
    assert (cadence.recent, cadence.skipped, found.queue) == ({}, {}, {})
    assert (found.people.active, found.people.without_platform, found.people.started) == (
        12,
        0,
        None,
    )


async def test_what_came_due_is_counted_by_state(acme: Company) -> None:
    await plan(acme.uow, CALENDAR, TUESDAY_NOON)
    found = await stands(acme, TUESDAY_NOON)
    assert found.cadences[0].recent == {OccurrenceState.QUEUED: 12}
    assert found.queue == {DeliveryState.READY: 12}
    assert found.cadences[0].next_due_at == datetime(2026, 8, 25, 10, tzinfo=UTC)
    assert (await stands(acme, TUESDAY_NOON + 29 * DAY)).cadences[0].recent == {}


async def test_a_few_who_declined_are_hidden_among_the_others(acme: Company) -> None:
    await decline(acme, 4, Participation.DECLINED)
    await plan(acme.uow, CALENDAR, TUESDAY_NOON)
    assert (await stands(acme, TUESDAY_NOON)).cadences[0].skipped == {NOTHING_SENT: 4}


async def test_many_who_declined_are_told_as_one_figure(acme: Company) -> None:
    await decline(acme, 5, Participation.DECLINED)
    await plan(acme.uow, CALENDAR, TUESDAY_NOON)
    assert (await stands(acme, TUESDAY_NOON)).cadences[0].skipped == {OWN_CHOICE: 5}


@pytest.mark.parametrize(("started", "told"), [(0, None), (4, None), (5, 5), (7, 7), (8, None)])
async def test_who_started_is_told_where_both_sides_are_many(
    acme: Company, started: int, told: int | None
) -> None:
    await decline(acme, started, Participation.STARTED)
    assert (await stands(acme, MONDAY)).people.started == told


@given(COUNTS, st.integers(5, 10))
def test_no_figure_of_a_reason_is_small_and_none_is_lost(
    reasons: dict[str, int], minimum: int
) -> None:
    told = merged(reasons, minimum)
    assert sum(told.values()) == sum(reasons.values())
    assert all(count >= minimum for reason, count in told.items() if reason != NOTHING_SENT)
    assert not told.keys() & {"not_for_me", "paused", "weekly_cap"}


@given(COUNTS, st.integers(5, 10), st.integers(0, 40))
def test_what_nearly_everybody_chose_is_not_told(
    reasons: dict[str, int], minimum: int, others: int
) -> None:
    """In a team of five of whom all chose *Not for me*, the figure would tell it of each."""
    told = merged(reasons, minimum, of=sum(reasons.values()) + others)
    assert sum(told.values()) == sum(reasons.values())
    chose = sum(reasons.get(reason, 0) for reason in ("not_for_me", "paused", "weekly_cap"))
    enough = sum(reasons.values()) + others - chose >= minimum
    assert (OWN_CHOICE in told) == (chose >= minimum and enough)


@given(COUNTS, st.integers(5, 10))
def test_what_somebody_chose_looks_like_any_other_reason(
    reasons: dict[str, int], minimum: int
) -> None:
    """One declined is told exactly as one left would be, as long as they are few."""
    few = Counter({r: n for r, n in reasons.items() if r not in {"left", "not_for_me"}})
    few = Counter({r: n for r, n in few.items() if r not in {"paused", "weekly_cap"}})
    assert merged(few | {"not_for_me": 1}, minimum) == merged(few | {"left": 1}, minimum)


ROUNDS = st.builds(
    Round,
    cadence_id=st.just(uuid4()),
    period=st.sampled_from(["2026-W32", "2026-W33", "2026-W34"]),
    first_at=st.sampled_from([MONDAY - 40 * DAY, MONDAY - 20 * DAY, MONDAY - 3 * DAY]),
    closes_at=st.sampled_from([MONDAY - DAY, MONDAY, MONDAY + DAY]),
    reached=st.integers(10, 40),
    answered=st.integers(0, 10),
)


@given(st.lists(ROUNDS, max_size=4))
def test_how_many_answered_tells_about_groups_alone(rounds: list[Round]) -> None:
    """Each round in the sum is over for everybody, and many answered as many didn't."""
    told = answered(rounds, {"2026-W34"}, MONDAY - 28 * DAY, MONDAY, 5)
    counted = [
        r.answered
        for r in rounds
        if r.answered >= 5
        and r.reached - r.answered >= 5
        and r.closes_at <= MONDAY
        and r.first_at >= MONDAY - 28 * DAY
        and r.period != "2026-W34"
    ]
    assert told == (sum(counted) if counted else None)
