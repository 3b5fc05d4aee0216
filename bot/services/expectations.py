"""The company's AI expectations: versions as the rules change, and who is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.expectations import TOLD, Telling, Version
from bot.domain.message import Block, Link, Text, Tone
from bot.domain.people import Person
from bot.domain.phrases import nearest
from bot.domain.policy import Expectations, Policy
from bot.domain.ports.unit_of_work import Tx
from bot.services import outgoing
from bot.services.kit import Kit

BATCH = 500
"""People told in one transaction, so that answers are never kept waiting for long."""

_TOLD_LATELY = timedelta(weeks=4)


def shown_blocks(given: Expectations, label: str, tone: Tone = Tone.MUTED) -> list[Block]:
    """What is expected, and where it stands; nothing where both are empty."""
    blocks: list[Block] = [Text(given.text, tone)] if given.text else []
    return [*blocks, Link(label, given.url)] if given.url else blocks


def leader_of(tx: Tx, policy: Policy) -> Person | None:
    """Whoever answers questions now: the person named in the rules, while they work here."""
    email = policy.expectations.leader
    found = tx.people.by_email([email]).get(email) if email else None
    return found if found and found.active else None


def is_leader(person: Person, policy: Policy) -> bool:
    """Whether that is this person."""
    return person.active and person.email == policy.expectations.leader


def leader_missing(tx: Tx, given: Expectations) -> tuple[str, str] | None:
    """What is wrong with the leader who is named, as (problem, remedy); None where all is well."""
    if not given.leader or leader_of(tx, Policy(expectations=given)):
        return None
    near = nearest(given.leader, [entry.email for entry in tx.people.roster()])
    problem = f"nobody who works here has the address {given.leader} on the people list"
    return problem, f"did you mean {near}?" if near else "name somebody who is on the list"


# Versions


def keep_version(tx: Tx, given: Expectations, author: str, now: datetime, *, tells: bool) -> None:
    """A new version where text or address changed. tells: whether people are told of it."""
    newest = tx.expectations.newest()
    organisation = tx.organisations.get()
    if organisation is None or not is_new(newest, given):
        return
    version = Version(
        id=uuid4(),
        organisation_id=organisation.id,
        number=newest.number + 1 if newest else 1,
        text=given.text,
        url=given.url,
        created_at=now,
        author=author,
        telling=Telling.GOING if tells and not given.is_empty else Telling.QUIET,
    )
    tx.expectations.add_version(version)


def is_new(newest: Version | None, given: Expectations) -> bool:
    return not newest.says(given) if newest else not given.is_empty


def would_tell(tx: Tx, given: Expectations) -> Figure | None:
    """How many people would be told of `given`; None where it is nothing new to tell."""
    if given.is_empty or not is_new(tx.expectations.newest(), given):
        return None
    return Figure.of(tx, tx.expectations.count_taking_part())


@dataclass(frozen=True, slots=True)
class Figure:
    """How many people take part: None where they, or the others, are too few to be told."""

    people: int | None

    @classmethod
    def of(cls, tx: Tx, people: int) -> Figure:
        minimum = tx.organisations.policy().group_minimum
        return cls(people if min(people, tx.people.count() - people) >= minimum else None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far telling people of the newest version is.

    `of` as in Figure. `sent` is None where it may not be told how many; then `nearly_all` says
    whether few are left.
    """

    number: int
    of: int | None
    sent: int | None
    nearly_all: bool

    @property
    def code(self) -> str:
        """Which words say it."""
        if self.sent is not None:
            return "told_some"
        return "told_nearly_all" if self.nearly_all else "told_on_its_way"


def progress(tx: Tx, now: datetime) -> Progress | None:
    """None where nobody is told of the newest version, or it was told weeks ago (aware UTC)."""
    newest = tx.expectations.newest()
    if newest is None or newest.telling is Telling.QUIET or newest.created_at < now - _TOLD_LATELY:
        return None
    messages = tx.expectations.messages(newest.id)
    queued = messages.queued
    if newest.telling is Telling.GOING:
        queued = max(queued, tx.expectations.count_taking_part())
    left = queued - messages.sent
    minimum = tx.organisations.policy().group_minimum
    of = Figure.of(tx, queued).people
    sent = messages.sent if of is not None and min(messages.sent, left) >= minimum else None
    nearly_all = newest.telling is Telling.DONE and left < minimum
    return Progress(newest.number, of, sent, nearly_all)


def reader_changed(tx: Tx, now: datetime) -> None:
    """Another leader is named: whoever asked something sees that its reader reads it no more."""
    newest = tx.expectations.newest()
    if newest is None:
        return
    asked = tx.expectations.open_questions(newest.id)
    for person in tx.people.many({question.person_id for question in asked}).values():
        redraw(tx, newest.id, person, now.isoformat(), now)


# Telling people


async def announce(kit: Kit, now: datetime) -> int:
    """Queues one message for everyone who takes part, where a version is new at `now` (aware UTC);
    how many. It goes on where an earlier run ended.
    """
    handled = 0
    while count := await kit.uow.write(lambda tx: _batch(tx, now)):
        handled += count
    return handled


def _batch(tx: Tx, now: datetime) -> int:
    version = tx.expectations.to_tell()
    if version is None:
        return 0
    people = tx.expectations.taking_part(version.told_up_to, BATCH)
    tx.queue.enqueue([_message(version, person_id, now) for person_id in people])
    tx.expectations.save_telling(_advanced(version, people))
    return len(people)


def _advanced(version: Version, people: Sequence[UUID]) -> Version:
    if len(people) < BATCH:
        return replace(version, telling=Telling.DONE)
    return replace(version, told_up_to=people[-1])


def _message(version: Version, person_id: UUID, now: datetime) -> NewDelivery:
    return NewDelivery(
        id=uuid4(),
        organisation_id=version.organisation_id,
        person_id=person_id,
        delivery_class=DeliveryClass.DIGEST,
        kind=TOLD,
        cause=cause(version.id, person_id),
        not_before=now,
        facts={"version": str(version.id)},
        about_id=version.id,
    )


def cause(version_id: UUID, person_id: UUID) -> str:
    return f"{TOLD}:{version_id}:{person_id}"


def reply_to(reply_id: UUID, version_id: UUID, person: Person, now: datetime) -> NewDelivery:
    """The leader's post on its way to one who asked."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=person.organisation_id,
        person_id=person.id,
        delivery_class=DeliveryClass.DIGEST,
        kind="expectations_reply",
        cause=f"expectations-reply:{reply_id}:{person.id}",
        not_before=now,
        facts={"version": str(version_id), "reply": str(reply_id)},
    )


def redraw(tx: Tx, version_id: UUID, person: Person, because: str, now: datetime) -> None:
    """Brings what told the person of this version up to date. because: unique to what changed."""
    message_id = tx.expectations.shown_message(cause(version_id, person.id))
    if message_id is None:
        return
    facts = {"version": str(version_id)}
    kind, company = "expectations_redraw", person.organisation_id
    update = outgoing.update(company, person.id, kind, message_id, because, now, facts)
    tx.queue.enqueue([update])
