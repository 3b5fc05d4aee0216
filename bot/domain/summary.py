"""The weekly summary's facts: what was shared, what changed, what to ask next. Counting only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.masking import NameBook

PLAIN = "plain"
"""The writer that asks no model."""

_SENTENCE_END = re.compile(r"[.!?](?=\s)")


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """One answer version a manager may read. `previous` is what this manager was shown of the same
    question in an earlier check-in; `edited` is true when an earlier wording of this very answer
    stood in an earlier summary.
    """

    answer_id: UUID
    version_id: UUID
    subject_id: UUID
    question_key: str
    pack_revision_id: UUID
    value: Value
    answered_at: datetime
    period: str
    previous: Value | None = None
    edited: bool = False

    @property
    def rating_change(self) -> int | None:
        """How far the self-reported rating moved since the last one; arithmetic, no opinion."""
        if self.value.rating is None or self.previous is None or self.previous.rating is None:
            return None
        return self.value.rating - self.previous.rating


@dataclass(frozen=True, slots=True)
class RatingPoint:
    """A rating this manager may read, for the small trend line."""

    question_key: str
    period: str
    answered_at: datetime
    rating: int


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """Everything one writer call may see: one employee's shared answers and nobody else's.

    name: the whole one. names: those of the people list, so that a model sees none of them.
    """

    subject_id: UUID
    first_name: str
    locale: str
    answers: tuple[SharedAnswer, ...]
    trend: tuple[RatingPoint, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    starters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    name: str = ""
    names: NameBook = field(default_factory=NameBook)


@dataclass(frozen=True, slots=True)
class Starter:
    """A question for the next 1:1 and the words it rests on (verbatim, from that version)."""

    text: str
    version_id: UUID
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that a claim rests on: verbatim from that version of an answer."""

    version_id: UUID
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence about a person in a model's words, with all that it rests on; never nothing."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """One person's part of a summary as a writer worded it.

    writer: `PLAIN`, or the model's name; prompt: the version of what the model was told. dropped
    counts the sentences a model proposed that did not hold. tokens: what asking it cost; kept
    nowhere with the part.
    """

    starters: tuple[Starter, ...] = ()
    writer: str = PLAIN
    claims: tuple[Claim, ...] = ()
    dropped: int = 0
    prompt: str = ""
    tokens: int = field(default=0, compare=False)

    @property
    def is_worded(self) -> bool:
        """Whether a model worded it."""
        return self.writer != PLAIN


def excerpt(text: str, limit: int = 120) -> str:
    """A verbatim beginning of `text`, at most `limit` characters; never altered.

    The first line where it fits, otherwise as many of its sentences as fit, otherwise its words.
    """
    first = text.strip().split("\n")[0]
    if len(first) <= limit:
        return first
    ends = [match.end() for match in _SENTENCE_END.finditer(first) if match.end() <= limit]
    if ends:
        return first[: ends[-1]]
    cut = first[:limit]
    return cut[: cut.rfind(" ")] if " " in cut else cut


def shortened(text: str, limit: int) -> str:
    """The same beginning, with a mark where there is more."""
    short = excerpt(text, limit)
    return short if short == text.strip() else f"{short} …"


def trend_of(points: Sequence[RatingPoint], key: str, limit: int = 6) -> tuple[RatingPoint, ...]:
    """The last `limit` ratings of one question, oldest first."""
    of_question = sorted((p for p in points if p.question_key == key), key=lambda p: p.answered_at)
    return tuple(of_question[-limit:])
