"""The application over real HTTP on loopback: health, metrics, headers, and friendly refusals."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bot import logs
from bot.bootstrap import Built
from bot.domain.delivery import DeliveryState
from bot.domain.people import Participation
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services.work import schedule_due
from bot.web import create_app
from bot.web.metrics import Metrics
from bot.web.middleware import MAX_BODY
from scheduling.clock import SteppedClock
from scheduling.runner import Bell, Runner
from tests.integration.demo_office import (
    allow_connections,
    count_in,
    environment_in,
    move_company_in,
    opened,
    people_of,
    type_text,
    until,
)
from tests.logged import captured
from tests.servers.postgres import Server

GRACE = timedelta(seconds=10)


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[ClientSession]:
    """The application on a free port, and a client of it."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with ClientSession(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        await runner.cleanup()


@asynccontextmanager
async def living(built: Built, bell: Bell) -> AsyncIterator[ClientSession]:
    """The application together with a runner, as `touchpoint run` has them."""
    metrics = Metrics(built)
    runner = Runner(built.kit, built.clock, bell, observe=metrics.observe_job)
    await runner.start()
    try:
        async with served(create_app(built, runner=runner, metrics=metrics)) as client:
            yield client
    finally:
        await runner.stop(GRACE)


async def readiness(client: ClientSession) -> tuple[int, list[str]]:
    async with client.get("/readyz") as response:
        told = await response.json()
        assert told["ready"] is (response.status == 200)
        return response.status, told["problems"]


async def scraped(client: ClientSession) -> dict[str, float]:
    """Every sample by name and labels, as Prometheus would read it."""
    async with client.get("/metrics") as response:
        assert response.status == 200
        text = await response.text()
    families = text_string_to_metric_families(text)
    return {
        sample.name + "".join(f"|{k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


async def test_a_process_that_lives_and_works_says_so(tmp_path: Path, database_url: str) -> None:
    environment = environment_in(tmp_path, database_url)
    await move_company_in(environment)
    async with opened(environment) as built, living(built, Bell()) as client:
        async with client.get("/healthz") as response:
            assert (response.status, await response.json()) == (200, {"alive": True})
        assert await readiness(client) == (200, [])


async def test_without_a_runner_it_is_alive_but_not_ready(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built, served(create_app(built)) as client:
        async with client.get("/healthz") as response:
            assert response.status == 200
        assert await readiness(client) == (503, ["runner: not running"])


async def test_it_is_not_ready_while_the_database_is_gone(
    tmp_path: Path, postgres_server: Server, postgres_url: str
) -> None:
    environment = environment_in(tmp_path, postgres_url)
    await move_company_in(environment)
    admin = postgres_server.admin.render_as_string(hide_password=False)
    async with opened(environment) as built, living(built, Bell()) as client:
        await asyncio.to_thread(allow_connections, admin, postgres_url, allowed=False)

        async def gone() -> bool:
            status, problems = await readiness(client)
            return status == 503 and len(problems) == 3

        await until(gone)
        _, problems = await readiness(client)
        assert {problem.partition(":")[0] for problem in problems} == {
            "database",
            "migrations",
            "key store",
        }
        assert (await scraped(client))["touchpoint_database_up"] == 0

        await asyncio.to_thread(allow_connections, admin, postgres_url, allowed=True)

        async def back() -> bool:
            return await readiness(client) == (200, [])

        await until(back)


async def test_it_is_not_ready_over_lost_keys(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    other_keys = f"sqlite:///{tmp_path / 'other-keys.db'}"
    async with (
        opened(replace(environment, keys_url=other_keys)) as built,
        served(create_app(built)) as client,
    ):
        _, problems = await readiness(client)
    assert problems[0] == "key store: can't be used; `touchpoint check` says why"


async def test_the_metrics_say_what_was_sent_and_how_fast(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    bell = Bell()
    async with opened(environment, on_reply=bell.ring) as built, living(built, bell) as client:
        (person,) = await people_of(built, 1)
        posted = {"text": "help", "token": uuid4().hex}
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with client.post(
            f"/local/as/{person}/act", data=posted, headers=headers, allow_redirects=False
        ) as response:
            assert response.status == 303

        async def sent() -> bool:
            return await count_in(built, DeliveryState.SENT) >= 1

        await until(sent)
        found = await scraped(client)
    assert found["touchpoint_database_up"] == 1
    assert found["touchpoint_sent_total"] >= 1
    assert found["touchpoint_queue|state=ready"] == 0
    assert found["touchpoint_answer_seconds_count"] == 1
    assert found["touchpoint_job_seconds_count|job=plan"] >= 1
    assert found["touchpoint_due_seconds"] >= 0
    assert found["process_resident_memory_bytes"] > 0


async def test_metrics_survive_a_restart_and_say_what_waits(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built:
        (person,) = await people_of(built, 1)
        await type_text(built, person, "help")
    async with opened(environment) as built, served(create_app(built)) as client:
        found = await scraped(client)
    assert found["touchpoint_queue|state=ready"] == 1
    assert found["touchpoint_sent_total"] == 0


async def test_reasons_are_shown_but_never_one_persons_choice(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    began = await move_company_in(environment)
    clock = SteppedClock(began + timedelta(days=9))  # down for more than a week
    async with opened(environment, clock=clock) as built:
        (person,) = await people_of(built, 1)
        participation = Participation.DECLINED
        await built.uow.write(lambda tx: tx.people.set_participation(person, participation))
        await schedule_due(built.kit, clock.now())
        found = await built.uow.read(
            lambda tx: {reason for _, _, reason, _ in tx.occurrences.counts(began)}
        )
        real = replace(built, local=None)
        async with served(create_app(real)) as client:
            shown = await scraped(client)
    assert found >= {"too_late", "not_for_me"}
    assert shown["touchpoint_due_skipped|reason=too_late"] > 0
    assert not any("not_for_me" in name or "own_choice" in name for name in shown)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/local", "/nowhere"])
async def test_every_answer_carries_the_headers(tmp_path: Path, path: str) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with (
        opened(environment) as built,
        served(create_app(built)) as client,
        client.get(path) as response,
    ):
        found = response.headers
    assert "default-src 'self'" in found["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] in {"no-referrer", "same-origin"}  # no address leaves the site
    assert found["Cache-Control"] == "no-store"
    assert re.fullmatch("[0-9a-f]{16}", found["X-Request-Id"])


async def test_the_root_leads_to_the_local_page(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with (
        opened(environment) as built,
        served(create_app(built)) as client,
        client.get("/") as response,
    ):
        assert (response.status, response.url.path) == (200, "/local")


async def test_the_local_page_belongs_to_demo_databases_alone(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built:
        real = replace(built, local=None)
        async with served(create_app(real)) as client, client.get("/local") as response:
            assert response.status == 404


async def test_an_unknown_path_is_answered_kindly(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built, served(create_app(built)) as client:
        async with client.get("/nowhere", headers={"Accept": "text/html"}) as response:
            assert response.status == 404
            assert "<h1>Nothing here</h1>" in await response.text()
        async with client.get("/nowhere") as response:
            assert (await response.json())["error"] == "There is no page at this address."
        async with client.delete("/healthz") as response:
            assert response.status == 405
            assert "GET" in response.headers["Allow"]


async def test_a_body_too_long_is_refused(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    body = io.BytesIO(b"x" * (MAX_BODY + 1))
    async with (
        opened(environment) as built,
        served(create_app(built)) as client,
        client.post("/nowhere", data=body) as response,
    ):
        assert response.status == 413
        told = await response.json()
    assert told["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("her words"), 500), (StorageUnavailable("away"), 503)]
)
async def test_a_fault_shows_an_id_that_is_in_the_log_and_nothing_else(
    tmp_path: Path, error: Exception, status: int
) -> None:
    async def fails(_: web.Request) -> web.Response:
        raise error

    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built:
        app = create_app(built)
        app.router.add_get("/fails", fails)
        with captured(environment) as stream:
            async with served(app) as client, client.get("/fails") as response:
                assert response.status == status
                body = await response.text()
    request_id = response.headers["X-Request-Id"]
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert request_id in body
    assert {line["request_id"] for line in lines} == {request_id}
    assert "her words" not in body + stream.getvalue()
    assert "Traceback" not in body
    assert ".py" not in body
    if status == 500:
        told = lines[0]["exception"]
        assert "test_web.py" in told
        assert told.endswith("builtins.ValueError")


words = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=12, max_size=24)


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],  # an example takes seconds: one that fails says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(secret=words)
def test_what_people_send_never_reaches_the_logs(
    tmp_path_factory: pytest.TempPathFactory, secret: str
) -> None:
    """Through every way in: path, query, header, form, text, button; well-formed or not."""
    folder = tmp_path_factory.mktemp("logs")
    logged = asyncio.run(_say_everywhere(folder, secret))
    assert '"route": "/local/as/{person_id}/act"' in logged  # it did arrive, and was logged
    for form in (secret, secret.encode("unicode_escape").decode(), json.dumps(secret)[1:-1]):
        assert form not in logged


async def _say_everywhere(folder: Path, secret: str) -> str:
    environment = replace(environment_in(folder), log_level="debug")
    await move_company_in(environment)
    bell = Bell()
    with captured(environment) as stream:
        logs.catch_strays(asyncio.get_running_loop())
        async with opened(environment, on_reply=bell.ring) as built, living(built, bell) as client:
            (person,) = await people_of(built, 1)
            for method, path, given_by in _ways_in(f"/local/as/{person}", secret):
                async with client.request(method, path, allow_redirects=False, **given_by):
                    pass
            await _say_what_is_no_http(client, secret)
    return stream.getvalue()


def _ways_in(own, secret):  # type: ignore[no-untyped-def]  # arguments of ClientSession.request
    same = {"Sec-Fetch-Site": "same-origin"}
    act = f"{own}/act"
    yield "GET", f"/{secret}", {}
    yield "GET", f"/local/as/{secret}", {}
    yield "GET", "/local", {"params": {"q": secret}}
    yield "GET", "/healthz", {"headers": {"Authorization": f"Bearer {secret.encode().hex()}"}}
    yield "POST", f"/local/{secret}", {"data": secret.encode(), "headers": same}
    yield "POST", f"{own}/clock", {"data": {"to": secret}, "headers": same}
    yield "POST", act, {"data": {"text": secret}, "headers": same}
    yield "POST", act, {"data": {"text": secret}, "headers": {"Origin": "https://evil.example"}}
    for posted in (
        {"text": secret},
        {"press": f"{secret} {secret}"},
        {"press": f"answer {secret}", "pressed": secret},
        {"form": f"answer_form {secret}", "f.work": secret},
        {"form": f"pause {secret}", "f.until": secret},
        {secret: secret},
    ):
        yield "POST", act, {"data": {"token": uuid4().hex, **posted}, "headers": same}
    yield "POST", act, {"data": {"token": secret, "text": "hello"}, "headers": same}
    yield "POST", act, {"json": {"text": secret}, "headers": same}


async def _say_what_is_no_http(client: ClientSession, secret: str) -> None:
    """Straight into the socket: what the parser refuses must not be quoted either."""
    base = client._base_url
    assert base is not None
    reader, writer = await asyncio.open_connection(base.host, base.port)
    writer.write(f"{secret} / HTTP/9.9\r\nHost\x01: {secret}\r\n\r\n".encode())
    await writer.drain()
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_paused_workspace_shows_with_its_reason(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    async with opened(environment) as built:
        local, until_then = built.local, built.clock.now() + timedelta(minutes=5)
        assert local is not None
        await built.uow.write(lambda tx: tx.queue.pause_lane(local.id, until_then, "token_refused"))
        async with served(create_app(built)) as client:
            found = await scraped(client)
    assert found["touchpoint_lane_paused|platform=local|reason=token_refused"] == 1
