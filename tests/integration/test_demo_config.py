"""`touchpoint demo --config`: the sample company under an app.yaml of one's own, with a model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from bot.demo.company import SAMPLE_ANSWERS, SAMPLE_PEOPLE, gather
from bot.settings import load_configuration
from bot.settings.errors import ConfigurationError
from tests.integration.test_cli import Shell, shell
from tests.recorded_model import recorded
from tests.servers.model.server import ModelServer, serving

__all__ = ["shell"]
OWN = """
company: {{name: Acme Charts, time_zone: Europe/Berlin, country: DE}}
ai: {{provider: Acme's model, host: "{host}"}}
cadences:
  pulse:
    kind: check_in
    title: Pulse
    pack: ai_check_in
    audience: everyone
    every: week
    on: tuesday
    at: "10:00"
    from: 2026-01-06
    reminders: 0
    questions_per_round: 2
  weekly-summary:
    kind: weekly_summary
    title: Weekly summary
    audience: {{managers: true}}
    every: week
    on: friday
    at: "15:00"
    from: 2026-01-06
"""

PEOPLE = """email,name,manager_email
mara@acme.example,Mara,
ana@acme.example,Ana,mara@acme.example
"""
WORDS = ["I test the importer with Copilot.", "Which data may I put in?"]
ANSWERS = f"""
- person: ana@acme.example
  week: 1
  does: types
  answers: {{ai_use: {WORDS[0]}, ai_wish: '{WORDS[1]}'}}
"""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model beside the command, which has an event loop of its own."""
    model, serves, done = ModelServer(answers=recorded), Event(), Event()

    async def serve() -> None:
        async with serving(model):
            serves.set()
            await asyncio.to_thread(done.wait)

    with ThreadPoolExecutor(1) as beside:
        served = beside.submit(asyncio.run, serve())
        assert serves.wait(10)
        yield model
        done.set()
        served.result(10)


def test_the_model_named_in_it_words_the_summaries(shell: Shell, server: ModelServer) -> None:
    shell.file("own.yaml", OWN.format(host=server.host))
    shell.file("own.csv", PEOPLE)
    shell.file("said.yaml", ANSWERS)
    own = ("--config", "own.yaml", "--people", "own.csv", "--answers", "said.yaml")
    told = shell.run("demo", *own, "--weeks", "1", "--no-serve", **server.variables)
    assert "by fixed rules and by AI (Acme's model)" in told
    assert "Ana tests the importer with Copilot." in told
    [asked] = server.asked
    assert [answer["words"] for answer in asked.data["answers"]] == WORDS


def test_the_samples_answers_go_with_any_app_yaml(shell: Shell) -> None:
    """What it doesn't ask is left of them; one's own answers have to fit."""
    shell.file("own.yaml", OWN.format(host="api.acme.example"))
    own = load_configuration(shell.folder / "own.yaml")
    assert gather(own, SAMPLE_PEOPLE, SAMPLE_ANSWERS).turns
    shell.file("copied.yaml", SAMPLE_ANSWERS.read_text(encoding="utf-8"))
    with pytest.raises(ConfigurationError, match="hours_saved"):
        gather(own, SAMPLE_PEOPLE, shell.folder / "copied.yaml")


def test_a_mistake_in_it_is_told_before_anything_is_made(shell: Shell) -> None:
    shell.file("own.yaml", OWN.format(host="api.acme.example").replace("tuesday", "tuesdai"))
    told = shell.run("demo", "--config", "own.yaml", "--no-serve", "--data", "made", code=2)
    assert "own.yaml:11" in told
    assert "did you mean tuesday?" in told
    assert not (shell.folder / "made").exists()
    assert "there is no such file" in shell.run(
        "demo", "--config", "none.yaml", "--no-serve", code=2
    )
