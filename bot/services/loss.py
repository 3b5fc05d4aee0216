"""When so many people would be lost at once that somebody should look first."""

from __future__ import annotations

_FEW = 2
_LARGEST_SHARE = 5  # a fifth: beyond it a list is more likely cut short than a company


def is_unusual(losing: int, of: int) -> bool:
    """Whether losing so many people `of` so many at once is to be confirmed: more than 2 and more
    than a fifth.
    """
    return losing > _FEW and losing * _LARGEST_SHARE > of


def counted(losing: int, of: int, kind: str) -> str:
    """Such as "3 of 10 active people (30%)"; `kind` says what the people are."""
    return f"{losing:,} of {of:,} {kind} people ({losing / of:.0%})"
