"""Whoever combines all figures that anybody may see works out no answer and no small group.

The attacker knows the company, who answered, and how the rule works, and may have answered too:
then one answer is known, their own. For small companies every possible set of answers is tried:
those that look the same from outside are what the attacker can't tell apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product
from math import comb
from random import Random
from uuid import UUID

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.group_results import participation, shown_comments, shown_figures
from bot.domain.group_units import UnitTree, large_enough, unit_tree

ROOT = UUID(int=1)
MOST_WORLDS = 4_000
MINIMUM, COMMENTS = 5, 10

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


@settings(max_examples=60)
@given(shapes(6, 5), st.sampled_from(["ab", "abc"]), st.integers(2, 4))
@example([(0, 0, 0), *[(0, 6, 6)] * 3], "ab", 5)
@example([(0, 0, 0), (0, 5, 5), (0, 6, 6), (0, 9, 9)], "ab", 5)
@example([(0, 6, 6), *[(0, 6, 6)] * 3], "ab", 5)
@example([(0, 0, 0), (0, 0, 0), *[(1, 5, 5)] * 2, *[(0, 5, 5)] * 2], "ab", 5)
@example([(0, 0, 0), *[(0, 4, 4)] * 3], "abc", 4)
def test_no_answer_follows_from_what_is_shown_and_what_is_not(
    shape: list[tuple[int, int, int]], options: str, minimum: int
) -> None:
    """In the worlds that look alike nobody's answer is always the same and no group is always
    unanimous, nor are they to anybody who answered and knows that one answer. The figures of no
    set of units with fewer answers than the minimum are always the same. (The rule is the same
    for smaller minima.)
    """
    found = company(shape)
    assume(sum(found.answers.values()) >= minimum)
    assume(found.count_worlds(options) <= MOST_WORLDS)
    small = list(_small_sets(found, minimum))
    for worlds in _alike(found, options, minimum):
        _leave_answers_open(worlds)
        for unit, own in product(found.answered, options):
            _leave_answers_open([_without(w, unit, own) for w in worlds if w[unit][own]])
        for units in small:
            assert len({_sum_of(world, units) for world in worlds}) > 1


def _alike(found: Company, options: str, minimum: int) -> Iterable[list[World]]:
    """The worlds in groups that look the same from outside."""
    alike = defaultdict(list)
    for world in found.worlds(options):
        shown = shown_figures(found.tree, world, minimum)
        view = frozenset((unit, frozenset(counts.items())) for unit, counts in shown.items())
        alike[view].append(world)
    return alike.values()


def _without(world: World, unit: UUID, own: str) -> World:
    return {**world, unit: world[unit] - Counter([own])}


def _leave_answers_open(worlds: list[World]) -> None:
    for unit in worlds[0] if worlds else ():
        people = worlds[0][unit].total()
        assert not people or len(set().union(*(world[unit] for world in worlds))) > 1
        assert people < 2 or any(len(world[unit]) > 1 for world in worlds)


def _small_sets(found: Company, minimum: int) -> Iterator[tuple[UUID, ...]]:
    for size in range(1, len(found.answered) + 1):
        for units in combinations(found.answered, size):
            if sum(found.answers[unit] for unit in units) < minimum:
                yield units


def _sum_of(world: World, units: tuple[UUID, ...]) -> frozenset[tuple[str, int]]:
    return frozenset(sum((world[unit] for unit in units), Counter[str]()).items())


@given(shapes(14, 12), st.randoms(use_true_random=False), st.sampled_from([2, 5]))
def test_whatever_is_added_and_subtracted_is_large_and_varied(
    shape: list[tuple[int, int, int]], chance: Random, options: int
) -> None:
    """Sets of people that the attacker can reach by uniting, cutting and subtracting shown units:
    each has five answers or nobody who was asked, and they are never all the same, nor all but
    one.
    """
    found = company(shape)
    world = _random_world(found, chance, options)
    shown = shown_figures(found.tree, world, MINIMUM)
    reached = [_within(found.tree, unit) for unit in shown]
    for _ in range(60 if reached else 0):
        one, other = chance.choice(reached), chance.choice(reached)
        reached.append(chance.choice([one | other, one & other, one - other]))
    for units in reached:
        total = sum((world[unit] for unit in units if unit in world), Counter[str]())
        asked = sum(found.tree.units[unit].own for unit in units)
        assert asked == 0 or (total.total() >= MINIMUM and total.total() - max(total.values()) > 1)
    for unit, counts in shown.items():
        assert counts == sum(
            (world[each] for each in _within(found.tree, unit) if each in world), Counter[str]()
        )


@given(shapes(14, 12), st.randoms(use_true_random=False))
def test_who_answered_at_all_is_hidden_by_the_same_rule(
    shape: list[tuple[int, int, int]], chance: Random
) -> None:
    """Of no set that can be reached is it known that everybody answered, or nobody did, nor that
    all but one did, or didn't.
    """
    found = company(shape)
    people = sorted(found.tree.home)
    did = chance.sample(people, chance.randint(0, len(people)))
    shown = shown_figures(found.tree, participation(found.tree, did), MINIMUM)
    for unit in shown:
        rest = _within(found.tree, unit)
        for other in shown:
            if other != unit and unit in found.tree.upwards(other):
                rest -= _within(found.tree, other)
        there = [person for person, home in found.tree.home.items() if home in rest]
        answered = len({*there} & {*did})
        assert not there or (len(there) >= MINIMUM and 1 < answered < len(there) - 1)


@given(shapes(14, 25))
def test_comments_come_in_groups_of_ten(shape: list[tuple[int, int, int]]) -> None:
    """Each group that any units can be made of has ten comments, and nobody's are in two."""
    found = company(shape)
    where = shown_comments(found.tree, found.answers, COMMENTS)
    sizes: Counter[UUID] = Counter()
    for unit, lowest in where.items():
        assert lowest in found.tree.upwards(unit)
        sizes[lowest] += found.answers.get(unit, 0)
    people = Counter(dict.fromkeys(where.values(), 0))
    for unit, lowest in where.items():
        people[lowest] += found.tree.units[unit].own
    assert all(size >= COMMENTS or not people[lowest] for lowest, size in sizes.items())


@given(shapes(10, 9), st.randoms(use_true_random=False))
def test_which_units_are_tried_first_rests_on_who_was_asked(
    shape: list[tuple[int, int, int]], chance: Random
) -> None:
    """With the same people answering, other answers never make another unit large enough."""
    found = company(shape)
    sized = large_enough(found.tree, found.answers, MINIMUM)
    for _ in range(3):
        shown = shown_figures(found.tree, _random_world(found, chance, 5), MINIMUM)
        assert shown.keys() <= sized.above.keys()


def _random_world(found: Company, chance: Random, options: int) -> World:
    """Answers that agree more often than not, as people do."""
    liked = [chance.choice("abcde"[:options]) for _ in range(3)]
    return {
        unit: Counter(chance.choice(liked) for _ in range(people))
        for unit, people in found.answers.items()
    }


def _within(tree: UnitTree, unit_id: UUID) -> set[UUID]:
    return {each for each in tree.units if unit_id in tree.upwards(each)}
