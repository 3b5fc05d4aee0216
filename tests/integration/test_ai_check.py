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
from bot.cli.outside_checks import outside_findings
from bot.domain.organisation import Configuration
from bot.domain.policy import Ai, Policy
from bot.llm.openai_model import Model
from bot.llm.openai_request import is_openai
from bot.settings.ai import AiSettings
from tests.contract.models import SOON, failure, week
from tests.integration.demo_office import environment_in
from tests.recorded_model import recorded_server
from tests.servers.model.faults import Fault
from tests.servers.model.server import KEY, MODEL, ModelServer, serving


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with serving() as found:
        yield found


def settings(server: ModelServer, key: str = KEY) -> AiSettings:
    return AiSettings(server.url, MODEL, key)


async def said(
    given: AiSettings | None, in_force: Ai | None, in_file: Ai | None = None
) -> list[tuple[Verdict, str]]:
    """in_file: as what is in force, unless it is given."""
    found = [each async for each in ai_findings(given, in_force, in_file or in_force)]
    assert not any(KEY in each.said for each in found)
    return [(each.verdict, each.said) for each in found]


async def answered(given: AiSettings, server: ModelServer) -> tuple[Verdict, str]:
    """What is said of a model that is named as it should be."""
    agreed, found = await said(given, Ai("Local", server.host))
    assert agreed[0] is Verdict.GOOD
    return found


async def test_a_model_that_people_are_told_of_is_asked_something_made_up(
    server: ModelServer,
) -> None:
    agreed, (verdict, text) = await said(settings(server), Ai("Local", server.host))
    told = f"people are told of Local ({server.host}), and TOUCHPOINT_AI_URL leads there"
    assert agreed == (Verdict.GOOD, told)
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
    assert f'host: "{server.host}"' in untold[1]
    assert works[0] is Verdict.GOOD


async def test_another_host_than_people_are_told_of_is_wrong(server: ModelServer) -> None:
    ((verdict, text),) = await said(settings(server), Ai("OpenAI", "api.openai.com"))
    assert verdict is Verdict.BAD
    assert f"leads to {server.host}: none is used" in text
    assert server.asked == []


async def test_what_app_yaml_names_and_nobody_is_told_yet_is_to_be_applied(
    server: ModelServer,
) -> None:
    """The guide's own order: app.yaml, check, apply."""
    named = Ai("Local", server.host)
    for in_force in (Ai(), Ai("OpenAI", "api.openai.com")):
        waits, agreed, works = await said(settings(server), in_force, named)
        assert waits[0] is Verdict.NOTE
        assert f"names {named.label}, which is not in force yet" in waits[1]
        assert "`touchpoint cadence apply`" in waits[1]
        assert agreed == (Verdict.GOOD, agreed[1])
        assert agreed[1].startswith(f"app.yaml names {named.label}, and")
        assert works[0] is Verdict.GOOD


async def test_what_app_yaml_names_no_more_is_told_of_until_that_is_applied(
    server: ModelServer,
) -> None:
    waits, agreed, _ = await said(settings(server), Ai("Local", server.host), Ai())
    assert "app.yaml names none, which is not in force yet" in waits[1]
    assert agreed[1].startswith("people are told of Local")


async def test_a_wrong_host_in_app_yaml_is_found_before_it_is_in_force(
    server: ModelServer,
) -> None:
    _, (verdict, text) = await said(settings(server), Ai(), Ai("OpenAI", "api.openai.com"))
    assert verdict is Verdict.BAD
    assert text.startswith("app.yaml names OpenAI (api.openai.com), but TOUCHPOINT_AI_URL leads")
    assert server.asked == []


async def test_the_file_and_what_is_in_force_are_told_apart(
    server: ModelServer, tmp_path: Path
) -> None:
    environment = replace(environment_in(tmp_path), ai=settings(server))
    prepare(environment)
    await create_organisation(environment, "Acme", datetime(2026, 3, 2, tzinfo=UTC))
    built = await build(environment)
    policy = replace(Policy(), ai=Ai("Local", server.host))
    found = await outside_findings(environment, built, Configuration(policy, (), ()))
    await built.close()
    ours = [each.said for each in found if each.subject == "AI"]
    assert len(ours) == 2
    assert "`touchpoint cadence apply`" in ours[0]
    assert ours[1].startswith("app.yaml names Local")


@pytest.mark.parametrize(
    ("fault", "remedy", "status"),
    [
        (Fault.UNAVAILABLE, "check the network", 503),
        (Fault.TOO_MANY, "TOUCHPOINT_AI_AT_ONCE", 429),
        (Fault.BAD_REQUEST, "does not understand the call", 400),
        (Fault.BAD_KEY, "takes TOUCHPOINT_AI_KEY for wrong", 401),
        (Fault.FORBIDDEN, "may not use this model", 403),
        (Fault.NO_MODEL, "knows no such model", 404),
        (Fault.NO_MONEY, "no money left", 429),
        (Fault.CUT_OFF, "TOUCHPOINT_AI_EFFORT=low", 0),
        (Fault.NOT_JSON, "structured outputs", 0),
        (Fault.REFUSAL, "structured outputs", 0),
        (Fault.RESET, "can't be reached", 0),
    ],
)
async def test_what_fails_is_told_with_its_remedy(
    server: ModelServer, caplog: pytest.LogCaptureFixture, fault: Fault, remedy: str, status: int
) -> None:
    server.fails(fault)
    verdict, text = await answered(settings(server), server)
    assert verdict is Verdict.BAD
    assert remedy in text
    assert text.endswith(f"(status {status})") is bool(status)
    assert "sk-hush" not in text
    assert caplog.records == []  # nothing beside the finding itself


async def test_so_is_a_wrong_key(server: ModelServer) -> None:
    verdict, text = await answered(settings(server, "sk-other"), server)
    assert verdict is Verdict.BAD
    assert "TOUCHPOINT_AI_KEY" in text


@pytest.mark.parametrize("host", ["api.openai.com", "openai.com", "acme.openai.azure.com"])
async def test_openai_is_not_asked_without_a_key(host: str) -> None:
    _, (verdict, text) = await said(AiSettings(f"https://{host}/v1", MODEL), Ai("OpenAI", host))
    assert verdict is Verdict.BAD
    assert "TOUCHPOINT_AI_KEY is not set" in text


@pytest.mark.parametrize(
    ("host", "theirs"),
    [
        ("eu.api.openai.com", True),
        ("acme.openai.azure.com:8443", True),
        ("notopenai.com", False),
        ("openai.com.example.com", False),
        ("[::1]:8000", False),
    ],
)
def test_whose_models_answer_is_told_by_whole_names(host: str, theirs: bool) -> None:
    assert is_openai(host) is theirs


async def test_a_second_try_that_fails_tells_its_status_as_well(server: ModelServer) -> None:
    model = Model.at(server.connection, SOON)
    server.fails(Fault.TOO_MANY, Fault.UNAVAILABLE)
    found = await failure(model.writer)
    await model.close()
    assert (found.reason, found.status) == ("unavailable", 503)


async def test_the_recorded_model_chooses_as_well() -> None:
    async with recorded_server() as recorded:
        _, (verdict, _) = await said(settings(recorded), Ai("Local", recorded.host))
    assert verdict is Verdict.GOOD


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
