"""What all query classes share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

PER_STATEMENT = 5_000
"""Values of one IN list. SQLite binds at most 32,766 values a statement, PostgreSQL 65,535."""


class Queries:
    """The statements of one noun, on one open transaction and for one organisation.

    Subclasses use Core statements over `SomeRow.__table__` and limit each to `self._organisation`.
    They never commit.
    """

    def __init__(self, connection: Connection, organisation_id: UUID) -> None:
        self._connection = connection
        self._organisation = organisation_id

    @property
    def _on_postgres(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """The INSERT of the connection's dialect, as only that one knows ON CONFLICT."""
        return insert_into(table, self._on_postgres)


@cache
def insert_into(table: Table, on_postgres: bool) -> postgresql.Insert | sqlite.Insert:
    """The INSERT of a dialect: built once, as building costs as much as running."""
    return postgresql.insert(table) if on_postgres else sqlite.insert(table)


def chunks(items: Sequence[T], size: int = PER_STATEMENT) -> Iterator[Sequence[T]]:
    """Yield `items` in order, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def grouped(
    pairs: Iterable[tuple[UUID, T]], order: "attrgetter[int] | None" = None
) -> Mapping[UUID, list[T]]:
    """The items under each key, in the order given or by `order`."""
    found: dict[UUID, list[T]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    if order is not None:
        for items in found.values():
            items.sort(key=order)
    return found
