"""Everything about one person, for their own eyes."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from sqlalchemy import select

from bot.domain.ports.own_data_store import (
    PartAbout,
    Record,
)
from bot.domain.ports.summary_store import SummaryPart
from storage.answers import OwnAnswers
from storage.own_records import RECORDS, Kind
from storage.queries import grouped
from storage.store import Found, Query
from storage.tables.summary import SummaryAnswerRow, SummaryPartRow, SummaryRow

_summary = SummaryRow.__table__
_part = SummaryPartRow.__table__
_held = SummaryAnswerRow.__table__


class SqlOwnData(OwnAnswers):
    """The OwnData port."""

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

    def _held_by(self, parts: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
        def query(some: Sequence[UUID]) -> Query:
            return select(_held).where(self._own(_held), _held.c.part_id.in_(some))

        rows = sorted(self._among(parts, query), key=attrgetter("position"))
        return grouped((row.part_id, row.answer_version_id) for row in rows)


def _about(person_id: UUID, row: Found, versions: Sequence[UUID]) -> PartAbout:
    part = SummaryPart(row.id, person_id, row.sealed, tuple(versions))
    return PartAbout(row.manager_id, row.period, row.created_at, part)
