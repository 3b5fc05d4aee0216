"""Erasing is asked twice: a form says what goes and what stays, and sending it erases."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Form, Panel, Reply, Text, Tone
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import my_answers
from bot.services.act import Act, is_uuid, split_value
from bot.services.erase import erase_answer, erase_check_in, erase_everything
from bot.services.kit import Kit
from prompts.words import Said

ANSWER, CHECK_IN, EVERYTHING = "erase_answer", "erase_check_in", "erase_everything"
_SURE = "_sure"
SENT = frozenset(f"{action}{_SURE}" for action in (ANSWER, CHECK_IN, EVERYTHING))
"""What the forms send: carried out by `carry_out`, outside anybody else's transaction."""


def ask_answer(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Asks about one answer; the button's value is its check-in and question."""
    check_in_id, key = split_value(inbound.value)
    check_in = act.own_check_in(check_in_id)
    if check_in is None or key not in act.tx.answers.current(check_in.id):
        return _gone(kit, act.person)
    title = act.question(check_in, key).words(act.person.locale).text
    return Reply(_form(_say(kit, act.person), ANSWER, inbound.value, title))


def ask_check_in(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Asks about all answers of a check-in."""
    check_in = act.own_check_in(inbound.value)
    count = _answers(act, check_in)
    if not count:
        return _gone(kit, act.person)
    return Reply(_form(_say(kit, act.person, count=count), CHECK_IN, inbound.value))


def ask_everything(kit: Kit, act: Act, _: Inbound) -> Reply:
    """Asks about everything that is kept of the person."""
    return Reply(_form(_say(kit, act.person), EVERYTHING, ""))


def _answers(act: Act, check_in: CheckIn | None) -> int:
    return len(act.tx.answers.current(check_in.id)) if check_in else 0


def _say(kit: Kit, person: Person, **facts: object) -> Said:
    return kit.words.say("erase", person.locale, person.time_zone, **facts)


def _form(said: Said, action: str, value: str, about: str = "") -> Form:
    goes, stays = _WORDS[action]
    lead = (Text(about, Tone.STRONG),) if about else ()
    return Form(
        title=said[_TITLES[action]],
        action=f"{action}{_SURE}",
        value=value,
        blocks=(*lead, Text(said[goes]), Text(said[stays], Tone.MUTED)),
        submit=said["submit"],
        close=said["cancel"],
    )


_TITLES = {ANSWER: "answer_title", CHECK_IN: "check_in_title", EVERYTHING: "everything_title"}
_WORDS = {
    ANSWER: ("answer", "answer_stays"),
    CHECK_IN: ("check_in", "answer_stays"),
    EVERYTHING: ("everything", "everything_stays"),
}


def _gone(kit: Kit, person: Person) -> Reply:
    return Reply(notice=_say(kit, person)["gone"])


async def carry_out(kit: Kit, person: Person, inbound: Inbound, now: datetime) -> Reply:
    """Erases what a form named, and shows what is left. Anything but a form asks first."""
    if inbound.kind is not InboundKind.FORM:
        return Reply()
    if inbound.action == f"{EVERYTHING}{_SURE}":
        return await _everything(kit, person, inbound, now)
    check_in_id, key = split_value(inbound.value)
    if not is_uuid(check_in_id):
        return _gone(kit, person)
    if inbound.action == f"{ANSWER}{_SURE}":
        erased = await erase_answer(kit, person.id, UUID(check_in_id), key, now)
        told = "erased_answer" if erased else "gone"
    else:
        erased = await erase_check_in(kit, person.id, UUID(check_in_id), now)
        told = "erased_check_in" if erased else "gone"
    return await _what_is_left(kit, person, now, told)


async def _everything(kit: Kit, person: Person, inbound: Inbound, now: datetime) -> Reply:
    def is_first(tx: Tx) -> bool:
        return tx.inbox.first_time(inbound.installation_id, inbound.inbound_id, now)

    await erase_everything(kit, person.id, now, is_first)
    said = _say(kit, person)
    lines = (Text(said["erased_everything"]), Text(said["everything_stays"], Tone.MUTED))
    return Reply(Panel(said["everything_title"], lines, said["close"]))


async def _what_is_left(kit: Kit, person: Person, now: datetime, told: str) -> Reply:
    """*My answers* anew, with what was just done."""
    vault = await kit.keys.vault([person.id])
    line = Text(_say(kit, person)[told], Tone.STRONG)

    def run(tx: Tx) -> Panel:
        policy = tx.organisations.policy()
        act = Act(tx, person, vault, kit.calendar, policy, now, now, "")
        return my_answers.panel(kit.words, act, told=(line,))

    return Reply(await kit.uow.read(run))
