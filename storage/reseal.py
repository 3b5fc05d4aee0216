"""Values sealed under a key that is no longer in use, sealed anew under the one that is."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, bindparam, select, update

from bot.domain.ports.vault import Erased, Tampered
from storage.key_engine import empty_wal
from storage.key_store import KeyStore
from storage.sealed_columns import SEALED, SealedColumn
from storage.store import Found
from storage.vault import AesVault

PAGE = 1000
_START = UUID(int=0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were looked at, sealed anew, and could not be opened."""

    seen: int = 0
    changed: int = 0
    damaged: int = 0

    def __add__(self, other: "Resealed") -> "Resealed":
        return Resealed(
            self.seen + other.seen, self.changed + other.changed, self.damaged + other.damaged
        )


async def reseal(
    engine: Engine,
    organisation: UUID,
    keys: KeyStore,
    tell: Callable[[Resealed], None] = lambda _: None,
) -> Resealed:
    """Go through every sealed value of the organisation, a page at a time.

    A value is replaced only while it is the one that was read, so that a concurrent change is
    never lost; whatever changed meanwhile was sealed under a key of its own time. A second run
    finds little to do. Values of erased people, and damaged ones, stay as they are.
    """
    total = Resealed()
    for column in SEALED:
        pages = _Pages(engine, organisation, column)
        while rows := await asyncio.to_thread(pages.next):
            vault = await keys.vault({row.person for row in rows})
            total += await asyncio.to_thread(pages.replace, rows, vault)
            tell(total)
    if engine.dialect.name == "sqlite":
        await asyncio.to_thread(empty_wal, engine)
    return total


class _Pages:
    """The values of one column, by the ids of their rows."""

    def __init__(self, engine: Engine, organisation: UUID, column: SealedColumn) -> None:
        self._engine = engine
        self._organisation = organisation
        self._column = column
        self._last = _START
        table, name = column.table, column.column
        self._update = (
            update(table)
            .where(table.c.id == bindparam("row"), table.c[name] == bindparam("old"))
            .values({name: bindparam("new")})
        )

    def next(self) -> Sequence[Found]:
        """Rows of id, person and value; none where all were seen."""
        table, column = self._column.table, self._column
        value = table.c[column.column]
        query = (
            select(table.c.id, column.person.label("person"), value.label("sealed"))
            .select_from(table if column.source is None else column.source)
            .where(table.c.organisation_id == self._organisation, value.is_not(None))
            .where(table.c.id > self._last)
            .order_by(table.c.id)
            .limit(PAGE)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        if rows:
            self._last = rows[-1].id
        return rows

    def replace(self, rows: Sequence[Found], vault: AesVault) -> Resealed:
        """Seal those anew that are under a former key."""
        changed = [change for row in rows if (change := self._change(row, vault)) is not None]
        whole = [change for change in changed if change]
        if whole:
            with (
                self._engine.connect().execution_options(writes=True) as connection,
                connection.begin(),
            ):
                connection.execute(self._update, whole)
        return Resealed(len(rows), len(whole), len(changed) - len(whole))

    def _change(self, row: Found, vault: AesVault) -> dict[str, object] | None:
        """None where there is nothing to do, nothing where the value does not open."""
        field = self._column.field
        try:
            if vault.is_current(row.person, row.sealed):
                return None
            plain = vault.open(row.person, row.id, field, row.sealed)
        except Erased:
            return None
        except Tampered:
            _log.warning("sealed row does not open", extra={"row": str(row.id), "field": field})
            return {}
        new = vault.seal(row.person, row.id, field, plain)
        return {"row": row.id, "old": row.sealed, "new": new}
