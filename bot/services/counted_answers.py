"""Which of a person's answers were counted in a survey, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.packs import Pack
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.visibility import may_count


def counted_on(
    tx: Tx,
    answers: Sequence[StoredAnswer],
    check_ins: Mapping[UUID, CheckIn | None],
    packs: Mapping[UUID, Pack],
) -> dict[UUID, datetime]:
    """When each answer was counted (aware UTC), by answer; those that weren't are absent.

    By the audiences it had at that moment: one that was narrowed later was counted all the same.
    """
    asked = [a for a in answers if packs[a.pack_revision_id].question(a.question_key).is_counted]
    counted_at = _moments(tx, asked, check_ins)
    audiences = tx.answers.audiences_until(counted_at)
    return {
        answer_id: moment
        for answer_id, moment in counted_at.items()
        if may_count(audiences.get(answer_id, ()))
    }


def _moments(
    tx: Tx, answers: Sequence[StoredAnswer], check_ins: Mapping[UUID, CheckIn | None]
) -> dict[UUID, datetime]:
    """When the survey of each answer was counted, where it was given before."""
    rounds = {key: (c.cadence_id, c.period) for key, c in check_ins.items() if c}
    surveys = tx.surveys.of_rounds(set(rounds.values()))
    kept = {each: found for each, found in surveys.items() if tx.surveys.get(found.id)}
    counted = {key: kept[each].counted_at for key, each in rounds.items() if each in kept}
    return {
        answer.answer_id: moment
        for answer in answers
        if (moment := counted.get(answer.check_in_id)) and answer.recorded_at <= moment
    }
