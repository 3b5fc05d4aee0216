"""Whether a question for the manager to ask presumes nothing that the person did not say.

It is a frame of small words round one stretch of the person's own, as they stand in one sentence.
Either the stretch is a topic ("What would help with the night roster?"): it follows a small word
that a noun stands behind, and the frame asks only what might be. Or it says what "you" do or want:
then "I" stands before it in the answer, and nothing in that sentence turns it round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.lexicon import Lexicon
from bot.domain.word_rules import KEPT, Kind, Rules, Said, sentence_words
from bot.domain.words import Word


def presumes(words: Sequence[str], rules: Rules) -> bool:
    """Whether it asks for reasons: that takes something for granted, and sounds like blame."""
    return rules.lexicon is not None and rules.lexicon.accusing.hit(words)


def asks_of(
    parts: Sequence[Word], sentences: Sequence[str], rules: Rules, *, is_their_own: bool
) -> bool:
    """Whether the question is made of one of the sentences so. is_their_own: whether these tell of
    the person, so that it may be said what "you" do.
    """
    if rules.lexicon is None:
        return False
    asked = [
        _Asked(parts, sentence_words(line, 0, rules), rules, rules.lexicon) for line in sentences
    ]
    return any(each.is_open() or (is_their_own and each.is_of_them()) for each in asked)


_BEFORE = 2
"""Small words of theirs with which a stretch may begin: "the first reply"."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words of the question, and the places in the answer that they are laid on."""

    told: Sequence[str]
    start: int
    end: int


class _Asked:
    """A question laid on one sentence of an answer."""

    def __init__(
        self, parts: Sequence[Word], said: Sequence[Said], rules: Rules, lists: Lexicon
    ) -> None:
        self._told = [part.text for part in parts]
        self._is_parted = any(part.pause == "." for part in parts[1:])
        self._said = said
        self._rules = rules
        self._lists = lists
        self._small = lists.starter_glue.marks(self._told) - rules.negated(self._told)
        self._helping = {at for at in range(len(self._told) - 1) if self._helps(at)} - self._small
        added = self._small | self._helping
        self._own = [at for at in range(len(self._told)) if at not in added]

    def _helps(self, at: int) -> bool:
        """Whether it stands before "you", and its verb behind it: "do you use"."""
        return self._told[at] in self._lists.auxiliary and self._told[at + 1] in self._lists.you

    def is_open(self) -> bool:
        """Whether it is the person's own question, or one about a topic of theirs."""
        if self._told == [word.text for word in self._said]:
            return self._said[0].asks
        return self._is_proper() and self._is_topic()

    def is_of_them(self) -> bool:
        """Whether it takes up what they say that they do, or want to."""
        return self._is_proper() and (self._is_deed() or self._is_wish())

    def _is_proper(self) -> bool:
        return bool(self._own) and not self._is_parted

    def _is_topic(self) -> bool:
        last = self._own[-1]
        return not self._helping and any(
            self._told[first - 1] in self._lists.leads and self._is_topic_from(first, last)
            for first in range(max(1, self._own[0] - _BEFORE), self._own[0] + 1)
        )

    def _is_topic_from(self, first: int, last: int) -> bool:
        """Whether the stretch that begins there, maybe with a small word of theirs, is a topic."""
        frame = [at for at in range(len(self._told)) if not first <= at <= last]
        return self._supposes(frame) and any(
            self._is_whole(found, self._told[last + 1 :])
            and self._is_noun(found, self._told[first - 1])
            for found in self._laid(self._told[first : last + 1])
        )

    def _supposes(self, frame: Sequence[int]) -> bool:
        """Whether the frame asks for what might be, and so takes nothing for granted."""
        modal = any(self._told[at] in self._lists.modal for at in frame)
        return modal and all(map(self._asks_what_might_be, frame))

    def _asks_what_might_be(self, at: int) -> bool:
        """Whether a "you" in the frame is helped or could do something, not does it."""
        if self._told[at] not in self._lists.you:
            return True
        before = self._told[at - 1] if at else ""
        behind = self._told[at + 1] if at + 1 < len(self._told) else ""
        modal = before in self._lists.modal or behind in self._lists.modal
        return modal or before in self._lists.objects or self._told[at] in self._lists.objects

    def _is_whole(self, found: _Stretch, behind: Sequence[str]) -> bool:
        """Whether the stretch ends where a phrase does, so that no other noun is cut off. behind:
        the words after it, which may be theirs too.
        """
        rest = self._said[found.end :]
        while rest and behind and rest[0].text == behind[0]:
            rest, behind = rest[1:], behind[1:]
        inside = self._said[found.start : found.end]
        if any(word.kind is Kind.SELF for word in inside) and not self._is_untold(found):
            return False
        if not rest or rest[0].kind is not Kind.WORD or rest[0].opens or rest[0].parts:
            return True
        if self._lists.verb_last:
            return not rest[0].noun
        return rest[0].text in self._lists.ends

    def _is_noun(self, found: _Stretch, before: str) -> bool:
        """Whether it is a thing and no deed, and theirs where it is called "your"."""
        earlier = self._said[found.start - 1].text if found.start else ""
        if before in self._lists.your and earlier not in self._lists.my:
            return False
        if self._lists.verb_last and not self._ends_in_noun(found):
            return False
        deed = found.told[0].endswith(self._lists.deeds) and not (
            before in self._lists.articles or before in self._lists.my or before in self._lists.your
        )
        begins = all(word.kind is Kind.SKIP for word in self._said[: found.start])
        return not deed or (begins and self._is_untold(found))

    def _ends_in_noun(self, found: _Stretch) -> bool:
        last = self._said[found.end - 1]
        return last.noun or found.end == 1 or not last.text.isalpha()

    def _is_deed(self) -> bool:
        """Whether "you" do what "I" do in the answer."""
        if self._said and self._said[0].asks:
            return False
        for at, word in enumerate(self._told[: self._own[-1]]):
            if word in self._lists.you and self._is_done(at):
                return True
        return False

    def _is_done(self, you: int) -> bool:
        inverted = you - 1 == self._own[0]
        front = self._told[: you - inverted]
        told = [*self._told[you - inverted : you], *self._told[you + 1 : self._own[-1] + 1]]
        tail = self._told[self._own[-1] + 1 :]
        if not all(self._may_stand(at) for at in range(len(front))):
            return False
        if any(word in each for word in tail for each in (self._lists.you, self._lists.your)):
            return False
        return any(
            self._is_mine(said, found) and self._is_untold(found, said)
            for said in self._orders()
            for found in self._laid(told, said, bends=True)
        )

    def _may_stand(self, at: int) -> bool:
        if at in self._helping:
            return True
        mine = self._told[at] in self._lists.your
        return at in self._small and not mine and self._asks_what_might_be(at)

    def _orders(self) -> Iterator[Sequence[Said]]:
        yield self._said
        for at, word in enumerate(self._said):
            if at and word.kind is Kind.SELF and self._rules.inverts:
                moved = self._said[at - 1]
                yield [*self._said[: at - 1], word, moved, *self._said[at + 1 :]]

    def _is_mine(self, said: Sequence[Said], found: _Stretch) -> bool:
        """Whether "I" stands before it, at the start of its clause."""
        at = found.start - 1
        while at >= 0 and said[at].kind is Kind.SKIP and not said[at].joint:
            at -= 1
        if at < 0 or said[at].kind is not Kind.SELF:
            return False
        return self._begins_clause(said, at) and self._closes(said, found)

    def _begins_clause(self, said: Sequence[Said], at: int) -> bool:
        while at > 0 and not said[at].parts and said[at - 1].kind is Kind.SKIP:
            at -= 1
        if at == 0 or said[at].parts or self._lists.verb_last:
            return True
        return said[at - 1].text in self._lists.clause

    def _closes(self, said: Sequence[Said], found: _Stretch) -> bool:
        rest = next((word for word in said[found.end :] if word.kind is Kind.WORD), None)
        return rest is None or rest.opens

    def _is_untold(
        self, found: _Stretch, said: Sequence[Said] | None = None, but: range = range(0)
    ) -> bool:
        """Whether nothing outside the stretch turns the sentence, narrows it or reports it."""
        return not any(
            word.kind in KEPT
            for at, word in enumerate(self._said if said is None else said)
            if not found.start <= at < found.end and at not in but
        )

    def _is_wish(self) -> bool:
        """Whether "you" are helped to do what "I" want to do."""
        last = self._own[-1]
        return any(
            self._is_wish_from(first, last)
            for first in range(max(1, self._own[0] - _BEFORE), self._own[0] + 1)
        )

    def _is_wish_from(self, first: int, last: int) -> bool:
        passed = (self._lists.leading, self._lists.modal)
        before = self._told[:first]
        while before and any(before[-1] in each for each in passed):
            before = before[:-1]
        if not before or before[-1] not in self._lists.you:
            return False
        frame = [at for at in range(len(self._told)) if not first <= at <= last]
        return self._supposes(frame) and any(
            self._is_wanted(found) for found in self._laid(self._told[first : last + 1])
        )

    def _is_wanted(self, found: _Stretch) -> bool:
        if self._said[0].asks or not self._closes(self._said, found):
            return False
        for start in range(found.start):
            if self._is_subject(start) and self._wishes(range(start, found.start)):
                return self._is_untold(found, but=range(start, found.start))
        return False

    def _is_subject(self, at: int) -> bool:
        """Whether what begins there is said of "I"."""
        if not at:
            words = [word.text for word in self._said]
            return self._lists.drops_subject or self._rules.is_elided(words)
        return self._said[at - 1].kind is Kind.SELF and self._begins_clause(self._said, at - 1)

    def _wishes(self, places: range) -> bool:
        words = [self._said[at].text for at in places if self._said[at].kind is not Kind.SKIP]
        return self._lists.wants.marks(words) == {*range(len(words))} and bool(words)

    def _laid(
        self, told: Sequence[str], said: Sequence[Said] | None = None, bends: bool = False
    ) -> Iterator[_Stretch]:
        """Where the words stand, one behind the other. bends: the first may be another form."""
        said = self._said if said is None else said
        if not any(word.isalpha() and not self._lists.is_function(word) for word in told):
            return
        for start in range(len(said)):
            end = self._end_of(told, said, start, bends)
            if end:
                yield _Stretch(told, start, end)

    def _end_of(self, told: Sequence[str], said: Sequence[Said], start: int, bends: bool) -> int:
        """Where they end, begun at `start`; 0 where they don't stand there. Small words may be left
        out, and articles added.
        """
        place = start
        for at, word in enumerate(told):
            while place < len(said) and not self._is(word, said[place], bends and at == 0):
                if at == 0 or not self._is_dropped(said[place]):
                    break
                place += 1
            if place < len(said) and self._is(word, said[place], bends and at == 0):
                place += 1
            elif at == 0 or word not in self._lists.articles:
                return 0
        return place

    def _is(self, told: str, said: Said, bends: bool) -> bool:
        if said.kind is Kind.SELF:
            return told in self._lists.you
        if told in self._lists.your:
            return said.text in self._lists.my
        if said.text == told:
            return True
        return self._is_case(told, said) or (bends and self._rules.same(said.text, told))

    def _is_case(self, told: str, said: Said) -> bool:
        """A noun where nouns have cases: "Angebote", "Angeboten"."""
        if not self._lists.verb_last or not said.capital:
            return False
        return told in {said.text + ending for ending in ("n", "en", "s", "es")}

    def _is_dropped(self, said: Said) -> bool:
        return said.kind is Kind.SKIP and not said.parts and said.text not in self._lists.my
