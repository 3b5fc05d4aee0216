"""The manifest, what the code calls and what docs/slack.md says hold together."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.services.conversation import _VIEWS as VIEWS
from bot.slack.manifest import APP_SCOPE, EVENTS, PATH, SCOPES, BadAddress, manifest
from tests.harness import ROOT

DOCS = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
HOST = "https://touchpoint.example.com"
NEEDS = {
    "apps.connections.open": APP_SCOPE,
    "auth.test": "",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "im:history",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "views.open": "",
    "views.publish": "",
    "views.push": "",
    "views.update": "",
}
"""The scope of each method, for direct messages. Source: docs.slack.dev/reference/methods."""

FAMILIES = "apps|auth|bots|chat|conversations|files|reactions|team|usergroups|users|views"
METHOD = re.compile(rf'"((?:{FAMILIES})\.[a-zA-Z]+(?:\.[a-zA-Z]+)?)"')
SHAPE: dict[str, Any] = {
    "_metadata": {"major_version": int, "minor_version": int},
    "display_information": {
        "name": str,
        "description": str,
        "long_description": str,
        "background_color": str,
    },
    "features": {
        "app_home": {
            "home_tab_enabled": bool,
            "messages_tab_enabled": bool,
            "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": str, "always_online": bool},
        "shortcuts": [{"name": str, "type": str, "callback_id": str, "description": str}],
        "slash_commands": [
            {
                "command": str,
                "description": str,
                "usage_hint": str,
                "should_escape": bool,
                "url": str,
            }
        ],
    },
    "oauth_config": {"scopes": {"bot": [str]}},
    "settings": {
        "event_subscriptions": {"request_url": str, "bot_events": [str]},
        "interactivity": {"is_enabled": bool, "request_url": str},
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
}
"""Keys that Slack documents, of those used here. Source: docs.slack.dev/reference/app-manifest."""


def strange(given: Any, shape: Any, where: str = "") -> list[str]:
    """Where the manifest is not of the documented shape."""
    if isinstance(shape, dict):
        if not isinstance(given, dict):
            return [where]
        unknown = [f"{where}.{key}" for key in given if key not in shape]
        known = [key for key in given if key in shape]
        return unknown + [
            s for key in known for s in strange(given[key], shape[key], f"{where}.{key}")
        ]
    if isinstance(shape, list):
        if not isinstance(given, list):
            return [where]
        return [s for i, each in enumerate(given) for s in strange(each, shape[0], f"{where}[{i}]")]
    return [] if type(given) is shape else [where]


@pytest.mark.parametrize("url", [None, HOST])
def test_it_has_the_shape_and_the_limits_that_slack_documents(url: str | None) -> None:
    made = manifest(url)
    assert strange(made, SHAPE) == []
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    (command,) = made["features"]["slash_commands"]
    assert command["command"].startswith("/")
    assert len(command["command"]) <= 32
    for shortcut in made["features"]["shortcuts"]:
        assert shortcut["type"] == "message"
        assert shortcut["callback_id"] in VIEWS
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert shortcut["name"] in DOCS


def test_socket_mode_has_no_address_and_http_one_for_everything() -> None:
    socket, http = manifest(), manifest(f"{HOST}/")
    assert socket["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(socket).lower()
    assert http["settings"]["socket_mode_enabled"] is False
    (command,) = http["features"]["slash_commands"]
    events, buttons = http["settings"]["event_subscriptions"], http["settings"]["interactivity"]
    addresses = {command["url"], events["request_url"], buttons["request_url"]}
    assert addresses == {HOST + PATH}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "touchpoint.example.com",
        "http://a.example.com",
        "https://",
        "https://a.example.com/x",
        "https://a.example.com?x=1",
        "https://me:secret@a.example.com",
        "https://[::1",
        "https://a:b",
    ],
)
def test_an_address_that_slack_can_not_call_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(BadAddress, match="give it as https://"):
        manifest(url)


def test_every_scope_has_its_line_in_the_documentation() -> None:
    """And no other has one."""
    lines = dict(re.findall(r"^\| `([a-z]+(?::[a-z.]+)?)` \| (.+) \|$", DOCS, re.M))
    assert set(lines) == {*SCOPES, APP_SCOPE}
    for scope, reason in SCOPES.items():
        assert lines[scope].replace("`", "").startswith(reason), scope
    assert manifest()["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    for event in EVENTS:
        assert f"`{event}`" in DOCS


def test_the_code_calls_nothing_that_needs_another_scope() -> None:
    """Every method named in bot/slack is in the table, and its scope in the manifest."""
    sources = (ROOT / "bot" / "slack").glob("**/*.py")
    called = {name for path in sources for name in METHOD.findall(path.read_text(encoding="utf-8"))}
    assert {"auth.test", "users.list"} <= called
    assert called <= set(NEEDS)
    assert {NEEDS[name] for name in called} - {""} <= {*SCOPES, APP_SCOPE}
