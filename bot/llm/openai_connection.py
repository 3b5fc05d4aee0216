"""The openai package with our own limits. Importing this takes most of a second: see the client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
from openai import AsyncAzureOpenAI, AsyncOpenAI, Omit

from bot.llm.openai_failures import Unreadable
from bot.llm.openai_request import Connection

MOST_BYTES = 256 * 1024
"""No answer that was asked for comes near it."""

_NO_KEY = "none"
"""What servers get that want no key: the package insists on one."""

_NOT_OURS = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
"""Else taken from variables of the environment that are meant for other programs."""


def connect(connection: Connection, seconds: float) -> AsyncOpenAI:
    """A client that follows no redirect, retries nothing and reads no more than `MOST_BYTES`.

    seconds: how long a connection may keep silent.
    """
    http = httpx2.AsyncClient(
        timeout=seconds,
        follow_redirects=False,
        trust_env=connection.url.startswith("https:"),  # a proxy would read what plain http carries
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
    )
    if connection.api_version:
        return AsyncAzureOpenAI(
            azure_endpoint=connection.url,
            azure_deployment=connection.model,
            api_version=connection.api_version,
            api_key=connection.key or _NO_KEY,
            default_headers=_NOT_OURS,  # type: ignore[arg-type]
            max_retries=0,
            http_client=http,
        )
    return AsyncOpenAI(
        base_url=connection.url,
        api_key=connection.key or _NO_KEY,
        default_headers=_NOT_OURS,  # type: ignore[arg-type]
        max_retries=0,
        http_client=http,
    )


async def _bound(response: httpx2.Response) -> None:
    """Packed answers are refused: a few bytes of them could fill the memory."""
    stream, packed = response.stream, response.headers.get("Content-Encoding", "identity")
    if packed != "identity" or not isinstance(stream, httpx2.AsyncByteStream):
        raise Unreadable
    response.stream = _Bounded(stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > MOST_BYTES:
                raise Unreadable
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
