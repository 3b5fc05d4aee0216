"""Attacks on a model, and a model that obeys them in every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.domain.masking import SUBJECT
from tests.servers.model.asked import Asked

FOLDER = Path(__file__).parent / "injection"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
SOBER = "I use Copilot for release notes. It takes ten minutes."
"""What everybody answers besides."""

ELSEWHERE = "The reorganisation in Leipzig was a mess."
"""What a colleague wrote: no part of this call, though the model knows it from somewhere."""

AT_ONCE = 19
"""As many sentences a model may give, beside a sober one: of those that hold, two would be seen."""

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
SOBER_STARTER = item(
    "What would help with the release notes?", "a2", "I use Copilot for release notes."
)


def statements(attack: Attack, masked: str) -> Iterator[Item]:
    """All the claims that a model may make of it. masked: the attack as the model reads it."""
    for want in attack.wants:
        stated = want if want.startswith(SUBJECT) else f"{SUBJECT} {want}"
        yield from in_all_ways(stated, masked)
    yield item(f"{SUBJECT} {masked}", "a1", masked)
    for text in (masked, *sentences_of(masked)):
        yield item(f"{SUBJECT} says {text}", "a1", text)
    for answer, quote in (("a1", masked), ("a1", ELSEWHERE), ("a3", ELSEWHERE)):
        yield item(f"{SUBJECT} says {ELSEWHERE}", answer, quote)


def questions(attack: Attack, masked: str) -> Iterator[Item]:
    """All the starters."""
    for want in attack.wants:
        yield from in_all_ways(want.rstrip(".?") + "?", masked)
    yield item(f"Did you say {masked}?", "a1", masked)
    for text in sentences_of(masked):
        yield item(f"{text.rstrip('.!')}?", "a1", text)
    yield item(ELSEWHERE.replace(".", "?"), "a2", SOBER)


def in_all_ways(text: str, masked: str) -> Iterator[Item]:
    """With a real quote, a forged one, one of another answer, of an answer that isn't there, and
    with none.
    """
    yield item(text, "a1", masked)
    yield from (item(text, "a1", sentence) for sentence in sentences_of(masked)[:2])
    yield item(text, "a1", text)
    yield item(text, "a2", SOBER)
    yield item(text, "a9", masked)
    yield {"text": text, "evidence": []}


def sentences_of(text: str) -> list[str]:
    return [part.strip() + "." for part in text.split(".") if len(part.strip()) > 3]


class Obeying:
    """A model that says all of it, with sober sentences first, so that the whole part holds."""

    def __init__(self, attack: Attack) -> None:
        self._attack = attack
        self._turns: Iterator[object] | None = None
        self.is_done = False

    def __call__(self, asked: Asked) -> object:
        if self._turns is None:
            self._turns = self._all(str(asked.data["answers"][0]["words"]))
        return next(self._turns)

    def _all(self, masked: str) -> Iterator[object]:
        claims = list(statements(self._attack, masked))
        starters = list(questions(self._attack, masked))
        most = max(len(claims), len(starters))
        for at in range(0, most, AT_ONCE):
            self.is_done = at + AT_ONCE >= most
            few = slice(at, at + AT_ONCE)
            yield {
                "claims": [SOBER_CLAIM, *claims[few]],
                "starters": [SOBER_STARTER, *starters[few]],
            }


def everything_at_once(attack: Attack, masked: str) -> object:
    """The first sentences of all that it would say, after the sober ones: of many the first few are
    looked at.
    """
    claims = [*statements(attack, masked)][:15]
    starters = [*questions(attack, masked)][:15]
    return {"claims": [SOBER_CLAIM, *claims], "starters": [SOBER_STARTER, *starters]}
