"""Only what Teams signed, for us and for now, reaches a turn; everything else fails closed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

from bot.teams.keys import LARGEST
from tests.integration.teams_door import MINUTE, NOW, Door, opened, read_log
from tests.servers.teams import OTHER_TENANT, TENANT, rsa_key

ATTACKER = "https://attacker.example/teams/"
HOUR = timedelta(hours=1)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """With one person of the tenant that may use the app."""
    async with opened() as made:
        yield made


def hs256(door: Door) -> str:
    """Signed with what everybody knows: the public key, as if it were a secret."""
    public = rsa_key("key-1").public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, payload, _ = door.keys.token(door.teams.service_url).split(".")
    header = urlsafe_b64encode(b'{"alg":"HS256","kid":"key-1"}').rstrip(b"=")
    signed = header + b"." + payload.encode()
    mac = urlsafe_b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).rstrip(b"=")
    return (signed + b"." + mac).decode()


def tampered(door: Door) -> str:
    """A genuine signature over other claims."""
    header, _, signature = door.keys.token(door.teams.service_url).split(".")
    _, payload, _ = door.keys.token(ATTACKER).split(".")
    return f"{header}.{payload}.{signature}"


async def test_a_genuine_activity_reaches_the_turn(door: Door) -> None:
    ack = await door.post(door.message("All well"))
    assert (ack.status, ack.body) == (200, None)
    assert [activity.text for activity in door.heard] == ["All well"]
    assert door.heard[0].from_property.aad_object_id == "aaaaaaaa-0000-4000-8000-00000000001d"


async def test_the_keys_are_fetched_once_for_many(door: Door) -> None:
    acks = await asyncio.gather(*(door.post(door.message(str(n))) for n in range(8)))
    assert [ack.status for ack in acks] == [200] * 8
    assert door.keys.calls == ["metadata", "keys"]


async def test_the_claim_of_the_service_counts_in_any_case_of_its_name(door: Door) -> None:
    url = door.teams.service_url
    token = door.keys.token(url, without=("serviceurl",), serviceUrl=url)
    assert (await door.post(door.message(), f"Bearer {token}")).status == 200
    both = door.keys.token(url, serviceUrl=ATTACKER)
    assert (await door.post(door.message(), f"Bearer {both}")).status == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer a.b.c", "Bearer ö"]
)
async def test_no_token_is_refused(door: Door, header: str) -> None:
    ack = await door.post(door.message(), header)
    assert (ack.status, ack.body, door.heard) == (401, None, [])


async def test_a_header_that_is_no_text_is_refused(door: Door) -> None:
    url = URL(door.teams.deliveries.url)
    raw = json.dumps(door.message()).encode()
    reader, writer = await asyncio.open_connection(url.host, url.port)
    about = f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\nConnection: close"
    head = f"POST {url.path} HTTP/1.1\r\nHost: x\r\n{about}\r\n".encode()
    writer.write(head + b"Authorization: Bearer \xff\r\n\r\n" + raw)
    assert (await reader.readline()).startswith(b"HTTP/1.1 401")
    writer.close()
    await writer.wait_closed()


BAD: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "11111111-0000-4000-8000-000000000000"},
    "a list of audiences": {"aud": ["5f1c3a52-0000-4000-8000-00000000b071"]},
    "no audience": {"without": ("aud",)},
    "alg=none": {"algorithm": "none"},
    "another issuer": {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
    "no issuer": {"without": ("iss",)},
    "expired": {"age": HOUR + 5 * MINUTE + timedelta(seconds=1)},
    "not yet valid": {"age": -5 * MINUTE - timedelta(seconds=1)},
    "no end": {"without": ("exp",)},
    "no beginning": {"without": ("nbf",)},
    "an end that is no number": {"exp": "tomorrow"},
    "an end that is not a number": {"exp": float("nan")},
    "no service": {"without": ("serviceurl",)},
    "a service that is no text": {"serviceurl": ["x"]},
    "an attacker's key": {"key": rsa_key("attacker")},
    "an unknown key": {"kid": "key-9"},
    "no key's id": {"kid": ""},
    "RS512": {"algorithm": "RS512", "key": rsa_key("key-1")},
}


@pytest.mark.parametrize("how", BAD)
async def test_a_bad_token_is_refused(door: Door, how: str) -> None:
    token = door.keys.token(door.teams.service_url, **BAD[how])
    ack = await door.post(door.message(), f"Bearer {token}")
    assert (ack.status, ack.body, door.heard) == (401, None, [])


@pytest.mark.parametrize("how", [hs256, tampered])
async def test_a_forged_signature_is_refused(door: Door, how: Any) -> None:
    assert (await door.post(door.message(), f"Bearer {how(door)}")).status == 401
    assert door.heard == []


@pytest.mark.parametrize("age", [HOUR + 4 * MINUTE, -4 * MINUTE])
async def test_clocks_may_differ_by_five_minutes(door: Door, age: timedelta) -> None:
    token = door.keys.token(door.teams.service_url, age=age)
    assert (await door.post(door.message(), f"Bearer {token}")).status == 200


async def test_an_attackers_service_url_is_refused(door: Door) -> None:
    """The answer, and our token, would go there."""
    good = door.keys.bearer(door.teams.service_url)
    assert (await door.post(door.message(), good)).status == 200
    ack = await door.post(door.message(serviceUrl=ATTACKER), good)
    assert (ack.status, len(door.heard)) == (401, 1)


async def test_another_channels_activity_is_refused(door: Door) -> None:
    assert (await door.post(door.message(channelId="webchat"))).status == 401
    assert door.heard == []


async def test_another_channels_key_is_refused(door: Door) -> None:
    door.keys.endorsements = ["webchat", "directline"]
    assert (await door.post(door.message())).status == 401
    door.keys.endorsements = []
    door.clock.set(NOW + HOUR * 25)
    assert (await door.post(door.message())).status == 401
    assert door.heard == []


@pytest.mark.parametrize(
    "data",
    [{"tenant": {"id": OTHER_TENANT}}, {}, None, {"tenant": None}, {"tenant": {"id": 7}}, []],
)
async def test_another_tenant_is_refused(door: Door, data: object) -> None:
    assert (await door.post(door.message(channelData=data))).status == 403
    assert (await door.post(door.message(channelData=data), "")).status == 401
    assert door.heard == []


async def test_a_tenant_on_the_list_is_served() -> None:
    async with opened(tenants=(TENANT, OTHER_TENANT)) as door:
        data = {"tenant": {"id": OTHER_TENANT.upper()}}
        assert (await door.post(door.message(channelData=data))).status == 200


async def test_a_token_that_was_checked_still_ends(door: Door) -> None:
    token = door.keys.bearer(door.teams.service_url)
    assert (await door.post(door.message(), token)).status == 200
    door.clock.set(NOW + HOUR + 5 * MINUTE)
    assert (await door.post(door.message(), token)).status == 200
    door.clock.set(NOW + HOUR + 5 * MINUTE + timedelta(seconds=1))
    assert (await door.post(door.message(), token)).status == 401


async def test_an_unknown_key_is_looked_up_once_a_minute(door: Door) -> None:
    await door.post(door.message())
    door.keys.rotate()
    assert (await door.post(door.message())).status == 401
    assert len(door.keys.calls) == 2
    door.clock.set(NOW + MINUTE)
    assert (await door.post(door.message())).status == 200
    unknown = door.keys.bearer(door.teams.service_url, kid="key-9")
    for _ in range(5):
        assert (await door.post(door.message(), unknown)).status == 401
    assert len(door.keys.calls) == 4


async def test_a_key_that_was_taken_back_is_forgotten_after_a_day(door: Door) -> None:
    await door.post(door.message())
    door.keys.rotate(keep=False)
    door.clock.set(NOW + HOUR * 24)
    old = door.keys.bearer(door.teams.service_url, kid="key-1", key=rsa_key("key-1"))
    assert (await door.post(door.message(), old)).status == 401


async def test_known_keys_stay_good_while_new_ones_cannot_be_had(door: Door) -> None:
    await door.post(door.message())
    door.keys.is_down = True
    door.clock.set(NOW + HOUR * 25)
    assert [(await door.post(door.message())).status for _ in range(3)] == [200] * 3
    assert door.keys.calls == ["metadata", "keys", "metadata"]
    unknown = door.keys.bearer(door.teams.service_url, kid="key-9")
    assert (await door.post(door.message(), unknown)).status == 503


async def test_while_the_keys_cannot_be_had_nobody_gets_in(door: Door) -> None:
    door.keys.is_down = True
    assert [(await door.post(door.message())).status for _ in range(3)] == [503] * 3
    assert (door.heard, door.keys.calls) == ([], ["metadata"])
    door.keys.is_down = False
    door.clock.set(NOW + timedelta(seconds=5))
    assert (await door.post(door.message())).status == 200


def garbage(raw: bytes, **more: Any) -> web.Response:
    return web.Response(body=raw, **more)


GARBAGE = {
    "metadata that is no JSON": ("metadata", lambda: garbage(b"<html>")),
    "metadata that is a list": ("metadata", lambda: garbage(b"[]")),
    "metadata that is deep": ("metadata", lambda: garbage(b"[" * 100_000)),
    "metadata without an address": ("metadata", lambda: garbage(b"{}")),
    "metadata with a file's address": ("metadata", lambda: garbage(b'{"jwks_uri":"file:///etc"}')),
    "keys that are no list": ("keys", lambda: garbage(b'{"keys":7}')),
    "no keys": ("keys", lambda: garbage(b'{"keys":[]}')),
    "keys without numbers": ("keys", lambda: garbage(b'{"keys":[{"kid":"key-1","kty":"RSA"},7]}')),
    "a secret": ("keys", lambda: garbage(b'{"keys":[{"kid":"key-1","kty":"oct","k":"eA"}]}')),
    "not UTF-8": ("keys", lambda: garbage(b'{"keys":"\xff"}')),
}


@pytest.mark.parametrize("what", GARBAGE)
async def test_garbage_for_keys_lets_nobody_in(door: Door, what: str) -> None:
    which, make = GARBAGE[what]
    door.keys.says[which] = make
    assert (await door.post(door.message())).status == 503
    assert door.heard == []


async def test_metadata_that_is_elsewhere_or_endless_is_not_read(door: Door) -> None:
    """Either would do in itself: it is where it is, and its size, that is refused."""
    about = {"jwks_uri": f"{door.keys.url}/v1/.well-known/keys"}
    good = json.dumps(about | {"keys": [door.keys._public("key-1")]}).encode()
    door.keys.says = {
        "metadata": lambda: garbage(b"", status=302, headers={"Location": about["jwks_uri"]}),
        "keys": lambda: garbage(good),
    }
    assert (await door.post(door.message())).status == 503
    door.clock.set(NOW + MINUTE)
    door.keys.says = {"metadata": lambda: garbage(good + b" " * LARGEST)}
    assert (await door.post(door.message())).status == 503
    door.clock.set(NOW + MINUTE * 2)
    door.keys.says = {"metadata": lambda: garbage(good)}
    assert (await door.post(door.message())).status == 200


async def test_defect_3_a_slow_fetch_of_keys_blocks_nobody_and_ends(door: Door) -> None:
    """The fetch has a time-out, and other requests are answered while it lasts."""
    door.keys.gate = asyncio.Event()
    waiting = asyncio.create_task(door.post(door.message()))
    await door.keys.asked.wait()
    assert (await door.post({"type": "message"}, "")).status == 401
    assert not waiting.done()
    assert (await waiting).status == 503
    door.keys.gate.set()


async def test_known_keys_are_used_while_newer_ones_are_on_their_way() -> None:
    async with opened(patience=timedelta(seconds=60)) as door:
        await door.post(door.message())
        door.clock.set(NOW + HOUR * 25)
        door.keys.gate = asyncio.Event()
        door.keys.asked.clear()
        waiting = asyncio.create_task(door.post(door.message("first")))
        await door.keys.asked.wait()
        assert (await door.post(door.message("second"))).status == 200
        door.keys.gate.set()
        assert (await waiting).status == 200
        assert [each.text for each in door.heard[1:]] == ["second", "first"]


async def test_no_token_is_in_the_log(door: Door) -> None:
    token = door.keys.token(door.teams.service_url, aud="another")
    with read_log() as log:
        await door.post(door.message("my own words"), f"Bearer {token}")
    assert "InvalidAudienceError" in log.getvalue()
    assert not [part for part in token.split(".") if part in log.getvalue()]
    assert "my own words" not in log.getvalue()
