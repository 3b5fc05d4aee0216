"""Everything about one person, for their own eyes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from bot.domain.packs import AudienceKind
from bot.domain.ports.conversation_store import SummaryPart
from bot.domain.ports.own_data_store import (
    KeptAnswer,
    KeptAudience,
    KeptVersion,
    PartAbout,
    Record,
)
from storage.own_records import RECORDS, Kind
from storage.store import Found, Query, Store
from storage.tables.conversation import (
    AnswerAudienceRow,
    AnswerReaderRow,
    AnswerRow,
    AnswerVersionRow,
)
from storage.tables.summary import SummaryAnswerRow, SummaryPartRow, SummaryRow

T = TypeVar("T")
_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__
_audience = AnswerAudienceRow.__table__
_reader = AnswerReaderRow.__table__
_summary = SummaryRow.__table__
_part = SummaryPartRow.__table__
_held = SummaryAnswerRow.__table__


class SqlOwnData(Store):
    """The OwnData port."""

    def answers(self, person_id: UUID) -> Sequence[KeptAnswer]:
        query = select(_answer).where(self._own(_answer), _answer.c.person_id == person_id)
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        versions, audiences = self._versions(ids), self._audiences(ids)
        found = [
            KeptAnswer(
                row.id,
                row.check_in_id,
                row.question_key,
                row.current_version_id,
                tuple(versions[row.id]),
                tuple(audiences[row.id]),
            )
            for row in rows
        ]
        return sorted(found, key=lambda a: (a.versions[0].recorded_at, a.id) if a.versions else ())

    def parts_about(self, person_id: UUID) -> Sequence[PartAbout]:
        query = (
            select(
                _part.c.id,
                _part.c.sealed,
                _summary.c.manager_id,
                _summary.c.period,
                _summary.c.created_at,
            )
            .join(_summary, _summary.c.id == _part.c.summary_id)
            .where(self._own(_part), _part.c.subject_id == person_id)
            .order_by(_summary.c.created_at, _part.c.id)
        )
        rows = self._connection.execute(query).all()
        held = self._held_by([row.id for row in rows])
        return [_about(person_id, row, held[row.id]) for row in rows]

    def records(self, person_id: UUID) -> Mapping[str, Sequence[Record]]:
        return {kind.name: self._records(kind, person_id) for kind in RECORDS}

    def _records(self, kind: Kind, person_id: UUID) -> Sequence[Record]:
        rows = self._connection.execute(kind.query(self._own(kind.table), person_id))
        return [dict(row) for row in rows.mappings()]

    def _versions(self, answers: Sequence[UUID]) -> Mapping[UUID, list[KeptVersion]]:
        def query(some: Sequence[UUID]) -> Query:
            wanted = self._own(_version), _version.c.answer_id.in_(some)
            return select(_version).where(*wanted)

        found = ((row.answer_id, _kept(row)) for row in self._among(answers, query))
        return _grouped(found, attrgetter("number"))

    def _audiences(self, answers: Sequence[UUID]) -> Mapping[UUID, list[KeptAudience]]:
        readers: dict[UUID, list[UUID]] = defaultdict(list)
        for row in self._among(answers, self._readers):
            readers[row.audience_id].append(row.person_id)

        def query(some: Sequence[UUID]) -> Query:
            return select(_audience).where(self._own(_audience), _audience.c.answer_id.in_(some))

        rows = sorted(self._among(answers, query), key=attrgetter("sequence"))
        shown = ((row.answer_id, _shown(row, readers[row.id])) for row in rows)
        return _grouped(shown)

    def _readers(self, some: Sequence[UUID]) -> Query:
        return select(_reader).where(self._own(_reader), _reader.c.answer_id.in_(some))

    def _held_by(self, parts: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
        def query(some: Sequence[UUID]) -> Query:
            return select(_held).where(self._own(_held), _held.c.part_id.in_(some))

        rows = sorted(self._among(parts, query), key=attrgetter("position"))
        return _grouped((row.part_id, row.answer_version_id) for row in rows)


def _kept(row: Found) -> KeptVersion:
    return KeptVersion(row.id, row.sequence, row.sealed, row.platform_at, row.recorded_at)


def _shown(row: Found, readers: Sequence[UUID]) -> KeptAudience:
    kind = AudienceKind(row.kind)
    return KeptAudience(kind, tuple(sorted(readers)), bool(row.counted), row.shown_at)


def _about(person_id: UUID, row: Found, versions: Sequence[UUID]) -> PartAbout:
    part = SummaryPart(row.id, person_id, row.sealed, tuple(versions))
    return PartAbout(row.manager_id, row.period, row.created_at, part)


def _grouped(
    pairs: Iterable[tuple[UUID, T]], order: "attrgetter[int] | None" = None
) -> Mapping[UUID, list[T]]:
    found: dict[UUID, list[T]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    if order is not None:
        for items in found.values():
            items.sort(key=order)
    return found
