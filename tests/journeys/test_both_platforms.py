"""A company in Slack and Teams at once: everybody has one home, and who leads whom is no matter
of platforms.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from bot.domain.cadence import CadenceSpec
from tests.journeys.both_platforms import SLACK, TEAMS, Company, OnBoth
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.survey_company import EVERYBODY, counted
from tests.journeys.survey_company import question as result_of
from tests.journeys.test_erasing import erases, screen
from tests.journeys.test_pairs import adds, in_panel, panel, promises
from tests.journeys.test_result_surfaces import opens
from tests.journeys.words import quotes, words
from tests.journeys.world import World
from tests.servers.slack import Fault as SlackFault
from tests.servers.teams import Fault as TeamsFault

MARA = Someone("mara")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
PEOPLE = (MARA, TOM, ANA, BEN)
CADENCES = (check_in(reminders=1, pack="ai_check_in"), weekly_summary())
SECOND = "How's the way we work working for you?"
MANY = 500
"""More failures than anybody's tries in a test."""

over_both = pytest.mark.parametrize(
    "in_teams",
    [("mara", "ben"), ("ana", "tom")],
    ids=["a manager in Teams", "a manager in Slack"],
)
"""Mara leads Ana and Ben, of whom one is where she is."""


@pytest.fixture
def surface() -> OnBoth:
    """Each test says who is where, and makes its own."""
    return OnBoth()


async def company(
    open_world: OpenWorld,
    in_teams: Collection[str],
    cadences: Sequence[CadenceSpec] = CADENCES,
    people: Sequence[Someone] = PEOPLE,
) -> Company:
    places = OnBoth(in_teams)
    return Company(await open_world(people, cadences, surface=places), places)


async def first_week(made: Company) -> World:
    """Friday evening: Ana and Ben answered on Tuesday, and Mara has her summary."""
    world = made.world
    await world.until("2026-03-03 10:05")
    await world.starts("ana", "ben")
    await world.answers("ana", "kestrel one?", "kestrel two")
    await world.answers("ben", "heron one?", "heron two")
    await world.until("2026-03-06 18:00")
    return world


@over_both
async def test_one_summary_holds_both(open_world: OpenWorld, in_teams: Collection[str]) -> None:
    """It comes once, to the manager's own platform, with those on the other in it; the details
    open there."""
    made = await company(open_world, in_teams)
    world = await first_week(made)
    [summary] = [post for post in made.places.posted("mara") if "kestrel one?" in post.shown]
    assert summary.platform == made.places.place("mara")
    assert "heron one?" in summary.shown
    [details] = await world.details("mara")
    said = [quote.text for quote in quotes(details.blocks)]
    assert said == ["kestrel one?", "kestrel two", "heron one?", "heron two"]
    for name in ("ana", "ben", "mara"):
        assert {post.platform for post in made.places.posted(name)} == {made.places.place(name)}
    assert "heron" not in await world.can_read("ana")
    assert "kestrel" not in "".join(post.shown for post in made.places.posted("tom"))


@over_both
async def test_a_promise_and_its_outcome(open_world: OpenWorld, in_teams: Collection[str]) -> None:
    """The report is told and asked at home, and both panels say the same afterwards."""
    made = await company(open_world, in_teams, [check_in(on=3, reminders=0, weeks=50)])
    world = made.world
    await world.until("2026-03-02 10:00")
    await world.act("ana", "start")
    await world.act("ben", "start")
    for name in ("ana", "ben"):
        await promises(world, "mara", name, f"the kestrel of {name}")
    await world.until("2026-03-24 10:00")
    for name in ("ana", "ben"):
        told, *_ = [post for post in made.places.posted(name) if "kestrel" in post.shown]
        assert told.platform == made.places.place(name)
        for one, other in ((name, "mara"), ("mara", name)):
            shown = await panel(world, one, other)
            assert [q.text for q in quotes(shown.blocks)] == [f"the kestrel of {name}"]
        [asked] = [post for post in made.places.posted(name) if "Did it happen?" in post.shown]
        assert asked.platform == made.places.place(name)
        await world.press(name, "It happened")
        assert "You said that it happened." in await world.sees(name)
        await in_panel(world, "mara", name, "It happened")
        for one, other in ((name, "mara"), ("mara", name)):
            assert quotes((await panel(world, one, other)).blocks) == []
    assert {post.platform for post in made.places.posted("mara")} == {made.places.place("mara")}


@over_both
async def test_one_agenda(open_world: OpenWorld, in_teams: Collection[str]) -> None:
    """Either adds where they are, and either ticks off; both see the same at once."""
    made = await company(open_world, in_teams, [check_in(on=3, reminders=0, weeks=50)])
    world = made.world
    await world.until("2026-03-02 10:00")
    for name in ("ana", "ben"):
        await world.act(name, "start")
        await adds(world, name, "mara", f"a plan of {name}")
        await adds(world, "mara", name, f"a budget for {name}")
        for one, other in ((name, "mara"), ("mara", name)):
            shown = await panel(world, one, other)
            assert sorted(q.text for q in quotes(shown.blocks)) == [
                f"a budget for {name}",
                f"a plan of {name}",
            ]
        done = await in_panel(world, name, "mara", "Done")
        assert "Ticked off" in words(done.view)
        for one, other in ((name, "mara"), ("mara", name)):
            assert len(quotes((await panel(world, one, other)).blocks)) == 1


async def test_results_of_groups_are_counted_over_both(open_world: OpenWorld) -> None:
    """They are those of the company, whoever of it is where, and open on either platform."""
    half = EVERYBODY[::2]
    places = OnBoth(half)
    world = await counted(lambda *given, **more: open_world(*given, **more, surface=places))
    mias = await result_of(world, "mia", "clear")
    assert mias.figure is not None
    assert mias.figure.shares == {"1": 0, "2": 17, "3": 17, "4": 50, "5": 17}
    assert {places.place(name) for name in ("mia", "max", "ines", "lea")} == {SLACK, TEAMS}
    for name in ("mia", "max"):
        assert "Is it clear?" in words(await opens(world, name, "Team results"))


@over_both
async def test_erased_words_leave_the_summary(
    open_world: OpenWorld, in_teams: Collection[str]
) -> None:
    """Ana erases where she is; what stands with Mara is replaced, and no server holds the words
    in it any more."""
    made = await company(open_world, in_teams)
    world = await first_week(made)
    assert "kestrel one?" in await world.sees("mara")
    await erases(world, "ana", "kestrel one?")
    shown = await screen(world, "mara")
    assert "kestrel one?" not in shown
    assert "heron one?" in shown
    if made.places.place("mara") == TEAMS:
        updates = [a for a in made.places.teams.teams.accepted if a.operation == "update"]
        assert any("heron one?" in update.shown for update in updates)
        assert not [update for update in updates if "kestrel one?" in update.shown]
        assert "kestrel one?" not in made.places.stands_in_teams("mara")
        assert "heron one?" in made.places.stands_in_teams("mara")
    else:
        dm = made.places.slack.user("mara").dm
        assert "kestrel one?" not in "\n".join(f"{m.text} {m.blocks}" for m in dm)


@over_both
async def test_a_new_manager_on_the_other_platform(
    open_world: OpenWorld, in_teams: Collection[str]
) -> None:
    """Tom reads from then on, where he is; Mara's summary opens nothing of Ana's any more."""
    made = await company(open_world, in_teams)
    assert made.places.place("tom") != made.places.place("mara")
    world = await first_week(made)
    await world.changes(ana="tom")
    assert await world.told("mara") == [["heron one?", "heron two"]]
    await world.until("2026-03-10 10:05")
    begun = [post for post in made.places.posted("ana") if post.begins_check_in][-1]
    assert "Tom, your manager, can read" in begun.shown
    await world.answers("ana", "plover one?", "plover two")
    await world.until("2026-03-13 18:00")
    assert await world.told("tom") == [["plover one?", "plover two"]]
    [got] = [post for post in made.places.posted("tom") if "plover one?" in post.shown]
    assert got.platform == made.places.place("tom")
    assert "plover" not in await world.can_read("mara")
    assert "kestrel" not in await world.can_read("tom")


@pytest.mark.parametrize("fault", ["limited", "unavailable"])
@pytest.mark.parametrize("down", [SLACK, TEAMS])
async def test_one_platform_is_down(open_world: OpenWorld, down: str, fault: str) -> None:
    """The other one goes on as if nothing had happened; those on this one are asked later, and
    never twice."""
    made = await company(open_world, ("ben",))
    world = await first_week(made)
    there = [name for name in ("ana", "ben") if made.places.place(name) == down]
    goes_down(made, down, fault)
    await world.until("2026-03-10 10:30")
    for name in ("ana", "ben"):
        fine = {"2026-W10": 1, "2026-W11": 1}
        assert made.prompted(name) == ({"2026-W10": 1} if name in there else fine), name
    await world.restart()
    comes_back(made, down)
    await world.until("2026-03-10 13:00")
    await world.until("2026-03-11 13:00")
    for name in there:
        told = [post for post in made.places.posted(name) if f"{post.at:%G-W%V}" == "2026-W11"]
        assert made.prompted(name).get("2026-W11", 0) <= 1
        assert told, f"{name} was never told of the check-in"
    if fault == "limited":
        assert all(made.prompted(name)["2026-W11"] == 1 for name in there)


def goes_down(made: Company, platform: str, fault: str) -> None:
    if platform == SLACK:
        struck = SlackFault.RATE_LIMITED if fault == "limited" else SlackFault.UNAVAILABLE_BEFORE
        made.places.slack.slack.fails("chat.postMessage", *[struck] * MANY, retry_after=60)
    else:
        broken = TeamsFault.RATE_LIMITED if fault == "limited" else TeamsFault.UNAVAILABLE_BEFORE
        made.places.teams.teams.fails("post", *[broken] * MANY, retry_after=60)


def comes_back(made: Company, platform: str) -> None:
    server = made.places.slack.slack if platform == SLACK else made.places.teams.teams
    server.faults.planned.clear()


async def test_a_new_process_between_question_and_answer(open_world: OpenWorld) -> None:
    """Both platforms go on where they were; an answer that comes right after it is kept once."""
    made = await company(open_world, ("mara", "ben"))
    world = made.world
    await world.until("2026-03-03 10:05")
    await world.starts("ana", "ben")
    await world.restart()
    world.deliveries = 2
    await world.types("ana", "kestrel one?")
    await world.types("ben", "heron one?")
    await world.restart()
    world.deliveries = 1
    await world.wait()
    await world.answers("ana", "kestrel two")
    await world.answers("ben", "heron two")
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["kestrel one?", "kestrel two", "heron one?", "heron two"]]
    assert {name: made.prompted(name) for name in ("ana", "ben")} == {
        "ana": {"2026-W10": 1},
        "ben": {"2026-W10": 1},
    }
