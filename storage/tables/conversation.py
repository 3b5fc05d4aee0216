"""The schedule, what came due, and the check-ins with their answers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Main, Row

# Indexes on a parent's id alone are for deleting: whether a row is still referred to is looked up
# by that column, with no organisation.
_DUE = text("next_due_at IS NOT NULL")
_WAKING = text("wake_at IS NOT NULL")
_PLANNED = text("state = 'planned'")
_BUNDLED = text("state = 'bundled'")
_TALKING = text("state IN ('offered', 'open')")
_PENDING = text("pending_version_id IS NOT NULL")
_CHOOSING = text("state = 'choosing'")


class PlanRow(Row, table=True):
    """The next due moment of one cadence for one person: the schedule is these rows."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id", "cadence_id", "person_id", "subject_id", name="uq_plan_subject"
        ),
        Index("ix_plan_person", "organisation_id", "person_id"),
        Index(
            "ix_plan_due",
            "organisation_id",
            "next_due_at",
            sqlite_where=_DUE,
            postgresql_where=_DUE,
        ),
    )

    cadence_id: UUID = Field(foreign_key="cadence.id")
    revision_id: UUID = Field(foreign_key="cadence_revision.id")
    person_id: UUID = Field(foreign_key="person.id")
    subject_id: UUID = Field(foreign_key="person.id")
    period: str
    next_due_at: datetime | None
    rotation: int
    last_full_on: date | None


class OccurrenceRow(Row, table=True):
    """One due moment; a period comes once, whatever the revision or zone.

    `leased_until`: until when a process drafts its summary, and no other does.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id",
            "cadence_id",
            "person_id",
            "subject_id",
            "period",
            name="uq_occurrence_period",
        ),
        Index("ix_occurrence_due", "organisation_id", "due_at"),
        Index(
            "ix_occurrence_planned",
            "organisation_id",
            "due_at",
            sqlite_where=_PLANNED,
            postgresql_where=_PLANNED,
        ),
        Index(
            "ix_occurrence_bundled",
            "organisation_id",
            "person_id",
            sqlite_where=_BUNDLED,
            postgresql_where=_BUNDLED,
        ),
    )

    cadence_id: UUID = Field(foreign_key="cadence.id")
    revision_id: UUID = Field(foreign_key="cadence_revision.id")
    person_id: UUID = Field(foreign_key="person.id")
    subject_id: UUID = Field(foreign_key="person.id")
    period: str
    zone: str
    due_at: datetime
    state: str
    reason: str
    leased_until: datetime | None = None


class CheckInRow(Row, table=True):
    """One check-in; `reminders` holds moments as ISO 8601 in UTC."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("organisation_id", "occurrence_id"),
        Index("ix_check_in_person", "organisation_id", "person_id", "opened_at"),
        Index("ix_check_in_opened", "organisation_id", "opened_at"),
        Index("ix_check_in_pack", "organisation_id", "pack_revision_id", "opened_at"),
        Index(
            "ix_check_in_wake",
            "organisation_id",
            "wake_at",
            sqlite_where=_WAKING,
            postgresql_where=_WAKING,
        ),
        Index(
            "ix_check_in_talking",
            "organisation_id",
            "person_id",
            sqlite_where=_TALKING,
            postgresql_where=_TALKING,
        ),
    )

    occurrence_id: UUID = Field(foreign_key="occurrence.id")
    cadence_id: UUID = Field(foreign_key="cadence.id")
    revision_id: UUID = Field(foreign_key="cadence_revision.id")
    pack_revision_id: UUID = Field(foreign_key="pack_revision.id")
    person_id: UUID = Field(foreign_key="person.id")
    period: str
    state: str
    opened_at: datetime
    closes_at: datetime
    reminders: list[str] = Field(sa_type=JSON)
    reminders_done: int
    offers: int
    shown_manager_id: UUID | None = Field(foreign_key="person.id")
    audience_shown: bool
    active_until: datetime | None
    snoozed_until: datetime | None
    wake_at: datetime | None
    completed_at: datetime | None
    shown_ai: str | None


class CheckInQuestionRow(Main, table=True):
    """Where one question of a check-in stands."""

    __tablename__ = "check_in_question"
    __table_args__ = (
        Index("ix_check_in_question_check_in", "check_in_id"),
        Index(
            "ix_check_in_question_choosing",
            "organisation_id",
            sqlite_where=_CHOOSING,
            postgresql_where=_CHOOSING,
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    check_in_id: UUID = Field(primary_key=True, foreign_key="check_in.id")
    key: str = Field(primary_key=True)
    position: int
    state: str
    asked_at: datetime | None


class AnswerRow(Row, table=True):
    """The answer to one question of a check-in.

    `current_version_id` is the version with the latest platform time that still has content.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("organisation_id", "check_in_id", "question_key"),
        Index("ix_answer_person", "organisation_id", "person_id"),
        Index("ix_answer_check_in", "check_in_id"),
    )

    check_in_id: UUID = Field(foreign_key="check_in.id")
    person_id: UUID = Field(foreign_key="person.id")
    question_key: str
    current_version_id: UUID | None


class AnswerVersionRow(Row, table=True):
    """What was answered, sealed under the person's key; without content once withdrawn."""

    __tablename__ = "answer_version"
    __table_args__ = (
        UniqueConstraint("organisation_id", "answer_id", "sequence"),
        Index("ix_answer_version_answer", "answer_id"),
    )

    answer_id: UUID = Field(foreign_key="answer.id")
    sequence: int
    sealed: bytes | None
    platform_at: datetime
    recorded_at: datetime


class AnswerAudienceRow(Row, table=True):
    """Who may read an answer; a later row only narrows the one before, which stays.

    `counted`: the person was told that it is counted in groups too, without the name. `ai`: the AI
    that was named with the readers (`Ai.label`), None where none was.
    """

    __tablename__ = "answer_audience"
    __table_args__ = (
        UniqueConstraint("organisation_id", "answer_id", "sequence"),
        Index("ix_answer_audience_answer", "answer_id"),
    )

    answer_id: UUID = Field(foreign_key="answer.id")
    sequence: int
    kind: str
    shown_at: datetime
    counted: bool | None
    ai: str | None


class AnswerReaderRow(Main, table=True):
    """A reader whom an audience names.

    `pending_version_id`, in rows of the answer's last audience alone, is its current version for
    as long as none of this reader's summaries holds it. Its index keeps a manager's week cheap
    whatever the history; who may read is never decided by it.
    """

    __tablename__ = "answer_reader"
    __table_args__ = (
        Index("ix_answer_reader_answer", "answer_id", "organisation_id"),
        Index("ix_answer_reader_audience", "audience_id"),
        Index(
            "ix_answer_reader_pending",
            "organisation_id",
            "person_id",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    audience_id: UUID = Field(primary_key=True, foreign_key="answer_audience.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    answer_id: UUID = Field(foreign_key="answer.id")
    pending_version_id: UUID | None
