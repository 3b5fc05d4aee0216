"""Nothing reaches Bolt that isn't Slack's, and nothing that Bolt would break on."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.app.async_app import AsyncApp

from bot.slack import guard
from bot.slack.app import dispatch

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
EVENT = {"type": "event_callback", "event": {"type": "message"}}


def signed(raw: bytes, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """The headers that Slack sends with `raw`."""
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + raw, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={mac}"}


def test_slacks_own_example_is_accepted() -> None:
    """The example in Slack's documentation of signed requests."""
    raw = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="
        b"G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-"
        b"collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F39770"
        b"0885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10"
        b"d2c447fce8b6703c"
    )
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": (
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        ),
    }
    guard.verify(raw, headers, SECRET, datetime.fromtimestamp(1531420618, UTC))


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=ünïcödé"},
        {"X-Slack-Signature": "v0=\udcff"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "abc"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "٣"},
        {"X-Slack-Request-Timestamp": "9" * 400},
    ],
)
def test_a_missing_or_malformed_signature_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(guard.Unsigned):
        guard.verify(b"{}", signed(b"{}") | changed, SECRET, NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_old_request_is_refused_even_if_signed(seconds: int) -> None:
    headers = signed(b"{}", NOW + timedelta(seconds=seconds))
    with pytest.raises(guard.Unsigned):
        guard.verify(b"{}", headers, SECRET, NOW)


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(1, 255))
def test_one_changed_byte_is_noticed(raw: bytes, place: int, change: int) -> None:
    headers = signed(raw)
    guard.verify(raw, headers, SECRET, NOW)
    if raw:
        at = place % len(raw)
        forged = raw[:at] + bytes([raw[at] ^ change]) + raw[at + 1 :]
        with pytest.raises(guard.Unsigned):
            guard.verify(forged, headers, SECRET, NOW)


def deep(levels: int) -> str:
    nested = "[" * levels + "]" * levels
    return f'{{"type":"event_callback","event":{{"type":"message","x":{nested}}}}}'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{",
        b"\xff\xfe{}",
        b"{}",
        b'{"type":"event_callback"}',
        b'{"type":"event_callback","event":[]}',
        b'{"type":"event_callback","event":{"type":7}}',
        b'{"type":"block_actions","actions":[],"user":{}}',
        b'{"type":"block_actions","actions":["x"],"user":{}}',
        b'{"type":"block_actions","actions":[{"action_id":1}],"user":{}}',
        b'{"type":"view_submission","view":[]}',
        deep(3_000).encode(),
        deep(200_000).encode(),
        deep(guard.DEEPEST).encode(),
    ],
)
def test_what_bolt_would_break_on_is_malformed(raw: bytes) -> None:
    with pytest.raises(guard.Malformed):
        guard.read(raw, "application/json")
    with pytest.raises(guard.Malformed):
        guard.read(b"payload=" + quote_plus(raw).encode(), "application/x-www-form-urlencoded")


def test_a_flood_of_fields_is_malformed() -> None:
    raw = "&".join(f"a{n}=1" for n in range(guard.MOST_FIELDS + 1)).encode()
    with pytest.raises(guard.Malformed):
        guard.read(raw, "application/x-www-form-urlencoded")


def test_events_interactions_and_commands_are_read() -> None:
    assert guard.read(json.dumps(EVENT).encode(), "application/json") == EVENT
    pressed = {"type": "block_actions", "actions": [{"action_id": "start.1"}], "user": {"id": "U1"}}
    form = b"payload=" + quote_plus(json.dumps(pressed)).encode()
    assert guard.read(form, "application/x-www-form-urlencoded") == pressed
    typed = guard.read(b"command=%2Ftouchpoint&text=", "application/x-www-form-urlencoded")
    assert typed == {"command": "/touchpoint", "text": ""}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_payload_raises_anything_else(payload: object) -> None:
    raw = json.dumps(payload).encode()
    with pytest.raises(guard.Malformed):
        guard.read(raw, "application/json")


PRESS = {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": "a.1"}]}


@pytest.mark.parametrize(
    "body",
    [
        EVENT | {"authorizations": 7},
        EVENT | {"authorizations": [None]},
        EVENT | {"event": {"type": "message", "user": 7}},
        EVENT | {"event": {"type": "message", "channel": True}},
        PRESS | {"team": 7},
        PRESS | {"enterprise": 7},
        PRESS | {"response_urls": [None]},
    ],
)
async def test_fields_that_bolt_looks_into_are_no_fault_of_ours(body: dict[str, Any]) -> None:
    """Refused as malformed, so that Slack doesn't try the same again as it would after a 500."""
    guard.check(body)
    with pytest.raises(guard.Malformed):
        await dispatch(AsyncApp(token="xoxb-1"), body)


@pytest.mark.parametrize("view", [{}, {"type": 7}, {"type": "modal", "callback_id": 7}])
def test_a_view_without_its_type_is_malformed(view: dict[str, Any]) -> None:
    with pytest.raises(guard.Malformed):
        guard.check({"type": "view_submission", "user": {"id": "U1"}, "view": view})
