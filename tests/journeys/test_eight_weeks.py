"""Eight weeks of a manager with ten reports, from both sides."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from bot.domain.message import Form
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import (
    Someone,
    check_in,
    nudge,
    one_to_ones,
    stay_interviews,
    weekly_summary,
)
from tests.journeys.test_manager_changes import add, promise
from tests.journeys.test_one_to_ones import set_rhythm
from tests.journeys.words import words
from tests.journeys.world import World

REPORTS = ("ana", "ben", "cleo", "dana", "emil", "fay", "gus", "hana", "ivo", "jule")
HIRED = date(2025, 12, 8)
PEOPLE = (
    Someone("mara"),
    Someone("tom"),
    *(
        Someone(name, manager="mara", hired_on=HIRED + timedelta(days=7 * number))
        for number, name in enumerate(REPORTS)
    ),
)
CADENCES = [
    check_in(reminders=0, pack="ai_check_in"),
    weekly_summary(),
    one_to_ones(),
    stay_interviews(),
    nudge(hour="09:00"),
]
RHYTHMS = ("weekly", "two_weeks", "monthly", "weekly", "off")
END = "2026-04-27 00:00"


async def test_eight_weeks(open_world: OpenWorld) -> None:
    """Never more than one nudge a day, every promise comes back to both, a change of manager and
    somebody who opts out in between."""
    world = await open_world(PEOPLE, CADENCES)
    await begin(world)
    await world.until("2026-03-24 12:00")
    await world.changes(cleo="tom")
    await world.act("dana", "decline")
    await world.until(END)
    at_most_one_nudge_a_day(world, "mara")
    at_most_one_nudge_a_day(world, "tom")
    await promises_came_back(world)
    await both_see_the_same(world)
    told = [a.words for a in world.arrived("mara", "nudge") if a.wall > "2026-03-25"]
    assert not any("1:1 with Cleo" in each for each in told)
    assert any("ana kestrel" in each for each in told)
    assert any("1:1 with Dana" in each for each in told)
    assert "dana kestrel" not in "".join(told)


async def begin(world: World) -> None:
    """Days are set for all but the last; promises both ways; a few people answer."""
    for number, name in enumerate(REPORTS[:-1]):
        rhythm, weekday = RHYTHMS[number % len(RHYTHMS)], str(number % 5)
        await set_rhythm(world, "mara", name, rhythm=rhythm, weekday=weekday)
    await promise(world, "mara", "ana", "osprey by Mara", "2026-03-12")
    await promise(world, "ben", "mara", "heron by Ben", "2026-03-10")
    await add(world, "ana", "mara", "curlew topic")
    await world.until("2026-03-03 10:05")
    await world.starts("ana", "dana")
    await world.answers("ana", "ana kestrel. Could we talk?", "more words")
    await world.answers("dana", "dana kestrel. Could we talk?", "more words")


def at_most_one_nudge_a_day(world: World, who: str) -> None:
    days = Counter(arrival.local.date() for arrival in world.arrived(who, "nudge"))
    assert days
    assert set(days.values()) == {1}


async def promises_came_back(world: World) -> None:
    """Whoever promised was reminded the working day before, and both were asked 14 days after."""
    told = {a.wall[:10]: a.words for a in world.arrived("mara", "nudge")}
    assert "osprey by Mara" in told["2026-03-11"]
    assert any("osprey by Mara" in told[day] for day in ("2026-03-26", "2026-03-27"))
    assert any("heron by Ben" in told[day] for day in ("2026-03-24", "2026-03-25"))
    ben = {a.kind: a.wall[:10] for a in world.arrived("ben") if "promise" in a.kind}
    assert ben == {"promise_due": "2026-03-09", "promise_question": "2026-03-24"}
    ana = {a.kind: a.wall[:10] for a in world.arrived("ana") if "promise" in a.kind}
    assert ana == {"promise_made": "2026-03-02", "promise_question": "2026-03-26"}


async def both_see_the_same(world: World) -> None:
    """Until somebody gives a last word, what stands open does so for both."""
    for who, other in (("mara", "ana"), ("ana", "mara")):
        panel = (await world.act(who, "pair", str(world.ids[other]))).view
        assert "osprey by Mara" in words(panel)
        assert "curlew topic" in words(panel)
    assert not isinstance((await world.act("tom", "pair", str(world.ids["ana"]))).view, Form)
    assert "osprey" not in await world.can_read("tom")
    assert "osprey" not in await world.can_read("ben")
