"""Whatever comes to Teams' door is answered with a status that fits, and breaks nothing."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, AdaptiveCardInvokeResponse

from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.teams.guard import LARGEST
from tests.integration.teams_door import Door, Sent, Turn, opened, read_log
from tests.servers.teams import BOT, OTHER_TENANT, TENANT

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Dänke"}]}
ANSWER = {
    "statusCode": 200,
    "type": "application/vnd.microsoft.card.adaptive",
    "value": CARD,
}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """With one person of the tenant that may use the app."""
    async with opened() as made:
        yield made


def answering(body: object, status: int = 200) -> Turn:
    async def turn(context: TurnContext) -> None:
        given = InvokeResponse(status=status, body=body)
        await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=given))

    return turn


def failing(error: Exception) -> Turn:
    async def turn(_: TurnContext) -> None:
        raise error

    return turn


@pytest.mark.parametrize("status", [200, 400])
async def test_defect_1_the_answer_to_a_button_is_json_with_its_status(
    door: Door, status: int
) -> None:
    door.turn = answering(ANSWER, status)
    ack = await door.post(door.press())
    assert (ack.status, ack.body) == (status, ANSWER)


async def test_defect_1_botbuilders_own_answer_is_written_once(door: Door) -> None:
    card = AdaptiveCardInvokeResponse(status_code=200, type=ANSWER["type"], value=CARD)
    door.turn = answering(card)
    assert (await door.post(door.press())).body == ANSWER


async def test_a_button_that_nobody_answers_is_not_implemented(door: Door) -> None:
    assert (await door.post(door.press())).status == 501
    door.turn = answering(None)
    ack = await door.post(door.press())
    assert (ack.status, ack.body) == (200, None)


BODIES = {
    "nothing": b"",
    "not UTF-8": b'{"type":"\xff"}',
    "UTF-16": '{"type":"message"}'.encode("utf-16"),
    "not JSON": b"{type:message}",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"message"',
    "a number": b"7",
    "100,000 deep": b"[" * 100_000,
    "an empty object": b"{}",
}
SPOILED = {
    "3,000 deep": b"[" * 3000 + b"]" * 3000,
    "101 deep": b"[" * 101 + b"]" * 101,
    "not a number": b"NaN",
    "a number of 5,000 digits": b"9" * 5000,
    "half a character": b'"\\ud83d"',
    "too large": b'"' + b"x" * LARGEST + b'"',
}


@pytest.mark.parametrize("what", BODIES)
async def test_defect_2_a_body_that_is_no_activity_is_refused(door: Door, what: str) -> None:
    token = door.keys.bearer(door.teams.service_url)
    ack = await door.post_raw(BODIES[what], token)
    assert (ack.status, ack.body, door.heard) == (400, None, [])


@pytest.mark.parametrize("what", SPOILED)
async def test_defect_2_one_value_that_cannot_be_kept_spoils_an_activity(
    door: Door, what: str
) -> None:
    token = door.keys.bearer(door.teams.service_url)
    good = json.dumps(door.message()).encode()[:-1] + b',"value":'
    assert (await door.post_raw(good + b'"\\ud83d\\ude00"}', token)).status == 200
    ack = await door.post_raw(good + SPOILED[what] + b"}", token)
    assert (ack.status, ack.body, len(door.heard)) == (400, None, 1)


@pytest.mark.parametrize("token", ["Bearer x", "Bearer a.b.c", "Bearer ..", "Bearer eyJ9.e30.x"])
async def test_defect_2_a_bad_token_is_no_error_of_ours(door: Door, token: str) -> None:
    assert (await door.post(door.message(), token)).status == 401


@pytest.mark.parametrize(("padding", "status"), [(1, 200), (5, 400)])
async def test_a_body_without_a_length_may_not_be_larger_either(
    door: Door, padding: int, status: int
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield json.dumps(door.message()).encode()
        for _ in range(padding):
            yield b" " * 65_536

    token = door.keys.bearer(door.teams.service_url)
    headers = {"Content-Type": "application/json", "Authorization": token}
    url = door.teams.deliveries.url
    async with aiohttp.request("POST", url, data=pieces(), headers=headers) as answer:
        assert answer.status == status


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
async def test_another_kind_of_body_is_refused(door: Door, kind: str) -> None:
    raw, token = json.dumps(door.message()).encode(), door.keys.bearer(door.teams.service_url)
    assert (await door.post_raw(raw, token, **{"Content-Type": kind})).status == 400


NEEDED = ["type", "channelId", "serviceUrl", "conversation", "from", "recipient", "id"]


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("empty", [None, "missing"])
async def test_what_every_activity_has_is_asked_for(
    door: Door, name: str, empty: str | None
) -> None:
    activity = door.message() | {name: None}
    if empty:
        del activity[name]
    with read_log() as log:
        assert (await door.post(activity)).status == 400
    assert f"without {name}" in log.getvalue()


@pytest.mark.parametrize("party", ["conversation", "from", "recipient"])
async def test_a_party_has_an_id(door: Door, party: str) -> None:
    activity = door.message()
    del activity[party]["id"]
    assert (await door.post(activity)).status == 400


OTHER_TYPES: list[Sent] = [
    {"timestamp": "9 o'clock"},
    {"timestamp": 5},
    {"timestamp": "2026-03-03T09:00:00"},
    {"timestamp": "0001-01-01T00:00:00+14:00"},
    {"timestamp": "2026-02-30T09:00:00Z"},
    {"type": 5},
    {"type": ["message"]},
    {"id": 3},
    {"text": {}},
    {"text": 4},
    {"locale": ["en"]},
    {"from": "ida"},
    {"from": ["ida"]},
    {"from": {"id": "29:1", "aadObjectId": 7}},
    {"conversation": {"id": "a:1", "isGroup": "no"}},
    {"membersAdded": "ida"},
    {"membersAdded": ["ida"]},
    {"entities": 5},
    {"entities": [5]},
    {"deliveryMode": "expectReplies"},
]


@pytest.mark.parametrize("other", OTHER_TYPES, ids=json.dumps)
async def test_defect_2_a_field_of_another_type_is_refused_by_name(door: Door, other: Sent) -> None:
    with read_log() as log:
        ack = await door.post(door.message() | other)
    assert (ack.status, ack.body, door.heard) == (400, None, [])
    assert "not understood" in log.getvalue()
    assert "o'clock" not in log.getvalue()


async def test_nothing_is_read_of_whoever_shows_no_good_token(door: Door) -> None:
    """Not even whether it is JSON: reading is what costs."""
    for header in ("", "Bearer a.b.c", f"Bearer {door.keys.token(door.teams.service_url)}x"):
        for raw in (*BODIES.values(), b"[" * LARGEST):
            ack = await door.post_raw(raw, header)
            assert (ack.status, ack.body) == (401, None)


LISTS = ("membersAdded", "entities", "reactionsAdded", "attachments", "textHighlights")


@pytest.mark.parametrize("name", LISTS)
async def test_a_body_full_of_small_things_costs_next_to_nothing(door: Door, name: str) -> None:
    """Neither what is elsewhere nor what is ours: little of it is built. 80,000 models would take
    a third of a second.
    """
    full = door.message(**{name: [{}] * 80_000})
    raw = json.dumps(full, separators=(",", ":")).encode()
    assert len(raw) < LARGEST
    began = time.process_time()
    for tenant in (TENANT, OTHER_TENANT):
        full["channelData"] = {"tenant": {"id": tenant}}
        sent = json.dumps(full, separators=(",", ":")).encode()
        status = (await door.post_raw(sent, door.keys.bearer(door.teams.service_url))).status
        assert status == 403 if tenant == OTHER_TENANT else status in {200, 400}
    assert time.process_time() - began < 0.3


TYPED = "All\u0000 well\u001b, \u0007\tso far\n\\u0000"


async def test_control_characters_that_nobody_can_type_are_left_out(door: Door) -> None:
    """PostgreSQL keeps no NUL; what only looks like one stays."""
    data = {"a": "x", "field.mood": TYPED, "k\u0000": [TYPED]}
    door.turn = answering(ANSWER)
    assert (await door.post(door.message(TYPED))).status == 200
    assert (await door.post(door.press(data=data))).status == 200
    clean = "All well, \tso far\n\\u0000"
    assert door.heard[0].text == clean
    found = {"a": "x", "field.mood": clean, "k": [clean]}
    assert door.heard[1].value["action"]["data"] == found


async def test_fields_that_nobody_knows_are_harmless(door: Door) -> None:
    strange = {"__class__": "x", "additional_properties": 1, "validate": 2, "self": 3, "fresh": {}}
    data = {"a": "x", "field.mood": "4", "extra": {"deep": [1, None]}, "__proto__": {}}
    activity = door.press(data=data, fresh=True) | strange
    activity["from"] |= {"properties": {"x": 1}, "fresh": 1}
    door.turn = answering(ANSWER)
    assert (await door.post(activity)).status == 200
    assert door.heard[0].value["action"]["data"] == data
    assert callable(door.heard[0].validate)


async def test_what_is_attached_reaches_the_turn(door: Door) -> None:
    """It tells what somebody quotes or forwards."""
    assert (await door.post(door.message("All well"))).status == 200
    (attached,) = door.heard[0].attachments
    assert (attached.content_type, attached.content) == ("text/html", "<p>All well</p>")


async def test_somebody_without_an_entra_id_reaches_the_turn(door: Door) -> None:
    """What becomes of them is for the turn to say."""
    activity = door.message()
    del activity["from"]["aadObjectId"]
    assert (await door.post(activity)).status == 200
    assert door.heard[0].from_property.aad_object_id is None


async def test_defect_4_the_tenant_is_read_where_teams_puts_it(door: Door) -> None:
    activity = door.message()
    activity["conversation"]["tenantId"] = "7e11a17e-0000-4000-8000-00000000ffff"
    assert (await door.post(activity)).status == 200
    assert door.heard[0].conversation.tenant_id is None
    del activity["channelData"]["tenant"]
    assert (await door.post(activity)).status == 403


async def test_defect_6_the_turn_sees_who_joined_and_what_was_pressed_as_teams_sent_it(
    door: Door,
) -> None:
    await door.teams.user("Ida").installs()
    door.turn = answering(ANSWER)
    await door.post(door.press())
    added = next(each for each in door.heard if each.members_added)
    others = [each.id for each in added.members_added if each.id != added.recipient.id]
    assert BOT in [each.id for each in added.members_added]
    assert others == [door.teams.user("Ida").account.mri]
    assert door.heard[-1].value["action"]["verb"] == "press"


async def test_a_database_that_is_gone_asks_teams_to_come_back(door: Door) -> None:
    door.turn = failing(StorageUnavailable("the database is locked"))
    headers = {"Authorization": door.keys.bearer(door.teams.service_url)}
    url = door.teams.deliveries.url
    async with aiohttp.request("POST", url, json=door.message(), headers=headers) as answer:
        assert (answer.status, await answer.text()) == (503, "")
        assert answer.headers["Retry-After"] == "5"


async def test_a_turn_that_fails_shows_nothing_of_it(door: Door) -> None:
    door.turn = failing(RuntimeError("what Ida wrote"))
    token = door.keys.bearer(door.teams.service_url)
    with read_log() as log:
        ack = await door.post(door.message("secret words"), token)
    assert (ack.status, ack.body) == (500, None)
    assert "a turn failed" in log.getvalue()
    assert "RuntimeError" in log.getvalue()
    assert not [said for said in ("Ida wrote", "secret words", token[7:]) if said in log.getvalue()]
