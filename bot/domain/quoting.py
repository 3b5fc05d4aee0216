"""What a quote was cut from: whole sentences of an answer, verbatim."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.folding import Folded, fold
from bot.domain.lexicon import Lexicon, WordList
from bot.domain.masking import TOKEN, Masked
from bot.domain.proposal_form import Unfounded
from bot.domain.sentences import sentences
from bot.domain.words import texts

LONGEST_EVIDENCE = 400
"""Characters of one answer that a sentence of a summary may rest on."""

MOST_QUOTES = 3

_SHORTEST_QUOTE = 3
_AFTERTHOUGHT = 3
"""Words of a sentence that may take back the one before it: "Not.", "Just kidding."."""

_QUOTED_LINE = re.compile(r"\s*>|[^.!?]*<")
_MACHINE = re.compile(
    r"(?i)\b(?:system|syst[eè]me|sistema|assistant|user|developer|tool|function)\s*[:\]]"
    r"|\b(?:tool|function)_|</?[a-z|]|\{\s*\"|```|\[/?inst|###"
)
_IRONY = re.compile(r"(?i)(?<!\w)/s\b|(?<!\w)[;:]-?[)Pp](?!\w)|\b(?:s/c|j/k)\b|🙄|😉|😏|🙃|🤡")
_SINGLE_QUOTES = re.compile(r"(?<![^\W_])'[^\W_][^']*'(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences of the answer `alias` that stand together, folded, and the same as it was typed."""

    alias: str
    sentences: tuple[str, ...]
    original: str

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    def refuse_others(self, claim: str, lexicons: Sequence[Lexicon]) -> None:
        """Raises Unfounded where it is about somebody else, quotes somebody, or isn't meant.

        lexicons: of the languages that it may be in.
        """
        tokens = TOKEN.findall(self.text)
        if tokens or any(_is_about_others(line, lexicons) for line in self.sentences):
            raise Unfounded("somebody_else")
        if self.text.count('"') != claim.count('"') or _SINGLE_QUOTES.search(self.text):
            raise Unfounded("somebody_else")
        if _is_ironic(self, lexicons):
            raise Unfounded("irony")


def passages(
    aliases: Sequence[str],
    quotes: Sequence[str],
    answers: Mapping[str, Masked],
    lexicons: Mapping[str, Lexicon],
) -> tuple[Passage, ...]:
    """The sentences that the quotes lie in, in the quotes' order and each once. quotes[i] must be
    of answers[aliases[i]]. Raises Unfounded.
    """
    if not 1 <= len(quotes) <= MOST_QUOTES or len(aliases) != len(quotes):
        raise Unfounded("wrong_form")
    found: list[Passage] = []
    for alias, quote in zip(aliases, quotes, strict=True):
        if alias not in answers:
            raise Unfounded("unknown_answer")
        passage = _passage(alias, quote, answers[alias], lexicons)
        _refuse_machines(passage.text, answers[alias], lexicons)
        if passage not in found:
            found.append(passage)
    return tuple(found)


def _passage(alias: str, quote: str, masked: Masked, lexicons: Mapping[str, Lexicon]) -> Passage:
    folded, wanted = fold(masked.text), fold(quote).text.strip()
    at = folded.text.find(wanted)
    if len(wanted) < _SHORTEST_QUOTE or at < 0:
        raise Unfounded("altered_quote")
    spans = _around(folded, at, at + len(wanted), lexicons)
    start, end = masked.original_of(*folded.origin(spans[0][0], spans[-1][1]))
    original = masked.original[start:end]
    if len(original) > LONGEST_EVIDENCE:
        raise Unfounded("too_long_quote")
    return Passage(alias, tuple(folded.text[first:last] for first, last in spans), original)


def _around(
    folded: Folded, start: int, end: int, lexicons: Mapping[str, Lexicon]
) -> list[tuple[int, int]]:
    """The sentences that folded.text[start:end] touches, and what takes the last one back."""
    every = sentences(folded, _Unfinished(lexicons))
    touched = [at for at, span in enumerate(every) if span[0] < end and start < span[1]]
    last = touched[-1] + 1
    if last < len(every) and _takes_back(folded.text[slice(*every[last])], lexicons):
        last += 1
    return every[touched[0] : last]


def _takes_back(text: str, lexicons: Mapping[str, Lexicon]) -> bool:
    words = texts(text)
    if not words or _IRONY.search(text):
        return True
    return len(words) <= _AFTERTHOUGHT and any(
        lexicon.negation.hit(words) or lexicon.irony.hit(words) for lexicon in lexicons.values()
    )


class _Unfinished:
    """The words that no sentence ends with."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        self._lists = [words for each in lexicons.values() for words in _unfinished(each)]
        self._known: dict[object, bool] = {}

    def __contains__(self, word: object) -> bool:
        if word not in self._known:
            self._known[word] = any(word in words for words in self._lists)
        return self._known[word]


def _unfinished(lexicon: Lexicon) -> tuple[WordList, ...]:
    own = (lexicon.first_person, lexicon.reporting)
    return (lexicon.negation, lexicon.condition, lexicon.joint, *own)


def _refuse_machines(passage: str, answer: Masked, lexicons: Mapping[str, Lexicon]) -> None:
    """Addresses in the quoted sentences, and words for a model anywhere in the answer: where one
    sentence is, the others may be meant for it.
    """
    if any(not token.startswith("PERSON") for token in TOKEN.findall(passage)):
        raise Unfounded("link")
    plain = fold(answer.text).text
    if _MACHINE.search(plain) or _MACHINE.search(answer.original):
        raise Unfounded("instruction")
    words = texts(plain)
    if any(lexicon.instruction.hit(words) for lexicon in lexicons.values()):
        raise Unfounded("instruction")


def _is_about_others(line: str, lexicons: Sequence[Lexicon]) -> bool:
    words = texts(line)
    return _QUOTED_LINE.match(line) is not None or any(
        words[:1] and words[0] in lexicon.third_person and 0 not in lexicon.impersonal.marks(words)
        for lexicon in lexicons
    )


def _is_ironic(passage: Passage, lexicons: Sequence[Lexicon]) -> bool:
    words = texts(passage.text)
    return _IRONY.search(passage.original) is not None or any(
        lexicon.irony.hit(words) for lexicon in lexicons
    )
