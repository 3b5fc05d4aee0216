"""The key store within one process, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, update
from sqlmodel import col

from bot.domain.erasure import Erased as Kind
from bot.domain.erasure import Erasure
from bot.domain.ports.vault import Erased, Tampered
from storage.key_engine import PersonKey, key_engine, writing
from storage.key_store import KeyStore, upgrade_key_store
from storage.master_key import MasterKeyError
from tests.integration.key_stores import ANOTHER_MASTER, FIELD, MASTER, NOW, opened, rows_of


@pytest.fixture
def organisation() -> UUID:
    return uuid4()


@pytest.fixture
async def store(database_url: str, organisation: UUID) -> AsyncIterator[KeyStore]:
    upgrade_key_store(database_url)
    async with opened(database_url, organisation) as store:
        yield store


async def test_a_store_opened_later_opens_what_was_sealed(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    person, row = uuid4(), uuid4()
    sealed = (await store.vault([person])).seal(person, row, FIELD, b"plans")
    await store.close()
    async with opened(database_url, organisation) as later:
        vault = await later.vault([person])
    assert vault.open(person, row, FIELD, sealed) == b"plans"


async def test_a_key_is_made_once_at_the_clocks_time(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    people = [uuid4() for _ in range(3)]
    await store.vault(people)
    first = rows_of(database_url, organisation)
    await store.vault([*people, *people])
    assert rows_of(database_url, organisation) == first
    assert {row[0] for row in first} == set(people)
    assert {row[2:] for row in first} == {(NOW, None, None)}


async def test_known_people_cost_one_statement(store: KeyStore) -> None:
    people = [uuid4() for _ in range(500)]
    await store.vault(people)
    statements: list[str] = []
    event.listen(
        store._engine, "before_cursor_execute", lambda *call: statements.append(str(call[2]))
    )
    await store.vault(people)
    assert [s.split()[0] for s in statements if not s.startswith("BEGIN")] == ["SELECT"]


async def test_more_people_than_one_statement_can_bind(database_url: str, store: KeyStore) -> None:
    """To be looked up on SQLite, which binds 32,766 values; to be added on both: each key has eight
    of them, and PostgreSQL binds 65,535.
    """
    people = [uuid4() for _ in range(33_000 if database_url.startswith("sqlite") else 8_500)]
    await store.vault(people[:10])
    vault = await store.vault(people)
    assert all(vault.knows(person) for person in people)


async def test_no_one_to_load_is_no_error(store: KeyStore) -> None:
    vault = await store.vault([])
    with pytest.raises(LookupError):
        vault.knows(uuid4())


async def test_destroying_empties_every_key_and_a_repeat_changes_nothing(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    person = uuid4()
    await store.vault([person])
    await store.destroy(person, NOW)
    await store.destroy(person, NOW + timedelta(days=1))
    await store.vault([person])
    assert rows_of(database_url, organisation) == [(person, None, NOW, None, NOW)]


async def test_someone_without_a_key_can_be_destroyed_and_never_gets_one(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    person = uuid4()
    await store.destroy(person, NOW)
    vault = await store.vault([person])
    assert not vault.knows(person)
    with pytest.raises(Erased):
        vault.seal(person, uuid4(), FIELD, b"late")
    assert rows_of(database_url, organisation) == [(person, None, NOW, None, NOW)]


def everything(person: UUID, at: datetime = NOW) -> Erasure:
    return Erasure(uuid4(), person, Kind.EVERYTHING, person, at)


async def test_what_was_taken_back_is_kept_and_destroys_keys_once(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    """Only *everything* destroys a key; told again, after a new start too, it changes nothing."""
    ana, ben = uuid4(), uuid4()
    old = (await store.vault([ana, ben])).seal(ana, ana, FIELD, b"plans")
    all_of_ana = everything(ana)
    one_of_ben = Erasure(uuid4(), ben, Kind.VERSION, uuid4(), NOW - timedelta(days=1))
    for _ in range(2):
        await store.remember([all_of_ana, one_of_ben])
        vault = await store.vault([ana, ben])
        assert (vault.knows(ana), vault.knows(ben)) == (False, True)
    assert await store.remembered() == [one_of_ben, all_of_ana]
    await store.renew(ana, NOW + timedelta(days=1))
    await store.remember([all_of_ana, one_of_ben])
    vault = await store.vault([ana])
    assert vault.open(ana, ana, FIELD, vault.seal(ana, ana, FIELD, b"new")) == b"new"
    with pytest.raises(Erased):
        vault.open(ana, ana, FIELD, old)
    await store.remember([everything(ana, NOW + timedelta(days=2))])
    assert not (await store.vault([ana])).knows(ana)
    kept = [row for row in rows_of(database_url, organisation) if row[0] == ana]
    assert [row[1] for row in kept] == [None, None]


async def test_only_a_destroyed_key_is_renewed(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    """Pressed twice, at once, or by somebody whose key is whole: one key each."""
    ana, ben = uuid4(), uuid4()
    sealed = (await store.vault([ben])).seal(ben, ben, FIELD, b"plans")
    await store.destroy(ana, NOW)
    await asyncio.gather(*(store.renew(person, NOW) for person in (ana, ben, ana, ben)))
    vault = await store.vault([ana, ben])
    assert vault.knows(ana)
    assert vault.open(ben, ben, FIELD, sealed) == b"plans"
    active = [row for row in rows_of(database_url, organisation) if row[3] is None]
    assert sorted(row[0] for row in active) == sorted([ana, ben])


async def test_companies_remember_apart(database_url: str, store: KeyStore) -> None:
    person = uuid4()
    await store.vault([person])
    async with opened(database_url, uuid4()) as another:
        await another.remember([everything(person)])
        assert len(await another.remembered()) == 1
    assert await store.remembered() == []
    assert (await store.vault([person])).knows(person)


async def test_a_naive_time_is_refused_and_destroys_nothing(store: KeyStore) -> None:
    person = uuid4()
    await store.vault([person])
    with pytest.raises(Exception, match="timezone"):
        await store.destroy(person, NOW.replace(tzinfo=None))
    assert (await store.vault([person])).knows(person)


async def test_a_rotated_key_opens_what_it_sealed_until_both_are_destroyed(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    person, row = uuid4(), uuid4()
    old = (await store.vault([person])).seal(person, row, FIELD, b"plans")
    engine = key_engine(database_url)
    with writing(engine) as connection:
        connection.execute(
            update(PersonKey).where(col(PersonKey.person_id) == person).values(retired_at=NOW)
        )
    engine.dispose()
    vault = await store.vault([person])
    new = vault.seal(person, row, FIELD, b"plans")
    assert old[1:17] != new[1:17]  # the ids of the keys
    assert vault.open(person, row, FIELD, old) == vault.open(person, row, FIELD, new) == b"plans"
    await store.destroy(person, NOW)
    assert [row[1] for row in rows_of(database_url, organisation)] == [None, None]


async def test_organisations_share_nothing(database_url: str, store: KeyStore) -> None:
    person, row = uuid4(), uuid4()
    sealed = (await store.vault([person])).seal(person, row, FIELD, b"plans")
    async with opened(database_url, uuid4()) as other:
        vault = await other.vault([person])
        await other.destroy(person, NOW)
    with pytest.raises(Tampered):
        vault.open(person, row, FIELD, sealed)
    assert (await store.vault([person])).open(person, row, FIELD, sealed) == b"plans"


async def test_another_master_key_is_named_and_nothing_is_written(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    person = uuid4()
    await store.vault([person])
    before = rows_of(database_url, organisation)
    async with opened(database_url, organisation, ANOTHER_MASTER) as wrong:
        for attempt in (wrong.check(), wrong.vault([person, uuid4()])):
            with pytest.raises(MasterKeyError, match="TOUCHPOINT_MASTER_KEY") as caught:
                await attempt
            assert MASTER.id in str(caught.value)
    assert rows_of(database_url, organisation) == before
    await store.check()


async def test_after_everyone_was_destroyed_any_master_key_will_do(
    database_url: str, store: KeyStore, organisation: UUID
) -> None:
    person = uuid4()
    await store.vault([person])
    await store.destroy(person, NOW)
    async with opened(database_url, organisation, ANOTHER_MASTER) as other:
        await other.check()
        assert not (await other.vault([person])).knows(person)


async def test_calls_side_by_side_in_one_process(store: KeyStore) -> None:
    people = [uuid4() for _ in range(30)]
    vaults = await asyncio.gather(*(store.vault(people) for _ in range(8)))
    sealed = vaults[0].seal(people[0], people[0], FIELD, b"plans")
    assert {vault.open(people[0], people[0], FIELD, sealed) for vault in vaults} == {b"plans"}
