"""Promises and agenda items: what is common to both, and the agenda."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Table, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.agenda import AgendaItem, AgendaState
from bot.domain.between import Between
from storage.store import Found, Query, Store, plain
from storage.tables.pair import AgendaItemRow

B = TypeVar("B", bound=Between)

_FIXED = {"id", "organisation_id", "employee_id", "manager_id", "author_id", "created_at"}


class BetweenStore(Store, Generic[B]):
    """Rows of one table that stand between two people each."""

    _table: Table
    _names: tuple[str, ...]
    _is_open: ColumnElement[bool]

    def _of(self, row: Found) -> B:
        raise NotImplementedError

    def _row_of(self, item: B) -> Mapping[str, Any]:
        raise NotImplementedError

    def add(self, item: B) -> None:
        self._add(self._table, [self._row_of(item)])

    def get(self, item_id: UUID) -> B | None:
        return self._one(self._select().where(self._table.c.id == item_id))

    def lock(self, item_id: UUID) -> B | None:
        return self._one(self._select().where(self._table.c.id == item_id).with_for_update())

    def save(self, item: B) -> None:
        values = {n: v for n, v in self._row_of(item).items() if n not in _FIXED}
        self._connection.execute(
            update(self._table)
            .where(self._own(self._table), self._table.c.id == item.id)
            .values(values)
        )

    def waking(self, now: datetime, limit: int) -> Sequence[B]:
        wake_at = self._table.c.wake_at
        return self._load(self._select().where(wake_at <= now).order_by(wake_at).limit(limit))

    def next_wake_at(self) -> datetime | None:
        wake_at = self._table.c.wake_at
        query = select(func.min(wake_at)).where(self._own(self._table), wake_at.is_not(None))
        return self._connection.execute(query).scalar()

    def with_open(self, employees: Iterable[UUID]) -> set[UUID]:
        """Those of these employees who have something open with any manager they ever had."""
        employee = self._table.c.employee_id

        def query(some: Sequence[UUID]) -> Query:
            return (
                select(employee)
                .distinct()
                .where(self._own(self._table), employee.in_(some), self._is_open)
            )

        return {row.employee_id for row in self._among(employees, query)}

    def all_of(self, person_id: UUID) -> list[B]:
        """Whatever this person ever had with anybody, oldest first."""
        query = self._select().where(self._with(person_id))
        return self._load(query.order_by(self._table.c.created_at, self._table.c.id))

    def forget_copies(self, person_id: UUID) -> None:
        for role in ("employee", "manager"):
            theirs = self._own(self._table), self._table.c[f"{role}_id"] == person_id
            gone = update(self._table).where(*theirs).values({f"sealed_for_{role}": None})
            self._connection.execute(gone)

    def _of_pair(self, employee_id: UUID, manager_id: UUID) -> ColumnElement[bool]:
        of_employee: ColumnElement[bool] = self._table.c.employee_id == employee_id
        return of_employee & (self._table.c.manager_id == manager_id)

    def _with(self, person_id: UUID) -> ColumnElement[bool]:
        columns = self._table.c
        return or_(columns.employee_id == person_id, columns.manager_id == person_id)

    def _select(self) -> Query:
        columns = (self._table.c[name] for name in self._names)
        return select(*columns).where(self._own(self._table))

    def _load(self, query: Query) -> list[B]:
        return [self._of(row) for row in self._connection.execute(query)]

    def _one(self, query: Query) -> B | None:
        found = self._load(query)
        return found[0] if found else None


_item = AgendaItemRow.__table__


class SqlAgenda(BetweenStore[AgendaItem]):
    """The Agenda port."""

    _table = _item
    _names = tuple(field.name for field in fields(AgendaItem))
    _is_open = _item.c.state == AgendaState.OPEN.value

    def open_of_pairs(self, person_id: UUID) -> Sequence[AgendaItem]:
        return self._open(self._with(person_id))

    def of_pair(self, employee_id: UUID, manager_id: UUID) -> Sequence[AgendaItem]:
        return self._open(self._of_pair(employee_id, manager_id))

    def of_meetings(self, meeting_ids: Iterable[UUID]) -> Sequence[AgendaItem]:
        def query(some: Sequence[UUID]) -> Query:
            return self._select().where(_item.c.meeting_id.in_(some))

        found = map(self._of, self._among(meeting_ids, query))
        return sorted(found, key=lambda item: item.created_at)

    def _open(self, whose: ColumnElement[bool]) -> Sequence[AgendaItem]:
        query = self._select().where(whose, _item.c.state == AgendaState.OPEN.value)
        return self._load(query.order_by(_item.c.created_at, _item.c.id))

    def _of(self, row: Found) -> AgendaItem:
        values = dict(zip(self._names, row, strict=True))
        return AgendaItem(**values | {"state": AgendaState(values["state"])})

    def _row_of(self, item: AgendaItem) -> Mapping[str, Any]:
        return plain(item)
