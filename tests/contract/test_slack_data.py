"""Charts and tables in Slack: drawn where it draws them, said in words everywhere."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.message import Bars, Chart, Message, Quote, Series, Table
from bot.slack import surfaces
from tests.contract.drawn import home, kinds, message, panel, said, texts

TREND = Chart("Clear?", ("3 Mar", "10 Mar"), (Series("Ana", (2.0, 4.0)),), 1, 5, "2, then 4")
SHARES = Bars("Clear?", ("disagree", "agree"), (25, 75), "disagree 25%, agree 75%")
LOAD = Table("Load", ("Day", "Messages"), (("Monday", "3"), ("Tuesday", "12")))


def test_charts_are_drawn_in_messages_with_their_text_beside_them() -> None:
    """Beside them and nowhere else: a notification is read on a locked phone by anybody."""
    sent = Message("summary", "Your week", (TREND,))
    drawn = surfaces.message(sent)

    assert kinds(drawn.blocks) == ["data_visualization", "context"]
    assert drawn.text == "Your week"
    assert surfaces.has_chart(sent)
    assert kinds(surfaces.without_charts(sent).blocks) == ["context"]
    assert said(surfaces.without_charts(sent).blocks) == "Clear?\n2, then 4"
    for draw in (panel, home):
        assert kinds(draw(TREND)) == ["context"]


def test_a_third_chart_is_text() -> None:
    drawn = message(*(replace(TREND, title=f"No. {at}") for at in range(3)))

    assert kinds(drawn).count("data_visualization") == 2
    assert said(drawn[-1:]) == "No. 2\n2, then 4"


def test_a_chart_leaves_out_the_days_on_which_nothing_was_said() -> None:
    """Slack refuses a gap; a line between two series of which one has none would be invented."""
    labels = ("3 Mar", "10 Mar", "17 Mar")
    gap = replace(TREND, labels=labels, series=(Series("Ana", (2.0, None, 4.0)),))
    plot = message(gap)[0]["chart"]
    assert plot["axis_config"] == {"categories": ["3 Mar", "17 Mar"], "y_label": "1 to 5"}

    two = replace(gap, series=(*gap.series, Series("Ben", (1.0, 2.0, 3.0))))
    lone = replace(gap, series=(Series("Ana", (2.0, None, None)),))
    assert kinds(message(two)) == kinds(message(lone)) == ["context"]


def test_a_chart_does_not_repeat_the_question_above_it() -> None:
    assert said(panel(Quote("Fine.", "Clear?"), TREND)).count("Clear?") == 1


def test_shares_are_bars_in_messages_and_a_list_elsewhere() -> None:
    sent = Message("summary", "Your week", (SHARES,))
    drawn = surfaces.message(sent)

    plot, below = drawn.blocks
    assert plot["chart"] == {
        "type": "bar",
        "series": [
            {
                "name": "% of answers",
                "data": [{"label": "disagree", "value": 25}, {"label": "agree", "value": 75}],
            }
        ],
        "axis_config": {"categories": ["disagree", "agree"], "y_label": "% of answers"},
    }
    assert said([below]) == "disagree 25%, agree 75%"
    assert drawn.text == "Your week"
    for listed in (surfaces.without_charts(sent).blocks, panel(SHARES), home(SHARES)):
        assert "".join(texts(listed)) == "Clear?25% disagree75% agree"


def test_bars_that_would_read_the_same_are_a_list() -> None:
    alike = replace(SHARES, labels=("I know what the goals are", "I know what the goals mean"))

    assert "data_visualization" in kinds(message(SHARES))
    assert "data_visualization" not in kinds(message(alike))
    assert "75% I know what the goals mean" in "".join(texts(message(alike)))


def test_bars_count_as_charts_of_the_message() -> None:
    drawn = message(TREND, TREND, SHARES)

    assert kinds(drawn).count("data_visualization") == 2
    assert "".join(texts(drawn)).endswith("25% disagree75% agree")


def test_tables_are_native_in_messages_and_lines_elsewhere() -> None:
    title, table = message(LOAD)
    assert said([title]) == table["caption"] == "Load"
    assert [list(texts(row)) for row in table["rows"]] == [
        ["Day", "Messages"], ["Monday", "3"], ["Tuesday", "12"],
    ]  # fmt: skip
    for draw in (panel, home):
        assert "".join(texts(draw(LOAD))) == "LoadMonday: 3Tuesday: 12"


def test_the_cells_of_a_wide_row_are_named() -> None:
    wide = Table("Sent", ("Cadence", "When", "For"), (("AI check-in", "Tuesday", "15 people"),))

    assert "".join(texts(panel(wide)[1:])) == "AI check-in\nWhen: Tuesday\nFor: 15 people"
