"""The tenants that may use the app: whose activity is this, and where do its people live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from bot.domain.organisation import Installation
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx, UnitOfWork
from bot.teams.pauses import ENDED_BY_A_TOKEN
from bot.teams.registration import Registration

PLATFORM = "teams"
KEPT = timedelta(minutes=1)
"""How long what the table said is believed."""


class Installations:
    """One installation for each tenant of the registration, cached.

    A playground's tenants are all one: it signs nothing, and is for looking around.
    """

    def __init__(self, uow: UnitOfWork, registration: Registration, clock: Clock) -> None:
        self._uow = uow
        self._registration = registration
        self._clock = clock
        self._rows: Sequence[Installation] = ()
        self._read_at: datetime | None = None

    async def of_tenant(self, tenant_id: str) -> Installation | None:
        """Whose activity this is; None for a tenant that is not on the list.

        Raises StorageUnavailable where the table can't be read and nothing is remembered.
        """
        given = self._registration
        if not given.allows(tenant_id):
            return None
        tenant = given.tenant_id if given.playground else tenant_id.lower()
        return next((row for row in await self._all() if row.external_id == tenant), None)

    async def of_installation(self, installation_id: UUID) -> Installation | None:
        """The tenant of an installation; None where the registration doesn't name it any more."""
        row = next((row for row in await self._all() if row.id == installation_id), None)
        return row and await self.of_tenant(row.external_id)

    async def introduce(self, organisation_id: UUID, now: datetime) -> None:
        """Keeps every tenant of the registration as an installation; a repeat changes nothing.

        now: aware UTC. Raises StorageUnavailable.
        """
        tenants = self._registration.tenants or (self._registration.tenant_id,)

        def write(tx: Tx) -> None:
            for tenant in tenants:
                row = Installation(uuid4(), organisation_id, PLATFORM, tenant)
                tx.organisations.add_installation(row, now)

        await self._uow.write(write)
        self._read_at = None

    async def let_go_on(self, now: datetime) -> None:
        """Ends the pauses that a token ends, of the tenants that it speaks for.

        now: aware UTC. Raises StorageUnavailable.
        """
        own = {row.id for row in await self._own()}

        def write(tx: Tx) -> None:
            for pause in tx.queue.pauses(now):
                if pause.installation_id in own and pause.reason in ENDED_BY_A_TOKEN:
                    tx.queue.resume_lane(pause.installation_id)

        await self._uow.write(write)

    async def pause(self, until: datetime, reason: str) -> None:
        """Nothing goes to these tenants before `until` (aware UTC). Raises StorageUnavailable."""
        own = [row.id for row in await self._own()]

        def write(tx: Tx) -> None:
            for lane in own:
                tx.queue.pause_lane(lane, until, reason)

        await self._uow.write(write)

    async def _own(self) -> Sequence[Installation]:
        return [row for row in await self._all() if self._registration.allows(row.external_id)]

    async def _all(self) -> Sequence[Installation]:
        now = self._clock.now()
        if self._read_at is not None and abs(now - self._read_at) < KEPT:
            return self._rows
        try:
            self._rows = await self._uow.read(lambda tx: tx.organisations.installations(PLATFORM))
        except StorageUnavailable:
            if not self._rows:
                raise
        self._read_at = now
        return self._rows
