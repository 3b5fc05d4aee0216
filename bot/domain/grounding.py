"""Whether what a model proposes rests on a person's own words; what doesn't is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.domain.lexicon import Lexicon
from bot.domain.masking import SUBJECT, Masked, Masker
from bot.domain.summary import Evidence

LONGEST = 200
"""Characters in a claim or a starter."""

_WORD = re.compile(r"\w+")


class Unfounded(Exception):
    """A proposal that does not hold. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model proposed; quotes[i] is said to come from answers[i], by the model's alias."""

    text: str
    answers: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """One answer with words, as the model was given it."""

    version_id: UUID
    masked: Masked


@dataclass(frozen=True, slots=True)
class Sound:
    """What holds, with the first name back in it, and what it rests on, verbatim."""

    text: str
    evidence: tuple[Evidence, ...]


def ground_claim(
    proposal: Proposal,
    given: Mapping[str, Given],
    masker: Masker,
    lexicons: Mapping[str, Lexicon],
) -> Sound:
    """A statement about the person, made of that person's words. Raises Unfounded.

    given: this person's answers by alias; lexicons: by language.
    """
    if not proposal.text.startswith(SUBJECT):
        raise Unfounded("not_their_words")
    return _sound(proposal, given, masker, lexicons)


def ground_starter(
    proposal: Proposal,
    given: Mapping[str, Given],
    masker: Masker,
    lexicons: Mapping[str, Lexicon],
) -> Sound:
    """A question for the manager to ask, about that person's words. Raises Unfounded.

    given: this person's answers by alias; lexicons: by language.
    """
    if not proposal.text.endswith("?"):
        raise Unfounded("no_question")
    return _sound(proposal, given, masker, lexicons)


def _sound(
    proposal: Proposal,
    given: Mapping[str, Given],
    masker: Masker,
    lexicons: Mapping[str, Lexicon],
) -> Sound:
    if not 0 < len(proposal.text) <= LONGEST or not proposal.quotes:
        raise Unfounded("wrong_form")
    words = [word.casefold() for word in _WORD.findall(proposal.text)]
    if any(lexicon.emotion.hit(words) for lexicon in lexicons.values()):
        raise Unfounded("emotion")
    pairs = zip(proposal.answers, proposal.quotes, strict=True)
    return Sound(
        masker.restore(proposal.text),
        tuple(_evidence(given, alias, quote) for alias, quote in pairs),
    )


def _evidence(given: Mapping[str, Given], alias: str, quote: str) -> Evidence:
    if alias not in given:
        raise Unfounded("unknown_answer")
    masked = given[alias].masked
    at = masked.text.find(quote)
    if at < 0 or not quote.strip():
        raise Unfounded("altered_quote")
    start, end = masked.original_of(at, at + len(quote))
    return Evidence(given[alias].version_id, masked.original[start:end])
