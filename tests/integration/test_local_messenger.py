"""The local platform over a real database: sent once, sealed, changed and found again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bot.bootstrap import Built
from bot.domain.delivery import Address, Lookup, Recovery, RetryAt, Sent, Skipped
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Button, Buttons, Message, Text
from bot.domain.people import Person
from bot.local.hearing import hear
from bot.local.messenger import LocalMessenger
from bot.local.thread import Bubble, changes_since, read_thread
from tests.integration.demo_office import opened
from tests.integration.local_office import moved_in

SECRET = "the words nobody else may read"
MESSAGE = Message("note", SECRET, (Text(SECRET), Buttons((Button("Start", "start"),))))


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[Built]:
    async with opened(await moved_in(tmp_path)) as made:
        yield made


@pytest.fixture
async def ana(built: Built) -> Person:
    found = await built.uow.read(lambda tx: tx.people.by_email(["ana@fernweh.example"]))
    return found["ana@fernweh.example"]


@pytest.fixture
def messenger(built: Built) -> LocalMessenger:
    return LocalMessenger(built.uow, built.keys, built.clock)


def address_of(built: Built, person: Person) -> Address:
    assert built.local is not None
    own = str(person.id)
    return Address(built.local.id, "local", own, own)


async def said_to(built: Built, person: Person) -> list[Message]:
    return [bubble.message for bubble in await read_thread(built.kit, person)]


async def test_a_message_sent_twice_stands_once(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    """What makes RESEND the right recovery for this platform."""
    delivery = uuid4()

    first = await messenger.post(address_of(built, ana), MESSAGE, delivery)
    again = await messenger.post(address_of(built, ana), MESSAGE, delivery)

    assert messenger.recovery is Recovery.RESEND
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert first.ref == again.ref == str(delivery)
    assert first.at is not None
    assert await said_to(built, ana) == [MESSAGE]


async def test_the_database_holds_no_readable_words(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    await messenger.post(address_of(built, ana), MESSAGE, uuid4())
    await built.close()

    folder = built.environment.data_folder
    assert folder is not None
    kept = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert b"local_message" in kept
    assert SECRET.encode() not in kept


async def test_a_message_is_changed_in_its_place(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    address, delivery = address_of(built, ana), uuid4()
    await messenger.post(address, MESSAGE, delivery)
    await messenger.post(address, Message("note", "second", ()), uuid4())
    changed = Message("note", "first, changed", ())

    outcome = await messenger.update(address, str(delivery), changed, uuid4())

    assert outcome == Sent(str(delivery))
    assert [message.text for message in await said_to(built, ana)] == ["first, changed", "second"]


async def test_a_deleted_message_is_gone_for_good(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    address, delivery = address_of(built, ana), uuid4()
    await messenger.post(address, MESSAGE, delivery)

    assert await messenger.delete(address, str(delivery), uuid4()) == Sent(str(delivery))

    assert await said_to(built, ana) == []
    assert await messenger.delete(address, str(delivery), uuid4()) == Skipped("gone")
    assert await messenger.update(address, str(delivery), MESSAGE, uuid4()) == Skipped("gone")


async def test_a_message_is_found_by_its_delivery(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    address, delivery = address_of(built, ana), uuid4()
    assert await messenger.find(address, delivery) is Lookup.ABSENT

    await messenger.post(address, MESSAGE, delivery)

    assert await messenger.find(address, delivery) == Sent(str(delivery))


async def test_storage_that_is_gone_is_tried_again_later(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    await built.uow.close()

    outcome = await messenger.post(address_of(built, ana), MESSAGE, uuid4())

    assert isinstance(outcome, RetryAt)
    assert outcome.at > built.clock.now()
    assert await messenger.find(address_of(built, ana), uuid4()) is Lookup.UNSURE


async def test_nothing_is_sent_to_somebody_erased(
    built: Built, ana: Person, messenger: LocalMessenger
) -> None:
    address = address_of(built, ana)
    await messenger.post(address, MESSAGE, uuid4())

    await built.keys.destroy(ana.id, built.clock.now())

    assert await messenger.post(address, MESSAGE, uuid4()) == Skipped("erased")
    assert await said_to(built, ana) == []


async def test_typed_text_becomes_a_bubble_once(built: Built, ana: Person) -> None:
    """A redelivery of the same act adds nothing; blank text is no message."""
    now = built.clock.now()

    def typed(text: str, inbound_id: str) -> Inbound:
        assert built.local is not None
        return Inbound(built.local.id, str(ana.id), inbound_id, InboundKind.TEXT, now, text=text)

    for inbound in (typed("Hello", "one"), typed("Hello", "one"), typed(" \n", "two")):
        await hear(built.kit, inbound, now)

    thread = await read_thread(built.kit, ana)
    assert [(bubble.author, bubble.message.text) for bubble in thread] == [("person", "Hello")]


def bubble(key: UUID, version: int = 1) -> Bubble:
    return Bubble(key.hex, version, "bot", datetime(2026, 3, 3, tzinfo=UTC), MESSAGE, None)


def test_a_page_learns_what_it_lacks_and_nothing_else() -> None:
    kept, changed, added, gone = (uuid4() for _ in range(4))
    have = [f"{kept.hex}.1", f"{changed.hex}.1", f"{gone.hex}.3", "<b>.1", "nonsense", ""]

    found = changes_since(have, [bubble(kept), bubble(changed, 2), bubble(added)])

    assert [b.key for b in found.changed] == [changed.hex]
    assert [b.key for b in found.added] == [added.hex]
    assert list(found.gone) == [gone.hex]


def test_a_page_that_has_everything_learns_nothing() -> None:
    one, two = uuid4(), uuid4()

    assert not changes_since([f"{one.hex}.1", f"{two.hex}.4"], [bubble(one), bubble(two, 4)])
