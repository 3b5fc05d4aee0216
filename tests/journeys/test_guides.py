"""Conversation guides, page by page, for managers alone."""

from __future__ import annotations

from uuid import uuid4

from bot.domain.message import Panel, Reply
from prompts.guides import load_guides
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in
from tests.journeys.on_slack import OnSlack
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="tom")
STAY = load_guides()["stay_interview"].words("en")
LAST = len(STAY.steps) + 1


async def company(open_world: OpenWorld) -> World:
    return await open_world((MARA, TOM, ANA, BEN), [check_in()])


def panel_of(reply: Reply) -> Panel:
    assert isinstance(reply.view, Panel), reply
    return reply.view


async def pages(world: World, value: str) -> list[Panel]:
    """Every page from this one on, by the button that leads on."""
    panel = panel_of(await world.act("mara", "guide_open", value))
    on = [found for found in pressable(panel.blocks) if found[0] in ("First question", "Next")]
    return [panel, *(await pages(world, on[0][2]) if on else ())]


async def test_it_unfolds_question_by_question_and_ends_in_a_promise(
    open_world: OpenWorld,
) -> None:
    """One question a page with what to listen for; the one for the conversation alone says so; the
    last page leads to a promise to the person it is about."""
    world = await company(open_world)
    ana = world.ids["ana"]

    first, *asked, last = await pages(world, f"stay_interview:0:{ana}")

    assert "For your conversation with Ana." in words(first)
    assert STAY.lead in words(first)
    assert all(line in words(first) for line in STAY.not_in_writing)
    assert len(asked) == len(STAY.steps)
    for number, (page, step) in enumerate(zip(asked, STAY.steps, strict=True), 2):
        said = words(page)
        assert step.ask in said
        assert step.listen_for in said
        assert ("In conversation only" in said) is step.in_person
        assert f"{number} of {LAST + 1}" in said
        assert page.again == ("guide_open", f"stay_interview:{number - 1}:{ana}")
    assert "End in one promise with a date" in words(last)
    assert ("Note the promise", "promise_open", str(ana)) in set(pressable(last.blocks))


async def test_the_way_back_leads_to_the_page_before(open_world: OpenWorld) -> None:
    world = await company(open_world)
    second = panel_of(await world.act("mara", "guide_open", "learning:2"))
    back = next(found for found in pressable(second.blocks) if found[0] == "Back")
    first = panel_of(await world.act("mara", *back[1:]))
    assert "2 of 5" in words(first)
    opening = panel_of(await world.act("mara", "guide_open", "learning:0"))
    assert [label for label, *_ in pressable(opening.blocks)] == ["First question"]


async def test_turning_pages_stays_in_one_window(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await pages(world, "stay_interview:0")
    if isinstance(world.surface, OnSlack):
        assert len(world.surface.user("mara").modals) == 1


async def test_without_a_person_nothing_is_promised_to_anybody(open_world: OpenWorld) -> None:
    """Nor to somebody who doesn't report to whoever opened it, nor to nobody at all."""
    world = await company(open_world)
    for value in (f"stay_interview:{LAST}", *(f"stay_interview:{LAST}:{x}" for x in ("x", ""))):
        shown = panel_of(await world.act("mara", "guide_open", value))
        assert [action for _, action, _ in pressable(shown.blocks)] == ["guide_open"]
    for stranger in (world.ids["ben"], world.ids["mara"], uuid4()):
        shown = panel_of(await world.act("mara", "guide_open", f"stay_interview:0:{stranger}"))
        assert "For your conversation" not in words(shown)
        assert not [v for *_, v in pressable(shown.blocks) if str(stranger) in v]


async def test_a_step_that_is_not_there_is_the_first(open_world: OpenWorld) -> None:
    world = await company(open_world)
    for step in ("", "99", "-1", "x", "1e3", "9" * 300):
        shown = panel_of(await world.act("mara", "guide_open", f"stay_interview:{step}"))
        assert STAY.lead in words(shown)
    for unknown in ("", "x:1", ":::", "burnout"):
        reply = await world.act("mara", "guide_open", unknown)
        assert reply == Reply(notice="There is nothing to show here any more.")


async def test_whoever_manages_nobody_is_told_so(open_world: OpenWorld) -> None:
    world = await company(open_world)
    reply = await world.act("ana", "guide_open", "stay_interview:1")
    assert reply.view is None
    assert "Guides are for people who manage somebody." in reply.notice
    await world.changes(ana="tom")
    assert (await world.act("mara", "guide_open", "stay_interview:1")).view is None
