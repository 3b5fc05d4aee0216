"""Slack's tokens: SLACK_* variables, named as Slack's own guides and tools name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings.errors import ConfigurationError, Problem

PREFIX = "SLACK_"
API_URL = "https://slack.com/api/"
_GIVE_BOT = "give the Bot User OAuth Token from your app's page OAuth & Permissions (xoxb-...)"
_GIVE_APP = (
    "give the app-level token with the scope connections:write, "
    "from your app's page Basic Information (xapp-...)"
)
_HOW_TO_LISTEN = (
    "set SLACK_APP_TOKEN (xapp-...) for Socket Mode, which needs no public address, or "
    "SLACK_SIGNING_SECRET for HTTP"
)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """One workspace's installation. `repr` shows no secret.

    app_token: for Socket Mode; signing_secret: for HTTP at /slack/events. At least one is set.
    api_url: ends with a slash; another than Slack's own for GovSlack or a proxy.
    """

    bot_token: str = field(repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    api_url: str = API_URL


class _Given(BaseSettings):
    """The variables as they are set; an empty one counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    api_url: str = API_URL


def known_variables() -> list[str]:
    """The names of all that may be set."""
    return [PREFIX + name.upper() for name in _Given.model_fields]


def read_slack() -> SlackSettings | None:
    """What the environment says of Slack; None where no variable of it is set.

    Raises ConfigurationError, naming each variable and its remedy, never a value.
    """
    given = _Given()
    bot, app, secret = map(_plain, (given.bot_token, given.app_token, given.signing_secret))
    if not (bot or app or secret):
        return None
    problems = list(_problems(bot, app, secret, given.api_url))
    if problems or bot is None:
        raise ConfigurationError("", problems)
    return SlackSettings(bot, app, secret, given.api_url.rstrip("/") + "/")


def _problems(bot: str | None, app: str | None, secret: str | None, url: str) -> list[Problem]:
    found: list[Problem] = []
    if bot is None or not bot.startswith("xoxb-"):
        said = "is missing" if bot is None else "is not a bot token"
        found.append(Problem(None, "SLACK_BOT_TOKEN", said, _GIVE_BOT))
    if app is not None and not app.startswith("xapp-"):
        found.append(Problem(None, "SLACK_APP_TOKEN", "is not an app-level token", _GIVE_APP))
    if app is None and secret is None:
        said = "says nothing of how Slack reaches Touchpoint"
        found.append(Problem(None, "SLACK_APP_TOKEN", said, _HOW_TO_LISTEN))
    if not _is_address(url):
        remedy = f"leave it out for {API_URL}, or give an https address"
        found.append(Problem(None, "SLACK_API_URL", "is not a web address", remedy))
    return found


def _is_address(url: str) -> bool:
    """Tokens travel over it, so plain http is for this machine alone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value().strip() or None if secret else None
