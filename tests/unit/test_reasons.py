"""Every reason why somebody gets nothing has words, for operators and for HR."""

import pytest

from bot.cli.reasons import remedy, short, why
from prompts.words import shipped_words

BARRED = ["blocked", "bot", "deactivated", "external", "guest", "missing", "not_installed"]


@pytest.mark.parametrize("reason", [*BARRED, "no_platform", "unconfirmed"])
def test_an_operator_is_told_why(reason: str) -> None:
    assert " " in why(reason)
    assert "_" not in short(reason)


@pytest.mark.parametrize("reason", [*BARRED[2:], "blocked", "no_platform", "unconfirmed"])
def test_an_operator_is_told_what_to_do(reason: str) -> None:
    assert remedy(reason) != remedy("bot")


@pytest.mark.parametrize("reason", [*BARRED, "no_platform", "unknown"])
def test_hr_reads_words(reason: str) -> None:
    assert shipped_words().say("preview", "en")[f"reason_{reason}"]


@pytest.mark.parametrize("reason", ["maybe_sent", "timed_out", "something_new"])
def test_a_reason_without_words_of_its_own_can_be_read(reason: str) -> None:
    assert "_" not in why(reason) + short(reason)
