"""A new manager: what stands open from before goes to them only where the employee agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from bot.domain.agenda import AgendaItem, AgendaState
from bot.domain.delivery import ON_SCREEN, DeliveryClass, NewDelivery
from bot.domain.inbound import Inbound
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Look,
    Message,
    Quote,
    Reply,
    Text,
    Tone,
)
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.promise import Promise
from bot.services import between_acts, outgoing
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.pair_panel import Looking, earlier
from bot.services.pairs import Pair, pair_with
from bot.services.scene import Composed, Drop, Scene
from prompts.words import Said

GIVE, KEEP = "handover_yes", "handover_no"

SHOWN = 5
"""Things that the message names; the others stand under *From before*."""


def offer(tx: Tx, managers: Mapping[UUID, UUID | None], now: datetime) -> None:
    """Asks those who have something open from before and got a new manager (by person)."""
    moved = {person: manager for person, manager in managers.items() if manager is not None}
    concerned = tx.promises.with_open(moved) | tx.agenda.with_open(moved)
    people = tx.people.many(concerned)
    tx.queue.enqueue([_offer(person, moved[person.id], now) for person in people.values()])


def _offer(person: Person, manager_id: UUID, now: datetime) -> NewDelivery:
    return NewDelivery(
        id=uuid4(),
        organisation_id=person.organisation_id,
        person_id=person.id,
        delivery_class=DeliveryClass.DIGEST,
        kind="handover",
        cause=f"handover:{person.id}:{manager_id}:{now.isoformat()}",
        not_before=now,
        facts={"manager": str(manager_id)},
        about_id=person.id,
        about_key="handover",
    )


@dataclass(frozen=True, slots=True)
class _Left:
    """What the employee alone can still read, and the manager they have now."""

    looking: Looking
    manager: Person
    agenda: Sequence[tuple[AgendaItem, str]]
    promises: Sequence[tuple[Promise, str]]

    @classmethod
    def of(cls, looking: Looking, manager: Person) -> _Left:
        """Topics that others put there stay theirs: only the employee's own can be given on."""
        found, me = earlier(looking), looking.reader.id
        own = [(item, text) for item, text in found.agenda if item.author_id == me]
        return cls(looking, manager, own, found.promises)

    def say(self, former_id: UUID | None = None, **facts: object) -> Said:
        reader, manager = self.looking.reader, self.manager
        former = self.looking.tx.people.get(former_id) if former_id else None
        names = {"first": manager.first_name, "name": manager.name}
        return self.looking.words.say(
            "handover",
            reader.locale,
            reader.time_zone,
            former=former.first_name if former else "",
            **{**names, **facts},
        )

    @property
    def former_id(self) -> UUID | None:
        items = [item for item, _ in (*self.promises, *self.agenda)]
        return items[0].manager_id if items else None

    def quotes(self) -> Iterator[Quote]:
        for item, text in self.agenda:
            yield Quote(text, self.say(item.manager_id)["topic"])
        for promise, text in self.promises:
            mine = promise.author_id == self.looking.reader.id
            said = self.say(promise.manager_id, due=promise.due_on)
            yield Quote(text, said["by_you" if mine else "by_former"])


def handover(scene: Scene) -> Composed:
    """The question, with what it is about. Drop where nothing is left, or the manager changed."""
    left = _left(scene)
    if left is None or left.former_id is None:
        raise Drop("nothing_due")
    said, shown = left.say(left.former_id), list(left.quotes())
    more = len(shown) - SHOWN
    blocks: list[Block] = [Text(said["lead"]), *shown[:SHOWN]]
    if more > 0:
        blocks.append(Text(left.say(count=more)["more"], Tone.MUTED))
    value = str(left.manager.id)
    yes = Button(said["yes"], GIVE, value, Look.PRIMARY)
    no = Button(said["no"], KEEP, value)
    blocks += [Text(said["ask"]), Buttons((yes, no))]
    return Composed(Message("note", said["notified"], tuple(blocks)))


def answered(scene: Scene) -> Composed:
    """The same message once it was answered."""
    left = _left(scene)
    if left is None:
        raise Drop("gone")
    said = left.say()
    see = Button(said["see"], "pair", str(left.manager.id), Look.QUIET)
    text = Text(said[scene.delivery.facts["said"]])
    return Composed(Message("note", said["notified"], (text, Buttons((see,)))))


def _left(scene: Scene) -> _Left | None:
    manager = scene.manager
    if manager is None or str(manager.id) != scene.delivery.facts["manager"]:
        return None
    looking = Looking(scene.tx, scene.vault, scene.words, scene.person, scene.now)
    return _Left.of(looking, manager)


def answer(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*Give it* or *Keep it*, once; the value is the new manager's id."""
    if not act.is_repeat(inbound.installation_id):
        if inbound.action == GIVE:
            _give(kit, act, inbound.value)
        else:
            _keep(kit, act, inbound.value)
    return Reply()


def _keep(kit: Kit, act: Act, manager_id: str) -> None:
    """Says so where there is something to keep: it may have been given a moment ago."""
    pair = _own_pair(act, manager_id)
    if pair is not None and _left_of(kit, act, pair).former_id is not None:
        _redraw(act, manager_id, "kept")


def _own_pair(act: Act, manager_id: str) -> Pair | None:
    pair = pair_with(act.tx, act.person, manager_id, act.now)
    return pair if pair is not None and pair.employee.id == act.person.id else None


def _left_of(kit: Kit, act: Act, pair: Pair) -> _Left:
    looking = Looking(act.tx, act.vault, kit.words, act.person, act.now)
    return _Left.of(looking, pair.manager)


def _give(kit: Kit, act: Act, manager_id: str) -> None:
    """Everything named goes to the new manager, whose key the vault must hold."""
    pair = _own_pair(act, manager_id)
    if pair is None:
        return
    left = _left_of(kit, act, pair)
    for item, text in left.agenda:
        between_acts.add(act, pair, text)
        act.tx.agenda.save(item.became(AgendaState.DONE, act.now))
    for promise, text in left.promises:
        _give_promise(act, left, pair, promise, text)
    _redraw(act, manager_id, "given")


def _give_promise(act: Act, left: _Left, pair: Pair, promise: Promise, text: str) -> None:
    """One's own that is still to come is promised anew; anything else becomes a topic, as nobody
    promised it to, or as, the new manager.
    """
    mine = promise.author_id == act.person.id
    if mine and promise.due_on > act.today:
        between_acts.promise(act, pair, text, promise.due_on)
    else:
        said = left.say(promise.manager_id, due=promise.due_on, text=text)
        between_acts.add(act, pair, said["carried_mine" if mine else "carried_theirs"])
    act.tx.promises.save(promise.withdrawn(act.now))


def _redraw(act: Act, manager_id: str, said: str) -> None:
    updates = [
        outgoing.update(
            act.person.organisation_id,
            act.person.id,
            "handover_answered",
            message.id,
            act.inbound_id,
            act.now,
            {"manager": manager_id, "said": said},
        )
        for message in act.tx.queue.about(act.person.id, "handover")
        if message.state in ON_SCREEN and message.facts.get("manager") == manager_id
    ]
    act.tx.queue.enqueue(updates)
