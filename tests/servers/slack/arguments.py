"""Arguments of a Web API call, whichever of Slack's three ways they came in."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.servers.slack.workspace import SlackError

_TRUE = frozenset({"1", "true", "True"})


async def read(request: web.Request) -> tuple[dict[str, Any], str]:
    """The arguments and the token. Raises SlackError for a body that is no object."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= _object(await request.text())
    elif request.can_read_body:
        arguments |= dict(await request.post())
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    given = str(arguments.pop("token", ""))
    return arguments, bearer or given


def _object(body: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body or "{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed


def flag(arguments: dict[str, Any], name: str) -> bool:
    """A boolean, as JSON or as text."""
    return arguments.get(name) is True or str(arguments.get(name, "")) in _TRUE


def number(arguments: dict[str, Any], name: str, otherwise: int, at_most: int = 1000) -> int:
    """A whole number from 1 on. Raises SlackError invalid_NAME."""
    raw = arguments.get(name) or otherwise
    try:
        value = int(raw)
    except (TypeError, ValueError):
        raise SlackError(f"invalid_{name}") from None
    if not 0 < value <= at_most:
        raise SlackError(f"invalid_{name}")
    return value


def parsed(arguments: dict[str, Any], name: str, error: str) -> Any:
    """A value that may come as JSON in text; None where it is missing. Raises SlackError."""
    raw = arguments.get(name)
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        raise SlackError(error) from None


def needed(arguments: dict[str, Any], name: str, error: str = "") -> str:
    """A text that must be there. Raises SlackError."""
    value = str(arguments.get(name) or "")
    if value:
        return value
    if error:
        raise SlackError(error)
    messages = [f"[ERROR] missing required field: {name}"]
    raise SlackError("invalid_arguments", response_metadata={"messages": messages})
