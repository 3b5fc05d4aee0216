"""A stored summary opened for its manager, with permission checked at this very moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.packs import Pack, Question
from bot.domain.people import Person
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.summary_store import Summary, SummaryPart
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import RatingPoint, SharedAnswer, Starter, WrittenPart
from bot.domain.visibility import may_read
from bot.services.sealing import open_part
from bot.services.shared_answers import as_they_stand, points_of, shared_of


@dataclass(frozen=True, slots=True)
class PersonView:
    """What the manager may see of one person now."""

    person: Person
    answers: tuple[SharedAnswer, ...]
    written: WrittenPart
    trend: tuple[RatingPoint, ...]

    @property
    def longest(self) -> SharedAnswer | None:
        """The answer with the most words; None where there are none."""
        worded = [answer for answer in self.answers if answer.value.text.strip()]
        return max(worded, key=lambda answer: len(answer.value.text), default=None)

    @property
    def starters(self) -> tuple[Starter, ...]:
        return self.written.starters


@dataclass(frozen=True, slots=True)
class SummaryView:
    """`silent` are the reports of whom there is nothing to show, for whatever reason."""

    summary: Summary
    shared: tuple[PersonView, ...]
    silent: tuple[Person, ...]
    packs: Mapping[UUID, Pack]

    def called(self, person: Person) -> str:
        """The first name, or the whole one where several of the reports have that."""
        everybody = [*(view.person for view in self.shared), *self.silent]
        same = [each for each in everybody if each.first_name == person.first_name]
        return person.name if len(same) > 1 else person.first_name

    def question(self, answer: SharedAnswer) -> Question:
        return self.packs[answer.pack_revision_id].question(answer.question_key)

    def readings(
        self, reader_id: UUID, how: str, now: datetime, shown: Set[UUID] | None = None
    ) -> tuple[Reading, ...]:
        """What is logged when the manager is shown this, or the answers `shown` of it."""
        return tuple(
            Reading(view.person.id, reader_id, answer.answer_id, how, now)
            for view in self.shared
            for answer in view.answers
            if shown is None or answer.answer_id in shown
        )


def people_of(tx: Tx, summary: Summary, now: datetime) -> set[UUID]:
    """Whose keys opening the summary needs."""
    reports = tx.people.reports_of(summary.manager_id, now)
    return {part.subject_id for part in summary.parts} | {p.id for p in reports}


def opened(
    tx: Tx, vault: Vault, summary: Summary, now: datetime, only: UUID | None = None
) -> SummaryView:
    """only: of this person alone; of the others no key is needed then.

    Answers stand in it as they stand now. What was withdrawn, narrowed or erased since is
    absent, and so are starters that rest on it or on an earlier wording; so is everybody this
    manager no longer manages, or did not yet manage then.
    """
    reports = _reports(tx, summary, now)
    if only is not None:
        reports = {key: person for key, person in reports.items() if key == only}
    readable = _readable(tx, summary, set(reports), now)
    before = _before(tx, summary, set(reports), now)
    revisions = tx.cadences.packs({a.pack_revision_id for a in readable.values()})
    packs = {key: revision.pack for key, revision in revisions.items()}
    shared = [
        view
        for part in summary.parts
        if part.subject_id in reports
        if (view := _view(vault, reports[part.subject_id], part, readable, before, packs))
        is not None
    ]
    named = {view.person.id for view in shared}
    silent = [p for key, p in reports.items() if key not in named]
    return SummaryView(
        summary=summary,
        shared=tuple(sorted(shared, key=lambda v: v.person.name)),
        silent=tuple(sorted(silent, key=lambda p: p.name)),
        packs=packs,
    )


def sharers(tx: Tx, summary: Summary, now: datetime) -> list[Person]:
    """Of whom the summary still shows an answer, by name, as `opened` would.

    Nothing is opened here, so the caller leaves out those whose key was destroyed.
    """
    if not summary.parts:
        return []
    reports = _reports(tx, summary, now)
    readable = _readable(tx, summary, set(reports), now)
    shared = [
        reports[part.subject_id]
        for part in summary.parts
        if part.subject_id in reports and any(version in readable for version in part.versions)
    ]
    return sorted(shared, key=lambda p: p.name)


def _reports(tx: Tx, summary: Summary, now: datetime) -> dict[UUID, Person]:
    people = {p.id: p for p in tx.people.reports_of(summary.manager_id, now)}
    return {
        m.person_id: people[m.person_id]
        for m in tx.people.managements_of(people)
        if m.manager_id == summary.manager_id and m.holds_at(now) and m.since <= summary.created_at
    }


def _readable(
    tx: Tx, summary: Summary, reports: set[UUID], now: datetime
) -> dict[UUID, StoredAnswer]:
    """By the version the summary was drafted from: the same answer as it stands now."""
    ids = {version for part in summary.parts for version in part.versions}
    current = tx.answers.current_of(ids)
    allowed = _permitted(tx, summary.manager_id, list(current.values()), reports, now)
    return {version: answer for version, answer in current.items() if answer.version_id in allowed}


@dataclass(frozen=True, slots=True)
class _Before:
    """What the manager was told up to a summary, as it stands now; `told` are the ids of answers
    that stood in an earlier one, in whatever wording.
    """

    answers: tuple[StoredAnswer, ...]
    told: frozenset[UUID]


def _before(tx: Tx, summary: Summary, reports: set[UUID], now: datetime) -> _Before:
    shown = tx.answers.shown_before(summary.manager_id, reports)
    until = [answer for answer in shown if answer.recorded_at <= summary.created_at]
    standing = _permitted(tx, summary.manager_id, as_they_stand(tx, until), reports, now)
    own = {version for part in summary.parts for version in part.versions}
    told = frozenset(answer.answer_id for answer in until if answer.version_id not in own)
    return _Before(tuple(standing.values()), told)


def _permitted(
    tx: Tx, manager_id: UUID, answers: Sequence[StoredAnswer], reports: set[UUID], now: datetime
) -> dict[UUID, StoredAnswer]:
    managements = tx.people.managements_of(reports)
    return {
        answer.version_id: answer
        for answer in answers
        if answer.sealed is not None
        and may_read(
            reader_id=manager_id,
            subject_id=answer.person_id,
            audiences=answer.audiences,
            managements=managements,
            said_at=answer.recorded_at,
            now=now,
        )
    }


def _view(
    vault: Vault,
    person: Person,
    part: SummaryPart,
    readable: Mapping[UUID, StoredAnswer],
    before: _Before,
    packs: Mapping[UUID, Pack],
) -> PersonView | None:
    answers = [readable[version] for version in part.versions if version in readable]
    earlier = [b for b in before.answers if b.version_id not in part.versions]
    shared = shared_of(vault, answers, earlier, packs, before.told)
    texts = {a.version_id: a.value.text for a in shared if a.version_id in part.versions}
    written = open_part(vault, part, texts)
    if not shared or written is None:
        return None
    mine = [b for b in before.answers if b.person_id == person.id]
    return PersonView(
        person=person,
        answers=tuple(shared),
        written=written,
        trend=tuple(points_of(vault, [*mine, *answers])),
    )
