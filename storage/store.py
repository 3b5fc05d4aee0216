"""What the queries of people, configuration and conversations share: many rows at a time."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    CursorResult,
    Executable,
    FromClause,
    Row,
    Select,
    Table,
    bindparam,
)
from sqlalchemy.sql.elements import ColumnElement

from storage.queries import Queries, chunks, insert_into

T = TypeVar("T")
Query: TypeAlias = Select[*tuple[Any, ...]]
Found: TypeAlias = Row[*tuple[Any, ...]]


class Store(Queries):
    """Statements of one noun, for few rows or a hundred thousand."""

    def _own(self, table: FromClause) -> ColumnElement[bool]:
        own: ColumnElement[bool] = table.c.organisation_id == self._organisation
        return own

    def _run(self, statement: Executable, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Executes a statement that was built once over `own`: building costs as much as this."""
        values["organisation"] = self._organisation
        return self._connection.execute(statement, values)

    def _run_each(self, statement: Executable, values: Sequence[Mapping[str, Any]]) -> None:
        """Executes a statement that was built once over `own` with each of these values."""
        if values:
            organisation = {"organisation": self._organisation}
            self._connection.execute(statement, [{**each, **organisation} for each in values])

    def _run_among(
        self, keys: Iterable[T], statement: Executable, **values: Any
    ) -> Iterator[Found]:
        """Its rows for all of `keys`, which it takes as the expanding parameter `some`."""
        for some in chunks(list(set(keys))):
            yield from self._run(statement, some=some, **values).all()  # one by one takes longer

    def _once(
        self, kind: str, ids: Iterable[UUID], read: Callable[[set[UUID]], Mapping[UUID, T]]
    ) -> dict[UUID, T]:
        """What `read` gives for these ids, asked once a connection: for rows that never change."""
        kept: dict[UUID, T] = self._connection.info.setdefault((kind, self._organisation), {})
        wanted = set(ids)
        if missing := wanted - kept.keys():
            kept.update(read(missing))
        return {key: kept[key] for key in wanted if key in kept}

    def _add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(self._insert(table), rows)

    def _add_new(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
        """Inserts what conflicts with nothing; the ids of those rows."""
        if not rows:
            return set()
        return set(self._connection.execute(_if_new(table, self._on_postgres), rows).scalars())

    def _among(self, keys: Iterable[T], query: Callable[[Sequence[T]], Query]) -> Iterator[Found]:
        """The rows of `query` for all of `keys`, as many at a time as a statement can bind."""
        for some in chunks(list(set(keys))):
            yield from self._connection.execute(query(some)).all()


def own(table: FromClause) -> ColumnElement[bool]:
    """Limits a statement that is built once to the organisation that runs it."""
    limited: ColumnElement[bool] = table.c.organisation_id == bindparam("organisation")
    return limited


SOME: BindParameter[Any] = bindparam("some", expanding=True)
"""The keys that `_run_among` gives a statement, as in `column.in_(SOME)`."""


def plain(item: Any, *, leaving_out: Iterable[str] = ()) -> dict[str, Any]:
    """A dataclass as a row: its fields by name, enums by value."""
    left_out = set(leaving_out)
    kind: Any = type(item)
    named = ((name, getattr(item, name)) for name in _names(kind))
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in named
        if name not in left_out
    }


@cache
def _if_new(table: Table, on_postgres: bool) -> Executable:
    return insert_into(table, on_postgres).on_conflict_do_nothing().returning(table.c.id)


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]  # a dataclass
