"""A process that sends what is due, to be killed while the platform keeps it waiting.

Arguments: database, key store, organisation, the platform's address, its recovery, the time.
"""

import asyncio
import sys
from datetime import datetime
from uuid import UUID

from bot.domain.delivery import Recovery
from bot.services.work import run_due
from scheduling.clock import SteppedClock
from tests.integration.chat_worlds import joined_by_hand


async def _main(
    url: str, keys_url: str, organisation: str, chat: str, recovery: str, now: str
) -> None:
    clock = SteppedClock(datetime.fromisoformat(now))
    joined = joined_by_hand(url, keys_url, UUID(organisation), chat, clock, Recovery(recovery))
    async with joined as (kit, _, _):
        await run_due(kit, clock.now())


asyncio.run(_main(*sys.argv[1:]))
