"""The app's manifest: all that Slack lets the app do and hear, and nothing beyond it.

Shape and limits: docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

SCOPES: Mapping[str, str] = {
    "chat:write": "to send messages to people, and to change or delete its own",
    "commands": "for /touchpoint",
    "im:history": "to read what people write to the app, and to find a message of its own again",
    "im:write": "to open the direct message with somebody",
    "users:read": "to see who has an account, who is a guest or a bot, time zones and languages",
    "users:read.email": "to match accounts to the people list",
}
"""What the bot's token may do, each with its reason. docs/slack.md says the same."""

APP_SCOPE = "connections:write"
"""What the app-level token of Socket Mode may do. Manifests can't hold it: it is made by hand."""

EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "message.im",
    "tokens_revoked",
    "user_status_changed",
)
COMMAND = "/touchpoint"
SHORTCUTS: Mapping[str, tuple[str, str]] = {
    "agenda_open": (
        "Add to my 1:1 agenda",
        "Opens a form with this message's text, to talk about it with your manager",
    ),
}
"""What stands in a message's own menu, as name and description, by what it does."""

PATH = "/slack/events"
"""Where Slack calls in HTTP mode: one address for events, buttons, forms and the command."""

_SHORT = "Check-ins by direct message, and one weekly summary for each manager."
_LONG = (
    "Touchpoint asks a few questions by direct message, on your company's schedule, and gives "
    "each manager one weekly summary of what people chose to share, in their own words. Before "
    "the first question you see exactly who can read your answers. Nothing is asked before you "
    "press Start. Nobody is scored, ranked, or counted for silence. It reads no channels."
)


class BadAddress(Exception):
    """The address can't be one that Slack calls; the message says why and what to give."""


def manifest(url: str | None = None) -> dict[str, Any]:
    """For Socket Mode; or for HTTP at `url`, such as "https://touchpoint.example.com".

    Raises BadAddress for anything but an https address of a host.
    """
    address = None if url is None else f"{_base(url)}{PATH}"
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Touchpoint",
            "description": _SHORT,
            "long_description": _LONG,
            "background_color": "#1f3a4d",
        },
        "features": _features(address),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": _settings(address),
    }


def _features(address: str | None) -> dict[str, Any]:
    command = {
        "command": COMMAND,
        "description": "Your check-ins and your 1:1s: what is next, your answers, the agenda",
        "usage_hint": "help | next | answers | agenda | pause | status",
        "should_escape": False,
    }
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "Touchpoint", "always_online": True},
        "shortcuts": [
            {"name": name, "type": "message", "callback_id": does, "description": description}
            for does, (name, description) in SHORTCUTS.items()
        ],
        "slash_commands": [command | _at("url", address)],
    }


def _settings(address: str | None) -> dict[str, Any]:
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    return {
        "event_subscriptions": _at("request_url", address) | events,
        "interactivity": {"is_enabled": True} | _at("request_url", address),
        "org_deploy_enabled": False,
        "socket_mode_enabled": address is None,
        "token_rotation_enabled": False,
    }


def _at(name: str, address: str | None) -> dict[str, Any]:
    """Socket Mode needs no address, and a manifest without one has no empty ones."""
    return {name: address} if address else {}


def _base(url: str) -> str:
    remedy = "give it as https://touchpoint.example.com"
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host:
        raise BadAddress(f"{url!r} is not a web address; {remedy}")
    if parts.scheme != "https":
        raise BadAddress(f"Slack calls https addresses alone; {remedy}")
    if parts.path.rstrip("/") not in ("", PATH) or parts.query or parts.fragment:
        raise BadAddress(f"Slack calls {PATH} at the root of the host; {remedy}")
    if parts.username or parts.password:
        raise BadAddress(f"an address with a name or password is no good here; {remedy}")
    return f"https://{parts.netloc}"
