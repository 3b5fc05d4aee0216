"""What an HR admin's forms refuse, keep and show, and what nobody else may do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.cadence import Audience
from bot.domain.message import Block, ChoiceInput, Panel, Reply
from bot.services.proposal import Proposal
from bot.services.status import status
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, nudge
from tests.journeys.hr_admins import (
    BOSS,
    CADENCES,
    EVERYONE,
    HR,
    changes,
    errors_of,
    form_of,
    newest,
    saves,
)
from tests.journeys.words import pressable, words
from tests.journeys.world import World


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(EVERYONE, CADENCES)


@pytest.mark.parametrize("who", ["mia", "ana"])
async def test_nobody_else_may_do_any_of_it(world: World, who: str) -> None:
    """A forged press or form of somebody who is no HR admin shows and changes nothing."""
    form = form_of(await world.act("ines", "admin_change", "pulse"))
    shown = form_of(await world.submits("ines", form, {"at": "11:00"}))
    before = await newest(world, "pulse")
    for action, value in (
        ("admin_new", ""),
        ("admin_change", "pulse"),
        ("admin_edit_again", shown.value),
        ("admin_history", "pulse"),
        ("admin_back_to", str(before.id)),
        ("admin_pause_one", "pulse"),
        ("admin_test", "pulse"),
        ("admin_more", "0"),
    ):
        reply = await world.act(who, action, value)
        assert reply == Reply(notice="Only HR admins can do this."), action
    for asked in (form, shown):
        reply = await world.submits(who, asked, {})
        assert reply == Reply(notice="Only HR admins can do this.")
    assert (await newest(world, "pulse")).id == before.id
    assert not world.arrived(who)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "[]",
        "null",
        '{"k":1}',
        '{"f":[]}',
        '{"k":"pulse","r":"nobody"}',
        "[" * 1900,
        '{"t":"x"}',
    ],
)
async def test_forged_proposals_change_nothing(world: World, value: str) -> None:
    for action in ("admin_save", "admin_edit_submit", "admin_edit_again"):
        reply = await world.act("ines", action, value)
        assert reply.view is None
        assert "there any more" in reply.notice
    assert (await newest(world, "pulse")).number == 1


async def test_a_template_never_takes_the_place_of_a_cadence(world: World) -> None:
    """A forged proposal that names both makes a new cadence and leaves the other alone."""
    pulse = await newest(world, "pulse")
    forged = Proposal(key="pulse", revision=pulse.id, template="learning")
    await world.act("ines", "admin_save", str(forged))
    assert (await newest(world, "pulse")).id == pulse.id
    assert (await newest(world, "learning")).number == 1


async def test_home_stays_small_with_many_cadences(open_world: OpenWorld) -> None:
    """Slack's Home takes 100 blocks; what doesn't fit is one press away."""
    many = [replace(nudge(), key=f"note-{n:02}", title=f"Note {n}") for n in range(40)]
    world = await open_world(EVERYONE, many)
    blocks: list[Block] = list(await world.home("ines"))
    assert len(blocks) < 90
    titles = set()
    while more := [found for found in pressable(blocks) if found[1] == "admin_more"]:
        titles |= {t for t in words(tuple(blocks)).splitlines() if t.startswith("Note ")}
        panel = (await world.act("ines", *more[0][1:])).view
        assert isinstance(panel, Panel)
        blocks = list(panel.blocks)
        assert len(blocks) < 90
    titles |= {t for t in words(tuple(blocks)).splitlines() if t.startswith("Note ")}
    assert len(titles) == 40


async def test_an_audience_that_a_form_cannot_say_is_kept(open_world: OpenWorld) -> None:
    special = Audience(under=("mia@fernweh.example",), tenure_min_days=0)
    world = await open_world(EVERYONE, [check_in(audience=special)])
    form = form_of(await world.act("ines", "admin_change", "pulse"))
    field = next(b for b in form.blocks if isinstance(b, ChoiceInput) and b.name == "audience")
    assert field.chosen == "kept"
    assert "under mia@fernweh.example" in field.options[-1].label
    await saves(world, await changes(world, "pulse", at="11:00"))
    assert (await newest(world, "pulse")).spec.audience == special


async def test_a_cadence_for_one_team_reaches_that_team(world: World) -> None:
    form = form_of(await world.act("ines", "admin_change", "pulse"))
    field = next(b for b in form.blocks if isinstance(b, ChoiceInput) and b.name == "audience")
    team = next(option.value for option in field.options if option.label == "Team Support")
    shown = form_of(await world.submits("ines", form, {"audience": team}))
    assert "For: everyone → everyone in Support" in words(shown)
    assert "around Tokyo" in words(shown)
    assert "not in these teams" in words(shown)
    await saves(world, shown)
    await world.until("2026-03-03 10:01")
    assert "2026-03-03 10:00" in world.prompts("kei")
    assert "2026-03-03 10:00" not in world.prompts("ana")


async def test_a_paused_cadence_can_be_changed_and_stays_paused(world: World) -> None:
    await world.act("ines", "admin_pause_one", "pulse")
    shown = await changes(world, "pulse", at="11:00")
    assert "It is paused" in words(shown)
    await saves(world, shown)
    assert (await newest(world, "pulse")).spec.paused


async def test_nothing_changed_is_not_saved(world: World) -> None:
    form = await changes(world, "pulse")
    assert form.title == "Change a cadence"
    assert "Nothing is changed yet." in words(form)
    assert (await newest(world, "pulse")).number == 1


async def test_an_undone_revision_that_no_longer_fits_comes_as_a_form(world: World) -> None:
    """Its title was given to another cadence since: both would have the same."""
    first = await newest(world, "pulse")
    await saves(world, await changes(world, "pulse", title="Other"))
    await saves(world, await changes(world, "note", title="pulse"))
    form = form_of(await world.act("ines", "admin_back_to", str(first.id)))
    assert "title" in errors_of(form)


async def test_what_an_admin_sees_holds_no_answers(world: World) -> None:
    await world.until("2026-03-03 10:01")
    await world.starts("ana")
    await world.answers("ana", "A secret about work", "A secret wish")
    seen = [words(await world.home("ines"))]
    for action, value in (
        ("admin_history", "pulse"),
        ("admin_preview", ""),
        ("admin_test", "pulse"),
    ):
        seen.append(words((await world.act("ines", action, value)).view or ""))
    seen.append(await world.sees("ines"))
    assert "secret" not in "\n".join(seen)


@on_both
async def test_answered_is_told_for_closed_rounds_of_enough_people(open_world: OpenWorld) -> None:
    """Nobody can watch the figure move while one person answers, nor learn about a few."""
    staff = [Someone(f"p{n:02}", "mia") for n in range(12)]
    world = await open_world([HR, BOSS, *staff], [check_in()])
    await world.until("2026-03-03 10:01")
    for someone in staff[:5]:
        await world.starts(someone.name)
        await world.types(someone.name, "Fine")
    assert await answered(world) is None, "the round is still open"
    await world.until("2026-03-10 09:00")
    assert await answered(world) == 5
    await world.until("2026-03-10 10:01")
    for someone in staff[:4]:
        await world.types(someone.name, "Fine again")
    await world.until("2026-03-17 09:00")
    assert await answered(world) == 5, "four are too few to be told, even in a sum"


async def test_answered_waits_for_people_further_west(open_world: OpenWorld) -> None:
    """A round that is over in Tokyo is not told while it is still to come in Los Angeles: what it
    gains later would be one person's.
    """
    east = [Someone(f"p{n:02}", zone="Asia/Tokyo", country=None) for n in range(10)]
    west = Someone("lou", zone="America/Los_Angeles", country=None)
    world = await open_world([HR, *east, west], [check_in(closes_after_days=0)])
    await world.until("2026-03-03 03:00")
    for someone in east[:5]:
        await world.starts(someone.name)
        await world.types(someone.name, "Fine")
    await world.until("2026-03-03 17:00")
    assert await answered(world) is None
    await world.until("2026-03-04 10:00")
    assert await answered(world) == 5


async def answered(world: World) -> int | None:
    found = await status(world.built.uow, world.now)
    assert found is not None
    return found.cadences[0].answered
