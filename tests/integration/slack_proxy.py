"""Between Slack and the application: a connection whose answers never arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Deaf:
    """`url` leads to the application. `answered` is set once it said something."""

    url: str = ""
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def deaf_towards(address: str) -> AsyncIterator[Deaf]:
    """Lets requests through to `address`; what is answered is read, and goes no further."""
    deaf, target = Deaf(), urlsplit(address)

    async def joined(near: asyncio.StreamReader, to_slack: asyncio.StreamWriter) -> None:
        far, to_application = await asyncio.open_connection(target.hostname, target.port)
        asking = asyncio.create_task(_pump(near, to_application))
        try:
            while await far.read(2**16):
                deaf.answered.set()
        except ConnectionError:
            pass
        finally:
            asking.cancel()
            to_application.close()
            to_slack.close()

    server = await asyncio.start_server(joined, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    deaf.url = f"http://127.0.0.1:{port}{target.path}"
    try:
        yield deaf
    finally:
        server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while read := await reader.read(2**16):
            writer.write(read)
            await writer.drain()
