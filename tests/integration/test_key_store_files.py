"""The key store's database: what it is made of, and what it leaves on disk."""

import base64
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import SQLModel

from bot.domain.erasure import Erased, Erasure
from bot.domain.ports.unit_of_work import StorageUnavailable
from storage.key_engine import KeyStoreError, PersonKey, key_engine, key_schema
from storage.key_store import KeyStore, upgrade_key_store
from tests.integration.key_stores import FIELD, MASTER, NOW, opened, rows_of


@pytest.fixture
def organisation() -> UUID:
    return uuid4()


@pytest.fixture
async def sqlite_store(sqlite_url: str, organisation: UUID) -> AsyncIterator[KeyStore]:
    upgrade_key_store(sqlite_url)
    async with opened(sqlite_url, organisation) as store:
        yield store


def files_beside(url: str) -> bytes:
    """Everything that SQLite has on disk for this database: the file and its write-ahead log."""
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


async def test_a_store_that_was_never_made_is_named(sqlite_url: str, organisation: UUID) -> None:
    async with opened(sqlite_url, organisation) as store:
        with pytest.raises(KeyStoreError, match="touchpoint db upgrade"):
            await store.check()


def test_the_migrations_make_what_the_code_declares(database_url: str) -> None:
    upgrade_key_store(database_url)
    engine = key_engine(database_url)
    with engine.connect() as connection:
        schema = key_schema(connection)
        declared = MetaData()
        for table in PersonKey.metadata.tables.values():
            # SQLAlchemy documents None, and its types leave it out.
            table.to_metadata(declared, schema=schema)  # type: ignore[arg-type]
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": schema is not None,
                "include_name": lambda name, kind, _: kind != "schema" or name == schema,
                "version_table_schema": schema,
            },
        )
        differences = compare_metadata(context, declared)
        tables = inspect(connection).get_table_names(schema=schema)
    engine.dispose()
    assert differences == []
    assert sorted(tables) == ["alembic_version", "erasure", "person_key"]


def test_the_main_databases_metadata_knows_no_keys() -> None:
    assert PersonKey.metadata is not SQLModel.metadata
    assert not any("person_key" in name for name in SQLModel.metadata.tables)


async def test_no_answer_and_no_bare_key_is_in_the_files(
    sqlite_url: str, sqlite_store: KeyStore, organisation: UUID
) -> None:
    person = uuid4()
    answer = b"I am looking for another job"
    sealed = (await sqlite_store.vault([person])).seal(person, person, FIELD, answer)
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE answer (text BLOB)")
        connection.exec_driver_sql("INSERT INTO answer VALUES (?)", (sealed,))
    [(_, wrapped, *_)] = rows_of(sqlite_url, organisation)
    files = files_beside(sqlite_url)
    engine.dispose()
    assert wrapped is not None
    assert wrapped in files  # what is there is found
    assert sealed in files
    for secret in (answer, answer[:12], MASTER.key, base64.b64encode(MASTER.key)):
        assert secret not in files


async def test_a_destroyed_key_leaves_no_trace_in_the_files(
    sqlite_url: str, sqlite_store: KeyStore, organisation: UUID
) -> None:
    people = [uuid4() for _ in range(400)]
    for start in range(0, 400, 7):  # many transactions, so that pages split and move
        await sqlite_store.vault(people[start : start + 7])
    wrapped = {row[0]: row[1] or b"" for row in rows_of(sqlite_url, organisation)}
    assert all(wrapped[person] in files_beside(sqlite_url) for person in people)
    for person in people[::9]:
        await sqlite_store.destroy(person, NOW)
    files = files_beside(sqlite_url)
    for place, person in enumerate(people):
        found = any(part in files for part in (wrapped[person][:24], wrapped[person][-24:]))
        assert found == (place % 9 != 0)


async def test_a_log_that_is_being_read_is_emptied_at_the_next_try(
    sqlite_url: str, sqlite_store: KeyStore, organisation: UUID
) -> None:
    """What a reader began to read is kept for it, with the key that was destroyed meanwhile."""
    path, person = Path(sqlite_url.removeprefix("sqlite:///")), uuid4()
    await sqlite_store.vault([person])
    [(_, wrapped, *_)] = rows_of(sqlite_url, organisation)
    assert wrapped is not None
    act = Erasure(uuid4(), person, Erased.EVERYTHING, person, NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person_key").fetchall()
        async with opened(sqlite_url, organisation) as store:
            event.listen(store._engine, "connect", wait_shortly)
            with pytest.raises(StorageUnavailable):
                await store.remember([act])
    assert not (await sqlite_store.vault([person])).knows(person)
    assert wrapped in files_beside(sqlite_url)
    await sqlite_store.remember([act])
    assert wrapped not in files_beside(sqlite_url)


def wait_shortly(connection: DBAPIConnection, _: object) -> None:
    connection.cursor().execute("PRAGMA busy_timeout = 50")


async def test_sqlite_is_set_to_lose_nothing_and_to_leave_nothing(
    sqlite_url: str, sqlite_store: KeyStore
) -> None:
    await sqlite_store.vault([uuid4()])
    engine = key_engine(sqlite_url)
    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "secure_delete", "busy_timeout")
        settings = [connection.exec_driver_sql(f"PRAGMA {n}").scalar_one() for n in names]
    engine.dispose()
    assert settings == ["wal", 2, 1, 10_000]
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    modes = {file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}
    assert modes == {0o600}


@pytest.mark.parametrize(
    "bad", ["sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/db", "u:secret@nowhere", ""]
)
def test_a_url_that_cannot_hold_keys_is_refused_without_showing_a_password(bad: str) -> None:
    with pytest.raises(KeyStoreError, match="give the URL of a SQLite file") as caught:
        upgrade_key_store(bad)
    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match=str(tmp_path / "none")):
        upgrade_key_store(f"sqlite:///{tmp_path / 'none' / 'keys.db'}")
