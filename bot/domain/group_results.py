"""What may be shown of a closed survey: figures of groups, never of a person.

A figure rests on at least as many people as were promised, and so does whatever adding and
subtracting shown figures gives; none of it is unanimous. `group_units` sees to the size,
`group_hiding` to the variety. Only who was asked and who answered decides in which order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.group_hiding import varied_enough
from bot.domain.group_units import Sized, UnitTree, large_enough
from bot.domain.packs import Question, QuestionKind

ANSWERED = "answered"
NOT_ANSWERED = "not"

_UP_TO = ((0, "0"), (2, "1-2"), (5, "3-5"), (10, "6-10"))
_MORE = "11+"
NUMBERS = (*(name for _, name in _UP_TO), _MORE)
"""Numbers are counted in these ranges: a rare one would stand out."""

RATINGS = ("1", "2", "3", "4", "5")
_STEP = 5


class Band(StrEnum):
    """How many of a group answered, where it may not be told more closely: MOST is more than three
    quarters, MANY at least half, FEW less.
    """

    MOST = "most"
    MANY = "many"
    FEW = "few"


def options_of(question: Question) -> tuple[str, ...]:
    """What is counted of its answers, in the scale's order; nothing where they are words alone."""
    if question.takes_rating:
        return RATINGS
    if question.kind is QuestionKind.CHOICE:
        return question.options
    return NUMBERS if question.kind is QuestionKind.NUMBER else ()


def option_given(question: Question, value: Value) -> str | None:
    """Which of `options_of` an answer is; None where it gives none."""
    if question.takes_rating:
        return str(value.rating) if value.rating is not None else None
    if question.kind is QuestionKind.CHOICE:
        return value.choice or None
    return None if value.number is None else _range_of(value.number)


def _range_of(number: int) -> str:
    return next((name for most, name in _UP_TO if number <= most), _MORE)


Tally = Mapping[UUID, Counter[str]]
"""How often each option was given, by the lowest unit of those who gave it."""


def shown_figures(tree: UnitTree, tally: Tally, minimum: int) -> dict[UUID, Counter[str]]:
    """The counts of every unit that may be shown for one question, by unit."""
    sized = large_enough(tree, {each: some.total() for each, some in tally.items()}, minimum)
    left = _gathered(tally, sized)
    shown = varied_enough(sized, left)
    return {each: some for each, some in _summed(sized, left).items() if each in shown}


def shown_comments(tree: UnitTree, written: Mapping[UUID, int], minimum: int) -> dict[UUID, UUID]:
    """The lowest unit in which comments of each unit may be shown, for one question.

    written: how many comments each unit has of its own. Absent are units whose comments may be
    shown nowhere.
    """
    return dict(large_enough(tree, written, minimum).where)


def participation(tree: UnitTree, answered: Iterable[UUID]) -> Tally:
    """Who answered at all and who didn't, by lowest unit. answered: people, each of them asked."""
    did = set(answered)
    tally: dict[UUID, Counter[str]] = defaultdict(Counter)
    for person, unit_id in tree.home.items():
        tally[unit_id][ANSWERED if person in did else NOT_ANSWERED] += 1
    return tally


def _gathered(tally: Tally, sized: Sized) -> dict[UUID, Counter[str]]:
    """The same by what is left of each unit that is large enough."""
    left: dict[UUID, Counter[str]] = {each: Counter() for each in sized.above}
    for unit_id, counts in tally.items():
        if unit_id in sized.where:
            left[sized.where[unit_id]].update(counts)
    return left


def _summed(sized: Sized, left: Tally) -> dict[UUID, Counter[str]]:
    totals = {each: Counter(counts) for each, counts in left.items()}
    for unit_id in reversed(list(sized.above)):
        around = sized.above[unit_id]
        if around is not None:
            totals[around].update(totals[unit_id])
    return totals


def shares(counts: Mapping[str, int], options: Iterable[str]) -> dict[str, int]:
    """Whole percent of each option, halves upwards. Options that are gone from a pack are left out.

    Raises ZeroDivisionError where nothing was counted.
    """
    total = sum(counts.values())
    return {option: _percent(counts.get(option, 0), total) for option in options}


def favourable_share(counts: Mapping[str, int], favourable_from: int) -> int | None:
    """Whole percent of ratings from `favourable_from` on; None where it is 0."""
    if not favourable_from:
        return None
    good = sum(count for rating, count in counts.items() if int(rating) >= favourable_from)
    return _percent(good, sum(counts.values()))


def _percent(part: int, whole: int, step: int = 1) -> int:
    return int(Fraction(100 * part, whole * step) + Fraction(1, 2)) * step


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many answered at all: `percent` to the nearest 5 where both those who did and those who
    didn't are enough to be told, and a band anyhow.
    """

    percent: int | None
    band: Band


def turnout(counts: Mapping[str, int], minimum: int) -> Turnout:
    did, people = counts.get(ANSWERED, 0), sum(counts.values())
    percent = _percent(did, people, _STEP) if may_tell_number(did, people, minimum) else None
    share = Fraction(did, people)
    if share > Fraction(3, 4):
        return Turnout(percent, Band.MOST)
    return Turnout(percent, Band.MANY if share >= Fraction(1, 2) else Band.FEW)


def may_tell_number(answers: int, people: int, minimum: int) -> bool:
    """Whether it may be told how many of `people` answered: both sides have enough."""
    return min(answers, people - answers) >= minimum
