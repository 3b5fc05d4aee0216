"""Where the time goes that AI saves: sums and counts over what people chose to share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bot.domain.summary import SharedAnswer

PACK = "ai_capacity"
HOURS, WENT = "hours_saved", "where_time_went"
"""The pack and its questions that this is about."""

SAME = "more_of_the_same"


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """hours: the sum of what `people` told. went: how many chose which category, most first.
    answers: the ids of all that was counted.
    """

    hours: int
    people: int
    went: tuple[tuple[str, int], ...]
    answers: tuple[UUID, ...]

    @property
    def tellers(self) -> int:
        """How many told where it went."""
        return sum(count for _, count in self.went)

    @property
    def mostly_more_of_the_same(self) -> bool:
        """Whether more than half of those who told where it went say so."""
        return dict(self.went).get(SAME, 0) * 2 > self.tellers


def reclaimed(answers: Iterable[SharedAnswer]) -> Reclaimed | None:
    """The sums over answers to `PACK`, of each person the last one; None where there is none."""
    latest: dict[tuple[UUID, str], SharedAnswer] = {}
    for answer in sorted(answers, key=lambda a: (a.answered_at, a.period)):
        latest[answer.subject_id, answer.question_key] = answer
    hours = [a for (_, key), a in latest.items() if key == HOURS and a.value.number is not None]
    went = [a for (_, key), a in latest.items() if key == WENT and a.value.choice]
    if not hours and not went:
        return None
    counts = Counter(answer.value.choice for answer in went)
    return Reclaimed(
        hours=sum(answer.value.number or 0 for answer in hours),
        people=len(hours),
        went=tuple(sorted(counts.items(), key=lambda found: (-found[1], found[0]))),
        answers=tuple(answer.answer_id for answer in (*hours, *went)),
    )
