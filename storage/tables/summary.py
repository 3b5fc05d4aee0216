"""The managers' weekly summaries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Main, Row


class SummaryRow(Row, table=True):
    """A manager's summary of one period."""

    __tablename__ = "summary"
    __table_args__ = (UniqueConstraint("organisation_id", "manager_id", "period"),)

    manager_id: UUID = Field(foreign_key="person.id")
    occurrence_id: UUID = Field(foreign_key="occurrence.id")
    period: str
    created_at: datetime
    writer: str
    prompt: str | None


class SummaryPartRow(Row, table=True):
    """One person's part, sealed under that person's key."""

    __tablename__ = "summary_part"
    __table_args__ = (UniqueConstraint("organisation_id", "summary_id", "subject_id"),)

    summary_id: UUID = Field(foreign_key="summary.id")
    subject_id: UUID = Field(foreign_key="person.id")
    position: int
    sealed: bytes


class SummaryAnswerRow(Main, table=True):
    """An answer version that a manager's summary holds: each at most once per manager."""

    __tablename__ = "summary_answer"
    __table_args__ = (
        Index("ix_summary_answer_part", "part_id", "organisation_id"),
        Index("ix_summary_answer_version", "answer_version_id"),
        Index("ix_summary_answer_manager", "organisation_id", "manager_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    answer_version_id: UUID = Field(primary_key=True, foreign_key="answer_version.id")
    manager_id: UUID = Field(primary_key=True, foreign_key="person.id")
    part_id: UUID = Field(foreign_key="summary_part.id")
    position: int
