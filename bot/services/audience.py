"""The plain lines that say who will read an answer, and their record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.packs import AudienceKind, Question
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.visibility import may_count, may_read
from prompts.words import Words

_WITH_NAME = frozenset({"manager", "counted"})
"""The lines of questions whose answers the manager reads."""


def current_manager(tx: Tx, person_id: UUID, now: datetime) -> Person | None:
    """The direct manager at this moment, if that person is still active."""
    manager = tx.people.manager_of(person_id, now)
    return manager if manager and manager.active else None


def ai_of(policy: Policy, person: Person) -> str:
    """The AI to be named to this person before answering (`Ai.label`), "" where none is used or
    they switched it off.
    """
    return "" if person.ai_off_at else policy.ai.label


def shown_to(
    check_in: CheckIn, questions: Iterable[Question], manager: Person | None, ai: str
) -> CheckIn:
    """The check-in as these questions of it are about to be shown: with the manager and the AI
    (`Ai.label`) of this very moment.

    Where nobody reads there is no summary, and so no AI. Questions without names name neither:
    what was named before still holds.
    """
    if all(question.audience is not AudienceKind.MANAGER for question in questions):
        return replace(check_in, audience_shown=True)
    manager_id = manager.id if manager else None
    named = ai if manager else ""
    return replace(check_in, shown_manager_id=manager_id, shown_ai=named, audience_shown=True)


def lines(
    words: Words,
    reader: Person,
    questions: Iterable[Question],
    manager: Person | None,
    policy: Policy,
) -> tuple[str, ...]:
    """Who reads the answers to these questions, to be shown before answering: each line once. The
    AI has a line of its own.
    """
    said = words.say(
        "audience",
        reader.locale,
        reader.time_zone,
        manager=_name(manager),
        minimum=policy.group_minimum,
        comments=policy.comment_minimum,
    )
    return tuple(said[name] for name in dict.fromkeys(line_of(q, manager) for q in questions))


def ai_line(
    words: Words, reader: Person, questions: Sequence[Question], manager: Person | None, ai: str
) -> str:
    """Names the AI (`Ai.label`) that reads what the manager can read; "" where there is none, or
    none of these questions is for the manager.
    """
    told = {line_of(question, manager) for question in questions}
    if not ai or told.isdisjoint(_WITH_NAME):
        return ""
    said = words.say("audience", reader.locale, provider=provider_in(ai), manager=_name(manager))
    return said[f"ai_of_{told.pop()}" if len(told) == 1 else "ai_of_some"]


def provider_in(ai: str) -> str:
    """The provider's name in an `Ai.label`, also in one of another day than today's."""
    return ai.rpartition(" (")[0]


def line_of(question: Question, manager: Person | None) -> str:
    """Which of the lines tells who reads an answer to it; the same name, the same readers."""
    if question.audience is AudienceKind.SELF:
        return "self_alone"
    if question.audience is AudienceKind.GROUP:
        return "group_words" if question.takes_text else "group"
    if manager is None:
        return "self"
    return "counted" if question.counted else "manager"


def usual(words: Words, reader: Person, manager: Person | None, ai: str) -> str:
    """Who reads what is asked by name, the AI (`Ai.label`) included."""
    provider = provider_in(ai)
    said = words.say("audience", reader.locale, manager=_name(manager), provider=provider)
    if manager is None:
        return said["self"]
    return "\n".join((said["manager"], said["ai_of_manager"])) if ai else said["manager"]


def short(words: Words, reader: Person, kind: AudienceKind, manager: Person | None) -> str:
    """Who reads an answer of this kind in a few words, for receipts."""
    said = words.say("audience", reader.locale, reader.time_zone, manager=_name(manager))
    return said[f"{kind.value}_short"]


def readers_of(tx: Tx, words: Words, person: Person, answer: StoredAnswer, now: datetime) -> str:
    """Who reads an answer, in a few words: a former manager reads nothing."""
    shown = answer.audiences[-1]
    named = next(iter(shown.readers), None)
    if shown.kind is not AudienceKind.MANAGER or named is None:
        return short(words, person, shown.kind, None)
    reader = tx.people.get(named)
    said = words.say("audience", person.locale, manager=_name(reader))
    reads = "manager_short" if named in reading_now(tx, answer, now) else "former_short"
    counted = (said["counted_short"],) if may_count(answer.audiences) else ()
    return " ".join((said[reads], *counted))


def reading_now(tx: Tx, answer: StoredAnswer, now: datetime) -> set[UUID]:
    """Whoever else may read the answer at this moment."""
    managements = tx.people.managements_of([answer.person_id])
    return {
        reader_id
        for reader_id in answer.audiences[-1].readers
        if may_read(
            reader_id=reader_id,
            subject_id=answer.person_id,
            audiences=answer.audiences,
            managements=managements,
            said_at=answer.recorded_at,
            now=now,
        )
    }


def _name(manager: Person | None) -> str:
    return manager.name if manager else ""
