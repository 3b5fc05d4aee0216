"""A model picks which follow-up question fits an answer, while the silence after it lasts.

Whatever it says or doesn't, in time or not: one question comes, at the moment it would have come.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.domain.check_in import SILENCE, Asked, AskedQuestion, CheckIn, State
from bot.domain.follow_up import fitting
from bot.domain.masking import NameBook
from bot.domain.packs import Question, parent_of
from bot.domain.ports.chooser import Chooser, Choosing, Chosen
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx
from bot.domain.ports.vault import Vault
from bot.domain.ports.writer import NotWritten
from bot.domain.visibility import may_word
from bot.services import follow_ups, steps
from bot.services.act import Act
from bot.services.ai_use import Account, AllNames, account_of, may_ask
from bot.services.answering import is_editable
from bot.services.kit import Kit
from bot.services.sealing import open_value

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Answers of one turn. The others get what the rules chose, or the next turn."""

LONGEST = SILENCE
"""How long the model is waited for: after that the question is on its way already."""


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
    account: Account


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
    vault = await kit.keys.vault({check_in.person_id for check_in in found.values()})
    turn = _Turn(kit, kit.chooser, vault, now)
    await asyncio.gather(*(turn.choose(check_in) for check_in in found.values()))
    return len(found)


class _Turn:
    """The answers of one turn, each by itself: what goes wrong with one holds up no other."""

    def __init__(self, kit: Kit, chooser: Chooser, vault: Vault, now: datetime) -> None:
        self._kit, self._chooser, self._vault, self._now = kit, chooser, vault, now
        self._names = AllNames(kit.uow)

    async def choose(self, check_in: CheckIn) -> None:
        try:
            await self._choose(check_in)
        except StorageUnavailable:
            raise
        except NotWritten as why:
            log.info("no follow-up question chosen", extra={"reason": why.reason})
        except Exception:
            # A fault of ours in it: the rules' choice is queued already.
            log.exception("no follow-up question chosen", extra={"check_in": str(check_in.id)})

    async def _choose(self, check_in: CheckIn) -> None:
        if not await self._kit.uow.write(partial(self._take_up, check_in)):
            return
        until = asyncio.get_running_loop().time() + LONGEST.total_seconds()
        names = await self._names.read()
        async with self._chooser.place(LONGEST.total_seconds()):
            call = await self._kit.uow.write(partial(self._call, check_in, names))
            if call is not None:
                await self._carry_out(call, until)

    def _take_up(self, check_in: CheckIn, tx: Tx) -> bool:
        """Whether the model may be asked. From here on the rules' choice holds, so that nobody
        asks a second time after a crash.
        """
        act = self._act(tx, check_in.person_id)
        current = tx.check_ins.get(check_in.id)
        asked = current.follow_up() if current else None
        if act is None or current is None or asked is None or asked.state is not Asked.CHOOSING:
            return False
        act.save(current.with_question(replace(asked, state=Asked.PENDING)))
        return self._askable(act, current.id) is not None

    def _call(self, check_in: CheckIn, names: NameBook, tx: Tx) -> _Call | None:
        """Looked at right before it is sent: None where the model may not see the answer any more,
        or the day's tokens are spent.
        """
        act = self._act(tx, check_in.person_id)
        found = self._askable(act, check_in.id) if act else None
        account = account_of(tx, act.person, act.policy, self._now) if act else None
        if act is None or found is None or account is None:
            return None
        choosing = _choosing(act, found, names)
        most = self._chooser.most_tokens(choosing)
        if not tx.ai.reserve(account.installation_id, account.day, most, account.budget):
            return None
        which = found.check_in.id, act.person.id, found.asked.key, found.version_id
        return _Call(*which, choosing, most, account)

    def _askable(self, act: Act, check_in_id: UUID) -> _Open | None:
        organisation = act.tx.organisations.get()
        is_held = organisation is not None and organisation.is_held
        if is_held or not may_ask(self._chooser, act.policy):
            return None
        found = _open(act, check_in_id)
        return found if found and found.may_see else None

    async def _carry_out(self, call: _Call, until: float) -> None:
        """What was set aside counts as spent where nobody knows better.

        until: how long it may take, by the loop's time. Raises NotWritten.
        """
        chosen, used = None, call.reserved
        try:
            async with asyncio.timeout_at(until):
                chosen = await self._chooser.choose(call.choosing)
            used = chosen.tokens
        except NotWritten as why:
            used = why.tokens
            raise
        except TimeoutError:
            raise NotWritten("timeout") from None
        finally:
            finish = partial(self._finish, call=call, used=used, chosen=chosen)
            await self._kit.uow.write(finish)

    def _finish(self, tx: Tx, *, call: _Call, used: int, chosen: Chosen | None) -> None:
        which, failed = (call.account.installation_id, call.account.day), chosen is None
        tx.ai.settle(*which, reserved=call.reserved, used=used, failed=failed)
        act = self._act(tx, call.person_id)
        found = _open(act, call.check_in_id) if act else None
        if act is None or found is None or chosen is None:
            return
        if (found.asked.key, found.version_id) == (call.follow_up, call.version_id):
            _put(act, found, chosen.key)

    def _act(self, tx: Tx, person_id: UUID) -> Act | None:
        person, policy, now = tx.people.lock(person_id), tx.organisations.policy(), self._now
        if person is None:
            return None
        because = f"chosen:{person_id}:{now.isoformat()}"
        return Act(tx, person, self._vault, self._kit.calendar, policy, now, now, because)


def _open(act: Act, check_in_id: UUID) -> _Open | None:
    """None too where the conversation has ended, or this person takes part no more."""
    check_in = act.tx.check_ins.get(check_in_id)
    asked = check_in.follow_up() if check_in else None
    if check_in is None or asked is None or not asked.is_open or asked.asked_at is not None:
        return None
    goes_on = check_in.state in (State.OFFERED, State.OPEN) and is_editable(act, check_in)
    if not goes_on or not act.person.active:
        return None
    stored = act.tx.answers.current(check_in.id).get(parent_of(asked.key))
    value = open_value(act.vault, stored) if stored else None
    if stored is None or value is None:
        return None
    label, off_at = act.policy.ai.label, act.person.ai_off_at
    may_see = may_word(label=label, ai_off_at=off_at, audiences=stored.audiences)
    question = act.question(check_in, parent_of(asked.key))
    return _Open(check_in, asked, question, value.text, stored.version_id, may_see)


def _choosing(act: Act, found: _Open, names: NameBook) -> Choosing:
    question, locale = found.question, act.person.locale
    options = {
        each.key: question.followed_by(question.key_of(each)).words(locale).text
        for each in fitting(question, found.answer)
    }
    return Choosing(act.person.name, question.words(locale).text, found.answer, options, names)


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
