"""Figures of a question that managers read by name: of everybody together, or of nobody.

Whoever manages knows what their own people said. A figure of a smaller group would be one
subtraction away from the few in it who report to somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from bot.domain.group_units import UnitTree


def shown_whole(
    tree: UnitTree, tally: Mapping[UUID, Counter[str]], minimum: int
) -> dict[UUID, Counter[str]]:
    """The counts of everybody, by the root's id, where they may be shown.

    Whoever's people are taken out, with the manager's own answer besides, at least `minimum`
    answers must be left, and more than one option among them.

    tally: how often each option was given, by the lowest unit of those who gave it.
    """
    whole = sum(tally.values(), Counter[str]())
    left = [whole - own for own in tally.values()]
    return {tree.root: whole} if left and all(_stands(rest, minimum) for rest in left) else {}


def _stands(rest: Counter[str], minimum: int) -> bool:
    """One answer more than is seen here may be known: the manager's own."""
    return rest.total() > minimum and rest.total() - max(rest.values()) > 1
