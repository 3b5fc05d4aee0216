"""What Slack tells an application: events, interactions and slash commands."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.slack.messages import Message
from tests.servers.slack.people import APP, BOT_USER, TEAM, Member
from tests.servers.slack.views import View
from tests.servers.slack.workspace import GENERAL, ResponseUrl, Workspace

TOKEN = "verification-token"  # deprecated by Slack, but still part of every payload
DOMAIN = "touchpoint-tests"
Payload = dict[str, Any]


def event(workspace: Workspace, what: Payload) -> Payload:
    """The envelope around an event."""
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": what,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": workspace.new_id("4-"),
    }


def escaped(text: str) -> str:
    """Typed text as events carry it. Source: docs.slack.dev, "Formatting message text"."""
    for plain, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(plain, safe)
    return re.sub(r"https?://[^\s|]+", r"<\g<0>>", text)


def written(message: Message) -> Payload:
    """The message event of something that was just written in a direct message."""
    where = {"channel": message.channel, "event_ts": message.ts, "channel_type": "im"}
    return message.as_json() | where


def changed(now: Message, before: Message, at: str) -> Payload:
    """The message event of an edit."""
    return _about(now.channel, at, "message_changed") | {
        "message": now.as_json(),
        "previous_message": before.as_json(),
    }


def deleted(before: Message, at: str) -> Payload:
    """The message event of a deletion."""
    return _about(before.channel, at, "message_deleted") | {
        "deleted_ts": before.ts,
        "previous_message": before.as_json(),
    }


def _about(channel: str, at: str, subtype: str) -> Payload:
    about = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel}
    return about | {"ts": at, "event_ts": at, "channel_type": "im"}


def opened(member: Member, channel: str, tab: str, home: View | None, at: str) -> Payload:
    """The app_home_opened event."""
    about = {"type": "app_home_opened", "user": member.id, "channel": channel, "tab": tab}
    return about | {"event_ts": at} | ({"view": home.as_json()} if home else {})


def _interaction(workspace: Workspace, member: Member, kind: str) -> Payload:
    return {
        "type": kind,
        "user": {
            "id": member.id,
            "username": member.username,
            "name": member.username,
            "team_id": member.team,
        },
        "api_app_id": APP,
        "token": TOKEN,
        "trigger_id": workspace.new_trigger(member.id),
        "team": {"id": TEAM, "domain": DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_message(
    workspace: Workspace, member: Member, message: Message, action: Payload, response_url: str
) -> Payload:
    """The block_actions payload of something pressed in a message."""
    is_ephemeral = bool(message.ephemeral_to)
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": is_ephemeral,
    }
    payload = _interaction(workspace, member, "block_actions") | {
        "container": container,
        "channel": {"id": message.channel, "name": channel_name(message.channel)},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    # Slack doesn't say what stood in an ephemeral message.
    return payload if is_ephemeral else payload | {"message": message.as_json()}


def on_view(workspace: Workspace, member: Member, view: View, action: Payload) -> Payload:
    """The block_actions payload of something pressed in a modal or on Home."""
    return _interaction(workspace, member, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "view": view.as_json(),
        "actions": [action],
    }


def shortcut(
    workspace: Workspace, member: Member, callback_id: str, message: Message, response_url: str
) -> Payload:
    """The message_action payload of an entry in a message's menu."""
    return _interaction(workspace, member, "message_action") | {
        "callback_id": callback_id,
        "action_ts": workspace.ticker.next(),
        "message_ts": message.ts,
        "channel": {"id": message.channel, "name": channel_name(message.channel)},
        "message": message.as_json(),
        "response_url": response_url,
    }


def submission(workspace: Workspace, member: Member, view: View) -> Payload:
    """The view_submission payload."""
    about = {"view": view.as_json(), "response_urls": []}
    return _interaction(workspace, member, "view_submission") | about


def closed(workspace: Workspace, member: Member, view: View, *, is_cleared: bool) -> Payload:
    """The view_closed payload. It has no trigger."""
    payload = _interaction(workspace, member, "view_closed")
    del payload["trigger_id"]
    return payload | {"view": view.as_json(), "is_cleared": is_cleared}


def command(
    workspace: Workspace, member: Member, name: str, text: str, channel: str, response_url: str
) -> dict[str, str]:
    """A slash command: plain fields."""
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "team_domain": DOMAIN,
        "channel_id": channel,
        "channel_name": channel_name(channel),
        "user_id": member.id,
        "user_name": member.username,
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(member.id),
    }


def channel_name(channel: str) -> str:
    """How payloads name the channel."""
    return "general" if channel == GENERAL else "directmessage"


def new_response_url(
    workspace: Workspace, base: str, user: str, channel: str, source: Message | None
) -> str:
    """An address that takes answers to what `user` did in `channel`."""
    key = workspace.new_id("r")
    at = workspace.wall.now()
    workspace.responses[key] = ResponseUrl(user, channel, at, source)
    return f"{base}/response/{TEAM}/{key}"
