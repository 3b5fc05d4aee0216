"""Units of people, as the management tree stood, and which of them are large enough to be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Unit:
    """Everybody below one manager, that manager left out; the root is everybody.

    `people` of the unit were asked, `own` of them in no unit below it. Two units either have
    nobody in common, or one lies within the other.
    """

    id: UUID
    parent: UUID | None
    people: int
    own: int


@dataclass(frozen=True, slots=True)
class UnitTree:
    """`units` by id, each after the one it lies in: by depth, then the larger first, then by id.

    The order rests on who was asked, never on what anybody answered. `home` is the lowest unit of
    each person who was asked.
    """

    units: Mapping[UUID, Unit]
    home: Mapping[UUID, UUID]

    @property
    def root(self) -> UUID:
        return next(iter(self.units))

    def upwards(self, unit_id: UUID) -> Iterable[UUID]:
        """The unit and those it lies in, up to the root."""
        at: UUID | None = unit_id
        while at is not None:
            yield at
            at = self.units[at].parent


def unit_tree(
    root: UUID,
    asked: Iterable[UUID],
    managers: Mapping[UUID, UUID],
    meant: Iterable[UUID] = (),
) -> UnitTree:
    """The units of those who were asked.

    Args:
        root: the id of the unit of everybody.
        asked: who is counted in them.
        meant: further people whose managers' units are there as well, if empty.
        managers: the manager of each person and of each manager, for those who have one. Should
            it go in a circle, the circle is cut where it is first met.
    """
    home = {person: managers.get(person, root) for person in asked}
    others = [managers.get(person, root) for person in meant]
    parents = _parents(root, [*home.values(), *others], managers)
    depths = _depths(root, parents)
    own: dict[UUID, int] = defaultdict(int)
    for unit_id in home.values():
        own[unit_id] += 1
    people = own.copy()
    for unit_id in sorted(parents, key=lambda each: -depths[each]):
        people[parents[unit_id]] += people[unit_id]
    order = sorted([root, *parents], key=lambda each: (depths[each], -people[each], each))
    units = {each: Unit(each, parents.get(each), people[each], own[each]) for each in order}
    return UnitTree(units, home)


def _parents(root: UUID, homes: Iterable[UUID], managers: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """The unit that each unit lies in, of those with somebody in them."""
    parents: dict[UUID, UUID] = {}
    for home in homes:
        at, path = home, {root}
        while at not in path and at not in parents:
            path.add(at)
            above = managers.get(at, root)
            parents[at] = root if above in path else above
            at = parents[at]
    return parents


def _depths(root: UUID, parents: Mapping[UUID, UUID]) -> dict[UUID, int]:
    depths = {root: 0}
    for unit_id in parents:
        path = []
        at = unit_id
        while at not in depths:
            path.append(at)
            at = parents[at]
        depths |= {each: depths[at] + step for step, each in enumerate(reversed(path), start=1)}
    return depths


@dataclass(frozen=True, slots=True)
class Sized:
    """Units that are large enough, and what is left of each without those within it.

    above: the nearest of them around each of them (None for the root). own: how many were asked
    in what is left of each. where: the lowest of them that each unit of the tree lies in.
    """

    above: Mapping[UUID, UUID | None]
    own: Mapping[UUID, int]
    where: Mapping[UUID, UUID]


def large_enough(tree: UnitTree, answers: Mapping[UUID, int], minimum: int) -> Sized:
    """Units that may be shown by their size, so that what is left of each around those within it
    has at least `minimum` answers as well, or nobody who was asked.

    Whatever adding and subtracting such units gives is made of these remainders. One in which
    some were asked and nobody answered is none: it would tell that just these said nothing.

    Args:
        answers: how many each unit has of its own, without those in units below.
    """
    totals = _summed(tree, answers)
    above: dict[UUID, UUID | None] = {}
    where: dict[UUID, UUID] = {}
    left: dict[UUID, tuple[int, int]] = {}
    for unit in tree.units.values():
        around = where.get(unit.parent) if unit.parent else None
        mine = (totals[unit.id], unit.people)
        rest = _without(left[around], mine) if around else None
        if mine[0] >= minimum and (rest or unit.parent is None) and _may_stay(rest, minimum):
            above[unit.id], where[unit.id], left[unit.id] = around, unit.id, mine
            if around and rest:
                left[around] = rest
        elif around:
            where[unit.id] = around
    return Sized(above, {each: asked for each, (_, asked) in left.items()}, where)


def _without(whole: tuple[int, int], part: tuple[int, int]) -> tuple[int, int]:
    return whole[0] - part[0], whole[1] - part[1]


def _may_stay(rest: tuple[int, int] | None, minimum: int) -> bool:
    """Whether (answers, asked) may be left over of a unit; nothing is left over of the root's."""
    return rest is None or rest[0] >= minimum or rest[1] == 0


def _summed(tree: UnitTree, own: Mapping[UUID, int]) -> dict[UUID, int]:
    totals = {each: own.get(each, 0) for each in tree.units}
    for unit in reversed(list(tree.units.values())):
        if unit.parent is not None:
            totals[unit.parent] += totals[unit.id]
    return totals


def children(above: Mapping[UUID, UUID | None]) -> Mapping[UUID, Sequence[UUID]]:
    """The units directly within each, in the order given."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for unit_id, around in above.items():
        if around is not None:
            found[around].append(unit_id)
    return found
