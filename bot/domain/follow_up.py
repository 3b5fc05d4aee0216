"""Which answers get one more question, and which one: rules on the text alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.domain.packs import FollowUp, Question, When

FEW_WORDS = 3
FEW_CHARACTERS = 20
LONGEST_FEW_WORDS = 40
"""Some scripts put no spaces between words: three of them may be a whole paragraph."""

_ASKS = re.compile(r"[?\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}](?!\w)")
"""Not the one within a web address."""

_BARE_NUMBER = re.compile(r"[\d\s.,:/%+-]*\d[\d\s.,:/%+-]*")


def is_short(text: str) -> bool:
    """Whether an answer says very little: three words at most, or twenty characters. A number
    alone says all that it means to.
    """
    told = text.strip()
    if not told or _BARE_NUMBER.fullmatch(told):
        return False
    few_words = len(told.split()) <= FEW_WORDS and len(told) <= LONGEST_FEW_WORDS
    return few_words or len(told) <= FEW_CHARACTERS


def asks_back(text: str) -> bool:
    """Whether there is a question in it."""
    return _ASKS.search(text) is not None


def fitting(question: Question, answer: str) -> tuple[FollowUp, ...]:
    """The follow-up questions that may come after `answer` (all of it), the most fitting kind
    first; none where it says enough and asks nothing.
    """
    kinds = [
        *([When.QUESTION] if asks_back(answer) else []),
        *([When.SHORT] if is_short(answer) else []),
    ]
    if not kinds:
        return ()
    of_kinds = ((f for f in question.follow_ups if f.when is when) for when in (*kinds, When.ANY))
    return tuple(follow_up for some in of_kinds for follow_up in some)


def in_turn(found: Sequence[FollowUp], on: date) -> FollowUp:
    """The one for the week of `on` among those of the first kind: each week another comes first.

    found: what `fitting` found; never empty.
    """
    best = [each for each in found if each.when is found[0].when]
    return best[on.toordinal() // 7 % len(best)]
