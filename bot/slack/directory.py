"""Everybody who has an account in a workspace: all of users.list, or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from bot.domain.organisation import Installation
from bot.services.match_accounts import Account
from bot.slack.api import Answer, Fate, SlackApi
from bot.slack.outcomes import PAUSES
from bot.slack.pauses import MISSING_SCOPE, TOKEN_REFUSED

PAGE = 200
"""Accounts a page: the most that Slack recommends (docs.slack.dev/reference/methods/users.list)."""

PACE = timedelta(seconds=3)
"""Between two pages: users.list may be called about 20 times a minute (tier 2)."""

_AGAIN = timedelta(seconds=5)
_MOST_FAILURES = 3
_MOST_LIMITS = 10
_MOST_PAGES = 10_000  # two million accounts; a cursor that goes round in circles ends here

Wait: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""

Told: TypeAlias = Callable[[int], None]
"""Hears how many accounts have been read so far."""

_ADD_SCOPE = (
    "add it in your app's page OAuth & Permissions (or paste `touchpoint manifest slack` into App "
    "Manifest), press Reinstall to Workspace, and set SLACK_BOT_TOKEN again if it changed"
)


class DirectoryTrouble(Exception):
    """The directory can't be read whole, so nothing was changed; the message names the remedy.

    `code` is short and safe to log.
    """

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


async def read_directory(
    api: SlackApi,
    token: str,
    installation: Installation,
    *,
    wait: Wait,
    told: Told = lambda _: None,
) -> list[Account]:
    """All accounts of the workspace, bots and deactivated ones too.

    Keeps Slack's pace and obeys Retry-After; what breaks on the way is tried three times.
    Raises DirectoryTrouble.
    """
    found: list[Account] = []
    cursor = ""
    for _ in range(_MOST_PAGES):
        answer = await _page(api, token, cursor, wait)
        found += [_account(each, installation) for each in _members(answer)]
        told(len(found))
        cursor = _next(answer)
        if not cursor:
            return _with_addresses(found)
        await wait(PACE.total_seconds())
    raise DirectoryTrouble("endless", "Slack's list of people does not end; run it again later")


async def _page(api: SlackApi, token: str, cursor: str, wait: Wait) -> Answer:
    failures = limits = 0
    while True:
        answer = await api.call(
            token, "users.list", limit=PAGE, include_locale=True, cursor=cursor or None
        )
        if answer.ok:
            return answer
        limits += answer.fate is Fate.LIMITED
        failures += answer.fate in (Fate.NOT_SENT, Fate.UNKNOWN)
        is_over = failures >= _MOST_FAILURES or limits >= _MOST_LIMITS
        if answer.fate is Fate.REFUSED or is_over:
            raise DirectoryTrouble(answer.error, explained(answer))
        await wait((answer.wait or _AGAIN).total_seconds())


def explained(answer: Answer) -> str:
    """What a refused or broken call means, and what to do."""
    code = answer.error
    if answer.fate is Fate.LIMITED:
        return "Slack is busy with other calls of this app (rate_limited); run it again later"
    if answer.fate is not Fate.REFUSED:
        return (
            f"Slack can't be reached ({code}); check the network, SLACK_API_URL and HTTPS_PROXY, "
            "and run it again"
        )
    meaning = PAUSES.get(code)
    if meaning == MISSING_SCOPE:
        scope = str(answer.data.get("needed") or "users:read")
        return f"the Slack app lacks the scope {scope}; {_ADD_SCOPE}"
    if meaning == TOKEN_REFUSED:
        return (
            f"Slack refuses the token in SLACK_BOT_TOKEN ({code}); copy the Bot User OAuth Token "
            "from your app's page OAuth & Permissions and set it again"
        )
    return f"Slack refused to list its people ({code}); docs/slack.md says what to do"


def _members(answer: Answer) -> Sequence[Mapping[str, Any]]:
    members = answer.data.get("members")
    if not isinstance(members, list) or not all(isinstance(each, dict) for each in members):
        raise DirectoryTrouble("no_members", "Slack's list can't be understood; run it again later")
    return members


def _next(answer: Answer) -> str:
    metadata = answer.data.get("response_metadata")
    return str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""


def _account(member: Mapping[str, Any], installation: Installation) -> Account:
    given = member.get("profile")
    profile = given if isinstance(given, dict) else {}
    return Account(
        external_id=_text(member, "id"),
        email=_text(profile, "email"),
        name=_text(profile, "real_name") or _text(member, "name"),
        time_zone=_text(member, "tz"),
        locale=_text(member, "locale"),
        barred=_why_barred(member, installation),
        confirmed=member.get("is_email_confirmed") is not False,
    )


def _why_barred(member: Mapping[str, Any], installation: Installation) -> str | None:
    """Why this account is never written to; the first reason that holds."""
    reasons = (
        (member.get("is_bot") or member.get("id") == "USLACKBOT", "bot"),
        (member.get("deleted"), "deactivated"),
        (member.get("is_stranger") or _is_foreign(member, installation), "external"),
        (member.get("is_restricted") or member.get("is_ultra_restricted"), "guest"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _is_foreign(member: Mapping[str, Any], installation: Installation) -> bool:
    """Whether the account belongs to another company, met in a shared channel (Slack Connect).

    On Enterprise Grid somebody's account may name the organisation, or another of its workspaces.
    """
    team = _text(member, "team_id")
    grid = member.get("enterprise_user")
    teams = grid.get("teams") if isinstance(grid, dict) else None
    own = {"", installation.external_id, installation.enterprise_id}
    return team not in own and installation.external_id not in (teams or ())


def _with_addresses(found: list[Account]) -> list[Account]:
    """Slack leaves addresses out without a word where the scope is missing."""
    usable = [account for account in found if account.barred is None]
    if usable and not any(account.email for account in usable):
        said = f"Slack tells no e-mail addresses: the app lacks users:read.email; {_ADD_SCOPE}"
        raise DirectoryTrouble(MISSING_SCOPE, said)
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""
