"""Whether a Slack status says that somebody is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.status import OPEN_END, away_until

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 17, tzinfo=UTC)


def profile(**changes: object) -> dict[str, object]:
    plain = {"status_emoji": "", "status_text": "", "status_expiration": 0}
    return plain | changes


@pytest.mark.parametrize(
    "says",
    [
        {"status_emoji": ":palm_tree:"},
        {"status_text": "Vacationing"},
        {"status_text": "On Holiday until Friday"},
        {"status_text": "Im Urlaub"},
        {"status_text": "OOO"},
    ],
)
def test_a_status_of_absence_holds_until_it_ends(says: dict[str, object]) -> None:
    ends = int(FRIDAY.timestamp())
    assert away_until(profile(**says, status_expiration=ends), NOW) == FRIDAY
    assert away_until(profile(**says), NOW) == NOW + OPEN_END


@pytest.mark.parametrize(
    "says",
    [
        {},
        {"status_emoji": ":house_with_garden:", "status_text": "Working remotely"},
        {"status_text": "In a meeting"},
        {"status_text": "Back from vacation"},
        {"status_text": "Zurück aus dem Urlaub", "status_emoji": ":palm_tree:"},
        {"status_text": "Zoom room", "status_emoji": ":calendar:"},
        {"status_emoji": ":palm_tree:", "status_expiration": int(NOW.timestamp()) - 1},
    ],
)
def test_any_other_status_says_nothing(says: dict[str, object]) -> None:
    assert away_until(profile(**says), NOW) is None


_ANYTHING = st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.booleans()


@given(
    st.dictionaries(
        st.sampled_from(["status_emoji", "status_text", "status_expiration"]), _ANYTHING
    )
    | _ANYTHING
)
def test_whatever_slack_sends_is_a_moment_to_come_or_nothing(given_: object) -> None:
    until = away_until(given_, NOW)
    assert until is None or NOW < until <= NOW + timedelta(days=366)
