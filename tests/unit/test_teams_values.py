"""What a card's buttons carry comes back as it was, and nothing else is taken for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.places import Place, message_ref, pack, read_ref, unpack
from bot.teams.values import LONGEST, NOTHING, Forged, Frame, Pressed, Verb, data, field_id, read

_TEXT = st.text(max_size=40)
_OPENED = st.tuples(_TEXT, _TEXT, _TEXT)
_FRAMES = st.builds(
    Frame,
    opened=_OPENED,
    again=st.tuples(_TEXT, _TEXT),
    command=_TEXT,
    below=_OPENED,
    typed=st.dictionaries(_TEXT, _TEXT, max_size=3),
    is_alone=st.booleans(),
    nonce=_TEXT,
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def invoked(verb: str, given: object, trigger: str = "manual") -> dict[str, Any]:
    """As Teams sends it."""
    return {"action": {"type": "Action.Execute", "verb": verb, "data": given}, "trigger": trigger}


@given(st.sampled_from(Verb), _OPENED, _FRAMES, st.dictionaries(_TEXT, st.text("ab", max_size=5)))
def test_what_is_sent_comes_back(
    verb: Verb, parts: tuple[str, str, str], frame: Frame, fields: dict[str, str]
) -> None:
    packed = json.loads(json.dumps(data(*parts, frame)))
    inputs = {field_id(name): text for name, text in fields.items()}
    found = read(invoked(verb, packed | inputs))
    assert found == Pressed(verb, *parts, frame, fields)


@given(_JSON)
def test_anything_else_is_forged_or_harmless(anything: object) -> None:
    for value in (anything, {"action": anything}, invoked("press", anything)):
        try:
            found = read(value)
        except Forged:
            continue
        assert isinstance(found.action, str)


@pytest.mark.parametrize(
    "given_data",
    [
        {"a": 1},
        {"t": ["x"]},
        {"t": {"o": ["a"]}},
        {"t": {"n": "ab"}},
        {"t": {"f": {"x": 1}}},
        {"t": {"s": True}},
        {"t": {"i": 1}},
    ],
)
def test_other_shapes_are_refused(given_data: object) -> None:
    with pytest.raises(Forged):
        read(invoked("press", given_data))


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(Forged):
        read(invoked("delete", {}))


def test_what_a_card_leaves_out_is_empty() -> None:
    found = read({"action": {"verb": "show"}, "trigger": "automatic"})
    assert (found.verb, found.frame.opened, found.by_itself) == (Verb.SHOW, NOTHING, True)


@pytest.mark.parametrize("sent", [None, 7, ["x"], True])
def test_an_input_that_is_no_text_counts_as_empty(sent: object) -> None:
    assert read(invoked("form", {"field.words": sent})).fields == {"words": ""}


def test_lines_end_with_a_newline_alone() -> None:
    assert read(invoked("form", {"field.words": "a\r\nb\rc"})).fields == {"words": "a\nb\nc"}


def test_a_value_that_holds_more_than_an_id_is_refused_when_drawn() -> None:
    with pytest.raises(ValueError, match="give it an id"):
        data("answer", "x" * (LONGEST + 1))


@given(st.builds(Place, _TEXT, _TEXT, _TEXT, _TEXT))
def test_a_place_comes_back(place: Place) -> None:
    assert unpack(pack(place)) == place


@pytest.mark.parametrize("kept", ["", "D012AB", "{}", "[]", "null", '{"c":1}'])
def test_what_is_no_place_is_none(kept: str) -> None:
    assert unpack(kept) is None


def test_a_message_is_named_by_its_conversation_too() -> None:
    assert read_ref(message_ref("a:1|2", "1795")) == ("a:1|2", "1795")
    assert read_ref("1795") == ("", "")
