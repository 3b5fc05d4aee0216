"""Stored answers opened and set beside what was shown before: changes are arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.packs import Pack
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import RatingPoint, SharedAnswer
from bot.services.sealing import open_value


def shared_of(
    vault: Vault,
    answers: Sequence[StoredAnswer],
    before: Sequence[StoredAnswer],
    packs: Mapping[UUID, Pack],
    told: Collection[UUID],
) -> list[SharedAnswer]:
    """Opened answers by period and in their pack's order, each with the value shown before it.

    before: what stood in earlier summaries, as it stands now. told: ids of the answers that stood
    there in some wording.

    Whatever was withdrawn or erased is absent.
    """
    opened = (_shared(vault, answer, before, answer.answer_id in told) for answer in answers)
    return sorted((a for a in opened if a is not None), key=lambda a: _place(a, packs))


def _place(answer: SharedAnswer, packs: Mapping[UUID, Pack]) -> tuple[str, int, datetime]:
    keys = [question.key for question in packs[answer.pack_revision_id].questions]
    return answer.period, keys.index(answer.question_key), answer.answered_at


def _shared(
    vault: Vault, answer: StoredAnswer, before: Sequence[StoredAnswer], edited: bool
) -> SharedAnswer | None:
    value = open_value(vault, answer)
    if value is None:
        return None
    earlier = earlier_of(answer, before)
    return SharedAnswer(
        answer_id=answer.answer_id,
        version_id=answer.version_id,
        subject_id=answer.person_id,
        question_key=answer.question_key,
        pack_revision_id=answer.pack_revision_id,
        value=value,
        answered_at=answer.platform_at,
        period=answer.period,
        previous=open_value(vault, earlier) if earlier else None,
        edited=edited,
    )


def earlier_of(answer: StoredAnswer, before: Sequence[StoredAnswer]) -> StoredAnswer | None:
    """What was shown last of the same question, in another check-in: never an earlier wording of
    this very answer, which the person replaced.
    """
    candidates = [
        b
        for b in before
        if b.person_id == answer.person_id
        and b.question_key == answer.question_key
        and b.answer_id != answer.answer_id
        and b.platform_at <= answer.platform_at
        and b.sealed is not None
    ]
    return max(candidates, key=lambda b: (b.platform_at, b.sequence), default=None)


def as_they_stand(tx: Tx, shown: Sequence[StoredAnswer]) -> list[StoredAnswer]:
    """The answers behind these versions as they stand now, each once: a wording that the person
    replaced or took back is shown to nobody again.
    """
    current = tx.answers.current_of(answer.version_id for answer in shown)
    return list({answer.answer_id: answer for answer in current.values()}.values())


def points_of(vault: Vault, answers: Sequence[StoredAnswer]) -> list[RatingPoint]:
    """The ratings among these answers, the last one of each answer, oldest first."""
    latest: dict[object, RatingPoint] = {}
    for answer in sorted(answers, key=lambda a: (a.platform_at, a.sequence)):
        value = open_value(vault, answer)
        if value is not None and value.rating is not None:
            latest[answer.answer_id] = RatingPoint(
                answer.question_key, answer.period, answer.platform_at, value.rating
            )
    return sorted(latest.values(), key=lambda p: p.answered_at)
