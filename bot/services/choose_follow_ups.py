"""A model picks which follow-up question fits an answer, while the silence after it lasts.

Whatever it says or doesn't, in time or not: one question comes, at the moment it would have come.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.check_in import SILENCE, Asked, AskedQuestion, CheckIn
from bot.domain.follow_up import fitting
from bot.domain.masking import NameBook
from bot.domain.packs import Question, parent_of
from bot.domain.ports.chooser import Chooser, Choosing, Chosen
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.ports.writer import NotWritten
from bot.domain.visibility import may_word
from bot.services import follow_ups, steps
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.sealing import open_value

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Answers of one turn. The others get what the rules chose, or the next turn."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A follow-up question that may still be exchanged; it was chosen for this very answer."""

    check_in: CheckIn
    asked: AskedQuestion
    question: Question
    answer: str
    version_id: UUID
    may_see: bool


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked of the model, and the tokens set aside for it."""

    check_in_id: UUID
    person_id: UUID
    follow_up: str
    version_id: UUID
    choosing: Choosing
    reserved: int
    installation_id: UUID
    day: date


async def choose_follow_ups(kit: Kit, now: datetime) -> int:
    """Asks the model once for each answer that waits for it at `now` (aware UTC), and puts what it
    picks in place of what the rules chose, unless that is on its way already; how many waited.
    """
    if kit.chooser is None:
        return 0
    waiting = await kit.uow.read(lambda tx: tx.check_ins.choosing(AT_ONCE))
    if not waiting:
        return 0
    found = await kit.uow.read(lambda tx: tx.check_ins.many(waiting))
    people = {check_in.person_id for check_in in found.values()}
    vault = await kit.keys.vault(people)
    names = NameBook.of(await kit.uow.read(lambda tx: tx.people.names()))

    def prepare(tx: Tx) -> list[_Call | None]:
        tx.people.lock_many(people)
        acts = ((each, _act(tx, kit, vault, each.person_id, now)) for each in found.values())
        return [_prepare(act, kit, each.id, names) for each, act in acts if act is not None]

    calls = await kit.uow.write(prepare)
    running = (_carry_out(kit, vault, kit.chooser, call, now) for call in calls if call)
    await asyncio.gather(*running)
    return len(calls)


def _prepare(act: Act, kit: Kit, check_in_id: UUID, names: NameBook) -> _Call | None:
    """From here on the rules' choice holds, so that nobody asks a second time after a crash."""
    check_in = act.tx.check_ins.get(check_in_id)
    asked = check_in.follow_up() if check_in else None
    if check_in is None or asked is None or asked.state is not Asked.CHOOSING:
        return None
    act.save(check_in.with_question(replace(asked, state=Asked.PENDING)))
    found = _open(act, check_in_id)
    return _call(act, kit, found, names) if found else None


def _act(tx: Tx, kit: Kit, vault: Vault, person_id: UUID, now: datetime) -> Act | None:
    person = tx.people.get(person_id)
    if person is None:
        return None
    policy, because = tx.organisations.policy(), f"chosen:{person_id}:{now.isoformat()}"
    return Act(tx, person, vault, kit.calendar, policy, now, now, because)


def _open(act: Act, check_in_id: UUID) -> _Open | None:
    check_in = act.tx.check_ins.get(check_in_id)
    asked = check_in.follow_up() if check_in else None
    if check_in is None or asked is None or not asked.is_open or asked.asked_at is not None:
        return None
    stored = act.tx.answers.current(check_in.id).get(parent_of(asked.key))
    value = open_value(act.vault, stored) if stored else None
    if stored is None or value is None:
        return None
    label, off_at = act.policy.ai.label, act.person.ai_off_at
    may_see = may_word(label=label, ai_off_at=off_at, audiences=stored.audiences)
    question = act.question(check_in, parent_of(asked.key))
    return _Open(check_in, asked, question, value.text, stored.version_id, may_see)


def _call(act: Act, kit: Kit, found: _Open, names: NameBook) -> _Call | None:
    """None where the model may not see the answer, or the day's tokens are spent."""
    chooser, ai = kit.chooser, act.policy.ai
    organisation = act.tx.organisations.get()
    is_held = organisation is not None and organisation.is_held
    home = act.tx.people.home_identity(act.person.id)
    if chooser is None or chooser.host != ai.host or not found.may_see or is_held or home is None:
        return None
    choosing = _choosing(act, found, names)
    reserved = chooser.most_tokens(choosing)
    day = act.now.astimezone(ZoneInfo(act.policy.time_zone)).date()
    if not act.tx.ai.reserve(home.installation_id, day, reserved, ai.daily_tokens):
        return None
    return _Call(
        found.check_in.id,
        act.person.id,
        found.asked.key,
        found.version_id,
        choosing,
        reserved,
        home.installation_id,
        day,
    )


def _choosing(act: Act, found: _Open, names: NameBook) -> Choosing:
    question, locale = found.question, act.person.locale
    options = {
        each.key: question.followed_by(question.key_of(each)).words(locale).text
        for each in fitting(question, found.answer)
    }
    return Choosing(act.person.name, question.words(locale).text, found.answer, options, names)


async def _carry_out(kit: Kit, vault: Vault, chooser: Chooser, call: _Call, now: datetime) -> None:
    """What was set aside counts as spent where nobody knows better."""
    chosen, used = None, call.reserved
    try:
        chosen = await chooser.choose(call.choosing)
        used = chosen.tokens
    except NotWritten as why:
        used = why.tokens
        log.info("no follow-up question chosen", extra={"reason": why.reason})
    finally:
        await kit.uow.write(
            partial(_finish, kit=kit, vault=vault, call=call, used=used, chosen=chosen, now=now)
        )


def _finish(
    tx: Tx, *, kit: Kit, vault: Vault, call: _Call, used: int, chosen: Chosen | None, now: datetime
) -> None:
    is_spent, failed = call.reserved, chosen is None
    tx.ai.settle(call.installation_id, call.day, reserved=is_spent, used=used, failed=failed)
    tx.people.lock(call.person_id)
    act = _act(tx, kit, vault, call.person_id, now)
    found = _open(act, call.check_in_id) if act else None
    if act is None or found is None or chosen is None:
        return
    if (found.asked.key, found.version_id) == (call.follow_up, call.version_id):
        _put(act, found, chosen.key)


def _put(act: Act, found: _Open, key: str) -> None:
    """What the model picked, at the moment that was planned; "": none fits, so the next question
    comes then.
    """
    question = found.question
    picked = [each for each in question.follow_ups if each.key == key]
    if picked and question.key_of(picked[0]) == found.asked.key:
        return
    changed = follow_ups.exchange(act, found.check_in, question, picked)
    if changed is not found.check_in:
        stored = act.tx.answers.current(changed.id)[question.key]
        steps.go_on(act, changed, max(act.now, stored.recorded_at + SILENCE))
