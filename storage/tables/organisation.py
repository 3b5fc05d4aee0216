"""Organisations and the places they are installed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Main, Row


class OrganisationRow(Main, table=True):
    """`demo_now` is the moved clock of a demo database. `restored_at`: an old copy was put back
    then, and nothing leaves it until somebody releases it.
    """

    __tablename__ = "organisation"

    id: UUID = Field(primary_key=True)
    name: str
    is_demo: bool
    paused_until: datetime | None
    demo_now: datetime | None
    created_at: datetime
    restored_at: datetime | None


class InstallationRow(Row, table=True):
    """One Slack team or enterprise, one Teams tenant, or the local page.

    Slack's installations are told apart by enterprise, team and whether the whole enterprise is
    meant. `sealed_token` is for workspaces that install by OAuth; the one from the environment
    has its token there.
    """

    __tablename__ = "installation"
    __table_args__ = (UniqueConstraint("organisation_id", "platform", "external_id"),)

    organisation_id: UUID = Field(foreign_key="organisation.id")
    platform: str
    external_id: str
    created_at: datetime
    name: str | None
    enterprise_id: str | None
    is_enterprise_install: bool | None
    bot_user_id: str | None
    sealed_token: bytes | None
