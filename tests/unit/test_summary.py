"""The summary's arithmetic and quotes: verbatim beginnings, changes and trends by counting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import Value
from bot.domain.summary import RatingPoint, SharedAnswer, excerpt, trend_of

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
EMOJI = ["👩‍💻", "👍🏽", "🇩🇪", "❤️", "e\u0301", ". ", "! ", "? ", "\n", " ", "ok"]
texts = st.text(max_size=300) | st.lists(st.sampled_from(EMOJI), max_size=200).map("".join)


@given(text=texts, limit=st.integers(1, 150))
def test_an_excerpt_is_a_verbatim_beginning_within_the_limit(text: str, limit: int) -> None:
    shown = excerpt(text, limit)
    assert text.strip().startswith(shown)
    assert len(shown) <= limit
    assert "\n" not in shown
    assert bool(shown) is bool(text.strip())


@given(text=texts)
def test_what_is_short_is_quoted_to_the_end_of_its_first_sentence_or_line(text: str) -> None:
    shown, rest = excerpt(text, 1000), text.strip()
    following = rest[len(shown) :]
    assert not following or following[0] == "\n" or shown[-1] in ".!?"


@given(words=st.lists(st.text("abcdé", min_size=1, max_size=9), min_size=1, max_size=60))
def test_it_is_cut_between_words(words: list[str]) -> None:
    shown = excerpt(" ".join(words), 40)
    assert shown.split(" ") == words[: len(shown.split(" "))]


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("Fine. More below", 120, "Fine. More below"),
        ("Fine. More below", 10, "Fine."),
        ("Who decides? I don't know. Ask.", 28, "Who decides? I don't know."),
        ("First line\nsecond line", 120, "First line"),
        ("  padded  ", 120, "padded"),
        ("A long sentence. Then", 10, "A long"),
        ("Unbreakable", 4, "Unbr"),
        ("", 10, ""),
        (" \n ", 10, ""),
    ],
)
def test_examples(text: str, limit: int, shown: str) -> None:
    assert excerpt(text, limit) == shown


def point(key: str, day: int, rating: int) -> RatingPoint:
    return RatingPoint(key, f"week {day}", NOW + day * DAY, rating)


points = st.lists(
    st.builds(point, st.sampled_from("ab"), st.integers(0, 50), st.integers(1, 5)), max_size=20
)


@given(given_=points, limit=st.integers(1, 8))
def test_a_trend_is_the_last_ratings_of_one_question_in_order(
    given_: list[RatingPoint], limit: int
) -> None:
    trend = trend_of(given_, "a", limit)
    of_a = [p for p in given_ if p.question_key == "a"]
    left_out = [p for p in of_a if p not in trend]
    assert len(trend) == min(limit, len(of_a))
    assert list(trend) == sorted(trend, key=lambda p: p.answered_at)
    assert all(p.question_key == "a" and p in given_ for p in trend)
    assert all(p.answered_at <= trend[0].answered_at for p in left_out)


ANSWER = SharedAnswer(
    answer_id=UUID(int=1),
    version_id=UUID(int=2),
    subject_id=UUID(int=3),
    question_key="clear",
    pack_revision_id=UUID(int=4),
    value=Value(rating=2),
    answered_at=NOW,
    period="2026-W10",
)


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (Value(rating=2), Value(rating=5), -3),
        (Value(rating=4), Value(rating=4), 0),
        (Value(rating=5), Value(rating=1), 4),
        (Value(rating=5), None, None),
        (Value(rating=5), Value(text="fine"), None),
        (Value(text="fine"), Value(rating=5), None),
    ],
)
def test_a_change_needs_two_ratings(now: Value, before: Value | None, change: int | None) -> None:
    assert replace(ANSWER, value=now, previous=before).rating_change == change
