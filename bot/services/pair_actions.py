"""What people press, send and type about agendas and promises: one act in, one view out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from bot.domain.agenda import AgendaItem
from bot.domain.between import Between
from bot.domain.inbound import Inbound
from bot.domain.message import Block, Button, Buttons, Look, Reply, Text, Tone
from bot.domain.promise import Promise, Says
from bot.services import between_acts, pair_panel, promise_blocks
from bot.services.act import Act, is_uuid
from bot.services.kit import Kit
from bot.services.paging import number_in
from bot.services.pair_panel import Looking
from bot.services.pairs import counterparts, pair_of, pair_with, readable, text_of

B = TypeVar("B", bound=Between)


@dataclass(frozen=True, slots=True)
class _Pressed:
    """What a button carried: an item, what is to become of it, and the panel's page it stood on
    ("" in a message).
    """

    item_id: UUID | None
    argument: str
    page: str

    @classmethod
    def parse(cls, value: str) -> _Pressed:
        item_id, _, rest = value.partition(":")
        argument, _, page = rest.partition(":")
        return cls(UUID(item_id) if is_uuid(item_id) else None, argument, page)


def looking(kit: Kit, act: Act) -> Looking:
    """The person of an act as somebody who looks."""
    return Looking(act.tx, act.vault, kit.words, act.person, act.now)


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The panel with the person named, or the only one there is; else a list to choose from."""
    other_id, _, page = inbound.value.partition(":")
    here = looking(kit, act)
    if not other_id:
        return pair_panel.show_any(here, number_in(page))
    pair = pair_with(act.tx, act.person, other_id, act.now)
    if pair is None:
        return Reply(notice=here.say()["not_two"])
    return Reply(pair_panel.panel(here, pair, number_in(page)))


def show_people(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """A page of the list to choose a person from."""
    here = looking(kit, act)
    found = counterparts(act.tx, act.person, act.now)
    if not found:
        return Reply(notice=here.say()["nobody"])
    return Reply(pair_panel.people(here, found, number_in(inbound.value)))


def _on_promise(
    do: Callable[[Act, Promise, str], Promise], *, after_end: bool = False
) -> Callable[[Kit, Act, Inbound], Reply]:
    """An act on a promise that both can read; with `after_end`, on one that the person can."""

    def run(kit: Kit, act: Act, inbound: Inbound) -> Reply:
        pressed = _Pressed.parse(inbound.value)
        found = act.tx.promises.lock(pressed.item_id) if pressed.item_id else None
        if found is None or not _may(act, found, after_end=after_end):
            return Reply(notice=looking(kit, act).say()["gone"])
        changed = found
        if not act.is_repeat(inbound.installation_id):
            changed = do(act, found, pressed.argument)
        return _after(kit, act, changed, pressed, _promise_line(kit, act, found, changed, pressed))

    return run


def _on_item(
    do: Callable[[Act, AgendaItem], AgendaItem], *, after_end: bool = False
) -> Callable[[Kit, Act, Inbound], Reply]:
    def run(kit: Kit, act: Act, inbound: Inbound) -> Reply:
        pressed = _Pressed.parse(inbound.value)
        found = act.tx.agenda.lock(pressed.item_id) if pressed.item_id else None
        if found is None or not _may(act, found, after_end=after_end):
            return Reply(notice=looking(kit, act).say()["gone"])
        changed = found
        if not act.is_repeat(inbound.installation_id):
            changed = do(act, found)
        return _after(kit, act, changed, pressed, _item_line(kit, act, found, changed, pressed))

    return run


def _may(act: Act, item: Between, *, after_end: bool) -> bool:
    """Whether the person may act on it: they can read it, and so can the other one."""
    if not readable(act.tx, [item], act.person.id, act.now):
        return False
    return after_end or pair_of(act.tx, item, act.now) is not None


def _after(
    kit: Kit, act: Act, item: Between, pressed: _Pressed, changed: tuple[Block, ...]
) -> Reply:
    """The panel that it was pressed in, drawn anew; a message redraws itself."""
    if not pressed.page:
        return Reply()
    here, page = looking(kit, act), number_in(pressed.page)
    pair = pair_with(act.tx, act.person, str(item.other(act.person.id)), act.now)
    if pair is not None:
        return Reply(pair_panel.panel(here, pair, page, changed))
    manager = counterparts(act.tx, act.person, act.now)[:1]
    own = pair_with(act.tx, act.person, str(manager[0].id), act.now) if manager else None
    if own is not None and own.employee.id == act.person.id:
        return Reply(pair_panel.panel(here, own, page, changed))
    left = pair_panel.earlier_panel(here)
    return Reply(left) if left else Reply(notice=here.say()["gone"])


def _promise_line(
    kit: Kit, act: Act, before: Promise, after: Promise, pressed: _Pressed
) -> tuple[Block, ...]:
    """What was just done to a promise, with a way back."""
    if before == after:
        return ()
    if after.is_withdrawn != before.is_withdrawn:
        code = "taken_back" if after.is_withdrawn else "put_back"
        undo = "promise_back" if after.is_withdrawn else ""
        return _line(kit, act, after, code, undo, pressed)
    shown = promise_blocks.opened(
        act.tx, act.vault, kit.words, act.person, after, act.now, pressed.page
    )
    says_no = shown is not None and shown.says is Says.NO
    is_said = shown is not None and shown.says is not None
    return shown.outcome() if shown and is_said and not (says_no and after.asks_to_raise) else ()


def _item_line(
    kit: Kit, act: Act, before: AgendaItem, after: AgendaItem, pressed: _Pressed
) -> tuple[Block, ...]:
    if before == after:
        return ()
    undo = "" if after.state.value == "open" else "agenda_back"
    return _line(kit, act, after, after.state.value, undo, pressed)


def _line(
    kit: Kit, act: Act, item: Between, code: str, undo: str, pressed: _Pressed
) -> tuple[Block, ...]:
    said = looking(kit, act).say(text=text_of(act.vault, item, act.person.id) or "")
    told = Text(said[f"changed_{code}"], Tone.MUTED)
    if not undo:
        return (told,)
    button = Button(said["undo"], undo, f"{item.id}::{pressed.page}", Look.QUIET)
    return told, Buttons((button,))


def _say(act: Act, promise: Promise, argument: str) -> Promise:
    if argument not in set(Says) or promise.is_withdrawn:
        return promise
    return between_acts.say(act, promise, Says(argument))


def _unsay(act: Act, promise: Promise, _: str) -> Promise:
    return promise if promise.is_withdrawn else between_acts.unsay(act, promise)


def _agree(act: Act, promise: Promise, argument: str) -> Promise:
    if argument not in ("yes", "no"):
        return promise
    return between_acts.agree(act, promise, may_raise=argument == "yes")


VIEWS: Mapping[str, Callable[[Kit, Act, Inbound], Reply]] = {
    "pair": show,
    "pair_people": show_people,
    "promise_says": _on_promise(_say),
    "promise_unsay": _on_promise(_unsay),
    "promise_raise": _on_promise(_agree),
    "promise_withdraw": _on_promise(
        lambda act, p, _: between_acts.withdraw(act, p), after_end=True
    ),
    "promise_back": _on_promise(lambda act, p, _: between_acts.put_back(act, p)),
    "agenda_done": _on_item(between_acts.tick_off),
    "agenda_withdraw": _on_item(between_acts.take_out, after_end=True),
    "agenda_back": _on_item(between_acts.reopen),
}
