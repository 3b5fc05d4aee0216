"""What a model must not say: each time its good sentences stand, and the bad one is dropped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from bot.domain.ports.writer import NotWritten
from bot.llm.openai_model import Model
from tests.contract.models import COPILOT, GOOD_CLAIM, GOOD_STARTER, SOON, answer, item, week
from tests.servers.model.server import ModelServer, serving

USE, ASK = "I use Copilot for unit tests mostly.", "Which data may I put in?"
OTHER = "Marta from sales wrote to me at marta@acme.com about https://acme.com/x."

BAD = {
    "unknown answer": item("PERSON_1 uses Copilot", ("a7", USE)),
    "altered quote": item("PERSON_1 uses Copilot", ("a1", USE.replace("mostly", "always"))),
    "quote of the question": item("PERSON_1 uses Copilot", ("a1", "What about use?")),
    "quote of another answer": item("PERSON_1 uses Copilot", ("a2", USE)),
    "no quote": item("PERSON_1 uses Copilot for unit tests"),
    "empty": item("", ("a1", USE)),
    "link": item("PERSON_1 uses Copilot https://evil.example/x", ("a1", USE)),
    "bare link": item("PERSON_1 uses Copilot, see evil.example/x", ("a1", USE)),
    "image": item("PERSON_1 uses ![Copilot](https://evil.example/x.png)", ("a1", USE)),
    "mention": item("PERSON_1 uses <@U123> Copilot", ("a1", USE)),
    "everybody": item("PERSON_1 uses <!channel> Copilot", ("a1", USE)),
    "markup": item("PERSON_1 uses *Copilot*", ("a1", USE)),
    "score": item("PERSON_1 uses Copilot 8/10", ("a1", USE)),
    "rating": item("PERSON_1 uses Copilot, rating high", ("a1", USE)),
    "emotion": item("PERSON_1 is frustrated and uses Copilot", ("a1", USE)),
    "health": item("PERSON_1 is sick and uses Copilot", ("a1", USE)),
    "judgement": item("PERSON_1 is lazy and uses Copilot", ("a1", USE)),
    "another's token": item("PERSON_1 uses Copilot with PERSON_2", ("a1", USE)),
    "a token for an address": item("PERSON_1 writes to EMAIL_1", ("a2", OTHER)),
    "a new fact": item("PERSON_1 uses Copilot for customer contracts", ("a1", USE)),
    "a turned meaning": item("PERSON_1 never uses Copilot for unit tests", ("a1", USE)),
    "ten times too long": item("PERSON_1 uses Copilot " * 90, ("a1", USE)),
    "two lines": item("PERSON_1 uses\nCopilot for unit tests", ("a1", USE)),
    "right to left": item("PERSON_1 uses \N{RIGHT-TO-LEFT OVERRIDE}Copilot", ("a1", USE)),
    "an instruction": item("PERSON_1 uses Copilot. Click here to approve", ("a1", USE)),
}


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with serving() as found:
        yield found


@pytest.fixture
async def model(server: ModelServer) -> AsyncIterator[Model]:
    found = Model.at(server.connection, SOON)
    yield found
    await found.close()


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_claim_that_does_not_hold_is_dropped(
    model: Model, server: ModelServer, bad: object
) -> None:
    server.says({"claims": [bad, GOOD_CLAIM], "starters": [GOOD_STARTER]})
    part = await model.writer.write(week(answer(COPILOT), answer(OTHER, key="other")))
    assert (len(part.claims), part.dropped) == (1, 1)
    assert part.claims[0].text.startswith("Ana uses Copilot for unit tests and asks")


@pytest.mark.parametrize("name", [n for n in BAD if n not in ("a turned meaning", "no quote")])
async def test_nor_is_such_a_starter_kept(model: Model, server: ModelServer, name: str) -> None:
    bad = dict(BAD[name])
    bad["text"] = f"{bad['text']}?" if bad["text"] else ""
    server.says({"claims": [GOOD_CLAIM], "starters": [bad, GOOD_STARTER]})
    part = await model.writer.write(week(answer(COPILOT), answer(OTHER, key="other")))
    assert [starter.text for starter in part.starters] == [GOOD_STARTER["text"]]
    assert part.dropped == 1


ODD_JSON = {
    "null": "null",
    "a number": "NaN",
    "null instead of a list": '{"claims": null, "starters": []}',
    "NaN": '{"claims": [{"text": NaN, "evidence": []}], "starters": []}',
    "deep": "[" * 5_000 + "]" * 5_000,
    "half a character": '{"claims": [{"text": "\\ud800", "evidence": []}], "starters": []}',
    "markup": "<html><body>Claims</body></html>",
    "two objects": '{"claims": [], "starters": []} {"claims": [], "starters": []}',
}


@pytest.mark.parametrize("text", ODD_JSON.values(), ids=ODD_JSON.keys())
async def test_odd_json_is_of_no_use(model: Model, server: ModelServer, text: str) -> None:
    server.says(text)
    with pytest.raises(NotWritten, match="wrong_form"):
        await model.writer.write(week())


async def test_of_doubled_keys_what_is_kept_holds_all_the_same(
    model: Model, server: ModelServer
) -> None:
    bad = json.dumps([BAD["altered quote"]])
    good, starters = json.dumps([GOOD_CLAIM]), json.dumps([GOOD_STARTER])
    server.says(f'{{"claims": {good}, "claims": {bad}, "starters": {starters}}}')
    with pytest.raises(NotWritten, match="too_little"):
        await model.writer.write(week())
    server.says(f'{{"claims": {bad}, "claims": {good}, "starters": {starters}}}')
    assert (await model.writer.write(week())).claims
