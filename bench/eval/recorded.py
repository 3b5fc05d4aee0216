"""What a model answered to each week, with its typical failings, written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bench.eval.weeks import FOLDER
from tests.servers.model.faults import Fault


@dataclass(frozen=True, slots=True)
class Recorded:
    """content: what the model wrote, as text or as the JSON it was asked for. wrong: sentences in
    it that say what the person didn't, and so must never be shown; where it is JSON, all others
    are true, though not all of them keep to the rules. fails: how it ended, where not well.
    """

    content: Any
    wrong: frozenset[str]
    fails: Fault | None

    @property
    def sound(self) -> frozenset[str]:
        """The sentences that say what the person said."""
        if not isinstance(self.content, dict):
            return frozenset()
        return frozenset(
            item["text"]
            for kind in ("claims", "starters")
            for item in self.content[kind]
            if item["text"] not in self.wrong
        )


def load_recorded() -> dict[str, Recorded]:
    """By the key of the week."""
    found: dict[str, Recorded] = {}
    for file in sorted((FOLDER / "recorded").glob("*.json")):
        for key, given in json.loads(file.read_text(encoding="utf-8")).items():
            fails = Fault[given["fails"]] if "fails" in given else None
            wrong = frozenset(given.get("wrong", ()))
            found[key] = Recorded(given.get("content"), wrong, fails)
    return found
