"""Closed surveys and what was counted of them: figures of groups, never of a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Main, Row

_UNCOUNTED = text("counted_at IS NULL")


class SurveyRow(Row, table=True):
    """One cadence and period with counted questions: counted once and for all when it has closed
    for everybody.

    The row is made with its first check-in. `opened_at` is when that was due, `closes_at` when the
    last one closes as far as is known.
    """

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("organisation_id", "cadence_id", "period"),
        Index(
            "ix_survey_running",
            "organisation_id",
            "closes_at",
            sqlite_where=_UNCOUNTED,
            postgresql_where=_UNCOUNTED,
        ),
    )

    cadence_id: UUID = Field(foreign_key="cadence.id")
    period: str
    pack_revision_id: UUID = Field(foreign_key="pack_revision.id")
    opened_at: datetime
    closes_at: datetime
    counted_at: datetime | None


class SurveyUnitRow(Main, table=True):
    """Everybody below a manager when the survey closed; `unit_id` is that manager's id, or the
    organisation's for everybody. `people` were asked.
    """

    __tablename__ = "survey_unit"

    organisation_id: UUID = Field(primary_key=True)
    survey_id: UUID = Field(primary_key=True, foreign_key="survey.id")
    unit_id: UUID = Field(primary_key=True)
    parent_id: UUID | None
    people: int


class SurveyFigureRow(Main, table=True):
    """What may be shown of one question in one unit: how often each option was given.

    What may not be shown is not stored. An empty `question_key` counts who answered at all.
    """

    __tablename__ = "survey_figure"
    __table_args__ = (Index("ix_survey_figure_unit", "organisation_id", "unit_id", "question_key"),)

    organisation_id: UUID = Field(primary_key=True)
    survey_id: UUID = Field(primary_key=True, foreign_key="survey.id")
    unit_id: UUID = Field(primary_key=True)
    question_key: str = Field(primary_key=True)
    counts: dict[str, int] = Field(sa_type=JSON)


class SurveyCommentRow(Main, table=True):
    """Words that may be shown without a name: which answer version holds them, and the lowest unit
    they may be shown in.
    """

    __tablename__ = "survey_comment"
    __table_args__ = (Index("ix_survey_comment_version", "answer_version_id"),)

    organisation_id: UUID = Field(primary_key=True)
    survey_id: UUID = Field(primary_key=True, foreign_key="survey.id")
    unit_id: UUID = Field(primary_key=True)
    question_key: str = Field(primary_key=True)
    answer_version_id: UUID = Field(primary_key=True, foreign_key="answer_version.id")
