"""Slack as the rest of the process knows it: what is sent, and everything that comes in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web

from bot.domain.ports.clock import Clock
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.slack.api import SlackApi
from bot.slack.app import build_app
from bot.slack.http import PATH, receiver
from bot.slack.installations import Installations
from bot.slack.listeners import Handle, Listeners, Observe
from bot.slack.messenger import SlackMessenger
from bot.slack.screen import Screen
from bot.slack.socket import Socket


@dataclass(frozen=True, slots=True)
class Slack:
    """One process's Slack. `messenger` belongs into the kit; `app_token` opens Socket Mode, and
    `signing_secret` lets Slack's requests in over HTTP.
    """

    api: SlackApi
    installations: Installations
    messenger: SlackMessenger
    bot_token: str = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)

    async def close(self) -> None:
        """Closes the connections; a repeat changes nothing."""
        await self.api.close()


class Ears:
    """Everything Slack tells one process, from `start` until `stop`.

    `observe` is told how many seconds each act took that was kept; `handling` carries acts out.
    """

    def __init__(
        self,
        slack: Slack,
        kit: Kit,
        clock: Clock,
        observe: Observe,
        handling: Handle = handle,
    ) -> None:
        self._slack = slack
        self._clock = clock
        self._screen = Screen(kit, slack.api, clock)
        listeners = Listeners(kit, clock, self._screen, observe, handling)
        client = slack.api.client(slack.bot_token)
        self._app = build_app(listeners, slack.installations, client)
        self._socket = Socket(self._app, slack.app_token, client) if slack.app_token else None

    def mount(self, app: web.Application) -> None:
        """Takes Slack's signed requests, where there is a secret to verify them with."""
        if self._slack.signing_secret:
            receive = receiver(self._app, self._slack.signing_secret, self._clock)
            app.router.add_post(PATH, receive)

    def start(self) -> None:
        """Opens the connection of Socket Mode, where it is configured."""
        if self._socket is not None:
            self._socket.start()

    async def problems(self) -> list[str]:
        """What keeps Slack from reaching us, in short lines; empty while all is well."""
        if self._socket is None or await self._socket.is_connected():
            return []
        return ["slack: Socket Mode is not connected; `touchpoint check` says why"]

    def notes(self) -> list[str]:
        """None: what is to be known keeps Slack from reaching us."""
        return []

    async def stop(self, grace: timedelta) -> None:
        """Lets what is under way be kept and acknowledged, and shows what is to be shown."""
        if self._socket is not None:
            await self._socket.stop(grace)
        await self.settled()

    async def settled(self) -> None:
        """Waits until everything is shown that answers what was heard so far."""
        await self._screen.drain()
