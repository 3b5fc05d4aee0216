"""What is hidden for want of variety, so that the hiding itself tells nothing about anybody.

Showing all units but the unanimous ones would not do: who knows the rule could work out from what
is missing, and from the figures around it, what a hidden unit answered. So which units may be
hidden together is laid down beforehand, by size alone, as a hierarchy: two to five neighbouring
remainders form a cluster, such clusters form larger ones, up to everybody. A cluster is opened
only as a whole: where every part may be shown. Where it stays closed, its sum is shown only if at
least two of its parts could be the reason, each with some variety left to the others; otherwise
it counts as unanimous itself. So no answer can be worked out, not even by somebody who knows who
answered and how this works: the tests try every case of small companies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from bot.domain.group_units import Sized, children

_TWO = 2
_FEW = 3
"""Parts of a cluster; up to two more where the number isn't divisible."""


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A remainder of one unit (no parts), or several that are opened together or not at all.

    is_good: whether it may be shown for itself; is_open: whether its parts may be.
    """

    units: tuple[UUID, ...]
    counts: Counter[str]
    parts: tuple[_Cluster, ...] = ()

    @property
    def is_good(self) -> bool:
        return len(self.counts) > 1 and (not self.parts or self.is_open or self._tells_nothing())

    @property
    def is_open(self) -> bool:
        return all(part.is_good for part in self.parts)

    def _tells_nothing(self) -> bool:
        """Whether its sum leaves open which part is the reason that it stays closed."""
        possible = [part for part in self.parts if self._may_be_alike(part.counts.total())]
        return len(possible) > 1

    def _may_be_alike(self, people: int) -> bool:
        """Whether so many may have answered the same, the others not all the same."""
        return any(
            given > people or (given == people and len(self.counts) > _TWO)
            for given in self.counts.values()
        )

    def shown(self) -> list[_Cluster]:
        """The finest clusters of it that may be shown; it may be itself."""
        if not self.parts or not self.is_open:
            return [self]
        return [each for part in self.parts for each in part.shown()]


def varied_enough(sized: Sized, counts: Mapping[UUID, Counter[str]]) -> set[UUID]:
    """Which of the units that are large enough may be shown.

    counts: how often each option was given in what is left of each unit without those within it.
    """
    whole = _hierarchy(sized, counts)
    if whole is None or not whole.is_good:
        return set()
    shown = set(sized.above)
    for cluster in whole.shown():
        shown -= _cut(sized, cluster.units)
    return shown


def _cut(sized: Sized, together: Sequence[UUID]) -> set[UUID]:
    """The units that hold some of these remainders and not all."""
    held: Counter[UUID] = Counter()
    for unit_id in together:
        at: UUID | None = unit_id
        while at is not None:
            held[at] += 1
            at = sized.above[at]
    return {unit_id for unit_id, count in held.items() if count < len(together)}


def _hierarchy(sized: Sized, counts: Mapping[UUID, Counter[str]]) -> _Cluster | None:
    """All remainders with somebody in them; None where there is none.

    A remainder stands with those of the units beside its own: of about the same size, so that
    either may be the reason, and with little hidden around them.
    """
    within = children(sized.above)
    heads = {each: _Cluster((each,), +counts[each]) for each in sized.above if sized.own[each] > 0}
    inner: dict[UUID, _Cluster] = {}
    for unit_id in reversed(list(sized.above)):
        below = within.get(unit_id, ())
        beside = [heads.pop(each) for each in _by_size(sized, below) if each in heads]
        if unit_id in heads and (len(beside) == 1 or sized.above[unit_id] is None):
            beside.append(heads.pop(unit_id))
        items = _gathered(beside) + [inner.pop(each) for each in below if each in inner]
        if items:
            inner[unit_id] = _joined(items)
    return next(iter(inner.values()), None)


def _by_size(sized: Sized, units: Sequence[UUID]) -> list[UUID]:
    return sorted(units, key=lambda each: (-sized.own[each], each))


def _gathered(items: list[_Cluster]) -> list[_Cluster]:
    """Clusters of three to five of them, or of all where they are fewer."""
    groups = max(1, len(items) // _FEW)
    bounds = [len(items) * step // groups for step in range(groups + 1)]
    several = [items[start:end] for start, end in pairwise(bounds)]
    return [_cluster(some) for some in several if some]


def _joined(items: list[_Cluster]) -> _Cluster:
    while len(items) > 1:
        items = _gathered(items)
    return items[0]


def _cluster(parts: Sequence[_Cluster]) -> _Cluster:
    if len(parts) == 1:
        return parts[0]
    units = tuple(unit for part in parts for unit in part.units)
    counts = sum((part.counts for part in parts), Counter[str]())
    return _Cluster(units, counts, tuple(parts))
