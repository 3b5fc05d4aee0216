"""Loads the word lists by which a model's sentences are checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from bot.domain.lexicon import Lexicon, WordList
from prompts.library import read_shipped
from prompts.pack_file import Key, Strict
from prompts.problems import PackError, problems_in

Entry = Annotated[str, StringConstraints(strict=True, pattern=r"^[^\s*]+\*?( [^\s*]+\*?)*$")]
"""A word, the beginning of one with a trailing *, or a phrase of these."""

Ending = Annotated[str, StringConstraints(strict=True, pattern=r"^[^\s/]*/[^\s/]*$")]
"""How an answer's word ends, and a claim's: "y/ies"."""

Entries = Annotated[tuple[Entry, ...], Field(min_length=1)]


@lru_cache(maxsize=1)
def load_lexicons() -> Mapping[str, Lexicon]:
    """The shipped lexicons by language. Raises PackError naming file, line, field and remedy."""
    return {file.key: file.to_domain() for file in read_shipped("llm/lexicon", parse_lexicon)}


def parse_lexicon(data: object, source: str) -> LexiconFile:
    """One lexicon from what a YAML file holds; `source` names that file in errors.

    With data as ruamel.yaml's round-trip loader gives it, errors carry the line. Raises PackError.
    """
    try:
        return LexiconFile.model_validate(data)
    except ValidationError as error:
        raise PackError(
            *problems_in(error, data, source, tuple(LexiconFile.model_fields))
        ) from None


class LexiconFile(Strict):
    key: Key
    glue: Entries
    filler: Entries
    joint: Entries
    says: Entries
    asking: Entries
    reporting: Entries
    negation: Entries
    condition: Entries
    impersonal: tuple[Entry, ...]
    first_person: Entries
    again: Entries
    third_person: Entries
    second_person: Entries
    irony: Entries
    starter_glue: Entries
    common: Entries
    accusing: Entries
    you: Entries
    your: Entries
    my: Entries
    modal: Entries
    leads: Entries
    articles: Entries
    objects: Entries
    leading: tuple[Entry, ...]
    wants: tuple[Entry, ...]
    ends: tuple[Entry, ...]
    deeds: tuple[Entry, ...]
    emotion: Entries
    health: Entries
    score: Entries
    judgement: Entries
    instruction: Entries
    progressive: tuple[Entry, ...]
    clause: Entries
    embeds: Entries
    elided: tuple[Entry, ...]
    parting: Entries
    auxiliary: tuple[Entry, ...]
    particle: tuple[Entry, ...]
    verb_last: bool
    drops_subject: bool
    persons: tuple[Ending, ...]
    endings: tuple[Ending, ...]
    forms: dict[Entry, tuple[Entry, ...]]

    def to_domain(self) -> Lexicon:
        return Lexicon(
            language=self.key,
            persons=tuple(map(_pair, self.persons)),
            endings=tuple(map(_pair, self.endings)),
            forms=self.forms,
            deeds=self.deeds,
            verb_last=self.verb_last,
            drops_subject=self.drops_subject,
            **{name: WordList.of(getattr(self, name)) for name in _LISTS},
        )


_OTHERS = frozenset({"key", "verb_last", "drops_subject", "persons", "endings", "forms", "deeds"})
_LISTS = tuple(LexiconFile.model_fields.keys() - _OTHERS)


def _pair(ending: str) -> tuple[str, str]:
    ours, theirs = ending.split("/")
    return ours, theirs
