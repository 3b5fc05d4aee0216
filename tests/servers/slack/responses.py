"""Answers of the application to an interaction: over a response_url, or right with the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.servers.slack import checks, elements
from tests.servers.slack.messages import Message
from tests.servers.slack.people import BOT_USER
from tests.servers.slack.workspace import (
    RESPONSES_AT_MOST,
    RESPONSES_FOR,
    ResponseUrl,
    SlackError,
)

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer


def respond(server: SlackServer, key: str, answer: dict[str, Any]) -> None:
    """Takes one answer at a response_url: five in thirty minutes. Raises SlackError."""
    address = server.workspace.responses.get(key)
    if address is None:
        raise SlackError("expired_url")
    if server.workspace.wall.now() - address.at > RESPONSES_FOR:
        raise SlackError("expired_url")
    if address.uses >= RESPONSES_AT_MOST:
        raise SlackError("used_url")
    place(server, address, answer)
    address.uses += 1


def place(server: SlackServer, address: ResponseUrl, answer: dict[str, Any]) -> None:
    """Puts an answer where people see it: for one alone, unless it says otherwise."""
    source = address.source
    if answer.get("delete_original") is True and source is not None:
        if (kept := server.workspace.message(source.channel, source.ts)) is not None:
            server.workspace.remove(kept)
        return
    checked = checks.message(answer, charts=server.charts_supported)
    checked["blocks"] = elements.with_ids(checked["blocks"] or [])
    if answer.get("replace_original") is True and source is not None:
        _replace(server, source, checked)
        return
    ephemeral = "" if answer.get("response_type") == "in_channel" else address.user
    ts = server.workspace.ticker.next()
    message = Message(address.channel, ts, BOT_USER, **checked, ephemeral_to=ephemeral)
    server.workspace.add(message, "response")


def _replace(server: SlackServer, source: Message, checked: dict[str, Any]) -> None:
    kept = server.workspace.message(source.channel, source.ts)
    if kept is None:
        raise SlackError("message_not_found")
    kept.text, kept.blocks = checked["text"], checked["blocks"]
    server.workspace.log(kept, "response")
