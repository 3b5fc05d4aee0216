"""What is wrong in a file or in the environment, said so that the reader can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NEAR = 0.6
"""difflib's own default: one or two letters off in a short word."""

_MAX_LISTED = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` counts from 1, or is None where there is no file.

    `field` is the dotted path of the setting (list items count from 1), or a variable's name.
    """

    line: int | None
    field: str
    problem: str
    remedy: str

    def said(self, source: str) -> str:
        """One line, such as `app.yaml:12  limits.prompts_per_week  is 0  → give 1 to 20`."""
        place = [source if self.line is None else f"{source}:{self.line}"] if source else []
        parts = [*place, self.field, self.problem]
        return "  ".join(part for part in parts if part) + f"  → {self.remedy}"


class ConfigurationError(ValueError):
    """A file or the environment can't be used; `problems` holds everything found, in order.

    `source` is the file as it was named, or "" for the environment.
    """

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(problem.said(source) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, whatever its case; None where none is near."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=_NEAR)
    return by_lower[found[0]] if found else None


def suggest(word: str, known: Sequence[str]) -> str:
    """A remedy: the nearest known word, or where none is near the first dozen."""
    near = nearest(word, known)
    if near:
        return f"did you mean {near}?"
    more = ", ..." if len(known) > _MAX_LISTED else ""
    return f"use one of: {', '.join(known[:_MAX_LISTED])}{more}"
