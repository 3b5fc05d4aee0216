"""Summaries that a model words, over the real adapter and a local server that answers as a provider
does: every sentence rests on the person's words, and where AI may not, can't or fails, the fixed
rules write, on time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.cadence import CadenceSpec
from bot.domain.message import Panel
from bot.domain.people import Role
from bot.domain.policy import Ai, Policy
from bot.domain.ports.summary_store import Summary
from bot.services import erase
from bot.services.ai_use import day_of
from bot.services.expire import expire
from bot.services.plan import plan
from bot.services.sealing import PART_FIELD
from bot.services.weekly_summary import summarise
from bot.settings.environment import Environment
from bot.web.metrics import Metrics
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.surfaces import Surface
from tests.journeys.test_ai_told import switch
from tests.journeys.test_erasing import erases, screen
from tests.journeys.test_export import exported, page
from tests.journeys.words import quotes, words
from tests.journeys.world import World
from tests.recorded_model import connected, recorded
from tests.servers.model.asked import Asked
from tests.servers.model.faults import Fault
from tests.servers.model.server import ModelServer, serving

PEOPLE = (
    Someone("mara"),
    Someone("ana", manager="mara"),
    Someone("ben", manager="mara"),
    Someone("ines", role=Role.HR_ADMIN),
)
CADENCES = (check_in(reminders=0), weekly_summary())
FRIDAY = "2026-03-06 15:00"
ANA = ("I test the importer with Copilot.", "Which data may I put in?")
BEN = ("I draw maps with the new tool.", "I want an hour to learn.")
ANAS, BENS = "Ana tests the importer with Copilot.", "Ben draws maps with the new tool."
BY_AI = "Worded by AI (OpenAI) from their own words, each sentence checked against them."
AI_UNUSED = "Written by fixed rules from their own words; AI was not used this time."
NO_AI = "Written by fixed rules from their own words, without AI."
REFUSED_TEXT = "PERSON_1 is frustrated"
here = pytest.mark.parametrize("surface", ["local"], indirect=True)
"""What doesn't depend on the platform."""


@dataclass
class Office:
    """A world whose people are told of the model that `server` is."""

    world: World
    server: ModelServer

    def ai(self, **changes: object) -> Ai:
        return replace(Ai("OpenAI", self.server.host), **changes)  # type: ignore[arg-type]

    async def becomes(self, ai: Ai) -> None:
        await self.world.configure(CADENCES, policy(ai))

    async def share(self, who: str, *texts: str) -> None:
        await self.world.starts(who)
        await self.world.answers(who, *texts)

    async def friday(self) -> str:
        """The summary as it reached Mara."""
        await self.world.until("2026-03-06 18:00")
        [summary] = self.world.arrived("mara", "summary")
        assert summary.wall == FRIDAY
        return summary.words

    async def stored(self) -> Summary:
        mara = self.world.ids["mara"]
        [found] = await self.world.built.uow.read(lambda tx: tx.summaries.of_manager(mara))
        return found

    async def sealed(self, who: str) -> str:
        """What the newest summary keeps of somebody, opened with their key."""
        world, person_id = self.world, self.world.ids[who]
        vault = await world.built.kit.keys.vault([person_id])
        mara = world.ids["mara"]
        found = await world.built.uow.read(lambda tx: tx.summaries.of_manager(mara))
        theirs = [part for part in found[0].parts if part.subject_id == person_id]
        kept = (vault.open(person_id, part.id, PART_FIELD, part.sealed) for part in theirs)
        return "\n".join(each.decode() for each in kept)

    async def rests(self) -> Panel:
        """What *Show the words this rests on* opens."""
        reply = await self.world.press("mara", "summary_rests")
        assert isinstance(reply.view, Panel)
        return reply.view

    async def spent(self) -> tuple[int, int, int]:
        """Today's tokens, calls, and calls that came to nothing."""
        uow, now = self.world.built.uow, self.world.now
        day = day_of(policy(self.ai()), now)
        found = await uow.read(lambda tx: tx.ai.since(day))
        return (found[0].tokens, found[0].calls, found[0].failed) if found else (0, 0, 0)

    async def spent_as_used(self) -> bool:
        """Whether what calls set aside and did not use came back."""
        tokens, calls, failed = await self.spent()
        used = sum(len(json.dumps(asked.body["messages"])) // 4 for asked in self.server.asked)
        return (calls, failed) == (len(self.server.asked), 0) and used < tokens < 2 * used


Open = Callable[..., Awaitable[Office]]


def policy(ai: Ai) -> Policy:
    return Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, ai=ai)


@pytest.fixture
async def opened(environment: Environment, surface: Surface) -> AsyncIterator[Open]:
    """Opens the office on Tuesday at 10:05; closed before its model is."""
    worlds: list[World] = []
    async with serving(ModelServer(answers=recorded)) as server:

        async def make(
            people: Sequence[Someone] = PEOPLE,
            cadences: Sequence[CadenceSpec] = CADENCES,
            **changes: object,
        ) -> Office:
            ai = replace(Ai("OpenAI", server.host), **changes)  # type: ignore[arg-type]
            given = connected(environment, server)
            world = await World.open(given, people, cadences, policy=policy(ai), surface=surface)
            worlds.append(world)
            await world.until("2026-03-03 10:05")
            return Office(world, server)

        yield make
        for world in worlds:
            await world.close()


async def both_share(opened: Open, **changes: object) -> Office:
    office = await opened(**changes)
    await office.share("ana", *ANA)
    await office.share("ben", *BEN)
    return office


async def test_a_sentence_a_person_with_the_words_it_rests_on(opened: Open) -> None:
    """In a message that says who wrote it; behind the button stands what was said, and that is
    logged for whoever said it."""
    office = await both_share(opened)
    said = await office.friday()
    assert "In short" in said
    assert ANAS in said
    assert BENS in said
    assert f"{BY_AI} Only you get this." in said
    assert (await office.stored()).writer == office.server.model
    assert (await office.stored()).prompt.startswith("summary-")
    panel = await office.rests()
    assert next(quote.text for quote in quotes(panel.blocks)) == ANA[0]
    assert {quote.text for quote in quotes(panel.blocks)} == {*ANA, *BEN}
    assert await office.spent_as_used()
    told = await exported(office.world, "ana")
    shown = [each["how"] for answer in told["answers"] for each in answer["shown"]]
    assert shown.count("displayed") == len(ANA)
    [about] = told["summaries_about_you"]
    assert about["claims"][0] == {"text": ANAS, "quotes": [ANA[0]]}
    assert about["written_by"] == office.server.model
    assert ANAS in await page(office.world, "ana")
    for asked in office.server.asked:
        sent = json.dumps(asked.body)
        assert not [name for name in ("Ana", "Ben", "Mara", "Fernweh") if name in sent]
        assert (ANA[0] in sent) != (BEN[0] in sent), "one person a call"
    await nobody_else_opens_it(office)
    await it_is_counted(office)


async def it_is_counted(office: Office) -> None:
    """For HR rounded up to thousands, for whoever runs it as it is."""
    tokens, _, _ = await office.spent()
    about = f"AI (OpenAI): about {-(-tokens // 1000)},000 of 200,000 tokens used today."
    assert about in words(await office.world.home("ines"))
    scraped = (await Metrics(office.world.built).render()).decode()
    assert f"touchpoint_ai_tokens {float(tokens)}" in scraped
    assert "touchpoint_ai_calls 2.0" in scraped


async def nobody_else_opens_it(office: Office) -> None:
    """And a page that is not there is the first."""
    [value] = [v for _, a, v in await office.world.buttons("mara") if a == "summary_rests"]
    for who in ("ana", "ben"):
        reply = await office.world.act(who, "summary_rests", value)
        assert reply.view is None
    reply = await office.world.act("mara", "summary_rests", f"{value}:99")
    assert isinstance(reply.view, Panel)
    assert ANA[0] in words(reply.view)


@here
async def test_what_does_not_hold_is_left_out_and_counted(opened: Open) -> None:
    office = await both_share(opened)

    def judging(asked: Asked) -> object:
        said = recorded(asked)
        assert isinstance(said, dict)
        [first, *_] = said["claims"]
        made_up = {"text": REFUSED_TEXT, "evidence": first["evidence"]}
        return {**said, "claims": [made_up, *said["claims"]]}

    office.server.answers = judging
    said = await office.friday()
    assert f"{BY_AI} 2 sentences did not hold and were left out. Only you get this." in said
    assert "frustrated" not in said + words(await office.rests())


@pytest.mark.parametrize(
    "faults", [(Fault.REFUSAL, Fault.CUT_OFF), (Fault.NOT_JSON, Fault.WRONG_FORM)]
)
@here
async def test_fault_19_a_model_that_fails(opened: Open, faults: Sequence[Fault]) -> None:
    """The fixed rules write, on time, and the message says so."""
    office = await both_share(opened)
    office.server.fails(*faults)
    said = await office.friday()
    assert AI_UNUSED in said
    assert "In short" not in said
    assert await office.world.told("mara") == [[*ANA, *BEN]]
    assert "summary_rests" not in [a for _, a, _ in await office.world.buttons("mara")]
    assert (await office.stored()).writer == "plain"
    assert (await office.spent())[1:] == (2, 2)
    assert office.world.built.kit.ai_failures.total() == 2


async def test_fault_19_a_model_that_never_answers(opened: Open) -> None:
    """A run asks for so long and no longer, and whatever it set aside counts as spent."""
    office = await both_share(opened)
    world, kit = office.world, office.world.built.kit
    hanging = asyncio.Event()

    async def never(_: Asked) -> object:
        await hanging.wait()
        return {}

    office.server.answers = never
    world.jump(FRIDAY)
    await plan(kit.uow, kit.calendar, world.now)
    assert await summarise(kit, world.now, ai_time=timedelta(milliseconds=300)) == 1
    hanging.set()
    said = await office.friday()
    assert AI_UNUSED in said
    tokens, calls, failed = await office.spent()
    assert (calls, failed) == (2, 2)
    assert tokens > 1_000


@here
async def test_fault_19_the_days_tokens_are_spent(opened: Open) -> None:
    """Nothing is sent any more, and the next day begins anew."""
    office = await both_share(opened, daily_tokens=1_000)
    said = await office.friday()
    assert AI_UNUSED in said
    assert office.server.asked == []
    assert await office.spent() == (0, 0, 0)
    assert 'touchpoint_ai_not_used_total{reason="budget"} 2.0' in (
        (await Metrics(office.world.built).render()).decode()
    )
    assert office.world.built.kit.ai_failures == {"budget": 2}


@here
async def test_whoever_switched_ai_off_is_worded_by_rules_and_nobody_is_told(opened: Open) -> None:
    """Before answering or after: nothing of theirs is sent, and what Mara reads is what the rules
    make, with no word of why."""
    office = await opened((*PEOPLE, Someone("cleo", manager="mara")))
    await switch(office.world, "off", who="ana")
    await office.share("ana", *ANA)
    await office.share("ben", *BEN)
    await office.share("cleo", "I test the importer with Copilot.")
    await switch(office.world, "off", who="cleo")
    said = await office.friday()
    assert BENS in said
    assert "importer" not in said
    assert BY_AI in said
    [asked] = office.server.asked
    assert BEN[0] in asked.text
    seen = await office.world.can_read("mara") + words(await office.rests())
    assert "switched" not in seen.lower()
    assert ANA[1] in seen


@here
async def test_an_answer_goes_only_to_the_ai_that_was_named_before_it(opened: Open) -> None:
    """Ana answers one question while no AI is named, and one after."""
    office = await opened(provider="")
    world = office.world
    await world.starts("ana")
    await world.types("ana", ANA[0])
    await office.becomes(office.ai())
    await world.wait()
    await world.answers("ana", "I draft specs with the old tool.")
    said = await office.friday()
    [asked] = office.server.asked
    assert ANA[0] not in asked.text
    assert "Ana drafts specs with the old tool." in said


@pytest.mark.parametrize("now", [{"provider": ""}, {"host": "b.example"}])
@here
async def test_nothing_goes_to_another_ai_than_the_one_named(
    opened: Open, now: dict[str, str]
) -> None:
    """Switched off for the company, or at another host: what was answered under the first goes to
    none of them. Where no AI is named, the message doesn't speak of one."""
    office = await both_share(opened)
    await office.becomes(office.ai(**now))
    said = await office.friday()
    assert office.server.asked == []
    assert (AI_UNUSED if office.ai(**now).provider else NO_AI) in said


@here
async def test_a_connection_to_another_host_than_the_one_named_is_not_used(opened: Open) -> None:
    office = await both_share(opened, host="api.openai.com")
    assert AI_UNUSED in await office.friday()
    assert office.server.asked == []
    assert "is named to people, but can't be asked" in words(await office.world.home("ines"))


@here
async def test_erased_while_the_model_writes(opened: Open) -> None:
    """Ana is absent; Ben's part is worded anew, from his words alone."""
    office = await both_share(opened)
    world = office.world

    async def meanwhile(asked: Asked) -> object:
        if ANA[0] in asked.text:
            await erase.erase_everything(world.built.kit, world.ids["ana"], world.now)
        return recorded(asked)

    office.server.answers = meanwhile
    said = await office.friday()
    assert "Ana" not in said
    assert BENS in said


@here
@pytest.mark.deep
async def test_switched_off_while_the_model_writes(opened: Open) -> None:
    office = await both_share(opened)
    world = office.world

    async def meanwhile(asked: Asked) -> object:
        if ANA[0] in asked.text:
            await switch(world, "off", who="ana")
        return recorded(asked)

    office.server.answers = meanwhile
    world.jump(FRIDAY)
    kit = world.built.kit
    await plan(kit.uow, kit.calendar, world.now)
    assert await summarise(kit, world.now) == 0
    said = await office.friday()
    assert "Ana tests" not in said
    assert BENS in said


async def test_what_is_taken_back_takes_its_sentences_along(opened: Open) -> None:
    """What rested on an answer that is undone or changed opens no more, and what is erased leaves
    the message as well."""
    office = await both_share(opened)
    assert ANAS in await office.friday()
    await office.world.press_under("ana", ANA[0], "undo")
    assert ANAS not in words(await office.rests())
    form = await office.world.opens("ana", "open_form")
    await office.world.submits("ana", form, {"text:wish": "Nothing more."})
    assert "Ana" not in words(await office.rests())
    await erases(office.world, "ben", BEN[0])
    left = await screen(office.world, "mara")
    assert ANAS not in left
    assert BENS not in left
    shown = {quote.text for quote in quotes((await office.rests()).blocks)}
    assert shown == {BEN[1]}


@here
@pytest.mark.parametrize("how", ["undo", "form"])
async def test_what_is_taken_back_leaves_no_sentence_behind(opened: Open, how: str) -> None:
    """Not even sealed; the message stays as it was read, and what is said anew comes next week."""
    office = await both_share(opened)
    world = office.world
    said = await office.friday()
    assert ANAS in await office.sealed("ana")
    before = await screen(world, "mara")
    if how == "undo":
        await world.press_under("ana", ANA[0], "undo")
    else:
        form = await world.opens("ana", "open_form")
        await world.submits("ana", form, {"text:work": ""})
    await world.wait()
    left = await office.sealed("ana")
    assert "importer" not in left
    assert "data" in left, "what rests on another answer stays"
    assert await screen(world, "mara") == before
    assert ANAS in said
    assert BENS in await office.sealed("ben")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:work": "I test the exporter now."})
    await world.until("2026-03-13 18:00")
    [_, later] = world.arrived("mara", "summary")
    assert "I test the exporter now." in later.words + str(await world.told("mara"))


@here
async def test_what_is_too_old_takes_its_sentences_along(opened: Open) -> None:
    """Also where the part lives on with answers to a pack that is kept longer."""
    office = await opened()
    world = office.world
    rules = replace(policy(office.ai()), retention_by_pack={"other": 14})
    second = check_in("second", on=2, pack="other", reminders=0, weeks=50)
    await world.configure((*CADENCES, second), rules)
    await office.share("ana", *ANA)
    await world.until("2026-03-04 10:05")
    await world.answers("ana", BEN[0], "Nothing.")
    await office.friday()
    assert "maps" in await office.sealed("ana")
    summary = await office.stored()
    world.jump("2026-03-30 00:00")
    await expire(world.built.kit, world.now)
    [part] = (await office.stored()).parts
    assert 0 < len(part.versions) < len(summary.parts[0].versions)
    left = await office.sealed("ana")
    assert "maps" not in left
    assert ANAS in left


@here
@pytest.mark.deep
async def test_a_restart_while_the_model_writes(opened: Open) -> None:
    """The summary is drafted again, and comes once."""
    office = await both_share(opened)
    world, started = office.world, asyncio.Event()

    async def never(_: Asked) -> object:
        started.set()
        await asyncio.Event().wait()
        return {}

    office.server.answers = never
    world.jump(FRIDAY)
    kit = world.built.kit
    await plan(kit.uow, kit.calendar, world.now)
    drafting = asyncio.create_task(summarise(kit, world.now))
    await started.wait()
    drafting.cancel()
    await asyncio.gather(drafting, return_exceptions=True)
    office.server.answers = recorded
    await world.restart()
    assert ANAS in await office.friday()
    tokens, calls, _ = await office.spent()
    assert calls == 4
    assert tokens > 1_000
