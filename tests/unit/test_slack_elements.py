"""What the local Slack server's client reads, presses and fills in has the shapes of Slack's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.slack import elements
from tests.servers.slack.elements import Element

OPTIONS = [
    {"text": {"type": "plain_text", "text": text}, "value": value}
    for text, value in (("Good", "3"), ("Fair", "2"))
]
GOOD, FAIR = OPTIONS


def field(kind: str, **more: Any) -> dict[str, Any]:
    """An input block around such an element."""
    return {
        "type": "input",
        "block_id": "b",
        "label": {"type": "plain_text", "text": "Field"},
        "element": {"type": kind, "action_id": "a", **more},
    }


def only(block: dict[str, Any]) -> Element:
    (element,) = elements.elements([block])
    return element


@pytest.mark.parametrize(
    ("kind", "key", "initial", "first", "raw", "then"),
    [
        ("plain_text_input", "value", "initial_value", "old", "new", "new"),
        ("number_input", "value", "initial_value", "1", 2, "2"),
        ("datepicker", "selected_date", "initial_date", "2026-03-02", "2026-03-03", "2026-03-03"),
        ("timepicker", "selected_time", "initial_time", "09:00", "10:00", "10:00"),
        ("datetimepicker", "selected_date_time", "initial_date_time", 1, 2, 2),
        ("static_select", "selected_option", "initial_option", FAIR, "3", GOOD),
        ("radio_buttons", "selected_option", "initial_option", FAIR, "Good", GOOD),
        ("users_select", "selected_user", "initial_user", "U1", "U2", "U2"),
        ("checkboxes", "selected_options", "initial_options", [FAIR], ["3", "Fair"], OPTIONS),
        ("multi_static_select", "selected_options", "initial_options", [FAIR], ["Good"], [GOOD]),
        ("multi_users_select", "selected_users", "initial_users", ["U1"], ["U2"], ["U2"]),
    ],
)
def test_state_has_slacks_shape_for_each_kind(
    kind: str, key: str, initial: str, first: Any, raw: Any, then: Any
) -> None:
    block = field(kind, options=OPTIONS, **{initial: first})
    assert elements.state_of([block], {}) == {"b": {"a": {"type": kind, key: first}}}
    entered = {("b", "a"): elements.filled(only(block), raw)}
    assert elements.state_of([block], entered) == {"b": {"a": {"type": kind, key: then}}}
    empty = [] if isinstance(first, list) else None
    bare = field(kind, options=OPTIONS)
    assert elements.state_of([bare], {}) == {"b": {"a": {"type": kind, key: empty}}}
    assert elements.filled(only(block), None) == {"type": kind, key: empty}


def test_options_that_are_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(LookupError, match=r"offers .'Good', 'Fair'., not 'Poor'"):
        elements.filled(only(field("radio_buttons", options=OPTIONS)), "Poor")
    groups = [{"label": {"type": "plain_text", "text": "All"}, "options": OPTIONS}]
    grouped = only(field("static_select", option_groups=groups))
    assert elements.filled(grouped, "3")["selected_option"] == GOOD


def test_the_client_keeps_a_form_that_is_not_filled_in() -> None:
    text = field("plain_text_input", min_length=2, max_length=4)
    found = {
        raw: elements.refusal(only(text), elements.filled(only(text), raw))
        for raw in ("", "a", "ab", "abcde")
    }
    assert found == {
        "": "'Field' is empty",
        "a": "'Field' is too short",
        "ab": "",
        "abcde": "'Field' is too long",
    }
    assert elements.refusal(only(text | {"optional": True}), {"value": None}) == ""


def test_what_is_shown_leaves_out_what_is_pressed_and_filled_in() -> None:
    """Ids are added where they are missing, to a copy."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    words = {"type": "text", "text": "Words"}
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}, "accessory": button},
        {"type": "actions", "elements": [button]},
        field("radio_buttons", options=OPTIONS),
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [words]}]},
    ]
    numbered = elements.with_ids(blocks)
    assert elements.shown(numbered) == "*Hello*\nField\nWords"
    assert (elements.buttons(numbered), elements.fields(numbered)) == (["Go", "Go"], ["Field"])
    ids = [element.at for element in elements.elements(numbered)]
    assert len(set(ids)) == 3
    assert "action_id" not in button
    with pytest.raises(LookupError, match=r"no button called 'Stop'; there is .'Go \(act"):
        elements.find(elements.elements(numbered), "Stop", "button")
