"""Early signs: plain rules over a person's own answers, for that person's eyes alone.

Only answers are looked at. A week without one is no answer: it neither fires a rule nor breaks a
row of answers that are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.domain.check_in import Value


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of a person to one question; `at` is aware UTC."""

    value: Value
    at: datetime


@dataclass(frozen=True, slots=True)
class SignRule:
    """A rule about the answers to one question of one pack. Exactly one of its tests is set.

    fell_by: an answer lies so much or more below the one before. at_most, at_least: a rating or
    number is so low or so high. chose: the option chosen. times: how often in a row.
    """

    key: str
    pack: str
    question: str
    fell_by: int | None = None
    at_most: int | None = None
    at_least: int | None = None
    chose: str = ""
    times: int = 1

    @property
    def reach(self) -> int:
        """How many answers it takes: a fall needs the one before too."""
        return self.times if self.fell_by is None else self.times + 1

    def rests_on(self, answers: Sequence[Answered]) -> tuple[Answered, ...]:
        """The answers on which the last of `answers` (oldest first) meets the rule, newest first;
        none where it doesn't meet it.
        """
        if not answers or not self._concerns(answers[-1].value):
            return ()
        newest = [each for each in answers if self._concerns(each.value)][-self.reach :]
        values = [each.value for each in newest]
        meets = len(values) == self.reach and self._met_by(values)
        return tuple(reversed(newest)) if meets else ()

    def _concerns(self, value: Value) -> bool:
        return bool(value.choice) if self.chose else _figure(value) is not None

    def _met_by(self, values: Sequence[Value]) -> bool:
        if self.chose:
            return all(value.choice == self.chose for value in values)
        figures = [figure for value in values if (figure := _figure(value)) is not None]
        if self.fell_by is not None:
            return all(before - after >= self.fell_by for before, after in pairwise(figures))
        return all(self._is_within(figure) for figure in figures)

    def _is_within(self, figure: int) -> bool:
        if self.at_most is not None:
            return figure <= self.at_most
        return self.at_least is not None and figure >= self.at_least


def _figure(value: Value) -> int | None:
    return value.number if value.rating is None else value.rating


@dataclass(frozen=True, slots=True)
class EarlySigns:
    """The organisation's rules, in the order in which they are tried; off unless switched on."""

    enabled: bool = False
    rules: tuple[SignRule, ...] = ()
