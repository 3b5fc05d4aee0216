"""Messages come on another platform from now on: by a button, or for want of the old one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from bot.domain.inbound import InboundKind
from tests.journeys.both_platforms import SLACK, TEAMS, OnBoth, elsewhere
from tests.journeys.conftest import OpenWorld
from tests.journeys.test_both_platforms import SECOND, company, first_week, over_both
from tests.journeys.test_erasing import erases, screen


@pytest.fixture
def surface() -> OnBoth:
    """Each test says who is where, and makes its own."""
    return OnBoth()


@over_both
async def test_somebody_moves_home(open_world: OpenWorld, in_teams: Collection[str]) -> None:
    """Ana moves with a check-in open and an answer's receipt on its way: what waits comes to the
    new home, the open check-in goes on there, and nothing is asked twice."""
    made = await company(open_world, in_teams)
    world = await first_week(made)
    old = made.places.place("ana")
    await made.places.also_in("ana", elsewhere(old))
    await world.until("2026-03-10 10:05")
    await world.send("ana", InboundKind.TEXT, text="the plover one is all done", send=False)
    new = await made.moves("ana")
    assert new != old
    await world.wait()
    after = [post for post in made.places.posted("ana") if post.at > world.now.replace(minute=4)]
    assert [post.platform for post in after if SECOND in post.shown] == [new]
    assert sorted(post.platform for post in after if "From now on" in post.text) == [SLACK, TEAMS]
    await world.restart()
    await world.answers("ana", "plover two")
    await world.until("2026-03-13 18:00")
    said = (await world.told("mara"))[-1]
    assert said == ["the plover one is all done", "plover two"]
    await world.until("2026-03-27 18:00")
    late = [post for post in made.places.posted("ana") if f"{post.at:%G-W%V}" > "2026-W11"]
    assert {post.platform for post in late} == {new}
    weeks = {"2026-W10": 1, "2026-W11": 1, "2026-W12": 1, "2026-W13": 1}
    assert made.prompted("ana") == made.prompted("ben") == weeks


@over_both
async def test_a_manager_moves_home(open_world: OpenWorld, in_teams: Collection[str]) -> None:
    """The summary on the old platform stays, opens, and is changed there when words are erased;
    the next one comes to the new home, and nobody gets two."""
    made = await company(open_world, in_teams)
    world = await first_week(made)
    old = made.places.place("mara")
    await made.places.also_in("mara", elsewhere(old))
    new = await made.moves("mara")
    await erases(world, "ana", "kestrel one?")
    await screen(world, "mara")
    made.places.go("mara", old)
    shown = await world.sees("mara")
    assert "heron one?" in shown
    assert "kestrel one?" not in shown
    await world.press("mara", "summary_details")
    made.places.go("mara", new)
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "plover one?", "plover two")
    await world.until("2026-03-13 18:00")
    [got] = [post for post in made.places.posted("mara") if "plover one?" in post.shown]
    assert got.platform == new
    weeks = [f"{p.at:%G-W%V}" for p in made.places.posted("mara") if "Your team's week" in p.text]
    assert weeks == ["2026-W10", "2026-W11"]
    assert made.prompted("mara") == {"2026-W10": 1, "2026-W11": 1}


async def test_there_and_back(open_world: OpenWorld) -> None:
    """Somebody who moves to and fro in one week, over restarts, is asked once each week."""
    made = await company(open_world, ("mara",))
    world = await first_week(made)
    await made.places.also_in("ana", TEAMS)
    await world.until("2026-03-10 09:55")
    for _ in range(2):
        await made.moves("ana")
        await world.restart()
        await world.until("2026-03-10 10:05")
        await made.moves("ana")
    await world.until("2026-03-18 12:00")
    assert made.prompted("ana") == {"2026-W10": 1, "2026-W11": 1, "2026-W12": 1}


@over_both
async def test_words_typed_on_the_other_platform_are_not_kept(
    open_world: OpenWorld, in_teams: Collection[str]
) -> None:
    """They are answered by a line that says where messages come, and are no answer."""
    made = await company(open_world, in_teams)
    world = made.world
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    home = made.places.place("ana")
    await made.places.also_in("ana", elsewhere(home))
    if home == SLACK:
        await made.places.teams.user("ana").types("words by mistake")
        shown = made.places.teams.user("ana").shown[-1]
    else:
        await made.places.slack.user("ana").types("words by mistake")
        await made.places.slack.ears.settled()
        shown = made.places.slack.user("ana").dm[-1].shown
    await made.settled()
    assert f"You get your messages in {home.title()}." in shown
    assert await world.my_words("ana") == []
    await world.answers("ana", "at home")
    assert await world.my_words("ana") == ["at home"]


async def test_the_line_about_the_other_platform_stays_what_it_is(open_world: OpenWorld) -> None:
    """Teams asks by itself what a card says now: the button to bring messages there stays."""
    made = await company(open_world, ("mara",))
    await made.world.until("2026-03-03 10:05")
    await made.places.also_in("ana", TEAMS)
    user = made.places.teams.user("ana")
    [card] = user.chat
    await user.looks(card)
    assert user.buttons == ["Bring them here"]
    await user.presses("Bring them here")
    await made.settled()
    assert user.shown[0] == "You get your messages here now."
    assert not user.trouble


async def test_an_app_taken_away_leaves_the_other_platform(open_world: OpenWorld) -> None:
    """Ana takes the app away in Teams: what was to come is called off, and from the night on, when
    Slack's people are read, it comes there. Each check-in is begun once."""
    made = await company(open_world, ("ana",))
    world = await first_week(made)
    await made.places.also_in("ana", SLACK)
    await world.until("2026-03-07 12:00")
    await made.places.teams.user("ana").uninstalls()
    await made.settled()
    await made.places.reads_slack()
    made.places.go("ana", SLACK)
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "plover one", "plover two")
    await world.until("2026-03-13 18:00")
    assert (await world.told("mara"))[-1] == ["plover one", "plover two"]
    late = [post for post in made.places.posted("ana") if f"{post.at:%G-W%V}" > "2026-W10"]
    assert {post.platform for post in late} == {SLACK}
    assert made.prompted("ana") == {"2026-W10": 1, "2026-W11": 1}


async def test_an_account_that_slack_closed_gives_way(open_world: OpenWorld) -> None:
    """Ben's account in Slack is deactivated: the next time he writes in Teams, that is his home,
    and the check-in that is open can be answered there."""
    made = await company(open_world, ("mara",))
    world = await first_week(made)
    await made.places.also_in("ben", TEAMS)
    server = made.places.slack.slack
    server.change(replace(made.places.slack.user("ben").member, deleted=True))
    await made.places.reads_slack()
    user = made.places.teams.user("ben")
    await user.types("hello?")
    await made.settled()
    made.places.go("ben", TEAMS)
    assert "You get your messages in Slack" not in user.shown[-1]
    await world.until("2026-03-10 10:05")
    await world.answers("ben", "plover one", "plover two")
    await world.until("2026-03-13 18:00")
    assert (await world.told("mara"))[-1] == ["plover one", "plover two"]
    late = [post for post in made.places.posted("ben") if f"{post.at:%G-W%V}" > "2026-W10"]
    assert {post.platform for post in late} == {TEAMS}
