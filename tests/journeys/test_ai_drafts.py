"""How summaries are drafted where a model is asked: what people said is looked at once more right
before it is sent, one process drafts a summary at a time, and the log has no person in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.policy import Ai
from bot.services import erase
from bot.services.plan import plan
from bot.services.weekly_summary import LEASE, summarise
from bot.services.work import next_thing, run_due
from bot.settings.environment import Environment
from tests.journeys.ai_office import ANA, ANAS, BEN, BENS, FRIDAY, Office, Open, both_share, here
from tests.journeys.given import Someone
from tests.journeys.test_export import exported
from tests.journeys.words import words
from tests.logged import captured
from tests.recorded_model import recorded
from tests.servers.model.asked import Asked

WORDS = {"ana": ANA[0], "ben": BEN[0]}
pytestmark = here
Meanwhile = Callable[[Office, str], Awaitable[object]]


async def switched_off(office: Office, who: str) -> None:
    await office.world.act(who, "my_data_ai", "off", send=False)


async def undone(office: Office, who: str) -> None:
    await office.world.press_under(who, WORDS[who], "undo", send=False)


async def erased(office: Office, who: str) -> None:
    await erase.erase_everything(office.world.built.kit, office.world.ids[who], office.world.now)


async def named_no_more(office: Office, _: str) -> None:
    await office.becomes(Ai())


async def elsewhere(office: Office, _: str) -> None:
    await office.becomes(office.ai(host="b.example"))


@pytest.mark.parametrize(
    "meanwhile", [switched_off, undone, erased, named_no_more, elsewhere], ids=lambda m: m.__name__
)
async def test_words_taken_back_while_they_wait_for_a_place_are_not_sent(
    opened: Open, meanwhile: Meanwhile
) -> None:
    """The model takes one call at a time; the other person's words wait for it."""
    office = await both_share(opened, at_once=1)
    waiting: list[str] = []

    async def first(asked: Asked) -> object:
        if not waiting:
            waiting.append("ben" if ANA[0] in asked.text else "ana")
            await meanwhile(office, waiting[0])
        return recorded(asked)

    office.server.answers = first
    await office.world.until(FRIDAY)
    [other] = waiting
    assert not [asked for asked in office.server.asked if WORDS[other] in asked.text]


async def due_on_friday(opened: Open) -> Office:
    """The summary is due, and nothing was drafted yet."""
    office = await both_share(opened)
    world = office.world
    world.jump(FRIDAY)
    await plan(world.built.kit.uow, world.built.kit.calendar, world.now)
    return office


async def test_two_processes_ask_once(opened: Open) -> None:
    office = await due_on_friday(opened)
    kit, now = office.world.built.kit, office.world.now
    drafted = await asyncio.gather(summarise(kit, now), summarise(kit, now))
    assert sum(drafted) == 1
    assert len(office.server.asked) == len(WORDS)


async def test_a_process_that_dies_while_it_drafts(opened: Open) -> None:
    """Another takes its summary up when the lease is over, not before, and nothing runs idle until
    then; the summary comes once."""
    office, started = await due_on_friday(opened), asyncio.Event()
    world = office.world

    async def never(_: Asked) -> object:
        started.set()
        await asyncio.Event().wait()
        return {}

    office.server.answers = never
    dying = asyncio.create_task(summarise(world.built.kit, world.now))
    await asyncio.wait_for(started.wait(), 20)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    office.server.answers = recorded
    await world.restart()
    asked, over = len(office.server.asked), world.now + LEASE
    assert await run_due(world.built.kit, world.now) == 0
    due = await next_thing(world.built.kit)
    assert due is not None
    assert over <= due < over + timedelta(seconds=30)
    await world.until(over - timedelta(seconds=1))
    assert world.arrived("mara", "summary") == []
    assert len(office.server.asked) == asked
    await world.until("2026-03-06 18:00")
    [summary] = world.arrived("mara", "summary")
    assert summary.at == due
    assert ANAS in summary.words


async def test_reports_with_one_first_name_are_told_apart(opened: Open) -> None:
    """In each line, and as the list calls them."""
    ana = Someone("ana", manager="mara", called="Ana Silva")
    office = await opened((Someone("mara"), ana, replace(ana, name="ben", called="Ana Lopez")))
    await office.share("ana", *ANA)
    await office.share("ben", *BEN)
    said = await office.friday()
    assert "Ana Lopez and Ana Silva shared something" in said
    assert ANAS.replace("Ana", "Ana Silva") in said
    assert BENS.replace("Ben", "Ana Lopez") in said
    assert "Ana Silva: " in said


async def test_the_log_has_totals_of_a_run_alone(opened: Open, environment: Environment) -> None:
    """What was dropped about one person, and why, would be a guess about them."""
    office = await both_share(opened)
    with captured(environment) as log:
        await office.friday()
    [run] = [line for line in log.getvalue().splitlines() if "dropped" in line]
    assert "summaries were worded" in run
    assert "dropped=0 people=2 summaries=1 worded=2" in run


async def test_a_starter_is_logged_with_the_answer_it_rests_on(opened: Open) -> None:
    """Also where that answer stands on an earlier page of the details."""
    filler = " ễễễễễễ" * 400  # of more than half of what a page holds
    office = await opened()
    await office.share("ana", ANA[0] + filler, ANA[1] + filler)
    await office.friday()
    [value] = [v for _, a, v in await office.world.buttons("mara") if a == "summary_details"]
    reply = await office.world.act("mara", "summary_details", f"{value}:1")
    second = words(reply.view)
    assert filler[:200] not in second.split("For your next 1:1")[1]
    assert ANA[0] in second
    told = await exported(office.world, "ana")
    shown = [[each["how"] for each in answer["shown"]] for answer in told["answers"]]
    assert ["displayed" in hows for hows in shown] == [True, True]
