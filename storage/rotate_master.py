"""Every key of the key store is wrapped anew by another master key; killed at any point, every row
names one of the two and a second run goes on.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from bot.domain.ports.vault import Tampered
from storage.key_engine import KeyStoreError, PersonKey, empty_wal, key_engine, writing
from storage.master_key import MasterKey
from storage.master_keys import KnownMasterKeys, MasterKeys
from storage.store import Found, Query
from storage.vault import StoredKey, rewrapped

BATCH = 500

_REWRAP = (
    update(PersonKey)
    .where(col(PersonKey.id) == bindparam("key"), col(PersonKey.wrapped) == bindparam("old"))
    .values(wrapped=bindparam("new"), master_key_id=bindparam("master"))
)

_IDS = select(col(PersonKey.master_key_id)).where(col(PersonKey.wrapped).is_not(None)).distinct()


class MasterRotation:
    """All keys of one key store on their way to `new`. Blocks; call it from a thread."""

    def __init__(self, url: str, masters: MasterKeys, new: MasterKey) -> None:
        """`masters` are those that rows may be wrapped by now; connects at first use."""
        self._engine = key_engine(url)
        self._masters = MasterKeys(masters.current, (*masters.others, new))
        self._new = new

    def close(self) -> None:
        """Leave nothing of the former wrapping in SQLite's log, and close all connections."""
        if self._engine.dialect.name == "sqlite":
            empty_wal(self._engine)
        self._engine.dispose()

    def left(self) -> int:
        """How many keys are still wrapped by another master key.

        Raises:
            MasterKeyError: some are wrapped by one that is not known here.
        """
        with self._engine.connect() as connection:
            ids: list[str] = list(connection.execute(_IDS).scalars())
            KnownMasterKeys(lambda: self._masters).require(ids)
            return len(connection.execute(_of_others(col(PersonKey.id), self._new)).all())

    def run(self, tell: Callable[[int], None] = lambda _: None) -> int:
        """Wrap them all anew, a batch a transaction; how many. `tell` hears how many are done.

        Raises:
            KeyStoreError: some are damaged; they stay as they are, and what is done stays done.
        """
        done = 0
        while found := self._batch():
            damaged = [person for person in found if person is not None]
            if damaged:
                raise _damaged(damaged)
            done += len(found)
            tell(done)
        return done

    def _batch(self) -> list[UUID | None]:
        """A batch of keys: whose, where one is damaged, else None."""
        with writing(self._engine) as connection:
            query = _of_others(PersonKey.__table__, self._new)  # type: ignore[attr-defined]  # SQLModel's own
            rows = connection.execute(query.limit(BATCH).with_for_update()).all()
            return [self._rewrap(connection, row) for row in rows]

    def _rewrap(self, connection: Connection, row: Found) -> UUID | None:
        try:
            connection.execute(_REWRAP, self._changed(row))
        except Tampered:
            person: UUID = row.person_id
            return person
        return None

    def _changed(self, row: Found) -> dict[str, object]:
        old = self._masters.named(row.master_key_id) or self._masters.current
        key = StoredKey(row.id, row.person_id, row.wrapped, row.retired_at is None)
        new = rewrapped(old, self._new, row.organisation_id, key)
        return {"key": row.id, "old": row.wrapped, "new": new, "master": self._new.id}


def _of_others(what: Any, new: MasterKey) -> Query:
    kept = col(PersonKey.wrapped).is_not(None), col(PersonKey.master_key_id) != new.id
    return select(what).where(*kept)


def _damaged(people: Sequence[UUID]) -> KeyStoreError:
    some = ", ".join(str(person) for person in people[:5])
    return KeyStoreError(
        f"{len(people)} of the stored keys are damaged and can't be wrapped anew (of person {some})"
        ". The master key stays the one in use. Restore the key store from its backup, or, where "
        "none has them whole, erase these people's answers with `touchpoint erase`; then rotate "
        "again."
    )
