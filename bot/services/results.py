"""What was counted of closed surveys, as far as a reader may see it: read here by every surface.

The role and the management are asked each time; the figures are the same for every reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.group_results import (
    Band,
    favourable_share,
    may_tell_number,
    options_of,
    shares,
    turnout,
)
from bot.domain.packs import Pack, Question
from bot.domain.people import Person, Role
from bot.domain.policy import Policy
from bot.domain.ports.survey_store import StoredFigure, Survey, SurveyUnit
from bot.domain.ports.unit_of_work import Tx
from bot.services.count_surveys import PARTICIPATION
from bot.services.result_access import Access, chain_of, lines_of
from bot.services.result_comments import comment_authors, comments_of, read_comments
from bot.services.result_views import (
    Comments,
    Figure,
    OpenedComments,
    Participation,
    QuestionResult,
    ResultUnit,
    SurveyLine,
    SurveyResult,
    TrendPoint,
)

__all__ = [
    "Band",
    "Comments",
    "Figure",
    "OpenedComments",
    "Participation",
    "QuestionResult",
    "ResultUnit",
    "SurveyLine",
    "SurveyResult",
    "TrendPoint",
    "comment_authors",
    "read_comments",
    "result",
    "surveys_for",
    "units_for",
]

TREND = 12
"""Surveys whose figures make a trend, the latest ones."""


def surveys_for(tx: Tx, reader: Person, now: datetime, limit: int = 50) -> Sequence[SurveyLine]:
    """Counted surveys of which the reader may see something at `now` (aware UTC), newest first."""
    return lines_of(tx, Access.of(tx, reader, now).surveys(limit))


def units_for(tx: Tx, reader: Person, survey_id: UUID, now: datetime) -> Sequence[ResultUnit]:
    """The units of a survey that the reader may choose from: everybody first, then by the
    manager's name. Those with fewer people asked than the minimum are left out.
    """
    survey = tx.surveys.get(survey_id)
    if survey is None:
        return []
    access = Access.of(tx, reader, now)
    minimum = access.policy.group_minimum
    units = [
        unit
        for unit in tx.surveys.units(survey_id).values()
        if unit.people >= minimum and access.may_see(survey, unit.unit_id)
    ]
    return sorted(_named(tx, units).values(), key=lambda u: (u.manager is not None, u.name, u.id))


def result(
    tx: Tx, reader: Person, survey_id: UUID, unit_id: UUID | None, now: datetime
) -> SurveyResult | None:
    """A survey's result; None where the reader may not see it or there is no such thing.

    unit_id: None is the reader's own: everybody for HR admins, the people below a manager, the
    own team of an employee.
    """
    survey = tx.surveys.get(survey_id)
    if survey is None:
        return None
    access = Access.of(tx, reader, now)
    wanted = unit_id or access.own_unit(survey)
    if wanted is None or not access.may_see(survey, wanted):
        return None
    chain = chain_of(tx.surveys.units(survey_id), wanted)
    return _Reading.of(tx, survey, chain, access).result() if chain else None


def _is_theirs(access: Access, before: Survey, unit_id: UUID) -> bool:
    """Whether the reader may see an earlier survey of the same unit: nobody inherits a trend."""
    return access.reader.role is Role.HR_ADMIN or access.own_unit(before) == unit_id


def _named(tx: Tx, units: Sequence[SurveyUnit]) -> dict[UUID, ResultUnit]:
    managers = tx.people.many({unit.unit_id for unit in units if unit.parent_id})
    return {
        unit.unit_id: ResultUnit(unit.unit_id, managers.get(unit.unit_id), unit.people)
        for unit in units
    }


@dataclass(frozen=True, slots=True)
class _Reading:
    """One survey on its way to a reader of the first unit of `chain`."""

    tx: Tx
    survey: Survey
    line: SurveyLine
    policy: Policy
    reads_words: bool
    chain: Sequence[SurveyUnit]
    named: Mapping[UUID, ResultUnit]
    figures: Mapping[tuple[UUID, str], Mapping[str, int]]
    history: Sequence[tuple[Survey, StoredFigure]]
    packs: Mapping[UUID, Pack]

    @classmethod
    def of(cls, tx: Tx, survey: Survey, chain: Sequence[SurveyUnit], access: Access) -> _Reading:
        ids = [unit.unit_id for unit in chain]
        figures = tx.surveys.figures(survey.id, ids)
        history = [
            (before, figure)
            for before, figure in tx.surveys.history(survey, {u for u, _ in figures}, TREND)
            if access.may_see(before, figure.unit_id) and _is_theirs(access, before, ids[0])
        ]
        revisions = tx.cadences.packs({each.pack_revision_id for each, _ in history})
        packs = {key: revision.pack for key, revision in revisions.items()}
        [line], named = lines_of(tx, [survey]), _named(tx, chain)
        words, policy = access.may_read_words(survey, ids[0]), access.policy
        return cls(tx, survey, line, policy, words, chain, named, figures, history, packs)

    def result(self) -> SurveyResult:
        return SurveyResult(
            survey=self.line,
            unit=self.named[self.chain[0].unit_id],
            participation=self._participation(),
            questions=tuple(self._questions()),
            group_minimum=self.policy.group_minimum,
            comment_minimum=self.policy.comment_minimum,
            reads_words=self.reads_words,
        )

    def _questions(self) -> Iterator[QuestionResult]:
        for question in self.line.pack.questions:
            if question.is_counted:
                yield QuestionResult(question, self._figure(question), self._comments(question))

    def _comments(self, question: Question) -> Comments | None:
        if not self.reads_words:
            return None
        unit = self.named[self.chain[0].unit_id]
        found = comments_of(self.tx, self.survey, question, unit.id, self.policy)
        return Comments(unit, len(found)) if found else None

    def _participation(self) -> Participation | None:
        unit = self._nearest(PARTICIPATION)
        if unit is None:
            return None
        told = turnout(self.figures[unit, PARTICIPATION], self.policy.group_minimum)
        return Participation(self.named[unit], self._is_above(unit), told.percent, told.band)

    def _figure(self, question: Question) -> Figure | None:
        unit = self._nearest(question.key)
        if unit is None:
            return None
        counts = self.figures[unit, question.key]
        answers = sum(counts.values())
        people, minimum = self.named[unit].people, self.policy.group_minimum
        return Figure(
            unit=self.named[unit],
            rolled_up=self._is_above(unit),
            shares=shares(counts, options_of(question)),
            favourable=favourable_share(counts, question.favourable_from),
            answers=answers if may_tell_number(answers, people, minimum) else None,
            trend=self._trend(unit, question.key),
        )

    def _trend(self, unit_id: UUID, key: str) -> tuple[TrendPoint, ...]:
        points = [
            TrendPoint(survey.closes_at, survey.period, favourable)
            for survey, figure in self.history
            if (figure.unit_id, figure.question_key) == (unit_id, key)
            and (favourable := self._favourable(survey, figure)) is not None
        ]
        return tuple(points) if len(points) > 1 else ()

    def _favourable(self, survey: Survey, figure: StoredFigure) -> int | None:
        """By the pack as it was asked; None where the question had no favourable side then."""
        questions = {q.key: q for q in self.packs[survey.pack_revision_id].questions}
        question = questions.get(figure.question_key)
        return favourable_share(figure.counts, question.favourable_from) if question else None

    def _nearest(self, key: str) -> UUID | None:
        """The lowest unit of the chain of which that may be shown."""
        ids = (unit.unit_id for unit in self.chain)
        return next((unit_id for unit_id in ids if (unit_id, key) in self.figures), None)

    def _is_above(self, unit_id: UUID) -> bool:
        return unit_id != self.chain[0].unit_id
