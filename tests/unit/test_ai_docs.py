"""docs/ai.md: the request it shows is the one that is sent, and its variables are all there are."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from bot.domain.check_in import Value
from bot.llm.openai_model import Model
from bot.settings.ai import known_variables
from tests.contract.models import answer, failure, week
from tests.harness import ROOT
from tests.servers.model.server import ModelServer, serving

PAGE = (ROOT / "docs" / "ai.md").read_text(encoding="utf-8")
WORDS = "I use Copilot for unit tests mostly. Marta showed me. Which data may I put in?"
QUESTION = "What did you use AI for last week?"


async def sent(server: ModelServer) -> dict[str, Any]:
    """What is sent for the week that the page shows."""
    said = answer(WORDS, rating=3, before=Value("Not much yet.", rating=4))
    model = Model.at(replace(server.connection, api_version="2024-10-21", url=server.base))
    await failure(model.writer, replace(week(said), questions={"use": QUESTION}))
    await model.close()
    return server.asked[0].body


def blocks() -> list[dict[str, Any]]:
    return [json.loads(found) for found in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


async def test_the_request_is_the_one_that_is_sent() -> None:
    async with serving(ModelServer(answers=lambda _: "nothing of use")) as server:
        body = await sent(server)
    request, data = blocks()[:2]
    body["model"] = "gpt-5-mini"
    instructions, words = (message["content"] for message in body["messages"])
    assert json.loads(words) == data
    assert instructions.startswith(request["messages"][0]["content"].removesuffix("…"))
    for message in (*body["messages"], *request["messages"]):
        message["content"] = ""
    assert request == body


def test_every_variable_stands_in_the_table() -> None:
    listed = re.findall(r"^\| `(TOUCHPOINT_AI_\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(known_variables())
