"""Whoever waits for a turn at a conversation or a method: the pace and the order hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import Pace
from bot.domain.turns import Pacing

AT = datetime(2026, 3, 3, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.integers(0, 2_500), st.booleans()), min_size=1, max_size=40)


PACES = [
    (Pace(1_000, 1),),
    (Pace(1_500, 10),),
    (Pace(700, 3),),
    (Pace(600, 2), Pace(1_900, 7)),
]


@given(STEPS, st.sampled_from(PACES))
def test_turns_keep_every_pace_and_the_order(
    steps: list[tuple[int, bool]], paces: tuple[Pace, ...]
) -> None:
    """Whoever asks comes back when told, as delivery does, earliest first."""
    pacing, now = Pacing(*paces), AT
    asking: list[tuple[datetime, int, UUID]] = []
    asked: list[UUID] = []
    went: list[tuple[datetime, UUID]] = []
    for number, (milliseconds, _) in enumerate(steps):
        asking.append((now, number, UUID(int=number)))
        asked.append(UUID(int=number))
        now += timedelta(milliseconds=milliseconds)
    while asking:
        asking.sort()
        at, number, who = asking.pop(0)
        told = pacing.wait("here", who, at)
        if told is None:
            went.append((at, who))
        else:
            assert told > at
            asking.append((told, number, who))
    assert [who for _, who in went] == asked
    moments = [at for at, _ in went]
    assert all(a <= b for a, b in pairwise(moments))
    for pace in paces:
        for a, b in zip(moments, moments[pace.burst :], strict=False):
            assert b - a >= pace.interval


def test_a_clock_that_goes_back_keeps_nobody_waiting() -> None:
    pacing = Pacing(Pace(1_000, 1))
    for number in range(5):
        pacing.wait("here", UUID(int=number), AT)
    back = AT - timedelta(days=1)
    told = pacing.wait("here", UUID(int=9), back)
    assert told is not None
    assert told - back <= timedelta(seconds=10)


def test_what_is_remembered_is_bounded() -> None:
    pacing = Pacing(Pace(1_000, 1), at_most=10)
    for number in range(1_000):
        pacing.wait(number, UUID(int=number), AT + number * timedelta(minutes=5))
    assert len(pacing._turns) <= 10
