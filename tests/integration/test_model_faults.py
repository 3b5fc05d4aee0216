"""A provider at its worst: what each fault comes to, how long it is waited for, what is told."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from bot.domain.masking import NameBook
from bot.domain.ports.chooser import Choosing
from bot.domain.ports.writer import NotWritten
from bot.llm.openai_model import Model
from bot.llm.openai_request import Connection, Task, parameters
from bot.llm.openai_rest import Pace
from tests.contract.models import GOOD, QUICK, SOON, Monotonic, failure, week
from tests.logged import captured
from tests.servers.model.faults import Fault
from tests.servers.model.server import KEY, ModelServer, serving
from tests.unit.test_logs import environment

PASSING = {
    Fault.HANG: "timeout",
    Fault.DRIP: "timeout",
    Fault.RESET: "unavailable",
    Fault.BAD_GATEWAY: "unavailable",
    Fault.UNAVAILABLE: "unavailable",
    Fault.TOO_MANY: "busy",
}
"""Worth a second try, and what it comes to after that."""

LASTING = {
    Fault.NO_MONEY: "set_up",
    Fault.BAD_KEY: "set_up",
    Fault.FORBIDDEN: "set_up",
    Fault.NO_MODEL: "set_up",
    Fault.BAD_REQUEST: "set_up",
    Fault.REDIRECT: "set_up",
    Fault.FILTERED_PROMPT: "refused",
    Fault.REFUSAL: "refused",
    Fault.FILTERED: "refused",
    Fault.CUT_OFF: "cut_off",
    Fault.SILENT: "empty",
    Fault.TOOL_CALL: "empty",
    Fault.BLANK: "empty",
    Fault.NOT_JSON: "wrong_form",
    Fault.WRONG_FORM: "wrong_form",
    Fault.NO_CHOICES: "wrong_form",
    Fault.NO_COMPLETION: "wrong_form",
    Fault.HTML: "wrong_form",
    Fault.NO_TEXT: "wrong_form",
    Fault.DEEP: "wrong_form",
    Fault.HUGE: "wrong_form",
    Fault.HUGE_ERROR: "wrong_form",
    Fault.BOMB: "wrong_form",
}
"""A second try would come to the same."""

BILLED = {
    *(
        Fault.HANG,
        Fault.DRIP,
        Fault.RESET,
        Fault.BAD_GATEWAY,
        Fault.UNAVAILABLE,
        Fault.REFUSAL,
        Fault.FILTERED,
        Fault.CUT_OFF,
        Fault.SILENT,
    ),
    *(Fault.TOOL_CALL, Fault.BLANK, Fault.NOT_JSON, Fault.WRONG_FORM, Fault.NO_CHOICES),
    *(Fault.NO_COMPLETION, Fault.HTML, Fault.NO_TEXT, Fault.DEEP),
    *(Fault.HUGE, Fault.HUGE_ERROR, Fault.BOMB),
}
"""What costs, or may have cost, something all the same."""


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with serving(ModelServer(answers=lambda _: GOOD)) as found:
        yield found


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What an operator reads, all of it."""
    with captured(environment(log_level="debug")) as stream:
        yield stream


@pytest.fixture
async def model(server: ModelServer) -> AsyncIterator[Model]:
    found = Model.at(server.connection, SOON)
    yield found
    await found.close()


@pytest.mark.parametrize(("fault", "reason"), [*PASSING.items(), *LASTING.items()])
async def test_each_fault_has_its_reason_and_its_number_of_tries(
    server: ModelServer, log: io.StringIO, fault: Fault, reason: str
) -> None:
    never_ends = fault in (Fault.HANG, Fault.DRIP)
    model = Model.at(server.connection, QUICK if never_ends else SOON)
    server.fails(fault, fault)
    found = await failure(model.writer)
    await model.close()
    assert (found.reason, len(server.asked)) == (reason, 2 if fault in PASSING else 1)
    assert (found.tokens > 0) == (fault in BILLED)
    assert found.tokens <= model.writer.most_tokens(week())
    assert server.elsewhere == []
    for secret in (KEY, "sk-hush", "SECRET", "Copilot", "PERSON_1", "Traceback"):
        assert secret not in log.getvalue() + str(found)
    assert f'"code": "{reason}"' in log.getvalue()


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.RESET, Fault.UNAVAILABLE])
async def test_what_may_have_been_answered_counts_as_if_it_was(
    server: ModelServer, fault: Fault
) -> None:
    """Nobody knows what it cost, and a provider bills the answer that we didn't wait for."""
    model = Model.at(server.connection, QUICK if fault is Fault.HANG else SOON)
    server.fails(fault)
    with pytest.raises(NotWritten) as found:
        await model.chooser.choose(CHOOSING)
    await model.close()
    assert found.value.tokens == model.chooser.most_tokens(CHOOSING)


async def test_what_was_never_sent_costs_nothing(server: ModelServer) -> None:
    model = Model.at(replace(server.connection, url="http://127.0.0.1:1/v1"), SOON)
    found = await failure(model.writer)
    await model.close()
    assert (found.reason, found.tokens) == ("unavailable", 0)


def test_every_fault_is_accounted_for() -> None:
    assert {*PASSING, *LASTING} == {*Fault} - {Fault.NO_USAGE, Fault.FENCED}


@pytest.mark.parametrize("fault", [f for f in PASSING if f not in (Fault.HANG, Fault.DRIP)])
async def test_a_second_try_makes_good_what_passes(
    server: ModelServer, model: Model, fault: Fault
) -> None:
    server.fails(fault)
    assert (await model.writer.write(week())).claims
    assert len(server.asked) == 2


@pytest.mark.parametrize("fault", [Fault.NO_USAGE, Fault.FENCED])
async def test_what_local_servers_do_is_understood(
    server: ModelServer, model: Model, fault: Fault
) -> None:
    server.fails(fault)
    part = await model.writer.write(week())
    assert part.claims
    assert 0 < part.tokens <= model.writer.most_tokens(week())


@pytest.mark.parametrize(
    ("asked_for", "tries"),
    [("0.01", 2), ("5", 1), ("Wed, 21 Oct 2026 07:28:00 GMT", 1), ("nan", 1), ("-3", 2)],
)
async def test_a_provider_says_how_long_to_wait(
    server: ModelServer, asked_for: str, tries: int
) -> None:
    """Longer than is fit, or told by another clock, and it is let be for now."""
    model = Model.at(server.connection, Pace(pause=600, longest_wait=4))
    server.fails(Fault.TOO_MANY, retry_after=asked_for)
    if tries == 1:
        assert (await failure(model.writer)).reason == "busy"
    else:
        assert (await model.writer.write(week())).claims
    assert len(server.asked) == tries
    await model.close()


async def test_after_three_failures_in_a_row_it_rests_for_a_minute(server: ModelServer) -> None:
    clock = Monotonic()
    model = Model.at(server.connection, SOON, clock)
    server.fails(*[Fault.UNAVAILABLE] * 5)
    assert (await failure(model.writer)).reason == "unavailable"
    assert (await failure(model.writer)).reason == "resting"
    clock.now += 59
    assert (await failure(model.writer)).reason == "resting"
    assert len(server.asked) == 3
    clock.now += 1
    assert (await failure(model.writer)).reason == "resting"
    assert len(server.asked) == 4, "the second try of the fourth would have found it resting again"
    clock.now += 60
    server.faults.planned.clear()
    assert (await model.writer.write(week())).claims
    await model.close()


async def test_choices_that_come_too_late_hold_up_no_summary(server: ModelServer) -> None:
    """A model that is too slow for a choice may do for all else: they rest apart."""
    model = Model.at(server.connection, replace(SOON, for_choice=0.1))
    server.fails(*[Fault.HANG] * 3)
    for reason in (*["timeout"] * 3, "resting"):
        with pytest.raises(NotWritten, match=reason):
            await model.chooser.choose(CHOOSING)
    assert (await model.writer.write(week())).claims
    with pytest.raises(NotWritten, match="resting"):
        await model.chooser.choose(CHOOSING)
    await model.close()


async def test_what_works_in_between_begins_anew(server: ModelServer, model: Model) -> None:
    for _ in range(4):
        server.fails(Fault.UNAVAILABLE)
        assert (await model.writer.write(week())).claims
    server.fails(*[Fault.FILTERED_PROMPT, Fault.NOT_JSON] * 3)
    reasons = [(await failure(model.writer)).reason for _ in range(6)]
    assert reasons == ["refused", "wrong_form"] * 3


@pytest.mark.parametrize("fault", [Fault.BAD_KEY, Fault.FORBIDDEN, Fault.NO_MODEL, Fault.NO_MONEY])
async def test_a_wrong_connection_is_let_be_at_once(
    server: ModelServer, model: Model, fault: Fault
) -> None:
    server.fails(fault)
    assert (await failure(model.writer)).reason == "set_up"
    assert (await failure(model.writer)).reason == "resting"
    assert len(server.asked) == 1


async def test_one_odd_request_does_not_stop_the_others(server: ModelServer, model: Model) -> None:
    server.fails(Fault.BAD_REQUEST)
    assert (await failure(model.writer)).reason == "set_up"
    assert (await model.writer.write(week())).claims


async def test_no_more_calls_are_under_way_than_may_be(server: ModelServer) -> None:
    two = asyncio.Barrier(2)

    async def together() -> object:
        await two.wait()
        return GOOD

    server.answers = lambda _: together()
    model = Model.at(replace(server.connection, at_once=2), SOON)
    parts = await asyncio.gather(*(model.writer.write(week()) for _ in range(6)))
    await model.close()
    assert len(parts) == 6
    assert server.most_at_once == 2


async def test_a_call_that_is_given_up_makes_place_for_the_next(server: ModelServer) -> None:
    model = Model.at(replace(server.connection, at_once=1), SOON)
    server.fails(Fault.HANG)
    task = asyncio.create_task(model.writer.write(week()))
    await server.faults.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await model.writer.write(week())).claims
    await model.close()
    await model.close()


async def test_nothing_of_the_surroundings_leads_elsewhere(
    server: ModelServer, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package and its transport read variables that are meant for other programs."""
    nowhere = "http://127.0.0.1:1"
    for name in ("HTTP_PROXY", "ALL_PROXY", "OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.setenv(name, nowhere)
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "AZURE_OPENAI_AD_TOKEN"):
        monkeypatch.setenv(name, "hush")
    await model.writer.write(week())
    assert "hush" not in server.asked[0].text
    assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"


async def test_azures_older_addresses_name_deployment_and_version(server: ModelServer) -> None:
    azure = replace(server.connection, url=server.base, api_version="2024-10-21")
    model = Model.at(azure, SOON)
    assert (await model.writer.write(week())).claims
    await model.close()
    (asked,) = server.asked
    path = f"/openai/deployments/{server.model}/chat/completions?api-version=2024-10-21"
    assert asked.path == path
    assert asked.headers["api-key"] == KEY
    assert "max_completion_tokens" in asked.body


async def test_a_server_that_wants_no_key_gets_none_of_ours() -> None:
    async with serving(ModelServer(answers=lambda _: GOOD, key="")) as server:
        model = Model.at(server.connection, SOON)
        assert (await model.writer.write(week())).claims
        await model.close()
        assert server.asked[0].headers["Authorization"] == "Bearer none"


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("api.openai.com", {"max_completion_tokens", "store"}),
        ("eu.api.openai.com", {"max_completion_tokens", "store"}),
        ("acme.openai.azure.com", {"max_completion_tokens", "store"}),
        ("openai.com.example.org", {"max_tokens", "temperature", "store"}),
        ("notopenai.com", {"max_tokens", "temperature", "store"}),
        ("ollama:11434", {"max_tokens", "temperature", "store"}),
        ("api.mistral.ai", {"max_tokens", "temperature"}),
    ],
)
def test_parameters_are_those_that_the_provider_knows(host: str, names: set[str]) -> None:
    task = Task("summary", "Do.", "{}", {"type": "object"}, 100)
    sent = parameters(Connection(f"https://{host}/v1", host, "m"), task)
    assert set(sent) == {"model", "messages", "response_format"} | names
    assert sent.get("store", False) is False
    told = parameters(Connection(f"https://{host}/v1", host, "m", effort="low"), task)
    assert set(told) == set(sent) - {"temperature"} | {"reasoning_effort"}


OPTIONS = {"experience.example": "What is an example?", "experience.next": "What comes next?"}
CHOOSING = Choosing(
    "Ana Silva", "How was it?", "Marta helped me.", OPTIONS, NameBook.of(["Ana Silva", "Marta Lo"])
)


def chosen(choice: object) -> ModelServer:
    return ModelServer(answers=lambda _: {"choice": choice})


@pytest.mark.parametrize(("choice", "key"), [("experience.next", "experience.next"), ("none", "")])
async def test_a_choice_is_one_of_the_options_or_none(choice: str, key: str) -> None:
    async with serving(chosen(choice)) as server:
        model = Model.at(server.connection, SOON)
        found = await model.chooser.choose(CHOOSING)
        await model.close()
    assert found.key == key
    assert 0 < found.tokens <= model.chooser.most_tokens(CHOOSING)
    (asked,) = server.asked
    assert asked.data["answer"] == "PERSON_2 helped me."
    enum = asked.body["response_format"]["json_schema"]["schema"]["properties"]["choice"]["enum"]
    assert enum == [*OPTIONS, "none"]


async def test_names_in_questions_and_options_stay_here() -> None:
    """A company writes its own packs, and the people list's names may stand in them."""
    options = {"experience.next": "What did Jonas Becker say?"}
    names = NameBook.of(["Ana Silva", "Marta Lopez", "Jonas Becker"])
    choosing = Choosing(
        "Ana Silva", "How was it with Marta Lopez?", "Marta Lopez helped.", options, names
    )
    async with serving(chosen("none")) as server:
        model = Model.at(server.connection, SOON)
        await model.chooser.choose(choosing)
        await model.close()
    (asked,) = server.asked
    assert asked.data["answer"] == "PERSON_2 helped."
    assert asked.data["question"] == "How was it with PERSON_2?"
    [option] = asked.data["options"].values()
    assert option == "What did PERSON_3 say?"


async def test_nor_do_names_in_a_summarys_questions_go_out(
    server: ModelServer, model: Model
) -> None:
    named = replace(week(), questions={"use": "What would Marta Lopez ask Ana Silva?"})
    assert (await model.writer.write(named)).claims
    [row] = server.asked[0].data["answers"]
    assert row["question"] == "What would PERSON_2 ask PERSON_1?"


@pytest.mark.parametrize("choice", ["experience", "", None, 1, ["none"], "What comes next?"])
async def test_any_other_choice_is_none(choice: object) -> None:
    async with serving(chosen(choice)) as server:
        model = Model.at(server.connection, SOON)
        with pytest.raises(NotWritten, match="wrong_form"):
            await model.chooser.choose(CHOOSING)
        await model.close()


async def test_a_choice_is_tried_once(server: ModelServer, model: Model) -> None:
    server.fails(Fault.UNAVAILABLE)
    with pytest.raises(NotWritten, match="unavailable"):
        await model.chooser.choose(CHOOSING)
    assert len(server.asked) == 1


async def test_a_choice_is_waited_for_shortly(server: ModelServer) -> None:
    model = Model.at(server.connection, QUICK)
    server.fails(Fault.HANG)
    with pytest.raises(NotWritten, match="timeout"):
        await model.chooser.choose(CHOOSING)
    await model.close()
    assert len(server.asked) == 1
    assert Pace().for_choice == 5


async def test_a_choice_does_not_wait_for_summaries_under_way(server: ModelServer) -> None:
    model = Model.at(replace(server.connection, at_once=1), replace(SOON, for_choice=0.05))
    server.fails(Fault.HANG)
    under_way = asyncio.create_task(model.writer.write(week()))
    await server.faults.hanging.wait()
    with pytest.raises(NotWritten, match="busy"):
        await model.chooser.choose(CHOOSING)
    server.faults.release()
    assert (await under_way).claims
    await model.close()


async def test_the_log_tells_which_request_it_was(
    server: ModelServer, model: Model, log: io.StringIO
) -> None:
    server.fails(Fault.NO_MODEL)
    await failure(model.writer)
    (line,) = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["code"], line["status"], line["request_id"]) == ("set_up", 404, "req_1")
