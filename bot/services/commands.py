"""The words of a command, however a platform takes it: one reply at once, shown to the person
alone.

The words are those that can be typed in the conversation too (prompts/commands.yaml). What isn't
one of them gets the list, with the nearest word; it is never recorded as an answer.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from bot.domain.check_in import Refused
from bot.domain.inbound import Inbound
from bot.domain.message import Divider, Panel, Reply
from bot.domain.people import Participation, Person, Role
from bot.services import (
    admin,
    audience,
    choices,
    form_views,
    forms,
    my_answers,
    my_data,
    pair_adding,
    who_reads,
)
from bot.services.act import Act
from bot.services.admin_home import admin_blocks
from bot.services.kit import Kit
from bot.services.own_state import last_day, open_check_ins, upcoming
from prompts.library import command_before, command_in, commands
from prompts.words import Said

_QUOTATION_MARKS = "“”„«»\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_AROUND = string.punctuation + string.whitespace + _QUOTATION_MARKS + "…"
_ALIKE = 0.6
"""How much a word must look like a known one to be taken for a slip; 1 is the same word."""

_WITH_MORE = frozenset({"agenda", "pause", "pause_until"})
"""Commands with something behind them."""

_HR = frozenset({"cadence", "preview"})


async def for_hr(kit: Kit, person: Person, inbound: Inbound, now: datetime) -> Reply | None:
    """The reply to a word of HR admins; None where the command is another one.

    Anybody else gets one line and is shown nothing.
    """
    command = _command(inbound.text, person.locale)
    if command not in _HR:
        return None
    said = kit.words.say("command", person.locale, person.time_zone)
    if person.role is not Role.HR_ADMIN:
        return Reply(notice=said["hr_only"])
    if command == "preview":
        return await admin.handle(kit, person, replace(inbound, action="admin_preview"), now)
    blocks = await admin_blocks(kit, person, now)
    shown = blocks[1:] if blocks and isinstance(blocks[0], Divider) else blocks
    return Reply(Panel(said["cadence_title"], shown, said["close"]))


def answer(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The reply to any other command, inside the transaction that carries it out."""
    command = _command(inbound.text, act.person.locale)
    return _ANSWERS.get(command or "", _unknown)(kit, act, inbound)


def _command(text: str, locale: str) -> str | None:
    """Case, spaces and punctuation around it are forgiven; without a word it is *help*."""
    bare = text.strip(_AROUND)
    if not bare:
        return "help"
    found = command_in(bare, locale)
    if found is None and (before := command_before(bare, locale)[0]) in _WITH_MORE:
        return before
    return found


def is_start(text: str, locale: str) -> bool:
    """Whether the command starts, or starts again."""
    return _command(text, locale) == "start"


def _say(kit: Kit, act: Act, **facts: object) -> Said:
    return kit.words.say("command", act.person.locale, act.person.time_zone, **facts)


def _help(kit: Kit, act: Act, _: Inbound) -> Reply:
    return Reply(notice=_words_known(kit, act))


def _words_known(kit: Kit, act: Act) -> str:
    said = _say(kit, act)
    lines = [said["help"]]
    if act.person.role is Role.HR_ADMIN:
        lines.append(said["help_hr"])
    return "\n".join(lines)


def _unknown(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """What was written is not told back: it may have been meant as an answer."""
    nearest = _nearest(inbound.text, act.person)
    said = _say(kit, act, word=nearest)
    lines = [said["unknown_nearest" if nearest else "unknown"], _words_known(kit, act)]
    return Reply(notice="\n\n".join(lines))


def _nearest(text: str, person: Person) -> str:
    """The word that was probably meant, or nothing. HR's words are offered to HR admins alone."""
    offered = {*_ANSWERS, *(_HR if person.role is Role.HR_ADMIN else ())}
    known = sorted(word for word, does in commands(person.locale).items() if does in offered)
    written = " ".join(text.casefold().strip(_AROUND).split())
    first = written.split(" ")[0]
    for each in (written, first):
        if found := get_close_matches(each, known, n=1, cutoff=_ALIKE):
            return found[0]
    return ""


def _next(kit: Kit, act: Act, _: Inbound) -> Reply:
    """What is open, and what comes next."""
    return Reply(notice="\n".join([*_open_lines(kit, act), *_coming_lines(kit, act)]))


def _status(kit: Kit, act: Act, _: Inbound) -> Reply:
    """One's own state alone: taking part or not, the pause, what is open, who reads."""
    manager = audience.current_manager(act.tx, act.person.id, act.now)
    ai = audience.ai_of(act.policy, act.person)
    reader = audience.usual(kit.words, act.person, manager, ai)
    lines = [_participation(kit, act, act.person), *_open_lines(kit, act), reader]
    return Reply(notice="\n".join(lines))


def _participation(kit: Kit, act: Act, person: Person) -> str:
    said = _say(kit, act, moment=person.paused_until)
    if person.participation is not Participation.DECLINED and person.is_paused(act.now):
        return said["paused"]
    return said[person.participation.value]


def _open_lines(kit: Kit, act: Act) -> list[str]:
    opened = open_check_ins(act.tx, act.person, act.now)
    if not opened:
        return [_say(kit, act)["nothing_open"]]
    return [_say(kit, act, moment=last_day(check_in))["open"] for check_in in opened]


def _coming_lines(kit: Kit, act: Act) -> list[str]:
    company = act.tx.organisations.get()
    if company is not None and company.is_paused(act.now):
        return [_say(kit, act, moment=company.paused_until)["company_paused"]]
    started = act.person.participation is Participation.STARTED
    first = [] if started else [_participation(kit, act, act.person)]
    coming = upcoming(act.tx, kit.calendar, act.person, act.now)
    lines = [_say(kit, act, moment=each.moment)[f"next_{each.name}"] for each in coming[:3]]
    return [*first, *lines] or [_say(kit, act)["nothing_planned"]]


def _form(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _on_open(kit, act, inbound, forms.open_form)


def _later(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _on_open(kit, act, inbound, forms.open_later)


def _on_open(
    kit: Kit, act: Act, inbound: Inbound, view: Callable[[Kit, Act, Inbound], Reply]
) -> Reply:
    opened = open_check_ins(act.tx, act.person, act.now)
    if not opened:
        return _next(kit, act, inbound)
    return view(kit, act, replace(inbound, value=str(opened[0].id)))


def _in_thread(kit: Kit, act: Act, _: Inbound) -> Reply:
    """Words that act on one question need the place where that question can be seen."""
    return Reply(notice=_say(kit, act)["in_thread"])


def _my_answers(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return my_answers.show(kit, act, replace(inbound, value=""))


def _my_data(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return my_data.show(kit, act, replace(inbound, value=""))


def _who_reads(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return who_reads.show(kit, act, replace(inbound, value=""))


def _pause(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*pause until DAY* pauses at once; anything else opens the form, with the day if any."""
    command, rest = command_before(inbound.text.strip(_AROUND), act.person.locale)
    day = _day(act, rest)
    if day is None:
        return forms.open_pause(kit, act, inbound)
    try:
        until = choices.parse_pause(act, day)
    except Refused as refused:
        return Reply(form_views.pause(kit.words, act, {refused.field: refused.code}))
    if command == "pause":
        return Reply(form_views.pause(kit.words, act, {}, day))
    return _carry_out(kit, act, inbound, lambda: choices.pause(act, until))


def _day(act: Act, written: str) -> str | None:
    """The day as ISO 8601, in the person's own time zone; None where none is written."""
    if command_in(written, act.person.locale) == "tomorrow":
        return (act.today + timedelta(days=1)).isoformat()
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        return None


def _start(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _carry_out(kit, act, inbound, lambda: choices.start(act))


def _stop(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _carry_out(kit, act, inbound, lambda: choices.decline(act))


def _resume(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _carry_out(kit, act, inbound, lambda: choices.resume(act))


def _carry_out(kit: Kit, act: Act, inbound: Inbound, do: Callable[[], None]) -> Reply:
    """Does it once and says how things stand then. A change is told in the conversation too."""
    if not act.is_repeat(inbound.installation_id):
        do()
    person = act.tx.people.get(act.person.id) or act.person
    return Reply(notice=_participation(kit, act, person), confirms=person != act.person)


_ANSWERS: Mapping[str, Callable[[Kit, Act, Inbound], Reply]] = {
    "help": _help,
    "next": _next,
    "home": _next,
    "my_answers": _my_answers,
    "my_data": _my_data,
    "data": _my_data,
    "who_reads": _who_reads,
    "who": _who_reads,
    "pause": _pause,
    "pause_until": _pause,
    "resume": _resume,
    "status": _status,
    "start": _start,
    "stop": _stop,
    "form": _form,
    "agenda": pair_adding.command,
    "promise": lambda kit, act, inbound: pair_adding.open_promise(
        kit, act, replace(inbound, text="")
    ),
    "snooze": _later,
    "skip": _in_thread,
    "undo": _in_thread,
}
