"""Whether a claim is made of a person's own words, in their order and with nothing turned round.

A claim is laid along the sentences it rests on. Each of its words must be one of theirs, one after
the other; glue may be added; what is left out must be filler or a whole phrase, and never a
negation, a condition or whose words they are. In front of the first word stands "I" in the answer,
or "says" in the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice, product

from bot.domain.word_rules import KEPT, Kind, Rules, Said, Told

_MOST_ORDERS = 24
"""Word orders tried: a sentence has up to four, and a claim rests on few sentences."""

_MOST_STEPS = 4_000
"""Pairs of words compared: with all that a person writes a few hundred, and where a sentence says
the same over and over it would be millions.
"""

_FARTHEST = 4
"""Words that a question's verb may move over."""


def rests_on(told: Sequence[Told], sentences: Sequence[Sequence[Said]], rules: Rules) -> bool:
    """Whether the claim's words (behind the person's token) are those of the sentences."""
    if not any(rules.is_telling(word.text) and not (word.free or word.again) for word in told):
        return False
    orders = product(*(tuple(_orders(sentence, rules)) for sentence in sentences))
    steps = iter(range(_MOST_STEPS))
    return any(
        _Laying(told, [word for part in order for word in part], rules, steps).holds()
        for order in islice(orders, _MOST_ORDERS)
    )


def _orders(said: Sequence[Said], rules: Rules) -> Iterator[Sequence[Said]]:
    """As it was said; and as others say it: around an "I" inside, what stood in front of it moved
    behind, the verb in front of "I" ("habe ich", "may I") moved behind it.
    """
    yield said
    at = next((at for at, word in enumerate(said) if word.kind is Kind.SELF), 0)
    asks = bool(said) and said[0].asks
    if at and not is_embedded(said, rules):
        yield [said[at], *said[at + 1 :], *_phrase(said[:at])]
    if at and (asks or rules.inverts):
        yield from _verb_behind(said[: at - 1], said[at], _inside(said[at - 1]), said[at + 1 :])
    elif asks:
        yield from _verb_moved(said)


def _verb_behind(
    front: Sequence[Said], me: Said, verb: Said, rest: Sequence[Said]
) -> Iterator[Sequence[Said]]:
    rest = [_inside(rest[0]), *rest[1:]] if rest else []
    yield [*front, me, verb, *rest]
    if me.asks:
        yield [*front, me, *rest, verb]
    if front:
        yield [me, verb, *_phrase(front), *_phrase(rest)]
        yield [me, verb, *rest, *_phrase(front)]


def _verb_moved(said: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """ "Is the tool allowed?" as "whether the tool is allowed", "peut-on" as "on peut", "wer
    entscheidet das" as "wer das entscheidet".
    """
    for at, verb in enumerate(said[:_FARTHEST]):
        others = [*said[:at], *said[at + 1 :]]
        for place in {*range(at + 1, min(at + _FARTHEST, len(others)) + 1), len(others)}:
            yield [*others[:place], _inside(verb), *others[place:]]


def _inside(word: Said) -> Said:
    """It begins no phrase where it stands now."""
    return replace(word, opens=False, enters=False)


def _phrase(words: Sequence[Said]) -> list[Said]:
    """Moved as a whole: it begins a phrase wherever it stands."""
    if not words:
        return []
    return [replace(words[0], opens=True, enters=True), *words[1:]]


def is_embedded(head: Sequence[Said], rules: Rules) -> bool:
    """Whether what follows is what others say or think: "they complain that I ...". head: the
    sentence up to its "I", or past it.
    """
    at = next((at for at, word in enumerate(head) if word.kind is Kind.SELF), len(head))
    others = any(word.kind is Kind.WORD for word in head[:at])
    return at > 1 and others and head[at - 1].text in rules.embeds


class _Laying:
    """A claim laid along one order of an answer's words, in as many `steps` as are left."""

    def __init__(
        self, told: Sequence[Told], said: Sequence[Said], rules: Rules, steps: Iterator[int]
    ) -> None:
        self._told = told
        self._said = said
        self._rules = rules
        self._steps = steps
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
        if next(self._steps, None) is None:
            return False
        if not self._is(told, said) or not self._may_skip(last, place):
            return False
        return self._parted(since, at, last, place) and self._introduced(since, at, last, place)

    def _parted(self, since: int, at: int, last: int, place: int) -> bool:
        """Whether an added "and" stands between two things that were two already."""
        if not any(word.parts for word in self._told[since:at]):
            return True
        passed = self._said[last + 1 : place + 1]
        return self._said[place].sentence != self._sentence(last) or any(
            word.parts for word in passed
        )

    def _is(self, told: Told, said: Said) -> bool:
        if said.kind is Kind.SELF:
            return told.again
        if said.kind is Kind.REPORT and (told.says or told.asking):
            return True
        return self._rules.is_word(said, told)

    def _may_skip(self, last: int, place: int) -> bool:
        """Whether what stands between may be left out."""
        between = self._said[last + 1 : place]
        if any(word.kind in KEPT for word in between) or self._is_lost(last, place):
            return False
        mine = [word for word in between if word.sentence == self._sentence(last)]
        if self._said[place].sentence == self._sentence(last):
            return self._is_phrase(mine, place)
        return self._is_tail(mine)

    def _is_lost(self, last: int, place: int) -> bool:
        """Whether an "I" between is left out though somebody else was spoken of before it: "the
        phone buzzed and I wasn't on".
        """
        if last < 0 or self._said[place].sentence != self._sentence(last):
            return False
        if not any(word.kind is Kind.SELF for word in self._said[last + 1 : place]):
            return False
        return not self._is_mine(self._clause_to(last), self._said[place])

    def _clause_to(self, last: int) -> list[Said]:
        """The words up to there, without the "and" that goes on from them."""
        words = [*self._head(last), self._said[last]]
        while words and self._joins(words[-1]):
            words.pop()
        return words

    def _joins(self, word: Said) -> bool:
        return word.text in self._rules.parting or word.text in self._rules.clause

    def _is_mine(self, words: Sequence[Said], then: Said) -> bool:
        """Whether "I" is whom they are of; a single question of theirs is: "which may I"."""
        mine = [at for at, word in enumerate(words) if word.kind is Kind.SELF]
        if not mine and not then.asks:
            return False
        start = mine[-1] if mine else 0
        return not any(word.parts or self._joins(word) for word in words[start + 1 :])

    def _is_phrase(self, between: Sequence[Said], place: int) -> bool:
        words = [word for word in between if word.kind is Kind.WORD]
        if not words:
            return True
        enters = self._said[place].enters or self._said[place].kind is Kind.SELF
        return words[0].opens and enters and not words[-1].joint

    def _is_tail(self, rest: Sequence[Said]) -> bool:
        first = next((word for word in rest if word.kind is Kind.WORD), None)
        return first is None or first.opens

    def _may_end(self, last: int) -> bool:
        rest = self._said[last + 1 :]
        mine = [word for word in rest if word.sentence == self._sentence(last)]
        return not any(word.kind in KEPT for word in rest) and self._is_tail(mine)

    def _introduced(self, since: int, at: int, last: int, place: int) -> bool:
        """Whether a sentence's first word follows "I", or is really the first and reported; and
        whether a question is reported as one.
        """
        said, added = self._said[place], self._told[since:at]
        if said.sentence == self._sentence(last):
            return not any(word.asking for word in added) or said.kind is Kind.REPORT
        asks = any(word.asking for word in (*added, self._told[at]))
        if said.kind is not Kind.REPORT and asks != said.asks:
            return False
        mine = said.kind is Kind.SELF
        return mine or self._led(at, place) or self._begins(added, last, place)

    def _led(self, at: int, place: int) -> bool:
        """Whether "I" stands right before it, or in its form or that of the verb behind "not"."""
        head = self._head(place)
        before = [word for word in head if word.kind is not Kind.SKIP]
        if before and before[-1].kind is Kind.SELF:
            return not is_embedded(head, self._rules)
        if before and head[-1].kind is Kind.SKIP:
            return False
        if not before and self._rules.is_elided(self._texts(place)):
            return True
        step = 1 if self._said[place].kind is Kind.NEGATION else 0
        told, said = self._told[at + step : at + step + 1], self._said[place + step :]
        return bool(told and said) and self._rules.is_first_person(said[0].text, told[0].text)

    def _begins(self, added: Sequence[Told], last: int, place: int) -> bool:
        """Whether nothing was left out before it, and it is said to be said."""
        if any(word.kind is Kind.WORD for word in self._head(place)):
            return False
        return last >= 0 or any(word.says or word.asking for word in added)

    def _head(self, place: int) -> list[Said]:
        number = self._said[place].sentence
        return [word for word in self._said[:place] if word.sentence == number]

    def _texts(self, place: int) -> list[str]:
        """The words of a sentence from one on."""
        number = self._said[place].sentence
        return [word.text for word in self._said[place:] if word.sentence == number]

    def _sentence(self, place: int) -> int:
        return self._said[place].sentence if place >= 0 else -1
