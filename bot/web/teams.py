"""Teams in the one process: its tenants greeted at the start, heard as long as it serves."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from bot.bootstrap import Built
from bot.web.greeting import greeting
from scheduling.jobs import Job

if TYPE_CHECKING:
    from bot.teams.platform import Ears
    from bot.web.metrics import Metrics

_log = logging.getLogger(__name__)


def pointing(address: str) -> str:
    """The option by which the Agents Playground calls a process at that address."""
    from bot.teams.manifest import PATH

    return f"-e {address}{PATH}"


async def admit(built: Built) -> None:
    """Keeps the tenants that may use the app as installations; a repeat changes nothing.

    Raises StorageUnavailable.
    """
    if built.teams is not None:
        await built.teams.installations.introduce(built.organisation.id, built.clock.now())


async def greet(built: Built) -> str:
    """Asks for the app's token, and lets tenants go on that had to wait for one.

    Returns what is wrong as a code, empty where all is well: its tenants pause where Microsoft
    refuses a token, and it goes on where none can be asked for now. Raises StorageUnavailable.
    """
    await admit(built)
    if built.teams is None:
        return ""
    from bot.teams.outcomes import PAUSE
    from bot.teams.pauses import NO_TOKEN
    from bot.teams.tokens import TokenTrouble

    teams, now = built.teams, built.clock.now()
    try:
        await teams.tokens.bearer()
    except TokenTrouble as trouble:
        _log.warning("Teams' tenants have to wait", extra={"reason": trouble.code})
        if trouble.is_refusal:
            await teams.installations.pause(now + PAUSE, NO_TOKEN)
        return trouble.code
    await teams.installations.let_go_on(now)
    return ""


def jobs_of(built: Built, trouble: str) -> tuple[Job, ...]:
    """What a process with Teams does by itself besides: asks for a token again while `greet`
    found `trouble`.
    """
    if built.teams is None:
        return ()
    return (greeting("teams greeting", partial(greet, built), trouble),)


def ears_of(built: Built, metrics: Metrics) -> Ears | None:
    """What hears Teams; None where it is not configured."""
    if built.teams is None:
        return None
    from bot.teams.platform import Ears

    return Ears(built.teams, built.kit, built.clock, metrics.observe_answer)
