"""The Teams renderer: every block says what it holds, every button brings back what it must."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

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
    Look,
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
from bot.local.packing import kind_of
from bot.teams import surfaces
from bot.teams.texts import say
from bot.teams.values import NOTHING, Frame, Pressed, Verb, field_id, read
from prompts.library import load_packs
from tests.contract.blocks import EVERY_BLOCK, POINTS
from tests.contract.cards import (
    FRAME,
    Card,
    actions,
    form,
    home,
    inputs,
    kinds,
    message,
    panel,
    said,
    texts,
)
from tests.servers.card_rules import activity, rule_problems

SAYS = ("text", "label", "note", "title", "caption")
TREND = Chart("Clear?", ("3 Mar", "10 Mar"), (Series("Ana", (2.0, 4.0)),), 1, 5, "2, then 4")
SHARES = Bars("Clear?", ("disagree", "agree"), (25, 75), "disagree 25%, agree 75%")
LOAD = Table("Load", ("Day", "Messages"), (("Monday", "3"), ("Tuesday", "12")))


def pressed(action: Card) -> Pressed:
    """What comes back of it, as Teams wraps it."""
    return read({"action": {"verb": action["verb"], "data": action["data"]}})


@pytest.mark.parametrize("draw", [message, panel, form, home])
@pytest.mark.parametrize("block", EVERY_BLOCK, ids=kind_of)
def test_every_block_says_what_it_holds(draw: Callable[..., Card], block: Block) -> None:
    shown = json.dumps(draw(Text("Before"), block, Text("After")), ensure_ascii=False)

    assert all(getattr(block, name, "") in shown for name in SAYS)
    for several in ("items", "options", "points"):
        if not isinstance(block, ChoiceInput) or draw is form:
            assert all(part.label in shown for part in getattr(block, several, ()))
    if isinstance(block, Bars):
        assert all(label in shown for label in block.labels)
    if isinstance(block, Table):
        assert all(cell in shown for row in block.rows for cell in row)
    if draw is form:
        assert getattr(block, "hint", "") in shown
        assert getattr(block, "error", "") in shown


def test_a_message_refreshes_only_where_it_has_buttons() -> None:
    asks = message(Buttons((Button("Start", "start", "1"),)))["refresh"]["action"]

    assert pressed(asks) == Pressed(Verb.SHOW)
    assert "userIds" not in json.dumps(asks)
    assert "refresh" not in message(Text("Saved."), Link("See", "https://intranet.example"))


def test_a_messages_buttons_bring_back_their_value_and_no_frame() -> None:
    rating = Rating("Clear?", "answer", "1:clear", POINTS, "not", "very")
    card = message(Buttons((Button("Start", "start", "7", Look.PRIMARY),)), rating)
    start, one, *_ = actions(card)

    assert pressed(start) == Pressed(Verb.PRESS, "start", "7")
    assert start["style"] == "positive"
    assert pressed(one) == Pressed(Verb.PRESS, "answer", "1:clear", "1")
    assert [action["title"] for action in actions(card)[1:]] == list("12345")


def test_a_views_buttons_carry_its_frame() -> None:
    frame = Frame(("who_reads", "1", ""), ("who_reads", "1"), "home", FRAME.opened, {"a": "typed"})
    shown = surfaces.view(Panel("Who", (Buttons((Button("More", "more"),)),), "Close"), frame)

    assert [pressed(action).frame for action in actions(shown)] == [frame, frame]
    more, close = actions(shown)
    assert pressed(more).verb is Verb.PRESS
    assert pressed(close).verb is Verb.BACK


def test_a_panel_over_a_form_brings_back_what_was_typed_if_a_card_can_hold_it() -> None:
    for length, kept in ((7000, "ж" * 7000), (14_000, None)):
        frame = replace(FRAME, below=("open_form", "1", ""), typed={"text:a": "ж" * length})
        shown = surfaces.view(Panel("Who", (Text("Mara."),), "Close", covers=True), frame)

        back = pressed(actions(shown)[0]).frame
        assert (back.below, back.typed.get("text:a")) == (frame.below, kept)
        assert not rule_problems(shown)
        assert not rule_problems(surfaces.notice("Closed.", frame, "Back"))


def test_a_form_sends_its_fields_and_closing_takes_none_along() -> None:
    shown = surfaces.view(
        Form(
            "Title",
            "answer_form",
            "state",
            (Buttons((Button("Who reads?", "who_reads"),)), TextInput("text:a", "Words", "so far")),
            "Save",
            "Cancel",
        ),
        FRAME,
    )
    who_reads, save, cancel = actions(shown)

    assert pressed(save) == Pressed(Verb.FORM, "answer_form", "state", frame=FRAME)
    assert pressed(cancel) == Pressed(Verb.BACK, frame=FRAME)
    assert [action.get("associatedInputs") for action in (who_reads, save, cancel)] == [
        None, None, "none",
    ]  # fmt: skip
    assert inputs(shown)[0]["id"] == field_id("text:a")


def test_a_view_without_captions_gets_them() -> None:
    assert texts(surfaces.view(Form("T", "a", "", (), "", ""), FRAME)["actions"]) == [
        say("submit"), say("close"),
    ]  # fmt: skip
    assert said(panel()).split("\n") == ["Title", say("nothing"), "Close"]
    assert said(home(Text(""))) == say("nothing")
    assert said(surfaces.message(Message("note", "Hello", ())).card) == "Hello"
    assert surfaces.message(Message("note", " ", ())).summary == say("title")


def test_a_stub_runs_its_command_by_its_button_and_home_by_itself() -> None:
    shown = surfaces.stub("Home", "home", "Open")
    asks = shown["refresh"]["action"]

    assert [pressed(action) for action in (*actions(shown), asks)] == [
        Pressed(Verb.RUN, value="home")
    ] * 2
    assert said(shown["body"]) == "Home"
    assert "refresh" not in surfaces.stub("Pause", "pause", "Open")


def test_a_notice_leads_back() -> None:
    shown = surfaces.notice("That is closed.", FRAME, "Back")

    assert said(shown) == "That is closed.\nBack"
    assert pressed(actions(shown)[0]) == Pressed(Verb.BACK, frame=FRAME)


def test_an_attachment_is_an_adaptive_card() -> None:
    assert surfaces.attachment(home(Text("Hello")))["contentType"].endswith("card.adaptive")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "!channel", "//elsewhere.example", "https://[broken", ""]
)
def test_links_lead_to_the_web_or_to_mail(url: str) -> None:
    assert kinds(message(Link("See", url))) == ["RichTextBlock"]
    assert said(message(Link("See", url))) == "See"
    (shown,) = message(Link("See", "https://intranet.example/ai?a=1&b=2"))["body"]
    assert shown["actions"][0]["url"] == "https://intranet.example/ai?a=1&b=2"
    (mail,) = message(Link("", "mailto:ines@fernweh.example"))["body"]
    assert texts(mail) == ["mailto:ines@fernweh.example"]


def test_quotes_stay_together_with_what_they_answer() -> None:
    (box,) = message(Quote("It got easier.\n\nReally.", "How is work?"))["body"]

    assert (box["type"], box["style"]) == ("Container", "emphasis")
    assert texts(box) == ["How is work?", "It got easier.\n\nReally."]


def test_a_heading_is_one_to_a_screen_reader_unless_it_could_be_markup() -> None:
    plain, hostile = message(Heading("What changed"), Heading("*What* changed"))["body"]

    assert (plain["type"], plain["style"]) == ("TextBlock", "heading")
    assert hostile["type"] == "RichTextBlock"
    assert hostile["inlines"][0]["weight"] == "Bolder"


def test_blank_texts_and_idle_dividers_are_left_out() -> None:
    blocks = (Divider(), Text(" \n"), Heading("\u200b"), Quote("", ""), Divider(), Text("Hello"))
    first, second = message(*blocks, Divider(), Divider(), Text("you"), Divider())["body"]

    assert "separator" not in first
    assert second["separator"] is True


def test_a_rating_names_each_point_in_words() -> None:
    rating = Rating("Clear?", "answer", "1", POINTS, "not clear", "very clear")
    _, scale, buttons = message(Heading("Clear?"), rating)["body"]

    assert "2 slightly" in said(scale).replace("\u00a0", " ")
    assert buttons["actions"][1]["tooltip"] == "2 of 5: slightly"
    assert len(buttons["actions"]) == 5


def test_a_rating_without_labels_names_its_ends() -> None:
    bare = tuple(Option(str(number), "") for number in range(1, 6))
    scale = message(Rating("", "answer", "1", bare, "never", "always"))["body"][0]

    assert said(scale).split() == ["1", "never", "·", "5", "always"]


def test_a_point_that_is_a_sentence_stands_whole_above_its_number() -> None:
    said_ = load_packs()["burnout"].questions[0].words("en")
    points = tuple(Option(str(at), text) for at, text in enumerate(said_.points, 1))
    rating = Rating(said_.text, "answer", "1", points, said_.low, said_.high)

    _, above, _ = message(Heading(said_.text), rating)["body"]
    (field,) = inputs(form(ChoiceInput("rating:x", said_.text, points, "3")))

    assert [line[2:] for line in said(above).split("\n")] == list(said_.points)
    assert [choice["title"] for choice in field["choices"]] == list(said_.points)


def test_buttons_stand_in_rows_that_a_phone_shows_whole() -> None:
    names = ("Skip this question", "Not now", "Who can read my answers?", *"12345678")
    card = message(Buttons(tuple(Button(name, "a", name) for name in names)))

    assert [[action["title"] for action in row["actions"]] for row in card["body"]] == [
        ["Skip this question", "Not now"],
        ["Who can read my answers?", "1"],
        [*"234567"],
        ["8"],
    ]


def test_long_options_stand_whole_above_their_numbers() -> None:
    labels = [f"{word} " + "and so on " * 9 + word for word in ("First", "Second")]
    options = tuple(Option(str(at), label) for at, label in enumerate(labels))
    label, above, buttons = message(Choice("Which?", "answer", "1", options))["body"]

    assert said(label) == "Which?"
    assert said(above).split("\n") == [f"{n}  {text}" for n, text in enumerate(labels, 1)]
    assert [action["title"] for action in buttons["actions"]] == ["1", "2"]


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

    assert kinds(drawn) == ["TextBlock", "Input.Text", "TextBlock", "Input.Time"]


def test_a_field_keeps_what_was_typed_between_what_is_wrong_and_its_hint() -> None:
    long = "ж" * 4000
    (box,) = form(TextInput("a", "Words", long, max_length=80, hint="Short", error="Too long"))[
        "body"
    ][1:]
    problem, field, hint = box["items"]

    assert box["style"] == "attention"
    assert problem["inlines"][0]["color"] == "Attention"
    assert said(problem) == "Please look again: Too long"
    assert (field["value"], field["maxLength"]) == (long, 80)
    assert said(hint) == "Short"


def test_dates_and_times_show_only_what_is_one() -> None:
    shown = form(
        DateInput("a", "Until", "2026-03-09"), DateInput("b", "Until", "soon"),
        TimeInput("c", "At", "10:00"), TimeInput("d", "At", "noon"),
    )  # fmt: skip

    assert [field.get("value") for field in inputs(shown)] == ["2026-03-09", None, "10:00", None]


def test_a_field_outside_of_a_form_is_text() -> None:
    for draw in (message, panel, home):
        shown = draw(TextInput("a", "In your words", "so far"))
        assert not inputs(shown)
        assert "In your words\nso far" in said(shown)


@pytest.mark.parametrize(
    ("count", "label", "style"),
    [
        (6, "No", "expanded"),
        (7, "No", "compact"),
        (12, "Check-in: how work is going for you, and", "expanded"),
        (13, "Check-in: how work is going for you, and", "compact"),
        (3, "*No*", "compact"),
    ],
)
def test_few_options_are_radio_buttons_and_many_a_list(count: int, label: str, style: str) -> None:
    """A list cuts long ones on a phone; radio buttons could be read as markup."""
    options = tuple(Option(str(at), f"{label} {at}") for at in range(count))
    (field,) = inputs(form(ChoiceInput("a", "Which?", options, "1")))

    assert field["style"] == style
    assert field["value"] == "1"


def test_charts_stand_between_their_title_and_their_words() -> None:
    for draw in (message, home):
        assert kinds(draw(TREND)) == ["RichTextBlock", "Chart.Line", "RichTextBlock"]
        assert kinds(draw(SHARES))[1] == "Chart.HorizontalBar"
    _, line, text = message(TREND)["body"]
    assert line["data"][0]["values"] == [{"x": "3 Mar", "y": 2.0}, {"x": "10 Mar", "y": 4.0}]
    assert (line["yMin"], line["yMax"], line["fallback"]) == (1, 5, "drop")
    assert said(text) == "2, then 4"


def test_no_chart_is_drawn_through_a_gap_or_of_bars_that_read_the_same() -> None:
    two = replace(TREND, series=(*TREND.series, Series("Ben", (None, 3.0))))
    lone = replace(TREND, series=(Series("Ana", (2.0, None)),))
    for chart in (two, lone):
        assert kinds(message(chart)) == ["RichTextBlock", "RichTextBlock"]
    alike = replace(SHARES, labels=("agree", "agree"))
    assert texts(message(alike)["body"]) == ["Clear?", "25%", " agree", "75%", " agree"]


def test_tables_are_lists_where_a_phone_has_no_room() -> None:
    title, table = message(LOAD)["body"]
    assert said(title) == "Load"
    assert [texts(row) for row in table["rows"]] == [
        ["Day", "Messages"], ["Monday", "3"], ["Tuesday", "12"],
    ]  # fmt: skip
    wide = Table("Sent", ("Cadence", "When", "For"), (("AI check-in", "Tuesday " * 9, "15"),))
    _, row = message(wide)["body"]
    assert "".join(texts(row)) == f"AI check-in\nWhen: {('Tuesday ' * 9).strip()}\nFor: 15"


def test_what_does_not_fit_ends_with_a_line_and_keeps_every_button() -> None:
    rows = [Buttons((Button(f"Answer {at}", "answer", str(at)),)) for at in range(60)]
    blocks = [block for row in rows for block in (Text("word " * 200), row)]
    drawn = surfaces.message(Message("question", "Hello", tuple(blocks)))

    assert said(drawn.card["body"][:1]).startswith("word")
    assert said(drawn.card["body"][-1:]) == say("more")
    assert [pressed(a).value for a in actions(drawn.card)] == [str(at) for at in range(60)]
    assert 24_000 < len(activity(drawn.card, drawn.summary)) <= 28 * 1024


def test_what_does_not_fit_a_form_keeps_every_field() -> None:
    fields = [TextInput(f"text:{at}", "In your words", "ж" * 1500) for at in range(6)]
    shown = form(*(Text("word " * 600) for _ in range(90)), *fields)

    assert [field["value"] for field in inputs(shown)] == ["ж" * 1500] * 6
    assert said(shown["body"][-1:]) == say("more")


def test_a_form_with_more_than_a_card_takes_says_so_and_cannot_be_sent() -> None:
    """Half a form would take back what its other half said."""
    shown = form(*(TextInput(f"text:{at}", "In your words", "ж" * 3000) for at in range(6)))

    assert said(shown).split("\n") == ["Title", say("too_long"), "Close"]
    assert [pressed(action).verb for action in actions(shown)] == [Verb.BACK]


def test_a_value_that_could_not_come_back_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="give it an id"):
        form(Buttons((Button("Yes", "answer", "x" * 4001),)))


def test_the_widest_card_is_used_and_nothing_is_mentioned() -> None:
    shown: dict[str, Any] = message(Text("<at>Ana</at>"))

    assert shown["msteams"] == {"width": "Full"}
    assert shown["version"] == "1.5"
    assert FRAME.below == NOTHING
