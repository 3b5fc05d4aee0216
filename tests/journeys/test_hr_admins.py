"""HR admins set cadences in the chat: a preview first, one revision for each save, a way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.cadence import Audience
from bot.domain.message import Block, ChoiceInput, Form, Panel, Quote, Reply, Table
from bot.domain.organisation import CadenceRevision
from bot.domain.people import Role
from bot.services.cadence_templates import TEMPLATES
from bot.services.preview import preview
from bot.services.proposal import Proposal
from bot.services.status import status
from storage.engine import open_engine
from storage.tables.logs import AuditLogRow
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, nudge, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

HR = Someone("ines", role=Role.HR_ADMIN, team="People")
OTHER_HR = Someone("omar", role=Role.HR_ADMIN)
BOSS = Someone("mia", team="Sales")
STAFF = [
    Someone(name, "mia", team="Sales") for name in ("ana", "ben", "cleo", "dan", "eva", "finn")
]
TOKYO = Someone("kei", "mia", zone="Asia/Tokyo", country="JP", team="Support")
EVERYONE = (HR, OTHER_HR, BOSS, TOKYO, *STAFF)
CADENCES = (check_in(), weekly_summary(), nudge())


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(EVERYONE, CADENCES)


def form_of(reply: Reply) -> Form:
    assert isinstance(reply.view, Form), reply
    return reply.view


def errors_of(form: Form) -> dict[str, str]:
    return {b.name: b.error for b in form.blocks if hasattr(b, "error") and b.error}


async def changes(world: World, key: str, **fields: str) -> Form:
    """What comes after *Change* and *Preview*."""
    form = form_of(await world.act("ines", "admin_change", key))
    return form_of(await world.submits("ines", form, fields))


async def saves(world: World, form: Form, who: str = "ines") -> Reply:
    return await world.submits(who, form, {})


async def newest(world: World, key: str) -> CadenceRevision:
    found = await world.built.uow.read(lambda tx: tx.cadences.history(key))
    return found[-1]


async def audited(world: World) -> list[tuple[str, str]]:
    table = AuditLogRow.__table__
    query = select(table.c.actor, table.c.action).order_by(table.c.number)
    engine = open_engine(world.environment.database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(query.where(table.c.action.like("cadence.%"))).all()
            return [(row[0], row[1]) for row in rows]
    finally:
        engine.dispose()


def table_of(form: Form) -> Table:
    return next(block for block in form.blocks if isinstance(block, Table))


async def looks_ahead(world: World, key: str) -> Any:
    """What `touchpoint cadence preview KEY` works out now."""
    found = await preview(world.built.uow, world.built.kit.calendar, world.now, 4, key)
    return found.cadences[0]


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
