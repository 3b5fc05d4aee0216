"""What others may catch a glimpse of: a locked phone, a shared screen, an export of messages."""

from __future__ import annotations

from bot.domain.message import Form
from bot.domain.policy import Policy
from bot.settings.environment import Environment
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
HELP = "Ines, extension 7"
POLICY = Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, help_contact=HELP)


async def burnt_out(open_world: OpenWorld) -> World:
    spec = check_in(pack="burnout", reminders=0)
    world = await open_world([MARA, ANA], [spec], policy=POLICY)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


async def everything_in_slack(world: World, who: str) -> str:
    """Every message to somebody as Slack holds it now, notification texts too; "" elsewhere."""
    surface = world.surface
    return str([m.blocks for m in surface.user(who).dm]) if isinstance(surface, OnSlack) else ""


async def test_a_form_leaves_no_message_that_tells_what_was_chosen(open_world: OpenWorld) -> None:
    """Not the rating, not the option, not the number: they stand under *My answers* alone."""
    world = await open_world([MARA, ANA], [check_in(pack="kinds", reminders=0)])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    form = await world.opens("ana", "open_form")
    given = {"rating:mood": "2", "choice:often": "daily", "text:hours": "37", "rating:clear": "4"}
    await world.submits("ana", form, given)
    await world.wait()
    for shown in (await world.sees("ana"), await everything_in_slack(world, "ana")):
        for told in ("2 of 5", "4 of 5", "You chose", "You answered", "37"):
            assert told not in shown
    assert "37" in await world.my_words("ana")


async def test_what_is_pressed_after_a_form_is_told_as_ever(open_world: OpenWorld) -> None:
    world = await open_world([MARA, ANA], [check_in(pack="kinds", reminders=0)])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    _, action, value = await world.button("ana", "answer")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"rating:clear": "4"})
    assert "You chose" not in await world.sees("ana")
    await world.act("ana", action, value, "3")
    assert "You chose 3 of 5" in await world.sees("ana")


async def test_help_after_a_form_is_shown_at_once_and_in_no_message(open_world: OpenWorld) -> None:
    world = await burnt_out(open_world)
    form = await world.opens("ana", "open_form")
    reply = await world.submits("ana", form, {"rating:burnout_level": "5"})
    await world.wait()
    assert HELP in reply.notice
    assert HELP not in await world.sees("ana")
    again = await world.opens("ana", "open_form")
    assert isinstance(again, Form)
    assert HELP not in (await world.submits("ana", again, {})).notice


async def test_the_notification_of_help_says_nothing_of_why(open_world: OpenWorld) -> None:
    world = await burnt_out(open_world)
    await world.press("ana", "answer", "5")
    (note,) = world.arrived("ana", "note")
    assert HELP in note.words
    assert HELP not in note.message.text
    assert "too much" not in note.message.text


async def test_a_summarys_notification_names_nobody_and_no_rating(open_world: OpenWorld) -> None:
    """Three weeks of ratings, so that a chart is drawn; it says them below itself."""
    cadences = [check_in(pack="kinds", reminders=0, questions_per_round=6), weekly_summary()]
    world = await open_world([MARA, ANA, BEN], cadences)
    for day, rating in (("03", "2"), ("10", "4"), ("17", "5")):
        await world.until(f"2026-03-{day} 10:05")
        if day == "03":
            await world.starts("ana")
        form = await world.opens("ana", "open_form")
        await world.submits("ana", form, {"rating:mood": rating})
    await world.until("2026-03-20 15:05")
    summaries = world.arrived("mara", "summary")
    assert len(summaries) == 3
    assert "Ratings so far: 2, 4, 5" in str(summaries[-1].message.blocks)
    notified = [arrival.message.text for arrival in summaries]
    if isinstance(world.surface, OnSlack):
        notified = [m.text for m in world.surface.user("mara").dm if "team" in m.text]
        assert len(notified) == 3
    for text in notified:
        assert "Ana" not in text
        assert "shared" not in text
        assert "Ratings" not in text


async def test_a_form_of_somebody_who_left_does_not_close_as_if_it_had_been_kept(
    environment: Environment,
) -> None:
    surface = OnSlack()
    world = await World.open(environment, [MARA, ANA], [check_in(reminders=0)], surface=surface)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.opens("ana", "open_form")
    await world.leaves("ana")
    await surface.user("ana").submits({"How is work?": "kestrel"})
    shown = surface.user("ana").modal
    assert shown is not None
    assert "not on the people list" in str(shown.blocks)
    await world.act("ana", "skip_question", "whatever stood there")
    whispered = [m.text for m in surface.user("ana").dm if m.ephemeral_to]
    assert "not on the people list" in whispered[-1]
    assert not await world.kept_versions("ana")
    await world.close()
