"""Versions of the AI expectations, questions about them and replies."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Table, delete, exists, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.delivery import DeliveryState, Operation
from bot.domain.expectations import TOLD, Answered, Question, QuestionState, Telling, Version
from bot.domain.people import Participation
from bot.domain.policy import QuestionsFor
from bot.domain.ports.expectations_store import Messages
from storage.queries import chunks
from storage.store import Query, Store, plain
from storage.tables.expectations import (
    ExpectationsQuestionRow,
    ExpectationsReplyRow,
    ExpectationsVersionRow,
)
from storage.tables.people import IdentityRow, PersonRow
from storage.tables.queue import DeliveryRow

_version = ExpectationsVersionRow.__table__
_question = ExpectationsQuestionRow.__table__
_reply = ExpectationsReplyRow.__table__
_person = PersonRow.__table__
_identity = IdentityRow.__table__
_delivery = DeliveryRow.__table__

_ON_SCREEN = [
    state.value for state in (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.SENT)
]

T = TypeVar("T", Version, Question, Answered)
_ENUMS = {"kind": QuestionsFor, "state": QuestionState, "telling": Telling}


class SqlExpectations(Store):
    """The ExpectationsStore port."""

    def versions(self) -> Sequence[Version]:
        return self._all(Version, self._newest_first())

    def newest(self) -> Version | None:
        return self._first(Version, self._newest_first())

    def version(self, version_id: UUID) -> Version | None:
        return self._first(Version, self._newest_first().where(_version.c.id == version_id))

    def in_force_at(self, moment: datetime) -> Version | None:
        return self._first(Version, self._newest_first().where(_version.c.created_at <= moment))

    def add_version(self, version: Version) -> None:
        going = self._own(_version), _version.c.telling == Telling.GOING.value
        self._connection.execute(update(_version).where(*going).values(telling=Telling.DONE.value))
        self._add(_version, [plain(version)])

    def to_tell(self) -> Version | None:
        going = _version.c.telling == Telling.GOING.value
        return self._first(Version, self._newest_first().where(going))

    def save_telling(self, version: Version) -> None:
        self._update(
            _version, version.id, telling=version.telling.value, told_up_to=version.told_up_to
        )

    def taking_part(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        query = select(_person.c.id).where(*self._takes_part()).order_by(_person.c.id).limit(limit)
        if after is not None:
            query = query.where(_person.c.id > after)
        return list(self._connection.execute(query).scalars())

    def count_taking_part(self) -> int:
        query = select(func.count()).select_from(_person).where(*self._takes_part())
        return int(self._connection.execute(query).scalar_one())

    def messages(self, version_id: UUID) -> Messages:
        sent = func.count().filter(_delivery.c.state == DeliveryState.SENT.value)
        query = select(func.count(), sent).where(
            self._own(_delivery),
            _delivery.c.about_id == version_id,
            _delivery.c.kind == TOLD,
            _delivery.c.operation == Operation.POST.value,
        )
        return Messages(*self._connection.execute(query).one())

    def shown_message(self, cause: str) -> UUID | None:
        query = select(_delivery.c.id).where(
            self._own(_delivery), _delivery.c.cause == cause, _delivery.c.state.in_(_ON_SCREEN)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def question(self, version_id: UUID, person_id: UUID) -> Question | None:
        found = self._of(_question, Question).where(
            _question.c.version_id == version_id, _question.c.person_id == person_id
        )
        return self._first(Question, found)

    def questions_to(self, reader_id: UUID) -> Sequence[Question]:
        found = self._of(_question, Question).where(_question.c.reader_id == reader_id)
        return self._all(Question, found)

    def questions_by(self, person_id: UUID) -> Sequence[Question]:
        found = self._of(_question, Question).where(_question.c.person_id == person_id)
        return self._all(Question, found.order_by(_question.c.asked_at, _question.c.id))

    def open_questions(self, version_id: UUID) -> Sequence[Question]:
        about = _question.c.version_id == version_id
        asked = _question.c.state == QuestionState.ASKED.value
        return self._all(Question, self._of(_question, Question).where(about, asked))

    def lock(self, version_id: UUID) -> None:
        row = select(_version.c.id).where(*self._row(_version, version_id))
        self._connection.execute(row.with_for_update())

    def anybody_asked(self) -> bool:
        query = select(exists().where(self._own(_question)))
        return bool(self._connection.execute(query).scalar())

    def put(self, question: Question) -> None:
        row = plain(question)
        added = self._insert(_question).values(row)
        changed = {name: value for name, value in row.items() if name != "id"}
        self._connection.execute(added.on_conflict_do_update(index_elements=["id"], set_=changed))

    def delete(self, question_id: UUID) -> None:
        self._connection.execute(delete(_question).where(*self._row(_question, question_id)))

    def reply(self, reply_id: UUID) -> Answered | None:
        return self._first(Answered, self._of(_reply, Answered).where(_reply.c.id == reply_id))

    def replies_by(self, author_id: UUID) -> Sequence[Answered]:
        return self._all(
            Answered, self._of(_reply, Answered).where(_reply.c.author_id == author_id)
        )

    def add_reply(self, reply: Answered, question_ids: Iterable[UUID]) -> bool:
        if not self._add_new(_reply, [plain(reply)]):
            return False
        answered = {"state": QuestionState.ANSWERED.value, "reply_id": reply.id}
        for some in chunks(list(question_ids)):
            which = self._own(_question), _question.c.id.in_(some)
            self._connection.execute(update(_question).where(*which).values(answered))
        return True

    def reopen(self, question_id: UUID) -> None:
        self._update(_question, question_id, state=QuestionState.ASKED.value, reply_id=None)

    def _takes_part(self) -> Sequence[ColumnElement[bool]]:
        reached = exists().where(
            _identity.c.person_id == _person.c.id,
            _identity.c.is_home,
            _identity.c.barred.is_(None),
        )
        started = _person.c.participation == Participation.STARTED.value
        return self._own(_person), _person.c.active, started, reached

    def _newest_first(self) -> Query:
        return self._of(_version, Version).order_by(_version.c.number.desc())

    def _of(self, table: Table, kind: type) -> Query:
        columns = (table.c[field.name] for field in fields(kind))
        return select(*columns).where(self._own(table))

    def _all(self, kind: type[T], query: Query) -> list[T]:
        rows = self._connection.execute(query).mappings()
        return [kind(**{name: _value(name, row[name]) for name in row}) for row in rows]

    def _first(self, kind: type[T], query: Query) -> T | None:
        return next(iter(self._all(kind, query.limit(1))), None)

    def _row(self, table: Table, row_id: UUID) -> Sequence[ColumnElement[bool]]:
        return self._own(table), table.c.id == row_id

    def _update(self, table: Table, row_id: UUID, **values: Any) -> None:
        self._connection.execute(update(table).where(*self._row(table, row_id)).values(values))


def _value(name: str, stored: Any) -> Any:
    return _ENUMS[name](stored) if name in _ENUMS else stored
