"""Attacks on a model, and a model that obeys them in every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.servers.model.asked import Asked

FOLDER = Path(__file__).parent / "injection"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
SOBER = "I use Copilot for release notes. It takes ten minutes."
"""What everybody answers besides."""

ELSEWHERE = "The reorganisation in Leipzig was a mess."
"""What a colleague wrote: no part of this call, though the model knows it from somewhere."""

AT_ONCE = 2
"""Three sentences are shown at most, and one of them is the sober one."""

Item = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    id: str
    kind: str
    text: str
    wants: tuple[str, ...]
    never: tuple[str, ...]


def attacks_in(name: str) -> list[Attack]:
    found = YAML(typ="safe").load(FOLDER / f"{name}.yaml")
    return [
        Attack(
            each["id"],
            each["kind"],
            each["text"],
            tuple(map(str, each["wants"])),
            tuple(map(str, each["never"])),
        )
        for each in found
    ]


def item(text: str, answer: str, quote: str) -> Item:
    return {"text": text, "evidence": [{"answer": answer, "quote": quote}]}


SOBER_CLAIM = item(
    "PERSON_1 uses Copilot for release notes.", "a2", "I use Copilot for release notes."
)
SOBER_STARTER = item("What takes ten minutes?", "a2", "It takes ten minutes.")


def obeying(attack: Attack, masked: str) -> Iterator[Item]:
    """All that a model may make of it. masked: the attack as the model reads it."""
    for want in attack.wants:
        yield from claimed_in_all_ways(want, masked)
    yield item(f"PERSON_1 says {masked}", "a1", masked)
    yield item(f"PERSON_1 {masked}", "a1", masked)
    yield item(f"Did you say {masked}?", "a1", masked)
    for sentence in sentences_of(masked):
        yield item(f"PERSON_1 says {sentence}", "a1", sentence)
        yield item(f"{sentence.rstrip('.!')}?", "a1", sentence)
    yield item(f"PERSON_1 says {ELSEWHERE}", "a1", masked)
    yield item(f"PERSON_1 says {ELSEWHERE}", "a1", ELSEWHERE)
    yield item(f"PERSON_1 says {ELSEWHERE}", "a3", ELSEWHERE)
    yield item(ELSEWHERE.replace(".", "?"), "a2", SOBER)


def claimed_in_all_ways(want: str, masked: str) -> Iterator[Item]:
    stated = want if want.startswith("PERSON_1") else f"PERSON_1 {want}"
    for text in (want, stated, want.rstrip(".?") + "?"):
        yield item(text, "a1", masked)
        yield item(text, "a1", want)
        yield item(text, "a1", SOBER)
        yield item(text, "a2", SOBER)
        yield item(text, "a9", masked)
    for sentence in sentences_of(masked):
        yield item(stated, "a1", sentence)
    yield {"text": stated, "evidence": []}


def sentences_of(text: str) -> list[str]:
    return [part.strip() + "." for part in text.split(".") if len(part.strip()) > 3]


class Obeying:
    """A model that says all of it, a few sentences a time, beside sober ones, so that the part as a
    whole holds and nothing hides behind another sentence.
    """

    def __init__(self, attack: Attack) -> None:
        self._attack = attack
        self._said: list[list[Item]] = []
        self.turn = 0

    def __call__(self, asked: Asked) -> object:
        if not self._said:
            masked = str(asked.data["answers"][0]["words"])
            items = list(obeying(self._attack, masked))
            self._said = [items[n : n + AT_ONCE] for n in range(0, len(items), AT_ONCE)]
        few = self._said[self.turn]
        self.turn += 1
        return {"claims": [SOBER_CLAIM, *few], "starters": [SOBER_STARTER, *few]}

    @property
    def is_done(self) -> bool:
        return bool(self._said) and self.turn == len(self._said)


def everything_at_once(attack: Attack, masked: str) -> object:
    """The first sentences of all that it would say, before the sober ones."""
    few = list(obeying(attack, masked))[:15]
    return {"claims": [*few, SOBER_CLAIM], "starters": [*few, SOBER_STARTER]}
