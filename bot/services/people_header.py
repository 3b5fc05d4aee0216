"""The header line of a people file: its separator, and which column holds which field."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from difflib import get_close_matches

_REQUIRED = ("email", "name")
_DELIMITERS = (",", ";", "\t")
_NAMES = {
    "email": ("e mail", "mail", "email address", "e mail address", "work email"),
    "name": ("full name", "employee", "employee name", "display name"),
    "manager_email": (
        "manager",
        "manager's email",
        "manager's e mail",
        "managers email",
        "manager e mail",
        "manager email address",
        "reports to",
        "supervisor",
        "line manager",
    ),
    "team": ("department", "team name"),
    "country": ("country code",),
    "time_zone": ("timezone", "tz"),
    "hired_on": ("hire date", "hired", "start date", "date of hire", "joined", "joined on"),
    "locale": ("language",),
    "role": ("touchpoint role",),
}
_FIELDS = {
    spoken: field
    for field, others in _NAMES.items()
    for spoken in (field.replace("_", " "), *others)
}


class NoHeader(Exception):  # names what is missing, as callers report it
    """A header that can't be used; `line` is where it stands."""

    def __init__(self, problem: str, remedy: str, line: int) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.line = line


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` are (field, index of its cell); `width` is how many cells a row has; rows begin
    at character `end`, after `lines` lines.
    """

    delimiter: str
    columns: tuple[tuple[str, int], ...]
    width: int
    end: int
    lines: int
    notes: tuple[str, ...] = ()


def read_header(text: str) -> Header:
    """The header: the first line that is not blank, or the one after a spreadsheet's "sep=;".

    The separator is the one that gives the most known columns: guessing it from the rows fails
    where names hold commas. Raises NoHeader where there is none, where "email" or "name" is
    missing, and where two columns mean the same.
    """
    line, end, number = _header_line(text)
    delimiter = max(_DELIMITERS, key=lambda mark: len(_known(_split(line, mark))))
    titles = _split(line, delimiter)
    while titles and not titles[-1].strip():
        titles.pop()
    _check(titles, number)
    columns = tuple((field, at) for at, field in _known(titles))
    notes = (*_unknown_notes(titles), *_absent_notes({field for field, _ in columns}))
    return Header(delimiter, columns, len(titles), end, number, notes)


def _header_line(text: str) -> tuple[str, int, int]:
    """The line, where it ends in the text, and its number."""
    end = 0
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        end += len(line)
        if line.strip() and not re.fullmatch(r"\"?sep=.\"?\s*", line, re.IGNORECASE):
            return line.rstrip("\r\n"), end, number
    raise NoHeader("is empty", "give a header line and one line per person", 0)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _known(titles: list[str]) -> list[tuple[int, str]]:
    fields = ((at, _FIELDS.get(_spoken(title))) for at, title in enumerate(titles))
    return [(at, field) for at, field in fields if field]


def _spoken(title: str) -> str:
    """A column's title without its case, quotes, and with single spaces for any other mark."""
    words = title.casefold().replace("\u2019", "'")
    return re.sub(r"[\s_.\-\u2010\u2011]+", " ", words).strip(' :*"')


def _check(titles: list[str], line: int) -> None:
    fields = [field for _, field in _known(titles)]
    if not fields:
        raise NoHeader(
            "has no header",
            "begin with a line that names the columns, such as email,name,manager_email",
            line,
        )
    for field in _REQUIRED:
        if field not in fields:
            raise NoHeader(f"has no column {field}", f"add it{_hint(field, titles)}", line)
    for field in fields:
        if fields.count(field) > 1:
            raise NoHeader(f"has two columns for {field}", "keep one of them", line)


def _hint(field: str, titles: list[str]) -> str:
    wanted = [field.replace("_", " "), *_NAMES[field]]
    for title in titles:
        if _spoken(title) not in _FIELDS and get_close_matches(_spoken(title), wanted, n=1):
            return f", or rename the column {title.strip()[:40]!r} to it"
    return ""


def _unknown_notes(titles: list[str]) -> list[str]:
    return [
        f"column {title.strip()[:40]!r} is not used{_nearest(title)}"
        for title in titles
        if title.strip() and _spoken(title) not in _FIELDS
    ][:20]


def _nearest(title: str) -> str:
    found = get_close_matches(_spoken(title), list(_FIELDS), n=1)
    return f"; did you mean {_FIELDS[found[0]]}?" if found else ""


def _absent_notes(present: set[str]) -> list[str]:
    absent = [field for field in _NAMES if field not in present]
    if not absent:
        return []
    return [f"no column {', '.join(absent)}: what is known of people stays as it is there"]
