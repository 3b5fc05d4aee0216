"""What Slack would never send, and what people should not: refused or harmless, and never told.

Everything goes to the whole web application, signed where that matters. Never a 5xx, never a
traceback, no answer under a wrong name, and no word of anybody's in the log.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from bot.slack.values import carry, field_id, press_id, press_value
from bot.web.middleware import MAX_BODY
from tests.integration.slack_office import SlackOffice, slack_office
from tests.servers.slack import FORM, JSON, Message, payloads
from tests.servers.slack.elements import elements

Payload = dict[str, Any]
DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
NOBODYS = {"ana": [], "ben": [], "mara": [], "helena": []}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with slack_office(tmp_path) as opened:
        yield opened


def event(office: SlackOffice, **about: Any) -> Payload:
    """A message event of Ana's, with anything changed."""
    user = office.user("ana")
    what = payloads.written(Message(user.channel, ts(office), user.id, "kestrel"))
    return payloads.event(office.slack.workspace, what | about)


def ts(office: SlackOffice) -> str:
    return str(office.slack.workspace.ticker.next())


def pressed(office: SlackOffice, who: str, label: str) -> Payload:
    """The payload of a button in somebody's thread."""
    user = office.user(who)
    message = user._with_button(label)
    [element] = [e for e in elements(message.blocks) if e.label == label]
    url = user._response_url(message.channel, message)
    return payloads.on_message(
        office.slack.workspace, user.member, message, user._action(element), url
    )


def form(office: SlackOffice, who: str, action: str, value: str, **fields: str) -> Payload:
    """A form that somebody made up."""
    user = office.user(who)
    state = {
        field_id(name): {field_id(name): {"type": "plain_text_input", "value": text}}
        for name, text in fields.items()
    }
    view = {"id": f"V{uuid4()}", "type": "modal", "callback_id": "form"}
    view |= {"private_metadata": carry(action, value, ""), "state": {"values": state}}
    sent = payloads._interaction(office.slack.workspace, user.member, "view_submission")
    return sent | {"view": view}


def marked(node: Any) -> Iterator[str]:
    """Every text in which Slack would find a mention; rich text and plain text hold none."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and node.get("type") == "mrkdwn":
        yield node["text"]
    for each in inner:
        yield from marked(each)


# What is no request of Slack's


async def test_only_slack_is_heard(office: SlackOffice) -> None:
    """A wrong, missing or old signature: 401, and nothing of it happens."""
    body, post = json.dumps(event(office)).encode(), office.slack.http.post
    now = int(office.world.now.timestamp())
    acks = [
        await post(body, secret="wrong"),
        await post(body, headers={"X-Slack-Signature": ""}),
        await post(body, headers={"X-Slack-Signature": "v0=ünïcödé"}),
        await post(body, headers={"X-Slack-Request-Timestamp": ""}),
        await post(body, timestamp=str(now - 301)),
        await post(body, timestamp=str(now + 301)),
        await post(body, timestamp="abc"),
        await post(body, timestamp="9" * 30),
    ]
    assert {ack.status for ack in acks} == {401}
    assert await office.recorded() == NOBODYS
    assert office.is_clean("kestrel")


async def test_what_is_not_readable_is_refused(office: SlackOffice) -> None:
    """Signed, and still nothing to read: 400 with no word of why, or 413."""
    post = office.slack.http.post
    bodies = [b"", b"null", b"[]", b"[[]]", b"1", b'"text"', b"{", b"\xff\xfe{}", b"{}", DEEP]
    bodies += [b'{"type":null}', b'{"type":["event_callback"]}', b'{"type":"event_callback"}']
    bodies += [b'{"type":"event_callback","event":[]}', b'{"type":"block_actions","actions":[]}']
    bodies += [b'{"type":"view_submission","view":null,"user":{}}']
    for body in bodies:
        for ack in (
            await post(body),
            await post(urlencode({"payload": body}).encode(), FORM),
        ):
            assert ack.status == 400, body[:40]
            assert not ack.body
    assert (await post(b"a=1&" * 500, FORM)).status == 400
    assert (await post(b"payload=%ff%fe", FORM)).status == 400
    assert (await post(b'{"a":"' + b"x" * MAX_BODY + b'"}', JSON)).status == 413
    assert office.is_clean()


# What is none of anybody's acts


async def test_what_no_person_typed_is_not_heard(office: SlackOffice) -> None:
    """The bot's own messages, other bots', channels' and those that tell of something else."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    own = ana.dm[-1]
    await office.did(await office.slack.echo(own))
    for about in (
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"bot_id": "B0OTHER"},
        {"subtype": "channel_join"},
        {"subtype": "message_replied"},
        {"subtype": "nobody_knows"},
        {"channel_type": "channel", "channel": "C0GENERAL"},
        {"channel_type": "mpim"},
        {"hidden": True},
        {"user": None},
        {"user": 7},
        {"ts": "yesterday"},
        {"ts": None},
        {"text": None},
        {"text": ["kestrel"]},
        {"text": "   "},
        {"text": "\u200b\u200b"},
        {"type": "reaction_added"},
        {"type": "nobody_knows"},
    ):
        ack = await office.interacts(event(office, **about), "events_api")
        assert ack.status in (200, 400), about
    assert await office.recorded() == NOBODYS
    assert office.is_clean("kestrel")


async def test_kinds_that_nobody_asked_for_are_acknowledged(office: SlackOffice) -> None:
    """Slack must not try them again, and a person who used a stale shortcut sees no error."""
    user = office.user("ana")
    for kind in ("shortcut", "message_action", "block_suggestion", "view_closed", "nobody_knows"):
        payload = payloads._interaction(office.slack.workspace, user.member, kind)
        payload |= {"callback_id": "x", "view": {"callback_id": "x"}, "action_id": "x"}
        ack = await office.interacts(payload)
        assert (ack.status, ack.body) == (200, None), kind
    assert office.is_clean()


@pytest.mark.parametrize(
    "about",
    [
        {"team_id": "T0OTHER"},
        {"team_id": None},
        {"team_id": "T0OTHER", "enterprise_id": "E0OTHER"},
        {"is_enterprise_install": True, "enterprise_id": "E0OTHER"},
    ],
)
async def test_another_workspaces_payload_is_nobodys(
    office: SlackOffice, about: dict[str, Any]
) -> None:
    """Events, presses and commands of a team we don't know, though it has users of the same id."""
    ana = office.user("ana")
    what = event(office) | about
    what["authorizations"] = [{**what["authorizations"][0], **about}]
    what.pop("context_team_id")
    await office.interacts(what, "events_api")
    press = pressed(office, "ana", "Start") | about
    team = about.get("team_id", "T0TOUCH")
    press |= {"team": team and {"id": team}, "user": {"id": ana.id, "team_id": team}}
    press["enterprise"] = about.get("enterprise_id") and {"id": about["enterprise_id"]}
    await office.interacts(press)
    assert "Start" in ana.buttons
    assert await office.recorded() == NOBODYS
    assert office.is_clean("kestrel")


# What was never offered


async def test_forged_presses_change_nothing(office: SlackOffice) -> None:
    """Another's check-in, an option or action that isn't offered, values of any other shape."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    real = pressed(office, "ana", "Skip this question")
    value = json.loads(real["actions"][0]["value"])[0]
    for who, action, packed in (
        ("ben", "answer", press_value(value, "4")),
        ("ben", "skip_question", press_value(value)),
        ("ben", "open_form", press_value(value.partition(":")[0])),
        ("mara", "summary_details", press_value(str(uuid4()))),
        ("ana", "answer", press_value(value, "nobody offered this")),
        ("ana", "answer", press_value(f"{uuid4()}:work", "4")),
        ("ana", "nobody_knows", press_value("")),
        ("ana", "answer", "null"),
        ("ana", "answer", "[" * 1990),
        ("ana", "answer", '["a","b","c"]'),
        ("ana", "answer", "x" * 5000),
        ("ana", "admin_pause_submit", press_value("")),
        ("ana", "answer_form", press_value(value)),
    ):
        user = office.user(who)
        forged = deepcopy(real) | {"user": {"id": user.id}, "response_url": ""}
        forged["actions"][0] |= {"action_id": press_id(action, 1), "value": packed}
        forged["actions"][0]["action_ts"] = ts(office)
        assert (await office.interacts(forged)).status == 200, (who, action)
    for broken in ({"action_id": "x"}, {"type": "overflow"}, {"action_ts": "never"}, {"value": 7}):
        forged = deepcopy(real)
        forged["actions"][0] |= broken
        assert (await office.interacts(forged)).status == 200, broken
    assert await office.recorded() == NOBODYS
    assert not any("Saved" in text for text in ana.shown)
    assert "Skip this question" in ana.buttons
    assert office.is_clean()


async def test_forged_forms_change_nothing(office: SlackOffice) -> None:
    """Another's form with another's check-in, an unknown form, and metadata of any other shape."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.presses("Answer all in a form"))
    assert ana.modal is not None
    check_in = json.loads(ana.modal.given["private_metadata"])["value"]
    words = {"text:work": "kestrel", "text:wish": "kestrel"}
    forms = [
        form(office, "ben", "answer_form", check_in, **words),
        form(office, "helena", "answer_form", check_in, **words),
        form(office, "ana", "answer_form", str(uuid4()), **words),
        form(office, "ana", "answer_form", "x", **words),
        form(office, "ana", "admin_save", '{"k":"pulse"}', **words),
        form(office, "ana", "nobody_knows", check_in, **words),
    ]
    for metadata in ("", "null", "[]", "{}", '{"action":1}', "x" * 4000, "[" * 2900):
        broken = form(office, "ana", "answer_form", check_in, **words)
        broken["view"]["private_metadata"] = metadata
        forms.append(broken)
    for state in (None, [], {"values": []}, {"values": {"field.text:work": 7}}, "x"):
        broken = form(office, "ana", "later", check_in)
        broken["view"]["state"] = state
        forms.append(broken)
    for sent in forms:
        assert (await office.interacts(sent)).status == 200, sent["view"]
    assert await office.recorded() == NOBODYS
    assert office.is_clean("kestrel")


# What people write


async def test_strange_texts_are_kept_whole_or_not_at_all(office: SlackOffice) -> None:
    """40,000 characters are too long for one answer; letters from right to left and markup are kept
    as they were typed, without marks that nobody sees.
    """
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.types("ש" * 40_000))
    assert "longer than I can keep" in ana.texts[-1]
    strange = "\u202eevil\u202c a\u200bb שלום <b>&amp; *bold* :tada: `x`"
    await office.did(await ana.types(strange))
    await office.world.wait()
    assert (await office.recorded())["ana"] == ["evil ab שלום <b>&amp; *bold* :tada: `x`"]
    assert office.is_clean("evil", "ששש")


async def test_an_answer_pings_nobody_in_the_summary(office: SlackOffice) -> None:
    """A mention of everybody, as Slack's own markup and as text, stands there as plain words."""
    ana, mara = office.user("ana"), office.user("mara")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.types("<!channel> kestrel", verbatim=True))
    await office.world.wait()
    await office.did(await ana.types("<!here> <@UBEN> <https://x.example|click>"))
    await office.world.until("2026-03-06 15:05")
    await office.did(await mara.presses("Read their words"))
    assert mara.modal is not None
    assert "@channel kestrel" in mara.modal.shown
    told = [message for message in [*mara.dm, *ana.dm] if message.is_bots]
    read = [*marked(mara.modal.blocks), *(text for m in told for text in marked(m.blocks))]
    for text in [*read, *(message.text for message in told)]:
        assert not any(mark in text for mark in ("<!channel", "<!here", "<@UBEN", "<https://x"))


async def test_edited_and_deleted_messages_change_no_answer(office: SlackOffice) -> None:
    """The person is told that what was recorded stays, and how to change it; events of other
    shapes are passed over.
    """
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.types("kestrel"))
    await office.world.wait()
    written = [m for m in ana.dm if not m.is_bots][-1]
    await office.did(await ana.edits(written, "heron"))
    assert "You changed a message here." in ana.texts[-1]
    await office.did(await ana.deletes(written))
    assert "You deleted a message here." in ana.texts[-1]
    told = list(ana.texts)
    for about in (
        {"subtype": "message_changed"},
        {"subtype": "message_changed", "previous_message": {"user": "UANA"}, "message": 7},
        {"subtype": "message_deleted", "previous_message": []},
        {"subtype": "message_deleted", "previous_message": {"user": 7}},
    ):
        assert (await office.interacts(event(office, **about), "events_api")).status == 200, about
    assert ana.texts == told
    assert (await office.recorded())["ana"] == ["kestrel"]
    assert office.is_clean("kestrel", "heron")
