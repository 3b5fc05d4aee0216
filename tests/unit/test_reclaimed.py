"""Reclaimed time: sums and counts over what was shared, and no more than that."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import Value
from bot.domain.reclaimed import HOURS, SAME, WENT, reclaimed
from bot.domain.summary import SharedAnswer
from prompts.library import load_packs

TUESDAY = datetime(2026, 3, 3, 10, tzinfo=UTC)
PEOPLE = [UUID(int=number) for number in range(1, 6)]
CATEGORIES = load_packs()["ai_capacity"].question(WENT).options


def shared(person: UUID, key: str, value: Value, weeks: int = 0) -> SharedAnswer:
    at = TUESDAY + timedelta(weeks=weeks)
    return SharedAnswer(uuid4(), uuid4(), person, key, UUID(int=9), value, at, f"{at:%G-W%V}")


def hours(person: UUID, number: int, weeks: int = 0) -> SharedAnswer:
    return shared(person, HOURS, Value(number=number), weeks)


def went(person: UUID, choice: str, weeks: int = 0) -> SharedAnswer:
    return shared(person, WENT, Value(choice=choice), weeks)


def test_the_pack_still_asks_what_is_counted() -> None:
    pack = load_packs()["ai_capacity"]
    assert {question.key for question in pack.questions} >= {HOURS, WENT}
    assert SAME in CATEGORIES


@given(
    st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 168)),
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(CATEGORIES)),
)
def test_what_is_told_is_the_sum_and_the_counts(
    saved: dict[UUID, int], where: dict[UUID, str]
) -> None:
    answers = [*(hours(*item) for item in saved.items()), *(went(*item) for item in where.items())]
    found = reclaimed(answers)
    if found is None:
        assert not answers
        return
    assert (found.hours, found.people) == (sum(saved.values()), len(saved))
    assert dict(found.went) == Counter(where.values())
    counts = [count for _, count in found.went]
    assert counts == sorted(counts, reverse=True)
    assert set(found.answers) == {answer.answer_id for answer in answers}
    same = list(where.values()).count(SAME)
    assert found.mostly_more_of_the_same == (same > len(where) - same)


def test_half_is_not_more_than_half() -> None:
    ana, ben, cleo, *_ = PEOPLE
    two = [went(ana, SAME), went(ben, "learning")]
    even, more = reclaimed(two), reclaimed([*two, went(cleo, SAME)])
    assert even is not None
    assert not even.mostly_more_of_the_same
    assert more is not None
    assert more.mostly_more_of_the_same


def test_of_two_check_ins_in_one_summary_the_last_one_counts() -> None:
    ana = PEOPLE[0]
    found = reclaimed([hours(ana, 2, weeks=1), hours(ana, 9), went(ana, SAME)])
    assert found is not None
    assert (found.hours, found.people, found.tellers) == (2, 1, 1)


def test_other_questions_and_skipped_ones_count_nowhere() -> None:
    ana = PEOPLE[0]
    others = [shared(ana, "ai_use_last_week", Value(choice="never")), shared(ana, HOURS, Value())]
    assert reclaimed(others) is None
    assert reclaimed([]) is None
