"""HR admins set what comes to managers alone: 1:1 nudges, stay interviews and guides."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.cadence import Audience, CadenceKind
from bot.domain.message import ChoiceInput, Form, Panel
from bot.domain.people import Role
from prompts.guides import load_guides
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in, for_managers
from tests.journeys.test_hr_admins import changes, errors_of, form_of, newest, saves
from tests.journeys.words import pressable, words
from tests.journeys.world import World

HR = Someone("ines", role=Role.HR_ADMIN)
BOSS = Someone("mia", team="Sales", hired_on=date(2020, 1, 6))
TEAM = (
    Someone("ana", "mia", team="Sales", hired_on=date(2025, 12, 8)),
    Someone("ben", "mia", team="Sales", hired_on=date(2026, 2, 2)),
    Someone("cleo", "mia", team="Sales"),
)
"""On 2 March Ana is 84 days in and comes due on the 8th, Ben on 3 May; Cleo has no hire date."""


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world((HR, BOSS, *TEAM), [check_in()])


async def begun(world: World, template: str) -> Form:
    chosen = form_of(await world.act("ines", "admin_new"))
    return form_of(await world.submits("ines", chosen, {"template": template}))


def audiences_of(form: Form) -> set[str]:
    found = next(b for b in form.blocks if isinstance(b, ChoiceInput) and b.name == "audience")
    return {option.label for option in found.options}


async def test_stay_interviews_from_a_template(world: World) -> None:
    """The preview says how many come due and names who has no hire date, with the remedy; only
    managers can be chosen, and the days and months of the form are what is saved."""
    form = await begun(world, "stay_interviews")
    assert audiences_of(form) == {"Everyone who manages somebody", "Managers in team Sales"}
    shown = form_of(await world.submits("ines", form, {}))
    said = words(shown)
    assert "New: every week, Monday 09:00, for managers (1 person)." in said
    assert "Days after the hire date: 90, 180" in said
    assert "Then every so many months: 6" in said
    assert "1 person comes due for a stay interview in the next 4 weeks." in said
    assert "1 person has no hire date" in said
    assert "Cleo (cleo@fernweh.example). Add hired_on to the people list" in said

    wide = form_of(await world.submits("ines", form, {"days": "30, 90", "months": "12"}))
    assert "2 people come due" in words(wide)
    assert "Saved" in (await saves(world, wide)).notice

    spec = (await newest(world, "stay-interviews")).spec
    assert (spec.kind, spec.after_days, spec.every_months) == ("stay_interview", (30, 90), 12)
    assert spec.audience == Audience(managers=True)
    preview = (await world.act("ines", "admin_preview")).view
    assert isinstance(preview, Panel)
    assert "Cleo (cleo@fernweh.example)" in words(preview)
    assert "Left out: 4 (manages nobody)" in words(preview)


async def test_wrong_days_are_told_beside_the_field(world: World) -> None:
    form = await begun(world, "stay_interviews")
    given = {"days": "180, 90", "months": "0", "audience": "everyone"}
    back = form_of(await world.submits("ines", form, given))
    found = errors_of(back)
    assert set(found) == set(given)
    assert "smallest first, such as 90, 180" in found["days"]
    assert "1 to 24" in found["months"]
    mended = {"days": "60", "months": "3", "audience": "managers"}
    assert form_of(await world.submits("ines", back, mended)).title == "Before you save"


async def test_a_guide_from_a_template(world: World) -> None:
    form = await begun(world, "guide")
    offered = next(b for b in form.blocks if isinstance(b, ChoiceInput) and b.name == "guide")
    assert {option.value for option in offered.options} == set(load_guides())
    back = form_of(await world.submits("ines", form, {"guide": "gossip"}))
    assert errors_of(back) == {"guide": "Please choose one of those offered."}
    shown = form_of(await world.submits("ines", back, {"guide": "learning", "title": "Coaching"}))
    assert "Guide: Who coaches whom" in words(shown)
    await saves(world, shown)
    assert (await newest(world, "coaching")).spec.guide == "learning"

    other = await changes(world, "coaching", guide="reclaimed_time")
    assert "Guide: Who coaches whom → Reclaimed time" in words(other)


async def test_one_to_one_nudges_from_a_template(world: World) -> None:
    shown = form_of(await world.submits("ines", await begun(world, "one_to_ones"), {}))
    assert "come to a manager as one message" in words(shown)
    await saves(world, shown)
    spec = (await newest(world, "1-1-nudges")).spec
    assert (spec.kind, spec.recurrence.weekday) == (CadenceKind.ONE_TO_ONE, 0)
    assert "1:1 nudges" in words(await world.home("ines"))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("one_to_ones", "Only that manager reads it."),
        ("stay_interviews", "About 30 minutes, apart from any review."),
        ("guide", load_guides()["role_redesign"].words("en").lead),
    ],
)
async def test_a_test_shows_nobodys_data(world: World, template: str, said: str) -> None:
    await saves(world, form_of(await world.submits("ines", await begun(world, template), {})))
    keys = {r.spec.key for r in await world.built.uow.read(lambda tx: tx.cadences.current())}
    [key] = keys - {"pulse"}
    await world.act("ines", "admin_test", key)
    [got] = world.arrived("ines", "sample")
    assert "Only you got this." in got.words
    assert said in got.words
    assert not [name for name in ("Mia", "Ana", "Ben", "Cleo") if name in got.words]
    for _, action, value in await world.buttons("ines"):
        assert "nothing was recorded" in (await world.act("ines", action, value)).notice


async def test_managers_alone_find_their_nudges_under_home(open_world: OpenWorld) -> None:
    """Once, however many cadences they are; a pause of one's own puts them off, and "Not for me",
    which is about being asked, doesn't."""
    nudges = [
        for_managers(CadenceKind.ONE_TO_ONE, "one-to-ones"),
        for_managers(CadenceKind.STAY_INTERVIEW, "stay-interviews"),
        for_managers(CadenceKind.NUDGE, "guide", guide="learning"),
    ]
    world = await open_world((HR, BOSS, *TEAM), nudges)
    await world.until("2026-03-03 10:00")
    line = "Next nudges: Monday, March 9, 9:00"
    assert words(await world.home("mia")).count("Next nudges") == 1
    assert line in words(await world.home("mia")).replace("\u202f", " ")
    assert "Next nudges" not in words(await world.home("ana"))
    await world.act("mia", "decline")
    assert "Next nudges" in words(await world.home("mia"))
    form = form_of(await world.act("mia", "open_pause"))
    await world.submits("mia", form, {"until": "2026-03-10"})
    assert "March 16" in words(await world.home("mia"))
    buttons = [action for _, action, _ in pressable(await world.home("ana"))]
    assert "guide_open" not in buttons
