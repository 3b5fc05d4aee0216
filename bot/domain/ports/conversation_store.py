"""Stored plans, occurrences, check-ins and answers inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.check_in import AskedQuestion, CheckIn, State
from bot.domain.occurrence import DuePlan, Occurrence, OccurrenceState, Plan
from bot.domain.packs import AudienceKind
from bot.domain.visibility import Audience


class Plans(Protocol):
    def due(self, now: datetime, limit: int) -> Sequence[DuePlan]:
        """Plans with `next_due_at <= now`, oldest first; on PostgreSQL locked, skipping locked."""
        ...

    def next_due_at(self) -> datetime | None: ...
    def count_due(self, now: datetime) -> int: ...
    def of_cadence(self, cadence_id: UUID) -> Sequence[Plan]: ...
    def of_person(self, person_id: UUID) -> Sequence[Plan]: ...
    def upsert(self, plans: Sequence[Plan]) -> None:
        """By (cadence, person, subject). Existing rows keep `rotation` and `last_full_on`."""
        ...

    def advance(self, plans: Sequence[Plan]) -> None:
        """Writes revision, period, next_due_at, rotation and last_full_on, by id."""
        ...

    def remove(self, ids: Iterable[UUID]) -> None: ...


class Occurrences(Protocol):
    def add(self, occurrences: Sequence[Occurrence]) -> set[UUID]:
        """The ids really inserted; a doubled (cadence, person, subject, period) is left out."""
        ...

    def get(self, occurrence_id: UUID) -> Occurrence | None: ...
    def set_state(self, ids: Iterable[UUID], state: OccurrenceState, reason: str = "") -> None: ...
    def give_up(self, people: Iterable[UUID], reason: str) -> None:
        """Whatever of these people is planned or queued is skipped, for this reason."""
        ...

    def planned(self, limit: int, now: datetime) -> Sequence[Occurrence]:
        """Summaries still to be drafted, oldest first, but for those that are leased at `now`
        (aware UTC).
        """
        ...

    def next_draft_at(self) -> datetime | None:
        """When the next summary may be drafted (aware UTC): since it came due, or from the end of
        its lease on. None where there is none.
        """
        ...

    def lease(self, occurrence_id: UUID, now: datetime, until: datetime) -> bool:
        """Takes a summary that is still to be drafted for whoever drafts it (`now`, `until`: aware
        UTC). False where it isn't, or where it is leased at `now`.
        """
        ...

    def give_back(self, occurrence_id: UUID) -> None:
        """Ends the lease, so that it can be drafted at once."""
        ...

    def bundled(self, person_id: UUID) -> Sequence[Occurrence]:
        """What waits for this manager's next nudges, oldest first."""
        ...

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Occurrence]: ...
    def periods(self, cadence_id: UUID, people: Iterable[UUID]) -> dict[UUID, set[str]]:
        """The periods each person already had, of this cadence."""
        ...

    def since(self, moment: datetime, limit: int) -> Sequence[Occurrence]:
        """The first `limit` that were due at `moment` (aware UTC) or later, oldest first."""
        ...

    def counts(self, since: datetime) -> Sequence[tuple[UUID, OccurrenceState, str, int]]:
        """(cadence, state, reason, how many) of occurrences due since then."""
        ...


@dataclass(frozen=True, slots=True)
class Round:
    """All check-ins of one cadence and period: one a person.

    first_at, closes_at: when the first was due and the last closes (aware UTC). reached: those
    that were sent. answered: those of them with an answer.
    """

    cadence_id: UUID
    period: str
    first_at: datetime
    closes_at: datetime
    reached: int
    answered: int


@dataclass(frozen=True, slots=True)
class Named:
    """Who a check-in's message says reads the answers: the manager, and the AI (`Ai.label`)."""

    manager_id: UUID | None
    ai: str = ""


class CheckIns(Protocol):
    def add(self, check_ins: Sequence[CheckIn]) -> None: ...
    def get(self, check_in_id: UUID) -> CheckIn | None: ...
    def many(self, ids: Iterable[UUID]) -> dict[UUID, CheckIn]: ...
    def of_person(
        self, person_id: UUID, states: Iterable[State] | None = None, limit: int = 50
    ) -> Sequence[CheckIn]:
        """Newest first."""
        ...

    def questions(
        self, ids: Iterable[UUID], keys: Iterable[str]
    ) -> Mapping[UUID, Sequence[AskedQuestion]]:
        """Where the questions with these keys stand in these check-ins, in their order."""
        ...

    def last_asked(
        self, people: Iterable[UUID], states: Iterable[State]
    ) -> dict[UUID, tuple[UUID, str]]:
        """The question (check-in, key) each of them was asked last, of check-ins in `states`."""
        ...

    def place_holders(self, people: Iterable[UUID], now: datetime) -> dict[UUID, CheckIn]:
        """Who has a conversation that holds the place (`CheckIn.holds_place`), and which."""
        ...

    def save(self, check_in: CheckIn) -> None:
        """Writes every field but the ids, and the states of its questions."""
        ...

    def drop_question(self, check_in_id: UUID, key: str) -> None:
        """A question that nobody was asked is in the check-in no more."""
        ...

    def choosing(self, limit: int) -> Sequence[UUID]:
        """Those of which a follow-up question is still being chosen."""
        ...

    def conceal(self, naming: Mapping[UUID, Named]) -> None:
        """Those whose message on the screen names another manager than these (by check-in) have no
        reader for now; those whose message names another AI, no AI.
        """
        ...

    def remember_shown(self, naming: Mapping[UUID, Named]) -> None:
        """The messages on the screen name these (by check-in)."""
        ...

    def mark_asked(self, asked: Sequence[tuple[UUID, str, datetime]]) -> None:
        """The platform took the messages of these questions (check-in, key, when): state ASKED
        unless answered or skipped.
        """
        ...

    def waking(self, now: datetime, limit: int) -> Sequence[CheckIn]:
        """Those with `wake_at <= now`, oldest first. Lock their people before changing any."""
        ...

    def next_wake_at(self) -> datetime | None: ...
    def counts(self, since: datetime) -> Mapping[tuple[UUID, State], int]:
        """How many check-ins per (cadence, state), of those opened since then."""
        ...

    def rounds(self, since: datetime) -> Sequence[Round]:
        """The rounds of which something was opened since then; of each, only what was."""
        ...


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer version with everything needed to decide who may read it and to open it.

    `audiences` are all that were ever shown, oldest first; `sealed` is None once withdrawn.
    """

    answer_id: UUID
    version_id: UUID
    check_in_id: UUID
    person_id: UUID
    question_key: str
    pack_revision_id: UUID
    period: str
    sequence: int
    sealed: bytes | None
    platform_at: datetime
    recorded_at: datetime
    audiences: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A sealed answer version to record. `id` was made before sealing: the seal binds to it."""

    id: UUID
    check_in_id: UUID
    person_id: UUID
    question_key: str
    sealed: bytes
    platform_at: datetime
    recorded_at: datetime
    audience: AudienceKind
    readers: tuple[UUID, ...]
    counted: bool = False
    ai: str = ""


class Answers(Protocol):
    """The only place where answers are read: every caller passes the rows through `visibility`."""

    def record(self, version: NewVersion) -> None:
        """Adds a version to the answer of (check-in, question), and its audience when the answer
        is new or was narrower shown; the version with the latest platform time is current.
        """
        ...

    def withdraw(self, version_id: UUID) -> None:
        """Takes one version's content away for good; the one before it is current again."""
        ...

    def erase(self, answer_ids: Iterable[UUID]) -> Sequence[UUID]:
        """Takes the content of all their versions away for good; the ids of those versions. Who
        could read them stays.
        """
        ...

    def ids_of(self, person_id: UUID) -> Sequence[UUID]:
        """All answers that a person ever gave, whether they have content or not."""
        ...

    def narrow(self, answer_id: UUID, kind: AudienceKind, at: datetime) -> None:
        """Appends a narrower audience."""
        ...

    def current(self, check_in_id: UUID) -> dict[str, StoredAnswer]:
        """The current version of each answer of a check-in, by question key."""
        ...

    def of_check_ins(self, check_ins: Iterable[UUID]) -> Sequence[StoredAnswer]:
        """The current version of each answer of these check-ins, if it has content."""
        ...

    def of_person(
        self, person_id: UUID, limit: int = 200, keys: Collection[str] = ()
    ) -> Sequence[StoredAnswer]:
        """Current versions, newest first: for the person's own eyes. keys: to these questions alone
        (empty: to all).
        """
        ...

    def unsummarised(self, manager_id: UUID, now: datetime) -> Sequence[StoredAnswer]:
        """Current versions naming this manager, of people managed now, not yet in one of the
        manager's summaries, with content; oldest first.
        """
        ...

    def shown_before(self, manager_id: UUID, people: Iterable[UUID]) -> Sequence[StoredAnswer]:
        """Versions that already were in this manager's summaries, oldest first."""
        ...

    def audiences_until(
        self, moments: Mapping[UUID, datetime]
    ) -> Mapping[UUID, Sequence[Audience]]:
        """The audiences that each answer had at its moment (aware UTC), oldest first."""
        ...

    def versions(self, ids: Iterable[UUID]) -> dict[UUID, StoredAnswer]: ...
    def current_of(self, versions: Iterable[UUID]) -> dict[UUID, StoredAnswer]:
        """For each version the one that is current of the same answer now, if it has content."""
        ...
