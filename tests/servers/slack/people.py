"""Who is in the workspace, as Slack's users.* methods describe them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

TEAM = "T0TOUCH"
STRANGERS_TEAM = "T0OTHER"
APP = "A0TOUCH"
BOT_USER = "U0BOT"
BOT = "B0BOT"
SLACKBOT_ID = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the workspace's list; `handle` is made from the name where it is left out.

    A stranger belongs to another company and shares a channel; guests are restricted (some
    channels) or ultra restricted (one channel).
    """

    id: str
    name: str
    email: str = ""
    tz: str = "Europe/Berlin"
    locale: str = "en-GB"
    handle: str = ""
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    @property
    def team(self) -> str:
        """The workspace that the account belongs to."""
        return STRANGERS_TEAM if self.is_stranger else TEAM

    @property
    def username(self) -> str:
        """What Slack calls `name`."""
        return self.handle or self.name.lower().replace(" ", ".")

    @property
    def takes_messages(self) -> bool:
        """Whether the bot can write to them: an active person it shares a workspace with."""
        unreachable = self.deleted or self.is_bot or self.is_stranger or self.id == SLACKBOT_ID
        return not unreachable

    def is_called(self, key: str) -> bool:
        """Whether `key` is the id, the name, the first name, the handle or the e-mail."""
        first = self.name.split(" ")[0]
        return key in (self.id, self.name, first, self.username, self.email)


SLACKBOT = Member(SLACKBOT_ID, "Slackbot", tz="America/Los_Angeles", locale="en-US")
"""In every list; `is_bot` is false for it, as Slack has it."""

TOUCHPOINT = Member(BOT_USER, "Touchpoint", is_bot=True, tz="America/Los_Angeles")


def described(
    member: Member, at: datetime, *, with_email: bool = False, with_locale: bool = False
) -> dict[str, Any]:
    """The user object of users.list and users.info at that moment (it holds the UTC offset)."""
    about = {
        "id": member.id,
        "team_id": member.team,
        "name": member.username,
        "deleted": member.deleted,
        "profile": _profile(member, with_email=with_email),
        "is_bot": member.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if member.is_stranger:
        about["is_stranger"] = True
    return about if member.deleted else about | _active(member, at, with_locale=with_locale)


def _active(member: Member, at: datetime, *, with_locale: bool) -> dict[str, Any]:
    """What Slack leaves out for deactivated accounts."""
    offset = at.astimezone(ZoneInfo(member.tz)).utcoffset()
    assert offset is not None
    about = {
        "real_name": member.name,
        "tz": member.tz,
        "tz_label": member.tz,
        "tz_offset": int(offset.total_seconds()),
        "is_admin": member.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": member.is_restricted or member.is_ultra_restricted,
        "is_ultra_restricted": member.is_ultra_restricted,
        "is_email_confirmed": not member.is_bot,
    }
    return about | ({"locale": member.locale} if with_locale else {})


def _profile(member: Member, *, with_email: bool) -> dict[str, Any]:
    first, _, last = member.name.partition(" ")
    about: dict[str, Any] = {
        "title": "",
        "real_name": member.name,
        "real_name_normalized": member.name,
        "display_name": member.username,
        "display_name_normalized": member.username,
        "team": member.team,
    }
    if member.is_bot:
        return about | {"api_app_id": APP, "bot_id": BOT if member.id == BOT_USER else "B0OTHER"}
    email = {"email": member.email} if with_email and member.email else {}
    return about | {"first_name": first, "last_name": last} | email
