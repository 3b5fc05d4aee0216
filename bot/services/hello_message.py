"""The first words on a platform that tells of accounts one by one. Nothing is asked yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.message import Button, Buttons, Look, Message, Text, Tone
from bot.domain.people import Identity, Participation, Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import audience, outgoing, who_reads
from bot.services.scene import Composed, Scene
from prompts.words import Said

HELLO = "hello"
REDRAW = "hello_redraw"

_STANDS = {
    Participation.NEW: "new",
    Participation.STARTED: "started",
    Participation.DECLINED: "declined",
}


def delivery(person: Person, identity: Identity, now: datetime) -> NewDelivery:
    """One for each time that the account is connected, or comes back (aware UTC)."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=person.organisation_id,
        person_id=person.id,
        delivery_class=DeliveryClass.REPLY,
        kind=HELLO,
        cause=f"hello:{identity.id}:{now.isoformat()}",
        not_before=now,
    )


def hello(scene: Scene) -> Composed:
    """What this is, who reads answers with the manager of this moment, and *Start*."""
    said = scene.say("hello", first_name=scene.person.first_name)
    reader = audience.usual(scene.words, scene.person, scene.manager, scene.ai)
    stands = said[_STANDS[scene.person.participation]]
    blocks = (
        Text(said["hello"], Tone.STRONG),
        Text(said["what"]),
        Text(reader),
        Text(stands, Tone.MUTED),
        Buttons(tuple(_buttons(scene, said))),
    )
    return Composed(Message(HELLO, said["hello"], blocks))


def _buttons(scene: Scene, said: Said) -> Iterator[Button]:
    if scene.person.participation is Participation.NEW:
        yield Button(said["start"], "start", look=Look.PRIMARY)
    elif scene.person.participation is Participation.DECLINED:
        yield Button(said["start_again"], "start", look=Look.QUIET)
    yield who_reads.button(scene.words, scene.person)
    yield Button(said["help"], "help", look=Look.QUIET)


def redraw(tx: Tx, person: Person, because: str, now: datetime) -> None:
    """Brings earlier hellos up to date, so that they keep no *Start* of somebody who started.

    because: unique to what the person did. `now` is aware UTC.
    """
    hellos = [each for each in tx.queue.shown_to(person.id) if each.kind == HELLO]
    tx.queue.enqueue(
        [
            outgoing.update(
                person.organisation_id, person.id, REDRAW, each.id, because, now, facts={}
            )
            for each in hellos
        ]
    )
