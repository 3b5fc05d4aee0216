"""Microsoft's renderer and JSON schema take what is drawn, and both object to what is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.domain.message import Form, Message, Panel
from bot.teams import surfaces
from tests.contract.blocks import EVERY_BLOCK
from tests.contract.cards import FRAME, Card, form
from tests.harness import require
from tests.servers import node
from tests.servers.card_checker import Renderer, problems, renderer, schema_problems
from tests.servers.card_rules import rule_problems

TEXT = {"type": "TextBlock", "text": "Hello"}
RUN = {"type": "TextRun", "text": "Hello"}
BUTTON = {"type": "Action.Execute", "verb": "press", "title": "Yes", "data": {"a": "answer"}}
FIELD = {"type": "Input.Text", "id": "field.a", "label": "In your words"}
POINTS = [{"x": "a", "y": 1}, {"x": "b", "y": 2}]


@pytest.fixture(scope="module")
def reading() -> Iterator[Renderer]:
    require(node.modules)
    with renderer() as started:
        yield started


def test_every_surface_takes_every_block(reading: Renderer) -> None:
    drawn = surfaces.message(Message("question", "Hello", EVERY_BLOCK))
    assert not problems(drawn.card, reading, drawn.summary)
    form = Form("Title", "answer_form", "1", EVERY_BLOCK, "Save", "Close")
    for card in (
        surfaces.view(form, FRAME),
        surfaces.view(Panel("Title", EVERY_BLOCK, "Close"), FRAME),
        surfaces.home(EVERY_BLOCK, FRAME),
        surfaces.notice("That is closed.", FRAME, "Back"),
        surfaces.stub("Home", "home", "Open"),
    ):
        assert not problems(card, reading)


def card(*body: Any, **more: Any) -> Card:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body)} | more


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (card({"type": "Poll"}), "Unknown element type"),
        (card({"type": "Chart.Line", "data": []}), "Unknown element type"),
        (card({"type": "Input.Text", "label": "A"}), "unique Id"),
        (card(FIELD, FIELD), "field.a"),
        (card(TEXT | {"weight": "heavy"}), "heavy"),
        (card({"type": "ActionSet", "actions": [BUTTON] * 7}), "actions"),
    ],
)
def test_the_renderer_objects(wrong: Card, words: str, reading: Renderer) -> None:
    assert any(words in problem for problem in reading.problems(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        card(TEXT | {"colour": "red"}),
        card({"type": "TextBlock"}),
        card({"type": "ActionSet", "actions": {}}),
        card({"type": "RichTextBlock", "inlines": [{"type": "TextRun"}]}),
        card({"type": "Chart.Line", "fallback": {"type": "TextBlock"}}),
        card(TEXT, refresh={"verb": "show"}),
    ],
)
def test_the_schema_objects(wrong: Card) -> None:
    assert schema_problems(wrong)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (card(TEXT | {"text": "x" * 28_000}), "bytes"),
        (card(), "nothing in it"),
        (card(TEXT, refresh={"action": BUTTON}), "without a button"),
        (card({"type": "ActionSet", "actions": [BUTTON] * 7}), "7 actions"),
        (card({"type": "ActionSet", "actions": []}), "no action"),
        (card(TEXT, actions=[BUTTON | {"title": " \u200b"}]), "a title of"),
        (card(TEXT, actions=[BUTTON | {"verb": "explode"}]), "can't be read"),
        (card(TEXT, actions=[BUTTON | {"verb": "back"}]), "takes what was typed along"),
        (card({"type": "Action.OpenUrl", "title": "See", "url": "javascript:x"}), "leads to"),
        (card(FIELD, FIELD), "stands 2 times"),
        (card(FIELD | {"label": " "}), "no label"),
        (card(FIELD | {"choices": [{"title": "A", "value": ""}]}), "blank"),
        (card(FIELD | {"value": "b", "choices": [{"title": "A", "value": "a"}]}), "not offered"),
        (card(TEXT | {"text": "*bold*"}), "markup"),
        (card(RUN | {"selectAction": {}}), "a link"),
        (card({"type": "Chart.HorizontalBar", "data": POINTS}), "without a fallback"),
        (
            card({"type": "Chart.HorizontalBar", "data": [{"x": " ", "y": 1}], "fallback": "drop"}),
            "gap",
        ),
    ],
)
def test_the_rules_object(wrong: Card, words: str) -> None:
    assert any(words in problem for problem in rule_problems(wrong))


def test_a_form_of_nothing_but_fields_is_a_card(reading: Renderer) -> None:
    assert not problems(form(), reading)
