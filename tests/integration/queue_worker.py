"""A process that delivers: claims, "sends" by appending to a file, records what it sent.

Arguments: URL, organisation, file, its own name, the time, and where to stop and wait to be killed
in its third batch ("claimed", "begun", "logged", or "never"). It prints "holding" there. A line on
its standard input lets it end once nothing is due; it then prints how many it sent, and how many
it left alone since another may have sent them.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.delivery import Delivery
from storage.transaction import SqlTx
from storage.unit_of_work import SqlUnitOfWork, open_unit_of_work
from tests.integration.queue_worlds import LEASE

_BATCH = 40
_HOLD_IN = 3


class _Worker:
    def __init__(self, uow: SqlUnitOfWork, file: str, name: str, now: datetime, hold: str) -> None:
        self._uow = uow
        self._platform = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._name = name
        self._now = now
        self._hold = hold
        self._batches = self.sent = self.left = 0

    async def run(self, told_to_end: asyncio.Event) -> None:
        ending = False
        while True:
            claimed = await self._uow.write(
                lambda tx: tx.queue.claim(self._now, limit=_BATCH, lease=LEASE)
            )
            if claimed:
                await self._deliver(claimed)
            elif ending:
                return
            else:
                ending = await _happens_soon(told_to_end)

    async def _deliver(self, claimed: Sequence[Delivery]) -> None:
        self._batches += 1
        self._stop_at("claimed")
        begun = await self._uow.write(lambda tx: self._begin(tx, claimed))
        self._stop_at("begun")
        for each in begun:
            os.write(self._platform, f"{self._name} {each.id}\n".encode())
        self._stop_at("logged")
        await self._uow.write(lambda tx: self._record(tx, begun))
        self.sent += len(begun)
        self.left += len(claimed) - len(begun)

    def _begin(self, tx: SqlTx, claimed: Sequence[Delivery]) -> list[Delivery]:
        for each in claimed:
            if each.maybe_sent:
                tx.queue.unknown(each.id, each.claim_token, "maybe_sent", self._now)
        sure = [each for each in claimed if not each.maybe_sent]
        token = claimed[0].claim_token
        begun = tx.queue.begin([each.id for each in sure], token, self._now)
        return [each for each in sure if each.id in begun]

    def _record(self, tx: SqlTx, begun: Sequence[Delivery]) -> None:
        if begun:
            refs = {each.id: "ref" for each in begun}
            tx.queue.sent(refs, begun[0].claim_token, self._now)

    def _stop_at(self, place: str) -> None:
        if self._hold == place and self._batches == _HOLD_IN:
            print("holding", flush=True)  # noqa: T201  # the pipe is how test and process talk
            os.read(sys.stdin.fileno(), 1)  # until it is killed


async def _happens_soon(event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), 0.02)
    except TimeoutError:
        return False
    return True


async def _main(url: str, organisation: str, file: str, name: str, now: str, hold: str) -> None:
    uow = open_unit_of_work(url, UUID(organisation))
    worker = _Worker(uow, file, name, datetime.fromisoformat(now), hold)
    told_to_end = asyncio.Event()
    if hold == "never":
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), told_to_end.set)
    await worker.run(told_to_end)
    await uow.close()
    print(worker.sent, worker.left, flush=True)  # noqa: T201  # as above


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
