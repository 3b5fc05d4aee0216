"""What people took back reaches the key store: right after the act, and again by the tidy job
where a crash came between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.domain.erasure import Erasure
from bot.domain.ports.unit_of_work import Tx
from bot.services.kit import Kit

BATCH = 500


async def settle_erasures(kit: Kit, now: datetime) -> int:
    """Has the key store keep what was taken back and destroy the keys of whoever erased
    everything; how many acts. `now` is aware UTC.

    An act counts as settled once no earlier image of its rows is left in the database's own log
    either. Harmless to repeat, and to run in several processes at once.
    """
    settled = 0
    while True:
        waiting = await kit.uow.read(lambda tx: tx.erasures.unsettled(BATCH))
        if not waiting:
            return settled
        await kit.keys.remember(waiting)
        if not await kit.uow.forget():
            return settled
        await kit.uow.write(partial(_settle, waiting, now))
        settled += len(waiting)


def _settle(waiting: Sequence[Erasure], now: datetime, tx: Tx) -> None:
    tx.erasures.settle([erasure.id for erasure in waiting], now)
