"""What HR admins and operators are told of AI: how much, coarsely, and whether it can be used."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.services.ai_use import AiToday, Spent
from bot.services.ai_words import ai_lines
from prompts.words import shipped_words

BUDGET = 200_000


def told(*spent: Spent, asks: bool = True) -> list[str]:
    return list(ai_lines(shipped_words(), "en", AiToday("OpenAI", asks, spent)))


@given(tokens=st.integers(20_000, 260_000))
def test_figures_are_told_in_tenths_of_what_the_day_has(tokens: int) -> None:
    line = told(Spent("", tokens, BUDGET))[0]
    shown = int(line.split("at least ")[1].split("% of ")[0])
    assert shown % 10 == 0
    assert shown <= 90
    assert shown <= tokens * 100 / BUDGET
    assert shown == 90 or tokens * 100 / BUDGET < shown + 10


@given(tokens=st.integers(0, 19_999))
def test_the_first_calls_of_a_day_change_nothing(tokens: int) -> None:
    """Or whoever looks at it all the time could tell who answers with AI on."""
    expected = "AI (OpenAI): less than 10% of 200,000 tokens used today."
    assert told(Spent("", tokens, BUDGET)) == [expected]


def test_several_workspaces_are_named_and_whose_tokens_are_used_up() -> None:
    first, second, used_up = told(Spent("North", 43_500, BUDGET), Spent("South", 195_000, BUDGET))
    assert first == "AI (OpenAI): at least 20% of 200,000 tokens used today in North."
    assert second == "AI (OpenAI): at least 90% of 200,000 tokens used today in South."
    assert used_up == (
        "Today's tokens are used up in South: until tomorrow, summaries are written by fixed rules."
    )


def test_a_model_that_can_not_be_asked_comes_first() -> None:
    first, _ = told(Spent("", 0, BUDGET), asks=False)
    assert "can't be asked: “touchpoint check” says why" in first
