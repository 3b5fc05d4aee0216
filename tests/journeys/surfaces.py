"""Where a company lives: which platform its people have, and how they act and read there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from aiohttp import web

from bot import bootstrap
from bot.bootstrap import Built
from bot.demo.screen import Screen
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Message, Reply
from bot.domain.people import Identity, Person
from bot.domain.ports.messenger import Messenger
from bot.local.thread import read_thread
from bot.services.conversation import handle
from bot.settings.environment import Environment
from bot.web import create_app
from bot.web.ears import Ears

if TYPE_CHECKING:
    from tests.journeys.world import World


class Surface(Protocol):
    """A platform as a journey needs it. `platform`: its name in the product; `is_demo`: what kind
    of database it takes; `pace`: how long at most several messages to one person are kept apart.
    """

    platform: str
    is_demo: bool
    pace: timedelta

    async def environment(self, world: World, given: Environment) -> Environment:
        """The environment with the platform in it; called before anything is built."""
        ...

    async def built(self, world: World) -> None:
        """The process has been built, for the first time or again."""
        ...

    async def closing(self) -> None:
        """The process is about to be closed."""
        ...

    async def close(self) -> None: ...

    def watch(self, world: World, messenger: Messenger) -> Messenger: ...
    def join(self, names: Sequence[str]) -> None:
        """These people have an account from now on."""
        ...

    def identity(self, person: Person) -> Identity | None: ...
    def account(self, who: str) -> tuple[UUID, str]:
        """The installation and the external id under which the platform knows somebody."""
        ...

    async def act(self, who: str, kind: InboundKind, what: Mapping[str, Any], times: int) -> Reply:
        """One act, delivered so many times; the first reply."""
        ...

    async def thread(self, who: str) -> Sequence[Message]:
        """What the bot's messages say now, oldest first."""
        ...


class Local:
    """The local page's platform, without its HTTP: acts go straight to the conversation."""

    platform = "local"
    is_demo = True
    pace = timedelta()

    def __init__(self) -> None:
        self._world: World | None = None

    async def environment(self, world: World, given: Environment) -> Environment:
        self._world = world
        return given

    async def built(self, world: World) -> None:
        pass

    async def closing(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def watch(self, world: World, messenger: Messenger) -> Messenger:
        return Screen(messenger, self._arrived, seen=world.seen)

    def join(self, names: Sequence[str]) -> None:
        pass

    def identity(self, person: Person) -> Identity | None:
        return bootstrap.local_identity(self._installation)(person)

    def account(self, who: str) -> tuple[UUID, str]:
        return self._installation, str(self._here.ids[who])

    async def act(self, who: str, kind: InboundKind, what: Mapping[str, Any], times: int) -> Reply:
        world = self._here
        inbound = Inbound(self._installation, str(world.ids[who]), kind=kind, **what)
        replies = [await handle(world.built.kit, inbound, world.now) for _ in range(times)]
        return replies[0]

    async def thread(self, who: str) -> Sequence[Message]:
        world = self._here
        person = await world.person(who)
        return [bubble.message for bubble in await read_thread(world.built.kit, person)]

    def _arrived(self, person_id: UUID, message: Message) -> None:
        world = self._here
        world.arrived_at(next(n for n, known in world.ids.items() if known == person_id), message)

    @property
    def _here(self) -> World:
        assert self._world is not None
        return self._world

    @property
    def _installation(self) -> UUID:
        built: Built = self._here.built
        assert built.local is not None
        return built.local.id


def timestamp(moment: datetime) -> str:
    """A moment as Slack writes it."""
    return f"{moment.timestamp():.6f}"


async def serve(built: Built, ears: Sequence[Ears], running: AsyncExitStack) -> str:
    """The web application on a free port, as long as `running`; its address."""
    app = create_app(built, ears=ears)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    running.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"
