"""How a row becomes a person, for every query that joins people."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from bot.domain.people import Participation, Person, Role
from storage.tables.people import PersonRow

_NAMES = tuple(field.name for field in fields(Person))
PERSON_COLUMNS = tuple(PersonRow.__table__.c[name] for name in _NAMES)


def person_of(values: Sequence[Any]) -> Person:
    """The person whose PERSON_COLUMNS these are."""
    found = dict(zip(_NAMES, values, strict=True))
    found["role"] = Role(found["role"])
    found["participation"] = Participation(found["participation"])
    return Person(**found)
