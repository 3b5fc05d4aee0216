"""A manager's one message a day: the most urgent first, the rest behind a button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from bot.domain.delivery import ON_SCREEN, NewDelivery
from bot.domain.inbound import Inbound
from bot.domain.local_time import next_working_day
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Look,
    Message,
    Panel,
    Reply,
    Text,
    Tone,
)
from bot.domain.people import Person
from bot.domain.ports.queue_store import SentMessage
from bot.domain.ports.unit_of_work import Tx
from bot.services import desk_items, outgoing
from bot.services.act import Act
from bot.services.desk_items import NUDGES, Item
from bot.services.kit import Kit
from bot.services.nudge_blocks import item_blocks
from bot.services.paging import Piece, Section, number_in, paged
from bot.services.scene import Composed, Drop, Scene
from bot.services.told import Telling
from prompts.words import Said

SHOWN = 3
"""Items of the message itself; a phone's screen holds no more."""

FULL = 1
"""Items with ways to begin the conversation; the others have them behind *Prepare*."""


def nudges(scene: Scene) -> Composed:
    """The day's message, with permission checked again. Drop where nothing of it holds any more,
    or while the manager is away.
    """
    desk = scene.tx.desks.get(scene.person.id)
    away = desk.away_until if desk else None
    if scene.person.is_paused(scene.now) or (away is not None and scene.now < away):
        raise Drop("paused")
    telling = _telling(scene)
    day = date.fromisoformat(scene.delivery.facts["day"])
    drawn = _drawn(telling, scene.delivery.facts, day)
    if not drawn:
        raise Drop("nothing_due")
    return _composed(telling, drawn, day)


def nudges_redraw(scene: Scene) -> Composed:
    """The same message as things stand now; one line where it was put off or nothing is left."""
    facts, telling = scene.delivery.facts, _telling(scene)
    if "until" in facts:
        said = telling.say(day=date.fromisoformat(facts["until"]))
        return Composed(Message("nudge", said["title"], (Text(said["put_off"], Tone.MUTED),)))
    day = date.fromisoformat(facts["day"])
    drawn = _drawn(telling, facts, day)
    if not drawn:
        said = telling.say()
        return Composed(Message("nudge", said["title"], (Text(said["nothing_left"], Tone.MUTED),)))
    return _composed(telling, drawn, day)


def _telling(scene: Scene) -> Telling:
    return Telling(scene.tx, scene.vault, scene.words, scene.policy, scene.person, scene.now)


def _composed(
    telling: Telling, drawn: Mapping[tuple[Item, UUID], tuple[Block, ...]], day: date
) -> Composed:
    notice = _in_short(telling, list(drawn))
    said = telling.say()
    blocks: list[Block] = [Heading(said["title"])]
    for number, shown in enumerate(list(drawn.values())[:SHOWN]):
        blocks += [Divider(), *shown] if number else shown
    blocks += [*_foot(telling, drawn, day), Text(telling.written_by(), Tone.MUTED)]
    message = Message("nudge", notice, tuple(blocks))
    return Composed(message, readings=tuple(telling.readings))


def _drawn(
    telling: Telling, facts: Mapping[str, str], day: date
) -> dict[tuple[Item, UUID], tuple[Block, ...]]:
    """What there is to show of each item, in order."""
    drawn: dict[tuple[Item, UUID], tuple[Block, ...]] = {}
    items = desk_items.listed(facts)
    apart = frozenset(row for kind, row in items if kind in desk_items.OF_PROMISES)
    telling = replace(telling, apart=apart)
    for item in items:
        if shown := item_blocks(telling, item, day, full=len(drawn) < FULL):
            drawn[item] = shown
    return drawn


def _foot(
    telling: Telling, drawn: Mapping[tuple[Item, UUID], tuple[Block, ...]], day: date
) -> Iterator[Block]:
    """The way to the rest and, on the day itself and while something can still be done, the way
    to tomorrow.
    """
    more = len(drawn) - SHOWN
    items: list[Button] = []
    if more > 0:
        label = telling.say(count=more)["button_more"]
        items.append(Button(label, "nudges_more", day.isoformat()))
    is_today = day == telling.now.astimezone(telling.manager.zone).date()
    if is_today and any(_waits(shown) for shown in drawn.values()):
        label = telling.say()["button_tomorrow"]
        items.append(Button(label, "nudges_later", day.isoformat(), Look.QUIET))
    if items:
        yield Buttons(tuple(items))


def _waits(shown: Sequence[Block]) -> bool:
    """Whether there is still something to do about an item."""
    done = {"meeting_notes", "promise_unsay"}
    actions = {b.action for block in shown if isinstance(block, Buttons) for b in block.items}
    return bool(actions - done)


def _in_short(telling: Telling, items: list[tuple[Item, UUID]]) -> str:
    """What a locked phone shows: the first thing, and nobody's words."""
    kind, row = items[0]
    name = ""
    if kind in desk_items.OF_MEETINGS:
        met = telling.met(row)
        name = met.report.first_name if met else ""
    first = telling.say(name=name)[f"notice_{_NOTICES.get(kind, kind.value)}"]
    if len(items) == 1:
        return first
    return telling.say(first=first, count=len(items) - 1)["notice_more"]


_NOTICES = {Item.PROMISE_DUE: "promise", Item.PROMISE_ASKED: "promise", Item.DIFFERS: "promise"}


# What the manager does with the message as a whole


def of_day(tx: Tx, manager: Person, day: str) -> list[SentMessage]:
    """The message of that local date, where there is one; other people's are never found."""
    return [m for m in tx.queue.about(manager.id, day) if m.kind == NUDGES]


def redraw(act: Act, *days: date | None) -> None:
    """Queues an update of the messages of these days: what was answered keeps no dead buttons."""
    updates = [
        _update(act, message)
        for day in {day for day in days if day is not None}
        for message in of_day(act.tx, act.person, day.isoformat())
        if message.state in ON_SCREEN
    ]
    act.tx.queue.enqueue(updates)


def _update(act: Act, message: SentMessage) -> NewDelivery:
    person = act.person
    return outgoing.update(
        person.organisation_id,
        person.id,
        "nudges_redraw",
        message.id,
        act.inbound_id,
        act.now,
        dict(message.facts),
    )


def later(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*Tomorrow instead*: what of today's message still stands open comes with the next one. The
    message of an earlier day only loses the button: what it held was told again, or is done.
    """
    day = inbound.value
    found = of_day(act.tx, act.person, day)
    if act.is_repeat(inbound.installation_id) or not found:
        return Reply()
    if day != act.today.isoformat():
        redraw(act, date.fromisoformat(day))
        telling = Telling(act.tx, act.vault, kit.words, act.policy, act.person, act.now)
        return Reply(notice=telling.say()["too_late"])
    for message in found:
        _put_off(act, message)
    return Reply()


def _put_off(act: Act, message: SentMessage) -> None:
    desk_items.put_back(act.tx, message.facts, act.now)
    act.tx.desks.wake([act.person.id], act.now)
    back = next_working_day(act.today, act.working_day)
    update = _update(act, message)
    act.tx.queue.enqueue([replace(update, facts={**update.facts, "until": back.isoformat()})])


def more(kit: Kit, act: Act, value: str) -> Reply:
    """A page of what that day's message left out. The value is the day, and the page (from 0)
    after a colon.
    """
    day, _, number = value.partition(":")
    telling = Telling(act.tx, act.vault, kit.words, act.policy, act.person, act.now)
    pieces = [
        Piece(shown)
        for message in of_day(act.tx, act.person, day)
        for shown in list(_drawn(telling, message.facts, date.fromisoformat(day)).values())[SHOWN:]
    ]
    pages = paged(Section("", (piece,)) for piece in pieces)
    index = min(number_in(number), len(pages) - 1)
    said = telling.say(number=index + 1, count=len(pages))
    blocks = (*pages[index].blocks, *_turning(said, day, index, len(pages)))
    shown_again = ("nudges_more", f"{day}:{index}")
    return Reply(Panel(said["more_title"], blocks, said["close"], shown_again))


def _turning(said: Said, day: str, index: int, count: int) -> Iterator[Block]:
    turns = (("previous", index - 1), ("next", index + 1))
    items = [
        Button(said[label], "nudges_more", f"{day}:{page}")
        for label, page in turns
        if 0 <= page < count
    ]
    if items:
        yield Buttons(tuple(items))
        yield Text(said["page"], Tone.MUTED)
