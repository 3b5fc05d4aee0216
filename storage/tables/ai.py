"""What AI cost."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from storage.tables.base import Main


class AiDayRow(Main, table=True):
    """Tokens and calls of one workspace on one day of the organisation's own zone."""

    __tablename__ = "ai_day"

    organisation_id: UUID = Field(primary_key=True)
    installation_id: UUID = Field(primary_key=True, foreign_key="installation.id")
    day: date = Field(primary_key=True)
    tokens: int
    calls: int
    failed: int
