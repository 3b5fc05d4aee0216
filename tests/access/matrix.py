"""Who sees what, cell by cell: the table of docs/security.md, from which its tests are run.

A new platform joins by its name in `PLATFORMS` and its `Eyes`; a new kind of reader by a row here.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from tests.access.company import ANSWERING, ASKED, BETWEEN, standing, word

PLATFORMS = ("slack", "teams", "local")


class Role(StrEnum):
    """Whoever could want to look, as `tests/access/company.py` has them."""

    EMPLOYEE = "employee"
    COLLEAGUE = "colleague"
    MANAGER = "direct manager"
    NEW = "new manager"
    FORMER = "former manager"
    SECOND = "manager's manager"
    BOTH = "manager who is HR admin"
    HR = "HR admin"
    ACTING = "acting manager"
    LEADER = "leader named for the AI expectations"
    LEAVER = "leaver"
    GUEST = "guest"
    EXTERNAL = "external"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    OPERATOR = "operator"


class What(StrEnum):
    OWN = "own answers"
    NAMED = "named answers"
    BETWEEN = "notes, agenda, promises"
    RESULTS = "group results"
    CADENCES = "cadences"
    AUDIT = "audit log"


@dataclass(frozen=True)
class Cell:
    """One cell: what `who` must see of it, word for word; every other secret must stay unseen.

    may: what the cell says where it is no matter of words. proof: the test that proves it; where
    it is one of `tests/access`, that runs over the whole table.
    """

    role: Role
    what: What
    who: str
    sees: Set[str] = frozenset()
    may: bool = False
    proof: str = "tests/access/test_matrix.py::test_everybody_sees_their_own_cells_alone"


_CADENCES = "tests/access/test_matrix.py::test_hr_admins_alone_reach_cadences"
_READ_BY = "tests/access/test_matrix.py::test_who_read_an_answer_is_told_to_its_author_alone"
_OPERATOR = "tests/access/test_matrix.py::test_no_command_prints_what_people_said"
_NOBODY = "tests/access/test_matrix.py::test_whoever_is_not_on_the_list_sees_and_changes_nothing"
_ACCOUNTS = "tests/integration/test_slack_people.py::test_only_employees_accounts_connect"

_PEOPLE = {
    Role.EMPLOYEE: "ana",
    Role.COLLEAGUE: "ben",
    Role.MANAGER: "mara",
    Role.NEW: "tom",
    Role.FORMER: "mara",
    Role.SECOND: "vera",
    Role.BOTH: "nora",
    Role.HR: "helena",
    Role.ACTING: "stan",
    Role.LEADER: "luc",
}
OUTSIDE = {
    Role.LEAVER: "lea",
    Role.GUEST: "gus",
    Role.EXTERNAL: "xenia",
    Role.BOT: "rob",
    Role.DEACTIVATED: "dora",
}
_NAMED: dict[Role, set[str]] = {
    # Ana kept her second answer to herself; Otto and Lea are no longer Mara's.
    Role.MANAGER: {word("ana", "first"), word("ben", "first"), word("ben", "second")},
    # What Otto said before was said to Mara.
    Role.NEW: {word("otto", "second")},
    Role.SECOND: {word(who, n) for who in ("mara", "tom", "stan") for n in ("first", "second")},
    Role.BOTH: {word("pia", "first"), word("pia", "second")},
    Role.LEADER: {ASKED},
}
_BETWEEN: dict[Role, set[str]] = {Role.EMPLOYEE: set(BETWEEN), Role.MANAGER: set(BETWEEN)}
_TOLD = {Role.EMPLOYEE, Role.COLLEAGUE}
_HR = {Role.BOTH, Role.HR}
_WITHOUT_NAMES = {word(who, "group") for who in ANSWERING}
"""Ten people wrote something for groups, as many as it takes; below Vera they are fewer."""


def _insiders() -> list[Cell]:
    cells = []
    for role, who in _PEOPLE.items():
        own = standing(who) if who not in ("vera", "luc") else set()
        asked = {ASKED} if who == "ben" else set()
        cells += [
            Cell(role, What.OWN, who, own | asked),
            Cell(role, What.NAMED, who, _NAMED.get(role, set())),
            Cell(role, What.BETWEEN, who, _BETWEEN.get(role, set())),
            Cell(role, What.RESULTS, who, _WITHOUT_NAMES if role in _HR else set()),
            Cell(role, What.CADENCES, who, may=role in _HR, proof=_CADENCES),
            Cell(role, What.AUDIT, who, may=role in _TOLD, proof=_READ_BY),
        ]
    return cells


def _outsiders() -> list[Cell]:
    """They see nothing of anything."""
    return [Cell(role, what, who, proof=_NOBODY) for role, who in OUTSIDE.items() for what in What]


def _operator() -> list[Cell]:
    """In the product nothing; on the command line neither. They hold the key all the same."""
    return [Cell(Role.OPERATOR, what, "", proof=_OPERATOR) for what in What]


MATRIX = (*_insiders(), *_outsiders(), *_operator())
ELSEWHERE = (
    # Such accounts are never connected to a person at all.
    _ACCOUNTS,
    # Figures of groups, which are no words; by tree, role and time.
    "tests/journeys/test_group_results.py::test_employees_and_former_and_new_managers",
    "tests/journeys/test_group_results.py::"
    "test_employees_see_their_own_teams_where_the_company_says_so",
    "tests/journeys/test_result_surfaces.py::test_a_manager_finds_the_own_teams_results_under_home",
    "tests/journeys/test_result_surfaces.py::"
    "test_an_hr_admin_who_manages_sees_the_own_team_as_a_manager",
    "tests/journeys/test_result_surfaces.py::test_whoever_is_no_admin_any_more_is_shown_nothing",
    "tests/unit/test_group_attacks.py::test_no_answer_follows_from_what_is_shown_and_what_is_not",
)
"""Tests that prove a part of it already."""


def words_for(who: str) -> set[str]:
    """All that somebody must see, from every row they stand in."""
    return {each for cell in MATRIX if cell.who == who for each in cell.sees}
