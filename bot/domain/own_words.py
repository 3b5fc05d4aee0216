"""Whether a claim is made of a person's own words, in their order and with nothing turned round.

A claim is laid along the sentences it rests on. Each of its words must be one of theirs, one after
the other; glue may be added; what is left out must be filler or a whole phrase, and never a
negation, a condition or whose words they are. In front of the first word stands "I" in the answer,
or "says" in the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from itertools import islice, product

from bot.domain.lexicon import Lexicon, WordList
from bot.domain.words import words_of

_MOST_ORDERS = 24
"""Word orders tried: a sentence has up to four, and a claim rests on few sentences."""

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
    enters: one begins here, so that it may be taken up again. asks: its sentence is a question.
    """

    text: str
    kind: Kind
    sentence: int
    opens: bool
    enters: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A word of a claim. free: it may be added."""

    text: str
    free: bool
    says: bool
    asking: bool
    again: bool


def sentence_words(text: str, number: int, rules: Rules) -> tuple[Said, ...]:
    """The words of one sentence of an answer. number: the how manieth it is."""
    parts = words_of(text)
    kinds = rules.kinds([part.text for part in parts])
    asks = "?" in text
    said: list[Said] = []
    near_open = near_enter = True
    for part, kind in zip(parts, kinds, strict=True):
        joint = part.text in rules.joint
        opens = joint or near_open or bool(part.pause)
        enters = joint or near_enter or part.pause == "."
        said.append(Said(part.text, kind, number, opens, enters, asks))
        begins = joint or kind is Kind.SELF
        near_open = begins or (opens and kind is Kind.SKIP)
        near_enter = begins or (enters and kind is Kind.SKIP)
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

    def kinds(self, words: Sequence[str]) -> list[Kind]:
        """What each of an answer's words does."""
        if self.lexicon is None:
            return [Kind.CONDITION] * len(words)
        ranked = (
            (Kind.SELF, self.lexicon.first_person.marks(words)),
            (Kind.NEGATION, self.negated(words)),
            (Kind.CONDITION, self.lexicon.condition.marks(words)),
            (Kind.REPORT, self.lexicon.reporting.marks(words)),
            (Kind.SKIP, self.lexicon.glue.marks(words) | self.lexicon.filler.marks(words)),
        )
        return [
            next((kind for kind, marks in ranked if at in marks), Kind.WORD)
            for at in range(len(words))
        ]

    def negated(self, words: Sequence[str]) -> set[int]:
        return {at for listed in self.negation for at in listed.marks(words)}

    def conditions(self, words: Sequence[str]) -> set[int]:
        return self.lexicon.condition.marks(words) if self.lexicon else set()

    def told(self, words: Sequence[str]) -> tuple[Told, ...]:
        """A claim's words."""
        if self.lexicon is None:
            return tuple(Told(word, word == ":", word == ":", False, False) for word in words)
        lists = self.lexicon
        negated = self.negated(words)
        glue, says, asking = (
            each.marks(words) - negated for each in (lists.glue, lists.says, lists.asking)
        )
        return tuple(
            Told(word, at in glue | says | asking, at in says, at in asking, word in lists.again)
            for at, word in enumerate(words)
        )

    def same(self, said: str, told: str) -> bool:
        """Whether a claim's word is the answer's, or another form of it."""
        if said == told:
            return True
        if self.lexicon is None:
            return False
        listed = said in self.lexicon.forms.get(told, ())
        return listed or _bends(said, told, (*self.lexicon.persons, *self.lexicon.endings))

    def is_first_person(self, said: str, told: str) -> bool:
        """Whether the answer's verb says "I" by its form, as Spanish ones do."""
        if self.lexicon is None or said == told:
            return False
        return said in self.lexicon.forms.get(told, ()) or _bends(said, told, self.lexicon.persons)


def _bends(said: str, told: str, endings: Sequence[tuple[str, str]]) -> bool:
    """Whether exchanging an ending makes one of the other; past stays past."""
    return any(
        said.endswith(ours)
        and told == said[: len(said) - len(ours)] + theirs
        and len(said) - len(ours) >= _STEM
        for ours, theirs in endings
    )


def rests_on(told: Sequence[Told], sentences: Sequence[Sequence[Said]], rules: Rules) -> bool:
    """Whether the claim's words (behind the person's token) are those of the sentences."""
    orders = product(*(tuple(_orders(sentence)) for sentence in sentences))
    return any(
        _Laying(told, [word for part in order for word in part], rules).holds()
        for order in islice(orders, _MOST_ORDERS)
    )


def _orders(said: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """As it was said; and, around an "I" inside, as others say it: what stood in front of it moved
    behind, the verb in front of "I" ("habe ich") moved behind it.
    """
    yield said
    at = next((at for at, word in enumerate(said) if word.kind is Kind.SELF), 0)
    if not at:
        return
    front, me, rest = list(said[:at]), said[at], list(said[at + 1 :])
    yield [me, *rest, *_phrase(front)]
    before, verb = front[:-1], replace(front[-1], opens=False, enters=False)
    yield [*before, me, verb, *rest]
    if before:
        yield [me, verb, *_phrase(before), *_phrase(rest)]
        yield [me, verb, *rest, *_phrase(before)]


def _phrase(words: Sequence[Said]) -> list[Said]:
    """Moved as a whole: it begins a phrase wherever it stands."""
    if not words:
        return []
    return [replace(words[0], opens=True, enters=True), *words[1:]]


class _Laying:
    """A claim laid along one order of an answer's words."""

    def __init__(self, told: Sequence[Told], said: Sequence[Said], rules: Rules) -> None:
        self._told = told
        self._said = said
        self._rules = rules
        self._fits = lru_cache(maxsize=None)(self._from)

    def holds(self) -> bool:
        return self._fits(0, -1, 0)

    def _from(self, at: int, last: int, since: int) -> bool:
        """Whether the claim fits from its word `at` on, where said[last] was the last one taken,
        and the words from `since` on were added.
        """
        if at == len(self._told):
            added = self._told[since:]
            reports = any(word.says or word.asking for word in added)
            return last >= 0 and not reports and self._may_end(last)
        if self._told[at].free and self._fits(at + 1, last, since):
            return True
        return any(
            self._takes(at, last, since, place) and self._fits(at + 1, place, at + 1)
            for place in range(last + 1, len(self._said))
        )

    def _takes(self, at: int, last: int, since: int, place: int) -> bool:
        told, said = self._told[at], self._said[place]
        if not self._is(told, said) or not self._may_skip(last, place):
            return False
        return self._introduced(self._told[since:at], last, place, told)

    def _is(self, told: Told, said: Said) -> bool:
        if said.kind is Kind.SELF:
            return told.again
        if said.kind is Kind.REPORT and (told.says or told.asking):
            return True
        return self._rules.same(said.text, told.text)

    def _may_skip(self, last: int, place: int) -> bool:
        """Whether what stands between may be left out."""
        between = self._said[last + 1 : place]
        if any(word.kind in KEPT for word in between):
            return False
        mine = [word for word in between if word.sentence == self._sentence(last)]
        if self._said[place].sentence == self._sentence(last):
            return self._is_phrase(mine, place)
        return self._is_tail(mine)

    def _is_phrase(self, between: Sequence[Said], place: int) -> bool:
        words = [word for word in between if word.kind is Kind.WORD]
        if not words:
            return True
        return words[0].opens and (self._said[place].enters or self._said[place].kind is Kind.SELF)

    def _is_tail(self, rest: Sequence[Said]) -> bool:
        first = next((word for word in rest if word.kind is Kind.WORD), None)
        return first is None or first.opens

    def _may_end(self, last: int) -> bool:
        rest = self._said[last + 1 :]
        mine = [word for word in rest if word.sentence == self._sentence(last)]
        return not any(word.kind in KEPT for word in rest) and self._is_tail(mine)

    def _introduced(self, added: Sequence[Told], last: int, place: int, told: Told) -> bool:
        """Whether a sentence's first word follows "I", or is really the first and reported; and
        whether a question is reported as one.
        """
        said = self._said[place]
        if said.sentence == self._sentence(last):
            return not any(word.asking for word in added) or said.kind is Kind.REPORT
        asks = any(word.asking for word in (*added, told))
        if said.kind is not Kind.REPORT and asks != said.asks:
            return False
        mine = said.kind is Kind.SELF
        return mine or self._led(place, told) or self._begins(added, last, place)

    def _led(self, place: int, told: Told) -> bool:
        """Whether "I" stands right before it, or in its form."""
        head = self._head(place)
        before = [word for word in head if word.kind is not Kind.SKIP]
        if before and before[-1].kind is Kind.SELF:
            return True
        named = bool(before) and head[-1].kind is Kind.SKIP
        return not named and self._rules.is_first_person(self._said[place].text, told.text)

    def _begins(self, added: Sequence[Told], last: int, place: int) -> bool:
        """Whether nothing was left out before it, and it is said to be said."""
        if any(word.kind is Kind.WORD for word in self._head(place)):
            return False
        return last >= 0 or any(word.says or word.asking for word in added)

    def _head(self, place: int) -> list[Said]:
        number = self._said[place].sentence
        return [word for word in self._said[:place] if word.sentence == number]

    def _sentence(self, place: int) -> int:
        return self._said[place].sentence if place >= 0 else -1
