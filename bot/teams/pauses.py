"""Why a whole tenant pauses, and what its operator does about it."""

from __future__ import annotations

from collections.abc import Mapping

TOKEN_REFUSED = "token_refused"  # noqa: S105 - a reason's code
NO_TOKEN = "no_token"  # noqa: S105 - a reason's code
RATE_LIMITED = "rate_limited"

ENDED_BY_A_TOKEN = frozenset({TOKEN_REFUSED, NO_TOKEN})
"""Pauses that a token which Teams takes ends."""

REMEDIES: Mapping[str, str] = {
    TOKEN_REFUSED: (
        "Teams refuses the app. Check that TEAMS_APP_ID is the bot's id at dev.teams.microsoft.com "
        "(or of the Azure bot, with its Teams channel on); sending goes on by itself."
    ),
    NO_TOKEN: (
        "Microsoft gives the app no token, or the registration no longer names this tenant. "
        "`touchpoint check` says which setting to mend; then restart."
    ),
    RATE_LIMITED: "Teams asked for a break. Sending goes on by itself.",
}
"""By the reason of the pause."""
