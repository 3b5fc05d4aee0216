"""Cards that Teams asks for again say what they said, days later and whatever changed since."""

from __future__ import annotations

import pytest

from bot.domain.people import Role
from bot.domain.policy import Ai, Policy
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.world import World
from tests.servers.teams import Fault

PEOPLE = [Someone("mara"), Someone("tom"), Someone("ana", manager="mara")]
CADENCES = [check_in(reminders=1), weekly_summary()]
NONE, OPENAI, OTHER = Ai(), Ai("OpenAI", "api.openai.com"), Ai("Otherwise", "ai.example")


@pytest.fixture
def surface() -> OnTeams:
    """Only Teams asks."""
    return OnTeams()


def policy(ai: Ai) -> Policy:
    return Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, ai=ai)


async def asked(open_world: OpenWorld, ai: Ai = NONE) -> World:
    """Ana has just started, and "How is work?" has come."""
    world = await open_world(PEOPLE, CADENCES, policy=policy(ai))
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


async def test_an_open_question_names_who_it_named_though_the_manager_is_another(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """An answer given under it is for whom it names: the new manager is named by the next one."""
    world = await asked(open_world)
    before = surface.messages("ana")[-1]
    assert "Mara" in before.shown
    await world.changes(ana="tom")
    await surface.user("ana").looks(before)
    after = surface.messages("ana")[-1]
    assert (after.shown, after.buttons) == (before.shown, before.buttons)
    await world.answers("ana", "kestrel")
    assert "Mara" in surface.messages("ana")[-2].shown, "the receipt of the first answer"


async def test_an_open_question_is_left_alone_where_its_reader_left(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    world = await asked(open_world)
    before = surface.messages("ana")[-1]
    await world.changes(ana="tom")
    await world.leaves("mara")
    await surface.user("ana").looks(before)
    assert surface.messages("ana")[-1].shown == before.shown


async def test_weeks_later_a_summary_is_still_of_its_week(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    world = await asked(open_world)
    await world.answers("ana", "kestrel. Can we talk?", "heron")
    await world.until("2026-03-06 18:00")
    (before,) = [seen for seen in surface.messages("mara") if "March 6" in seen.shown]
    await world.until("2026-03-24 12:00")
    await surface.user("mara").looks(before)
    (after,) = [seen for seen in surface.messages("mara") if seen.id == before.id]
    assert after.shown == before.shown


@pytest.mark.parametrize("of", ["pulse", "weekly-summary"])
async def test_weeks_later_a_test_speaks_of_the_day_it_was_asked_for(
    open_world: OpenWorld, surface: OnTeams, of: str
) -> None:
    people = [Someone("ines", role=Role.HR_ADMIN), *PEOPLE]
    world = await open_world(people, [check_in("pulse"), weekly_summary()])
    await world.act("ines", "admin_test", of)
    before = surface.messages("ines")[-1]
    await world.until("2026-03-24 12:00")
    await surface.user("ines").looks(before)
    (after,) = [seen for seen in surface.messages("ines") if seen.id == before.id]
    assert after.shown == before.shown


async def test_a_question_is_left_alone_while_a_lost_one_may_name_somebody_else(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """Nobody reads what is answered meanwhile, and the card must not say that this lasts."""
    world = await asked(open_world)
    before = surface.messages("ana")[-1]
    await world.changes(ana="tom")
    surface.teams.fails("post", Fault.RESET_AFTER, who=account_of("ana"))
    await world.until("2026-03-05 18:00")
    await surface.user("ana").looks(before)
    (after,) = [seen for seen in surface.user("ana").chat if seen.id == before.id]
    assert "Only you" not in after.shown


@pytest.mark.parametrize(("before", "after"), [(OPENAI, OTHER), (OPENAI, NONE), (NONE, OPENAI)])
async def test_an_open_question_names_the_ai_it_named_though_it_is_another(
    open_world: OpenWorld, surface: OnTeams, before: Ai, after: Ai
) -> None:
    world = await asked(open_world, before)
    shown = surface.messages("ana")[-1]
    assert ("AI from OpenAI" in shown.shown) is (before is OPENAI)
    await world.configure(CADENCES, policy(after))
    user = surface.user("ana")
    await user.looks(shown)
    await user.presses("Who can read my answers?")
    await user.presses("Close")
    again = surface.messages("ana")[-1]
    assert (again.shown, again.buttons) == (shown.shown, shown.buttons)


async def test_a_question_is_left_alone_while_a_lost_one_may_name_another_ai(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """No AI gets what is answered meanwhile, and the card must not say that this lasts."""
    world = await asked(open_world, OPENAI)
    before = surface.messages("ana")[-1]
    await world.configure(CADENCES, policy(OTHER))
    surface.teams.fails("post", Fault.RESET_AFTER, who=account_of("ana"))
    await world.until("2026-03-05 18:00")
    await surface.user("ana").looks(before)
    (after,) = [seen for seen in surface.user("ana").chat if seen.id == before.id]
    assert after.shown == before.shown
