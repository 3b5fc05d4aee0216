"""A second process on a key store: reads one command a line, answers one line each."""

import asyncio
import os
import sys
from datetime import datetime
from uuid import UUID

from bot.domain.ports.vault import Erased
from storage.key_store import KeyStore, upgrade_key_store
from storage.master_key import load_master_key
from tests.integration.key_stores import FIELD


async def _seal(store: KeyStore, people: list[UUID]) -> str:
    """Seal each person's own id for that person; "erased" where there is no key."""
    vault = await store.vault(people)
    answers = []
    for person in people:
        try:
            answers.append(vault.seal(person, person, FIELD, person.bytes).hex())
        except Erased:
            answers.append("erased")
    return " ".join(answers)


async def _destroy(store: KeyStore, people: list[UUID], at: datetime) -> str:
    for person in people:
        await store.destroy(person, at)
    return "destroyed"


def _run(url: str, organisation: UUID, verb: str, words: list[str]) -> str:
    if verb == "upgrade":
        upgrade_key_store(url)
        return "upgraded"
    store = KeyStore.open(url, organisation, load_master_key(os.environ["TEST_MASTER_KEY"], None))
    if verb == "destroy":
        at, *people = words
        work = _destroy(store, [UUID(word) for word in people], datetime.fromisoformat(at))
    else:
        work = _seal(store, [UUID(word) for word in words])
    return asyncio.run(work)


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201  # the pipe is how the test and this process talk
    for line in sys.stdin:
        command, *arguments = line.split()
        answer = _run(sys.argv[1], UUID(sys.argv[2]), command, arguments)
        print(answer, flush=True)  # noqa: T201  # as above
