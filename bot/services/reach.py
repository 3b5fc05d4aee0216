"""Who can't be reached, and why: for operators by name, for everybody else in figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.ports.people_store import Roster
from bot.domain.ports.unit_of_work import Tx
from bot.services.match_accounts import MISSING, Unreachable
from bot.services.meet import NOT_INSTALLED

NO_PLATFORM = "no_platform"
"""Why nobody has an account: no chat platform is configured."""


def unreached(
    tx: Tx, platforms: Collection[str], roster: Sequence[Roster] | None = None
) -> list[Unreachable]:
    """Everybody active without an account that may be written to, by address.

    The reason is the account's own, or what keeps people from having one: where Teams is
    configured the app that isn't installed for them, else no account with their address in Slack.

    platforms: those that are configured; what was in use before counts no more. roster:
    everybody, where it was read already.
    """
    missing = [each for each in roster or tx.people.roster() if not each.has_identity]
    homes = tx.people.homes(each.person_id for each in missing)
    without = _without(platforms)
    found = ((each.email, homes.get(each.person_id)) for each in missing)
    return [Unreachable(email, (home and home.barred) or without) for email, home in found]


def _without(platforms: Collection[str]) -> str:
    if "teams" in platforms:
        return NOT_INSTALLED
    return MISSING if "slack" in platforms else NO_PLATFORM
