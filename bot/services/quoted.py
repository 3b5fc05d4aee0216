"""Whose keys messages need before they can be composed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from bot.domain.delivery import Delivery
from bot.domain.ports.unit_of_work import Tx
from bot.services.kit import Kit


async def people_in(kit: Kit, claimed: Iterable[Delivery]) -> set[UUID]:
    """Whose keys the messages need: the readers' own and those of everybody quoted."""
    claimed = list(claimed)
    if any(delivery.facts.get("summary") for delivery in claimed):
        return await kit.uow.read(lambda tx: people_of(tx, claimed))
    return _named(claimed)


def people_of(tx: Tx, claimed: Iterable[Delivery]) -> set[UUID]:
    """The same for whoever reads already."""
    claimed = list(claimed)
    summaries = [UUID(d.facts["summary"]) for d in claimed if d.facts.get("summary")]
    found = (tx.summaries.get(summary_id) for summary_id in summaries)
    quoted = {part.subject_id for summary in found if summary for part in summary.parts}
    return _named(claimed) | quoted


def _named(claimed: Iterable[Delivery]) -> set[UUID]:
    """The readers, and whoever a manager's nudges quote."""
    subjects = {UUID(each) for d in claimed for each in d.facts.get("subjects", "").split()}
    return {delivery.person_id for delivery in claimed} | subjects
