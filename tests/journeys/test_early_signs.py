"""Early signs: a note about one's own answers, by plain rules, that nobody else ever sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.early_signs import EarlySigns, SignRule
from bot.domain.erasure import Erased
from bot.domain.message import Form, Panel, TextInput
from bot.domain.people import Role
from bot.domain.policy import Policy
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", "mara")
LEA = Someone("lea")
HR = Someone("ines", role=Role.HR_ADMIN)
SAME = "more_of_the_same"
RULES = (
    SignRule("no-time", "ai_capacity", "where_time_went", chose=SAME, times=2),
    SignRule("fewer-hours", "ai_capacity", "hours_saved", fell_by=3),
)
POLICY = Policy(
    company="Fernweh",
    time_zone=BERLIN,
    country="DE",
    weekly_cap=9,
    early_signs=EarlySigns(enabled=True, rules=RULES),
)
TITLE = "A note for you alone"
RULE = "your answer to this is “More of the same work”, twice in a row"
LISTED = (
    "• when your answer to “Where did that time mostly go?” is “More of the same work”, twice",
    "• when an answer to “How many hours did AI save you last week?” is 3 or more lower than",
)
TUESDAYS = ("2026-03-03 10:05", "2026-03-10 10:05", "2026-03-17 10:05")
local = pytest.mark.parametrize("surface", ["local"], indirect=True)
"""What is the same wherever people live."""


async def company(open_world: OpenWorld, policy: Policy = POLICY) -> World:
    """Mara manages Ana; Ines is HR; nobody manages Lea."""
    cadences = [check_in(pack="ai_capacity", reminders=0, questions_per_round=3), weekly_summary()]
    return await open_world([MARA, ANA, LEA, HR], cadences, policy=policy)


async def answers(world: World, who: str, week: int, hours: int, where: str = SAME) -> str:
    """A whole check-in in the chat; what the thanks say."""
    await world.until(TUESDAYS[week])
    if week == 0:
        await world.starts(who)
    await world.press(who, "answer", "every_day")
    await world.answers(who, str(hours))
    await world.press(who, "answer", where)
    await world.wait()
    return world.arrived(who, "thanks")[-1].words


async def in_a_form(world: World, who: str, week: int, hours: int) -> str:
    await world.until(TUESDAYS[week])
    if week == 0:
        await world.starts(who)
    form = await world.opens(who, "open_form")
    fields = {"text:hours_saved": str(hours), "choice:where_time_went": SAME}
    await world.submits(who, form, fields)
    await world.wait()
    return world.arrived(who, "thanks")[-1].words


async def thanks(world: World, who: str) -> str:
    """The last thanks as they stand on the screen now."""
    return words([m for m in await world.thread(who) if m.kind == "thanks"][-1])


async def everything_seen(world: World, *others: str) -> str:
    return "\n".join([await world.can_read(who) for who in others])


async def test_a_rule_that_is_met_is_told_to_that_person_alone(open_world: OpenWorld) -> None:
    """With what they said, the rule, and a way to the agenda in words of their own alone."""
    world = await company(open_world)
    assert TITLE not in await answers(world, "ana", 0, 4)
    said = await answers(world, "ana", 1, 4)

    assert TITLE in said
    assert "You were asked: “Where did that time mostly go?”" in said
    assert "This time: More of the same work\nTuesday, March 3: More of the same work" in said
    assert f"You see this note when {RULE}." in said
    assert "No manager and nobody in HR is told." in said

    form = await world.opens("ana", "Talk about it with Mara")
    assert "Only you and Mara see this." in words(form)
    [field] = [block for block in form.blocks if isinstance(block, TextInput)]
    assert field.value == "", "words of ours would tell a manager where the topic came from"
    await world.submits("ana", form, {"text": "Where my time goes"})
    await world.until("2026-03-14 00:00")
    panel = (await world.act("mara", "pair", str(world.ids["ana"]))).view
    assert "Where my time goes" in words(panel)
    seen = await everything_seen(world, "mara", "ines") + words(panel)
    for never in (TITLE, RULE, "in a row", "note"):
        assert never not in seen


async def test_answers_of_a_form_leave_no_message(open_world: OpenWorld) -> None:
    """Only that there is a note stands there; a button shows it, and it can be switched off."""
    world = await company(open_world)
    await answers(world, "ana", 0, 4)
    said = await in_a_form(world, "ana", 1, 4)
    assert "There is a note for you alone" in said
    assert "More of the same" not in said
    assert RULE not in said

    shown = (await world.press("ana", "Show it to me")).view
    assert isinstance(shown, Panel)
    assert "This time: More of the same work" in words(shown)
    assert f"You see this note when {RULE}." in words(shown)
    [off] = [each for each in pressable(shown.blocks) if each[1] == "sign_off"]
    told = (await world.act("ana", *off[1:])).view
    assert "You won't be shown notes like this any more." in words(told)
    assert "note" not in await thanks(world, "ana")


async def test_switched_off_there_are_none_until_they_are_on_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await answers(world, "ana", 0, 4)
    assert TITLE in await answers(world, "ana", 1, 4)
    await world.press("ana", "Don't show me these")
    assert TITLE not in await thanks(world, "ana")
    assert TITLE not in await answers(world, "ana", 2, 4)
    noted = await world.built.uow.read(lambda tx: tx.erasures.all())
    assert [each.what for each in noted] == [Erased.SIGNS_OFF], "an old copy won't bring them back"

    panel = (await world.act("ana", "my_data")).view
    assert "You are not shown notes about your own answers." in words(panel)
    reads = words((await world.act("ana", "who_reads")).view)
    assert "note about your own answers" not in reads
    panel = (await world.act("ana", "my_data_signs", "on")).view
    for listed in LISTED:
        assert listed in words(panel)
    reads = words((await world.act("ana", "who_reads")).view)
    assert "no manager and nobody in HR is told" in reads
    for listed in LISTED:
        assert listed not in reads, "they stand under Your data"


async def test_what_is_taken_back_or_changed_changes_the_note(open_world: OpenWorld) -> None:
    """Undone, the earlier thanks say nothing of it; answered otherwise, neither do the new ones."""
    world = await company(open_world)
    await answers(world, "ana", 0, 9, "learning")
    said = await answers(world, "ana", 1, 2, "learning")
    assert "This time: 2\nTuesday, March 3: 9" in said
    assert "an answer to this is 3 or more lower than last time" in said

    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:hours_saved": "7"})
    assert TITLE not in await thanks(world, "ana")
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"choice:where_time_went": SAME, "text:hours_saved": "1"})
    assert "There is a note for you alone" in await thanks(world, "ana")

    await world.press_under("ana", "1", "undo")
    await world.wait()
    assert "note" not in await thanks(world, "ana")
    await world.answers("ana", "3")
    await world.wait()
    assert len(world.arrived("ana", "thanks")) == 3
    assert "This time: 3\nTuesday, March 3: 9" in await thanks(world, "ana")


@local
async def test_an_erased_answer_stands_in_no_later_note(open_world: OpenWorld) -> None:
    world = await company(open_world)
    for week in range(3):
        said = await answers(world, "ana", week, 4)
    assert "This time: More of the same work\nTuesday, March 10: More of the same work" in said
    buttons = pressable((await world.my_answers("ana")).blocks)
    erase = [v for _, does, v in buttons if does == "erase_answer" and "where" in v]
    await erases(world, "erase_answer", erase[-1])
    await world.wait()
    shown = [words(m) for m in await world.thread("ana") if m.kind == "thanks"]
    assert [TITLE in each for each in shown] == [False, False, True], "the first answer is gone"
    await erases(world, "erase_everything", "")
    await world.wait(timedelta(minutes=1))
    assert "More of the same work" not in await world.sees("ana")


async def erases(world: World, action: str, value: str) -> None:
    form = (await world.act("ana", action, value)).view
    assert isinstance(form, Form)
    await world.submits("ana", form, {})


@local
async def test_a_skipped_week_neither_fires_nor_breaks_a_row(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await answers(world, "ana", 0, 4)
    await world.until("2026-03-16 00:00")
    assert "Tuesday, March 3: More of the same work" in await answers(world, "ana", 2, 4)


@local
async def test_without_a_manager_there_is_nobody_to_talk_to(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await answers(world, "lea", 0, 4)
    said = await answers(world, "lea", 1, 4)
    assert "There is nothing you need to do." in said
    assert "Talk about it" not in said
    assert "Don't show me these" in said


@local
async def test_off_for_the_company_nothing_is_said_of_it(open_world: OpenWorld) -> None:
    world = await company(open_world, replace(POLICY, early_signs=EarlySigns(False, RULES)))
    await answers(world, "ana", 0, 4)
    assert "note" not in await answers(world, "ana", 1, 4)
    for action in ("my_data", "who_reads"):
        shown = words((await world.act("ana", action)).view)
        assert "note" not in shown


@local
async def test_somebody_elses_note_can_be_neither_read_nor_switched_off(
    open_world: OpenWorld,
) -> None:
    """With the ids that Ana's buttons carry."""
    world = await company(open_world)
    await answers(world, "ana", 0, 4)
    await answers(world, "ana", 1, 4)
    values = {does: value for _, does, value in await world.buttons("ana") if "sign" in does}
    assert set(values) == {"sign_talk", "sign_off"}
    for who in ("mara", "ines", "lea"):
        for action, value in (("sign_show", values["sign_off"]), *values.items()):
            reply = await world.act(who, action, value)
            assert "time mostly go" not in words(reply.view) + reply.notice
            assert "More of the same" not in words(reply.view) + reply.notice
    assert TITLE in await thanks(world, "ana")
    assert (await world.person("ana")).signs_off_at is None
