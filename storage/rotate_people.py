"""Every person gets a new key, which other processes know before anything is sealed under it.

In three steps: the new keys are made and lie ready (`introduce`), they take the place of those in
use (`switch`), and what the former ones sealed is sealed anew (`storage.reseal`). Killed at any
point every value opens, and the same steps go on.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.key_engine import PersonKey, empty_wal, key_engine, writing
from storage.master_key import MasterKey
from storage.store import Found
from storage.vault import new_wrapped_key

BATCH = 500

_other = aliased(PersonKey)


class PeopleRotation:
    """The keys of one organisation's people. Blocks; call it from a thread.

    `began` is when the rotation did (aware UTC): who has a key made since then is done.
    """

    def __init__(self, url: str, organisation: UUID, began: datetime) -> None:
        """Connects at first use."""
        self._engine = key_engine(url)
        self._organisation = organisation
        self._began = began

    def close(self) -> None:
        """Leave nothing in SQLite's log, and close all connections."""
        if self._engine.dialect.name == "sqlite":
            empty_wal(self._engine)
        self._engine.dispose()

    def introduce(
        self, master: MasterKey, now: datetime, tell: Callable[[int], None] = lambda _: None
    ) -> int:
        """Make a new key, not in use yet, for everybody whose key is an older one; how many.

        Whoever was erased is left out.
        """
        return self._in_batches(lambda connection: self._introduce(connection, master, now), tell)

    def switch(self, now: datetime, tell: Callable[[int], None] = lambda _: None) -> int:
        """Put the keys that lie ready in use, and retire those in use before; how many."""
        return self._in_batches(lambda connection: self._switch(connection, now), tell)

    def prunable(self, before: datetime) -> int:
        """How many keys were retired before then (aware UTC) and are still there."""
        with self._engine.connect() as connection:
            found = select(col(PersonKey.id)).where(*self._retired(before))
            return len(connection.execute(found).all())

    def prune(self, before: datetime) -> int:
        """Delete the keys that were retired before then (aware UTC); how many.

        Seal anew first what they sealed: nobody can read it afterwards.
        """
        with writing(self._engine) as connection:
            return connection.execute(delete(PersonKey).where(*self._retired(before))).rowcount

    def _in_batches(self, step: Callable[[Connection], int], tell: Callable[[int], None]) -> int:
        done = 0
        while True:
            with writing(self._engine) as connection:
                count = step(connection)
            if not count:
                return done
            done += count
            tell(done)

    def _introduce(self, connection: Connection, master: MasterKey, now: datetime) -> int:
        ready = exists().where(
            *self._ready(_other), col(_other.person_id) == col(PersonKey.person_id)
        )
        rows = self._in_use(connection, ~ready)
        if rows:
            connection.execute(
                insert(PersonKey), [self._new(row.person_id, master, now) for row in rows]
            )
        return len(rows)

    def _switch(self, connection: Connection, now: datetime) -> int:
        ready = exists().where(
            *self._ready(_other), col(_other.person_id) == col(PersonKey.person_id)
        )
        rows = self._in_use(connection, ready)
        if not rows:
            return 0
        people = [row.person_id for row in rows]
        theirs = self._own(), col(PersonKey.person_id).in_(people)
        successors = select(col(PersonKey.id), col(PersonKey.person_id)).where(
            *self._ready(PersonKey), col(PersonKey.person_id).in_(people)
        )
        chosen = {row.person_id: row.id for row in connection.execute(successors)}
        retired = update(PersonKey).where(
            *theirs,
            col(PersonKey.retired_at).is_(None),
            col(PersonKey.id).in_([r.id for r in rows]),
        )
        connection.execute(retired.values(retired_at=now))
        used = update(PersonKey).where(col(PersonKey.id).in_(chosen.values()))
        connection.execute(used.values(retired_at=None))
        return len(rows)

    def _in_use(self, connection: Connection, which: ColumnElement[bool]) -> Sequence[Found]:
        """Keys in use that are older than the rotation. Locked, as somebody may be erased now."""
        query = (
            select(col(PersonKey.id), col(PersonKey.person_id))
            .where(
                self._own(),
                col(PersonKey.retired_at).is_(None),
                col(PersonKey.wrapped).is_not(None),
                col(PersonKey.created_at) < self._began,
                which,
            )
            .order_by(col(PersonKey.person_id))
            .limit(BATCH)
            .with_for_update()
        )
        return connection.execute(query).all()

    def _ready(self, keys: type[PersonKey]) -> tuple[ColumnElement[bool], ...]:
        return (
            col(keys.organisation_id) == self._organisation,
            col(keys.retired_at).is_not(None),
            col(keys.wrapped).is_not(None),
            col(keys.created_at) >= self._began,
        )

    def _retired(self, before: datetime) -> tuple[ColumnElement[bool], ...]:
        retired = col(PersonKey.retired_at) < before, col(PersonKey.wrapped).is_not(None)
        return self._own(), *retired

    def _own(self) -> ColumnElement[bool]:
        return col(PersonKey.organisation_id) == self._organisation

    def _new(self, person: UUID, master: MasterKey, now: datetime) -> dict[str, object]:
        key_id = uuid4()
        return {
            "id": key_id,
            "organisation_id": self._organisation,
            "person_id": person,
            "wrapped": new_wrapped_key(master, self._organisation, person, key_id),
            "master_key_id": master.id,
            "created_at": now,
            "retired_at": now,
            "destroyed_at": None,
        }
