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
from bot.domain.ports.conversation_store import Released
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.domain.ports.vault import KeyRing, Vault
from bot.domain.summary import WrittenPart
from bot.services.call_off import call_off
from bot.services.sealing import open_part, open_value, seal_part

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
    for erasure in of[Erased.NARROWED]:
        tx.answers.narrow(erasure.target_id, AudienceKind.SELF, now)
    if of[Erased.EVERYTHING]:
        _take_everything(tx, person_id, now)
    if of[Erased.EVERYTHING] or of[Erased.DECLINED]:
        call_off(tx, [person_id], "not_for_me", now)
        tx.people.set_participation(person_id, Participation.DECLINED)


def _empty(tx: Tx, vault: Vault, person_id: UUID, of: Mapping[Erased, Sequence[Erasure]]) -> None:
    """Out of the answers and of the summaries that hold them."""
    versions = [erasure.target_id for erasure in of[Erased.VERSION]]
    emptied = tx.answers.versions(versions)
    for version_id in emptied:
        tx.answers.withdraw(version_id)
    answers = {erasure.target_id for erasure in of[Erased.ANSWER]}
    for erasure in of[Erased.CHECK_IN]:
        current = tx.answers.current(erasure.target_id).values()
        answers |= {answer.answer_id for answer in current}
    own = answers.intersection(tx.answers.ids_of(person_id)) if answers else set()
    released = tx.summaries.release([*emptied, *tx.answers.erase(own)])
    for each in released:
        _reword(tx, vault, person_id, each)
    tx.read_log.forget(person_id, own | {answer.answer_id for answer in emptied.values()})


def _reword(tx: Tx, vault: Vault, person_id: UUID, released: Released) -> None:
    """What is left of a part rests on the other answers alone: its headline may have told more."""
    part = released.part
    if part is None or not vault.knows(person_id):
        return
    stored = tx.answers.current_of(part.versions)
    opened = {version: open_value(vault, answer) for version, answer in stored.items()}
    texts = {version: value.text for version, value in opened.items() if value is not None}
    written = open_part(vault, part, texts)
    if written is not None:
        kept = WrittenPart("", written.starters, written.writer)
        tx.summaries.reseal(part.id, seal_part(vault, person_id, part.id, kept, texts))


def _take_everything(tx: Tx, person_id: UUID, now: datetime) -> None:
    tx.summaries.release(tx.answers.erase(tx.answers.ids_of(person_id)))
    tx.read_log.forget_person(person_id)
    for question in tx.expectations.questions_by(person_id):
        tx.expectations.delete(question.id)
    for store in (tx.promises, tx.agenda, tx.meetings):
        store.forget_copies(person_id)
    tx.local_messages.delete_all(person_id, now)
    tx.erasures.end_links(person_id)
    tx.people.set_pause(person_id, None)


def hold(tx: Tx, now: datetime) -> None:
    """The last act on a restored copy: nothing of it leaves until it is released."""
    tx.held.hold_all(now)
    tx.organisations.set_restored(now)
