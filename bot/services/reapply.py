"""What people took back is taken back again in an old copy, before anybody can read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.domain.erasure import Erased, Erasure
from bot.domain.expectations import Question
from bot.domain.packs import AudienceKind
from bot.domain.people import Participation, Person
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.summary_store import Released
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.domain.ports.vault import KeyRing, Vault
from bot.services.call_off import call_off
from bot.services.erase_messages import Quoting
from bot.services.forget import forget_person, reword

BATCH = 200

_Switch = Callable[[Tx, UUID, datetime | None], None]
_SWITCHES: Mapping[tuple[Erased, Erased], _Switch] = {
    (Erased.AI_OFF, Erased.AI_ON): lambda tx, person_id, at: tx.people.set_ai_off(person_id, at),
    (Erased.FOLLOW_UPS_OFF, Erased.FOLLOW_UPS_ON): lambda tx, person_id, at: (
        tx.people.set_follow_ups_off(person_id, at)
    ),
    (Erased.SIGNS_OFF, Erased.SIGNS_ON): lambda tx, person_id, at: tx.people.set_signs_off(
        person_id, at
    ),
}
"""What people switch off and on, and how it is kept: since when it is off, None while it is on."""


async def reapply(
    uow: UnitOfWork, keys: KeyRing, erasures: Iterable[Erasure], now: datetime
) -> int:
    """Applies those of these acts that the database doesn't know of, and has the key store
    remember them all; how many were new.

    Whoever erased everything has their key destroyed first. Nothing is sent: updates of messages
    that quote what goes are queued (see `hold`). A repeat changes nothing.

    Args:
        uow: the copy's database.
        keys: the key store that goes with it.
        erasures: from wherever they were noted.
        now: aware UTC.
    """
    by_id = {erasure.id: erasure for erasure in erasures}
    known = {each.id: each for each in await uow.read(lambda tx: tx.erasures.all())}
    given = sorted(by_id.values(), key=lambda erasure: (erasure.at, erasure.id))
    await keys.remember(given)
    new = [erasure for erasure in given if erasure.id not in known]
    in_force = _in_force([*known.values(), *new])
    for start in range(0, len(new), BATCH):
        some = new[start : start + BATCH]
        vault = await keys.vault({erasure.person_id for erasure in some})
        await uow.write(partial(_apply, vault=vault, erasures=some, in_force=in_force, now=now))
    await _renew(uow, keys, known.values(), now)
    return len(new)


async def _renew(uow: UnitOfWork, keys: KeyRing, known: Iterable[Erasure], now: datetime) -> None:
    """A key for whoever had erased everything and started again before the copy was made: older
    keys, which didn't know of it, have only just destroyed theirs.
    """
    people = {each.person_id for each in known if each.what is Erased.EVERYTHING}
    found = await uow.read(lambda tx: tx.people.many(people))
    for person in found.values():
        if person.participation is not Participation.DECLINED:
            await keys.renew(person.id, now)


def _in_force(erasures: Sequence[Erasure]) -> set[UUID]:
    """The latest choice of each person about each switch; of two at one moment, off."""
    return {latest for off, on in _SWITCHES for latest in _latest(erasures, off, on)}


def _latest(erasures: Iterable[Erasure], off: Erased, on: Erased) -> set[UUID]:
    chosen = [each for each in erasures if each.what in (off, on)]
    chosen.sort(key=lambda each: (each.at, each.what is off))
    return {each.id for each in {each.person_id: each for each in chosen}.values()}


def _apply(
    tx: Tx, *, vault: Vault, erasures: Sequence[Erasure], in_force: set[UUID], now: datetime
) -> None:
    by_person: dict[UUID, list[Erasure]] = defaultdict(list)
    for erasure in erasures:
        by_person[erasure.person_id].append(erasure)
    tx.people.lock_many(by_person)
    there = tx.people.many(by_person)
    for person_id, theirs in by_person.items():
        if person_id in there:
            _Again(tx, vault, there[person_id], now, theirs).apply()
    for erasure in erasures:
        if erasure.id in in_force and erasure.person_id in there:
            _switch(tx, erasure)
    tx.erasures.add(erasures)
    tx.erasures.settle([erasure.id for erasure in erasures], now)


def _switch(tx: Tx, erasure: Erasure) -> None:
    for (off, on), keep in _SWITCHES.items():
        if erasure.what in (off, on):
            keep(tx, erasure.person_id, erasure.at if erasure.what is off else None)


@dataclass(frozen=True, slots=True)
class _Again:
    """What one person took back, on its way out of the copy."""

    tx: Tx
    vault: Vault
    person: Person
    now: datetime
    acts: Sequence[Erasure]

    def apply(self) -> None:
        tx, person_id = self.tx, self.person.id
        log_of, asked = tx.read_log.of_person(person_id), tx.expectations.questions_by(person_id)
        released, emptied = self._empty()
        narrowed = self._targets(Erased.NARROWED)
        for answer_id in _own(tx, person_id, narrowed):
            tx.answers.narrow(answer_id, AudienceKind.SELF, self.now)
        if self._targets(Erased.EVERYTHING):
            released = [*released, *forget_person(tx, person_id, self.now)]
            tx.people.set_pause(person_id, None)
        if self._targets(Erased.EVERYTHING) or self._targets(Erased.DECLINED):
            call_off(tx, [person_id], "not_for_me", self.now)
            tx.people.set_participation(person_id, Participation.DECLINED)
        self._update_messages(released, emptied, log_of, asked)

    def _targets(self, what: Erased) -> set[UUID]:
        return {act.target_id for act in self.acts if act.what is what}

    def _empty(self) -> tuple[Sequence[Released], set[UUID]]:
        """Out of the answers, of the summaries that hold them, and of the log of who read them;
        those summaries and answers.
        """
        tx, person_id = self.tx, self.person.id
        found = tx.answers.versions(self._targets(Erased.VERSION))
        versions = {
            id_: each.answer_id for id_, each in found.items() if each.person_id == person_id
        }
        for version_id in versions:
            tx.answers.withdraw(version_id)
        own = self._whole_answers()
        released = tx.summaries.release([*versions, *tx.answers.erase(own)])
        reword(tx, self.vault, released)
        left = {answer.answer_id for answer in tx.answers.current_of(versions).values()}
        tx.read_log.forget(person_id, own | (set(versions.values()) - left))
        return released, own | set(versions.values())

    def _whole_answers(self) -> set[UUID]:
        """Without the questions, which are deleted on the way."""
        answers = self._targets(Erased.ANSWER)
        for check_in_id in self._targets(Erased.CHECK_IN):
            current = self.tx.answers.current(check_in_id).values()
            answers |= {answer.answer_id for answer in current}
        for question in self.tx.expectations.questions_by(self.person.id):
            if question.id in answers:
                self.tx.expectations.delete(question.id)
        return _own(self.tx, self.person.id, answers)

    def _update_messages(
        self,
        released: Sequence[Released],
        emptied: set[UUID],
        log_of: Sequence[Reading],
        asked: Sequence[Question],
    ) -> None:
        """What people still have on their screens from before the copy was made."""
        everything = bool(self._targets(Erased.EVERYTHING))
        quoting = Quoting(self.tx, self.person, f"again:{self.acts[0].id}", self.now)
        if everything or emptied:
            readings = [each for each in log_of if everything or each.answer_id in emptied]
            quoting.bring_up_to_date(released, readings)
        gone = self._targets(Erased.ANSWER)
        quoting.close_questions(each for each in asked if everything or each.id in gone)
        if everything:
            quoting.take_away()


def _own(tx: Tx, person_id: UUID, answers: set[UUID]) -> set[UUID]:
    """Nobody takes back what another one said."""
    return answers.intersection(tx.answers.ids_of(person_id)) if answers else set()


def hold(tx: Tx, now: datetime) -> None:
    """The last act on a restored copy: nothing of it leaves until it is released.

    Then messages that may have been sent are skipped, while what changes or deletes one goes out:
    it may be the one that takes erased words away.

    Results of check-ins that have closed since the copy was made may have been seen: counted anew,
    without what was erased since, they would tell what that was.
    """
    tx.surveys.give_up(now)
    tx.held.hold_all(now)
    tx.organisations.set_restored(now)
