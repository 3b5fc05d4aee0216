"""The key store with other real processes at work on it, on SQLite and on PostgreSQL."""

import base64
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest

from bot.domain.ports.vault import Erased
from storage.key_store import KeyStore, upgrade_key_store
from tests.integration.key_stores import FIELD, MASTER, NOW, opened, rows_of
from tests.processes import Talk, talking


@pytest.fixture
def organisation() -> UUID:
    return uuid4()


@pytest.fixture
async def store(database_url: str, organisation: UUID) -> AsyncIterator[KeyStore]:
    upgrade_key_store(database_url)
    async with opened(database_url, organisation) as store:
        yield store


class Worker:
    """Another process on the same store."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        assert self.answer() == ["ready"]

    def tell(self, *words: object) -> None:
        self._talk.tell(" ".join(map(str, words)))

    def answer(self) -> list[str]:
        return self._talk.stdout.readline().split()

    def stop(self) -> None:
        self._talk.end()


@pytest.fixture
def worker(database_url: str, organisation: UUID) -> Iterator[Callable[[], Worker]]:
    key = base64.b64encode(MASTER.key).decode()
    given = {**os.environ, "TEST_MASTER_KEY": key}
    module, arguments = "tests.integration.key_store_worker", (database_url, str(organisation))
    workers: list[Worker] = []
    with ExitStack() as stack:

        def start() -> Worker:
            talk = stack.enter_context(talking(module, *arguments, environment=given))
            workers.append(Worker(talk))
            return workers[-1]

        yield start
        for one in workers:
            one.stop()


async def test_destruction_holds_at_once_in_a_process_that_used_the_key_before(
    store: KeyStore, worker: Callable[[], Worker]
) -> None:
    anna, ben = uuid4(), uuid4()
    other = worker()
    other.tell("seal", anna, ben)
    anna_sealed, ben_sealed = (bytes.fromhex(word) for word in other.answer())
    await store.destroy(anna, NOW)
    other.tell("seal", anna, ben)
    assert [word == "erased" for word in other.answer()] == [True, False]
    vault = await store.vault([anna, ben])
    assert not vault.knows(anna)
    with pytest.raises(Erased):
        vault.open(anna, anna, FIELD, anna_sealed)
    assert vault.open(ben, ben, FIELD, ben_sealed) == ben.bytes


async def test_two_processes_that_create_the_same_keys_at_once_end_with_one_each(
    database_url: str, store: KeyStore, organisation: UUID, worker: Callable[[], Worker]
) -> None:
    workers = [worker(), worker()]
    sealed: dict[UUID, set[bytes]] = {}
    for _ in range(10):
        people = [uuid4() for _ in range(20)]
        workers[0].tell("seal", *people)
        workers[1].tell("seal", *reversed(people))
        for order, one in zip((people, people[::-1]), workers, strict=True):
            for person, word in zip(order, one.answer(), strict=True):
                sealed.setdefault(person, set()).add(bytes.fromhex(word))
    rows = rows_of(database_url, organisation)
    assert len(rows) == len({row[0] for row in rows}) == 200
    vault = await store.vault(sealed)
    for person, values in sealed.items():
        assert {vault.open(person, person, FIELD, value) for value in values} == {person.bytes}


async def test_destruction_wins_whenever_it_meets_a_creation(
    database_url: str, store: KeyStore, organisation: UUID, worker: Callable[[], Worker]
) -> None:
    creator, destroyer = worker(), worker()
    people = [uuid4() for _ in range(200)]
    for start in range(0, 200, 20):
        some = people[start : start + 20]
        destroyer.tell("destroy", NOW.isoformat(), *some)
        creator.tell("seal", *some)
        assert destroyer.answer() == ["destroyed"]
        assert len(creator.answer()) == 20
    assert {row[1] for row in rows_of(database_url, organisation)} == {None}
    vault = await store.vault(people)
    assert not any(vault.knows(person) for person in people)


async def test_upgrading_again_or_from_two_processes_at_once_is_harmless(
    database_url: str, organisation: UUID, worker: Callable[[], Worker]
) -> None:
    workers = [worker(), worker()]
    for one in workers:
        one.tell("upgrade")
    assert [one.answer() for one in workers] == [["upgraded"], ["upgraded"]]
    person = uuid4()
    async with opened(database_url, organisation) as store:
        sealed = (await store.vault([person])).seal(person, person, FIELD, b"plans")
        upgrade_key_store(database_url)
        vault = await store.vault([person])
    assert vault.open(person, person, FIELD, sealed) == b"plans"
