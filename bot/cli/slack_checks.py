"""What `touchpoint check` looks at where Slack is configured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, Verdict
from bot.cli.screen import plural

if TYPE_CHECKING:
    from bot.bootstrap import Built
    from bot.domain.ports.unit_of_work import Tx
    from bot.settings.slack import SlackSettings
    from bot.slack.standing import Standing

_NOT_REACHED = (
    "Slack did not answer within 5 seconds; check the network, the firewall (https to slack.com), "
    "SLACK_API_URL and HTTPS_PROXY"
)
_SET_BOT = (
    "copy the Bot User OAuth Token from your app's page OAuth & Permissions into SLACK_BOT_TOKEN; "
    "where there is none, press Install to Workspace"
)
_SET_APP = (
    "make one on your app's page Basic Information, App-Level Tokens, with the scope "
    "connections:write, and set SLACK_APP_TOKEN"
)


async def slack_findings(
    slack: SlackSettings | None, built: Built | None
) -> AsyncIterator[Finding]:
    """One finding for each thing that Slack needs. `built` is None where there is no database."""
    if slack is None:
        said = "not configured; docs/slack.md says how to connect a workspace"
        yield Finding(Verdict.NOTE, "Slack", said)
        return
    from bot.slack.standing import bot_standing

    bot = await bot_standing(slack.api_url, slack.bot_token)
    for finding in _bot(bot):
        yield finding
    async for finding in _ways_in(slack):
        yield finding
    if built is not None and not bot.error:
        yield await _connected(built, bot)


def _bot(bot: Standing) -> list[Finding]:
    if bot.error == "not_reached":
        return [Finding(Verdict.BAD, "Slack", _NOT_REACHED)]
    if bot.error:
        said = f"SLACK_BOT_TOKEN is refused ({bot.error}); {_SET_BOT}"
        return [Finding(Verdict.BAD, "Slack", said)]
    installed = Finding(Verdict.GOOD, "Slack", f"{bot.workspace}, as {bot.bot}")
    return [installed, _scopes(bot)]


def _scopes(bot: Standing) -> Finding:
    if bot.scopes is None:
        said = "Slack did not say which the token has; run it again"
        return Finding(Verdict.NOTE, "Slack scopes", said)
    if bot.missing:
        said = (
            f"missing: {', '.join(bot.missing)}; add them on your app's page OAuth & Permissions, "
            "Bot Token Scopes, then press Reinstall to Workspace"
        )
        return Finding(Verdict.BAD, "Slack scopes", said)
    return Finding(Verdict.GOOD, "Slack scopes", "all that are needed")


async def _ways_in(slack: SlackSettings) -> AsyncIterator[Finding]:
    """How what people do arrives: Socket Mode where there is an app token, else HTTP."""
    if slack.app_token is not None:
        yield await _socket_mode(slack.api_url, slack.app_token)
    if slack.signing_secret is not None:
        yield _signing_secret(slack.signing_secret)


async def _socket_mode(api_url: str, token: str) -> Finding:
    from bot.slack.standing import app_standing

    found = await app_standing(api_url, token)
    if not found.error:
        return Finding(Verdict.GOOD, "Slack Socket Mode", "a connection may be opened")
    if found.error == "not_reached":
        return Finding(Verdict.BAD, "Slack Socket Mode", _NOT_REACHED)
    if found.error == "missing_scope":
        said = f"SLACK_APP_TOKEN lacks the scope connections:write; {_SET_APP}"
    elif found.error == "not_allowed_token_type":
        said = f"SLACK_APP_TOKEN is no app-level token (xapp-...); {_SET_APP}"
    elif found.error == "socket_mode_disabled":
        said = "Socket Mode is off; switch it on, on your app's page Socket Mode"
    else:
        said = f"SLACK_APP_TOKEN is refused ({found.error}); {_SET_APP}"
    return Finding(Verdict.BAD, "Slack Socket Mode", said)


def _signing_secret(secret: str) -> Finding:
    from bot.slack.standing import is_signing_secret

    if is_signing_secret(secret):
        said = "looks right; Slack says whether it is when it first calls"
        return Finding(Verdict.GOOD, "Slack signing secret", said)
    said = (
        "is not 32 hexadecimal digits; copy the Signing Secret from your app's page Basic "
        "Information into SLACK_SIGNING_SECRET (not the client secret)"
    )
    return Finding(Verdict.BAD, "Slack signing secret", said)


async def _connected(built: Built, bot: Standing) -> Finding:
    def read(tx: Tx) -> tuple[int, int]:
        rows = tx.organisations.installations("slack")
        mine = [row for row in rows if row.external_id == bot.workspace_id]
        active = {entry.person_id for entry in tx.people.roster()}
        usable = (i for row in mine for i in tx.people.identities(row.id) if not i.barred)
        return len({i.person_id for i in usable} & active), len(active)

    connected, of = await built.uow.read(read)
    said = f"{connected:,} of {plural(of, 'person', 'people')} connected"
    if not connected:
        remedy = "nobody can be written to; run `touchpoint people sync slack`"
        return Finding(Verdict.BAD, "Slack people", f"{said}: {remedy}")
    if connected < of:
        remedy = "`touchpoint people sync slack --dry-run` says who is without"
        return Finding(Verdict.NOTE, "Slack people", f"{said}; {remedy}")
    return Finding(Verdict.GOOD, "Slack people", said)
