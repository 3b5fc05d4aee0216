"""Who manages whom in a people file: nobody unknown, nobody themselves, and no circle."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from bot.services.people_cells import nearest

_Problem: TypeAlias = tuple[str, str, str | Callable[[], str]]

_MOST_NAMED = 25
_MOST_COMPARED = 2_000  # looking for the nearest among more addresses takes seconds


def manager_problems(people: Collection[str], managers: Mapping[str, str]) -> Iterator[_Problem]:
    """(e-mail, problem, remedy) of each person whose manager can't be.

    `managers` maps a person's e-mail to the manager's; both are lower case.
    """
    for email, manager in managers.items():
        if manager == email:
            yield email, "is the person's own address", "give the manager's, or leave it empty"
        elif manager not in people:
            yield email, f"{manager} is not in this file", partial(_unknown, manager, people)
    for cycle in _cycles(managers):
        yield cycle[0], f"managers form a circle: {_path(cycle)}", "correct one of them"


def _unknown(manager: str, people: Collection[str]) -> str:
    found = nearest(manager, people) if len(people) <= _MOST_COMPARED else None
    guess = f"did you mean {found}? Otherwise " if found else ""
    return f"{guess}add the manager's own line, or correct the address"


def _cycles(managers: Mapping[str, str]) -> Iterator[list[str]]:
    """Each circle of two or more, once."""
    done: set[str] = set()
    for start in managers:
        path: dict[str, None] = {}
        email: str | None = start
        while email is not None and email not in done and email not in path:
            path[email] = None
            email = managers.get(email)
        if email is not None and email in path and managers[email] != email:
            members = list(path)
            yield members[members.index(email) :]
        done.update(path)


def _path(cycle: list[str]) -> str:
    named = cycle[:_MOST_NAMED]
    left_out = len(cycle) - len(named)
    more = [f"({left_out:,} more)"] if left_out else []
    return " -> ".join([*named, *more, cycle[0]])
