"""Microsoft's Agents Playground signs nothing: what is taken from it must stay on this machine."""

from __future__ import annotations

import json

import pytest

from tests.integration.teams_door import opened

ATTACKER = "https://attacker.example/teams/"
PLAYGROUND = "http://127.0.0.1:56150"
LOCAL = "http://localhost:56150/_connector"


@pytest.mark.parametrize("url", [LOCAL, "http://127.0.0.1:9/x", "http://[::1]:9/x"])
async def test_a_playground_signs_nothing(url: str) -> None:
    """As Microsoft's playground 0.2.28 sends it: without a token, in a tenant of its own."""
    async with opened(playground=PLAYGROUND) as door:
        data = {"tenant": {"id": "00000000-0000-0000-0000-0000000000001"}}
        ack = await door.post(door.message(serviceUrl=url, channelData=data), "")
        assert (ack.status, len(door.heard), door.keys.calls) == (200, 1, [])


@pytest.mark.parametrize(
    "url",
    [
        ATTACKER,
        "http://localhost@attacker.example/",
        "http://attacker.example\\@localhost/",
        "http://localhost.attacker.example/",
        "http://[::1/",
        "ftp://localhost/",
        "//localhost/",
    ],
)
async def test_a_playground_elsewhere_is_refused(url: str) -> None:
    async with opened(playground=PLAYGROUND) as door:
        assert (await door.post(door.message(serviceUrl=url), "")).status == 401
        assert (await door.post(door.message(serviceUrl=LOCAL, channelId="x"), "")).status == 401
        assert door.heard == []


async def test_a_web_page_cannot_reach_a_playgrounds_app() -> None:
    """A browser sends a form or plain text to any address; JSON only where it is allowed to."""
    async with opened(playground=PLAYGROUND) as door:
        raw = json.dumps(door.message(serviceUrl=LOCAL)).encode()
        ack = await door.post_raw(raw, "", **{"Content-Type": "text/plain"})
        assert (ack.status, door.heard) == (400, [])
