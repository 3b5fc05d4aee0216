"""Adding to an agenda and making a promise: the forms, and a command that adds at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bot.domain.agenda import AgendaItem
from bot.domain.check_in import Refused, clean_text
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Form, Reply, Text, Tone
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.promise import Promise
from bot.services import between_acts, pair_forms, pair_panel
from bot.services.act import Act
from bot.services.days import coming_day
from bot.services.kit import Kit
from bot.services.pair_actions import looking
from bot.services.pair_forms import MAX_TEXT, Draft
from bot.services.pairs import Pair, counterparts, pair_with
from prompts.library import rest_behind
from prompts.words import Words

MOST_OFFERED = 100
"""People that a form offers; with more, one is chosen from the list first."""

_WRITING = frozenset({"agenda_add", "promise_make"})
_Draw = Callable[[Words, Act, Draft], Form]
_Kind = type[AgendaItem] | type[Promise]


@dataclass(frozen=True, slots=True)
class _Sent:
    """What somebody wants to keep with `pair`, and what is wrong with it, by field."""

    pair: Pair | None
    text: str
    due_on: date
    errors: Mapping[str, str]

    @classmethod
    def read(cls, act: Act, kind: _Kind, pair: Pair | None, fields: Mapping[str, str]) -> _Sent:
        """A day is asked of a promise alone."""
        errors = {} if pair else {"who": "not_offered"}
        text, due_on = "", act.today
        try:
            text = clean_text(fields.get("text", ""), MAX_TEXT)
        except Refused as refused:
            errors["text"] = refused.code
        try:
            if kind is Promise:
                due_on = coming_day(fields.get("due", ""), "due", act.today, pair_forms.LONGEST)
        except Refused as refused:
            errors[refused.field] = refused.code
        if pair is not None and between_acts.is_full(act, pair, kind):
            errors["text"] = "too_many"
        return cls(pair, text, due_on, errors)


def writes_for(tx: Tx, person: Person, inbound: Inbound, now: datetime) -> set[UUID]:
    """Whose keys, beside the person's own, this act seals a text under: the other one's."""
    if inbound.kind is InboundKind.COMMAND:
        found = counterparts(tx, person, now) if written(inbound, person) else []
        return {found[0].id} if len(found) == 1 else set()
    if inbound.action not in _WRITING:
        return set()
    pair = pair_with(tx, person, _named(inbound), now)
    return {pair.other(person).id} if pair else set()


def written(inbound: Inbound, person: Person) -> str:
    """What stands behind the word for the agenda; "" for any other command."""
    return rest_behind("agenda", inbound.text, person.locale)


def command(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*agenda* shows it. With words behind it they are added at once, where there is but one person
    to add them for; else the form asks whom with.
    """
    text = written(inbound, act.person)
    found = counterparts(act.tx, act.person, act.now)
    if not text or not found:
        return pair_panel.show_any(looking(kit, act))
    pair = pair_with(act.tx, act.person, str(found[0].id), act.now)
    sent = _Sent.read(act, AgendaItem, pair, {"text": text})
    if len(found) > 1 or sent.errors or sent.pair is None:
        return _opened(kit, act, pair_forms.agenda, found, text, sent.errors)
    if not act.is_repeat(inbound.installation_id):
        between_acts.add(act, sent.pair, sent.text)
    return Reply(notice=looking(kit, act).say(found[0])["added"])


def open_agenda(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The form that adds. Text that came along (of a message) stands in it already."""
    return _open(kit, act, inbound, pair_forms.agenda)


def open_promise(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The form that promises."""
    return _open(kit, act, inbound, pair_forms.promise)


def _open(kit: Kit, act: Act, inbound: Inbound, draw: _Draw) -> Reply:
    """With the person named, with the only one there is, or with a choice."""
    if not inbound.value:
        found = counterparts(act.tx, act.person, act.now)
        return _opened(kit, act, draw, found, inbound.text)
    pair = pair_with(act.tx, act.person, inbound.value, act.now)
    if pair is None:
        return Reply(notice=looking(kit, act).say()["not_two"])
    return _opened(kit, act, draw, [pair.other(act.person)], inbound.text)


def _opened(
    kit: Kit,
    act: Act,
    draw: _Draw,
    found: Sequence[Person],
    text: str,
    errors: Mapping[str, str] | None = None,
) -> Reply:
    if not found:
        return Reply(notice=looking(kit, act).say()["nobody"])
    if len(found) > MOST_OFFERED:
        return Reply(pair_panel.people(looking(kit, act), found))
    fields, only = {"text": _shortened(text)}, found[0] if len(found) == 1 else None
    return Reply(draw(kit.words, act, Draft(only, found, fields, errors or {})))


def _shortened(text: str) -> str:
    """What fits into the field; the person sees it before it is sent."""
    text = text.strip()
    if len(text) <= MAX_TEXT:
        return text
    head = text[: MAX_TEXT - 1]
    return f"{head.rpartition(' ')[0].rstrip() or head[:-1]} …"


def submit_agenda(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Adds what the form holds and shows where it stands now."""

    def keep(sent: _Sent, pair: Pair) -> None:
        between_acts.add(act, pair, sent.text)

    return _submit(kit, act, inbound, AgendaItem, pair_forms.agenda, keep, "changed_added")


def submit_promise(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Keeps the promise that the form holds and shows where it stands now."""

    def keep(sent: _Sent, pair: Pair) -> None:
        between_acts.promise(act, pair, sent.text, sent.due_on)

    return _submit(kit, act, inbound, Promise, pair_forms.promise, keep, "changed_promised")


def _submit(
    kit: Kit,
    act: Act,
    inbound: Inbound,
    kind: _Kind,
    draw: _Draw,
    keep: Callable[[_Sent, Pair], None],
    kept: str,
) -> Reply:
    """With any error nothing is kept, and the form comes back with what is wrong.

    A repeat is answered alike: the first answer may have come too late to be seen.
    """
    here = looking(kit, act)
    pair = pair_with(act.tx, act.person, _named(inbound), act.now)
    if pair is None and inbound.value:
        return Reply(notice=here.say()["not_two"])
    sent = _Sent.read(act, kind, pair, inbound.fields)
    if pair is None or sent.errors:
        only = pair.other(act.person) if pair and inbound.value else None
        offered = counterparts(act.tx, act.person, act.now)[:MOST_OFFERED]
        return Reply(draw(kit.words, act, Draft(only, offered, inbound.fields, sent.errors)))
    if not act.is_repeat(inbound.installation_id):
        keep(sent, pair)
    told = Text(here.say()[kept], Tone.MUTED)
    return Reply(pair_panel.panel(here, pair, changed=(told,)))


def _named(inbound: Inbound) -> str:
    """The person that a form is about: it carries them, or they were chosen in it."""
    return inbound.value or inbound.fields.get("who", "")
