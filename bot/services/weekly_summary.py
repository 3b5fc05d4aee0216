"""Week ends -> summary: gathered, worded with no transaction open, queued for delivery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.ports.summary_store import Summary, SummaryPart
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import PersonWeek, WrittenPart
from bot.services.ai_use import may_ask
from bot.services.draft_facts import Written, changed_meanwhile, gather, shares
from bot.services.kit import Kit
from bot.services.sealing import seal_part
from bot.services.wording import AI_TIME, Wording

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
"""How long whoever drafts a summary has it alone: longer than a draft takes (see `DRAFT_TIME`), and
no longer than it may be late when that process dies.
"""

BATCH = 50
_A_YEAR = 60
AT_ONCE = 4


async def summarise(kit: Kit, now: datetime, ai_time: timedelta = AI_TIME) -> int:
    """Drafts and queues every summary that is due at `now` (aware UTC); how many.

    ai_time: how long it may ask a model altogether; what is left by then is worded without.
    """
    drafted = 0
    tried: set[UUID] = set()
    wording, gate, start = Wording(kit, ai_time), asyncio.Semaphore(AT_ONCE), uuid4()
    while True:
        most = BATCH + len(tried)
        planned = await kit.uow.read(partial(_planned, most, now + wording.elapsed))
        fresh = [occurrence for occurrence in planned if occurrence.id not in tried]
        if not fresh:
            _log(wording, drafted)
            return drafted
        # Each process begins elsewhere, so that two seldom ask a model for the same summary.
        fresh.sort(key=lambda occurrence: occurrence.id.int ^ start.int)
        drafts = (_Draft(kit, wording, occurrence, now) for occurrence in fresh)
        drafted += sum(await asyncio.gather(*(_drafted(draft, gate) for draft in drafts)))
        tried.update(occurrence.id for occurrence in fresh)


def _planned(most: int, now: datetime, tx: Tx) -> Sequence[Occurrence]:
    return tx.occurrences.planned(most, now)


async def _drafted(draft: _Draft, gate: asyncio.Semaphore) -> bool:
    """False where it could not be drafted: one manager's trouble must not be everybody's."""
    async with gate:
        try:
            return await draft.make()
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("summary not drafted", extra={"occurrence": str(draft.occurrence.id)})
            return False


@dataclass(frozen=True, slots=True)
class _Draft:
    """The summary of one occurrence in the making."""

    kit: Kit
    wording: Wording
    occurrence: Occurrence
    now: datetime

    async def make(self) -> bool:
        """False where another process did or does, or where it is to be drafted anew."""
        occurrence, kit = self.occurrence, self.kit
        began = self.now + self.wording.elapsed
        if not await kit.uow.write(lambda tx: self._lease(tx, began)):
            return False
        facts = await kit.uow.read(lambda tx: gather(tx, occurrence, self.now))
        if facts is None:
            await kit.uow.write(lambda tx: _skip(tx, occurrence, "not_a_manager"))
            return True
        subjects = {answer.person_id for answer in facts.fresh}
        vault = await kit.keys.vault({*subjects, *(p.id for p in facts.reports)})
        shared = shares(facts, vault, self.now)
        account = facts.account if may_ask(kit.ai, facts.policy) else None
        parts = await self.wording.parts(shared, account)
        written = [(share.week, part) for share, part in zip(shared, parts, strict=True)]
        return await kit.uow.write(lambda tx: self._store(tx, vault, written))

    def _lease(self, tx: Tx, began: datetime) -> bool:
        """Two processes would ask a model twice for the same."""
        return tx.occurrences.lease(self.occurrence.id, began, began + LEASE)

    def _store(self, tx: Tx, vault: Vault, written: Written) -> bool:
        """Keeps ids and sealed parts; a summary that exists already is left as it is. One whose
        answers changed while it was worded is drafted anew in the next minute.
        """
        occurrence = self.occurrence
        if changed_meanwhile(tx, written):
            tx.occurrences.give_back(occurrence.id)
            return False
        summary = self._summary(vault, written)
        if not tx.summaries.add(summary):
            # The period's summary exists, or an answer just went into another: look again.
            return _settle_doubled(tx, occurrence)
        tx.queue.enqueue([_delivery(summary, self.now)])
        tx.occurrences.set_state([occurrence.id], OccurrenceState.QUEUED)
        return True

    def _summary(self, vault: Vault, written: Written) -> Summary:
        occurrence = self.occurrence
        worded = next((part for _, part in written if part.is_worded), WrittenPart())
        return Summary(
            id=uuid4(),
            organisation_id=occurrence.organisation_id,
            manager_id=occurrence.person_id,
            occurrence_id=occurrence.id,
            period=occurrence.period,
            created_at=self.now,
            writer=worded.writer,
            parts=tuple(_part(vault, week, part) for week, part in written),
            prompt=worded.prompt,
        )


def _log(wording: Wording, drafted: int) -> None:
    """Of the whole run: how one summary was worded may tell what one person chose or said."""
    if drafted:
        log.info("summaries were worded", extra={"summaries": drafted, **wording.counts})


def _skip(tx: Tx, occurrence: Occurrence, reason: str) -> None:
    tx.occurrences.set_state([occurrence.id], OccurrenceState.SKIPPED, reason)


def _settle_doubled(tx: Tx, occurrence: Occurrence) -> bool:
    for summary in tx.summaries.of_manager(occurrence.person_id, _A_YEAR):
        if summary.period == occurrence.period and summary.occurrence_id != occurrence.id:
            _skip(tx, occurrence, "another_summary")
            return True
    tx.occurrences.give_back(occurrence.id)
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
