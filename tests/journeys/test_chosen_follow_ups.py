"""A model picks the follow-up question: whatever it says and when, one question comes in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.check_in import CheckIn, State
from bot.domain.follow_up import fitting, in_turn
from bot.domain.inbound import InboundKind
from bot.domain.policy import Ai, Policy
from bot.domain.ports.chooser import Chooser, Choosing, Chosen
from bot.domain.ports.conversation_store import Named
from bot.domain.ports.unit_of_work import Tx
from bot.services.choose_follow_ups import choose_follow_ups
from bot.services.deliver import deliver
from bot.services.erase import erase_answer
from bot.settings.ai import AiSettings
from bot.settings.environment import Environment
from tests.journeys.conftest import OpenWorld, prepared
from tests.journeys.given import FOLLOWED, RULES, Someone, check_in, weekly_summary
from tests.journeys.surfaces import Local
from tests.journeys.test_follow_ups import LONG, SHORT, WISH, WORK, asked, kept
from tests.journeys.world import A_SECOND, World
from tests.servers.model.faults import Fault
from tests.servers.model.server import ModelServer, serving

PEOPLE = [Someone("mara"), Someone("ana", manager="mara")]
TEXTS = dict(zip(("moment", "better"), SHORT, strict=True))
BY_RULE = in_turn(fitting(FOLLOWED.question("work"), "Fine."), date(2026, 3, 3)).key
OTHER = next(key for key in TEXTS if key != BY_RULE)


@pytest.fixture
def surface() -> Local:
    """The platform makes no difference to what is chosen."""
    return Local()


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with serving() as server:
        yield server


@pytest.fixture
def environment(tmp_path: Path, model: ModelServer) -> Environment:
    ai = AiSettings(model.url, model.model, model.key, at_once=1)
    return replace(prepared(tmp_path), ai=ai)


def with_ai(model: ModelServer, **changes: object) -> Policy:
    told = {"provider": "Local", "host": model.host} | changes
    return replace(RULES, ai=Ai(**told))  # type: ignore[arg-type]  # what a test changes


async def company(
    open_world: OpenWorld,
    model: ModelServer,
    rules: Policy | None = None,
    named: str = "",
    more: Sequence[Someone] = (),
) -> World:
    """Tuesday, 10:05: Ana (and `more`) has started, sees "How is work?", and was told of the AI (or
    `named`).
    """
    rules = rules or with_ai(model)
    cadence = check_in(pack="followed", reminders=0)
    world = await open_world([*PEOPLE, *more], [cadence, weekly_summary()], policy=rules)
    await world.until("2026-03-03 10:05")
    told = Named(world.ids["mara"], named or rules.ai.label)
    for who in ("ana", *(each.name for each in more)):
        await world.starts(who)
        (running,) = await check_ins(world, who)
        await world.built.uow.write(partial(remember, {running.id: told}))
    return world


def remember(shown: Mapping[UUID, Named], tx: Tx) -> None:
    tx.check_ins.remember_shown(shown)


async def check_ins(world: World, who: str = "ana") -> Sequence[CheckIn]:
    return await world.built.uow.read(lambda tx: tx.check_ins.of_person(world.ids[who]))


async def says(world: World, text: str = "Fine.") -> None:
    """The whole answer; the question after it comes eight seconds later, to the second."""
    before, typed = len(asked(world)), world.now
    await world.types("ana", text)
    await world.until(typed + 7 * A_SECOND)
    assert len(asked(world)) == before
    await world.until(typed + 8 * A_SECOND)
    assert len(asked(world)) == before + 1


@pytest.mark.parametrize("key", TEXTS)
async def test_what_it_picks_is_asked(open_world: OpenWorld, model: ModelServer, key: str) -> None:
    world = await company(open_world, model)
    model.says({"choice": key})
    await says(world)
    assert asked(world) == [WORK, TEXTS[key]]
    await world.answers("ana", "The map.", "None.")
    assert asked(world)[2:] == [WISH]
    assert await kept(world) == {WORK: "Fine.", TEXTS[key]: "The map.", WISH: "None."}
    (request,) = model.asked
    assert request.data["options"] == TEXTS
    assert request.data["answer"] == "Fine."
    (day,) = await world.built.uow.read(lambda tx: tx.ai.since(date(2026, 3, 3)))
    assert (day.calls, day.failed) == (1, 0)
    assert 0 < day.tokens < 2_000


async def test_where_none_fits_the_next_question_comes(
    open_world: OpenWorld, model: ModelServer
) -> None:
    world = await company(open_world, model)
    model.says({"choice": "none"})
    await says(world)
    assert asked(world) == [WORK, WISH]


@pytest.mark.parametrize(
    "fault",
    [
        Fault.UNAVAILABLE,
        *(
            pytest.param(fault, marks=pytest.mark.deep)
            for fault in (Fault.NOT_JSON, Fault.REFUSAL, Fault.RESET, Fault.BAD_KEY)
        ),
    ],
)
async def test_where_it_fails_the_rules_choose(
    open_world: OpenWorld, model: ModelServer, fault: Fault
) -> None:
    world = await company(open_world, model)
    model.fails(fault)
    await says(world)
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert len(model.asked) == 1
    (day,) = await world.built.uow.read(lambda tx: tx.ai.since(date(2026, 3, 3)))
    assert (day.calls, day.failed) == (1, 1)


@pytest.mark.deep
async def test_a_question_nobody_wrote_is_never_asked(
    open_world: OpenWorld, model: ModelServer
) -> None:
    world = await company(open_world, model)
    model.says({"choice": "Why so short?"})
    await says(world)
    assert asked(world) == [WORK, TEXTS[BY_RULE]]


async def meanwhile(
    open_world: OpenWorld,
    model: ModelServer,
    happens: Callable[[World], Awaitable[object]],
    picked: str = OTHER,
) -> World:
    """The model picks the other question, while something happens."""
    world = await company(open_world, model)

    async def thinks() -> object:
        await happens(world)
        return {"choice": picked}

    model.says(thinks())
    await world.types("ana", "Fine.")
    await world.wait()
    return world


async def test_more_words_meanwhile(open_world: OpenWorld, model: ModelServer) -> None:
    """It picked for half an answer: that counts for nothing."""
    world = await meanwhile(open_world, model, lambda w: w.types("ana", LONG))
    assert asked(world) == [WORK, WISH]


async def test_late_it_counts_for_nothing(open_world: OpenWorld, model: ModelServer) -> None:
    """The message left with what the rules chose; no other comes after it."""
    world = await meanwhile(open_world, model, lambda w: deliver(w.built.kit, w.now + 8 * A_SECOND))
    await world.wait()
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    await world.answers("ana", "The map.")
    assert asked(world)[2:] == [WISH]


@pytest.mark.deep
async def test_switched_off_meanwhile(open_world: OpenWorld, model: ModelServer) -> None:
    world = await meanwhile(open_world, model, lambda w: w.act("ana", "follow_ups", "off"))
    assert asked(world) == [WORK, WISH]


@pytest.mark.deep
async def test_undone_meanwhile(open_world: OpenWorld, model: ModelServer) -> None:
    world = await meanwhile(open_world, model, lambda w: w.types("ana", "undo"))
    assert asked(world) == [WORK, WORK]
    assert await kept(world) == {}


async def leaves(world: World) -> None:
    await world.people_are(world.rows["mara"])


async def erases(world: World) -> None:
    (running,) = await check_ins(world)
    await erase_answer(world.built.kit, world.ids["ana"], running.id, "work", world.now)


async def pauses(world: World) -> None:
    await world.puts_off("ana", "pause", until="2026-03-20")


@pytest.mark.parametrize("picked", [OTHER, pytest.param("none", marks=pytest.mark.deep)])
async def test_left_meanwhile(open_world: OpenWorld, model: ModelServer, picked: str) -> None:
    """What was called off stays so, whatever the model picks."""
    world = await meanwhile(open_world, model, leaves, picked)
    assert asked(world) == [WORK]
    assert [found.state for found in await check_ins(world)] == [State.CANCELLED]


@pytest.mark.deep
@pytest.mark.parametrize(("happens", "then"), [(erases, [WISH]), (pauses, [])])
async def test_over_meanwhile(
    open_world: OpenWorld,
    model: ModelServer,
    happens: Callable[[World], Awaitable[None]],
    then: list[str],
) -> None:
    world = await meanwhile(open_world, model, happens)
    assert asked(world) == [WORK, *then]


@pytest.mark.deep
async def test_another_manager_meanwhile(open_world: OpenWorld, model: ModelServer) -> None:
    """One question comes, and names who reads it now."""
    world = await meanwhile(open_world, model, lambda w: w.changes(ana=None))
    assert asked(world) == [WORK, TEXTS[OTHER]]


async def ai_off(world: World) -> None:
    await world.act("ana", "my_data_ai", "off", send=False)


async def another_provider(world: World) -> None:
    rules = await world.built.uow.read(lambda tx: tx.organisations.policy())
    changed = replace(rules, ai=replace(rules.ai, provider="Another"))
    await world.built.uow.write(lambda tx: tx.organisations.add_policy(changed, world.now, "hr"))


@pytest.mark.parametrize(
    "happens", [leaves, ai_off, pytest.param(another_provider, marks=pytest.mark.deep)]
)
async def test_nothing_is_sent_that_may_not_be_any_more(
    open_world: OpenWorld, model: ModelServer, happens: Callable[[World], Awaitable[None]]
) -> None:
    """Between the answer and the choice."""
    world = await company(open_world, model)
    await world.send("ana", InboundKind.TEXT, text="Fine.", send=False)
    await happens(world)
    await choose_follow_ups(world.built.kit, world.now)
    assert model.asked == []
    assert await world.built.uow.read(lambda tx: tx.check_ins.choosing(1)) == []


async def test_nothing_is_sent_that_was_taken_back_in_the_queue(
    open_world: OpenWorld, model: ModelServer
) -> None:
    """While one waits for the model, the other waits for a place, and switches AI off."""
    world = await company(open_world, model, more=[Someone("ben", manager="mara")])
    said = {"Fine.": "ana", "Good.": "ben"}

    async def thinks() -> object:
        (first,) = model.asked
        (other,) = {*said.values()} - {said[first.data["answer"]]}
        await world.act(other, "my_data_ai", "off", send=False)
        return {"choice": OTHER}

    model.says(thinks())
    for text, who in said.items():
        await world.send(who, InboundKind.TEXT, text=text, send=False)
    await choose_follow_ups(world.built.kit, world.now)
    assert len(model.asked) == 1


async def test_two_processes_ask_once(open_world: OpenWorld, model: ModelServer) -> None:
    """The clock of one of them was set back."""
    world = await company(open_world, model)
    model.says({"choice": OTHER})
    await world.send("ana", InboundKind.TEXT, text="Fine.", send=False)
    moments = (world.now, world.now - timedelta(hours=1))
    await asyncio.gather(*(choose_follow_ups(world.built.kit, moment) for moment in moments))
    assert len(model.asked) == 1
    await world.wait(7 * A_SECOND)
    assert asked(world) == [WORK]
    await world.wait(A_SECOND)
    assert asked(world) == [WORK, TEXTS[OTHER]]


class Faulty:
    """A chooser with a fault of ours in it, for one answer; the others it passes on."""

    def __init__(self, sound: Chooser, stumbles_over: str) -> None:
        self._sound, self._over = sound, stumbles_over
        self.host, self.most_tokens, self.place = sound.host, sound.most_tokens, sound.place

    async def choose(self, choosing: Choosing) -> Chosen:
        if choosing.answer == self._over:
            raise ValueError(self._over)
        return await self._sound.choose(choosing)


async def test_a_fault_with_one_holds_up_no_other(
    open_world: OpenWorld, model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    world = await company(open_world, model, more=[Someone("ben", manager="mara")])
    model.says({"choice": OTHER})
    kit = world.built.kit
    assert kit.chooser is not None
    for who, text in (("ana", "Fine."), ("ben", "Good.")):
        await world.send(who, InboundKind.TEXT, text=text, send=False)
    assert (
        await choose_follow_ups(replace(kit, chooser=Faulty(kit.chooser, "Fine.")), world.now) == 2
    )
    assert "no follow-up question chosen" in caplog.text
    await world.wait()
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert asked(world, "ben") == [WORK, TEXTS[OTHER]]
    (day,) = await world.built.uow.read(lambda tx: tx.ai.since(date(2026, 3, 3)))
    assert (day.calls, day.failed) == (2, 1)


async def test_names_stay_here(open_world: OpenWorld, model: ModelServer) -> None:
    world = await company(open_world, model)
    await says(world, "Ask Mara, says Ana")
    (request,) = model.asked
    assert "Mara" not in str(request.body)
    assert "Ana" not in str(request.body)


async def test_who_switched_ai_off_is_asked_by_rule(
    open_world: OpenWorld, model: ModelServer
) -> None:
    world = await company(open_world, model)
    await world.act("ana", "my_data_ai", "off")
    await says(world)
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert model.asked == []


@pytest.mark.parametrize(
    "named", ["Local (elsewhere.example)", pytest.param("Another", marks=pytest.mark.deep)]
)
async def test_an_answer_given_under_another_name_goes_nowhere(
    open_world: OpenWorld, model: ModelServer, named: str
) -> None:
    world = await company(open_world, model, named=named)
    await says(world)
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert model.asked == []


async def test_a_connection_that_leads_elsewhere_is_not_used(
    open_world: OpenWorld, model: ModelServer
) -> None:
    world = await company(open_world, model, with_ai(model, host="api.openai.com"))
    await says(world)
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert model.asked == []


@pytest.mark.deep
async def test_the_days_tokens_are_spent(open_world: OpenWorld, model: ModelServer) -> None:
    world = await company(open_world, model, with_ai(model, daily_tokens=1_000))
    home = await world.built.uow.read(lambda tx: tx.people.home_identity(world.ids["ana"]))
    assert home is not None
    spent = (home.installation_id, date(2026, 3, 3), 999, 1_000)
    assert await world.built.uow.write(lambda tx: tx.ai.reserve(*spent))
    await says(world)
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert model.asked == []


async def test_a_process_that_ends_while_it_thinks(
    open_world: OpenWorld, model: ModelServer
) -> None:
    """Nobody asks a second time, the rules' choice comes, and the call counts as spent."""
    world = await company(open_world, model)
    thinking, asleep = asyncio.Event(), asyncio.Event()

    async def thinks() -> object:
        thinking.set()
        await asleep.wait()
        return {"choice": OTHER}

    model.says(thinks())
    await world.send("ana", InboundKind.TEXT, text="Fine.", send=False)
    choosing = asyncio.create_task(choose_follow_ups(world.built.kit, world.now))
    await thinking.wait()
    choosing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await choosing
    asleep.set()
    await world.restart()
    await world.wait()
    assert asked(world) == [WORK, TEXTS[BY_RULE]]
    assert len(model.asked) == 1
    (day,) = await world.built.uow.read(lambda tx: tx.ai.since(date(2026, 3, 3)))
    assert (day.calls, day.failed) == (1, 1)
    assert day.tokens > 0
