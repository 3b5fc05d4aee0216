"""Names become tokens before a model reads a text, and come back afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SUBJECT = "PERSON_1"
"""The token of the person whose answers they are."""


@dataclass(frozen=True, slots=True)
class NameBook:
    """The names of a people list, by their words in lower case."""

    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> NameBook:
        """names: whole names, as the people list has them."""
        return cls(frozenset(word.casefold() for name in names for word in name.split()))
