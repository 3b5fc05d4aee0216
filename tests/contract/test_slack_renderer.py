"""The Slack renderer: every block says what it holds, nothing typed is markup, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
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
    Divider,
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
from bot.domain.plain_text import clean, clip, size, split
from bot.local.packing import kind_of
from bot.slack import surfaces
from bot.slack.texts import say
from prompts.library import load_packs
from tests.contract.blocks import EVERY_BLOCK, HOSTILE
from tests.contract.drawn import Drawn, form, home, kinds, message, panel, said, texts
from tests.contract.trees import LONG

LABELS = ("not clear", "slightly", "partly", "mostly", "very clear")
POINTS = tuple(Option(str(number), label) for number, label in enumerate(LABELS, 1))
ONLY_IN_MESSAGES = {(Chart, "title"), (Bars, "text")}
"""Elsewhere a chart's text says it all, and bars are a list that says what their text would."""
LONG_LABELS = tuple(f"{word} " + "and so on " * 9 + word for word in ("First", "Second"))


@pytest.mark.parametrize("draw", [message, panel, form, home])
@pytest.mark.parametrize("block", EVERY_BLOCK, ids=kind_of)
def test_every_block_says_what_it_holds(draw: Callable[..., Drawn], block: Block) -> None:
    drawn = json.dumps(draw(Text("Before"), block, Text("After")), ensure_ascii=False)

    for name in ("text", "label", "note", "title", "caption"):
        if draw is message or (type(block), name) not in ONLY_IN_MESSAGES:
            assert getattr(block, name, "") in drawn
    for several in ("items", "options", "points"):
        if not isinstance(block, ChoiceInput) or draw is form:
            assert all(part.label in drawn for part in getattr(block, several, ()))
    if isinstance(block, Bars):
        assert all(label in drawn for label in block.labels)
        assert all(str(share) in drawn for share in block.shares)
    if isinstance(block, Table):
        assert all(cell in drawn for row in block.rows for cell in row)
    if draw is form:
        assert getattr(block, "hint", "") in drawn
        assert getattr(block, "error", "") in drawn


@pytest.mark.parametrize("text", [*HOSTILE, "*bold* _it_ `code`", ":wave:", "a\ud800b"])
@pytest.mark.parametrize("make", [
    Heading,
    Text,
    lambda text: Text(text, Tone.STRONG),
    lambda text: Text(text, Tone.MUTED),
    lambda text: Link(text, text),
    lambda text: Quote(text, text),
    lambda text: Buttons((Button(text, "a", "1"),)),
    lambda text: Rating(text, "a", "1", (Option("1", text),), text, text),
    lambda text: Choice(text, "a", "1", (Option("1", text),)),
    lambda text: TextInput("a", text, text, hint=text, error=text),
    lambda text: ChoiceInput("a", text, (Option("1", text),), "1", text, text),
    lambda text: DateInput("a", text, text, text, text, text),
    lambda text: TimeInput("a", text, text, text, text),
    lambda text: Chart(text, (text, "b"), (Series(text, (1.0, 2.0)),), 1, 5, text),
    lambda text: Bars(text, (text, "b"), (40, 60), text),
    lambda text: Table(text, (text,), ((text,),)),
])  # fmt: skip
def test_what_a_person_typed_stays_text(make: Callable[[str], Block], text: str) -> None:
    """Nothing typed is mrkdwn, an emoji name, or a part of rich text that looks something up."""
    for draw in (message, panel, form, home):
        drawn = draw(make(text))
        assert not list(texts(drawn, "mrkdwn"))
        assert '"emoji": true' not in json.dumps(drawn)
        parts = {part["type"] for part in _rich_parts(drawn)}
        assert parts <= {"text"}


def _rich_parts(value: object) -> Iterator[dict[str, Any]]:
    for block in value if isinstance(value, list) else ():
        if str(block.get("type")).startswith("rich_text_") and block["type"] != "rich_text_list":
            yield from block["elements"]
        yield from _rich_parts(block.get("elements"))


def test_the_notification_mentions_nobody_and_links_nowhere() -> None:
    typed = "<!channel> <@U1> @here see https://evil.example/x & you"

    text = surfaces.message(Message("typed", typed, ())).text

    assert text.startswith("&lt;!channel&gt; &lt;@U1&gt; @")
    assert "@here" not in text
    assert "://" not in text
    assert "&amp;" in text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://intranet.example/ai?a=1&b=2", "<https://intranet.example/ai?a=1&amp;b=2|See>"),
        ("https://x.example/a|b>c d", "<https://x.example/a%7Cb%3Ec%20d|See>"),
        ("mailto:ines@fernweh.example", "<mailto:ines@fernweh.example|See>"),
        ("javascript:alert(1)", ""),
        ("!channel", ""),
        ("//elsewhere.example", ""),
        ("https://[broken", ""),
    ],
)
def test_links_lead_to_the_web_or_to_mail(url: str, shown: str) -> None:
    drawn = message(Link("See", url))

    assert list(texts(drawn, "mrkdwn")) == ([shown] if shown else [])
    assert "See" in said(drawn)


def test_quotes_stay_together_with_what_they_answer() -> None:
    (drawn,) = message(Quote("It got easier.", "How is work?"))

    assert [part["type"] for part in drawn["elements"]] == ["rich_text_section", "rich_text_quote"]
    assert list(texts(drawn)) == ["How is work?", "It got easier."]


@pytest.mark.parametrize("text", LONG)
def test_long_texts_are_whole(text: str) -> None:
    """Split at paragraphs, lines or words, with nothing but white space gone at the cuts."""
    for longest in (75, 2000, 3000):
        parts = split(text, longest)
        assert all(size(part) <= longest for part in parts)
        visible = text.replace("\u200b", "")
        assert "".join("".join(parts).split()) == "".join(visible.split())


@given(st.text(st.characters(), max_size=400), st.integers(2, 60))
def test_no_split_loses_a_visible_character(text: str, longest: int) -> None:
    def visible(given_: str) -> str:
        return "".join(clean(given_).split())

    parts = split(text, longest)
    whole = visible("".join(parts))

    assert all(size(part) <= longest for part in parts)
    assert [c for c in visible(text) if c.isprintable()] == [c for c in whole if c.isprintable()]


def test_texts_are_cut_where_a_word_ends() -> None:
    first, second = split("A sentence. " * 300, 3000)
    assert first.endswith("sentence.")
    assert second.startswith("A ")
    assert clip("Pause for the whole company", 24) == "Pause for the whole…"
    assert clip("Donaudampfschifffahrtsgesellschaft", 24) == "Donaudampfschifffahrtsg…"


def test_a_heading_too_long_for_one_is_bold() -> None:
    assert kinds(message(Heading("x" * 150))) == ["header"]
    assert kinds(message(Heading("x" * 151))) == ["rich_text"]


def test_blank_texts_and_idle_dividers_are_left_out() -> None:
    blocks = (Divider(), Text(" \n"), Heading("\u200b"), Quote("", ""), Divider(), Text("Hello"))
    assert kinds(message(*blocks, Divider(), Divider(), Text("you"), Divider())) == [
        "section", "divider", "section",
    ]  # fmt: skip
    assert surfaces.message(Message("note", " ", ())).text == say("title")


def test_an_empty_view_says_so() -> None:
    assert said(panel()) == say("nothing")
    assert said(home(Text(""))) == say("nothing")


def test_a_rating_names_each_point_in_words() -> None:
    rating = Rating("Clear?", "answer", "1", POINTS, "not clear", "very clear")
    scale, buttons = message(Heading("Clear?"), rating)[1:]

    assert "2 slightly" in said([scale]).replace("\u00a0", " ")
    assert [button["text"]["text"] for button in buttons["elements"]] == list("12345")
    assert buttons["elements"][1]["accessibility_label"] == "2 of 5: slightly"


def test_a_rating_without_labels_names_its_ends() -> None:
    bare = tuple(Option(str(number), "") for number in range(1, 6))
    scale = message(Rating("", "answer", "1", bare, "never", "always"))[0]

    assert said([scale]).replace("\u00a0", " ") == "1 never  ·  5 always"


def test_a_point_that_is_a_sentence_stands_whole_above_its_number() -> None:
    words = load_packs()["burnout"].questions[0].words("en")
    points = tuple(Option(str(at), text) for at, text in enumerate(words.points, 1))
    rating = Rating(words.text, "answer", "1", points, words.low, words.high)
    choice = ChoiceInput("rating:x", words.text, points, "3")

    above, buttons = message(Heading(words.text), rating)[1:]
    (field,) = form(choice)

    assert [line[2:] for line in said([above]).split("\n")] == list(words.points)
    assert all(size(b["accessibility_label"]) <= 75 for b in buttons["elements"])
    for option, text in zip(field["element"]["options"], words.points, strict=True):
        assert " ".join(texts(option)) == text


def test_long_options_stand_whole_above_their_numbers() -> None:
    options = tuple(Option(str(at), label) for at, label in enumerate(LONG_LABELS))
    label, above, buttons = message(Choice("Which?", "answer", "1", options))

    assert said([label]) == "Which?"
    assert said([above]).split("\n") == [f"{n}  {text}" for n, text in enumerate(LONG_LABELS, 1)]
    assert [button["text"]["text"] for button in buttons["elements"]] == ["1", "2"]


@pytest.mark.parametrize("make", [
    lambda label: Rating(label, "answer", "1", POINTS, "", ""),
    lambda label: Choice(label, "answer", "1", (Option("a", "A"),)),
])  # fmt: skip
def test_no_label_repeats_the_heading_above_it(make: Callable[[str], Block]) -> None:
    assert said(message(Heading("Clear?"), Text("On AI"), make("Clear?"))).count("Clear?") == 1
    assert said(message(Heading("Other"), make("Clear?"))).count("Clear?") == 1


def test_in_a_form_the_heading_gives_way_to_the_fields_label() -> None:
    drawn = form(
        Heading("Clear?"), TextInput("a", "Clear?"), Heading("Other"), TimeInput("b", "At")
    )

    assert kinds(drawn) == ["input", "header", "input"]


def test_a_field_outside_of_a_form_is_text() -> None:
    for draw in (message, panel, home):
        assert "input" not in kinds(draw(TextInput("a", "In your words", "so far")))
        assert said(draw(TextInput("a", "In your words", "so far"))) == "In your words\nso far"


def test_few_options_are_radio_buttons_and_many_a_select() -> None:
    def element(count: int) -> dict[str, Any]:
        options = tuple(Option(str(at), f"No. {at}") for at in range(count))
        found: dict[str, Any] = form(ChoiceInput("a", "Which?", options, "1"))[0]["element"]
        return found

    assert element(10)["type"] == "radio_buttons"
    assert element(11)["type"] == "static_select"
    assert element(40)["initial_option"]["value"] == "1"


def test_what_does_not_fit_a_message_ends_with_a_line_and_keeps_every_button() -> None:
    rows = [Buttons((Button(f"Answer {at}", "answer", str(at)),)) for at in range(60)]
    blocks = [block for row in rows for block in (Text("word " * 100), row)]
    drawn = message(*blocks)

    assert len(drawn) <= 50
    assert said(drawn[:1]).startswith("word")
    assert said(drawn[-1:]) == say("more")
    pressed = [e["value"] for b in drawn if b["type"] == "actions" for e in b["elements"]]
    assert pressed == [f'["{at}",""]' for at in range(60)]


def test_what_does_not_fit_a_view_keeps_every_field() -> None:
    fields = [TextInput(f"text:{at}", "In your words", "ж" * 3000) for at in range(8)]
    drawn = form(*(Text("word " * 600) for _ in range(90)), *fields)

    assert kinds(drawn).count("input") == 8
    assert said(drawn[-1:]) == say("more")


def test_a_form_with_more_fields_than_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="ask for less at once"):
        form(*(TextInput(f"text:{at}", "In your words") for at in range(101)))


@pytest.mark.parametrize(
    ("block", "remedy"),
    [
        (TextInput("x" * 250, "In your words"), "name takes"),
        (ChoiceInput("a", "Which?", (Option("x" * 151, "X"),)), "give it a key"),
        (Buttons((Button("Yes", "answer", "x" * 2000),)), "give it an id"),
    ],
)
def test_what_could_not_come_back_is_refused_with_the_remedy(block: Block, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        form(block)


def test_captions_are_cut_where_a_word_ends() -> None:
    view = surfaces.modal(Form("Collaboration and trust, again", "a", "", (), "Save this now", ""))

    assert view["title"]["text"] == "Collaboration and trust…"
    assert view["submit"]["text"] == "Save this now"
    assert "close" not in view
    assert "submit" not in surfaces.modal(Panel("", (), "Close"))
    assert surfaces.modal(Panel("", (), "Close"))["title"]["text"] == say("title")
