"""Whether what a model proposes rests on a person's own words; what doesn't is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.domain.asking import asks_of, presumes
from bot.domain.lexicon import Lexicon, language_of
from bot.domain.masking import SUBJECT, Masked, Masker
from bot.domain.own_words import rests_on
from bot.domain.proposal_form import LONGEST, Unfounded, proper
from bot.domain.quoting import Passage, passages
from bot.domain.summary import Evidence
from bot.domain.word_rules import Rules, Told, sentence_words
from bot.domain.words import texts, words_of

__all__ = [
    "LONGEST",
    "Given",
    "Lexicon",
    "Proposal",
    "Sound",
    "Unfounded",
    "ground_claim",
    "ground_starter",
]


_TELLS = 2000
"""Characters of an answer by which its language is known."""


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
    text = proper(proposal.text, lexicons)
    if (
        not text.startswith((f"{SUBJECT} ", f"{SUBJECT}: "))
        or text.count(SUBJECT) > 1
        or "?" in text
    ):
        raise Unfounded("wrong_form")
    found = _passages(proposal, given, lexicons)
    parts = words_of(text.removeprefix(SUBJECT))
    words = [part.text for part in parts]
    rules = _rules(words, found, given, lexicons)
    if rules.lexicon is not None and rules.lexicon.second_person.hit(words):
        raise Unfounded("wrong_form")
    for passage in found:
        passage.refuse_others(text, [rules.lexicon] if rules.lexicon else [*lexicons.values()])
    told = rules.told(parts)
    _refuse_turned(told, found, rules)
    sentences = [line for passage in found for line in passage.sentences]
    said = [sentence_words(line, number, rules) for number, line in enumerate(sentences)]
    if not rests_on(told, said, rules):
        raise Unfounded("not_their_words")
    return _sound(text, found, given, masker)


def ground_starter(
    proposal: Proposal,
    given: Mapping[str, Given],
    masker: Masker,
    lexicons: Mapping[str, Lexicon],
) -> Sound:
    """A question for the manager to ask, about that person's words. Raises Unfounded.

    given: this person's answers by alias; lexicons: by language.
    """
    text = proper(proposal.text, lexicons)
    if not text.endswith("?"):
        raise Unfounded("no_question")
    found = _passages(proposal, given, lexicons)
    parts = words_of(text)
    words = [part.text for part in parts]
    rules = _rules(words, found, given, lexicons)
    if presumes(words, rules):
        raise Unfounded("presumes")
    if SUBJECT in text or not rules.may_ask(words):
        raise Unfounded("no_question")
    lines = [line for passage in found for line in passage.sentences]
    if not asks_of(parts, lines, rules, is_their_own=_is_their_own(found, text, rules)):
        raise Unfounded("not_their_words")
    return _sound(text, found, given, masker)


def _passages(
    proposal: Proposal, given: Mapping[str, Given], lexicons: Mapping[str, Lexicon]
) -> tuple[Passage, ...]:
    masked = {alias: answer.masked for alias, answer in given.items()}
    return passages(proposal.answers, proposal.quotes, masked, lexicons)


def _sound(
    text: str, found: Sequence[Passage], given: Mapping[str, Given], masker: Masker
) -> Sound:
    evidence = tuple(Evidence(given[each.alias].version_id, each.original) for each in found)
    return Sound(masker.restore(text), evidence)


def _is_their_own(found: Sequence[Passage], text: str, rules: Rules) -> bool:
    """Whether it is one sentence that is meant, and is of the person alone."""
    if rules.lexicon is None or [len(passage.sentences) for passage in found] != [1]:
        return False
    try:
        found[0].refuse_others(text, [rules.lexicon])
    except Unfounded:
        return False
    return True


def _refuse_turned(told: Sequence[Told], found: Sequence[Passage], rules: Rules) -> None:
    said = [word for passage in found for line in passage.sentences for word in texts(line)]
    words = [word.text for word in told]
    if bool(rules.negated(words)) != bool(rules.negated(said)):
        raise Unfounded("negation")
    narrowed = [at for at in rules.conditions(words) if not told[at].free]
    if bool(narrowed) != bool(rules.conditions(said)):
        raise Unfounded("condition")


def _rules(
    words: Sequence[str],
    found: Sequence[Passage],
    given: Mapping[str, Given],
    lexicons: Mapping[str, Lexicon],
) -> Rules:
    """By the language of what is quoted, else of the answers it is from, else of all of them."""
    negation = tuple(lexicon.negation for lexicon in lexicons.values())
    whole = {alias: answer.masked.text[:_TELLS] for alias, answer in given.items()}
    quoted = " ".join(passage.text for passage in found)
    answers = " ".join(whole[alias] for alias in sorted({passage.alias for passage in found}))
    for text in (quoted, answers, " ".join(whole.values())):
        lexicon = language_of(texts(text), words, lexicons)
        if lexicon is not None:
            return Rules(lexicon, negation)
    return Rules(None, negation)
