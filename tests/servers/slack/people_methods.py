"""auth.test, users.*, bots.info and apps.connections.open."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.servers.slack.arguments import flag, needed, number
from tests.servers.slack.people import (
    APP,
    BOT,
    BOT_USER,
    STRANGERS_TEAM,
    TEAM,
    TOUCHPOINT,
    Member,
    described,
)
from tests.servers.slack.workspace import SlackError

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer

Arguments = dict[str, Any]


def auth_test(server: SlackServer, _: Arguments) -> Arguments:
    """auth.test with the bot's token."""
    return {
        "url": f"{server.url}/",
        "team": "Touchpoint Tests",
        "user": TOUCHPOINT.username,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def open_connection(server: SlackServer, _: Arguments) -> Arguments:
    """apps.connections.open: where to connect to, once."""
    return {"url": server.link.new_address()}


def list_users(server: SlackServer, arguments: Arguments) -> Arguments:
    """users.list: everybody, deactivated accounts, bots and strangers included, by pages."""
    everybody = list(server.workspace.members.values())
    start = _start(str(arguments.get("cursor") or ""), len(everybody))
    limit = number(arguments, "limit", len(everybody) or 1, at_most=max(1000, len(everybody)))
    end = start + limit
    cursor = base64.b64encode(f"user:{end}".encode()).decode() if end < len(everybody) else ""
    return {
        "members": [_described(server, m, arguments) for m in everybody[start:end]],
        "cache_ts": int(server.workspace.clock.now().timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def _start(cursor: str, at_most: int) -> int:
    if not cursor:
        return 0
    try:
        start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("user:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
    if not 0 <= start < at_most:
        raise SlackError("invalid_cursor")
    return start


def _described(server: SlackServer, member: Member, arguments: Arguments) -> Arguments:
    return described(
        member,
        server.workspace.clock.now(),
        with_email="users:read.email" in server.scopes,
        with_locale=flag(arguments, "include_locale"),
    )


def user_info(server: SlackServer, arguments: Arguments) -> Arguments:
    """users.info."""
    member = server.workspace.members.get(needed(arguments, "user", "user_not_found"))
    if member is None:
        raise SlackError("user_not_found")
    return {"user": _described(server, member, arguments)}


def lookup_by_email(server: SlackServer, arguments: Arguments) -> Arguments:
    """users.lookupByEmail: active accounts of this workspace."""
    wanted = needed(arguments, "email").casefold()
    for member in server.workspace.members.values():
        found = member.email.casefold() == wanted and not member.deleted
        if found and member.team != STRANGERS_TEAM:
            return {"user": _described(server, member, arguments)}
    raise SlackError("users_not_found")


def bot_info(server: SlackServer, arguments: Arguments) -> Arguments:
    """bots.info of the bot itself."""
    if needed(arguments, "bot", "bot_not_found") != BOT:
        raise SlackError("bot_not_found")
    now = int(server.workspace.clock.now().timestamp())
    about = {"id": BOT, "deleted": False, "name": TOUCHPOINT.name, "updated": now}
    return {"bot": about | {"app_id": APP, "user_id": BOT_USER, "icons": {}}}
