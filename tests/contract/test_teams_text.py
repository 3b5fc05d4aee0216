"""Nobody's words become markup, a date, a link or a mention: seen in Microsoft's own renderer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.message import (
    Bars,
    Block,
    Button,
    Buttons,
    Chart,
    Choice,
    ChoiceInput,
    DateInput,
    Form,
    Heading,
    Link,
    Message,
    Option,
    Panel,
    Quote,
    Rating,
    Series,
    Table,
    Text,
    TextInput,
    TimeInput,
    Tone,
)
from bot.domain.plain_text import clean, is_blank
from bot.teams import surfaces
from bot.teams.texts import is_inert, literal, notification
from tests.contract.blocks import HOSTILE
from tests.contract.cards import FRAME, Card
from tests.contract.trees import NASTY
from tests.harness import require
from tests.servers import node
from tests.servers.card_page import CardPage, Shown, opened

DATE = "{{DATE(2026-03-02T10:00:00Z, SHORT)}}"
TIME = "{{TIME(2026-03-02T10:00:00Z)}}"
PIECES = (
    *HOSTILE, *NASTY, DATE, TIME, "**bold**", "__bold__", "[x](https://e.vil)", "](", "[x]: /y",
    "![x](https://e.vil/x.png)", "\\*", "# ", "- ", "+ ", "1. ", "2) ", "> ", "---", "~~gone~~",
    "<at>Ana</at>", "<b>", "</div>", "&amp;", "&#42;", "https://e.vil", "www.e.vil", "e.com",
    "a@e.com", "|a|b|", "\n", "\n\n", "    ", "(c)", ":-)", "${x}", "{{", "}}", "\u2066", "\u202e",
    "\u2028", "\u200d", "Word ", "3.5 ", "(4 or 5)", "1:1 ",
)  # fmt: skip
hostile = (
    st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=6)
    .map("".join)
    .map(lambda text: text[:55])
)
"""No longer than what stands whole everywhere."""
SAFE = "Word"


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[CardPage]:
    require(node.modules)
    with opened(chromium) as found:
        yield found


def every_block(text: str) -> tuple[Block, ...]:
    """Each kind of block with `text` wherever somebody's words may stand."""
    option = (Option("1", text),)
    return (
        Heading(text),
        *(Text(text, tone) for tone in Tone),
        Link(text, "https://intranet.example/ai"),
        Quote(text, text),
        Buttons((Button(text, "a", "1"),)),
        Rating(text, "a", "1", option, text, text),
        Choice(text, "a", "1", option),
        Chart(text, ("a", "b"), (Series("c", (1.0, 2.0)),), 1, 5, text),
        Bars(text, (text, text), (40, 60), text),
        Table(text, (text, text), ((text, text),)),
        Table(text, (text,) * 5, ((text,) * 5,)),
    )


def every_field(text: str) -> tuple[Block, ...]:
    return (
        TextInput("a", text, text, hint=text, error=text),
        ChoiceInput("b", text, (Option("1", text), Option("2", "Other")), "1", text, text),
        ChoiceInput("c", text, tuple(Option(str(at), text) for at in range(8)), "1", text),
        DateInput("d", text, hint=text, error=text),
        TimeInput("e", text, hint=text, error=text),
    )


def cards(text: str) -> list[Card]:
    blocks = every_block(text)
    return [
        surfaces.message(Message("question", text, blocks)).card,
        surfaces.view(Panel(text, blocks, text), FRAME),
        surfaces.view(Form(text, "send", "1", every_field(text), text, text), FRAME),
        surfaces.home(blocks, FRAME),
        surfaces.notice(text, FRAME, text),
        surfaces.stub(text, "home", text),
    ]


def visible(text: str) -> str:
    """What of `text` can be compared: no white space, and nothing that keeps markup from being."""
    return "".join(clean(text).replace("\u2060", "").split())


@pytest.fixture(scope="module")
def harmless(page: CardPage) -> list[Shown]:
    return page.shown(cards(SAFE))


@settings(max_examples=40)
@given(hostile)
def test_words_stay_words(page: CardPage, harmless: list[Shown], text: str) -> None:
    """The same elements as a harmless word makes, the same links, and every letter each time."""
    tags = frozenset().union(*(shown.tags for shown in harmless)) | {"BR", "OPTION", "SELECT"}
    for shown, expected in zip(page.shown(cards(text)), harmless, strict=True):
        assert shown.tags <= tags
        assert shown.links == expected.links
        if not is_blank(text):
            times = expected.text.count(SAFE)
            assert visible(shown.text).count(visible(text)) >= times > 0


@given(
    st.text("aBcom: 12.,;!?'\"()%/\u00b7\u2019\u201c\u2013\u2026-\u00e4", max_size=20).filter(
        is_inert
    )
)
def test_what_counts_as_inert_is(page: CardPage, text: str) -> None:
    block = {"type": "TextBlock", "text": text, "wrap": True}
    (shown,) = page.shown([{"type": "AdaptiveCard", "version": "1.5", "body": [block]}])

    assert shown.tags == {"DIV", "P"}
    assert visible(shown.text) == visible(text)


@pytest.mark.parametrize("text", ["**b**", "[x](https://e.vil)", "- a", "www.e.com", DATE])
def test_the_renderer_reads_markup_where_it_is_let(page: CardPage, text: str) -> None:
    """Otherwise the others would prove nothing."""
    block = {"type": "TextBlock", "text": text, "wrap": True}
    (shown,) = page.shown([{"type": "AdaptiveCard", "version": "1.5", "body": [block]}])

    assert shown.tags != {"DIV", "P"} or shown.text.strip() != text
    assert not is_inert(text)


def test_the_renderer_reads_dates_in_texts_where_it_is_let(page: CardPage) -> None:
    run = {"type": "TextRun", "text": DATE}
    block = {"type": "RichTextBlock", "inlines": [run]}
    (shown,) = page.shown([{"type": "AdaptiveCard", "version": "1.5", "body": [block]}])

    assert DATE not in shown.text
    assert literal(DATE).replace("\u2060", "") == DATE


@given(hostile)
def test_a_notification_is_one_harmless_line(text: str) -> None:
    shown = notification(text)

    assert shown.strip()
    assert "\n" not in shown
    assert "<at" not in shown.lower()
    assert "{{" not in shown
    assert len(shown) <= 300 + shown.count("\u2060")
