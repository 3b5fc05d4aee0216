"""Word lists of one language, by which a model's sentences are checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordList:
    """Words in lower case, beginnings of words ("frustrat*") and phrases of several words."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    phrases: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> WordList:
        """entries: as a lexicon has them; a trailing * makes a beginning of a word."""
        plain, stems, phrases = set(), [], set()
        for entry in entries:
            parts = tuple(entry.casefold().split())
            if len(parts) > 1:
                phrases.add(parts)
            elif entry.endswith("*"):
                stems.append(parts[0][:-1])
            else:
                plain.add(parts[0])
        return cls(frozenset(plain), tuple(sorted(stems)), frozenset(phrases))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self.words or word.startswith(self.stems))

    def hit(self, words: Sequence[str]) -> bool:
        """Whether a word of `words` (in lower case) is listed, or a phrase stands among them."""
        return any(word in self for word in words) or any(
            tuple(words[at : at + len(phrase)]) == phrase
            for phrase in self.phrases
            for at in range(len(words))
        )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language. Which list does what is said in prompts/llm/lexicon/en.yaml."""

    language: str
    glue: WordList
    starter_glue: WordList
    negation: WordList
    condition: WordList
    first_person: WordList
    third_person: WordList
    emotion: WordList
    health: WordList
    score: WordList
    judgement: WordList
    instruction: WordList
