"""What the tests of the unit of work and the queue share: people to send to, in a real database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bot.domain.delivery import Delivery, DeliveryClass, NewDelivery
from bot.domain.organisation import Installation, Organisation
from bot.domain.people import Identity, Person
from storage.engine import open_engine
from storage.migrate import upgrade
from storage.transaction import SqlTx
from storage.unit_of_work import SqlUnitOfWork
from storage.work import OnReply

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = 60 * SECOND


@dataclass(frozen=True)
class World:
    """An organisation with people who can be reached, and installations, each one a lane."""

    uow: SqlUnitOfWork
    lanes: tuple[UUID, ...]
    people: tuple[UUID, ...]

    def message(self, person: int = 0, cause: str = "", **changes: Any) -> NewDelivery:
        """A prompt that is due now, not queued yet; each is its own cause unless one is given."""
        given = {
            "id": uuid4(),
            "organisation_id": self.uow.organisation_id,
            "person_id": self.people[person],
            "delivery_class": DeliveryClass.PROMPT,
            "kind": "question",
            "cause": cause or f"test:{uuid4()}",
            "not_before": NOW,
        }
        return NewDelivery(**(given | changes))

    async def enqueue(self, *messages: NewDelivery) -> set[UUID]:
        """Queue in one transaction."""
        return await self.uow.write(lambda tx: tx.queue.enqueue(messages))

    async def claim(
        self, now: datetime = NOW, limit: int = 100, lease: timedelta = LEASE
    ) -> Sequence[Delivery]:
        """Claim in one transaction."""
        return await self.uow.write(lambda tx: tx.queue.claim(now, limit=limit, lease=lease))

    async def claim_one(self, now: datetime = NOW) -> Delivery:
        """Claim what must be the only message due."""
        (claimed,) = await self.claim(now)
        return claimed

    async def begin(self, claimed: Delivery, now: datetime = NOW) -> bool:
        """Begin to send."""
        token = claimed.claim_token
        return bool(await self.uow.write(lambda tx: tx.queue.begin([claimed.id], token, now)))

    async def sent(self, claimed: Delivery, now: datetime = NOW) -> bool:
        """Record as sent."""
        token, refs = claimed.claim_token, {claimed.id: "ref-1"}
        return bool(await self.uow.write(lambda tx: tx.queue.sent(refs, token, now)))

    async def sweep(self, now: datetime) -> int:
        """Sweep in one transaction."""
        return await self.uow.write(lambda tx: tx.queue.sweep(now))

    async def next_at(self) -> datetime | None:
        """When the next message may be claimed."""
        return await self.uow.read(lambda tx: tx.queue.next_at())


@asynccontextmanager
async def populated(
    url: str, *, people: int = 1, lanes: int = 1, on_reply: OnReply | None = None
) -> AsyncIterator[World]:
    """A new database at `url`; the people are spread evenly over the lanes."""
    upgrade(url)
    uow = SqlUnitOfWork(open_engine(url), uuid4(), on_reply)
    world = World(uow, tuple(uuid4() for _ in range(lanes)), tuple(uuid4() for _ in range(people)))
    await uow.write(lambda tx: _fill(tx, world))
    try:
        yield world
    finally:
        await uow.close()


def _fill(tx: SqlTx, world: World) -> None:
    organisation = world.uow.organisation_id
    tx.organisations.add(Organisation(organisation, "Sample"), NOW)
    for number, lane in enumerate(world.lanes):
        tx.organisations.add_installation(
            Installation(lane, organisation, "local", f"local-{number}"), NOW
        )
    tx.people.upsert(
        [
            Person(person, organisation, f"{n}@example.com", f"Person {n}", "UTC", "en")
            for n, person in enumerate(world.people)
        ],
        NOW,
    )
    tx.people.add_identities(
        [
            Identity(uuid4(), person, world.lanes[n % len(world.lanes)], "local", f"u{n}", f"dm{n}")
            for n, person in enumerate(world.people)
        ]
    )
