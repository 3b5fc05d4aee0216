"""The weeks: what people who don't exist answered, and what a good summary brings up of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ruamel.yaml import YAML

from bot.domain.check_in import Value
from bot.domain.masking import NameBook
from bot.domain.packs import Wording
from bot.domain.summary import PersonWeek, SharedAnswer
from prompts.library import load_packs

FOLDER = Path(__file__).parent
_WHEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fact:
    """Words of one answer that the talk should not miss."""

    version_id: UUID
    quote: str


@dataclass(frozen=True, slots=True)
class EvalWeek:
    """One employee's week. names: all that stand on the made-up people list."""

    key: str
    voice: str
    person: PersonWeek
    facts: tuple[Fact, ...]
    names: frozenset[str]

    def text(self, version_id: UUID) -> str:
        """The words of one answer; "" where it isn't this person's."""
        found = (a.value.text for a in self.person.answers if a.version_id == version_id)
        return next(found, "")


def load_weeks() -> tuple[EvalWeek, ...]:
    """All weeks, in the order of their files."""
    given = list(_given())
    names = sorted({name for each in given for name in _names_in(each)})
    return tuple(_week(each, names) for each in given)


def week_of(
    key: str, name: str, texts: Mapping[str, str], names: Iterable[str], locale: str = "en"
) -> EvalWeek:
    """A week without facts. texts: the words by the question's key."""
    answers = {question: {"text": text} for question, text in texts.items()}
    given = {"id": key, "voice": "", "name": name, "locale": locale, "answers": answers}
    return _week({**given, "facts": []}, sorted({name, *names}))


def _given() -> Iterator[dict[str, Any]]:
    for file in sorted((FOLDER / "weeks").glob("*.yaml")):
        yield from YAML(typ="safe").load(file)


def _names_in(given: Mapping[str, Any]) -> list[str]:
    return [given["name"], *given.get("colleagues", ())]


def _week(given: Mapping[str, Any], names: list[str]) -> EvalWeek:
    person_id = uuid5(NAMESPACE_URL, given["id"])
    answers = [_answer(person_id, key, value) for key, value in given["answers"].items()]
    wordings = {key: _wordings()[key] for key in given["answers"]}
    person = PersonWeek(
        subject_id=person_id,
        first_name=given["name"].split()[0],
        locale=given["locale"],
        answers=tuple(answers),
        questions={key: wording.text for key, wording in wordings.items()},
        starters={key: dict(wording.starters) for key, wording in wordings.items()},
        name=given["name"],
        names=NameBook.of(names),
    )
    facts = (Fact(uuid5(person_id, key), quote) for key, quote in given["facts"])
    return EvalWeek(given["id"], given["voice"], person, tuple(facts), frozenset(names))


def _answer(person_id: UUID, key: str, given: Mapping[str, Any]) -> SharedAnswer:
    before = given.get("before")
    return SharedAnswer(
        answer_id=uuid5(person_id, f"{key} answer"),
        version_id=uuid5(person_id, key),
        subject_id=person_id,
        question_key=key,
        pack_revision_id=UUID(int=1),
        value=_value(given),
        answered_at=_WHEN,
        period="2026-W10",
        previous=_value(before) if before else None,
    )


def _value(given: Mapping[str, Any]) -> Value:
    return Value(**{name: given[name] for name in given if name != "before"})


@lru_cache(maxsize=1)
def _wordings() -> dict[str, Wording]:
    questions = (question for pack in load_packs().values() for question in pack.questions)
    return {question.key: question.words("en") for question in questions}
