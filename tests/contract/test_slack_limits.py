"""Whatever is said fits Slack: its own models take it, and so does a checker of what they miss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from slack_sdk.models.blocks import Block as SlackBlock
from slack_sdk.models.views import View as SlackView

from bot.domain.message import Block, Form, Message, Panel, View
from bot.slack import surfaces
from bot.slack.texts import say
from tests.contract.blocks import EVERY_BLOCK
from tests.contract.trees import forms, messages, panels, trees
from tests.sample_screens import Screens
from tests.servers.slack_limits import message_problems, problems, view_problems

TUESDAY = datetime(2026, 3, 10, 9, 1, tzinfo=UTC)
"""The second week's check-in has just been sent in Berlin; the first summaries are read."""
UNKNOWN_TO_THE_SDK = {"data_visualization", "data_table"}
anything = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def objections(message: Message) -> list[str]:
    return [
        problem
        for rendered in (surfaces.message(message), surfaces.without_charts(message))
        for problem in (
            *message_problems({"text": rendered.text, "blocks": rendered.blocks}),
            *by_the_sdk(rendered.blocks),
        )
    ]


def view_objections(view: dict[str, Any]) -> list[str]:
    sent = json.loads(json.dumps(view))
    try:
        is_kept = SlackView(**sent).to_dict() == view
    except Exception as error:
        return [*view_problems(view), repr(error)]
    return [*view_problems(view), *([] if is_kept else ["the SDK drops something"])]


def by_the_sdk(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if block["type"] in UNKNOWN_TO_THE_SDK:
            continue
        parsed = SlackBlock.parse(json.loads(json.dumps(block)))
        if parsed is None or parsed.to_dict() != block:
            yield f"the SDK drops something of {block['type']}"


def test_every_block_fits_every_surface() -> None:
    assert not objections(Message("question", "Hello", EVERY_BLOCK))
    assert not view_objections(surfaces.modal(Panel("Title", EVERY_BLOCK, "Close")))
    form = Form("Title", "answer_form", "1", EVERY_BLOCK, "Save", "Close")
    assert not view_objections(surfaces.modal(form, origin="home"))
    assert not view_objections(surfaces.home(EVERY_BLOCK))


@anything
@given(messages)
def test_any_message_fits(message: Message) -> None:
    assert not objections(message)
    drawn = surfaces.message(message).blocks
    has_native = any(block["type"] in UNKNOWN_TO_THE_SDK for block in drawn)
    assert surfaces.has_chart(message) is has_native


@anything
@given(forms | panels)
def test_any_view_fits(view: View) -> None:
    assert not view_objections(surfaces.modal(view))


@anything
@given(trees)
def test_any_home_fits(blocks: tuple[Block, ...]) -> None:
    assert not view_objections(surfaces.home(blocks))


def test_everything_the_sample_company_sees_fits_whole(seen: Screens) -> None:
    """Nothing is refused, and nothing had to be cut: no caption and no end of a text."""
    for found in (seen.arrived, seen.threads):
        for message in (m for of_one in found.values() for m in of_one):
            assert not objections(message), message
            assert say("more") not in json.dumps(surfaces.message(message).blocks)
    views = [surfaces.modal(view) for of_one in seen.views.values() for view in of_one.values()]
    for view in [*views, *map(surfaces.home, seen.homes.values())]:
        assert not view_objections(view), view
        assert say("more") not in json.dumps(view["blocks"])
        captions = [view[name]["text"] for name in ("title", "submit", "close") if name in view]
        assert not [caption for caption in captions if caption.endswith("…")]
    assert {action for of_one in seen.views.values() for action in of_one} >= {
        "admin_pause", "admin_preview", "my_answers", "open_form", "open_later", "summary_details",
    }  # fmt: skip


PLAIN = {"type": "plain_text", "text": "Yes"}
BUTTON = {"type": "button", "action_id": "a.1", "text": PLAIN, "value": "x"}
RADIO = {"type": "radio_buttons", "action_id": "f", "options": []}
OPTION = {"text": PLAIN, "value": "1"}


def field(element: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "input", "label": PLAIN, "element": element} | more


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text}}


def chart(**more: object) -> dict[str, Any]:
    points = [{"label": "1 Mar", "value": 2}]
    plot = {"type": "line", "series": [{"name": "Ana", "data": points}]}
    plot["axis_config"] = {"categories": ["1 Mar"]}
    return {"type": "data_visualization", "title": "Clear?", "chart": plot | more}


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([{"type": "divider"}] * 51, "51 blocks"),
        ([{"type": "section", "fields": [{"type": "plain_text", "text": "x" * 2001}]}], "2001"),
        ([field(RADIO)], "0 of them"),
        ([field(RADIO | {"options": [OPTION, OPTION]})], "stands 2 times"),
        ([field(RADIO | {"options": [OPTION], "initial_option": {}})], "none of the options"),
        ([actions(BUTTON, BUTTON)], "action_id: 'a.1' stands 2 times"),
        ([section("a") | {"block_id": "b"}, section("c") | {"block_id": "b"}], "block_id"),
        ([section(" \u200b\n")], "is empty"),
        ([section("x" * 3001)], "3001 characters"),
        ([section("\U0001f9ea" * 1501)], "3002 characters"),
        ([section("x" * 2600)] * 4, "10400 characters"),
        ([section("a\ud800b")], "no JSON"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel>"}}], "!channel"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "a < b"}}], "unescaped"),
        ([{"type": "rich_text", "elements": []}], "0 of them"),
        ([chart()] * 3, "3 charts"),
        ([chart(axis_config={"categories": ["1 Mar", "8 Mar"]})], "are not the categories"),
        ([{"type": "poll"}], "unknown type"),
        ([section("a") | {"colour": "red"}], "unknown field 'colour'"),
    ],
)
def test_the_checker_objects(blocks: list[dict[str, Any]], words: str) -> None:
    assert any(words in problem for problem in problems(blocks, "message"))


def test_the_checker_knows_surfaces_and_views() -> None:
    view = {"type": "modal", "blocks": [chart(), field({"type": "timepicker", "action_id": "f"})]}
    found = view_problems(view)

    assert "title: must be plain text" in found
    assert "submit: is required where a block is an input" in found
    assert "blocks[0]: data_visualization is not shown in a modal" in found
    assert view_problems({"type": "home", "blocks": []}) == ["blocks: a view needs at least one"]
    assert message_problems({"text": "@channel", "blocks": []}) == ["text: mentions everybody"]
    assert not message_problems({"text": "Hello", "blocks": [chart(), actions(BUTTON)]})
