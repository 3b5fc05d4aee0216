"""What Slack sends back is read as it was drawn, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import (
    Button,
    Buttons,
    Choice,
    ChoiceInput,
    DateInput,
    Form,
    Message,
    Option,
    Panel,
    Rating,
    Text,
    TextInput,
    TimeInput,
)
from bot.domain.plain_text import clean
from bot.slack import surfaces
from bot.slack.values import (
    PRIVATE_METADATA,
    Carried,
    Forged,
    Press,
    carry,
    field_errors,
    press_value,
    read_carried,
    read_fields,
    read_press,
)

NUMBERS = tuple(Option(str(number), "") for number in range(1, 6))
ids = st.text(st.characters(), max_size=40)
actions = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)


def sent_presses(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each button as block_actions brings it."""
    for block in json.loads(json.dumps(blocks)):
        for element in block["elements"] if block["type"] == "actions" else ():
            yield element | {"block_id": "b64x", "action_ts": "1773133261.1"}


@given(st.lists(st.tuples(actions, ids), min_size=1, max_size=30))
def test_every_button_comes_back_as_it_was_offered(offered: list[tuple[str, str]]) -> None:
    items = tuple(Button("Yes", action, value) for action, value in offered)
    drawn = surfaces.message(Message("note", "", (Buttons(items),))).blocks

    read = [read_press(press) for press in sent_presses(drawn)]

    assert read == [Press(action, value, "") for action, value in offered]


@given(actions, ids, st.lists(ids, min_size=1, max_size=40))
def test_every_option_and_number_comes_back(action: str, value: str, given_: list[str]) -> None:
    options = tuple(Option(option, "Yes") for option in given_)
    blocks = (Rating("", action, value, NUMBERS, "", ""), Choice("", action, value, options))
    drawn = surfaces.message(Message("question", "", blocks)).blocks

    read = [read_press(press) for press in sent_presses(drawn)]

    pressed = [*(point.value for point in NUMBERS), *given_]
    assert read == [Press(action, value, one) for one in pressed]


PRESS = {"type": "button", "action_id": "start.1", "value": '["1",""]'}


@pytest.mark.parametrize(
    "change",
    [
        {"type": "static_select"},
        {"action_id": "start"},
        {"action_id": ".1"},
        {"action_id": "start."},
        {"action_id": "start.x"},
        {"action_id": "start.\u0661"},
        {"action_id": None},
        {"value": None},
        {"value": 7},
        {"value": ""},
        {"value": "1"},
        {"value": "null"},
        {"value": "[1,2]"},
        {"value": '["1"]'},
        {"value": '["1","2","3"]'},
        {"value": '{"1":"2"}'},
        {"value": '["1",null]'},
        {"value": "[" * 1500},
        {"value": json.dumps(["x" * 2000, ""])},
    ],
)
def test_a_press_of_another_shape_is_forged(change: dict[str, object]) -> None:
    assert read_press(PRESS) == Press("start", "1", "")
    with pytest.raises(Forged):
        read_press(PRESS | change)


@pytest.mark.parametrize("nothing", [None, [], "x", 3])
def test_what_is_no_press_at_all_is_forged(nothing: Any) -> None:
    with pytest.raises(Forged):
        read_press(nothing)


def test_a_value_that_is_too_long_for_a_button_is_refused() -> None:
    with pytest.raises(ValueError, match="give it an id"):
        press_value("x" * 2000)


@given(actions, ids, st.sampled_from(["", "home"]))
def test_a_form_carries_its_action_value_and_origin(action: str, value: str, origin: str) -> None:
    form = Form("Title", action, value, (TextInput("a", "A"),), "Save", "Close")

    view = json.loads(json.dumps(surfaces.modal(form, origin=origin)))

    assert read_carried(view["private_metadata"]) == Carried(action, value, origin)


def test_a_panel_carries_where_it_was_opened_from() -> None:
    view = surfaces.modal(Panel("Title", (Text("Hello"),), "Close"), origin="home")

    assert read_carried(view["private_metadata"]) == Carried("", "", "home")


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "x",
        "null",
        "[]",
        '{"action":"a","value":"v"}',
        '{"action":"a","value":"v","origin":"channel"}',
        '{"action":"a","value":"v","origin":""," more":""}',
        '{"action":"a","value":7,"origin":""}',
        '{"action":"a","value":"v","origin":[]}',
        "[" * 2500,
        json.dumps({"action": "a", "value": "v" * 3000, "origin": ""}),
        None,
    ],
)
def test_other_metadata_is_forged(metadata: Any) -> None:
    with pytest.raises(Forged):
        read_carried(metadata)


def test_a_form_that_carries_too_much_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="shorten its value"):
        carry("answer_form", "x" * PRIVATE_METADATA, "")
    with pytest.raises(ValueError, match="origin"):
        carry("answer_form", "x", "channel")


FORM = Form(
    "Check-in",
    "answer_form",
    "1",
    (
        TextInput("text:work", "In your words", "so far", error="Too long"),
        ChoiceInput("rating:clear", "Clear?", NUMBERS, "4"),
        ChoiceInput("many", "Which?", tuple(Option(str(n), f"No. {n}") for n in range(40)), "39"),
        DateInput("until", "Until", "2026-03-09", error="Please choose a day."),
        TimeInput("at", "At", "09:30"),
        TextInput("empty", "Anything else?"),
        ChoiceInput("open", "And?", NUMBERS),
        DateInput("some_day", "Some day"),
    ),
    "Save",
    "Cancel",
)
FIELDS = {
    "text:work": "so far",
    "rating:clear": "4",
    "many": "39",
    "until": "2026-03-09",
    "at": "09:30",
    "empty": "",
    "open": "",
    "some_day": "",
}


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """view.state as Slack sends it when nobody touched the form."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            held = {"type": element["type"]}
            match element["type"]:
                case "plain_text_input":
                    held["value"] = element.get("initial_value")
                case "radio_buttons" | "static_select":
                    held["selected_option"] = element.get("initial_option")
                case "datepicker":
                    held["selected_date"] = element.get("initial_date")
                case "timepicker":
                    held["selected_time"] = element.get("initial_time")
            values[block["block_id"]] = {element["action_id"]: held}
    return json.loads(json.dumps({"values": values}))  # type: ignore[no-any-return]


def test_an_untouched_form_sends_what_it_showed() -> None:
    state = state_of(surfaces.modal(FORM))

    assert read_fields(state) == FIELDS
    assert read_fields(state["values"]) == FIELDS


@given(st.text(st.characters(), max_size=300))
def test_words_come_back_as_they_were_given(text: str) -> None:
    form = Form("T", "answer_form", "1", (TextInput("a", "A", text),), "Save", "Close")

    assert read_fields(state_of(surfaces.modal(form))) == {"a": clean(text)}


def test_line_ends_become_plain_ones_and_strangers_are_ignored() -> None:
    typed = {"type": "plain_text_input", "value": "one\r\ntwo\rthree"}
    state = {
        "field.a": {"field.a": typed},
        "field.b": {"other": typed},
        "theirs": {"theirs": typed},
        "field.c": {"field.c": {"type": "users_select", "selected_user": "U1"}},
        "field.d": None,
        "field.e": {"field.e": {"type": "radio_buttons", "selected_option": {"value": 4}}},
    }

    assert read_fields({"values": state}) == {"a": "one\ntwo\nthree", "e": ""}
    assert read_fields({"values": None}) == {}
    assert read_fields({}) == {}


def test_errors_stand_beside_the_fields_they_are_about() -> None:
    errors = field_errors(FORM)
    drawn = {block["block_id"] for block in surfaces.modal(FORM)["blocks"]}

    assert list(errors.values()) == ["Too long", "Please choose a day."]
    assert errors.keys() < drawn
