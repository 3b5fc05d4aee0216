"""A person's check-ins, every wording of their answers, and what summaries said about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.domain.check_in import AskedQuestion, CheckIn, Value
from bot.domain.packs import Pack, Question
from bot.domain.ports.own_data_store import KeptAnswer, KeptAudience, KeptVersion, PartAbout
from bot.domain.summary import Claim
from bot.services.export_source import Json, Source
from bot.services.my_answers import value_in_words
from bot.services.sealing import ANSWER_FIELD, open_part, open_text, open_value

_ALL = 100_000
"""More check-ins than anybody gets in a lifetime."""


def answers(source: Source) -> list[Json]:
    """Every answer with all its versions, all who could read it, and all who were shown it."""
    kept = source.tx.own_data.answers(source.person.id)
    check_ins = source.tx.check_ins.many({answer.check_in_id for answer in kept})
    packs = source.packs({each.pack_revision_id for each in check_ins.values()})
    return [_answer(source, each, check_ins[each.check_in_id], packs) for each in kept]


def _answer(
    source: Source, answer: KeptAnswer, check_in: CheckIn, packs: Mapping[UUID, Pack]
) -> Json:
    question = packs[check_in.pack_revision_id].question(answer.question_key)
    return {
        "id": str(answer.id),
        "check_in": str(answer.check_in_id),
        "period": check_in.period,
        "question_key": question.key,
        "question": question.words(source.person.locale).text,
        "versions": [_version(source, answer, each, question) for each in answer.versions],
        "audiences": [_audience(source, each) for each in answer.audiences],
        "shown": source.shown(answer.id),
    }


def _version(source: Source, answer: KeptAnswer, version: KeptVersion, question: Question) -> Json:
    return {
        "id": str(version.id),
        "number": version.number,
        "said_at": source.moment(version.platform_at),
        "kept_at": source.moment(version.recorded_at),
        "current": version.id == answer.current_version_id,
        "taken_back": version.sealed is None,
        **_value(_opened(source, version), question, source.person.locale),
    }


def _value(value: Value | None, question: Question, locale: str) -> Json:
    """What was said; nothing of it where it was taken back or its key is gone."""
    if value is None:
        return dict.fromkeys(("text", "rating", "choice", "amount", "in_words"))
    return {
        "text": value.text or None,
        "rating": value.rating,
        "choice": value.choice or None,
        "amount": value.number,
        "in_words": value_in_words(question, value, locale),
    }


def _opened(source: Source, version: KeptVersion) -> Value | None:
    person = source.person.id
    raw = open_text(source.vault, person, version.id, ANSWER_FIELD, version.sealed)
    return Value(**json.loads(raw)) if raw is not None else None


def _audience(source: Source, audience: KeptAudience) -> Json:
    return {
        "kind": audience.kind.value,
        "readers": sorted(source.names(audience.readers).values()),
        "counted": audience.counted,
        "ai": audience.ai or None,
        "from": source.moment(audience.since),
    }


def check_ins(source: Source) -> list[Json]:
    """Every check-in with where its questions stand, oldest first."""
    found = source.tx.check_ins.of_person(source.person.id, limit=_ALL)
    packs = source.packs({check_in.pack_revision_id for check_in in found})
    return [_check_in(source, each, packs[each.pack_revision_id]) for each in reversed(found)]


def _check_in(source: Source, check_in: CheckIn, pack: Pack) -> Json:
    return {
        "id": str(check_in.id),
        "cadence": source.cadences.get(check_in.cadence_id, ""),
        "pack": pack.name(source.person.locale),
        "period": check_in.period,
        "state": check_in.state.value,
        "opened_at": source.moment(check_in.opened_at),
        "closes_at": source.moment(check_in.closes_at),
        "completed_at": source.moment(check_in.completed_at),
        "put_off_until": source.moment(check_in.snoozed_until),
        "questions": [_asked(source, pack, asked) for asked in check_in.questions],
    }


def _asked(source: Source, pack: Pack, asked: AskedQuestion) -> Json:
    return {
        "question_key": asked.key,
        "question": pack.question(asked.key).words(source.person.locale).text,
        "state": asked.state.value,
        "asked_at": source.moment(asked.asked_at),
    }


def parts_about(source: Source) -> list[Json]:
    """What managers' summaries said about the person: the writer's lines, resting on quotes."""
    found = source.tx.own_data.parts_about(source.person.id)
    names = source.names(about.manager_id for about in found)
    said = _words_said(source, [version for about in found for version in about.part.versions])
    return [_about(source, about, names[about.manager_id], said) for about in found]


def _words_said(source: Source, versions: Sequence[UUID]) -> dict[UUID, str]:
    """What may still be quoted: the words of versions that were not taken back."""
    stored = source.tx.answers.versions(versions)
    opened = {key: open_value(source.vault, answer) for key, answer in stored.items()}
    return {key: value.text for key, value in opened.items() if value is not None}


def _about(source: Source, about: PartAbout, manager: str, said: Mapping[UUID, str]) -> Json:
    part = open_part(source.vault, about.part, said)
    return {
        "id": str(about.part.id),
        "manager": manager,
        "period": about.period,
        "made_at": source.moment(about.created_at),
        "readable": part is not None,
        "written_by": part.writer if part else None,
        "claims": [_claim(claim) for claim in part.claims] if part else [],
        "starters": [{"text": s.text, "quote": s.quote} for s in part.starters] if part else [],
    }


def _claim(claim: Claim) -> Json:
    return {"text": claim.text, "quotes": [evidence.quote for evidence in claim.evidence]}
