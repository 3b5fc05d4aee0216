"""Why somebody gets nothing, in an operator's words."""

from __future__ import annotations

_WHY = {
    "blocked": "the app may not write to them in Teams",
    "bot": "is a bot",
    "deactivated": "the account is deactivated",
    "external": "the account belongs to another company",
    "guest": "the account is a guest's",
    "missing": "there is no account with this address",
    "no_platform": "no chat platform is connected yet",
    "not_installed": "the app is not installed for them in Teams",
    "unconfirmed": "the account's address is not confirmed yet",
}

_REMEDIES = {
    "blocked": "ask them to unblock the app in Teams, or look at the tenant's app permissions",
    "deactivated": "import a people list without them if they left, else reactivate the account",
    "guest": "give them an account that is not a guest's",
    "external": "give them an account of the company",
    "missing": "give them an account with this address, or correct the people list; then "
    "`touchpoint people sync slack`",
    "no_platform": "connect Slack or Teams: docs/slack.md and docs/teams.md say how",
    "not_installed": "install the app for them: a setup policy in the Teams admin center does it "
    "for everybody",
    "unconfirmed": "let them confirm their address on the platform",
}

_SHORT = {
    "blocked": "not letting the app write in Teams",
    "maybe_sent": "may have arrived",
    "missing": "with no account of that address",
    "not_installed": "without the app in Teams",
    "unknown": "may have arrived",
}
"""Behind a figure."""


def why(reason: str) -> str:
    """The reason as what is said of one person; a code without words is told as it is."""
    return _WHY.get(reason, reason.replace("_", " "))


def remedy(reason: str) -> str:
    """What to do so that the person can be reached."""
    return _REMEDIES.get(reason, "look at the account on its platform")


def short(reason: str) -> str:
    """The reason as it stands behind a figure."""
    return _SHORT.get(reason, reason.replace("_", " "))
