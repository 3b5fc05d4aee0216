"""A process that sends what is due to Teams, to be killed while Teams keeps it waiting.

Arguments: database, key store, organisation, Teams' two addresses, its authority, the time.
"""

import asyncio
import os
import sys
from datetime import datetime
from uuid import UUID

from bot.services.work import run_due
from scheduling.clock import SteppedClock
from tests.integration.teams_worlds import TeamsWorld
from tests.servers.teams import TeamsServer


async def _main(
    url: str, keys_url: str, organisation: str, teams: str, login: str, trusted: str, now: str
) -> None:
    os.environ["REQUESTS_CA_BUNDLE"] = trusted
    clock = SteppedClock(datetime.fromisoformat(now))
    server = TeamsServer(url=teams)
    server.login.url = login
    world = TeamsWorld(url, keys_url, clock, UUID(organisation), teams=server)
    async with world.process() as process:
        await run_due(process.kit, clock.now())


asyncio.run(_main(*sys.argv[1:]))
