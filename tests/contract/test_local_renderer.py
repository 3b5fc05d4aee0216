"""The local page's renderer: every block drawn, every control labelled, nobody's text trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

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
)
from bot.local import bars
from bot.local.bars import stacked
from bot.local.charts import HEIGHT, WIDTH, drawing
from bot.local.packing import kind_of, pack, unpack
from bot.local.render import Place, Reader, environment, initials, render, safe_url
from prompts.words import shipped_words
from tests.contract.blocks import EVERY_BLOCK, HOSTILE

READER = Reader(shipped_words(), "en-GB", "Europe/Berlin")
CONTROLS = {"input", "textarea", "select", "button"}


class Parsed(HTMLParser):
    """The tags with their attributes, and the text outside and inside of them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.labelled: set[int] = set()
        self.texts: dict[int, str] = {}
        self._open: list[int] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        here = len(self.tags) - 1
        if any(self.tags[parent][0] == "label" for parent in self._open):
            self.labelled.add(here)
        if tag not in {"input", "img", "hr", "br", "link", "meta"}:
            self._open.append(here)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self.tags[self._open.pop()][0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for parent in self._open:
            self.texts[parent] = self.texts.get(parent, "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def text(self) -> str:
        return self.texts.get(0, "")


def drawn(*blocks: Block) -> Parsed:
    """The blocks as they stand in a message."""
    source = '{% import "macros/blocks.html" as blocks %}<div>{{ blocks.draw(given, ui) }}</div>'
    template = environment().from_string(source)
    return Parsed(template.render(given=blocks, ui=Place(READER, "b1", "/local/as/x/act")))


def shown(view: Panel | Form) -> Parsed:
    """A view as it stands in the dialog."""
    is_form = isinstance(view, Form)
    html = render("parts/overlay.html", READER, view=view, is_form=is_form, act="/act")
    return Parsed(f"<div>{html}</div>")


def unlabelled(parsed: Parsed) -> Iterator[str]:
    """Controls whose purpose nothing tells."""
    labels = {attributes.get("for") for attributes in parsed.all("label")}
    for number, (tag, attributes) in enumerate(parsed.tags):
        if tag not in CONTROLS or attributes.get("type") == "hidden":
            continue
        named = number in parsed.labelled or attributes.get("id") in labels
        says = parsed.texts.get(number, "").strip() if tag == "button" else ""
        if not (named or says or attributes.get("aria-label")):
            yield f"{tag} {attributes}"


def test_the_examples_hold_every_kind_of_block() -> None:
    assert {type(block) for block in EVERY_BLOCK} == set(get_args(Block))


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=kind_of)
def test_every_block_says_what_it_holds(block: Block) -> None:
    parsed = drawn(block)
    said = parsed.text() + str([attributes for _, attributes in parsed.tags])

    for text in _texts(block):
        assert text in said


def _texts(block: Block) -> Iterator[str]:
    for name in ("text", "label", "note", "title", "caption", "hint", "error"):
        yield getattr(block, name, "")
    for several in ("items", "options", "points"):
        yield from (part.label for part in getattr(block, several, ()))
    if isinstance(block, Bars):
        yield from (*block.labels, *(f"{share}%" for share in block.shares))
    if isinstance(block, Table):
        yield from (cell for row in (block.header, *block.rows) for cell in row)


def test_a_divider_separates() -> None:
    assert drawn(Divider()).all("hr")


def test_every_control_is_labelled_and_every_id_is_unique() -> None:
    parsed = drawn(*EVERY_BLOCK)

    assert not list(unlabelled(parsed))
    assert len(parsed.ids()) == len(set(parsed.ids()))


def test_a_form_ties_errors_and_hints_to_their_fields() -> None:
    inputs = (TextInput, ChoiceInput, DateInput, TimeInput)
    fields = [b for b in EVERY_BLOCK if isinstance(b, inputs)]
    parsed = shown(Form("Check-in", "answer_form", "1", tuple(fields), "Save", "Cancel"))
    ids = set(parsed.ids())

    assert not list(unlabelled(parsed))
    described = [a for _, a in parsed.tags if a.get("aria-invalid") == "true"]
    assert len(described) == sum(bool(field.error) for field in fields)
    for attributes in described:
        assert set(attributes["aria-describedby"].split()) <= ids
    links = [a["href"] for a in parsed.all("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= ids


def test_a_form_sends_its_action_its_value_and_a_token_of_its_own() -> None:
    form = Form("Later", "later", "abc", (), "OK", "Cancel")
    first, second = shown(form), shown(form)

    def sent(parsed: Parsed) -> dict[str, str]:
        return {a["name"]: a["value"] for a in parsed.all("input") if a.get("type") == "hidden"}

    assert sent(first)["form"] == "later abc"
    assert sent(first)["token"] != sent(second)["token"]


def test_a_rating_names_each_point_in_words() -> None:
    parsed = drawn(next(b for b in EVERY_BLOCK if isinstance(b, Rating)))
    names = [
        " ".join(parsed.texts[number].split())
        for number, (tag, _) in enumerate(parsed.tags)
        if tag == "button"
    ]

    assert names[2] == "3 of 5: partly"


def test_a_label_that_repeats_the_heading_is_for_screen_readers_alone() -> None:
    rating = next(b for b in EVERY_BLOCK if isinstance(b, Rating))
    after = drawn(Heading(rating.label), rating)
    alone = drawn(rating)

    assert "hidden" in after.all("p")[0]["class"]
    assert "hidden" not in alone.all("p")[0]["class"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("make", [
    Heading,
    Text,
    lambda text: Link(text, text),
    lambda text: Quote(text, text),
    lambda text: Buttons((Button(text, "a", text),)),
    lambda text: Rating(text, "a", text, (Option(text, text),), text, text),
    lambda text: Choice(text, "a", text, (Option(text, text),)),
    lambda text: TextInput(text, text, text, hint=text, error=text),
    lambda text: ChoiceInput(text, text, (Option(text, text),), text, text, text),
    lambda text: DateInput(text, text, text, text, text, text),
    lambda text: TimeInput(text, text, text, text, text),
    lambda text: Chart(text, (text,), (Series(text, (1.0,)),), 1, 5, text),
    lambda text: Bars(text, (text,), (40,), text),
    lambda text: Table(text, (text,), ((text,),)),
])  # fmt: skip
def test_what_a_person_typed_stays_text(make: object, text: str) -> None:
    assert callable(make)
    harmless, hostile = drawn(make("harmless")), drawn(make(text))

    assert [tag for tag, _ in hostile.tags if tag != "a"] == [
        tag for tag, _ in harmless.tags if tag != "a"
    ]
    assert not [name for _, attributes in hostile.tags for name in attributes if name[:2] == "on"]
    assert all(not a["href"].startswith("javascript") for a in hostile.all("a"))


@given(st.text(max_size=200))
def test_any_text_comes_through_whole(text: str) -> None:
    # HTML itself turns these into others: the parser's rule, not the page's.
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")

    shown_text = drawn(Text(kept)).text()

    assert kept.strip() in shown_text


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://intranet.example/ai", True),
        ("mailto:ines@fernweh.example", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//elsewhere.example", False),
        ("https://[broken", False),
    ],
)
def test_links_lead_to_the_web_or_to_mail(url: str, is_safe: bool) -> None:
    assert bool(safe_url(url)) is is_safe
    assert bool(drawn(Link("Here", url)).all("a")) is is_safe


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana Ribeiro", "AR"), ("Wiremu te Tane", "WT"), ("Cher", "C"), ("", "?"), ("(x)", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


FINITE = st.floats(-1e6, 1e6)
SERIES = st.builds(Series, values=st.lists(st.none() | FINITE).map(tuple))
CHARTS = st.builds(Chart, series=st.lists(SERIES, max_size=3).map(tuple), low=FINITE, high=FINITE)
SHARES = st.integers(0, 100)
BARS = st.lists(st.tuples(st.text(max_size=300), SHARES), max_size=20).map(
    lambda pairs: Bars("Clear?", tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), "Said")
)
BLOCKS = st.one_of(
    CHARTS, BARS, *(st.builds(kind) for kind in get_args(Block) if kind is not Chart)
)


@given(st.builds(Message, blocks=st.lists(BLOCKS, max_size=6).map(tuple)))
def test_packing_gives_back_the_same_message(message: Message) -> None:
    assert unpack(pack(message)) == message


def test_packing_stands_a_lone_surrogate() -> None:
    assert unpack(pack(Message("typed", "a\ud800b", ()))).text == "a?b"


@given(CHARTS)
def test_a_chart_stays_within_its_frame(chart: Chart) -> None:
    drawn_chart = drawing(chart)

    for line in drawn_chart.lines:
        assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in line.dots)


@given(BARS)
def test_bars_stay_within_their_frame_and_apart(block: Bars) -> None:
    drawn_bars = stacked(block)

    below = 0.0
    for row in drawn_bars.rows:
        assert below < row.lines[0].y < row.lines[-1].y + 1 < row.y
        assert 0 <= row.length <= bars.ROOM
        assert (row.length == 0) is (row.share == 0)
        below = row.y + bars.THICK
    assert below <= drawn_bars.height


def test_a_chart_leaves_a_gap_where_nothing_was_said() -> None:
    chart = next(b for b in EVERY_BLOCK if isinstance(b, Chart))
    gap, whole = drawing(chart), drawing(replace(chart, series=(Series("Ana", (2.0, 3.0, 4.0)),)))

    assert len(gap.lines[0].runs) == 2
    assert len(whole.lines[0].runs) == 1
