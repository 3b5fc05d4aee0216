"""Whose keys messages need before they can be composed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from bot.domain.delivery import Delivery
from bot.domain.ports.unit_of_work import Tx
from bot.services.kit import Kit


async def people_in(kit: Kit, claimed: Iterable[Delivery]) -> set[UUID]:
    """Whose keys the messages need: the readers' own and those of everybody quoted."""
    readers = {delivery.person_id for delivery in claimed}
    for delivery in claimed:  # whoever a manager's nudges quote
        readers |= {UUID(each) for each in delivery.facts.get("subjects", "").split()}
    summaries = [UUID(d.facts["summary"]) for d in claimed if d.facts.get("summary")]
    if not summaries:
        return readers
    return readers | await kit.uow.read(lambda tx: _quoted(tx, summaries))


def _quoted(tx: Tx, summaries: Iterable[UUID]) -> set[UUID]:
    found = (tx.summaries.get(summary_id) for summary_id in summaries)
    return {part.subject_id for summary in found if summary for part in summary.parts}
