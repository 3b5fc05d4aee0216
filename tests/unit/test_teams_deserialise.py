"""An activity reads as botbuilder would read it, or is refused with a ValueError and no other."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from botbuilder import schema
from botbuilder.schema import Activity
from hypothesis import given
from hypothesis import strategies as st

from bot.teams import deserialise, guard

ACCOUNT = {"id": "29:1", "name": "Ida Berg", "aadObjectId": "aaaa", "userRole": "user"}
MESSAGE: dict[str, Any] = {
    "type": "message",
    "id": "1700000000001",
    "timestamp": "2026-03-03T09:00:00.123Z",
    "localTimestamp": "2026-03-03T10:00:00.123+01:00",
    "localTimezone": "Europe/Berlin",
    "serviceUrl": "https://smba.trafficmanager.net/teams/",
    "channelId": "msteams",
    "from": ACCOUNT,
    "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "t", "isGroup": True},
    "recipient": {"id": "28:app", "name": "Touchpoint"},
    "text": "All well",
    "textFormat": "plain",
    "locale": "de-DE",
    "attachments": [{"contentType": "text/html", "content": "<p>All well</p>"}],
    "entities": [{"type": "clientInfo", "locale": "de-DE", "timezone": "Europe/Berlin"}],
    "channelData": {"tenant": {"id": "T"}, "legacy": {"replyToId": "1:1"}},
    "membersAdded": [ACCOUNT, {"id": "28:app"}],
    "reactionsAdded": [{"type": "like"}],
    "value": {"action": {"verb": "press", "data": {"a": "x", "n": 4, "f": 1.5, "no": None}}},
    "replyToId": "17",
    "relatesTo": {"activityId": "9", "bot": {"id": "28:app"}},
    "semanticAction": {"id": "1", "entities": {"x": {"type": "y", "z": 1}}},
    "historyDisclosed": False,
    "callerId": None,
    "newInTeams": {"x": 1},
}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def told(found: Any) -> Any:
    """A model with everything in it, as plain values."""
    if hasattr(found, "_attribute_map"):
        return {name: told(value) for name, value in vars(found).items()}
    if isinstance(found, datetime):
        return found.astimezone(UTC)
    if isinstance(found, dict):
        return {name: told(value) for name, value in found.items()}
    return [told(each) for each in found] if isinstance(found, list) else found


def test_an_activity_reads_as_botbuilder_reads_it() -> None:
    """What nobody here reads is left out."""
    found, theirs = deserialise.activity(MESSAGE), Activity().deserialize(deepcopy(MESSAGE))
    unread = ("text_format", "local_timestamp", "reactions_added", "relates_to")
    for name in (*unread, "semantic_action", "history_disclosed"):
        assert getattr(theirs, name) is not None
        setattr(theirs, name, None)
    assert told(found) == told(theirs)


def test_a_list_is_no_longer_than_anybody_needs() -> None:
    members = [{"id": "29:1"}] * deserialise.MOST
    assert len(deserialise.activity({"membersAdded": members}).members_added) == len(members)
    with pytest.raises(ValueError, match="membersAdded is too long"):
        deserialise.activity({"membersAdded": [*members, {"id": "28:app"}]})


@pytest.mark.parametrize("fraction", ["", ".1", ".123", ".1234567"])
@pytest.mark.parametrize("zone", ["Z", "+00:00", "-05:30"])
def test_dates_come_with_any_fraction_and_zone(fraction: str, zone: str) -> None:
    given_date = f"2026-03-03T09:00:00{fraction}{zone}"
    found = deserialise.activity({"timestamp": given_date}).timestamp
    assert found.replace(microsecond=0, tzinfo=None) == datetime(2026, 3, 3, 9)  # noqa: DTZ001 - compared without its zone
    assert found.utcoffset() is not None


@given(st.sampled_from(sorted(MESSAGE)), ANY)
def test_any_value_in_any_field_is_read_or_refused(name: str, value: object) -> None:
    with suppress(ValueError):
        assert isinstance(deserialise.activity(MESSAGE | {name: value}), Activity)


@given(st.sampled_from(["from", "conversation", "recipient", "relatesTo"]), st.text(), ANY)
def test_any_value_in_a_party_is_malformed_or_read(name: str, key: str, value: object) -> None:
    raw = json.dumps(MESSAGE | {name: {"id": "x", key: value}}).encode()
    with suppress(guard.Malformed):
        assert isinstance(guard.read(guard.parse(raw)), Activity)


@given(st.binary(max_size=300))
def test_any_bytes_are_malformed(raw: bytes) -> None:
    with pytest.raises(guard.Malformed):
        guard.parse(raw)


def test_every_field_of_every_model_has_a_reader() -> None:
    """A new kind of field in a later schema would fail here first."""
    seen: set[type] = set()
    waiting: list[Any] = [Activity]
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        assert len(deserialise._fields(model)) == len(model._attribute_map)
        kinds = {spec["type"].strip("[]{}") for spec in model._attribute_map.values()}
        waiting += [getattr(schema, kind) for kind in kinds if hasattr(schema, kind)]
    assert len(seen) > 8
