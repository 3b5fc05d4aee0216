"""Teams in the one process: its tenants kept at the start, heard as long as it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bootstrap import Built

if TYPE_CHECKING:
    from bot.teams.platform import Ears
    from bot.web.metrics import Metrics


async def admit(built: Built) -> None:
    """Keeps the tenants that may use the app as installations; a repeat changes nothing.

    Raises StorageUnavailable.
    """
    if built.teams is not None:
        await built.teams.installations.introduce(built.organisation.id, built.clock.now())


def ears_of(built: Built, metrics: Metrics) -> Ears | None:
    """What hears Teams; None where it is not configured."""
    if built.teams is None:
        return None
    from bot.teams.platform import Ears

    return Ears(built.teams, built.kit, built.clock, metrics.observe_answer)
