"""A question that managers read by name is counted of everybody, or not at all."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.group_named import shown_whole
from bot.domain.group_units import unit_tree

ROOT = UUID(int=1)


@given(st.lists(st.lists(st.sampled_from("12345"), min_size=1, max_size=9), min_size=1, max_size=5))
def test_what_a_manager_knows_by_name_leads_to_nobody(teams: list[list[str]]) -> None:
    """With their people's answers and their own taken out, five are left that differ, or nothing
    is shown.
    """
    managers = [uuid4() for _ in teams]
    above = {uuid4(): boss for boss, team in zip(managers, teams, strict=True) for _ in team}
    tree = unit_tree(ROOT, above, above)
    tally = {boss: Counter(team) for boss, team in zip(managers, teams, strict=True)}
    shown = shown_whole(tree, tally, 5)
    assert set(shown) <= {ROOT}
    for whole in shown.values():
        for team in teams:
            rest = whole - Counter(team)
            for own in rest:
                left = rest - Counter([own])
                assert left.total() >= 5
                assert len(left) > 1


def test_two_teams_large_enough_are_shown_together() -> None:
    managers = [uuid4(), uuid4()]
    above = {uuid4(): boss for boss in managers for _ in range(7)}
    tree = unit_tree(ROOT, above, above)
    given_each = Counter({"4": 4, "2": 3})
    assert shown_whole(tree, dict.fromkeys(managers, given_each), 5) == {
        ROOT: Counter({"4": 8, "2": 6})
    }


def test_one_team_alone_is_not_shown() -> None:
    boss = uuid4()
    above = {uuid4(): boss for _ in range(9)}
    assert shown_whole(unit_tree(ROOT, above, above), {boss: Counter("444455522")}, 5) == {}
