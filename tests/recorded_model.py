"""What a model said of the sample company's people, recorded, for tests and pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import yaml

from bot.domain.organisation import Configuration
from bot.domain.policy import Ai
from bot.settings import Environment
from bot.settings.ai import AiSettings
from tests.harness import ROOT
from tests.servers.model import answers
from tests.servers.model.asked import Asked
from tests.servers.model.server import ModelServer, serving

PROVIDER = "OpenAI"


@cache
def _recorded() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(
        (ROOT / "tests" / "recorded_model.yaml").read_text(encoding="utf-8")
    )
    return found


def recorded(asked: Asked) -> object:
    """What was recorded of the quotes that stand in what is asked; elsewhere, and where a choice is
    asked for, what a good model says.
    """
    if asked.kind == "choice":
        return answers.obliging(asked)
    given: list[dict[str, str]] = asked.data["answers"]
    found = {
        kind: [item for each in _recorded() for item in _said(each.get(kind, []), given)]
        for kind in ("claims", "starters")
    }
    return found if any(found.values()) else answers.obliging(asked)


def _said(items: list[dict[str, Any]], given: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    for item in items:
        evidence = [
            {"answer": answer["id"], "quote": quote}
            for quote in item["quotes"]
            for answer in given
            if item.get("altered", quote) in answer["words"]
        ]
        if evidence:
            yield {"text": item["text"], "evidence": evidence}


@asynccontextmanager
async def recorded_server() -> AsyncIterator[ModelServer]:
    """A local server with the recorded model."""
    async with serving(ModelServer(answers=recorded)) as server:
        yield server


def connected(environment: Environment, server: ModelServer, at_once: int = 8) -> Environment:
    """The same with a connection to this server."""
    ai = AiSettings(server.url, server.model, server.key, at_once=at_once)
    return replace(environment, ai=ai)


def told(configuration: Configuration, server: ModelServer) -> Configuration:
    """The same, with this server named to people before they answer."""
    ai = Ai(PROVIDER, server.host)
    return replace(configuration, policy=replace(configuration.policy, ai=ai))
