"""Which check-ins make up a survey, noted when they are opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from bot.domain.check_in import CheckIn
from bot.domain.ports.survey_store import Survey
from bot.domain.ports.unit_of_work import Tx


def surveys_of(tx: Tx, check_ins: Iterable[CheckIn]) -> list[Survey]:
    """The surveys that these are part of: nothing of packs without a counted question."""
    rounds: dict[tuple[UUID, str], list[CheckIn]] = defaultdict(list)
    for check_in in check_ins:
        rounds[check_in.cadence_id, check_in.period].append(check_in)
    packs = tx.cadences.packs({some[0].pack_revision_id for some in rounds.values()})
    return [
        _survey(some)
        for some in rounds.values()
        if any(question.is_counted for question in packs[some[0].pack_revision_id].pack.questions)
    ]


def _survey(check_ins: Sequence[CheckIn]) -> Survey:
    return Survey(
        id=uuid4(),
        cadence_id=check_ins[0].cadence_id,
        period=check_ins[0].period,
        pack_revision_id=check_ins[0].pack_revision_id,
        opened_at=min(each.opened_at for each in check_ins),
        closes_at=max(each.closes_at for each in check_ins),
    )
