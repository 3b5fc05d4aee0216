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


@given(tokens=st.integers(1, 150_000))
def test_figures_are_rounded_up_to_thousands(tokens: int) -> None:
    [line] = told(Spent("", tokens, BUDGET))
    shown = int(line.split("about ")[1].split(" of ")[0].replace(",", ""))
    assert shown % 1_000 == 0
    assert tokens <= shown < tokens + 1_000


def test_a_day_on_which_nothing_was_asked() -> None:
    assert told(Spent("", 0, BUDGET)) == ["AI (OpenAI): none of 200,000 tokens used today."]


def test_several_workspaces_are_named_and_whose_tokens_are_used_up() -> None:
    first, second, used_up = told(Spent("North", 3_500, BUDGET), Spent("South", 195_000, BUDGET))
    assert first == "AI (OpenAI): about 4,000 of 200,000 tokens used today in North."
    assert second == "AI (OpenAI): about 195,000 of 200,000 tokens used today in South."
    assert used_up == (
        "Today's tokens are used up in South: until tomorrow, summaries are written by fixed rules."
    )


def test_a_model_that_can_not_be_asked_comes_first() -> None:
    first, _ = told(Spent("", 0, BUDGET), asks=False)
    assert "can't be asked: “touchpoint check” says why" in first
