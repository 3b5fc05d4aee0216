"""HR admins set cadences in the chat: a preview first, one revision for each save, a way back."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.domain.message import Panel, Quote
from bot.services.cadence_templates import TEMPLATES
from bot.services.status import status
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.hr_admins import (
    CADENCES,
    EVERYONE,
    audited,
    changes,
    errors_of,
    form_of,
    looks_ahead,
    newest,
    saves,
    table_of,
)
from tests.journeys.words import pressable, words
from tests.journeys.world import World


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(EVERYONE, CADENCES)


@on_both
async def test_a_change_is_previewed_saved_once_and_followed(open_world: OpenWorld) -> None:
    """Old → new in words, the figures of afterwards, one revision however often it is delivered."""
    world = await open_world(EVERYONE, CADENCES)
    before = await newest(world, "pulse")
    world.deliveries = 3
    shown = await changes(world, "pulse", every="2 weeks", on="thursday", at="11:30")
    said = words(shown)
    assert "When: every week, Tuesday 10:00 → every 2 weeks, Thursday 11:30" in said
    assert (await newest(world, "pulse")).id == before.id, "a preview writes nothing"

    reply = await saves(world, shown)

    assert "Saved" in reply.notice
    after = await newest(world, "pulse")
    assert (after.number, after.author) == (before.number + 1, str(world.ids["ines"]))
    assert after.created_at == world.now
    coming = await looks_ahead(world, "pulse")
    assert sum(int(row[1]) for row in table_of(shown).rows) == coming.messages
    assert f"{coming.people} people, {coming.messages} messages" in said
    assert (str(world.ids["ines"]), "cadence.change") in await audited(world)

    world.deliveries = 1
    await world.until("2026-03-05 11:31")
    assert world.prompts("ana") == ["2026-03-02 09:30", "2026-03-05 11:30"]


@on_both
async def test_hr_reads_what_was_changed_and_nobody_else_does(open_world: OpenWorld) -> None:
    world = await open_world(EVERYONE, CADENCES)
    await saves(world, await changes(world, "pulse", at="11:30"))
    assert "admin_audit" in {action for _, action, _ in pressable(await world.home("ines"))}
    shown = await world.act("ines", "admin_audit")
    assert isinstance(shown.view, Panel)
    newest_first = table_of(shown.view).rows
    assert ("Ines", "cadence.change") in [(row[1], row[2]) for row in newest_first]
    assert {row[1] for row in newest_first} <= {"Ines", "Omar", "the server", "somebody"}
    for who in ("mia", "ana"):
        refused = await world.act(who, "admin_audit")
        assert (refused.view, refused.notice) == (None, "Only HR admins can do this.")


async def test_a_cadence_is_made_from_a_template(world: World) -> None:
    """The template fills the form; its pack is stored with the first revision, and it is sent.
    However often the platform delivers each act, there is one.
    """
    world.deliveries = 3
    chosen = form_of(await world.act("ines", "admin_new"))
    form = form_of(await world.submits("ines", chosen, {"template": "learning"}))
    assert form.title == "New cadence"
    shown = form_of(await world.submits("ines", form, {"every": "week", "on": "wednesday"}))
    assert "New: every week, Wednesday 10:00, for everyone" in words(shown)

    reply = await saves(world, shown)

    assert "Learning" in reply.notice
    assert len(await world.built.uow.read(lambda tx: tx.cadences.current())) == len(CADENCES) + 1
    made = await newest(world, "learning")
    assert (made.number, made.spec.pack, made.spec.title) == (1, "learning", "Learning")
    coming = await looks_ahead(world, "learning")
    assert sum(int(row[1]) for row in table_of(shown).rows) == coming.messages > 0
    assert "Learning" in words(await world.home("ines"))
    await world.until("2026-03-04 10:01")
    assert "2026-03-04 10:00" in world.prompts("ana")


@pytest.mark.parametrize("template", list(TEMPLATES))
async def test_every_template_can_be_saved_as_it_is(world: World, template: str) -> None:
    chosen = form_of(await world.act("ines", "admin_new"))
    form = form_of(await world.submits("ines", chosen, {"template": template}))
    shown = form_of(await world.submits("ines", form, {}))
    assert shown.title == "Before you save"
    before = len(await world.built.uow.read(lambda tx: tx.cadences.current()))
    assert "Saved" in (await saves(world, shown)).notice
    assert len(await world.built.uow.read(lambda tx: tx.cadences.current())) == before + 1


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(world: World) -> None:
    form = form_of(await world.act("ines", "admin_change", "pulse"))
    given = {
        "title": "  WEEKLY   summary ",
        "at": "19:00",
        "every": "month",
        "on": "tuesday",
        "closes": "many",
        "round": "0",
        "reminders": "3",
        "audience": "team-nobody",
        "pack": "burnout",
        "since": "2031-01-01",
    }
    back = form_of(await world.submits("ines", form, given))
    found = errors_of(back)
    assert set(found) == set(given) - {"every"}, "of the two, the day is what to mend"
    assert "18:00 to 08:00" in found["at"]
    assert "impact assessment" in found["pack"]
    for confirmation in ("confirmed_impact_assessment: true", "confirmed_works_council: true"):
        assert confirmation in found["pack"]
    shown = {b.name: getattr(b, "value", getattr(b, "chosen", "")) for b in back.blocks}  # type: ignore[union-attr]  # fields alone
    assert shown["closes"] == "many"
    mended = form_of(
        await world.submits(
            "ines",
            back,
            {
                "title": "How it goes",
                "at": "9:00",
                "on": "last friday",
                "closes": "3",
                "round": "1",
                "reminders": "0",
                "audience": "managers",
                "pack": "pair",
                "since": "2026-03-02",
            },
        )
    )
    assert mended.title == "Before you save"
    assert "every month on the last Friday 09:00" in words(mended)


async def test_back_brings_the_form_with_what_was_put_in(world: World) -> None:
    shown = await changes(
        world, "note", text="Good morning {{ first_name }}\n\nAll the “best”", at="10:15"
    )
    assert [b.text for b in shown.blocks if isinstance(b, Quote)] == [
        "Good morning {{ first_name }}\n\nAll the “best”"
    ]
    (_, action, value), *_ = pressable(shown.blocks)
    form = form_of(await world.act("ines", action, value))
    fields = {b.name: getattr(b, "value", "") for b in form.blocks if hasattr(b, "name")}
    assert fields["text"] == "Good morning {{ first_name }}\n\nAll the “best”"
    assert fields["at"] == "10:15"


async def test_somebody_elses_change_meanwhile_is_told_and_nothing_is_lost(world: World) -> None:
    """Both changes are in the form that comes back; the one that was late is looked at again."""
    late = await changes(world, "pulse", at="11:00")
    other = form_of(await world.act("omar", "admin_change", "pulse"))
    shown = form_of(await world.submits("omar", other, {"reminders": "0"}))
    await saves(world, shown, "omar")

    form = form_of(await saves(world, late))

    assert "Omar changed this cadence meanwhile" in words(form)
    assert (await newest(world, "pulse")).spec.reminders == 0
    again = form_of(await world.submits("ines", form, {}))
    await saves(world, again)
    spec = (await newest(world, "pulse")).spec
    assert (spec.reminders, spec.recurrence.at) == (0, time(11))


async def test_the_same_change_saved_twice_is_one_revision(world: World) -> None:
    """Two presses of *Save* in two windows: the second one finds everything as it wants it."""
    shown = await changes(world, "pulse", at="11:00")
    await saves(world, shown)
    assert "Saved" in (await saves(world, shown)).notice
    assert (await newest(world, "pulse")).number == 2


async def test_a_note_too_long_to_carry_is_told_and_can_be_mended(world: World) -> None:
    back = await changes(world, "note", text='"' * 1400)
    assert "shorten it" in errors_of(back)["text"]
    shown = form_of(await world.submits("ines", back, {"text": "Short"}))
    assert shown.title == "Before you save"


async def test_a_change_is_undone_in_two_presses(world: World) -> None:
    original = await newest(world, "pulse")
    world.clock.set(world.now + timedelta(minutes=5))
    await saves(world, await changes(world, "pulse", at="11:00", title="Pulse of the week"))

    history = (await world.act("ines", "admin_history", "pulse")).view
    assert isinstance(history, Panel)
    said = words(history)
    assert "2. Ines" in said
    assert "Title: pulse → Pulse of the week" in said
    undo = next(found for found in pressable(history.blocks) if found[0] == "Undo")
    shown = form_of(await world.act("ines", *undo[1:]))
    assert "every week, Tuesday 11:00 → every week, Tuesday 10:00" in words(shown)
    await saves(world, shown)

    after = await newest(world, "pulse")
    assert (after.number, after.spec) == (3, original.spec)
    assert (await audited(world))[-1] == (str(world.ids["ines"]), "cadence.undo")


async def test_an_undo_that_came_too_late_changes_nothing(world: World) -> None:
    await saves(world, await changes(world, "pulse", at="11:00"))
    history = (await world.act("ines", "admin_history", "pulse")).view
    assert isinstance(history, Panel)
    undo = next(found for found in pressable(history.blocks) if found[0] == "Undo")
    shown = form_of(await world.act("ines", *undo[1:]))
    await saves(world, await changes(world, "pulse", at="12:00"))

    reply = await saves(world, shown)

    assert isinstance(reply.view, Panel)
    assert "Somebody changed this cadence meanwhile" in words(reply.view)
    assert (await newest(world, "pulse")).spec.recurrence.at == time(12)


async def test_pause_and_resume_at_once(world: World) -> None:
    """A repeated delivery of an old press doesn't pause again what was resumed since."""
    await world.act("ines", "admin_pause_one", "pulse")
    assert (await newest(world, "pulse")).spec.paused
    assert "Paused." in words(await world.home("ines"))
    await world.act("ines", "admin_resume_one", "pulse")
    await world.until("2026-03-03 10:01")
    assert "2026-03-03 10:00" in world.prompts("ana")


async def test_a_test_reaches_the_admin_alone_and_counts_nowhere(world: World) -> None:
    world.deliveries = 2
    before = await status(world.built.uow, world.now)
    for key in ("pulse", "note", "weekly-summary"):
        reply = await world.act("ines", "admin_test", key)
        assert "Only you got it" in reply.notice
    got = world.arrived("ines", "sample")
    assert len(got) == 3
    assert all("Test of" in arrival.words for arrival in got)
    assert not [arrival for arrival in world.arrivals if arrival.who != "ines"]
    assert "How is work?" in got[0].words
    assert "Hello Ines" in got[1].words

    for action, value in {(a, v) for _, a, v in await world.buttons("ines")}:
        assert "nothing was recorded" in (await world.act("ines", action, value)).notice
    after = await status(world.built.uow, world.now)
    assert before is not None
    assert after is not None
    assert after.cadences == before.cadences
    assert await world.my_words("ines") == []
    sent = await world.built.uow.read(
        lambda tx: tx.queue.prompts_sent([world.ids["ines"]], world.now - timedelta(7), world.now)
    )
    assert not sent
