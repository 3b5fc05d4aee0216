"""Word lists of one language, by which a model's sentences are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.words import texts

_FEWEST = 6
"""One in so many words has to be typical of a language."""


@dataclass(frozen=True, slots=True)
class WordList:
    """Words in lower case, beginnings of words, and phrases of several words, by their first one;
    in these a trailing * means that more may follow. loose: phrases whose first word has one.
    """

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    phrases: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    loose: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> WordList:
        """entries: as a lexicon has them."""
        split = [_entry(entry) for entry in entries]
        single = [entry[0] for entry in split if len(entry) == 1]
        several = [entry for entry in split if len(entry) > 1]
        phrases: dict[str, tuple[tuple[str, ...], ...]] = {}
        for entry in several:
            phrases[entry[0]] = (*phrases.get(entry[0], ()), entry)
        return cls(
            words=frozenset(word for word in single if not word.endswith("*")),
            stems=tuple(sorted(word[:-1] for word in single if word.endswith("*"))),
            phrases=phrases,
            loose=tuple(entry for entry in several if entry[0].endswith("*")),
        )

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self.words or word.startswith(self.stems))

    def marks(self, words: Sequence[str]) -> set[int]:
        """The places in `words` that hold a listed word, or a part of a listed phrase."""
        found = {at for at, word in enumerate(words) if word in self}
        for at, word in enumerate(words):
            for phrase in self._phrases_from(word):
                if _stands(phrase, words[at : at + len(phrase)]):
                    found.update(range(at, at + len(phrase)))
        return found

    def hit(self, words: Sequence[str]) -> bool:
        """Whether `words` hold a listed word or phrase."""
        return bool(self.marks(words))

    def _phrases_from(self, word: str) -> Iterable[tuple[str, ...]]:
        yield from self.phrases.get(word, ())
        yield from (phrase for phrase in self.loose if word.startswith(phrase[0][:-1]))


def _entry(entry: str) -> tuple[str, ...]:
    """Its words. The splitter drops the asterisks, so each word of a phrase is split apart."""
    found: list[str] = []
    for part in entry.split():
        words = [":"] if part == ":" else texts(part.removesuffix("*")) or [part]
        found += [*words[:-1], words[-1] + "*" * part.endswith("*")]
    return tuple(found)


def _stands(phrase: Sequence[str], words: Sequence[str]) -> bool:
    return len(phrase) == len(words) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for part, word in zip(phrase, words, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language. Which list does what is said in prompts/llm/lexicon/en.yaml.

    persons, endings: pairs of how an answer's word ends and how a claim's may. forms: by a
    claim's word the answer's.
    """

    language: str
    glue: WordList
    filler: WordList
    joint: WordList
    says: WordList
    asking: WordList
    reporting: WordList
    negation: WordList
    condition: WordList
    impersonal: WordList
    first_person: WordList
    again: WordList
    third_person: WordList
    second_person: WordList
    irony: WordList
    starter_glue: WordList
    common: WordList
    accusing: WordList
    you: WordList
    your: WordList
    my: WordList
    modal: WordList
    leads: WordList
    articles: WordList
    emotion: WordList
    health: WordList
    score: WordList
    judgement: WordList
    instruction: WordList
    progressive: WordList = field(default_factory=WordList)
    embeds: WordList = field(default_factory=WordList)
    clause: WordList = field(default_factory=WordList)
    elided: WordList = field(default_factory=WordList)
    parting: WordList = field(default_factory=WordList)
    auxiliary: WordList = field(default_factory=WordList)
    particle: WordList = field(default_factory=WordList)
    objects: WordList = field(default_factory=WordList)
    leading: WordList = field(default_factory=WordList)
    wants: WordList = field(default_factory=WordList)
    ends: WordList = field(default_factory=WordList)
    deeds: tuple[str, ...] = ()
    verb_last: bool = False
    drops_subject: bool = False
    persons: tuple[tuple[str, str], ...] = ()
    endings: tuple[tuple[str, str], ...] = ()
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def typical(self, words: Sequence[str]) -> int:
        """How many of `words` this language is known by."""
        return sum(self.is_function(word) or self._is_everyday(word) for word in words)

    def _is_everyday(self, word: str) -> bool:
        return word in self.starter_glue or word in self.common

    def is_function(self, word: str) -> bool:
        """Whether it only holds a sentence together."""
        lists = (self.glue, self.joint, self.filler, self.first_person, self.negation, self.says)
        return any(word in listed for listed in lists)


def language_of(
    words: Sequence[str], told: Sequence[str], lexicons: Mapping[str, Lexicon]
) -> Lexicon | None:
    """The one that most of an answer's `words` are typical of; where two are alike, the one of
    these that a sentence about it, `told`, is typical of. None where few words are, or both are
    alike.
    """
    counts = {key: lexicon.typical(words) for key, lexicon in lexicons.items()}
    most = max(counts.values(), default=0)
    if most == 0 or most * _FEWEST < len(words):
        return None
    best = [lexicons[key] for key, count in counts.items() if count == most]
    ranked = sorted((lexicon.typical(told), lexicon.language) for lexicon in best)
    if len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]:
        return None
    return lexicons[ranked[-1][1]]
