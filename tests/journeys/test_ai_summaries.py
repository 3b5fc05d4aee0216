"""Summaries that a model words, over the real adapter and a local server that answers as a provider
does: every sentence rests on the person's words, and where AI may not, can't or fails, the fixed
rules write, on time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain.message import Heading, Panel
from bot.services import erase
from bot.services.plan import plan
from bot.services.weekly_summary import summarise
from bot.web.metrics import Metrics
from tests.journeys.ai_office import (
    ANA,
    ANAS,
    BEN,
    BENS,
    BY_AI,
    FRIDAY,
    PEOPLE,
    Office,
    Open,
    both_share,
    here,
)
from tests.journeys.given import Someone
from tests.journeys.test_ai_told import switch
from tests.journeys.test_erasing import erases, screen
from tests.journeys.test_export import exported, page
from tests.journeys.words import quotes, words
from tests.recorded_model import recorded
from tests.servers.model.asked import Asked
from tests.servers.model.faults import Fault

BY_RULES = "Written by fixed rules from their own words; no sentence of an AI is in it."
NO_AI = "Written by fixed rules from their own words, without AI."
REFUSED_TEXT = "PERSON_1 is frustrated"


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
    """For HR in tenths of what the day has, for whoever runs it as it is."""
    tokens, _, _ = await office.spent()
    about = "AI (OpenAI): less than 10% of 200,000 tokens used today."
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
    assert f"{BY_AI} 2 that didn't match them were left out. Only you get this." in said
    assert "frustrated" not in said + words(await office.rests())


@here
async def test_what_did_not_hold_of_a_part_that_fell_back_is_counted_too(opened: Open) -> None:
    """Nothing that is said of Ben holds."""
    office = await both_share(opened)

    def judging(asked: Asked) -> object:
        said = recorded(asked)
        assert isinstance(said, dict)
        if ANA[0] in asked.text:
            return said
        made_up = {"text": REFUSED_TEXT, "evidence": said["claims"][0]["evidence"]}
        return {"claims": [made_up], "starters": [made_up]}

    office.server.answers = judging
    said = await office.friday()
    assert ANAS in said
    assert f"Ben: “{BEN[0]}”" in said
    assert f"{BY_AI} 2 that didn't match them were left out. Only you get this." in said


@pytest.mark.parametrize(
    "faults", [(Fault.REFUSAL, Fault.CUT_OFF), (Fault.NOT_JSON, Fault.WRONG_FORM)]
)
@here
async def test_fault_19_a_model_that_fails(opened: Open, faults: Sequence[Fault]) -> None:
    """The fixed rules write, on time, and the message says so."""
    office = await both_share(opened)
    office.server.fails(*faults)
    said = await office.friday()
    assert BY_RULES in said
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
    assert BY_RULES in said
    tokens, calls, failed = await office.spent()
    assert (calls, failed) == (2, 2)
    assert tokens > 1_000


@here
async def test_fault_19_the_days_tokens_are_spent(opened: Open) -> None:
    """Nothing is sent any more, and the next day begins anew."""
    office = await both_share(opened, daily_tokens=1_000)
    said = await office.friday()
    assert BY_RULES in said
    assert office.server.asked == []
    assert await office.spent() == (0, 0, 0)
    assert 'touchpoint_ai_not_used_total{reason="budget"} 2.0' in (
        (await Metrics(office.world.built).render()).decode()
    )
    assert office.world.built.kit.ai_failures == {"budget": 2}


@here
async def test_whoever_switched_ai_off_is_quoted_in_the_same_places(opened: Open) -> None:
    """Before answering or after: nothing of theirs is sent, and no word says why they are quoted
    where there is a sentence about others."""
    office = await opened((*PEOPLE, Someone("cleo", manager="mara")))
    await switch(office.world, "off", who="ana")
    await office.share("ana", *ANA)
    await office.share("ben", *BEN)
    await office.share("cleo", "I test the importer with Copilot.")
    await switch(office.world, "off", who="cleo")
    said = await office.friday()
    assert BENS in said
    assert f"Ana: “{ANA[0]}”" in said
    assert "Cleo: “I test the importer with Copilot.”" in said
    assert BY_AI in said
    [asked] = office.server.asked
    assert BEN[0] in asked.text
    rests = await office.rests()
    headings = [block.text for block in rests.blocks if isinstance(block, Heading)]
    assert headings == ["Ana", "Ben", "Cleo"]
    seen = await office.world.can_read("mara") + words(rests)
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
    assert (BY_RULES if office.ai(**now).provider else NO_AI) in said


@here
async def test_a_connection_to_another_host_than_the_one_named_is_not_used(opened: Open) -> None:
    office = await both_share(opened, host="api.openai.com")
    assert BY_RULES in await office.friday()
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
    assert ANA[1] not in words(await office.rests())
    await erases(office.world, "ben", BEN[0])
    left = await screen(office.world, "mara")
    assert ANAS not in left
    assert BENS not in left
    shown = {quote.text for quote in quotes((await office.rests()).blocks)}
    assert shown == {BEN[1], "Nothing more."}
