"""What the queries of people, configuration and conversations share: many rows at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import FromClause, Row, Select, Table
from sqlalchemy.sql.elements import ColumnElement

from storage.queries import Queries, chunks

T = TypeVar("T")
Query: TypeAlias = Select[*tuple[Any, ...]]
Found: TypeAlias = Row[*tuple[Any, ...]]


class Store(Queries):
    """Statements of one noun, for few rows or a hundred thousand."""

    def _own(self, table: FromClause) -> ColumnElement[bool]:
        own: ColumnElement[bool] = table.c.organisation_id == self._organisation
        return own

    def _add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(self._insert(table), rows)

    def _add_new(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
        """Inserts what conflicts with nothing; the ids of those rows."""
        if not rows:
            return set()
        insert = self._insert(table).on_conflict_do_nothing().returning(table.c.id)
        return set(self._connection.execute(insert, rows).scalars())

    def _among(self, keys: Iterable[T], query: Callable[[Sequence[T]], Query]) -> Iterator[Found]:
        """The rows of `query` for all of `keys`, as many at a time as a statement can bind."""
        for some in chunks(list(set(keys))):
            yield from self._connection.execute(query(some))


def plain(item: Any, *, leaving_out: Iterable[str] = ()) -> dict[str, Any]:
    """A dataclass as a row: its fields by name, enums by value."""
    left_out = set(leaving_out)
    named = ((field.name, getattr(item, field.name)) for field in fields(item))
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in named
        if name not in left_out
    }
