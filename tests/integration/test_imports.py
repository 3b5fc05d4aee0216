"""What a process imports: an SDK only where it is configured, a model's at its first call."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SDKS = ("botbuilder", "botframework", "jwt", "msal", "msrest", "slack_bolt", "slack_sdk")
MODELS = ("openai", "httpx2")

_SERVING = """
import asyncio, sys
from datetime import UTC, datetime
from bot import bootstrap
from bot.settings import read_environment
from bot.web import serve, slack, teams
from bot.web.app import create_app
from bot.web.metrics import Metrics
from scheduling.jobs import JOBS
from scheduling.runner import Bell, Runner

async def main():
    environment = read_environment()
    bootstrap.prepare(environment)
    now = datetime.now(UTC)
    await bootstrap.create_organisation(environment, "Fernweh", now, is_demo=True)
    built = await bootstrap.build(environment)
    assert await slack.greet(built) == await teams.greet(built) == ""
    metrics = Metrics(built)
    assert slack.ears_of(built, metrics) is teams.ears_of(built, metrics) is None
    jobs = (*JOBS, *slack.jobs_of(built, ""), *teams.jobs_of(built, ""))
    runner = Runner(built.kit, built.clock, Bell(), jobs=jobs, observe=metrics.observe_job)
    create_app(built, runner=runner, metrics=metrics)
    print(built.teams is not None)
    await built.close()

asyncio.run(main())
print(sorted({name.partition(".")[0] for name in sys.modules}))
"""
_TEAMS = {
    "TEAMS_APP_ID": "5f1c3a52-0000-4000-8000-00000000b071",
    "TEAMS_APP_SECRET": "s3cr3t",
    "TEAMS_TENANT_ID": "7e11a17e-0000-4000-8000-000000000001",
    "TEAMS_LOGIN_URL": "https://127.0.0.1:9",
}


def imported(folder: Path, script: str, **variables: str) -> tuple[str, str]:
    """What a process printed in its last two lines: whether it has Teams, what it imported."""
    given = {k: v for k, v in os.environ.items() if not k.startswith(("TEAMS_", "SLACK_"))}
    database = {"TOUCHPOINT_DATABASE_URL": f"sqlite:///{folder}/touchpoint.db"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=given | database | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    has_teams, modules = done.stdout.splitlines()[-2:]
    return has_teams, modules


def test_a_process_without_teams_pays_nothing_for_it(tmp_path: Path) -> None:
    has_teams, modules = imported(tmp_path, _SERVING)
    assert has_teams == "False"
    assert [sdk for sdk in SDKS if f"'{sdk}'" in modules] == []


def test_a_model_costs_nothing_before_its_first_call(tmp_path: Path) -> None:
    _, modules = imported(tmp_path, _SERVING, TOUCHPOINT_AI_MODEL="gpt-5-mini")
    assert [name for name in MODELS if f"'{name}'" in modules] == []


def test_one_that_has_teams_imports_no_other_platform(tmp_path: Path) -> None:
    script = _SERVING.replace(" == await teams.greet(built)", "")
    script = script.replace(" is teams.ears_of(built, metrics)", "")
    has_teams, modules = imported(tmp_path, script, **_TEAMS)
    assert has_teams == "True"
    assert [sdk for sdk in SDKS if f"'{sdk}'" in modules] == [
        "botbuilder",
        "botframework",
        "jwt",
        "msal",
        "msrest",
    ]
