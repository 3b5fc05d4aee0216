"""Rows that are deleted for good because they are old, a bounded number at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Table, delete, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.agenda import AgendaState
from bot.domain.delivery import DeliveryState
from bot.domain.one_to_one import MeetingState
from bot.domain.ports.expiry_store import Expiring, Old
from bot.domain.ports.summary_store import Released
from bot.domain.promise import PromiseState
from storage.queries import chunks
from storage.store import Query, Store
from storage.summaries import SqlSummaries
from storage.tables.ai import AiDayRow
from storage.tables.configuration import PackRevisionRow
from storage.tables.conversation import (
    AnswerAudienceRow,
    AnswerReaderRow,
    AnswerRow,
    AnswerVersionRow,
    CheckInQuestionRow,
    CheckInRow,
)
from storage.tables.desk import MeetingRow
from storage.tables.expectations import ExpectationsQuestionRow
from storage.tables.logs import ReadLogRow
from storage.tables.pair import AgendaItemRow, PromiseRow
from storage.tables.queue import DeliveryRow, LocalMessageRow
from storage.tables.survey import SurveyCommentRow

_ai_day = AiDayRow.__table__
_pack = PackRevisionRow.__table__
_check_in = CheckInRow.__table__
_asked = CheckInQuestionRow.__table__
_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__
_audience = AnswerAudienceRow.__table__
_reader = AnswerReaderRow.__table__
_comment = SurveyCommentRow.__table__
_reading = ReadLogRow.__table__
_delivery = DeliveryRow.__table__
_promise = PromiseRow.__table__
_item = AgendaItemRow.__table__
_meeting = MeetingRow.__table__
_question = ExpectationsQuestionRow.__table__
_local = LocalMessageRow.__table__

_SETTLED = [
    state.value for state in (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.UNKNOWN)
]


class SqlExpiry(Store):
    """The Expiry port."""

    def packs(self) -> Mapping[str, Sequence[UUID]]:
        rows = self._connection.execute(select(_pack.c.key, _pack.c.id).where(self._own(_pack)))
        found: dict[str, list[UUID]] = defaultdict(list)
        for key, revision_id in rows:
            found[key].append(revision_id)
        return found

    def waiting(self, revisions: Sequence[UUID], before: datetime) -> Expiring:
        people = func.count(_check_in.c.person_id.distinct())
        counted = select(func.count(), people, func.min(_check_in.c.closes_at))
        row = self._connection.execute(counted.where(*self._closed(revisions, before))).one()
        return Expiring(*row)

    def oldest(self, revisions: Sequence[UUID], before: datetime, limit: int) -> Sequence[Old]:
        rows: list[Any] = []
        for revision in revisions:  # each by itself: then the index leads to the oldest at once
            rows += self._oldest(revision, before, limit - len(rows))
        return [Old(row.id, row.person_id) for row in rows]

    def delete_check_ins(self, old: Sequence[Old]) -> Sequence[Released]:
        ids, people = [each.check_in_id for each in old], list({each.person_id for each in old})
        released = self._delete_answers(ids, people)
        self._delete_messages(_delivery.c.about_id.in_(ids), people)
        self._delete(_asked, _asked.c.check_in_id.in_(ids))
        self._delete(_check_in, _check_in.c.id.in_(ids))
        return released

    def delete_between(self, before: datetime, limit: int) -> int:
        promises = self._settled(_promise, PromiseState.OPEN.value, before, limit)
        items = self._settled(_item, AgendaState.OPEN.value, before, limit)
        people = [each for row in promises for each in (row.employee_id, row.manager_id)]
        ids = [row.id for row in promises]
        self._delete_messages(_delivery.c.about_id.in_(ids), people)
        self._delete(_promise, _promise.c.id.in_(ids))
        self._delete(_item, _item.c.id.in_([row.id for row in items]))
        return len(promises) + len(items) + self._empty_notes(before, limit)

    def delete_others(self, before: datetime, limit: int) -> int:
        return self._delete_questions(before, limit) + self._delete_local(before, limit)

    def delete_ai_days(self, before: date) -> int:
        which = self._of(_ai_day, _ai_day.c.day < before)
        return self._connection.execute(which).rowcount

    def _oldest(self, revision: UUID, before: datetime, limit: int) -> Sequence[Any]:
        old = select(_check_in.c.id, _check_in.c.person_id)
        first = old.where(*self._closed([revision], before)).order_by(_check_in.c.opened_at)
        return self._connection.execute(first.limit(limit)).all() if limit else []

    def _closed(self, revisions: Sequence[UUID], before: datetime) -> Sequence[ColumnElement[bool]]:
        """Nothing closes before it was opened: that has the index."""
        return (
            self._own(_check_in),
            _check_in.c.opened_at < before,
            _check_in.c.closes_at < before,
            _check_in.c.pack_revision_id.in_(revisions),
        )

    def _delete_answers(
        self, check_ins: Sequence[UUID], people: Sequence[UUID]
    ) -> Sequence[Released]:
        """Whatever refers to a row goes before it."""
        released: list[Released] = []
        summaries = SqlSummaries(self._connection, self._organisation)
        answers = self._ids(_answer, _answer.c.check_in_id.in_(check_ins))
        for some in chunks(answers):
            versions = self._ids(_version, _version.c.answer_id.in_(some))
            for each in chunks(versions):
                self._delete(_comment, _comment.c.answer_version_id.in_(each))
                released += summaries.release(each)
            theirs = _reading.c.person_id.in_(people)
            self._delete(_reading, theirs, _reading.c.answer_id.in_(some))
            for table in (_reader, _audience, _version):
                self._delete(table, table.c.answer_id.in_(some))
            self._delete(_answer, _answer.c.id.in_(some))
        return released

    def _delete_messages(self, about: ColumnElement[bool], people: Sequence[UUID]) -> None:
        """Messages, and the rows that changed them later; none that is on its way."""
        messages = self._ids(_delivery, about, _delivery.c.state.in_(_SETTLED))
        for some in chunks(messages):
            changed = _delivery.c.person_id.in_(people), _delivery.c.target_id.in_(some)
            self._delete(_delivery, *changed, _delivery.c.state.in_(_SETTLED))
            self._delete(_delivery, _delivery.c.id.in_(some))

    def _settled(self, table: Table, is_open: str, before: datetime, limit: int) -> Sequence[Any]:
        columns = table.c.id, table.c.employee_id, table.c.manager_id
        old = self._own(table), table.c.state != is_open, table.c.state_at < before
        return self._connection.execute(select(*columns).where(*old).limit(limit)).all()

    def _empty_notes(self, before: datetime, limit: int) -> int:
        """The meeting itself stays: it says when the two met last."""
        copies = _meeting.c.sealed_for_employee, _meeting.c.sealed_for_manager
        noted = or_(*(copy.is_not(None) for copy in copies))
        over = _meeting.c.state.in_([MeetingState.HELD.value, MeetingState.MISSED.value])
        ids = self._ids(_meeting, noted, over, _meeting.c.state_at < before, limit=limit)
        emptied = dict.fromkeys(("sealed_for_employee", "sealed_for_manager"))
        which = self._own(_meeting), _meeting.c.id.in_(ids)
        self._connection.execute(update(_meeting).where(*which).values(emptied))
        return len(ids)

    def _delete_questions(self, before: datetime, limit: int) -> int:
        columns = _question.c.id, _question.c.person_id
        old = self._own(_question), _question.c.asked_at < before
        rows = self._connection.execute(select(*columns).where(*old).limit(limit)).all()
        ids, people = [row.id for row in rows], [row.person_id for row in rows]
        theirs = _reading.c.person_id.in_(people), _reading.c.answer_id.in_(ids)
        self._delete(_reading, *theirs)
        self._delete(_question, _question.c.id.in_(ids))
        return len(ids)

    def _delete_local(self, before: datetime, limit: int) -> int:
        ids = self._ids(_local, _local.c.sent_at < before, limit=limit)
        self._delete(_local, _local.c.id.in_(ids))
        return len(ids)

    def _ids(
        self, table: Table, *which: ColumnElement[bool], limit: int | None = None
    ) -> Sequence[UUID]:
        query: Query = select(table.c.id).where(self._own(table), *which).limit(limit)
        return list(self._connection.execute(query).scalars())

    def _delete(self, table: Table, *which: ColumnElement[bool]) -> None:
        self._connection.execute(self._of(table, *which))

    def _of(self, table: Table, *which: ColumnElement[bool]) -> Delete:
        return delete(table).where(self._own(table), *which)
