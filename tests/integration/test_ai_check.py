"""What `touchpoint check` says of a model, against a local one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bootstrap import build, create_organisation, prepare
from bot.cli.ai_checks import ai_findings
from bot.cli.findings import Verdict
from bot.domain.policy import Ai
from bot.settings.ai import AiSettings
from tests.contract.models import week
from tests.integration.demo_office import environment_in
from tests.servers.model.faults import Fault
from tests.servers.model.server import KEY, MODEL, ModelServer, serving


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with serving() as found:
        yield found


def settings(server: ModelServer, key: str = KEY) -> AiSettings:
    return AiSettings(server.url, MODEL, key)


async def said(given: AiSettings | None, policy: Ai | None) -> list[tuple[Verdict, str]]:
    found = [each async for each in ai_findings(given, policy)]
    assert not any(KEY in each.said for each in found)
    return [(each.verdict, each.said) for each in found]


async def test_a_model_that_people_are_told_of_is_asked_something_made_up(
    server: ModelServer,
) -> None:
    ((verdict, text),) = await said(settings(server), Ai("Local", server.host))
    assert verdict is Verdict.GOOD
    assert text.startswith(f"{MODEL} at {server.host} answers in the form")
    (asked,) = server.asked
    assert asked.data["answer"] == "Fine."


async def test_without_any_it_says_where_to_read_on() -> None:
    ((verdict, text),) = await said(None, Ai())
    assert (verdict, "docs/ai.md" in text) == (Verdict.NOTE, True)


async def test_half_of_it_is_told_with_what_is_missing(server: ModelServer) -> None:
    (promised,) = await said(None, Ai("OpenAI", "api.openai.com"))
    assert promised[0] is Verdict.NOTE
    assert "OpenAI (api.openai.com), but TOUCHPOINT_AI_MODEL is not set" in promised[1]
    untold, works = await said(settings(server), Ai())
    assert untold[0] is Verdict.NOTE
    assert f"host: {server.host}" in untold[1]
    assert works[0] is Verdict.GOOD


async def test_another_host_than_people_are_told_of_is_wrong(server: ModelServer) -> None:
    wrong, _ = await said(settings(server), Ai("OpenAI", "api.openai.com"))
    assert wrong[0] is Verdict.BAD
    assert f"leads to {server.host}: none is used" in wrong[1]


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        (Fault.UNAVAILABLE, "check the network"),
        (Fault.TOO_MANY, "TOUCHPOINT_AI_AT_ONCE"),
        (Fault.NO_MODEL, "TOUCHPOINT_AI_MODEL"),
        (Fault.NO_MONEY, "money left"),
        (Fault.CUT_OFF, "TOUCHPOINT_AI_EFFORT=low"),
        (Fault.NOT_JSON, "structured outputs"),
        (Fault.REFUSAL, "structured outputs"),
    ],
)
async def test_what_fails_is_told_with_its_remedy(
    server: ModelServer, fault: Fault, remedy: str
) -> None:
    server.fails(fault)
    ((verdict, text),) = await said(settings(server), Ai("Local", server.host))
    assert verdict is Verdict.BAD
    assert remedy in text
    assert "sk-hush" not in text


async def test_so_is_a_wrong_key(server: ModelServer) -> None:
    ((verdict, text),) = await said(settings(server, "sk-other"), Ai("Local", server.host))
    assert verdict is Verdict.BAD
    assert "TOUCHPOINT_AI_KEY" in text


async def test_openai_is_not_asked_without_a_key() -> None:
    given = AiSettings("https://api.openai.com/v1", MODEL)
    ((verdict, text),) = await said(given, Ai("OpenAI", "api.openai.com"))
    assert verdict is Verdict.BAD
    assert "TOUCHPOINT_AI_KEY is not set" in text


async def test_what_the_environment_connects_is_what_the_services_get(
    server: ModelServer, tmp_path: Path
) -> None:
    environment = environment_in(tmp_path)
    prepare(environment)
    await create_organisation(environment, "Acme", datetime(2026, 3, 2, tzinfo=UTC))
    without = await build(environment)
    assert (without.kit.ai, without.kit.chooser) == (None, None)
    await without.close()
    built = await build(replace(environment, ai=settings(server)))
    assert built.kit.ai is not None
    assert built.kit.chooser is not None
    assert built.kit.ai.host == built.kit.chooser.host == server.host
    assert (await built.kit.ai.write(week())).claims
    await built.close()
