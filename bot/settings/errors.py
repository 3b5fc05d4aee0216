"""What is wrong in a file or in the environment, said so that the reader can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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
