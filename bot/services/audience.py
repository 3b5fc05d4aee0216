"""The plain line that says who will read an answer, and its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.packs import AudienceKind, Question
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.visibility import Audience
from prompts.words import Words


def current_manager(tx: Tx, person_id: UUID, now: datetime) -> Person | None:
    """The direct manager at this moment, if that person is still active."""
    manager = tx.people.manager_of(person_id, now)
    return manager if manager and manager.active else None


def shown_to(tx: Tx, check_in: CheckIn, now: datetime) -> CheckIn:
    """The check-in as it is about to be shown: with the manager of this very moment."""
    manager = current_manager(tx, check_in.person_id, now)
    return replace(check_in, shown_manager_id=manager.id if manager else None, audience_shown=True)


def line(words: Words, reader: Person, kind: AudienceKind, manager: Person | None) -> str:
    """Who reads an answer of this kind, to be shown before answering."""
    if kind is AudienceKind.MANAGER and manager is None:
        kind = AudienceKind.SELF
    said = words.say("audience", reader.locale, reader.time_zone, manager=_name(manager))
    return said[kind.value]


def short(words: Words, reader: Person, kind: AudienceKind, manager: Person | None) -> str:
    """The same in a few words, for receipts."""
    said = words.say("audience", reader.locale, reader.time_zone, manager=_name(manager))
    return said[f"{kind.value}_short"]


def readers_of(tx: Tx, words: Words, person: Person, readers: Audience, now: datetime) -> str:
    """Who reads an answer with this audience, in a few words: a former manager reads nothing."""
    manager = current_manager(tx, person.id, now)
    named = next(iter(readers.readers), None)
    if readers.kind is not AudienceKind.MANAGER or named is None:
        return short(words, person, readers.kind, None)
    if manager is None or manager.id not in readers.readers:
        said = words.say("audience", person.locale, manager=_name(tx.people.get(named)))
        return said["former_short"]
    return short(words, person, readers.kind, manager)


def kind_of(question: Question, manager: Person | None) -> AudienceKind:
    if question.audience is AudienceKind.MANAGER and manager is None:
        return AudienceKind.SELF
    return question.audience


def _name(manager: Person | None) -> str:
    return manager.name if manager else ""
