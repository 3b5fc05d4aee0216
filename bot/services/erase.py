"""What people erase: one answer, a check-in, or everything that is kept of them.

Each is one transaction. The key store learns of it right afterwards, and in any case by the tidy
job (see `settle_erasures`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from bot.domain.check_in import ANSWERABLE, Asked, CheckIn, State
from bot.domain.erasure import Erased
from bot.domain.people import Participation
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx
from bot.domain.ports.vault import Vault
from bot.services import steps
from bot.services.act import Act
from bot.services.call_off import call_off
from bot.services.erase_messages import Quoting
from bot.services.forget import forget_person, reword
from bot.services.kit import Kit
from bot.services.settle_erasures import settle_erasures
from bot.services.taken_back import note_all, taken_back

log = logging.getLogger(__name__)

Chosen = Callable[[Act], tuple[CheckIn | None, Sequence[StoredAnswer]]]
IsFirst = Callable[[Tx], bool]
"""Records that an act was carried out; False where it was before."""


async def erase_answer(
    kit: Kit, person_id: UUID, check_in_id: UUID, question_key: str, now: datetime
) -> bool:
    """Erases one answer with all its earlier wordings; its question counts as skipped.

    Args:
        kit: what the use cases need.
        person_id: whose answer it must be.
        check_in_id: the check-in, and `question_key` its question.
        question_key: as the pack names it.
        now: aware UTC.

    Returns whether there was such an answer.
    """

    def chosen(act: Act) -> tuple[CheckIn | None, Sequence[StoredAnswer]]:
        check_in = act.own_check_in(str(check_in_id))
        stored = act.tx.answers.current(check_in_id).get(question_key) if check_in else None
        return check_in, [stored] if stored else []

    return await _erase(kit, person_id, now, chosen, _skip)


async def erase_check_in(kit: Kit, person_id: UUID, check_in_id: UUID, now: datetime) -> bool:
    """Erases all answers of one check-in; where it is still open, it asks nothing more.

    Returns whether there were any of this person's; `now` is aware UTC.
    """

    def chosen(act: Act) -> tuple[CheckIn | None, Sequence[StoredAnswer]]:
        check_in = act.own_check_in(str(check_in_id))
        return check_in, list(act.tx.answers.current(check_in_id).values()) if check_in else []

    return await _erase(kit, person_id, now, chosen, _end)


async def erase_everything(
    kit: Kit, person_id: UUID, now: datetime, is_first: IsFirst = lambda _: True
) -> None:
    """Erases all that is kept of a person, and destroys their key; they take part no more.

    What stands between two people stays in the other one's copy. A repeat is harmless.

    Args:
        kit: what the use cases need.
        person_id: whose; also of somebody who left.
        now: aware UTC.
        is_first: asked in the same transaction, where an act may be delivered again.
    """
    vault = await kit.keys.vault([])

    def run(tx: Tx) -> None:
        act = _act(kit, tx, vault, person_id, now)
        if act is not None and is_first(tx):
            _take_everything(act)

    await kit.uow.write(run)
    await _settle(kit, now)


async def _erase(
    kit: Kit,
    person_id: UUID,
    now: datetime,
    chosen: Chosen,
    after: Callable[[Act, CheckIn, Sequence[str]], None],
) -> bool:
    vault = await kit.keys.vault([person_id])

    def run(tx: Tx) -> bool:
        act = _act(kit, tx, vault, person_id, now)
        check_in, answers = chosen(act) if act else (None, [])
        if act is None or check_in is None or not answers:
            return False
        _take(act, answers)
        after(act, check_in, [answer.question_key for answer in answers])
        return True

    erased = await kit.uow.write(run)
    await _settle(kit, now)
    return erased


def _act(kit: Kit, tx: Tx, vault: Vault, person_id: UUID, now: datetime) -> Act | None:
    person = tx.people.lock(person_id)
    if person is None:
        return None
    policy, because = tx.organisations.policy(), f"erased:{uuid4()}"
    return Act(tx, person, vault, kit.calendar, policy, now, now, because)


async def _settle(kit: Kit, now: datetime) -> None:
    """What is erased is gone already: where the key store can't be reached, the job tries on."""
    try:
        await settle_erasures(kit, now)
    except StorageUnavailable:
        log.warning("erasures wait for the key store")


def _take(act: Act, answers: Sequence[StoredAnswer]) -> None:
    """Out of the database, of summaries and of messages that quoted them."""
    ids = {answer.answer_id for answer in answers}
    log_of = [r for r in act.tx.read_log.of_person(act.person.id) if r.answer_id in ids]
    versions = act.tx.answers.erase(ids)
    note_all(act, Erased.VERSION, versions)
    released = act.tx.summaries.release(versions)
    reword(act.tx, act.vault, released)
    act.tx.read_log.forget(act.person.id, ids)
    _quoting(act).bring_up_to_date(released, log_of)


def _quoting(act: Act) -> Quoting:
    return Quoting(act.tx, act.person, act.inbound_id, act.now)


def _skip(act: Act, check_in: CheckIn, keys: Sequence[str]) -> None:
    """The question isn't asked again; an open conversation goes on with the next one."""
    check_in = _without(check_in, keys)
    for key in keys:
        check_in = steps.let_go_of(act, check_in, key)
        steps.redraw(act, check_in, key)
    check_in = act.save(check_in)
    if check_in.state is State.OPEN and act.now < check_in.closes_at:
        steps.go_on(act, check_in, act.now)


def _end(act: Act, check_in: CheckIn, keys: Sequence[str]) -> None:
    check_in = _without(check_in, keys)
    if check_in.state in ANSWERABLE and act.now < check_in.closes_at:
        steps.close(act, check_in, State.SKIPPED, "erased")
    else:
        steps.redraw(act, act.save(check_in))


def _without(check_in: CheckIn, keys: Iterable[str]) -> CheckIn:
    for key in keys:
        skipped = replace(check_in.asked(key), state=Asked.SKIPPED)
        check_in = check_in.with_question(skipped)
    return check_in


# Everything


def _take_everything(act: Act) -> None:
    tx, person, now = act.tx, act.person, act.now
    call_off(tx, [person.id], "erased", now)
    log_of, asked = tx.read_log.of_person(person.id), tx.expectations.questions_by(person.id)
    released = forget_person(tx, person.id, now)
    quoting = _quoting(act)
    quoting.bring_up_to_date(released, log_of)
    quoting.close_questions(asked)
    _take_part_no_more(act)


def _take_part_no_more(act: Act) -> None:
    """The messages that quote the person back to themselves go, and a last one confirms."""
    tx, person = act.tx, act.person
    tx.people.set_participation(person.id, Participation.DECLINED)
    tx.people.set_pause(person.id, None)
    taken_back(act, Erased.EVERYTHING, person.id)
    _quoting(act).take_away()
    act.note("erased_everything")
