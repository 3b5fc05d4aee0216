"""What was counted of closed surveys, as far as a reader may see it: read here by every surface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.group_results import Band
from bot.domain.packs import Pack, Question
from bot.domain.people import Person
from bot.domain.ports.survey_store import Survey
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault


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
    """How many comments may be read now, without names, of `unit`."""

    unit: ResultUnit
    rolled_up: bool
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
        return self.question.kind.value != "text"


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """One survey for one unit. `group_minimum` and `comment_minimum` are today's."""

    survey: SurveyLine
    unit: ResultUnit
    participation: Participation | None
    questions: tuple[QuestionResult, ...]
    group_minimum: int
    comment_minimum: int


@dataclass(frozen=True, slots=True)
class OpenedComments:
    """A page of comments, in an order that tells nothing, and how many there are in all."""

    texts: tuple[str, ...]
    total: int


def surveys_for(tx: Tx, reader: Person, now: datetime, limit: int = 50) -> Sequence[SurveyLine]:
    """Counted surveys of which the reader may see something at `now` (aware UTC), newest first."""
    raise NotImplementedError


def units_for(tx: Tx, reader: Person, survey_id: UUID, now: datetime) -> Sequence[ResultUnit]:
    """The units of a survey that the reader may choose from: everybody first, then by the
    manager's name. Those with fewer people asked than the minimum are left out.
    """
    raise NotImplementedError


def result(
    tx: Tx, reader: Person, survey_id: UUID, unit_id: UUID | None, now: datetime
) -> SurveyResult | None:
    """A survey's result; None where the reader may not see it or there is no such thing.

    unit_id: None is the reader's own: everybody for HR admins, the people below a manager, the
    own team of an employee.
    """
    raise NotImplementedError


def comment_authors(
    tx: Tx, reader: Person, survey_id: UUID, unit_id: UUID, question_key: str, now: datetime
) -> set[UUID]:
    """Whose keys `read_comments` needs; nobody's where the reader may not read them."""
    raise NotImplementedError


def read_comments(
    tx: Tx,
    vault: Vault,
    reader: Person,
    survey_id: UUID,
    unit_id: UUID,
    question_key: str,
    now: datetime,
    *,
    start: int = 0,
    limit: int = 10,
) -> OpenedComments | None:
    """Comments from number `start` on, each logged as read ("unnamed"); None where none may be
    read now. unit_id: of `QuestionResult.comments`.

    Call it in a write, with the keys of `comment_authors`.
    """
    raise NotImplementedError


def line_of(tx: Tx, survey: Survey) -> SurveyLine:
    raise NotImplementedError
