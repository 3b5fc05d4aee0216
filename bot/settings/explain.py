"""What pydantic or the domain found, as problems with a line and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot.domain.phrases import Unfit, shown, suggest
from bot.settings.document import Document, Place
from bot.settings.errors import Problem
from prompts.problems import Problem as PackProblem

_READERS = (
    "remove it: who reads an answer is fixed by its question pack and shown before one answers; "
    "nobody can be added here"
)
_MEANT = {
    "cron": 'remove it and write every: week, on: tuesday, at: "10:00"; '
    "nothing is sent more often than once a day",
    **dict.fromkeys(
        ("reader", "readers", "visible_to", "viewers", "shared_with", "can_read", "read_by"),
        _READERS,
    ),
}
"""Keys people try, each with a better answer than a similar name."""

_EXPECTED = {
    "string_type": ("is not text", "put it in quotes"),
    "int_type": ("is not a whole number", "write a whole number without quotes"),
    "bool_type": ("is neither true nor false", "write true or false without quotes"),
    "list_type": ("is not a list", "write a list, for example [first, second]"),
    "dict_type": ("is not a mapping", "write each one's key below it, with a colon"),
    "model_type": ("is not a mapping", "write its keys below it, indented, each with a colon"),
    "model_attributes_type": ("is not a mapping", "write its keys below it, indented"),
}

_YAML_NAMES = {
    "interval": "every",
    "unit": "every",
    "weekday": "on",
    "month_day": "on",
    "ordinal": "on",
    "anchor": "from",
    "ends_on": "until",
    "every_months": "then_every_months",
    "tenure_min_days": "tenure_days.min",
    "tenure_max_days": "tenure_days.max",
}
"""Names of the domain that are written otherwise in app.yaml."""


def explain(
    error: ValidationError, model: type[BaseModel], where: Place, document: Document
) -> Iterator[Problem]:
    """One problem for each error of a section at `where`."""
    for each in error.errors(include_url=False):
        place = (*where, *each["loc"])
        said, remedy = _explained(dict(each), model)
        yield document.problem(place, said, remedy)


def unknown_key(name: str, known: list[str]) -> tuple[str, str]:
    """What is wrong with a key that means nothing, and the remedy."""
    return "is not a known key", _MEANT.get(name) or suggest(name, known)


def domain_problem(error: ValueError, where: Place, document: Document) -> Problem:
    """A problem from the domain's "field: problem; remedy"."""
    name, _, rest = str(error).partition(": ")
    if not rest:
        return document.problem(where, str(error), "correct it")
    said, _, remedy = rest.rpartition("; ")
    known = (_YAML_NAMES.get(part, part) for part in name.split(".") if part.isidentifier())
    place: Place = (*where, *(step for part in known for step in part.split(".")))
    return document.problem(place, said or rest, remedy if said else "correct it")


def pack_problem(found: PackProblem, where: Place, document: Document) -> Problem:
    """A problem of one of the organisation's own packs, at its line in app.yaml."""
    place: Place = (*where, *_steps(found.field))
    mark = "; " if "; " in found.message else ": "
    said, _, remedy = found.message.rpartition(mark)
    return document.problem(place, said or "can't be used", remedy)


def _steps(path: str) -> Iterator[str | int]:
    """`questions[0].kind` as steps."""
    for part in re.findall(r"[^.\[\]]+", path):
        yield int(part) if part.isdecimal() else part


def _explained(error: dict[str, Any], model: type[BaseModel]) -> tuple[str, str]:
    kind, loc, value = error["type"], error["loc"], error["input"]
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Unfit):
        return cause.problem, cause.remedy
    if kind == "extra_forbidden":
        return unknown_key(str(loc[-1]), list(_fields(_walk(model, loc[:-1])[0])))
    if kind == "missing":
        return "is missing", f"add {loc[-1]}:"
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"is {value}", _bounds(_walk(model, loc)[1])
    if kind == "string_too_long":
        return f"has {len(value)} characters", f"shorten it to {error['ctx']['max_length']} at most"
    said, remedy = _EXPECTED.get(kind, ("can't be used", str(error["msg"])))
    return f"{shown(value)} {said}", remedy


def _bounds(field: FieldInfo | None) -> str:
    marks = _marks(field.annotation, field.metadata) if field else []
    low = next((mark.ge for mark in marks if isinstance(mark, Ge)), None)
    high = next((mark.le for mark in marks if isinstance(mark, Le)), None)
    return f"give {low} or more" if high is None else f"give {low} to {high}"


def _marks(annotation: Any, metadata: list[Any]) -> list[Any]:
    """The bounds of a field, those inside `X | None` included."""
    inner = [mark for arg in get_args(annotation) for mark in getattr(arg, "__metadata__", ())]
    found = list(metadata)
    for mark in inner:
        found.extend(getattr(mark, "metadata", [mark]))
    return found


def _walk(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[Any, FieldInfo | None]:
    """The type that stands at `loc` inside a model, and its field where it is one."""
    found: Any = model
    field: FieldInfo | None = None
    for part in loc:
        owner = _bare(found)
        if isinstance(owner, type) and issubclass(owner, BaseModel):
            field = _fields(owner).get(str(part))
            found = field.annotation if field else None
        else:  # an item of a list, or a value of a mapping
            field, found = None, next(reversed(get_args(owner)), None)
    return _bare(found), field


def _bare(annotation: Any) -> Any:
    """`X` from `Annotated[X, ...]` and from `X | None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(arg for arg in get_args(annotation) if arg is not NoneType))
    return annotation


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}
