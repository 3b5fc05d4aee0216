"""A process that sends what is due to Slack, to be killed while Slack keeps it waiting.

Arguments: database, key store, organisation, Slack's address, the time.
"""

import asyncio
import sys
from datetime import datetime
from uuid import UUID

from bot.services.work import run_due
from scheduling.clock import SteppedClock
from tests.integration.slack_worlds import AllInstallations, SlackWorld
from tests.servers.slack import SlackServer


async def _main(url: str, keys_url: str, organisation: str, slack: str, now: str) -> None:
    clock = SteppedClock(datetime.fromisoformat(now))
    world = SlackWorld(url, keys_url, clock, UUID(organisation), slack=SlackServer(url=slack))
    async with world.process(kind=AllInstallations) as process:
        await run_due(process.kit, clock.now())


asyncio.run(_main(*sys.argv[1:]))
