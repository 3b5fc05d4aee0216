"""What the words of an answer and of a claim do, by the lexicon of the answer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from bot.domain.lexicon import Lexicon, WordList
from bot.domain.words import Word, words_of

_LEAST_LETTERS = 3
"""Of a word that says what something is about."""

_LEAST_FORM = 4
"""Letters of an irregular form that a prefix may stand before."""

_STEM = 2
"""Letters that must be left of a word when its end is exchanged."""


class Kind(Enum):
    """What a word does in an answer."""

    SELF = auto()
    NEGATION = auto()
    CONDITION = auto()
    REPORT = auto()
    SKIP = auto()
    WORD = auto()


KEPT = frozenset({Kind.NEGATION, Kind.CONDITION, Kind.REPORT})
"""Never left out."""


@dataclass(frozen=True, slots=True)
class Said:
    """A word of an answer. opens: a phrase begins here, so that it may be left out from here on;
    enters: one begins here, so that it may be taken up again; joint: it holds one to what stands
    before, so that it is not left out alone; parts: it, or a pause before it,
    stands between two things. noun: it has a capital letter inside a sentence; capital: anywhere.
    asks: its sentence is a question.
    """

    text: str
    kind: Kind
    sentence: int
    opens: bool = False
    enters: bool = False
    joint: bool = False
    parts: bool = False
    noun: bool = False
    capital: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A word of a claim. free: it may be added; parts: only where two things are parted already."""

    text: str
    free: bool = False
    says: bool = False
    asking: bool = False
    again: bool = False
    parts: bool = False
    capital: bool = False


def sentence_words(text: str, number: int, rules: Rules) -> tuple[Said, ...]:
    """The words of one sentence of an answer. number: the how manieth it is."""
    parts = words_of(text)
    kinds = rules.kinds([part.text for part in parts])
    asks, split = "?" in text, rules.is_split(parts)
    said: list[Said] = []
    near_open = near_enter = True
    for part, kind in zip(parts, kinds, strict=True):
        joint, opening = part.text in rules.joint, rules.opens(part, split)
        word = Said(
            part.text,
            kind,
            number,
            opens=near_open or opening,
            enters=near_enter or joint or part.pause == ".",
            joint=joint,
            parts=bool(part.pause) or part.text in rules.parting,
            noun=part.capital and bool(said),
            capital=part.capital,
            asks=asks,
        )
        said.append(word)
        mine, skipped = kind is Kind.SELF, kind is Kind.SKIP
        near_open = mine or opening or (word.opens and skipped)
        near_enter = mine or joint or (word.enters and skipped)
    return tuple(said)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the words of the answer's language do; without `lexicon` (an unknown language) no word
    may be added or left out. negation: of all languages.
    """

    lexicon: Lexicon | None
    negation: tuple[WordList, ...]

    @property
    def joint(self) -> WordList:
        return self.lexicon.joint if self.lexicon else WordList()

    @property
    def parting(self) -> WordList:
        return self.lexicon.parting if self.lexicon else WordList()

    @property
    def clause(self) -> WordList:
        return self.lexicon.clause if self.lexicon else WordList()

    @property
    def embeds(self) -> WordList:
        return self.lexicon.embeds if self.lexicon else WordList()

    @property
    def inverts(self) -> bool:
        """Whether the verb stands before "I" in statements too: "heute nutze ich"."""
        return self.lexicon is not None and self.lexicon.verb_last

    def opens(self, word: Word, split: bool) -> bool:
        """Whether a phrase may be left out from this word on; where the verb is split, only a
        clause with a verb of its own.
        """
        if self.lexicon is None or word.pause == ".":
            return True
        if split:
            return word.text in self.lexicon.clause
        return bool(word.pause) or word.text in self.lexicon.joint

    def is_split(self, words: Sequence[Word]) -> bool:
        """Whether the verb's other half may follow: "habe ... gelöscht", "lehne ... ab"."""
        if self.lexicon is None or not self.lexicon.verb_last:
            return False
        ends = {at for at, word in enumerate(words[1:]) if word.pause or word.text in self.parting}
        return any(
            word.text in self.lexicon.auxiliary
            or (word.text in self.lexicon.particle and at in {*ends, len(words) - 1})
            for at, word in enumerate(words)
        )

    def kinds(self, words: Sequence[str]) -> list[Kind]:
        """What each of an answer's words does."""
        if self.lexicon is None:
            return [Kind.CONDITION] * len(words)
        added = self.lexicon.glue.marks(words) | self.lexicon.filler.marks(words)
        ranked = (
            (Kind.SELF, self.lexicon.first_person.marks(words)),
            (Kind.NEGATION, self.negated(words)),
            (Kind.CONDITION, self.lexicon.condition.marks(words)),
            (Kind.REPORT, self.lexicon.reporting.marks(words)),
            (Kind.SKIP, added | self._progressive(words)),
        )
        return [
            next((kind for kind, marks in ranked if at in marks), Kind.WORD)
            for at in range(len(words))
        ]

    def negated(self, words: Sequence[str]) -> set[int]:
        return {at for listed in self.negation for at in listed.marks(words)}

    def conditions(self, words: Sequence[str]) -> set[int]:
        return self.lexicon.condition.marks(words) if self.lexicon else set()

    def told(self, parts: Sequence[Word]) -> tuple[Told, ...]:
        """A claim's words."""
        words = [part.text for part in parts]
        lists = self.lexicon
        if lists is None:
            return tuple(Told(word, free=word == ":", says=word == ":") for word in words)
        negated = self.negated(words)
        glue, says, asking = (
            each.marks(words) - negated for each in (lists.glue, lists.says, lists.asking)
        )
        free = glue | says | asking | self._progressive(words)
        return tuple(
            Told(
                part.text,
                free=at in free,
                says=at in says,
                asking=at in asking,
                again=part.text in lists.again,
                parts=part.text in lists.parting,
                capital=part.capital,
            )
            for at, part in enumerate(parts)
        )

    def _progressive(self, words: Sequence[str]) -> set[int]:
        """Where "am" stands before "using": the same as "use"."""
        lexicon = self.lexicon
        if lexicon is None:
            return set()
        return {
            at
            for at, (word, following) in enumerate(pairwise(words))
            if word in lexicon.progressive and following.endswith("ing")
        }

    def is_word(self, said: Said, told: Told) -> bool:
        """Whether a claim's word is the answer's; a noun becomes no verb ("Hilfe", "hilft")."""
        if said.text != told.text and said.noun and not told.capital:
            return False
        return self.same(said.text, told.text)

    def same(self, said: str, told: str) -> bool:
        """Whether a claim's word is the answer's, or another form of it."""
        if said == told:
            return True
        if self.lexicon is None:
            return False
        return self._is_form(said, told) or _bends(
            said, told, (*self.lexicon.persons, *self.lexicon.endings)
        )

    def is_telling(self, word: str) -> bool:
        """Whether it says what something is about: no function word."""
        short = len(word) < _LEAST_LETTERS
        return not short and (self.lexicon is None or not self.lexicon.is_function(word))

    def may_ask(self, words: Sequence[str]) -> bool:
        """Whether a question may begin as they do: with a small word."""
        if self.lexicon is None or not words:
            return False
        lists = (self.lexicon.starter_glue, self.lexicon.joint, self.lexicon.auxiliary)
        return any(0 in listed.marks(words) for listed in lists)

    def is_elided(self, words: Sequence[str]) -> bool:
        """Whether a sentence that begins so leaves out its "I": "Tried Copilot"."""
        return self.lexicon is not None and 0 in self.lexicon.elided.marks(words)

    def is_first_person(self, said: str, told: str) -> bool:
        """Whether the answer's verb says "I" by its form alone, as Spanish ones do."""
        lists = self.lexicon
        if lists is None or not lists.drops_subject or said == told:
            return False
        return self._is_form(said, told) or _bends(said, told, lists.persons)

    def _is_form(self, said: str, told: str) -> bool:
        """By the irregular forms, with whatever stands before them: "übernehme", "übernimmt"."""
        forms = self.lexicon.forms if self.lexicon else {}
        return said in forms.get(told, ()) or any(
            told.endswith(form) and said == told.removesuffix(form) + base
            for form, bases in forms.items()
            if len(form) >= _LEAST_FORM
            for base in bases
        )


def _bends(said: str, told: str, endings: Sequence[tuple[str, str]]) -> bool:
    """Whether exchanging an ending makes one of the other; past stays past."""
    return any(
        said.endswith(ours)
        and told == said[: len(said) - len(ours)] + theirs
        and len(said) - len(ours) >= _STEM
        for ours, theirs in endings
    )
