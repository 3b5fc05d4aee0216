"""botbuilder's adapter over our own authentication and connectors."""

from __future__ import annotations

from botbuilder.integration.aiohttp import CloudAdapter

from bot.teams.authentication import Authentication


class Adapter(CloudAdapter):  # type: ignore[misc]  # the SDK ships no types
    """Turns by `process_activity`, messages of our own accord by `continue_conversation`.

    `process` serialises the answer to a button twice, so bot.teams.http stands in for it.
    `on_turn_error` stays unset: with it, a failed send would look like one that arrived.
    """

    def __init__(self, authentication: Authentication) -> None:
        super().__init__(authentication)
        self.authentication = authentication
