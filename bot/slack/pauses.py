"""Why a whole workspace pauses, and what its operator does about it."""

from __future__ import annotations

from collections.abc import Mapping

TOKEN_REFUSED = "token_refused"  # noqa: S105 - a reason's code
MISSING_SCOPE = "missing_scope"
MESSAGES_TAB_OFF = "messages_tab_off"
WORKSPACE_CLOSED = "workspace_closed"
NO_TOKEN = "no_token"  # noqa: S105 - a reason's code
RATE_LIMITED = "rate_limited"

ENDED_BY_A_TOKEN = frozenset({TOKEN_REFUSED, MISSING_SCOPE, NO_TOKEN})
"""Pauses that a token which Slack takes ends."""

REMEDIES: Mapping[str, str] = {
    TOKEN_REFUSED: (
        "Slack refuses the bot token. Set a new SLACK_BOT_TOKEN (your app's page "
        "OAuth & Permissions) and restart."
    ),
    MISSING_SCOPE: (
        "Slack says that a permission is missing. Compare the app with `touchpoint manifest "
        "slack`, reinstall it, and restart with its SLACK_BOT_TOKEN."
    ),
    MESSAGES_TAB_OFF: (
        "The app's Messages tab is off. Turn it on at your app's page App Home; sending "
        "goes on by itself."
    ),
    WORKSPACE_CLOSED: (
        "Slack's administrators, or a migration, keep apps out for now. Ask them; sending "
        "goes on by itself."
    ),
    NO_TOKEN: (
        "No token speaks for this workspace. Set the SLACK_BOT_TOKEN of an app that is "
        "installed there, and restart."
    ),
    RATE_LIMITED: "Slack asked for a break. Sending goes on by itself.",
}
"""By the reason of the pause."""
