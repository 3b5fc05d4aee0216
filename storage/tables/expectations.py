"""The company's AI expectations: versions, questions about them, replies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class ExpectationsVersionRow(Row, table=True):
    """What is expected from `created_at` on; `telling` is how far telling people has come."""

    __tablename__ = "expectations_version"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    organisation_id: UUID = Field(foreign_key="organisation.id")
    number: int
    text: str
    url: str
    created_at: datetime
    author: str
    telling: str
    told_up_to: UUID | None


class ExpectationsReplyRow(Row, table=True):
    """A leader's one post on a version."""

    __tablename__ = "expectations_reply"
    __table_args__ = (UniqueConstraint("organisation_id", "version_id", "author_id"),)

    version_id: UUID = Field(foreign_key="expectations_version.id")
    author_id: UUID = Field(foreign_key="person.id")
    text: str
    created_at: datetime
    people: int


class ExpectationsQuestionRow(Row, table=True):
    """What one person finds unclear, sealed under their key, with its readers as shown."""

    __tablename__ = "expectations_question"
    __table_args__ = (
        UniqueConstraint("organisation_id", "version_id", "person_id"),
        Index("ix_expectations_question_reader", "organisation_id", "reader_id"),
    )

    version_id: UUID = Field(foreign_key="expectations_version.id")
    person_id: UUID = Field(foreign_key="person.id")
    kind: str
    reader_id: UUID = Field(foreign_key="person.id")
    asked_at: datetime
    sealed: bytes
    state: str
    reply_id: UUID | None = Field(foreign_key="expectations_reply.id")
    batch: int | None
