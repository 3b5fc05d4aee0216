"""What a reader sees of a counted survey, for every surface alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.group_results import Band
from bot.domain.packs import Pack, Question, QuestionKind
from bot.domain.people import Person


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A counted survey in a list; moments aware UTC."""

    id: UUID
    cadence_key: str
    title: str
    period: str
    pack: Pack
    closed_at: datetime
    counted_at: datetime

    @property
    def key(self) -> str:
        """As the command line names it, such as ai-clarity/2026-W34."""
        return f"{self.cadence_key}/{self.period}"


@dataclass(frozen=True, slots=True)
class ResultUnit:
    """Everybody below `manager` when the survey closed (None: everybody); `people` were asked."""

    id: UUID
    manager: Person | None
    people: int

    @property
    def name(self) -> str:
        """The manager's name; empty for everybody."""
        return self.manager.name if self.manager else ""


@dataclass(frozen=True, slots=True)
class Participation:
    """How many of a unit answered at all: `percent` to the nearest 5, or else a band.

    `unit` is the one it is about, above the one asked for where `rolled_up`.
    """

    unit: ResultUnit
    rolled_up: bool
    percent: int | None
    band: Band


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The favourable share, in whole percent, in the survey that closed then (aware UTC)."""

    closed_at: datetime
    period: str
    favourable: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What was answered in `unit`, above the one asked for where `rolled_up`.

    shares: whole percent by option, all of them in the scale's order: "1" to "5" of a rating, a
    choice's options, or "0", "1-2", "3-5", "6-10", "11+" of a number. favourable: whole percent,
    None where the question has no favourable side. answers: how many; None where it may only be
    said that they are at least the minimum. trend: the same unit's, oldest first, this survey
    included; empty until there are two.
    """

    unit: ResultUnit
    rolled_up: bool
    shares: Mapping[str, int]
    favourable: int | None
    answers: int | None
    trend: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Comments:
    """How many comments may be read now, without names, of the unit asked for.

    They never come from a unit above it: words are for those who answer for these people.
    """

    unit: ResultUnit
    count: int


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """figure: None where nothing may be shown ("too few answers or not enough variety to show"),
    and for questions without a scale. comments: None where there are none that may be read.
    """

    question: Question
    figure: Figure | None
    comments: Comments | None = None

    @property
    def has_scale(self) -> bool:
        """Whether answers are counted at all, or it is words alone."""
        return self.question.kind is not QuestionKind.TEXT


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """One survey for one unit. `group_minimum` and `comment_minimum` are today's. `reads_words`:
    this reader may read words without names, where there are enough.
    """

    survey: SurveyLine
    unit: ResultUnit
    participation: Participation | None
    questions: tuple[QuestionResult, ...]
    group_minimum: int
    comment_minimum: int
    reads_words: bool = True


@dataclass(frozen=True, slots=True)
class OpenedComments:
    """A page of comments, in an order that tells nothing, and how many there are in all."""

    texts: tuple[str, ...]
    total: int
