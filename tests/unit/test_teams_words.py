"""Which commands only open something."""

from __future__ import annotations

import pytest

from bot.teams.words import opener, opens

OF_ONESELF = ("home", "my answers", "My answers!", "my data", "data", "who reads?", "who", "status")
OF_OTHERS = ("cadence", "preview", "agenda", "promise", "pause", "form", "snooze", "help")
ACTING = ("start", "stop", "opt out", "resume", "undo", "skip", "next")
WITH_MORE = ("agenda the move", "agenda\nthe move", "pause until 2026-03-09", "pause 2026-03-09")


@pytest.mark.parametrize(
    "words",
    [*OF_ONESELF, *OF_OTHERS],
)
def test_what_only_opens_something(words: str) -> None:
    assert opens(words, "en")
    assert opens(opener(words, "en"), "en")


@pytest.mark.parametrize(
    "words",
    [*ACTING, *WITH_MORE, "", "tomorrow"],
)
def test_all_else_does_more(words: str) -> None:
    assert not opens(words, "en")


@pytest.mark.parametrize(
    ("words", "bare"),
    [("Agenda  the move", "Agenda"), ("pause 2026-03-09", "pause"), ("stop it", ""), ("heron", "")],
)
def test_what_opens_without_what_stands_behind(words: str, bare: str) -> None:
    assert opener(words, "en") == bare
