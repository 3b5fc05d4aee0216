"""What is hidden for want of variety, so that the hiding itself tells nothing about anybody.

Showing all units but the unanimous ones would not do: who knows the rule could work out from what
is missing, and from the figures around it, what a hidden unit answered. So which units may be
hidden together is laid down beforehand, by size alone, as a hierarchy: two to five neighbouring
remainders form a cluster, such clusters form larger ones, up to everybody. A cluster is opened
only as a whole: where every part may be shown. Where it stays closed, its sum is shown only if at
least two of its parts could be the reason, each with some variety left to the others; otherwise
it counts as unanimous itself.

Whoever answered knows one answer more than other readers: their own. So a group counts as
unanimous already where all but one agree, or the one would know the others' answers; and which
part is the reason stays open also to somebody who knows an answer in any of them. So no answer
can be worked out, not even by somebody who knows who answered, how this works, and one answer:
the tests try every case of small companies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from uuid import UUID

from bot.domain.group_units import Sized, children

_TWO = 2
_FEW = 3
"""Parts of a cluster; up to two more where the number isn't divisible."""


@dataclass(frozen=True)
class _Cluster:
    """A remainder of one unit (no parts), or several that are opened together or not at all.

    is_good: whether it may be shown for itself; is_open: whether its parts may be.
    """

    units: tuple[UUID, ...]
    counts: Counter[str]
    parts: tuple[_Cluster, ...] = ()

    @cached_property
    def is_good(self) -> bool:
        return _is_varied(self.counts) and (not self.parts or self.is_open or self._tells_nothing())

    @cached_property
    def is_open(self) -> bool:
        return all(part.is_good for part in self.parts)

    def _tells_nothing(self) -> bool:
        """Whether its sum leaves open which part is the reason that it stays closed.

        Never of two parts: one who knows from talk that the own team differs would know that it
        is the other.
        """
        return len(self.parts) > _TWO and all(self._leaves_open(own) for own in self.counts)

    def _leaves_open(self, own: str) -> bool:
        """Whether two parts at least could be the reason for somebody who gave this answer, and
        knows which part it is in.
        """
        others = self.counts - Counter([own])
        sizes = [part.counts.total() for part in self.parts]
        without = [any(_alike(people, others)) for people in sizes]
        holding = [any(own in some for some in _alike(people, self.counts)) for people in sizes]
        return all(
            sum(without) - without[at] + holding[at] >= _TWO for at in range(len(self.parts))
        )

    def shown(self) -> list[_Cluster]:
        """The finest clusters of it that may be shown; it may be itself."""
        if not self.parts or not self.is_open:
            return [self]
        return [each for part in self.parts for each in part.shown()]


def _is_varied(counts: Counter[str]) -> bool:
    """Whether two answers at least differ from the most frequent one: whichever single answer is
    taken out, the rest isn't unanimous.
    """
    return counts.total() - max(counts.values(), default=0) >= _TWO


def _alike(people: int, among: Counter[str]) -> Iterator[Counter[str]]:
    """What so many of these may have answered so that all but one at most agree, and those who
    are left don't all.
    """
    for most, given in among.items():
        for odd in among if given >= people - 1 else ():
            some = Counter({most: people - 1}) + Counter([odd])
            if some <= among and len(among - some) > 1:
                yield some


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


@dataclass(frozen=True)
class _Handed:
    """What a unit hands up to the one around it: clusters, and remainders with too few beside."""

    single: list[_Cluster]
    clusters: list[_Cluster]


def _hierarchy(sized: Sized, counts: Mapping[UUID, Counter[str]]) -> _Cluster | None:
    """All remainders with somebody in them; None where there is none.

    A remainder stands with those of the units beside its own: of about the same size, so that
    each may be the reason, and with little hidden around them. Two wouldn't do for a cluster:
    they wait for others further up.
    """
    within = children(sized.above)
    handed: dict[UUID, _Handed] = {}
    for unit_id in reversed(list(sized.above)):
        own = [_Cluster((unit_id,), +counts[unit_id])] if sized.own[unit_id] > 0 else []
        below = [handed.pop(each) for each in within.get(unit_id, ())]
        handed[unit_id] = _handed_up(own, below, at_top=sized.above[unit_id] is None)
    tops = [each for top in handed.values() for each in top.clusters]
    return _joined(tops) if tops else None


def _handed_up(own: list[_Cluster], below: Sequence[_Handed], *, at_top: bool) -> _Handed:
    single = _by_size(each for unit in below for each in unit.single)
    clusters = [each for unit in below for each in unit.clusters]
    if at_top or len(single) < _FEW:
        single, own = [*single, *own], []
    if at_top or len(single) >= _FEW:
        single, clusters = [], [*_gathered(single), *clusters]
    if len(clusters) >= _FEW:
        clusters = [_joined(clusters)]
    return _Handed([*own, *single], clusters)


def _by_size(clusters: Iterable[_Cluster]) -> list[_Cluster]:
    return sorted(clusters, key=lambda each: (-each.counts.total(), each.units))


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
