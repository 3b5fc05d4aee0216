"""What the database holds of people, to see whether an attack changed any of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import Table, select

from bot.settings.environment import Environment
from storage.engine import open_engine
from storage.tables import metadata

Row = tuple[object, ...]

NOT_OF_PEOPLE = {
    # The machinery, whose rows come and go with time and with every request.
    "inbox",
    "lane",
    "plan",
    "occurrence",
    # What HR admins may change, and the record of it.
    "cadence",
    "cadence_revision",
    "pack_revision",
    "policy_revision",
    "audit_log",
    "organisation",
}


def rows_of_people(environment: Environment) -> dict[str, list[Row]]:
    """Every row of every other table, by table."""
    engine = open_engine(environment.database_url)
    try:
        with engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables
                if table.name not in NOT_OF_PEOPLE
            }
    finally:
        engine.dispose()


def without(rows: dict[str, list[Row]], people: Iterable[UUID]) -> set[tuple[str, Row]]:
    """The rows in which these people do not stand, nor anything of which they are a part."""
    theirs: set[object] = set(people)
    for _ in range(3):  # as far as rows of theirs lead: an answer, its versions, their readers
        theirs |= {
            row[0]
            for found in rows.values()
            for row in found
            if isinstance(row[0], UUID) and theirs.intersection(_hashable(row[1:]))
        }
    return {
        (name, _hashable(row))
        for name, found in rows.items()
        for row in found
        if not theirs.intersection(_hashable(row))
    }


def ids_of(environment: Environment, person_id: UUID, *others: str) -> list[str]:
    """The ids of everything that is somebody's, and each followed by what buttons add to it."""
    rows = rows_of_people(environment)
    wanted = ("answer", "promise", "agenda_item", "meeting", "expectations_question")
    found = [_first(rows[name], person_id) for name in wanted]
    found += [str(row[0]) for row in rows["summary"][:1]]
    check_ins = [str(row[0]) for row in rows["check_in"] if person_id in row]
    at_questions = [f"{check_in}:clear" for check_in in check_ins]
    return [*found, *check_ins, *at_questions, str(person_id), *others]


def _first(rows: list[Row], person_id: UUID) -> str:
    return next((str(row[0]) for row in rows if person_id in row), "")


def _hashable(row: Row) -> Row:
    return tuple(part if part.__hash__ else str(part) for part in row)


def tables() -> Iterator[Table]:
    """All of them, so that a new one is looked at by itself."""
    yield from metadata.sorted_tables
