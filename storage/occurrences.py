"""What came due, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.occurrence import Occurrence, OccurrenceState
from storage.queries import chunks
from storage.store import SOME, Found, Query, Store, own, plain
from storage.tables.conversation import OccurrenceRow

_occurrence = OccurrenceRow.__table__
_COLUMNS = (
    _occurrence.c.id,
    _occurrence.c.organisation_id,
    _occurrence.c.cadence_id,
    _occurrence.c.revision_id,
    _occurrence.c.person_id,
    _occurrence.c.subject_id,
    _occurrence.c.period,
    _occurrence.c.zone,
    _occurrence.c.due_at,
    _occurrence.c.state,
    _occurrence.c.reason,
)
# Written out rather than bound, or SQLite would not see that the partial index applies.
_PLANNED: ColumnElement[str] = literal_column("'planned'")
_BUNDLED: ColumnElement[str] = literal_column("'bundled'")


_SELECT = select(*_COLUMNS).where(own(_occurrence))
_GET = _SELECT.where(_occurrence.c.id == bindparam("occurrence"))
_IS_FREE = or_(
    _occurrence.c.leased_until.is_(None), _occurrence.c.leased_until <= bindparam("moment")
)
_NEXT_PLANNED = (
    _SELECT.where(_occurrence.c.state == _PLANNED, _IS_FREE)
    .order_by(_occurrence.c.due_at, _occurrence.c.id)
    .limit(bindparam("most"))
)
_NEXT_DRAFT_AT = select(
    func.min(func.coalesce(_occurrence.c.leased_until, _occurrence.c.due_at))
).where(own(_occurrence), _occurrence.c.state == _PLANNED)
_LEASE = (
    update(_occurrence)
    .where(
        own(_occurrence),
        _occurrence.c.id == bindparam("occurrence"),
        _occurrence.c.state == _PLANNED,
        _IS_FREE,
    )
    .values(leased_until=bindparam("until"))
)
_GIVE_BACK = (
    update(_occurrence)
    .where(own(_occurrence), _occurrence.c.id == bindparam("occurrence"))
    .values(leased_until=None)
)
_OF_MANAGER = _SELECT.where(
    _occurrence.c.state == _BUNDLED, _occurrence.c.person_id == bindparam("person")
).order_by(_occurrence.c.due_at, _occurrence.c.id)
_MANY = _SELECT.where(_occurrence.c.id.in_(SOME))
_SET_STATE = (
    update(_occurrence)
    .where(own(_occurrence), _occurrence.c.id.in_(SOME))
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"))
)

_UNSENT = tuple(
    state.value
    for state in (OccurrenceState.PLANNED, OccurrenceState.BUNDLED, OccurrenceState.QUEUED)
)


class SqlOccurrences(Store):
    """The Occurrences port."""

    def add(self, occurrences: Sequence[Occurrence]) -> set[UUID]:
        return self._add_new(_occurrence, [plain(occurrence) for occurrence in occurrences])

    def get(self, occurrence_id: UUID) -> Occurrence | None:
        row = self._run(_GET, occurrence=occurrence_id).one_or_none()
        return None if row is None else _occurrence_of(row)

    def set_state(self, ids: Iterable[UUID], state: OccurrenceState, reason: str = "") -> None:
        for some in chunks(list(ids)):
            self._run(_SET_STATE, some=some, new_state=state.value, new_reason=reason)

    def give_up(self, people: Iterable[UUID], reason: str) -> None:
        for some in chunks(list(people)):
            self._connection.execute(
                update(_occurrence)
                .where(
                    self._own(_occurrence),
                    _occurrence.c.person_id.in_(some),
                    _occurrence.c.state.in_(_UNSENT),
                )
                .values(state=OccurrenceState.SKIPPED.value, reason=reason)
            )

    def planned(self, limit: int, now: datetime) -> Sequence[Occurrence]:
        rows = self._run(_NEXT_PLANNED, most=limit, moment=now)
        return [_occurrence_of(row) for row in rows]

    def next_draft_at(self) -> datetime | None:
        found: datetime | None = self._run(_NEXT_DRAFT_AT).scalar_one()
        return found

    def lease(self, occurrence_id: UUID, now: datetime, until: datetime) -> bool:
        taken = self._run(_LEASE, occurrence=occurrence_id, moment=now, until=until)
        return bool(taken.rowcount)

    def give_back(self, occurrence_id: UUID) -> None:
        self._run(_GIVE_BACK, occurrence=occurrence_id)

    def bundled(self, person_id: UUID) -> Sequence[Occurrence]:
        return [_occurrence_of(row) for row in self._run(_OF_MANAGER, person=person_id)]

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Occurrence]:
        return {row.id: _occurrence_of(row) for row in self._run_among(ids, _MANY)}

    def periods(self, cadence_id: UUID, people: Iterable[UUID]) -> dict[UUID, set[str]]:
        """An empty set for those who had none."""

        def query(some: Sequence[UUID]) -> Query:
            return select(_occurrence.c.person_id, _occurrence.c.period).where(
                self._own(_occurrence),
                _occurrence.c.cadence_id == cadence_id,
                _occurrence.c.person_id.in_(some),
            )

        had: dict[UUID, set[str]] = {person: set() for person in people}
        for person_id, period in self._among(had, query):
            had[person_id].add(period)
        return had

    def since(self, moment: datetime, limit: int) -> Sequence[Occurrence]:
        query = (
            _SELECT.where(_occurrence.c.due_at >= moment)
            .order_by(_occurrence.c.due_at, _occurrence.c.id)
            .limit(limit)
        )
        return [_occurrence_of(row) for row in self._run(query)]

    def counts(self, since: datetime) -> Sequence[tuple[UUID, OccurrenceState, str, int]]:
        by = (_occurrence.c.cadence_id, _occurrence.c.state, _occurrence.c.reason)
        query = (
            select(*by, func.count())
            .where(self._own(_occurrence), _occurrence.c.due_at >= since)
            .group_by(*by)
            .order_by(*by)
        )
        rows = self._connection.execute(query)
        return [
            (cadence_id, OccurrenceState(state), reason, count)
            for cadence_id, state, reason, count in rows
        ]


def _occurrence_of(row: Found) -> Occurrence:
    return replace(Occurrence(*row), state=OccurrenceState(row.state))
