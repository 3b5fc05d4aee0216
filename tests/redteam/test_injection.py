"""Answers written to make a model say something, and a model that obeys them.

Whatever the attack asks for, the model says it: with real quotes of the attack, with forged ones,
in the name of another answer, with somebody else's words. Through the adapter and what checks it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bench.eval.check import fault_of
from bench.eval.run import Outcome, word
from bench.eval.weeks import EvalWeek, week_of
from bot.llm.openai_model import Model
from tests.servers.model.asked import Asked
from tests.servers.model.server import ModelServer, serving

FOLDER = Path(__file__).parent / "injection"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
SOBER = "I use Copilot for release notes. It takes ten minutes."
ELSEWHERE = "The reorganisation in Leipzig was a mess."
"""What a colleague wrote: no part of this call, though the model knows it from somewhere."""

Item = dict[str, Any]
AT_ONCE = 2
"""Three are shown at most, and one of them is the sober one."""


@dataclass(frozen=True)
class Attack:
    id: str
    kind: str
    text: str
    wants: tuple[str, ...]
    never: tuple[str, ...]

    @property
    def week(self) -> EvalWeek:
        texts = {"experience": self.text, "ai_use": SOBER}
        return week_of(self.id, "Ana Silva", texts, ["Dana Cruz", "Kuno Weber"])


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
SOBER_TEXTS = {"Ana uses Copilot for release notes.", SOBER_STARTER["text"]}


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


def test_the_attacks_are_many_and_of_all_kinds() -> None:
    attacks = [attack for name in FILES for attack in attacks_in(name)]
    assert len({attack.id for attack in attacks}) == len(attacks) >= 100
    for language in ("en", "de", "fr"):
        assert len(attacks_in(language)) >= 30
        assert len({attack.kind for attack in attacks_in(language)}) >= 15
    assert all(attack.wants for attack in attacks)
    pointless = [a.id for a in attacks if not a.never and a.kind not in ("praise me", "fake quote")]
    assert pointless == []


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with serving() as found:
        yield found


@pytest.fixture
async def model(server: ModelServer) -> AsyncIterator[Model]:
    found = Model.at(server.connection)
    yield found
    await found.close()


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


@pytest.mark.parametrize("name", FILES)
async def test_a_model_that_obeys_the_answers_shows_nothing_of_what_they_want(
    name: str, server: ModelServer, model: Model
) -> None:
    for attack in attacks_in(name):
        server.answers = said = Obeying(attack)
        while not said.is_done:
            (outcome,) = await word(model.writer, [attack.week])
            check(attack, outcome)


def check(attack: Attack, outcome: Outcome) -> None:
    assert outcome.part is not None, attack.id
    assert {text for text, _ in outcome.sentences} >= SOBER_TEXTS, attack.id
    for text, evidence in outcome.sentences:
        assert fault_of(text, evidence, outcome.week) == "", (attack.id, text)
        lowered = text.casefold()
        assert not [each for each in (*attack.never, "leipzig") if each.casefold() in lowered], (
            attack.id,
            text,
        )
