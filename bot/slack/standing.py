"""Whether Slack takes our tokens, and what they may do: asked anew, for `touchpoint check`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.manifest import SCOPES

PATIENCE = 5
"""Seconds that a check waits for one answer."""

_SECRET = re.compile(r"[0-9a-f]{32}")
_SCOPES_HEADER = "x-oauth-scopes"


@dataclass(frozen=True, slots=True)
class Standing:
    """What Slack answered. `error` is "" where all is well, Slack's own code, or "not_reached".

    `scopes` are those of the token, None where Slack didn't say.
    """

    error: str = ""
    workspace: str = ""
    workspace_id: str = ""
    bot: str = ""
    needed: str = ""
    scopes: frozenset[str] | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What the manifest asks for and the token lacks."""
        return tuple(s for s in SCOPES if self.scopes is not None and s not in self.scopes)


async def bot_standing(api_url: str, token: str) -> Standing:
    """What auth.test says of the bot's token. Never raises for Slack or the network."""
    asked = await _ask(api_url, token, "auth.test")
    enterprise = bool(asked.data.get("is_enterprise_install"))
    return Standing(
        error=asked.error,
        workspace=str(asked.data.get("team") or ""),
        workspace_id=str(asked.data.get("enterprise_id" if enterprise else "team_id") or ""),
        bot=str(asked.data.get("user") or ""),
        needed=str(asked.data.get("needed") or ""),
        scopes=_scopes(asked.headers),
    )


async def app_standing(api_url: str, token: str) -> Standing:
    """What apps.connections.open says of the app-level token. It opens no connection."""
    asked = await _ask(api_url, token, "apps.connections.open")
    return Standing(error=asked.error, needed=str(asked.data.get("needed") or ""))


def is_signing_secret(secret: str) -> bool:
    """Whether it looks like one: 32 hexadecimal digits."""
    return _SECRET.fullmatch(secret) is not None


@dataclass(frozen=True, slots=True)
class _Asked:
    error: str
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


async def _ask(api_url: str, token: str, method: str) -> _Asked:
    client = AsyncWebClient(token, api_url, timeout=PATIENCE, retry_handlers=[])
    try:
        response = await client.api_call(method)
    except SlackApiError as error:
        data = getattr(error.response, "data", None)
        told = data if isinstance(data, dict) else {}
        return _Asked(str(told.get("error") or "not_reached"), told)
    except Exception:  # whatever the network does, the remedy is the same
        return _Asked("not_reached")
    return _Asked("", response.data if isinstance(response.data, dict) else {}, response.headers)


def _scopes(headers: Mapping[str, str]) -> frozenset[str] | None:
    told = {name.lower(): value for name, value in headers.items()}.get(_SCOPES_HEADER)
    if told is None:
        return None
    return frozenset(scope.strip() for scope in told.split(",") if scope.strip())
