"""What people took back is taken back again in an old copy, before anybody can read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.domain.erasure import Erased, Erasure
from bot.domain.packs import AudienceKind
from bot.domain.people import Participation
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.domain.ports.vault import KeyRing, Vault
from bot.services.call_off import call_off
from bot.services.forget import forget_person, reword

BATCH = 200


async def reapply(
    uow: UnitOfWork, keys: KeyRing, erasures: Iterable[Erasure], now: datetime
) -> int:
    """Applies those of these acts that the database doesn't know of, and has the key store
    remember them all; how many were new. Nothing is sent.

    Whoever erased everything has their key destroyed first. A repeat changes nothing.

    Args:
        uow: the copy's database.
        keys: the key store that goes with it.
        erasures: from wherever they were noted.
        now: aware UTC.
    """
    by_id = {erasure.id: erasure for erasure in erasures}
    known = await uow.read(lambda tx: {erasure.id for erasure in tx.erasures.all()})
    given = sorted(by_id.values(), key=lambda erasure: (erasure.at, erasure.id))
    await keys.remember(given)
    new = [erasure for erasure in given if erasure.id not in known]
    for start in range(0, len(new), BATCH):
        some = new[start : start + BATCH]
        vault = await keys.vault({erasure.person_id for erasure in some})
        await uow.write(partial(_apply, vault=vault, erasures=some, now=now))
    return len(new)


def _apply(tx: Tx, *, vault: Vault, erasures: Sequence[Erasure], now: datetime) -> None:
    by_person: dict[UUID, list[Erasure]] = defaultdict(list)
    for erasure in erasures:
        by_person[erasure.person_id].append(erasure)
    tx.people.lock_many(by_person)
    there = tx.people.many(by_person)
    for person_id, theirs in by_person.items():
        if person_id in there:
            _apply_one(tx, vault, theirs, now)
    tx.erasures.add(erasures)
    tx.erasures.settle([erasure.id for erasure in erasures], now)


def _apply_one(tx: Tx, vault: Vault, theirs: Sequence[Erasure], now: datetime) -> None:
    person_id = theirs[0].person_id
    of: dict[Erased, list[Erasure]] = defaultdict(list)
    for erasure in theirs:
        of[erasure.what].append(erasure)
    _empty(tx, vault, person_id, of)
    narrowed = {erasure.target_id for erasure in of[Erased.NARROWED]}
    for answer_id in _own(tx, person_id, narrowed):
        tx.answers.narrow(answer_id, AudienceKind.SELF, now)
    if of[Erased.EVERYTHING]:
        forget_person(tx, person_id, now)
        tx.people.set_pause(person_id, None)
    if of[Erased.EVERYTHING] or of[Erased.DECLINED]:
        call_off(tx, [person_id], "not_for_me", now)
        tx.people.set_participation(person_id, Participation.DECLINED)


def _empty(tx: Tx, vault: Vault, person_id: UUID, of: Mapping[Erased, Sequence[Erasure]]) -> None:
    """Out of the answers, of the summaries that hold them, and of the log of who read them."""
    found = tx.answers.versions(erasure.target_id for erasure in of[Erased.VERSION])
    versions = {key: each.answer_id for key, each in found.items() if each.person_id == person_id}
    for version_id in versions:
        tx.answers.withdraw(version_id)
    answers = {erasure.target_id for erasure in of[Erased.ANSWER]}
    for erasure in of[Erased.CHECK_IN]:
        current = tx.answers.current(erasure.target_id).values()
        answers |= {answer.answer_id for answer in current}
    for question in tx.expectations.questions_by(person_id):
        if question.id in answers:
            tx.expectations.delete(question.id)
    own = _own(tx, person_id, answers)
    for each in tx.summaries.release([*versions, *tx.answers.erase(own)]):
        reword(tx, vault, person_id, each)
    left = {answer.answer_id for answer in tx.answers.current_of(versions).values()}
    tx.read_log.forget(person_id, own | (set(versions.values()) - left))


def _own(tx: Tx, person_id: UUID, answers: set[UUID]) -> set[UUID]:
    """Nobody takes back what another one said."""
    return answers.intersection(tx.answers.ids_of(person_id)) if answers else set()


def hold(tx: Tx, now: datetime) -> None:
    """The last act on a restored copy: nothing of it leaves until it is released.

    Results of check-ins that have closed since the copy was made may have been seen: counted anew,
    without what was erased since, they would tell what that was.
    """
    tx.surveys.give_up(now)
    tx.held.hold_all(now)
    tx.organisations.set_restored(now)
