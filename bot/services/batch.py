"""What the messages of one batch do together: they are composed, begun and recorded at once."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.delivery import Delivery, DeliveryClass
from bot.domain.local_time import week_bounds
from bot.domain.organisation import Organisation
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import Named
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services import after_sending, audience
from bot.services.after_sending import Taken
from bot.services.compose import compose
from bot.services.kit import Kit
from bot.services.scene import Composed, Drop, NotYet, Scene
from bot.services.together import Together

Ready = tuple[Delivery, Composed]

AT_ONCE = 16
"""Messages on their way to a platform at a time."""


class Batch:
    """The shared steps, each for one message of a person at a time.

    `places` limits what is on its way: take one before the first step, so that no message waits
    for its turn once it was checked, or says `sending`.
    """

    def __init__(self, kit: Kit, vault: Vault, now: datetime) -> None:
        self._kit = kit
        self._vault = vault
        self._now = now
        self._composing = Together(self._compose)
        self._beginning = Together(self._begin)
        self._recording = Together(self._record)
        self.places = Semaphore(AT_ONCE)

    async def compose(self, delivery: Delivery) -> Composed | Drop | NotYet:
        """Raises what went wrong with this message, and StorageUnavailable."""
        return await self._composing.do(delivery)

    async def begin(self, delivery: Delivery, composed: Composed) -> bool:
        """From here on the message may have been sent; the audience it names is kept first.

        False where it must not be sent now: the claim is lost, or the lane paused.
        """
        return await self._beginning.do((delivery, composed))

    async def record(self, taken: Taken) -> None:
        """The platform took it."""
        await self._recording.do(taken)

    async def end(self) -> None:
        """Waits for the steps under way."""
        for step in (self._composing, self._beginning, self._recording):
            await step.end()

    def composed(
        self,
        tx: Tx,
        deliveries: Sequence[Delivery],
        named: Mapping[UUID, Named] | None = None,
    ) -> list[Composed | Drop | NotYet]:
        """The same at once, for whoever reads already. named: by person, the manager and the AI in
        place of today's.
        """
        seen = _Seen.read(tx, deliveries, self._now, named)
        return [self._composed(tx, seen, delivery) for delivery in deliveries]

    async def _compose(self, deliveries: Sequence[Delivery]) -> list[Composed | Drop | NotYet]:
        return await self._kit.uow.read(lambda tx: self.composed(tx, deliveries))

    def _composed(self, tx: Tx, seen: _Seen, delivery: Delivery) -> Composed | Drop | NotYet:
        try:
            return compose(self._scene(tx, seen, delivery))
        except (Drop, NotYet) as why:
            return why

    def _scene(self, tx: Tx, seen: _Seen, delivery: Delivery) -> Scene:
        person = seen.people.get(delivery.person_id)
        if person is None or seen.organisation is None:
            raise Drop("gone")
        return Scene(
            tx=tx,
            vault=self._vault,
            words=self._kit.words,
            calendar=self._kit.calendar,
            organisation=seen.organisation,
            policy=seen.policy,
            person=person,
            delivery=delivery,
            now=self._now,
            manager=seen.manager_of(person.id),
            ai=seen.ai_for(person),
            check_ins=seen.check_ins,
            prompts=seen.prompts.get(person.id, ()),
        )

    async def _begin(self, messages: Sequence[Ready]) -> list[bool]:
        def write(tx: Tx) -> list[bool]:
            _lock(tx, (delivery for delivery, _ in messages))
            begun = _begun(tx, [delivery for delivery, _ in messages], self._now)
            after_sending.before_sending(tx, (c for d, c in messages if d.id in begun))
            return [delivery.id in begun for delivery, _ in messages]

        return await self._kit.uow.write(write)

    async def _record(self, taken: Sequence[Taken]) -> Sequence[None]:
        def write(tx: Tx) -> None:
            _lock(tx, (each.delivery for each in taken))
            recorded = _recorded(tx, taken, self._now)
            after_sending.sent(tx, [each for each in taken if each.delivery.id in recorded])

        await self._kit.uow.write(write)
        return [None] * len(taken)


def _lock(tx: Tx, deliveries: Iterable[Delivery]) -> None:
    tx.people.lock_many(delivery.person_id for delivery in deliveries)


def _begun(tx: Tx, deliveries: Sequence[Delivery], now: datetime) -> set[UUID]:
    return tx.queue.begin([d.id for d in deliveries], deliveries[0].claim_token, now)


def _recorded(tx: Tx, taken: Sequence[Taken], now: datetime) -> set[UUID]:
    refs = {each.delivery.id: each.ref for each in taken}
    return tx.queue.sent(refs, taken[0].delivery.claim_token, now)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What many messages need, read at once."""

    organisation: Organisation | None
    policy: Policy
    people: Mapping[UUID, Person]
    managers: Mapping[UUID, UUID]
    named: Mapping[UUID, Named] | None
    check_ins: Mapping[UUID, CheckIn]
    prompts: Mapping[UUID, Sequence[datetime]]

    @classmethod
    def read(
        cls,
        tx: Tx,
        deliveries: Sequence[Delivery],
        now: datetime,
        named: Mapping[UUID, Named] | None = None,
    ) -> _Seen:
        readers = {delivery.person_id for delivery in deliveries}
        managers = tx.people.managers_of(readers, now) if named is None else _managers(named)
        people = tx.people.many({*readers, *managers.values()})
        prompted = [d for d in deliveries if d.delivery_class is DeliveryClass.PROMPT]
        return cls(
            tx.organisations.get(),
            tx.organisations.policy(),
            people,
            managers,
            named,
            tx.check_ins.many(filter(None, map(_check_in_of, deliveries))),
            _prompts(tx, [people[d.person_id] for d in prompted if d.person_id in people], now),
        )

    def manager_of(self, person_id: UUID) -> Person | None:
        """The direct manager at this moment, if that person is still active."""
        manager_id = self.managers.get(person_id)
        manager = self.people.get(manager_id) if manager_id else None
        return manager if manager and manager.active else None

    def ai_for(self, person: Person) -> str:
        """The AI to be named to this person."""
        if self.named is None:
            return audience.ai_of(self.policy, person)
        return self.named[person.id].ai if person.id in self.named else ""


def _managers(named: Mapping[UUID, Named]) -> Mapping[UUID, UUID]:
    return {person_id: each.manager_id for person_id, each in named.items() if each.manager_id}


def _check_in_of(delivery: Delivery) -> UUID | None:
    named = delivery.facts.get("check_in")
    return UUID(named) if named else delivery.about_id


def _prompts(tx: Tx, people: Sequence[Person], now: datetime) -> Mapping[UUID, Sequence[datetime]]:
    """When these people got prompts: at least those of everybody's own week."""
    if not people:
        return {}
    weeks = [week_bounds(now, zone) for zone in {person.zone for person in people}]
    since, until = min(since for since, _ in weeks), max(until for _, until in weeks)
    return tx.queue.prompts_sent({person.id for person in people}, since, until)
