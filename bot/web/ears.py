"""What hears a chat platform in the one process."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from aiohttp import web


class Ears(Protocol):
    """Everything one platform tells the process, from `start` until `stop`."""

    def mount(self, app: web.Application) -> None:
        """Adds the addresses that the platform calls."""
        ...

    def start(self) -> None:
        """Opens the connections that the platform needs."""
        ...

    async def problems(self) -> list[str]:
        """What keeps the platform from reaching us, in short lines; empty while all is well."""
        ...

    def notes(self) -> list[str]:
        """What an operator is to know although the platform reaches us, in short lines; it asks
        nobody.
        """
        ...

    async def stop(self, grace: timedelta) -> None:
        """Lets what is under way be kept and acknowledged."""
        ...
