"""Teams as the rest of the process knows it: what is sent, and everything that comes in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web

from bot.domain.ports.clock import Clock
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.teams.adapter import Adapter
from bot.teams.connector import Connectors
from bot.teams.http import PATH, receiver
from bot.teams.installations import Installations
from bot.teams.keys import SigningKeys
from bot.teams.listeners import Handle, Listeners, Observe
from bot.teams.messenger import TeamsMessenger
from bot.teams.registration import Registration
from bot.teams.screen import Screen
from bot.teams.tokens import Tokens, TokenTrouble

_PROBED = timedelta(seconds=2)
"""How long whoever asks about our health waits for a token; its fetch goes on."""


@dataclass(frozen=True, slots=True)
class Teams:
    """One process's Teams. `messenger` belongs into the kit."""

    registration: Registration
    tokens: Tokens = field(repr=False)
    keys: SigningKeys
    connectors: Connectors
    adapter: Adapter
    installations: Installations
    messenger: TeamsMessenger

    async def close(self) -> None:
        """Closes the connections; a repeat changes nothing."""
        await self.connectors.close()


class Ears:
    """Everything Teams tells one process, as long as the web application serves.

    `observe` is told how many seconds each act took that was kept; `handling` carries acts out.
    """

    def __init__(
        self, teams: Teams, kit: Kit, clock: Clock, observe: Observe, handling: Handle = handle
    ) -> None:
        self._teams = teams
        self._listeners = Listeners(
            kit,
            clock,
            teams.installations,
            Screen(kit, clock),
            observe,
            handling,
            believes_times=not teams.registration.playground,
        )

    def mount(self, app: web.Application) -> None:
        """Takes Teams' signed activities."""
        receive = receiver(self._teams.adapter, self._listeners.on_turn)
        app.router.add_post(PATH, receive)

    def start(self) -> None:
        """Nothing is to be opened: Teams calls."""

    async def problems(self) -> list[str]:
        """What keeps us from answering in Teams, in short lines; empty while all is well."""
        try:
            async with asyncio.timeout(_PROBED.total_seconds()):
                await self._teams.tokens.bearer()
        except TimeoutError:
            return ["teams: the token service gives no answer; `touchpoint check` says more"]
        except TokenTrouble as trouble:
            return [f"teams: no token ({trouble.code}): {trouble}"]
        return []

    async def stop(self, grace: timedelta) -> None:
        """Requests have ended with the site; what went on after them ends here."""
        with suppress(TimeoutError):
            async with asyncio.timeout(grace.total_seconds()):
                await self.settled()

    async def settled(self) -> None:
        """Waits until everything is kept that was heard so far."""
        await self._listeners.drain()
