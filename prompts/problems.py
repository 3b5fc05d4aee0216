"""What is wrong in a YAML file: file, line, field and remedy, from pydantic's findings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

Path = tuple[int | str, ...]

KEY = r"^[a-z][a-z0-9_]{0,39}$"
LOCALE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"

_FORMS = {
    KEY: "use up to 40 lower-case letters, digits and underscores, a letter first",
    LOCALE: 'write a locale such as "en" or "de-AT"',
}
_READERS = frozenset({"reader", "readers", "shared_with", "visible_to"})


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1; 0 where the data came without lines."""

    source: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.source}, line {self.line}" if self.line else self.source
        return (
            f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"
        )


class PackError(ValueError):
    """A file that can't be used. `problems` lists every finding; the text has one a line."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def problems_in(
    error: ValidationError, data: object, source: str, known: Collection[str]
) -> tuple[Problem, ...]:
    """Every finding of `error` with its line in `data` (as ruamel.yaml loaded it).

    `known` are the field names among which the nearest is suggested for an unknown one.
    """
    return tuple(
        Problem(
            source,
            line_of(data, found["loc"]),
            _dotted(found["loc"]),
            _message(dict(found), known),
        )
        for found in error.errors(include_url=False)
    )


def line_of(data: object, path: Path) -> int:
    """The line on which `path` stands in `data`, or the nearest line above it; 0 if unknown."""
    line = _first_line(data)
    for step in path:
        place = _place(data, step)
        if place is None:
            break
        line, data = place[0] or line, place[1]
    return line


def _first_line(data: object) -> int:
    marks = getattr(data, "lc", None)
    return marks.line + 1 if marks is not None and marks.line is not None else 0


def _place(data: object, step: int | str) -> tuple[int, object] | None:
    """The line of `step` in `data` and what stands there. A plain mapping knows no lines itself."""
    marks = getattr(data, "lc", None)
    try:
        inner: object = data[step]  # type: ignore[index]  # whatever can't be indexed has no place
        if marks is None:
            return _first_line(inner), inner
        at = marks.item(step) if isinstance(step, int) else marks.key(step)
    except (KeyError, IndexError, TypeError):
        return None
    return at[0] + 1, inner


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step != "[key]":
            text += f".{step}" if text else step
    return text


_PLAINLY = {
    "missing": "is missing: add it",
    "string_too_short": "is empty: write something, or remove it",
    "string_type": "must be text: put it in quotes",
    "model_type": 'must be fields, one "name: value" a line',
    "dict_type": 'must be fields, one "name: value" a line',
    "tuple_type": 'must be a list, one "- " a line',
    "bool_parsing": "must be true or false",
}


def _message(found: dict[str, Any], known: Collection[str]) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(str(found["loc"][-1]), known)
    if kind == "value_error":
        return str(context["error"])
    if kind == "enum":
        return f"must be {context['expected']}".replace("'", '"')
    if kind == "string_pattern_mismatch":
        return f'can\'t be "{found["input"]}": {_FORMS.get(context["pattern"], "mend its form")}'
    if kind == "string_too_long":
        return f"is too long: shorten it to {context['max_length']} characters at most"
    return _PLAINLY.get(kind, f"{found['msg'][0].lower()}{found['msg'][1:]}")


def _unknown(name: str, known: Collection[str]) -> str:
    if name in _READERS:
        return (
            "nobody can be granted named answers: remove it; "
            '"audience" (manager, group or self) decides who reads'
        )
    near = get_close_matches(name, known, n=1)
    return f'unknown field; did you mean "{near[0]}"?' if near else "unknown field: remove it"
