"""Whatever is said fits a card of Teams: at most 28 KB, valid, and with every button that fits."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from bot.domain.message import Block, Button, Buttons, Form, Message, Panel, Quote, Text, Tone, View
from bot.services.paging import how_many_fit
from bot.teams import surfaces
from bot.teams.texts import say
from tests.contract.cards import FRAME, Card
from tests.contract.trees import forms, messages, panels, trees
from tests.harness import require
from tests.sample_screens import Screens
from tests.servers import node
from tests.servers.card_checker import Renderer, problems, renderer
from tests.servers.card_rules import rule_problems

anything = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
some = settings(anything, max_examples=20)
"""The schema takes a quarter of a second for a full card."""


@pytest.fixture(scope="module")
def reading() -> Iterator[Renderer]:
    require(node.modules)
    with renderer() as started:
        yield started


@anything
@given(messages)
def test_any_message_fits(message: Message) -> None:
    drawn = surfaces.message(message)
    assert not rule_problems(drawn.card, drawn.summary)
    assert drawn.summary.strip()


@anything
@given(forms | panels)
def test_any_view_fits(view: View) -> None:
    assert not rule_problems(surfaces.view(view, FRAME))


@anything
@given(trees)
def test_any_home_fits(blocks: tuple[Block, ...]) -> None:
    assert not rule_problems(surfaces.home(blocks, FRAME))


@some
@given(message=messages, view=forms | panels)
def test_any_card_is_one(reading: Renderer, message: Message, view: View) -> None:
    for card in (surfaces.message(message).card, surfaces.view(view, FRAME)):
        assert not problems(card, reading)


def test_everything_the_sample_company_sees_fits_whole(seen: Screens, reading: Renderer) -> None:
    """Nothing is refused, and nothing had to be cut: no title and no end of a text."""
    for card in cards_of(seen):
        assert not rule_problems(card)
        assert not reading.problems(card)
        shown = json.dumps(card, ensure_ascii=False)
        assert say("more") not in shown
        assert say("too_long") not in shown
        titles = [action["title"] for action in card.get("actions", [])]
        assert not [title for title in titles if title.endswith("…")]


@pytest.mark.parametrize("letter", ["x", "ж", "語", "\U0001f9ea"])
@pytest.mark.parametrize("length", [1, 200, 1000, 3000])
def test_a_page_of_answers_fits_whole(letter: str, length: int) -> None:
    """What services put on one page of a panel, with every button that an answer has."""
    key = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    labels = ("Change", "Only for me", "Erase")
    pieces: list[tuple[Block, ...]] = [
        (
            Quote(letter * length, "How is your work experience overall?"),
            Text("Mara Lindholm can read it while managing you.", Tone.MUTED),
            Buttons(tuple(Button(label, "my_answer_change", key) for label in labels)),
        )
    ] * 40
    shown = [block for piece in pieces[: how_many_fit(pieces)] for block in piece]
    card = surfaces.view(Panel("My answers", tuple(shown), "Close", ("my_answers", "0")), FRAME)

    assert not rule_problems(card)
    assert say("more") not in json.dumps(card)


def cards_of(seen: Screens) -> Iterator[Card]:
    for found in (seen.arrived, seen.threads):
        for message in (m for of_one in found.values() for m in of_one):
            yield surfaces.message(message).card
    for view in (view for of_one in seen.views.values() for view in of_one.values()):
        assert isinstance(view, Form | Panel)
        yield surfaces.view(view, FRAME)
    for blocks in seen.homes.values():
        yield surfaces.home(blocks, FRAME)
