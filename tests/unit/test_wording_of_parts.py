"""A model's ways to begin a 1:1 and the fixed rules' beside each other."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.summary import Starter
from bot.services.wording import FEWEST_STARTERS, STARTERS, topped_up

starters = st.lists(
    st.builds(Starter, st.text(max_size=5), st.integers(1, 4).map(lambda n: UUID(int=n))),
    max_size=4,
)


@given(worded=starters, plain=starters)
def test_the_models_come_first_and_other_answers_before_the_same(
    worded: list[Starter], plain: list[Starter]
) -> None:
    found = topped_up(worded, plain)
    assert len(found) <= STARTERS
    assert list(found[: len(worded)]) == worded[:STARTERS]
    added = found[len(worded) :]
    assert all(starter in plain for starter in added)
    taken = {starter.version_id for starter in worded[:STARTERS]}
    again = [starter for starter in added if starter.version_id in taken]
    others = [starter for starter in plain if starter.version_id not in taken]
    if again:
        assert len(found) <= FEWEST_STARTERS
        assert all(starter in added for starter in others)


@given(worded=starters, plain=starters)
def test_there_are_two_where_the_rules_have_them(
    worded: list[Starter], plain: list[Starter]
) -> None:
    found = topped_up(worded, plain)
    assert len(found) >= min(FEWEST_STARTERS, len(worded) + len(plain))
