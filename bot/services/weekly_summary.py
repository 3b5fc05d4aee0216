"""Week ends -> summary: gathered, worded with no transaction open, queued for delivery."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.packs import Pack
from bot.domain.people import Management, Person
from bot.domain.ports.conversation_store import StoredAnswer, Summary, SummaryPart
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import PersonWeek, SharedAnswer, WrittenPart
from bot.domain.visibility import may_read
from bot.services.kit import Kit
from bot.services.sealing import open_value, seal_part
from bot.services.shared_answers import as_they_stand, shared_of

log = logging.getLogger(__name__)

BATCH = 50
_A_YEAR = 60
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one manager's summary is drafted from."""

    occurrence: Occurrence
    manager: Person
    reports: Sequence[Person]
    fresh: Sequence[StoredAnswer]
    before: Sequence[StoredAnswer]
    told: frozenset[UUID]
    managements: Sequence[Management]
    packs: dict[UUID, Pack]


async def summarise(kit: Kit, now: datetime) -> int:
    """Drafts and queues every summary that is due at `now` (aware UTC); how many."""
    drafted = 0
    tried: set[UUID] = set()
    while True:
        most = BATCH + len(tried)
        planned = await kit.uow.read(partial(_planned, most))
        fresh = [occurrence for occurrence in planned if occurrence.id not in tried]
        if not fresh:
            return drafted
        gate = asyncio.Semaphore(AT_ONCE)
        drafted += sum(await asyncio.gather(*(_draft(kit, o, now, gate) for o in fresh)))
        tried.update(occurrence.id for occurrence in fresh)


def _planned(most: int, tx: Tx) -> Sequence[Occurrence]:
    return tx.occurrences.planned(most)


async def _draft(kit: Kit, occurrence: Occurrence, now: datetime, gate: asyncio.Semaphore) -> bool:
    """False where it could not be drafted: one manager's trouble must not be everybody's."""
    async with gate:
        try:
            return await _draft_one(kit, occurrence, now)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("summary not drafted", extra={"occurrence": str(occurrence.id)})
            return False


async def _draft_one(kit: Kit, occurrence: Occurrence, now: datetime) -> bool:
    facts = await kit.uow.read(lambda tx: _gather(tx, occurrence, now))
    if facts is None:
        await kit.uow.write(lambda tx: _skip(tx, occurrence, "not_a_manager"))
        return True
    subjects = {answer.person_id for answer in facts.fresh}
    vault = await kit.keys.vault({*subjects, *(p.id for p in facts.reports)})
    weeks = _weeks(facts, vault, now)
    written = [(week, await kit.writer.write(week)) for week in weeks]
    return await kit.uow.write(lambda tx: _store(tx, facts, vault, written, now))


def _gather(tx: Tx, occurrence: Occurrence, now: datetime) -> _Facts | None:
    manager = tx.people.get(occurrence.person_id)
    reports = tx.people.reports_of(occurrence.person_id, now)
    if manager is None or not reports:
        return None
    fresh = tx.answers.unsummarised(manager.id, now)
    shown = tx.answers.shown_before(manager.id, [p.id for p in reports])
    before = as_they_stand(tx, shown)
    told = frozenset(answer.answer_id for answer in shown)
    packs = tx.cadences.packs({a.pack_revision_id for a in (*fresh, *before)})
    return _Facts(
        occurrence=occurrence,
        manager=manager,
        reports=reports,
        fresh=fresh,
        before=before,
        told=told,
        managements=tx.people.managements_of([p.id for p in reports]),
        packs={key: revision.pack for key, revision in packs.items()},
    )


def _skip(tx: Tx, occurrence: Occurrence, reason: str) -> None:
    tx.occurrences.set_state([occurrence.id], OccurrenceState.SKIPPED, reason)


def _weeks(facts: _Facts, vault: Vault, now: datetime) -> list[PersonWeek]:
    """One writer call's facts per person who shared something: never two people together."""
    mine: dict[UUID, list[StoredAnswer]] = defaultdict(list)
    for stored in facts.fresh:
        if _visible(facts, stored, now) and open_value(vault, stored) is not None:
            mine[stored.person_id].append(stored)
    before = [a for a in facts.before if _visible(facts, a, now)]
    people = {p.id: p for p in facts.reports}
    return [
        _week(facts, people[person_id], shared_of(vault, answers, before, facts.packs, facts.told))
        for person_id, answers in mine.items()
        if person_id in people
    ]


def _visible(facts: _Facts, stored: StoredAnswer, now: datetime) -> bool:
    return may_read(
        reader_id=facts.manager.id,
        subject_id=stored.person_id,
        audiences=stored.audiences,
        managements=facts.managements,
        said_at=stored.recorded_at,
        now=now,
    )


def _week(facts: _Facts, person: Person, answers: Sequence[SharedAnswer]) -> PersonWeek:
    locale = facts.manager.locale
    questions: dict[str, str] = {}
    starters: dict[str, dict[str, str]] = {}
    for answer in answers:
        wording = facts.packs[answer.pack_revision_id].question(answer.question_key).words(locale)
        questions[answer.question_key] = wording.text
        starters[answer.question_key] = dict(wording.starters)
    return PersonWeek(
        subject_id=person.id,
        first_name=person.first_name,
        locale=locale,
        answers=tuple(answers),
        questions=questions,
        starters=starters,
    )


def _store(
    tx: Tx,
    facts: _Facts,
    vault: Vault,
    written: Sequence[tuple[PersonWeek, WrittenPart]],
    now: datetime,
) -> bool:
    """Keeps ids and sealed parts; a summary that exists already is left as it is. One whose answers
    changed while it was worded is drafted anew in the next minute.
    """
    if _changed_meanwhile(tx, [week for week, _ in written]):
        return False
    parts = [_part(vault, week, part) for week, part in written]
    occurrence = facts.occurrence
    summary = Summary(
        id=uuid4(),
        organisation_id=occurrence.organisation_id,
        manager_id=facts.manager.id,
        occurrence_id=occurrence.id,
        period=occurrence.period,
        created_at=now,
        writer=written[0][1].writer if written else "plain",
        parts=tuple(parts),
    )
    if not tx.summaries.add(summary):
        # The period's summary exists, or an answer just went into another: look again.
        return _settle_doubled(tx, occurrence)
    tx.queue.enqueue([_delivery(summary, now)])
    tx.occurrences.set_state([occurrence.id], OccurrenceState.QUEUED)
    return True


def _changed_meanwhile(tx: Tx, weeks: Sequence[PersonWeek]) -> bool:
    """Whether an answer was taken back or replaced since it was gathered."""
    tx.people.lock_many({week.subject_id for week in weeks})
    versions = {answer.version_id for week in weeks for answer in week.answers}
    current = tx.answers.current_of(versions)
    return any(v not in current or current[v].version_id != v for v in versions)


def _settle_doubled(tx: Tx, occurrence: Occurrence) -> bool:
    for summary in tx.summaries.of_manager(occurrence.person_id, _A_YEAR):
        if summary.period == occurrence.period and summary.occurrence_id != occurrence.id:
            _skip(tx, occurrence, "another_summary")
            return True
    return False


def _part(vault: Vault, week: PersonWeek, part: WrittenPart) -> SummaryPart:
    part_id = uuid4()
    texts = {answer.version_id: answer.value.text for answer in week.answers}
    return SummaryPart(
        id=part_id,
        subject_id=week.subject_id,
        sealed=seal_part(vault, week.subject_id, part_id, part, texts),
        versions=tuple(answer.version_id for answer in week.answers),
    )


def _delivery(summary: Summary, now: datetime) -> NewDelivery:
    """It never expires: what it holds is in no later summary."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=summary.organisation_id,
        person_id=summary.manager_id,
        delivery_class=DeliveryClass.DIGEST,
        kind="summary",
        cause=f"summary:{summary.id}",
        not_before=now,
        facts={"summary": str(summary.id)},
        occurrence_id=summary.occurrence_id,
    )
