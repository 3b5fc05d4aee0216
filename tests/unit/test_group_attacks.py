"""Whoever combines all figures that anybody may see works out no answer and no small group.

The attacker knows the company, who answered, and how the rule works; only the answers are unknown.
For small companies every possible set of answers is tried: those that look the same from outside
are what the attacker can't tell apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product
from math import comb
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.group_results import shown_figures
from bot.domain.group_units import UnitTree, unit_tree

ROOT = UUID(int=1)
MOST_WORLDS = 4_000

World = Mapping[UUID, Counter[str]]


@dataclass(frozen=True)
class Company:
    """A tree of units; `answers` is how many of each unit's own people answered."""

    tree: UnitTree
    answers: Mapping[UUID, int]

    def worlds(self, options: str) -> Iterator[World]:
        """Every way in which they may have answered; who of a unit gave which makes no odds."""
        ways = [list(combinations_with_replacement(options, n)) for n in self.answers.values()]
        for chosen in product(*ways):
            yield {unit: Counter(some) for unit, some in zip(self.answers, chosen, strict=True)}

    @property
    def answered(self) -> list[UUID]:
        """Units with answers of their own."""
        return [unit for unit, people in self.answers.items() if people]

    def count_worlds(self, options: str) -> int:
        found = 1
        for people in self.answers.values():
            found *= comb(people + len(options) - 1, len(options) - 1)
        return found


def company(shape: list[tuple[int, int, int]]) -> Company:
    """Per unit: which earlier one it lies in, how many own people were asked, how many answered."""
    units = [ROOT, *(UUID(int=100 + n) for n in range(1, len(shape)))]
    managers = {unit: units[above % n] for n, (unit, (above, _, _)) in _later(units, shape)}
    asked = {}
    for unit, (_, people, _) in zip(units, shape, strict=True):
        asked |= {UUID(int=unit.int * 1000 + n): unit for n in range(people)}
    tree = unit_tree(ROOT, asked, {**managers, **asked})
    told = {u: min(a, p) for u, (_, p, a) in zip(units, shape, strict=True) if u in tree.units}
    return Company(tree, told)


def _later(units, shape):  # type: ignore[no-untyped-def]  # inferred well enough in tests
    return enumerate(list(zip(units, shape, strict=True))[1:], start=1)


def shapes(most_units: int, most_people: int) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    people = st.integers(0, most_people)
    return st.lists(st.tuples(st.integers(0, 9), people, people), min_size=1, max_size=most_units)


@settings(max_examples=150, deadline=None)
@given(shapes(6, 5), st.sampled_from(["ab", "abc"]), st.integers(2, 4))
def test_no_answer_follows_from_what_is_shown_and_what_is_not(
    shape: list[tuple[int, int, int]], options: str, minimum: int
) -> None:
    """In the worlds that look alike nobody's answer is always the same, no group is always
    unanimous where anything is shown at all, and the figures of no set of units with fewer
    answers than the minimum are always the same. (The rule is the same for smaller minima.)
    """
    found = company(shape)
    assume(sum(found.answers.values()) >= minimum)
    assume(found.count_worlds(options) <= MOST_WORLDS)
    alike = defaultdict(list)
    for world in found.worlds(options):
        shown = shown_figures(found.tree, world, minimum)
        view = frozenset((unit, frozenset(counts.items())) for unit, counts in shown.items())
        alike[view].append(world)
    small = list(_small_sets(found, minimum))
    for view, worlds in alike.items():
        for unit in found.answered:
            assert len(set().union(*(w[unit] for w in worlds))) > 1
            assert not view or found.answers[unit] == 1 or any(len(w[unit]) > 1 for w in worlds)
        for units in small:
            assert len({_sum_of(world, units) for world in worlds}) > 1


def _small_sets(found: Company, minimum: int) -> Iterator[tuple[UUID, ...]]:
    for size in range(1, len(found.answered) + 1):
        for units in combinations(found.answered, size):
            if sum(found.answers[unit] for unit in units) < minimum:
                yield units


def _sum_of(world: World, units: tuple[UUID, ...]) -> frozenset[tuple[str, int]]:
    return frozenset(sum((world[unit] for unit in units), Counter[str]()).items())
