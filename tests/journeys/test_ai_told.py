"""AI is named before answering, what was named is kept with the answer, and no other AI gets it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from bot.demo.screen import Screen
from bot.domain.cadence import CadenceSpec
from bot.domain.delivery import Address, Outcome
from bot.domain.inbound import InboundKind
from bot.domain.message import Form, Message
from bot.domain.people import Role
from bot.domain.policy import Ai, Policy
from bot.domain.ports.messenger import Messenger
from bot.domain.visibility import may_word
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import BERLIN, Someone, check_in
from tests.journeys.surfaces import Local
from tests.journeys.test_export import exported, page
from tests.journeys.words import words
from tests.journeys.world import World

PEOPLE = (Someone("mara"), Someone("ana", manager="mara"), Someone("tom"))
ASKED = (check_in(pack="five", questions_per_round=5, reminders=0),)
RATED = (check_in(pack="kinds", reminders=0),)
MIXED = (check_in(pack="groups", reminders=0),)
OPENAI = Ai("OpenAI", "api.openai.com")
MOVED = Ai("OpenAI", "eu.api.openai.com")
NONE = Ai()
NAMED = "AI from OpenAI reads"
here = pytest.mark.parametrize("surface", ["local"], indirect=True)
"""What doesn't depend on the platform."""


def policy(ai: Ai) -> Policy:
    return Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, ai=ai)


async def asked(
    open_world: OpenWorld,
    ai: Ai = OPENAI,
    cadences: Sequence[CadenceSpec] = ASKED,
    **on: object,
) -> World:
    """Ana has started, and the first question has come."""
    world = await open_world(PEOPLE, cadences, policy=policy(ai), **on)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


async def becomes(world: World, ai: Ai, cadences: Sequence[CadenceSpec] = ASKED) -> None:
    await world.configure(cadences, policy(ai))


async def kept(world: World, who: str = "ana") -> dict[str, str]:
    """By question, the AI of the last audience of an answer."""
    answers = await world.built.uow.read(lambda tx: tx.answers.of_person(world.ids[who], 99))
    return {answer.question_key: answer.audiences[-1].ai for answer in answers}


async def worded(world: World, ai: Ai, who: str = "ana") -> set[str]:
    """The questions whose answers this AI may get now."""
    person = await world.person(who)
    answers = await world.built.uow.read(lambda tx: tx.answers.of_person(person.id, 99))
    off = person.ai_off_at
    return {
        answer.question_key
        for answer in answers
        if may_word(label=ai.label, ai_off_at=off, audiences=answer.audiences)
    }


async def last(world: World, who: str = "ana") -> str:
    return words((await world.thread(who))[-1])


async def switch(world: World, to: str, who: str = "ana") -> None:
    await world.act(who, "my_data_ai", to)


async def reads(world: World, who: str = "ana") -> str:
    """*Who can read my answers?*, as it is now."""
    return words((await world.press(who, "who_reads")).view)


async def test_it_is_named_before_answering_and_kept_with_the_answer(open_world: OpenWorld) -> None:
    world = await open_world(PEOPLE, ASKED, policy=policy(OPENAI))
    await world.until("2026-03-03 10:05")
    assert NAMED in await last(world)
    await world.starts("ana")
    first = await last(world)
    assert first.index("Mara, your manager") < first.index(NAMED) < first.index("Just type")
    assert "You can switch it off under “Your data”." in first
    form = await world.opens("ana", "open_form")
    assert words(form).count(NAMED) == 1
    told = await reads(world)
    for said in ("(api.openai.com)", "names on the people list replaced", "AI, without your name:"):
        assert said in told
    assert "may keep as its contract with Fernweh says" in told
    await world.answers("ana", "kestrel")
    receipt, second = [words(message) for message in (await world.thread("ana"))[-2:]]
    assert "OpenAI" not in receipt + second, "said once, while nothing changes"
    assert await kept(world) == {"q1": OPENAI.label}
    assert await worded(world, OPENAI) == {"q1"}


async def test_switched_off_it_is_not_named_and_gets_nothing_said_meanwhile(
    open_world: OpenWorld,
) -> None:
    world = await asked(open_world)
    await world.answers("ana", "before")
    await switch(world, "off")
    await world.answers("ana", "kestrel")
    third = await last(world)
    assert "Mara, your manager" in third
    assert "AI" not in third
    await world.answers("ana", "heron")
    assert "you switched it off" in await reads(world)
    assert await worded(world, OPENAI) == set()
    await switch(world, "on")
    assert await worded(world, OPENAI) == {"q1"}
    told = await reads(world)
    assert "no AI, as it was not named when you answered:\n• Question 2?\n• Question 3?" in told
    assert "AI, without your name:\n• Question 1?" in told


async def test_a_form_that_named_another_ai_comes_back(open_world: OpenWorld) -> None:
    world = await asked(open_world)
    form = await world.opens("ana", "open_form")
    await becomes(world, MOVED)
    again = (await world.submits("ana", form, {"text:q1": "kestrel"})).view
    assert isinstance(again, Form)
    assert "kestrel" in {getattr(block, "value", "") for block in again.blocks}
    assert await kept(world) == {}
    await world.submits("ana", again, {"text:q1": "kestrel"})
    assert await kept(world) == {"q1": MOVED.label}


@here
async def test_a_form_opened_before_ai_was_switched_off_comes_back_without_it(
    open_world: OpenWorld,
) -> None:
    world = await asked(open_world)
    form = await world.opens("ana", "open_form")
    await switch(world, "off")
    again = (await world.submits("ana", form, {"text:q1": "kestrel"})).view
    assert isinstance(again, Form)
    assert NAMED not in words(again)
    await world.submits("ana", again, {"text:q1": "kestrel"})
    assert await kept(world) == {"q1": ""}


@here
@pytest.mark.parametrize("forged", ["", "0123456789abcdef"])
async def test_a_form_made_to_name_another_ai_is_shown_anew(
    open_world: OpenWorld, forged: str
) -> None:
    world = await asked(open_world)
    form = await world.opens("ana", "open_form")
    value = f"{form.value.rpartition(':')[0]}:{forged}"
    reply = await world.submits("ana", replace(form, value=value), {"text:q1": "kestrel"})
    assert isinstance(reply.view, Form)
    assert await kept(world) == {}


@here
async def test_answers_from_before_ai_never_go_to_it_though_they_are_changed(
    open_world: OpenWorld,
) -> None:
    world = await asked(open_world, NONE)
    assert "AI" not in await last(world)
    await world.answers("ana", "kestrel")
    await becomes(world, OPENAI)
    await world.answers("ana", "heron")
    assert NAMED in await last(world), "named with the next question"
    await world.answers("ana", "osprey")
    assert await kept(world) == {"q1": "", "q2": "", "q3": OPENAI.label}
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:q1": "kestrel again", "text:q4": "new"})
    assert await kept(world) == {"q1": "", "q2": "", "q3": OPENAI.label, "q4": OPENAI.label}
    assert await worded(world, OPENAI) == {"q3", "q4"}


@here
async def test_another_provider_or_another_place_gets_none_of_it(open_world: OpenWorld) -> None:
    world = await asked(open_world)
    await becomes(world, MOVED)
    await world.answers("ana", "kestrel")
    assert await kept(world) == {"q1": OPENAI.label}, "as the message said that stood there"
    assert NAMED in await last(world), "the same name, but another place"
    await world.answers("ana", "heron")
    assert await worded(world, MOVED) == {"q2"}
    assert await worded(world, OPENAI) == {"q1"}
    await becomes(world, NONE)
    assert await worded(world, NONE) == set()
    assert "none is set up" in await reads(world)


class Meanwhile(Local):
    """Something happens while the next question is on its way."""

    then: Callable[[], Awaitable[object]] | None = None

    def watch(self, world: World, messenger: Messenger) -> Messenger:
        screen = super().watch(world, messenger)
        assert isinstance(screen, Screen)
        return _Slow(screen.messenger, screen.arrived, seen=screen.seen, surface=self)


@dataclass
class _Slow(Screen):
    surface: Meanwhile = field(default_factory=Meanwhile)

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        then = self.surface.then
        if then is not None and message.kind == "question":
            self.surface.then = None
            await then()
        return await super().post(address, message, delivery_id)


@here
async def test_what_is_on_its_way_names_what_it_was_composed_with(open_world: OpenWorld) -> None:
    """The place changes between the composing of a message and its arrival."""
    surface = Meanwhile()
    world = await asked(open_world, surface=surface)
    await becomes(world, MOVED)
    surface.then = lambda: becomes(world, OPENAI)
    await world.answers("ana", "kestrel", "heron")
    assert surface.then is None
    await world.answers("ana", "osprey")
    assert await kept(world) == {"q1": OPENAI.label, "q2": MOVED.label, "q3": OPENAI.label}
    assert await worded(world, OPENAI) == {"q1", "q3"}


@here
async def test_what_is_answered_while_another_ai_is_on_its_way_goes_to_none(
    open_world: OpenWorld,
) -> None:
    """Ana changes her first answer while the question that names the other place is being sent."""
    surface = Meanwhile()
    world = await asked(open_world, OPENAI, RATED, surface=surface)
    _, _, value = await world.button("ana", "answer")
    await world.press("ana", "answer", "3")
    await becomes(world, MOVED, RATED)
    surface.then = lambda: world.act("ana", "answer", value, "4", send=False)
    await world.press("ana", "move_on")
    assert surface.then is None
    assert await kept(world) == {"clear": ""}
    await world.press("ana", "answer", "5")
    assert await kept(world) == {"clear": "", "mood": MOVED.label}


@here
async def test_a_question_without_names_names_no_ai(open_world: OpenWorld) -> None:
    """Nor does it make an earlier question one that had named it."""
    world = await asked(open_world, NONE, MIXED)
    await world.press("ana", "answer", "3")
    _, _, time = await world.button("ana", "answer")
    await becomes(world, OPENAI, MIXED)
    await world.press("ana", "skip_question")
    assert "What else?" in await last(world)
    assert "AI" not in await last(world)
    await world.act("ana", "answer", time, "4")
    assert await kept(world) == {"clear": "", "time": ""}


@here
async def test_where_only_some_questions_are_for_the_manager_it_says_so(
    open_world: OpenWorld,
) -> None:
    world = await open_world(PEOPLE, MIXED, policy=policy(OPENAI))
    await world.until("2026-03-03 10:05")
    of_some = "AI from OpenAI reads what Mara can, without your name"
    assert of_some in await last(world)
    await world.starts("ana")
    assert "AI" not in await last(world)
    assert words(await world.opens("ana", "open_form")).count(of_some) == 1
    await world.press("ana", "answer", "3")
    assert "AI from OpenAI reads it too" in await last(world)
    await world.press("ana", "answer", "4")
    assert await kept(world) == {"clear": "", "time": OPENAI.label}


@here
async def test_where_nobody_reads_no_ai_does(open_world: OpenWorld) -> None:
    """Tom has no manager; Ana keeps her answer to herself."""
    world = await asked(open_world)
    await world.answers("ana", "kestrel")
    await world.press_under("ana", "kestrel", "only_me")
    assert await worded(world, OPENAI) == set()
    await world.starts("tom")
    await world.answers("tom", "heron")
    assert NAMED not in await world.sees("tom")
    assert await kept(world, "tom") == {"q1": ""}
    tom = world.ids["tom"]
    [check_in] = await world.built.uow.read(lambda tx: tx.check_ins.of_person(tom))
    assert check_in.shown_ai == ""


@here
async def test_wherever_it_says_who_reads_it_says_so_of_ai(open_world: OpenWorld) -> None:
    """Under Home before the start, at the word "status", and in a test of the check-in."""
    people = (*PEOPLE, Someone("ines", manager="mara", role=Role.HR_ADMIN))
    world = await open_world(people, ASKED, policy=policy(OPENAI))
    assert NAMED in words(await world.home("ana"))
    said = await world.send("ana", InboundKind.COMMAND, text="status")
    assert NAMED in said.notice
    await world.act("ines", "admin_test", "pulse")
    assert NAMED in await world.sees("ines")
    assert "(api.openai.com)" in words((await world.act("ana", "my_data")).view)


@here
async def test_the_export_tells_which_ai_was_named(open_world: OpenWorld) -> None:
    world = await asked(open_world, NONE)
    await world.answers("ana", "kestrel")
    await becomes(world, OPENAI)
    await world.answers("ana", "heron", "osprey")
    told = (await exported(world, "ana"))["answers"]
    named = {each["question_key"]: each["audiences"][-1]["ai"] for each in told}
    assert named == {"q1": None, "q2": None, "q3": OPENAI.label}
    shown = await page(world, "ana")
    assert shown.count("with your name; OpenAI (api.openai.com) as AI, without it") == 1
