"""Surveys that run, and what was counted of those that have closed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.check_in import Asked
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.survey_store import (
    AskedPerson,
    Counted,
    StoredComment,
    StoredFigure,
    Survey,
    SurveyUnit,
)
from storage.store import Found, Query, Store, own, plain
from storage.tables.conversation import CheckInQuestionRow, CheckInRow, OccurrenceRow, PlanRow
from storage.tables.survey import SurveyCommentRow, SurveyFigureRow, SurveyRow, SurveyUnitRow

_survey = SurveyRow.__table__
_unit = SurveyUnitRow.__table__
_figure = SurveyFigureRow.__table__
_comment = SurveyCommentRow.__table__
_check_in = CheckInRow.__table__
_question = CheckInQuestionRow.__table__
_plan = PlanRow.__table__
_occurrence = OccurrenceRow.__table__
_COLUMNS = (
    _survey.c.id,
    _survey.c.cadence_id,
    _survey.c.period,
    _survey.c.pack_revision_id,
    _survey.c.opened_at,
    _survey.c.closes_at,
    _survey.c.counted_at,
)

_RUNNING = select(*_COLUMNS).where(own(_survey), _survey.c.counted_at.is_(None))
_NEXT_AT = select(func.min(_survey.c.closes_at)).where(own(_survey), _survey.c.counted_at.is_(None))


class SqlSurveys(Store):
    """The Surveys port."""

    def expect(self, surveys: Sequence[Survey]) -> None:
        """Writes nothing where all is known, so that planners hardly ever wait for each other."""
        known = self.of_rounds([(each.cadence_id, each.period) for each in surveys])
        news = [
            each for each in surveys if _is_news(known.get((each.cadence_id, each.period)), each)
        ]
        if not news:
            return
        insert = self._insert(_survey)
        new = insert.excluded
        follow = insert.on_conflict_do_update(
            index_elements=[_survey.c.organisation_id, _survey.c.cadence_id, _survey.c.period],
            set_={
                "opened_at": _chosen(new.opened_at < _survey.c.opened_at, new, "opened_at"),
                "closes_at": _chosen(new.closes_at > _survey.c.closes_at, new, "closes_at"),
            },
            where=_survey.c.counted_at.is_(None),
        )
        rows = [self._row(each) for each in sorted(news, key=lambda s: (s.cadence_id, s.period))]
        self._connection.execute(follow, rows)

    def of_rounds(self, rounds: Collection[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], Survey]:
        if not rounds:
            return {}
        query = select(*_COLUMNS).where(
            self._own(_survey),
            _survey.c.cadence_id.in_({cadence_id for cadence_id, _ in rounds}),
            _survey.c.period.in_({period for _, period in rounds}),
        )
        found = (Survey(*row) for row in self._connection.execute(query))
        wanted = {(each.cadence_id, each.period): each for each in found}
        return {each: wanted[each] for each in rounds if each in wanted}

    def next_at(self) -> datetime | None:
        return self._run(_NEXT_AT).scalar()

    def due(self, now: datetime) -> Survey | None:
        closed = _RUNNING.where(_survey.c.closes_at <= now)
        row = self._run(closed.order_by(_survey.c.closes_at, _survey.c.id).limit(1)).one_or_none()
        return None if row is None else Survey(*row)

    def postpone(self, survey_id: UUID, until: datetime) -> None:
        running = update(_survey).where(
            self._own(_survey), _survey.c.id == survey_id, _survey.c.counted_at.is_(None)
        )
        self._connection.execute(running.values(closes_at=until))

    def closes_at(self, survey: Survey) -> datetime | None:
        query = select(func.max(_check_in.c.closes_at)).where(*self._of_round(survey))
        return self._connection.execute(query).scalar()

    def to_come(self, survey: Survey) -> datetime | None:
        query = select(func.max(_plan.c.next_due_at)).where(
            self._own(_plan),
            _plan.c.cadence_id == survey.cadence_id,
            _plan.c.period == survey.period,
        )
        return self._connection.execute(query).scalar()

    def asked(self, survey: Survey) -> Sequence[AskedPerson]:
        answered = exists().where(
            self._own(_question),
            _question.c.check_in_id == _check_in.c.id,
            _question.c.state == Asked.ANSWERED.value,
        )
        sent = _occurrence.c.state == OccurrenceState.SENT.value
        query = (
            select(_check_in.c.id, _check_in.c.person_id, answered.label("answered"))
            .join(_occurrence, _occurrence.c.id == _check_in.c.occurrence_id)
            .where(
                *self._of_round(survey),
                _check_in.c.pack_revision_id == survey.pack_revision_id,
                or_(sent, answered),
            )
        )
        return [AskedPerson(*row) for row in self._connection.execute(query)]

    def keep(self, survey: Survey, counted: Counted, at: datetime) -> bool:
        """The update is the turnstile: of two that counted, one finds the row counted already."""
        mine = update(_survey).where(
            self._own(_survey), _survey.c.id == survey.id, _survey.c.counted_at.is_(None)
        )
        turned = self._connection.execute(mine.values(counted_at=at, closes_at=survey.closes_at))
        if not turned.rowcount:
            return False
        ids = {"organisation_id": self._organisation, "survey_id": survey.id}
        self._add(_unit, [ids | plain(each) for each in counted.units])
        self._add(_figure, [ids | plain(each) for each in counted.figures])
        self._add(_comment, [ids | plain(each) for each in counted.comments])
        return True

    def give_up(self, now: datetime) -> None:
        closed = update(_survey).where(
            self._own(_survey), _survey.c.counted_at.is_(None), _survey.c.closes_at <= now
        )
        self._connection.execute(closed.values(counted_at=now))

    def get(self, survey_id: UUID) -> Survey | None:
        found = self._counted().where(_survey.c.id == survey_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else Survey(*row)

    def counted(self, limit: int, unit_id: UUID | None = None) -> Sequence[Survey]:
        query = self._counted().order_by(_survey.c.closes_at.desc(), _survey.c.id).limit(limit)
        if unit_id is not None:
            query = query.where(
                exists().where(
                    self._own(_unit), _unit.c.survey_id == _survey.c.id, _unit.c.unit_id == unit_id
                )
            )
        return [Survey(*row) for row in self._connection.execute(query)]

    def units(self, survey_id: UUID) -> Mapping[UUID, SurveyUnit]:
        query = select(_unit.c.unit_id, _unit.c.parent_id, _unit.c.people).where(
            self._own(_unit), _unit.c.survey_id == survey_id
        )
        return {row.unit_id: SurveyUnit(*row) for row in self._connection.execute(query)}

    def figures(
        self, survey_id: UUID, units: Iterable[UUID]
    ) -> Mapping[tuple[UUID, str], Mapping[str, int]]:
        def query(some: Sequence[UUID]) -> Query:
            return self._figures().where(
                _figure.c.survey_id == survey_id, _figure.c.unit_id.in_(some)
            )

        found = (_figure_of(row) for row in self._among(units, query))
        return {(each.unit_id, each.question_key): each.counts for each in found}

    def history(
        self, survey: Survey, units: Iterable[UUID], limit: int
    ) -> Sequence[tuple[Survey, StoredFigure]]:
        surveys = {each.id: each for each in self._up_to(survey, limit)}

        def query(some: Sequence[UUID]) -> Query:
            return self._figures().where(
                _figure.c.survey_id.in_(surveys), _figure.c.unit_id.in_(some)
            )

        found = [(surveys[row.survey_id], _figure_of(row)) for row in self._among(units, query)]
        return sorted(found, key=lambda each: (each[0].closes_at, each[0].id))

    def comments(
        self, survey_id: UUID, question_key: str, units: Iterable[UUID]
    ) -> Sequence[StoredComment]:
        """By the version's id, which is random."""

        def query(some: Sequence[UUID]) -> Query:
            return select(
                _comment.c.unit_id, _comment.c.question_key, _comment.c.answer_version_id
            ).where(
                self._own(_comment),
                _comment.c.survey_id == survey_id,
                _comment.c.question_key == question_key,
                _comment.c.unit_id.in_(some),
            )

        found = [StoredComment(*row) for row in self._among(units, query)]
        return sorted(found, key=lambda each: each.answer_version_id)

    def _row(self, survey: Survey) -> dict[str, Any]:
        return plain(survey) | {"organisation_id": self._organisation}

    def _of_round(self, survey: Survey) -> Sequence[ColumnElement[bool]]:
        """What was opened before it cannot be of this round: so the index on that time serves."""
        return (
            self._own(_check_in),
            _check_in.c.opened_at >= survey.opened_at,
            _check_in.c.cadence_id == survey.cadence_id,
            _check_in.c.period == survey.period,
        )

    def _counted(self) -> Query:
        """Those that were given up have no units."""
        has_units = exists().where(self._own(_unit), _unit.c.survey_id == _survey.c.id)
        return select(*_COLUMNS).where(
            self._own(_survey), _survey.c.counted_at.is_not(None), has_units
        )

    def _up_to(self, survey: Survey, limit: int) -> Sequence[Survey]:
        query = self._counted().where(
            _survey.c.cadence_id == survey.cadence_id, _survey.c.closes_at <= survey.closes_at
        )
        newest = query.order_by(_survey.c.closes_at.desc(), _survey.c.id).limit(limit)
        return [Survey(*row) for row in self._connection.execute(newest)]

    def _figures(self) -> Query:
        return select(
            _figure.c.survey_id, _figure.c.unit_id, _figure.c.question_key, _figure.c.counts
        ).where(self._own(_figure))


def _is_news(known: Survey | None, survey: Survey) -> bool:
    """Whether it says more of a running survey than is kept."""
    if known is None:
        return True
    return known.counted_at is None and (
        survey.opened_at < known.opened_at
        or survey.closes_at > known.closes_at
        or survey.pack_revision_id != known.pack_revision_id
    )


def _chosen(is_new: ColumnElement[bool], new: Any, column: str) -> ColumnElement[Any]:
    return case((is_new, new[column]), else_=_survey.c[column])


def _figure_of(row: Found) -> StoredFigure:
    return StoredFigure(row.unit_id, row.question_key, row.counts)
