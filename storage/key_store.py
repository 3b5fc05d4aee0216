"""The key store: every person's wrapped key, in a database of its own.

It lies apart from the answers so that it has its own backups, kept for at most 30 days: once a
key is destroyed and those backups have expired, no copy of the answers can be read.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import URL, Connection, Engine, bindparam, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from bot.domain.erasure import Erased, Erasure
from bot.domain.ports.unit_of_work import StorageUnavailable
from storage.faults import translated
from storage.kept_erasures import keep, kept
from storage.key_engine import (
    ACTIVE,
    SLOT,
    KeyStoreError,
    PersonKey,
    empty_wal,
    insert_key,
    key_engine,
    key_schema,
    writing,
)
from storage.master_key import MasterKey
from storage.master_keys import KnownMasterKeys, MasterKeys, ReadMasterKeys
from storage.vault import AesVault, StoredKey, new_wrapped_key

P = ParamSpec("P")
T = TypeVar("T")

_MIGRATIONS = Path(__file__).parent / "migrations" / "keys"
_PER_STATEMENT = 10_000  # SQLite binds at most 32,766 values, PostgreSQL 65,535
_LOADED = (
    col(PersonKey.id),
    col(PersonKey.person_id),
    col(PersonKey.wrapped),
    col(PersonKey.master_key_id),
    col(PersonKey.retired_at),
)

_KEYS_OF = select(*_LOADED).where(
    col(PersonKey.organisation_id) == bindparam("organisation"),
    col(PersonKey.person_id).in_(bindparam("people", expanding=True)),
)


class KeyStore:
    """The KeyRing port over SQLite or PostgreSQL. It keeps no key between two calls."""

    def __init__(
        self,
        engine: Engine,
        organisation_id: UUID,
        masters: KnownMasterKeys,
        clock: Callable[[], datetime],
    ) -> None:
        """Use `open` instead, which makes the engine."""
        self._engine = engine
        self._organisation = organisation_id
        self._masters = masters
        self._clock = clock

    @classmethod
    def open(
        cls,
        url: str,
        organisation_id: UUID,
        master_key: MasterKey | ReadMasterKeys,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> "KeyStore":
        """Prepare a key store that `upgrade_key_store` has made; connects at first use.

        Args:
            url: `sqlite:////path/keys.db` or `postgresql+psycopg://...`.
            organisation_id: whose keys; others in the same store are out of reach.
            master_key: wraps the keys; or what reads it together with those beside it, which is
                asked again when a key is wrapped by another one.
            clock: gives the aware time at which a new key is made.

        Raises:
            KeyStoreError: the URL is of no kind that can hold keys.
            MasterKeyError: the master key can't be read.
        """
        read = master_key if callable(master_key) else partial(MasterKeys, master_key)
        return cls(key_engine(url), organisation_id, KnownMasterKeys(read), clock)

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises StorageUnavailable where the store can't be used now."""
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        except SQLAlchemyError as error:
            raise translated(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.to_thread(self._engine.dispose)

    async def vault(self, people: Iterable[UUID]) -> AesVault:
        """Load the keys of these people, and create those that are missing.

        Raises:
            MasterKeyError: a key of theirs is wrapped under another master key.
        """
        return await self._in_thread(self._vault, sorted(set(people)))

    async def destroy(self, person: UUID, at: datetime) -> None:
        """Destroy all keys of a person for good, as the port says.

        On SQLite nothing of them remains in the files. PostgreSQL keeps dead rows until its own
        VACUUM, and its write-ahead log for as long as it is configured to.
        """
        await self._in_thread(self._destroy, person, at)

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        """Keep what people took back, as the port says."""
        await self._in_thread(self._remember, erasures)

    async def remembered(self) -> Sequence[Erasure]:
        """Return what people took back, oldest first."""
        return await self._in_thread(self._remembered)

    async def renew(self, person: UUID, at: datetime) -> None:
        """Make a new key for somebody whose key was destroyed, as the port says."""
        await self._in_thread(self._renew, person, at)

    async def check(self) -> None:
        """Make sure that the store is there and that the master key is the one it was written with.

        Raises:
            KeyStoreError: its tables are missing.
            MasterKeyError: some key of the organisation is wrapped under another master key.
        """
        await self._in_thread(self._check)

    def _vault(self, people: Sequence[UUID]) -> AesVault:
        with self._engine.connect() as connection:
            keys = self._load(connection, people)
        missing = set(people) - {key.person for key in keys if key.active}
        if missing:
            keys = [key for key in keys if key.person not in missing]
            keys += self._create(sorted(missing))
        masters = self._masters.keys
        return AesVault(self._organisation, masters.current, people, keys, masters.others)

    def _load(self, connection: Connection, people: Sequence[UUID]) -> list[StoredKey]:
        rows = [
            row
            for some in _chunks(people)
            for row in connection.execute(
                _KEYS_OF, {"organisation": self._organisation, "people": some}
            )
        ]
        self._masters.require({row.master_key_id for row in rows if row.wrapped is not None})
        return [
            StoredKey(row.id, row.person_id, row.wrapped, row.retired_at is None, row.master_key_id)
            for row in rows
        ]

    def _create(self, people: Sequence[UUID]) -> list[StoredKey]:
        # Sorted people: two processes that create keys for the same ones wait, and never deadlock.
        now = self._clock()
        self._masters.refresh()  # a key that was rotated meanwhile wraps no new ones
        with writing(self._engine) as connection:
            insert = insert_key(connection).on_conflict_do_nothing(
                index_elements=SLOT, index_where=ACTIVE
            )
            connection.execute(insert, [self._new_row(person, now) for person in people])
            return self._load(connection, people)  # another process may have been first

    def _new_row(self, person: UUID, now: datetime) -> dict[str, object]:
        key_id = uuid4()
        wrapped = new_wrapped_key(self._masters.keys.current, self._organisation, person, key_id)
        return self._row(key_id, person, now) | {"wrapped": wrapped}

    def _row(self, key_id: UUID, person: UUID, now: datetime) -> dict[str, object]:
        return {
            "id": key_id,
            "organisation_id": self._organisation,
            "person_id": person,
            "wrapped": None,
            "master_key_id": self._masters.keys.current.id,
            "created_at": now,
            "retired_at": None,
            "destroyed_at": None,
        }

    def _remember(self, erasures: Sequence[Erasure]) -> None:
        with writing(self._engine) as connection:
            new = keep(connection, self._organisation, erasures)
            everything = [each for each in new if each.what is Erased.EVERYTHING]
            for erasure in sorted(everything, key=lambda each: each.person_id):
                self._destroy_in(connection, erasure.person_id, erasure.at)
        # Not new ones too: whoever kept them may have died before the log was empty.
        if any(each.what is Erased.EVERYTHING for each in erasures):
            self._leave_nothing()

    def _remembered(self) -> Sequence[Erasure]:
        with self._engine.connect() as connection:
            return kept(connection, self._organisation)

    def _renew(self, person: UUID, at: datetime) -> None:
        with writing(self._engine) as connection:
            destroyed = update(PersonKey).where(
                col(PersonKey.organisation_id) == self._organisation,
                col(PersonKey.person_id) == person,
                col(PersonKey.retired_at).is_(None),
                col(PersonKey.wrapped).is_(None),
            )
            if connection.execute(destroyed.values(retired_at=at)).rowcount:
                connection.execute(insert_key(connection), [self._new_row(person, at)])

    def _destroy(self, person: UUID, at: datetime) -> None:
        with writing(self._engine) as connection:
            self._destroy_in(connection, person, at)
        self._leave_nothing()

    def _leave_nothing(self) -> None:
        """Raises StorageUnavailable where the log may hold a destroyed key: try again."""
        if self._engine.dialect.name == "sqlite" and not empty_wal(self._engine):
            raise StorageUnavailable("the key store is in use: its log could not be emptied")

    def _destroy_in(self, connection: Connection, person: UUID, at: datetime) -> None:
        # First take the place of the active key, so that none can be made from here on;
        # someone who never had a key gets a row that says so.
        tombstone = insert_key(connection).values(
            self._row(uuid4(), person, at) | {"destroyed_at": at}
        )
        connection.execute(
            tombstone.on_conflict_do_nothing(index_elements=SLOT, index_where=ACTIVE)
        )
        theirs = (
            col(PersonKey.organisation_id) == self._organisation,
            col(PersonKey.person_id) == person,
        )
        # A rotation that holds it makes another key: the next statement must see that one too.
        in_use = select(col(PersonKey.id)).where(*theirs, col(PersonKey.retired_at).is_(None))
        connection.execute(in_use.with_for_update()).all()
        connection.execute(
            update(PersonKey)
            .where(*theirs, col(PersonKey.destroyed_at).is_(None))
            .values(wrapped=None, destroyed_at=at)
        )

    def _check(self) -> None:
        with self._engine.connect() as connection:
            if not inspect(connection).has_table("person_key", schema=key_schema(connection)):
                raise KeyStoreError(
                    f"The key store at {self._engine.url.render_as_string()} has no tables. If "
                    "this is a new installation, run `touchpoint db upgrade`; else correct the "
                    "key store's URL, or restore its backup."
                )
            ids = connection.execute(
                select(col(PersonKey.master_key_id))
                .where(
                    col(PersonKey.organisation_id) == self._organisation,
                    col(PersonKey.wrapped).is_not(None),
                )
                .distinct()
            ).scalars()
            self._masters.require(ids)


def upgrade_key_store(url: str) -> None:
    """Make the key store's tables or bring them up to date; harmless to repeat or run at once.

    A new SQLite file is readable by its owner alone. Blocks; call it from a thread.

    Raises:
        KeyStoreError: the URL is of no kind that can hold keys, or its file can't be made.
    """
    from alembic import command
    from alembic.config import Config

    engine = key_engine(url)
    try:
        _make_private_file(engine.url)
        with writing(engine) as connection:
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def newest_keys() -> str | None:
    """Return the revision of the key store that this version of the program works with."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _make_private_file(url: URL) -> None:
    if url.get_backend_name() != "sqlite" or url.database is None:
        return
    try:
        os.close(os.open(url.database, os.O_RDWR | os.O_CREAT, 0o600))  # its WAL gets this mode too
    except OSError as error:
        raise KeyStoreError(
            f"The key store's file {url.database} can't be opened ({error.strerror}): name a path "
            "in a directory that exists and belongs to the user who runs Touchpoint."
        ) from error


def _chunks(people: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(people), _PER_STATEMENT):
        yield people[start : start + _PER_STATEMENT]
