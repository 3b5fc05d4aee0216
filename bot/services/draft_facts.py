"""What one manager's summary is drafted from, each report's answers apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from bot.domain.occurrence import Occurrence
from bot.domain.packs import Pack
from bot.domain.people import Management, Person
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import PersonWeek, SharedAnswer, WrittenPart
from bot.domain.visibility import may_read, may_word
from bot.services.ai_use import Account, account_of
from bot.services.sealing import open_value
from bot.services.shared_answers import as_they_stand, earlier_of, shared_of
from bot.services.wording import Share

Written: TypeAlias = Sequence[tuple[PersonWeek, WrittenPart]]


@dataclass(frozen=True, slots=True)
class Facts:
    """`account` is whose tokens wording it may take, None where nobody's."""

    occurrence: Occurrence
    manager: Person
    reports: Sequence[Person]
    fresh: Sequence[StoredAnswer]
    before: Sequence[StoredAnswer]
    told: frozenset[UUID]
    managements: Sequence[Management]
    packs: dict[UUID, Pack]
    policy: Policy
    account: Account | None


def gather(tx: Tx, occurrence: Occurrence, now: datetime) -> Facts | None:
    """None where nobody reports to the occurrence's person at `now` (aware UTC)."""
    manager = tx.people.get(occurrence.person_id)
    reports = tx.people.reports_of(occurrence.person_id, now)
    if manager is None or not reports:
        return None
    fresh = tx.answers.unsummarised(manager.id, now)
    shown = tx.answers.shown_before(manager.id, [p.id for p in reports])
    before = as_they_stand(tx, shown)
    packs = tx.cadences.packs({a.pack_revision_id for a in (*fresh, *before)})
    policy = tx.organisations.policy()
    return Facts(
        occurrence=occurrence,
        manager=manager,
        reports=reports,
        fresh=fresh,
        before=before,
        told=frozenset(answer.answer_id for answer in shown),
        managements=tx.people.managements_of([p.id for p in reports]),
        packs={key: revision.pack for key, revision in packs.items()},
        policy=policy,
        account=account_of(tx, manager, policy, now) if policy.ai.provider else None,
    )


def shares(facts: Facts, vault: Vault, now: datetime) -> list[Share]:
    """One writer call's facts per person who shared something: never two people together."""
    mine: dict[UUID, list[StoredAnswer]] = defaultdict(list)
    for stored in facts.fresh:
        if _visible(facts, stored, now) and open_value(vault, stored) is not None:
            mine[stored.person_id].append(stored)
    before = [a for a in facts.before if _visible(facts, a, now)]
    people = {p.id: p for p in facts.reports}
    return [
        _share(facts, vault, people[person_id], answers, before)
        for person_id, answers in mine.items()
        if person_id in people
    ]


def _visible(facts: Facts, stored: StoredAnswer, now: datetime) -> bool:
    return may_read(
        reader_id=facts.manager.id,
        subject_id=stored.person_id,
        audiences=stored.audiences,
        managements=facts.managements,
        said_at=stored.recorded_at,
        now=now,
    )


def _share(
    facts: Facts,
    vault: Vault,
    person: Person,
    answers: Sequence[StoredAnswer],
    before: Sequence[StoredAnswer],
) -> Share:
    shared = shared_of(vault, answers, before, facts.packs, facts.told)
    allowed = [answer for answer in answers if _may_word(facts, person, answer)]
    last = [earlier_of(answer, before) for answer in allowed]
    known = [each for each in last if each is not None and _may_word(facts, person, each)]
    given = shared_of(vault, allowed, known, facts.packs, facts.told)
    has_words = any(answer.value.text for answer in given)
    if not has_words:
        return Share(_week(facts, person, shared))
    versions = frozenset(answer.version_id for answer in (*allowed, *known))
    return Share(_week(facts, person, shared), _week(facts, person, given), versions)


def _may_word(facts: Facts, person: Person, answer: StoredAnswer) -> bool:
    label, audiences = facts.policy.ai.label, answer.audiences
    return may_word(label=label, ai_off_at=person.ai_off_at, audiences=audiences)


def _week(facts: Facts, person: Person, answers: Sequence[SharedAnswer]) -> PersonWeek:
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
        name=person.name,
    )


def changed_meanwhile(tx: Tx, written: Written) -> bool:
    """Whether an answer was taken back or replaced since it was gathered, or whoever a model wrote
    about switched AI off.
    """
    subjects = {week.subject_id for week, _ in written}
    tx.people.lock_many(subjects)
    people = tx.people.many(subjects)
    if any(part.is_worded and people[week.subject_id].ai_off_at for week, part in written):
        return True
    versions = {answer.version_id for week, _ in written for answer in week.answers}
    current = tx.answers.current_of(versions)
    return any(v not in current or current[v].version_id != v for v in versions)
