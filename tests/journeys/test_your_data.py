"""*Your data* and *Who can read my answers?*: where they stand, and that they say what is so."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from bot.domain.erasure import Erased
from bot.domain.inbound import InboundKind
from bot.domain.message import Button, Buttons, Form, Link, Panel
from bot.domain.packs import Pack
from bot.domain.policy import Policy
from bot.services.who_reads import ACTION
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import BERLIN, KINDS, Someone, check_in, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
POLICY = Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9)
NOBODYS = "00000000-0000-0000-0000-000000000000"
LABEL = "Who can read my answers?"


async def company(open_world: OpenWorld, pack: str = "pair", **rules: object) -> World:
    """Tuesday, 10:05: the welcome is out."""
    cadences = [check_in(reminders=1, pack=pack), weekly_summary()]
    people = [MARA, TOM, ANA, BEN]
    world = await open_world(people, cadences, policy=replace(POLICY, **rules))
    await world.until("2026-03-03 10:05")
    return world


async def opened(world: World, who: str, action: str, value: str = "") -> Panel:
    reply = await world.act(who, action, value, send=False)
    assert isinstance(reply.view, Panel), reply
    return reply.view


async def told(world: World, who: str, value: str) -> str:
    return words(await opened(world, who, ACTION, value))


async def asked_about(world: World, who: str) -> str:
    """What the newest button in the thread carries."""
    _, action, value = await world.button(who, LABEL)
    assert action == ACTION
    return value


# Who can read


async def test_it_is_one_tap_away_in_every_message_that_asks(open_world: OpenWorld) -> None:
    """Welcome, question, the next one, reminder and form; each names the check-in it stands in."""
    world = await company(open_world)
    welcome = await asked_about(world, "ana")
    await world.starts("ana", "ben")
    assert await asked_about(world, "ana") == welcome
    await world.answers("ana", "kestrel words")
    assert len([b for b in await world.buttons("ana") if b[0] == LABEL]) == 1
    assert await asked_about(world, "ana") == welcome
    await world.until("2026-03-04 11:00")
    [reminder] = world.arrived("ben", "question")[1:]
    assert LABEL in [label for label, _, _ in pressable(reminder.message.blocks)]
    form = await world.opens("ana", "open_form")
    [(label, action, value)] = pressable(form.blocks)
    assert (label, action, value) == (LABEL, ACTION, f"{welcome}:form")


@on_both
async def test_every_question_of_the_check_in_stands_under_whoever_reads_it(
    open_world: OpenWorld,
) -> None:
    world = await company(open_world, "kinds")
    shown = (await told(world, "ana", await asked_about(world, "ana"))).split("\n")
    under = {line: shown[shown.index(line) + 1 :] for line in shown}
    manager = "Mara, your manager, by name and in your own words:"
    group = (
        "Nobody with your name. It is counted in groups of at least 5, "
        "and your words are shown among those of at least 10:"
    )
    assert under[manager][:4] == [
        "• Is it clear?",
        "• How was it?",
        "• How often?",
        "• How many hours?",
    ]
    assert under[group][0] == "• Do you trust us?"
    assert under["Only you:"][0] == "• For your diary?"
    every = "\n".join(shown)
    assert "Administrators of the chat platform may be able to export messages" in every
    assert "whoever runs the server for Fernweh holds the key" in every
    assert "No AI reads your answers" in every
    assert "deleted for good 365 days after" in every


async def test_a_counted_question_says_both(open_world: OpenWorld) -> None:
    world = await company(open_world)
    counted = replace(KINDS, key="pair", questions=(replace(KINDS.questions[1], counted=True),))
    await _asks(world, counted)
    shown = await told(world, "ana", await asked_about(world, "ana"))
    assert "It is also counted, without your name, in groups of at least 5:" in shown


async def _asks(world: World, pack: Pack) -> None:
    """A check-in of another pack comes on Wednesday."""
    await world.built.uow.write(
        lambda tx: tx.cadences.add_pack(
            pack, revision_id=uuid4(), created_at=world.now, author="test"
        )
    )
    await world.starts("ana")
    await world.puts_off("ana", "skip")
    await world.until("2026-03-10 10:05")


async def test_what_was_answered_is_told_as_it_was_shown_then(open_world: OpenWorld) -> None:
    """Narrowed: only you. After the manager changed: nobody any more; the next one is named for
    what is still to be answered."""
    world = await company(open_world, "five")
    await world.starts("ana")
    await world.answers("ana", "kestrel words", "heron words")
    about = await asked_about(world, "ana")
    await world.press_under("ana", "kestrel words", "only_me")
    shown = await told(world, "ana", about)
    assert "Only you:\n• Question 1?" in shown
    assert "Mara, your manager, by name and in your own words:\n• Question 2?" in shown
    await world.changes(ana="tom")
    shown = await told(world, "ana", about)
    assert "Nobody any more, as Mara no longer manages you:\n• Question 2?" in shown
    assert "Tom, your manager, by name and in your own words:\n• Question 3?" in shown


@pytest.mark.parametrize(
    "value", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "x:form"]
)
async def test_another_value_tells_what_holds_for_all(open_world: OpenWorld, value: str) -> None:
    """Nothing of anybody else's check-in, whose id a button could carry."""
    world = await company(open_world)
    of_ben = await asked_about(world, "ben")
    await world.until("2026-03-12 12:00")
    for given in (value, of_ben):
        shown = await told(world, "mara", given)
        assert "• " not in shown
        assert "nobody on the people list is your manager" in shown


async def test_retention_is_told_for_the_pack_at_hand(open_world: OpenWorld) -> None:
    """And under Your data for all, with those that differ."""
    world = await company(open_world, retention_days=90, retention_by_pack={"pair": 30})
    shown = await told(world, "ana", await asked_about(world, "ana"))
    assert "deleted for good 30 days after" in shown
    assert "90" not in shown
    every = words(await opened(world, "ana", "my_data"))
    assert "deleted for good 90 days after their check-in closed." in every
    assert "Those to “Pair” after 30 days." in every


async def test_the_companys_own_page_is_linked(open_world: OpenWorld) -> None:
    world = await company(open_world, page_url="https://intranet.fernweh.example/privacy")
    panel = await opened(world, "ana", ACTION)
    [link] = [block for block in panel.blocks if isinstance(block, Link)]
    assert link.url == "https://intranet.fernweh.example/privacy"


async def test_over_a_form_it_leads_nowhere_else(open_world: OpenWorld) -> None:
    """Its buttons would take the form away, with what was typed in it."""
    world = await company(open_world)
    await world.starts("ana")
    about = await asked_about(world, "ana")
    over = await opened(world, "ana", ACTION, f"{about}:form")
    assert over.covers
    assert list(pressable(over.blocks)) == []
    plain = await opened(world, "ana", ACTION, about)
    assert not plain.covers
    assert [action for _, action, _ in pressable(plain.blocks)] == ["my_answers", "my_data"]


# Your data


@pytest.mark.parametrize("text", ["my data", "Your data.", "MY DATA!"])
async def test_the_typed_word_offers_the_panel(open_world: OpenWorld, text: str) -> None:
    """And is no answer to the question that is open."""
    world = await company(open_world)
    await world.starts("ana")
    await world.types("ana", text)
    [note] = world.arrived("ana", "note")
    assert [action for _, action, _ in pressable(note.message.blocks)] == ["my_data"]
    assert await world.my_words("ana") == []


@pytest.mark.parametrize("text", ["who can read my answers?", "Who reads?", "who can read"])
async def test_the_typed_question_offers_who_reads(open_world: OpenWorld, text: str) -> None:
    world = await company(open_world)
    await world.starts("ana")
    await world.types("ana", text)
    [note] = world.arrived("ana", "note")
    assert [action for _, action, _ in pressable(note.message.blocks)] == [ACTION]
    assert await world.my_words("ana") == []


@pytest.mark.parametrize(
    ("text", "title"),
    [("data", "Your data"), ("my data", "Your data"), ("who", "Who can read this?")],
)
async def test_the_command_opens_it_at_once(open_world: OpenWorld, text: str, title: str) -> None:
    world = await company(open_world)
    reply = await world.send("ana", InboundKind.COMMAND, text=text)
    assert isinstance(reply.view, Panel)
    assert reply.view.title == title


async def test_data_alone_is_an_answer(open_world: OpenWorld) -> None:
    """Somebody may well work with it."""
    world = await company(open_world)
    await world.starts("ana")
    await world.answers("ana", "Data")
    assert await world.my_words("ana") == ["Data"]


async def test_home_leads_to_everything_about_ones_data(open_world: OpenWorld) -> None:
    """Also for whoever said *Not for me*, and before *Start*."""
    world = await company(open_world)
    for _ in range(2):
        _, action, value = await world.button("ana", "Your data")
        panel = await opened(world, "ana", action, value)
        actions = [does for _, does, _ in pressable(panel.blocks)]
        assert {ACTION, "my_answers", "my_data_ai", "erase_everything"} <= set(actions)
        assert "deleted for good 365 days after" in words(panel)
        assert "No AI is set up here" in words(panel)
        await world.act("ana", "decline")


@on_both
async def test_ai_is_switched_off_for_oneself_and_stays_off(open_world: OpenWorld) -> None:
    """However often it is pressed; no import of the people list switches it on again."""
    world = await company(open_world)
    [off] = await _switch(world)
    world.deliveries = 3
    panel = await opened(world, "ana", off.action, off.value)
    world.deliveries = 1
    first = (await world.person("ana")).ai_off_at
    assert first == world.now
    assert "none shall read your answers" in words(panel)
    await world.wait()
    await opened(world, "ana", off.action, off.value)
    await world.people_are(replace(ANA, team="Maps"), MARA, TOM, BEN)
    assert (await world.person("ana")).ai_off_at == first
    [on] = await _switch(world)
    await opened(world, "ana", on.action, on.value)
    assert (await world.person("ana")).ai_off_at is None
    assert (await world.person("ben")).ai_off_at is None
    noted = await world.built.uow.read(lambda tx: tx.erasures.all())
    ana = world.ids["ana"]
    assert [(each.person_id, each.what) for each in noted] == [
        (ana, Erased.AI_OFF),
        (ana, Erased.AI_ON),
    ], "a restored copy learns of it"


async def _switch(world: World) -> list[Button]:
    panel = await opened(world, "ana", "my_data")
    rows = [block.items for block in panel.blocks if isinstance(block, Buttons)]
    return [item for items in rows for item in items if item.action == "my_data_ai"]


async def test_a_forged_switch_changes_nothing(open_world: OpenWorld) -> None:
    world = await company(open_world)
    for value in ("", "nonsense", "OFF"):
        await opened(world, "ana", "my_data_ai", value)
    assert (await world.person("ana")).ai_off_at is None


async def test_the_panel_leads_to_erasing(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.starts("ana")
    await world.answers("ana", "kestrel words")
    panel = await opened(world, "ana", "my_data")
    [(_, action, value)] = [b for b in pressable(panel.blocks) if b[1] == "erase_everything"]
    reply = await world.act("ana", action, value)
    assert isinstance(reply.view, Form)
    assert await world.my_words("ana") == ["kestrel words"]
    await world.submits("ana", reply.view, {})
    assert await world.my_words("ana") == []


async def test_the_local_page_hands_over_files_itself(open_world: OpenWorld) -> None:
    """In Slack there is a button for a link in their place."""
    world = await company(open_world)
    panel = await opened(world, "ana", "my_data")
    links = [block.url for block in panel.blocks if isinstance(block, Link)]
    if world.surface.is_demo:
        own = f"/local/as/{world.ids['ana']}/data"
        assert links == [f"{own}.html", f"{own}.json"]
    else:
        assert links == []
        assert "my_data_copy" in [does for _, does, _ in pressable(panel.blocks)]
