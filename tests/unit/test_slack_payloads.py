"""Slack's payloads become the command that the person meant, or nothing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.inbound import Inbound, InboundKind
from bot.slack import payloads
from bot.slack.payloads import Source
from bot.slack.typed import mentioned, words_of
from bot.slack.values import Carried, Forged, carry, press_id, press_value

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
SOURCE = Source(UUID(int=7), NOW)


def nobody(_: str) -> str:
    return ""


def message(**event: Any) -> dict[str, Any]:
    typed = {"type": "message", "channel_type": "im", "user": "U1", "text": "Hello", "ts": "100.5"}
    return {"type": "event_callback", "event_id": "Ev1", "event": typed | event}


def test_typed_words_carry_the_persons_time_and_the_events_id() -> None:
    inbound = payloads.typed(message(), SOURCE, nobody)
    assert inbound is not None
    assert (inbound.kind, inbound.text) == (InboundKind.TEXT, "Hello")
    assert (inbound.external_id, inbound.inbound_id) == ("U1", "Ev1")
    assert inbound.at == datetime.fromtimestamp(100.5, UTC)


def test_a_reply_that_was_sent_to_the_conversation_too_is_typed_as_well() -> None:
    assert payloads.typed(message(subtype="thread_broadcast"), SOURCE, nobody) is not None


@pytest.mark.parametrize("state", [None, [], "x", {"values": 3}, {"values": {"field.a": [1]}}])
def test_a_form_without_slacks_state_has_no_fields(state: object) -> None:
    assert form(state=state).fields == {}


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1"},
        {"subtype": ["file_share"]},
        {"subtype": {}},
        {"user": None},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"hidden": True},
    ],
)
def test_what_no_person_typed_to_the_bot_is_no_answer(event: dict[str, Any]) -> None:
    assert payloads.typed(message(**event), SOURCE, nobody) is None


@pytest.mark.parametrize("event", [{"ts": "soon"}, {"ts": ""}, {"ts": "9" * 400}, {"user": 7}])
def test_a_message_without_slacks_fields_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        payloads.typed(message(**event), SOURCE, nobody)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("&amp;copy;", "&copy;"),
        ("<https://x.example/a|x.example>", "x.example (https://x.example/a)"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("ask <@U2>", "ask @Ben Ode"),
        ("ask <@U9|ben>", "ask @ben"),
        ("ask <@U9>", "ask @somebody"),
        ("in <#C1|general>", "in #general"),
        ("<!channel> look", "@channel look"),
        ("<!date^1^{date}|today>", "today"),
        ("2 < 3 :tada:", "2 < 3 :tada:"),
    ],
)
def test_slacks_markup_reads_as_it_stood_on_the_screen(sent: str, shown: str) -> None:
    names = {"U2": "Ben Ode"}
    assert words_of({"text": sent}, lambda user: names.get(user, "")) == shown


def test_emoji_are_the_characters_that_were_seen() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Done "},
                    {"type": "emoji", "name": "tada", "unicode": "1f389"},
                    {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fd", "skin_tone": 4},
                    {"type": "emoji", "name": "parrot"},
                    {"type": "emoji", "name": "odd", "unicode": "zz"},
                ],
            }
        ],
    }
    event = {"text": "Done :tada: :+1::skin-tone-4: :parrot: :odd:", "blocks": [rich]}
    assert words_of(event, nobody) == "Done 🎉 👍🏽 :parrot: :odd:"


def test_mentions_are_found_once() -> None:
    assert mentioned({"text": "<@U1> <@U1|x> <@W2> <!here> <@nope>"}) == {"U1", "W2"}


@given(st.text())
def test_plain_words_come_through_as_slack_escapes_them(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert words_of({"text": escaped}, nobody) == text


def pressed(**action: Any) -> dict[str, Any]:
    button = {
        "type": "button",
        "action_id": press_id("answer", 3),
        "value": press_value("check-in:work", "4"),
        "action_ts": "200.25",
    }
    return {
        "type": "block_actions",
        "user": {"id": "U1"},
        "container": {"type": "message", "channel_id": "D1", "message_ts": "90.1"},
        "actions": [button | action],
    }


def test_a_press_is_one_act_however_often_it_comes() -> None:
    first, again = (payloads.press(pressed(), SOURCE) for _ in range(2))
    later = payloads.press(pressed(action_ts="201.0"), SOURCE)
    assert first is not None
    assert later is not None
    assert (first.action, first.value, first.pressed) == ("answer", "check-in:work", "4")
    assert first == again
    assert first.inbound_id != later.inbound_id


def test_the_same_button_of_another_message_is_another_act() -> None:
    other = pressed() | {"container": {"channel_id": "D1", "message_ts": "91.1"}}
    view = pressed() | {"container": {"type": "view", "view_id": "V1"}}
    acts = [payloads.press(body, SOURCE) for body in (pressed(), other, view)]
    assert len({act.inbound_id for act in acts if act}) == 3


@pytest.mark.parametrize(
    "body",
    [
        pressed(value="{}"),
        pressed(value=None),
        pressed(value='["a"]'),
        pressed(action_id="answer"),
        pressed(action_ts="later"),
        pressed() | {"user": "U1"},
        pressed() | {"user": {}},
        pressed() | {"container": None},
        pressed() | {"container": {}},
    ],
)
def test_forged_presses_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        payloads.press(body, SOURCE)


def test_links_and_fields_are_no_presses() -> None:
    assert payloads.press(pressed(url="https://x.example"), SOURCE) is None
    assert payloads.press(pressed(type="static_select"), SOURCE) is None


def sent(**view: Any) -> dict[str, Any]:
    drawn = {
        "id": "V1",
        "hash": "h1",
        "private_metadata": carry("later", "check-in", "home"),
        "state": {"values": {"field.when": {"field.when": _chosen("tomorrow")}}},
    }
    return {"type": "view_submission", "user": {"id": "U1"}, "view": drawn | view}


def _chosen(value: str) -> dict[str, Any]:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def form(**view: Any) -> Inbound:
    return payloads.form(sent(**view), SOURCE)[0]


def test_a_sent_form_carries_its_fields() -> None:
    inbound, carried = payloads.form(sent(), SOURCE)
    assert carried == Carried("later", "check-in", "home")
    assert (inbound.kind, inbound.action, inbound.value) == (InboundKind.FORM, "later", "check-in")
    assert inbound.fields == {"when": "tomorrow"}
    assert inbound.at == NOW


def test_what_follows_in_the_same_modal_is_another_act() -> None:
    first = form()
    assert form().inbound_id == first.inbound_id
    assert form(hash="h2").inbound_id != first.inbound_id
    other = form(private_metadata=carry("pause", "", "home"))
    assert other.inbound_id != first.inbound_id


def test_a_form_that_was_changed_and_sent_again_is_another_act() -> None:
    """Slack showed an error although the first one was kept: the modal is still the same view."""
    first = form()
    changed_since = {"values": {"field.when": {"field.when": _chosen("next_week")}}}
    assert form(state=changed_since).inbound_id != first.inbound_id


@pytest.mark.parametrize("view", [{"private_metadata": ""}, {"private_metadata": "{}"}, {"id": 5}])
def test_forged_forms_are_refused(view: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        form(**view)


def test_a_command_carries_what_stands_behind_its_name() -> None:
    body = {"command": "/touchpoint", "user_id": "U1", "trigger_id": "1.2", "text": "pause"}
    inbound = payloads.command(body, SOURCE)
    assert (inbound.kind, inbound.text) == (InboundKind.COMMAND, "pause")
    with pytest.raises(Forged):
        payloads.command({"command": "/touchpoint"}, SOURCE)


def changed(**event: Any) -> dict[str, Any]:
    told = {
        "type": "message",
        "subtype": "message_changed",
        "channel_type": "im",
        "hidden": True,
        "message": {"user": "U1", "text": "new", "edited": {"user": "U1", "ts": "101.0"}},
        "previous_message": {"user": "U1", "text": "old"},
    }
    return {"type": "event_callback", "event_id": "Ev2", "event": told | event}


def test_an_edited_or_deleted_message_is_told() -> None:
    edited = payloads.changed(changed(), SOURCE)
    assert edited is not None
    assert (edited.action, edited.external_id) == ("typed_edited", "U1")
    deleted = payloads.changed(changed(subtype="message_deleted", message=None), SOURCE)
    assert deleted is not None
    assert deleted.action == "typed_deleted"


@pytest.mark.parametrize(
    "event",
    [
        {"message": {"user": "U1", "text": "old", "edited": {}}},
        {"message": {"user": "U1", "text": "new"}},  # an unfolded link
        {"previous_message": {"bot_id": "B1", "user": "U0BOT", "text": "old"}},
        {"previous_message": None},
        {"channel_type": "channel"},
        {"subtype": "channel_join"},
    ],
)
def test_other_changes_are_nobodys_act(event: dict[str, Any]) -> None:
    assert payloads.changed(changed(**event), SOURCE) is None
