"""A people file (CSV) as rows, or as a list of everything that has to be mended first."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.services import people_cells as cells
from bot.services.people_encoding import MAX_BYTES, Unreadable, decode, too_large
from bot.services.people_header import Header, NoHeader, read_header
from bot.services.people_lines import manager_problems

MOST_SHOWN = 50
"""Problems that are told in full; of the others only the number is."""

_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as the file says, with the organisation's defaults where it is silent.

    `line` is the line of the file the row begins on; `email` and `manager_email` are lower case.
    """

    line: int
    email: str
    name: str
    manager_email: str | None
    team: str | None
    country: str | None
    time_zone: str
    hired_on: date | None
    locale: str
    role: Role


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in which line (from 1; 0: the whole file) and field, and how to mend it."""

    line: int
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.field}" if self.line else self.field
        return f"{where}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class ParsedPeople:
    """A people file. It may be imported only where `problem_count` is 0.

    `problems` are the first 50 by line; `columns` the fields the file has a column for; `notes`
    say what was left aside.
    """

    rows: tuple[PersonRow, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    problem_count: int = 0
    columns: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


_Remedy: TypeAlias = str | Callable[[], str]
_Parser: TypeAlias = Callable[[str], Any]


@dataclass(slots=True)
class _Problems:
    """Everything found so far. Remedies are worked out at the end, for those that are shown."""

    count: int = 0
    kept: list[tuple[int, str, str, _Remedy]] = field(default_factory=list)

    def add(self, line: int, column: str, problem: str, remedy: _Remedy) -> None:
        self.count += 1
        if len(self.kept) < _MOST_KEPT:
            self.kept.append((line, column, problem, remedy))

    def first(self) -> tuple[RowProblem, ...]:
        by_line = sorted(self.kept, key=lambda found: found[0])[:MOST_SHOWN]
        return tuple(
            RowProblem(line, column, problem, remedy if isinstance(remedy, str) else remedy())
            for line, column, problem, remedy in by_line
        )


def read_people_file(path: Path) -> bytes:
    """The file's bytes.

    Raises Unreadable, with the remedy but without the path, where it is missing, is no file or is
    too large; a file that is too large is not read.
    """
    try:
        if not path.is_file():
            raise Unreadable("is not a file", "give the path of a CSV file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1) if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unreadable(f"can't be read ({reason})", "check its permissions") from None
    if raw is None or len(raw) > MAX_BYTES:
        raise too_large()
    return raw


def parse_people(raw: bytes, *, defaults: Policy, today: date) -> ParsedPeople:
    """Everything a people file says, with all its problems at once.

    Args:
        raw: CSV with a header line; UTF-8, or UTF-16 with a byte order mark; separated by
            commas, semicolons or tabs.
        defaults: time zone, country and locale of those for whom the file gives none.
        today: hire dates are checked against it (80 years back, one year ahead).
    """
    problems = _Problems()
    try:
        text = decode(raw)
        header = read_header(text)
    except (Unreadable, NoHeader) as error:
        problems.add(error.line, "file", error.problem, error.remedy)
        return ParsedPeople(problems=problems.first(), problem_count=1)
    parsers = _parsers(today)
    columns = [(name, at, parsers[name], name not in _UNSHARED) for name, at in header.columns]
    found = list(_values(text, header, columns, problems))
    _check_together(found, problems)
    silent = _silent(defaults)
    rows = () if problems.count else tuple(PersonRow(**{**silent, **values}) for values in found)
    return ParsedPeople(
        rows, problems.first(), problems.count, frozenset(dict(header.columns)), header.notes
    )


_UNSHARED = frozenset({"email", "name"})
"""Fields whose text hardly ever comes twice: not worth remembering what it was read as."""


def _parsers(today: date) -> dict[str, _Parser]:
    return {
        "email": cells.parse_email,
        "name": cells.parse_words,
        "manager_email": cells.parse_email,
        "team": cells.parse_words,
        "country": cells.parse_country,
        "time_zone": cells.parse_time_zone,
        "hired_on": partial(cells.parse_hired_on, today=today),
        "locale": cells.parse_locale,
        "role": cells.parse_role,
    }


def _silent(defaults: Policy) -> dict[str, Any]:
    """What holds where the file says nothing."""
    return {
        "manager_email": None,
        "team": None,
        "country": defaults.country,
        "time_zone": defaults.time_zone,
        "hired_on": None,
        "locale": defaults.locale,
        "role": Role.EMPLOYEE,
    }


_Columns: TypeAlias = Sequence[tuple[str, int, _Parser, bool]]


def _values(
    text: str, header: Header, columns: _Columns, problems: _Problems
) -> Iterator[dict[str, Any]]:
    """The values of each row that could be read, `line` among them."""
    known: dict[str, dict[str, Any]] = {name: {} for name, *_ in columns}
    for line, row in _rows(text, header, problems):
        values: dict[str, Any] = {"line": line}
        for name, at, parse, shared in columns:
            cell = row[at]
            if shared and cell in known[name]:
                values[name] = known[name][cell]
                continue
            value = _value(line, name, cell.strip(), parse, problems)
            if value is not None:
                values[name] = value
                if shared:
                    known[name][cell] = value
        yield values


def _value(line: int, name: str, cell: str, parse: _Parser, problems: _Problems) -> Any:
    """What the cell says; None where it is empty or was reported."""
    if not cell:
        if name in _UNSHARED:
            remedy = f"fill in the {_SPOKEN[name]}, or remove the row"
            problems.add(line, name, "is empty", remedy)
        return None
    try:
        cells.check_text(name, cell)
        return parse(cell)
    except cells.BadCell as bad:
        problems.add(line, name, bad.problem, bad.remedy)
        return None


_SPOKEN = {"email": "e-mail address", "name": "name"}


def _rows(text: str, header: Header, problems: _Problems) -> Iterator[tuple[int, list[str]]]:
    """Each row that has as many cells as the header, with the line it begins on."""
    reader = csv.reader(
        io.StringIO(text[header.end :], newline=""), delimiter=header.delimiter, strict=True
    )
    begin = header.lines
    try:
        for row in reader:
            line, begin = begin + 1, header.lines + reader.line_num
            if any(row) and _has_width(line, row, header.width, problems):
                yield line, row
    except csv.Error as error:
        problems.add(
            begin + 1,
            "row",
            f"can't be read ({error})",
            "look for a quote that is never closed, or write a quote inside a cell twice",
        )


def _has_width(line: int, row: list[str], width: int, problems: _Problems) -> bool:
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) == width:
        return True
    problems.add(
        line,
        "row",
        f"has {len(row)} cells where the header has {width}",
        "add or remove separators; put quotes around a cell that holds one",
    )
    return False


def _check_together(found: Sequence[dict[str, Any]], problems: _Problems) -> None:
    """What no row shows by itself: nobody at all, doubles, and who manages whom."""
    if not found and not problems.count:
        problems.add(0, "file", "names nobody", "add one line per person below the header")
    first: dict[str, int] = {}
    managers: dict[str, str] = {}
    for values in found:
        email, line = values.get("email"), values["line"]
        if email is None:
            continue
        if email in first:
            problems.add(line, "email", *_doubled(email, first[email]))
            continue
        first[email] = line
        if manager := values.get("manager_email"):
            managers[email] = manager
    for email, problem, remedy in manager_problems(first, managers):
        problems.add(first[email], "manager_email", problem, remedy)


def _doubled(email: str, line: int) -> tuple[str, str]:
    return (
        f"{email} is in line {line} already (case does not matter)",
        "keep one of the two lines",
    )
