"""Surveys that run or were counted, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Survey:
    """One cadence and period whose pack has counted questions.

    opened_at, closes_at: when the first check-in was due and the last one closes (aware UTC), as
    far as is known. counted_at (aware UTC) is None while it runs; nothing of it is shown then.
    """

    id: UUID
    cadence_id: UUID
    period: str
    pack_revision_id: UUID
    opened_at: datetime
    closes_at: datetime
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """A check-in of a survey that was sent, or that has an answer all the same. `answered`: some
    question of it has one, whoever reads that.
    """

    check_in_id: UUID
    person_id: UUID
    answered: bool


@dataclass(frozen=True, slots=True)
class SurveyUnit:
    """Everybody below a manager when the survey closed: `unit_id` is the manager's id, or the
    organisation's for everybody. `people` of them were asked.
    """

    unit_id: UUID
    parent_id: UUID | None
    people: int


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """How often each option was given in a unit, where that may be shown.

    An empty `question_key` counts who answered at all.
    """

    unit_id: UUID
    question_key: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoredComment:
    """Words that may be shown without a name. `unit_id` is the lowest unit they may be shown in;
    they belong to those above it too.
    """

    unit_id: UUID
    question_key: str
    answer_version_id: UUID


@dataclass(frozen=True, slots=True)
class Counted:
    """All that may ever be shown of a survey."""

    units: Sequence[SurveyUnit]
    figures: Sequence[StoredFigure]
    comments: Sequence[StoredComment] = field(default=())


class Surveys(Protocol):
    """What may not be shown is not kept. Every reader passes `visibility.may_see_results`."""

    def expect(self, surveys: Sequence[Survey]) -> None:
        """Notes that check-ins of these were opened: a running survey's times and pack follow; a
        counted one stays as it is.
        """
        ...

    def of_rounds(self, rounds: Collection[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], Survey]:
        """The surveys of these cadences and periods, running or counted."""
        ...

    def next_at(self) -> datetime | None:
        """When the next running survey closes, as far as is known."""
        ...

    def due(self, now: datetime) -> Survey | None:
        """The running survey that closed first, at `now` or before."""
        ...

    def postpone(self, survey_id: UUID, until: datetime) -> None:
        """A running survey closes later than was known."""
        ...

    def closes_at(self, survey: Survey) -> datetime | None:
        """When the last of its check-ins closes; None where it has none."""
        ...

    def to_come(self, survey: Survey) -> datetime | None:
        """When its period comes last for somebody to whom it has still to come."""
        ...

    def asked(self, survey: Survey) -> Sequence[AskedPerson]: ...
    def keep(self, survey: Survey, counted: Counted, at: datetime) -> bool:
        """Keeps what was counted. False, and nothing changed, where it was counted before."""
        ...

    def give_up(self, now: datetime) -> None:
        """Those that closed by `now` and are not counted count as such, with nothing to show."""
        ...

    def get(self, survey_id: UUID) -> Survey | None:
        """A counted survey."""
        ...

    def counted(self, limit: int, unit_id: UUID | None = None) -> Sequence[Survey]:
        """Counted surveys, newest first; those that have this unit alone."""
        ...

    def units(self, survey_id: UUID) -> Mapping[UUID, SurveyUnit]:
        """By id."""
        ...

    def figures(
        self, survey_id: UUID, units: Iterable[UUID]
    ) -> Mapping[tuple[UUID, str], Mapping[str, int]]:
        """By unit and question."""
        ...

    def history(
        self, survey: Survey, units: Iterable[UUID], limit: int
    ) -> Sequence[tuple[Survey, StoredFigure]]:
        """Figures of these units in the counted surveys of the same cadence up to this one,
        oldest first, of at most `limit` surveys.
        """
        ...

    def comments(
        self, survey_id: UUID, question_key: str, units: Iterable[UUID]
    ) -> Sequence[StoredComment]:
        """Those whose lowest unit is one of these, in an order that tells nothing."""
        ...
