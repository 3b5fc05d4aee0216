"""Slack in the one process: greeted at the start, heard until the end, its people read at night."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.bootstrap import Built
from bot.web.greeting import greeting
from bot.web.nights import nightly
from scheduling.jobs import Job

if TYPE_CHECKING:
    from bot.slack.platform import Ears
    from bot.web.metrics import Metrics

_log = logging.getLogger(__name__)


async def greet(built: Built) -> str:
    """Asks Slack whose token we have, and lets a workspace go on whose token was refused before.

    Returns what is wrong as a code, empty where all is well. Raises SlackTrouble where nothing is
    known yet and Slack says nothing, StorageUnavailable.
    """
    if built.slack is None:
        return ""
    from bot.slack.installations import introduce

    slack = built.slack
    told = await introduce(
        slack.api,
        built.uow,
        slack.installations,
        organisation_id=built.organisation.id,
        now=built.clock.now(),
    )
    if told.trouble:
        _log.warning("Slack's workspace has to wait", extra={"reason": told.trouble})
    elif told.installation is not None:
        _log.info("connected to Slack", extra={"workspace": told.installation.name})
    return told.trouble


def jobs_of(built: Built, trouble: str) -> tuple[Job, ...]:
    """What a process with Slack does by itself besides: reads its people every night, and asks
    Slack again while `greet` found `trouble`.
    """
    if built.slack is None:
        return ()
    from bot.slack.sync import sync_nightly

    slack, kit = built.slack, built.kit

    async def sync(now: datetime) -> int:
        return await sync_nightly(
            kit.uow, kit.calendar, slack.api, slack.installations, now, wait=asyncio.sleep
        )

    return nightly("accounts", sync), greeting("greeting", partial(greet, built), trouble)


def ears_of(built: Built, metrics: Metrics) -> Ears | None:
    """What hears Slack; None where it is not configured."""
    if built.slack is None:
        return None
    from bot.slack.platform import Ears

    return Ears(built.slack, built.kit, built.clock, metrics.observe_answer)
