"""What answers say, in which versions, and who may read them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Table,
    and_,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.packs import AudienceKind
from bot.domain.ports.conversation_store import NewVersion, StoredAnswer
from bot.domain.visibility import Audience, narrowed
from storage.answers.erasing import ErasingAnswers
from storage.answers.statements import (
    AUDIENCES,
    CURRENT,
    CURRENT_AMONG,
    CURRENT_OF,
    OF_CHECK_INS,
    SELECT,
    SETTLE_CURRENT,
    SETTLE_PENDING,
    VERSIONS,
    next_sequence,
)
from storage.managements import held_at
from storage.queries import chunks
from storage.store import Found, Query
from storage.tables.conversation import (
    AnswerAudienceRow,
    AnswerReaderRow,
    AnswerRow,
    AnswerVersionRow,
)
from storage.tables.people import ManagementRow
from storage.tables.summary import SummaryAnswerRow

_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__
_audience = AnswerAudienceRow.__table__
_reader = AnswerReaderRow.__table__
_named = _reader.alias("named")
_management = ManagementRow.__table__
_summarised = SummaryAnswerRow.__table__


class SqlAnswers(ErasingAnswers):
    """The Answers port."""

    def record(self, version: NewVersion) -> None:
        """Adds a version as the port says.

        The audience stored is what both the earlier ones and the one shown now allow, so that
        nobody reads who was not named each time; where that is nobody, the person alone.
        """
        shown = _shown(version)
        answer_id = self._new_answer(version)
        if answer_id is not None:
            self._append_version(answer_id, version, 1)
            self._append_audience(answer_id, shown, version.recorded_at, 1, pending=version.id)
            return
        answer_id = self._locked_answer(version)
        last = self._audiences([answer_id])[answer_id][-1]
        self._narrow_to(answer_id, last, _met(last, shown), version.recorded_at)
        self._append_version(answer_id, version, self._next_sequence(_version, answer_id))
        self._settle(answer_id)

    def withdraw(self, version_id: UUID) -> None:
        emptied = (
            update(_version)
            .where(self._own(_version), _version.c.id == version_id)
            .values(sealed=None)
            .returning(_version.c.answer_id)
        )
        answer_id = self._connection.execute(emptied).scalar_one_or_none()
        if answer_id is not None:
            self._settle(answer_id)

    def narrow(self, answer_id: UUID, kind: AudienceKind, at: datetime) -> None:
        """An answer that is not there, or not wider than `kind`, stays as it is."""
        self._lock(_answer.c.id == answer_id)
        audiences = self._audiences([answer_id])
        if answer_id in audiences:
            last = audiences[answer_id][-1]
            self._narrow_to(answer_id, last, narrowed(last, kind), at)
            self._settle(answer_id)

    def current(self, check_in_id: UUID) -> dict[str, StoredAnswer]:
        found = self._with_audiences(self._run(CURRENT_OF, check_in=check_in_id).all())
        return {answer.question_key: answer for answer in found}

    def of_check_ins(self, check_ins: Iterable[UUID]) -> Sequence[StoredAnswer]:
        return self._with_audiences(list(self._run_among(check_ins, OF_CHECK_INS)))

    def of_person(
        self, person_id: UUID, limit: int = 200, keys: Collection[str] = ()
    ) -> Sequence[StoredAnswer]:
        newest = (_version.c.platform_at.desc(), _version.c.sequence.desc(), _version.c.id)
        query = CURRENT.where(self._own(_answer), _answer.c.person_id == person_id)
        if keys:
            query = query.where(_answer.c.question_key.in_(keys))
        return self._load(query.order_by(*newest).limit(limit))

    def unsummarised(self, manager_id: UUID, now: datetime) -> Sequence[StoredAnswer]:
        query = (
            CURRENT.join(_reader, _reader.c.pending_version_id == _version.c.id)
            .where(
                self._own(_reader),
                _reader.c.person_id == manager_id,
                _reader.c.pending_version_id.is_not(None),
                _answer.c.person_id != manager_id,
                self._manages(manager_id, now),
                ~self._left_out(manager_id),
                ~self._in_summary(manager_id),
            )
            .order_by(_version.c.platform_at, _version.c.recorded_at, _version.c.id)
        )
        return self._load(query)

    def shown_before(self, manager_id: UUID, people: Iterable[UUID]) -> Sequence[StoredAnswer]:
        """Withdrawn ones too, without their content."""

        def query(some: Sequence[UUID]) -> Query:
            told = SELECT.join(_summarised, _summarised.c.answer_version_id == _version.c.id)
            return told.where(
                self._own(_summarised),
                _summarised.c.manager_id == manager_id,
                _answer.c.person_id.in_(some),
            )

        found = self._with_audiences(list(self._among(people, query)))
        return sorted(found, key=lambda a: (a.platform_at, a.sequence, a.version_id))

    def versions(self, ids: Iterable[UUID]) -> dict[UUID, StoredAnswer]:
        rows = self._run_among(ids, VERSIONS)
        return {answer.version_id: answer for answer in self._with_audiences(list(rows))}

    def current_of(self, versions: Iterable[UUID]) -> dict[UUID, StoredAnswer]:
        given = self.versions(versions)
        answers = {answer.answer_id for answer in given.values()}
        rows = self._run_among(answers, CURRENT_AMONG)
        current = {answer.answer_id: answer for answer in self._with_audiences(list(rows))}
        return {
            version_id: current[answer.answer_id]
            for version_id, answer in given.items()
            if answer.answer_id in current
        }

    def audiences_until(
        self, moments: Mapping[UUID, datetime]
    ) -> Mapping[UUID, Sequence[Audience]]:
        found = defaultdict(list)
        for answer_id, shown_at, audience in self._shown(moments):
            if shown_at <= moments[answer_id]:
                found[answer_id].append(audience)
        return found

    def _new_answer(self, version: NewVersion) -> UUID | None:
        """The id of a new answer, with this version as its current one; None where this question
        has an answer.
        """
        row = {
            "id": uuid4(),
            "organisation_id": self._organisation,
            "check_in_id": version.check_in_id,
            "person_id": version.person_id,
            "question_key": version.question_key,
            "current_version_id": version.id,
        }
        return next(iter(self._add_new(_answer, [row])), None)

    def _locked_answer(self, version: NewVersion) -> UUID:
        answer_id = self._lock(
            and_(
                _answer.c.check_in_id == version.check_in_id,
                _answer.c.question_key == version.question_key,
            )
        )
        if answer_id is None:
            raise LookupError(f"check-in {version.check_in_id} has lost an answer just seen")
        return answer_id

    def _lock(self, condition: ColumnElement[bool]) -> UUID | None:
        query = select(_answer.c.id).where(self._own(_answer), condition)
        locked = query.with_for_update(key_share=True)
        return self._connection.execute(locked).scalar_one_or_none()

    def _append_version(self, answer_id: UUID, version: NewVersion, sequence: int) -> None:
        row = {
            "id": version.id,
            "organisation_id": self._organisation,
            "answer_id": answer_id,
            "sequence": sequence,
            "sealed": version.sealed,
            "platform_at": version.platform_at,
            "recorded_at": version.recorded_at,
        }
        self._add(_version, [row])

    def _narrow_to(self, answer_id: UUID, last: Audience, to: Audience, at: datetime) -> None:
        if to != last:
            sequence = self._next_sequence(_audience, answer_id)
            self._append_audience(answer_id, to, at, sequence)

    def _append_audience(
        self,
        answer_id: UUID,
        audience: Audience,
        at: datetime,
        sequence: int,
        *,
        pending: UUID | None = None,
    ) -> None:
        audience_id = uuid4()
        row = {
            "id": audience_id,
            "organisation_id": self._organisation,
            "answer_id": answer_id,
            "sequence": sequence,
            "kind": audience.kind.value,
            "shown_at": at,
            "counted": audience.counted,
            "ai": audience.ai or None,
        }
        self._add(_audience, [row])
        readers = [
            {
                "organisation_id": self._organisation,
                "audience_id": audience_id,
                "person_id": reader,
                "answer_id": answer_id,
                "pending_version_id": pending,
            }
            for reader in audience.readers
        ]
        self._add(_reader, readers)

    def _next_sequence(self, table: Table, answer_id: UUID) -> int:
        return int(self._run(next_sequence(table), answer=answer_id).scalar_one())

    def _settle(self, answer_id: UUID) -> None:
        """Makes the columns that repeat other rows true again: current and pending version."""
        self._run(SETTLE_CURRENT, answer=answer_id)
        self._run(SETTLE_PENDING, answer=answer_id)

    def _manages(self, manager_id: UUID, at: datetime) -> ColumnElement[bool]:
        return exists().where(
            self._own(_management),
            _management.c.person_id == _answer.c.person_id,
            _management.c.manager_id == manager_id,
            held_at(at),
            _management.c.since <= _version.c.recorded_at,
        )

    def _left_out(self, manager_id: UUID) -> ColumnElement[bool]:
        """Whether some audience that the answer ever had does not name the manager."""
        named = exists().where(
            self._own(_named),
            _named.c.audience_id == _audience.c.id,
            _named.c.person_id == manager_id,
        )
        return exists().where(
            self._own(_audience),
            _audience.c.answer_id == _answer.c.id,
            or_(_audience.c.kind != AudienceKind.MANAGER.value, ~named),
        )

    def _in_summary(self, manager_id: UUID) -> ColumnElement[bool]:
        return exists().where(
            self._own(_summarised),
            _summarised.c.answer_version_id == _version.c.id,
            _summarised.c.manager_id == manager_id,
        )

    def _load(self, query: Query) -> list[StoredAnswer]:
        return self._with_audiences(self._connection.execute(query).all())

    def _with_audiences(self, rows: Sequence[Found]) -> list[StoredAnswer]:
        audiences = self._audiences(row.id for row in rows)
        return [StoredAnswer(*[*row, tuple(audiences[row.id])]) for row in rows]

    def _audiences(self, answers: Iterable[UUID]) -> dict[UUID, list[Audience]]:
        """All that each answer ever had, oldest first."""
        found = defaultdict(list)
        for answer_id, _, audience in self._shown(answers):
            found[answer_id].append(audience)
        return found

    def _shown(self, answers: Iterable[UUID]) -> Iterator[tuple[UUID, datetime, Audience]]:
        """The same with the moment from which each held."""
        shown = groupby(self._run_among(answers, AUDIENCES), key=itemgetter(0, 1, 2, 3, 4, 5))
        for (answer_id, _, kind, counted, ai, shown_at), rows in shown:
            readers = frozenset(row.person_id for row in rows if row.person_id is not None)
            told = Audience(AudienceKind(kind), readers, bool(counted), ai or "")
            yield answer_id, shown_at, told


def mark_summarised(
    connection: Connection, organisation_id: UUID, manager_id: UUID, versions: Iterable[UUID]
) -> None:
    """Takes versions that a summary now holds out of what is pending for its manager."""
    for some in chunks(list(versions)):
        connection.execute(
            update(_reader)
            .where(
                _reader.c.organisation_id == organisation_id,
                _reader.c.person_id == manager_id,
                _reader.c.pending_version_id.in_(some),
            )
            .values(pending_version_id=None)
        )


def _shown(version: NewVersion) -> Audience:
    if version.audience is AudienceKind.MANAGER:
        readers = frozenset(version.readers)
        return Audience(version.audience, readers, version.counted, version.ai)
    return Audience(version.audience)


def _met(last: Audience, shown: Audience) -> Audience:
    """What both audiences allow."""
    kind = narrowed(last, shown.kind)
    if kind.kind is not AudienceKind.MANAGER:
        return kind
    readers = last.readers & shown.readers
    counted = last.counted and shown.counted
    if not readers:
        return Audience(AudienceKind.SELF)
    ai = last.ai if last.ai == shown.ai else ""
    return Audience(AudienceKind.MANAGER, readers, counted, ai)
