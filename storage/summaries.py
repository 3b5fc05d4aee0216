"""The managers' weekly summaries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from bot.domain.ports.summary_store import Released, Summary, SummaryPart
from storage.answers import mark_summarised
from storage.queries import chunks
from storage.store import Found, Query, Store, plain
from storage.tables.summary import SummaryAnswerRow, SummaryPartRow, SummaryRow

_summary = SummaryRow.__table__
_part = SummaryPartRow.__table__
_answer = SummaryAnswerRow.__table__
_COLUMNS = (
    _summary.c.id,
    _summary.c.organisation_id,
    _summary.c.manager_id,
    _summary.c.occurrence_id,
    _summary.c.period,
    _summary.c.created_at,
    _summary.c.writer,
    _summary.c.prompt,
)


class SqlSummaries(Store):
    """The Summaries port."""

    def add(self, summary: Summary) -> bool:
        with self._connection.begin_nested() as nested:
            added = self._add_summary(summary) and self._add_answers(summary)
            if not added:
                nested.rollback()
                return False
        versions = [version for part in summary.parts for version in part.versions]
        mark_summarised(self._connection, self._organisation, summary.manager_id, versions)
        return True

    def get(self, summary_id: UUID) -> Summary | None:
        found = self._load(self._select().where(_summary.c.id == summary_id))
        return found[0] if found else None

    def of_manager(self, manager_id: UUID, limit: int = 8) -> Sequence[Summary]:
        query = self._select().where(_summary.c.manager_id == manager_id)
        newest = (_summary.c.created_at.desc(), _summary.c.period.desc())
        return self._load(query.order_by(*newest).limit(limit))

    def release(self, versions: Iterable[UUID]) -> Sequence[Released]:
        touched: set[UUID] = set()
        for some in chunks(sorted(set(versions))):
            held = self._own(_answer), _answer.c.answer_version_id.in_(some)
            taken = delete(_answer).where(*held).returning(_answer.c.part_id)
            touched |= set(self._connection.execute(taken).scalars())
        rows = list(self._among(touched, self._of_parts))
        left = self._versions([row.id for row in rows])
        self._drop([row.id for row in rows if row.id not in left])
        return [_released(row, left.get(row.id, [])) for row in rows]

    def reseal(self, part_id: UUID, sealed: bytes) -> None:
        which = self._own(_part), _part.c.id == part_id
        self._connection.execute(update(_part).where(*which).values(sealed=sealed))

    def _of_parts(self, some: Sequence[UUID]) -> Query:
        columns = _part.c.id, _part.c.subject_id, _part.c.sealed, _part.c.summary_id
        found = select(*columns, _summary.c.manager_id).where(self._own(_part))
        whole = found.join(_summary, _summary.c.id == _part.c.summary_id)
        return whole.where(_part.c.id.in_(some)).order_by(_summary.c.created_at, _part.c.id)

    def _drop(self, parts: Sequence[UUID]) -> None:
        for some in chunks(parts):
            which = self._own(_part), _part.c.id.in_(some)
            self._connection.execute(delete(_part).where(*which))

    def _add_summary(self, summary: Summary) -> bool:
        """False where the manager already has one for the period."""
        if not self._add_new(_summary, [plain(summary, leaving_out={"parts"})]):
            return False
        self._add(
            _part,
            [
                plain(part, leaving_out={"versions"})
                | {
                    "organisation_id": self._organisation,
                    "summary_id": summary.id,
                    "position": position,
                }
                for position, part in enumerate(summary.parts)
            ],
        )
        return True

    def _add_answers(self, summary: Summary) -> bool:
        """False where one of them already is in a summary of this manager's."""
        rows = [
            {
                "organisation_id": self._organisation,
                "answer_version_id": version,
                "manager_id": summary.manager_id,
                "part_id": part.id,
                "position": position,
            }
            for part in summary.parts
            for position, version in enumerate(part.versions)
        ]
        if not rows:
            return True
        insert = self._insert(_answer).on_conflict_do_nothing()
        added = insert.returning(_answer.c.answer_version_id)
        return len(self._connection.execute(added, rows).all()) == len(rows)

    def _select(self) -> Query:
        return select(*_COLUMNS).where(self._own(_summary))

    def _load(self, query: Query) -> list[Summary]:
        rows = self._connection.execute(query).all()
        parts = self._parts([row.id for row in rows])
        return [_summary_of(row, tuple(parts[row.id])) for row in rows]

    def _parts(self, summaries: Sequence[UUID]) -> dict[UUID, list[SummaryPart]]:
        def query(some: Sequence[UUID]) -> Query:
            return (
                select(_part.c.summary_id, _part.c.id, _part.c.subject_id, _part.c.sealed)
                .where(self._own(_part), _part.c.summary_id.in_(some))
                .order_by(_part.c.summary_id, _part.c.position)
            )

        rows: list[Found] = list(self._among(summaries, query))
        versions = self._versions([row.id for row in rows])
        found: dict[UUID, list[Any]] = defaultdict(list)
        for summary_id, part_id, subject_id, sealed in rows:
            part = SummaryPart(part_id, subject_id, sealed, tuple(versions[part_id]))
            found[summary_id].append(part)
        return found

    def _versions(self, parts: Sequence[UUID]) -> dict[UUID, list[UUID]]:
        def query(some: Sequence[UUID]) -> Query:
            return (
                select(_answer.c.part_id, _answer.c.answer_version_id)
                .where(self._own(_answer), _answer.c.part_id.in_(some))
                .order_by(_answer.c.part_id, _answer.c.position)
            )

        found: dict[UUID, list[UUID]] = defaultdict(list)
        for part_id, version_id in self._among(parts, query):
            found[part_id].append(version_id)
        return found


def _summary_of(row: Found, parts: tuple[SummaryPart, ...]) -> Summary:
    """Those made before models were asked have no prompt."""
    *values, prompt = row
    return Summary(*[*values, parts, prompt or ""])


def _released(row: Found, versions: Sequence[UUID]) -> Released:
    left = SummaryPart(row.id, row.subject_id, row.sealed, tuple(versions)) if versions else None
    return Released(row.summary_id, row.manager_id, left)
