"""Conversation guides: what a manager can ask, question by question, and what to listen for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, field_validator

from prompts.formats import FALLBACK, candidates
from prompts.library import read_shipped
from prompts.pack_file import Key, Locale, Strict, Text
from prompts.problems import PackError, problems_in

STAY = "stay_interview"
"""The guide that comes with stay interviews; the others come with nudges."""

MOST_STEPS = 8
"""A conversation of half an hour holds no more questions."""

MOST_LINES = 5

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=24)]
"""24 characters is the most a window's title holds in Slack."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `in_person`: it is asked face to face, never in writing."""

    ask: str
    listen_for: str
    follow_up: str = ""
    in_person: bool = False


@dataclass(frozen=True, slots=True)
class GuideWords:
    """A guide in one locale. `not_in_writing` says what not to ask in a message; `ending` how to
    come to the one dated promise at the end.
    """

    title: str
    lead: str
    steps: tuple[Step, ...]
    not_in_writing: tuple[str, ...]
    ending: str


@dataclass(frozen=True, slots=True)
class Guide:
    """`wording` has English at least, and as many steps in every locale."""

    key: str
    wording: Mapping[str, GuideWords]

    def words(self, locale: str) -> GuideWords:
        """In `locale`, its language, or English."""
        return next(self.wording[known] for known in candidates(locale) if known in self.wording)

    def title(self, locale: str) -> str:
        return self.words(locale).title


@lru_cache(maxsize=1)
def load_guides() -> Mapping[str, Guide]:
    """The shipped guides by key. Raises PackError naming file, line, field and remedy."""
    return {guide.key: guide for guide in read_shipped("guides", parse_guide)}


def parse_guide(data: object, source: str) -> Guide:
    """One guide from what a YAML file holds; `source` names that file in errors.

    With data as ruamel.yaml's round-trip loader gives it, errors carry the line. Raises PackError.
    """
    try:
        return GuideFile.model_validate(data).to_domain()
    except ValidationError as error:
        raise PackError(*problems_in(error, data, source, _FIELDS)) from None


class StepFile(Strict):
    ask: Text
    listen_for: Text
    follow_up: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    in_person: bool = False

    def to_domain(self) -> Step:
        return Step(self.ask, self.listen_for, self.follow_up, self.in_person)


class GuideWordsFile(Strict):
    title: Title
    lead: Text
    steps: tuple[StepFile, ...]
    not_in_writing: tuple[Text, ...]
    ending: Text

    @field_validator("steps")
    @classmethod
    def _some_steps(cls, steps: tuple[StepFile, ...]) -> tuple[StepFile, ...]:
        if not 1 <= len(steps) <= MOST_STEPS:
            raise ValueError(f"has {len(steps)} questions: give 1 to {MOST_STEPS}")
        return steps

    @field_validator("not_in_writing")
    @classmethod
    def _some_lines(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        if not 1 <= len(lines) <= MOST_LINES:
            raise ValueError(f"has {len(lines)} lines: give 1 to {MOST_LINES}")
        return lines

    def to_domain(self) -> GuideWords:
        steps = tuple(step.to_domain() for step in self.steps)
        return GuideWords(self.title, self.lead, steps, self.not_in_writing, self.ending)


class GuideFile(Strict):
    key: Key
    wording: Annotated[dict[Locale, GuideWordsFile], Field(min_length=1)]

    @field_validator("wording")
    @classmethod
    def _alike(cls, wording: dict[str, GuideWordsFile]) -> dict[str, GuideWordsFile]:
        if FALLBACK not in wording:
            raise ValueError(f"has no {FALLBACK}: add the English words, which hold everywhere")
        if len({len(words.steps) for words in wording.values()}) > 1:
            raise ValueError("the steps differ between locales: give each as many")
        return wording

    def to_domain(self) -> Guide:
        wording = {locale: words.to_domain() for locale, words in self.wording.items()}
        return Guide(self.key, wording)


_FIELDS = tuple(
    name for model in (GuideFile, GuideWordsFile, StepFile) for name in model.model_fields
)
