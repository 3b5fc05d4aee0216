"""A people file is read in every form spreadsheets write it, and each bad one says what to mend."""

import codecs
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.services.people_encoding import MAX_BYTES, Unreadable
from bot.services.people_file import (
    MOST_SHOWN,
    ParsedPeople,
    PersonRow,
    RowProblem,
    parse_people,
    read_people_file,
)

TODAY = date(2026, 8, 17)
DEFAULTS = Policy(time_zone="Europe/Vienna", country="AT", locale="de")
HEADER = "email,name,manager_email,team,country,time_zone,hired_on,locale,role\n"
ADA = "ada@example.com,Ada Lovelace,,Engines,GB,Europe/London,2024-03-18,en-GB,hr_admin\n"
BOB = "bob@example.com,Bob,ada@example.com,,,,,,\n"


def parse(raw: bytes | str) -> ParsedPeople:
    raw = raw.encode() if isinstance(raw, str) else raw
    return parse_people(raw, defaults=DEFAULTS, today=TODAY)


def only_problem(raw: bytes | str) -> RowProblem:
    parsed = parse(raw)
    assert parsed.problem_count == 1, parsed.problems
    assert parsed.rows == (), "a file with a problem gives nobody"
    return parsed.problems[0]


def with_cell(field: str, cell: str) -> str:
    """A file of Ada and Bob in which one cell of Bob's is `cell`."""
    names = HEADER.strip().split(",")
    cells = BOB.strip("\n").split(",")
    cells[names.index(field)] = '"' + cell.replace('"', '""') + '"'
    return HEADER + ADA + ",".join(cells) + "\n"


def test_every_column_is_read() -> None:
    parsed = parse(HEADER + ADA + BOB)
    assert parsed.problems == ()
    assert parsed.notes == ()
    assert parsed.rows[0] == PersonRow(
        line=2,
        email="ada@example.com",
        name="Ada Lovelace",
        manager_email=None,
        team="Engines",
        country="GB",
        time_zone="Europe/London",
        hired_on=date(2024, 3, 18),
        locale="en_GB",
        role=Role.HR_ADMIN,
    )


def test_where_the_file_is_silent_the_defaults_hold() -> None:
    bob = parse(HEADER + ADA + BOB).rows[1]
    assert (bob.time_zone, bob.country, bob.locale) == ("Europe/Vienna", "AT", "de")
    assert (bob.manager_email, bob.team, bob.hired_on) == ("ada@example.com", None, None)
    assert bob.role is Role.EMPLOYEE


def test_other_titles_for_the_same_columns() -> None:
    parsed = parse(
        "E-Mail,Full Name,Manager\u2019s e-mail,Department,Country code,"
        "Timezone,Start Date,LANGUAGE,Role\n" + ADA
    )
    assert parsed.problems == ()
    assert parsed.rows == parse(HEADER + ADA).rows


@pytest.mark.parametrize(
    "title", ["hire date", "HIRE-DATE", "Hired_On", " hired on ", "*Start date:"]
)
def test_titles_whatever_their_case_and_marks(title: str) -> None:
    parsed = parse(f"email,name,{title}\nada@example.com,Ada,2024-03-18\n")
    assert parsed.rows[0].hired_on == date(2024, 3, 18)


def test_an_unknown_column_is_a_note_with_the_nearest_known() -> None:
    parsed = parse("email,name,contry,shoe size\nada@example.com,Ada,DE,41\n")
    assert parsed.problems == ()
    assert parsed.notes[:2] == (
        "column 'contry' is not used; did you mean country?",
        "column 'shoe size' is not used",
    )


def test_absent_columns_are_told_from_empty_cells() -> None:
    parsed = parse("email,name,role\nada@example.com,Ada,\n")
    assert parsed.columns == {"email", "name", "role"}
    assert "manager_email" in parsed.notes[0]
    assert "stays as it is" in parsed.notes[0]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators_are_known_from_the_header(mark: str) -> None:
    text = f'email{mark}name{mark}team\nada@example.com{mark}"Lovelace{mark} Ada"{mark}a|b.c\n'
    row = parse(text).rows[0]
    assert row.name == f"Lovelace{mark} Ada".replace("\t", "")
    assert row.team == "a|b.c"


def test_names_with_commas_in_a_file_with_semicolons() -> None:
    parsed = parse("email;name\nada@example.com;Lovelace, Ada, of, London\n")
    assert parsed.rows[0].name == "Lovelace, Ada, of, London"


def test_a_spreadsheets_separator_line_is_passed_over() -> None:
    assert parse("sep=;\r\nemail;name\r\nada@example.com;Ada\r\n").rows[0].line == 3


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF8 + "email,name\nada@example.com,Zo\u00eb \u0141\n".encode(),
        "email,name\nada@example.com,Zo\u00eb \u0141\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "email,name\nada@example.com,Zo\u00eb \u0141\n".encode("utf-16-be"),
    ],
    ids=["UTF-8 with BOM", "UTF-16 little-endian", "UTF-16 big-endian"],
)
def test_byte_order_marks(encoded: bytes) -> None:
    assert parse(encoded).rows[0].name == "Zo\u00eb \u0141"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_blank_lines(end: str) -> None:
    text = f"email,name{end}{end}ada@example.com,Ada{end},{end}bob@example.com,Bob"
    assert [row.line for row in parse(text).rows] == [3, 5]


def test_quoted_line_breaks_keep_line_numbers_right() -> None:
    parsed = parse('email,name\nada@example.com,"Ada\nLovelace"\nbob@example.com,Bob\n')
    assert [(row.line, row.name) for row in parsed.rows] == [(2, "Ada Lovelace"), (4, "Bob")]


def test_spaces_and_invisible_characters_are_taken_out() -> None:
    text = "email,name\n\u00a0ada@example.com ,\u202eAda\u200b  Lov\u0065\u0301 \n"
    assert parse(text).rows[0].name == "Ada Lov\u00e9"


@pytest.mark.parametrize(
    ("raw", "problem", "remedy"),
    [
        (b"", "is empty", "header line"),
        (b" \n\n", "is empty", "header line"),
        ("email,name\nada@example.com,Zo\u00eb\n".encode("cp1252"), "not UTF-8", "CSV UTF-8"),
        ("email,name\nada@example.com,Ada\n".encode("utf-16-le"), "NUL bytes", "UTF-16"),
        ("email,name\n".encode("utf-16") + b"a", "damaged UTF-16", "CSV UTF-8"),
        ("email,name\n".encode("utf-32"), "not UTF-8", "CSV UTF-8"),
        (b"email,name\nada@example.com,A\0da\n", "NUL bytes", "CSV UTF-8"),
        (b"PK\x03\x04 and so on", "spreadsheet", "CSV UTF-8"),
        (b"ada@example.com,Ada\nbob@example.com,Bob\n", "no header", "email,name"),
        (b"email,team\nada@example.com,Engines\n", "no column name", "add it"),
        (b"emial,name\nada@example.com,Ada\n", "no column email", "'emial'"),
        (b"email,name,manager,manager email\n", "two columns for manager_email", "keep one"),
        (b"email,name\n", "names nobody", "one line per person"),
    ],
)
def test_files_that_are_refused_whole(raw: bytes, problem: str, remedy: str) -> None:
    found = only_problem(raw)
    assert found.field == "file"
    assert problem in found.problem
    assert remedy in found.remedy


def test_the_first_line_that_is_not_utf_8_is_named() -> None:
    assert only_problem("email,name\na@b.co,A\nz@b.co,Zo\u00eb\n".encode("latin-1")).line == 3


@pytest.mark.parametrize(
    ("field", "cell", "problem", "remedy"),
    [
        ("email", "", "empty", "fill in"),
        ("email", "bob", "not an e-mail", "bare address"),
        ("email", "Bob <bob@example.com>", "not an e-mail", "bare address"),
        ("email", "bob@example.com, b@example.com", "not an e-mail", "bare address"),
        ("email", "b\u200bob@example.com", "not an e-mail", "bare address"),
        ("email", "ADA@Example.com", "line 2 already (case does not matter)", "keep one"),
        ("email", "x" * 250 + "@example.com", "262 characters", "254"),
        ("name", " ", "empty", "fill in"),
        ("name", "\u200b\u200b", "no visible character", "write it out"),
        ("name", "B" * 10_000, "10,000 characters", "200"),
        ("team", "T" * 101, "101 characters", "100"),
        ("manager_email", "bob@example.com", "own address", "manager's"),
        ("manager_email", "BOB@EXAMPLE.COM", "own address", "manager's"),
        ("manager_email", "eve@example.com", "not in this file", "add the manager's own line"),
        ("manager_email", "adda@example.com", "not in this file", "did you mean ada@example.com"),
        ("country", "Germny", "not a known country", "did you mean DE"),
        ("country", "EU", "not a known country", "two letters"),
        ("country", "ZZ", "not a known country", "two letters"),
        ("time_zone", "Berlin", "not a known time zone", "did you mean Europe/Berlin"),
        ("time_zone", "Europe/Berln", "not a known time zone", "did you mean Europe/Berlin"),
        ("time_zone", "W. Europe Standard Time", "not a known", "did you mean Europe/Berlin"),
        ("time_zone", "localtime", "not a known time zone", "IANA"),
        ("time_zone", "../../etc/passwd", "not a known time zone", "IANA"),
        ("hired_on", "soon", "not a date", "YYYY-MM-DD"),
        ("hired_on", "45369", "not a date", "YYYY-MM-DD"),
        ("hired_on", "18/03/24", "not a date", "YYYY-MM-DD"),
        ("hired_on", "2024-02-30", "not a day of the calendar", "YYYY-MM-DD"),
        ("hired_on", "03/04/2024", "two different days", "YYYY-MM-DD"),
        ("hired_on", "0024-03-18", "80 years ago", "check the year"),
        ("hired_on", "2062-03-18", "a year ahead", "check the year"),
        ("locale", "tlh-XX", "not a known language", "en-GB"),
        ("locale", "Germn", "not a known language", "did you mean de"),
        ("role", "admin", "not a known role", "did you mean hr_admin"),
        ("role", "manager", "not a known role", "employee or hr_admin"),
    ],
)
def test_each_bad_cell_names_line_field_and_remedy(
    field: str, cell: str, problem: str, remedy: str
) -> None:
    found = only_problem(with_cell(field, cell))
    assert (found.line, found.field) == (3, field)
    assert problem in found.problem
    assert remedy in found.remedy
    assert str(found).startswith(f"line 3, {field}: ")


@pytest.mark.parametrize("field", HEADER.strip().split(","))
@pytest.mark.parametrize("first", ["=", "+", "-", "@", " =", "\t@", "\uff1d"])
def test_no_cell_may_begin_as_a_formula(field: str, first: str) -> None:
    found = only_problem(with_cell(field, f"{first}cmd|' /C calc'!A1"))
    assert (found.line, found.field) == (3, field)
    assert "formula" in found.problem
    assert "remove that character" in found.remedy


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-03-18", date(2024, 3, 18)),
        ("2024/3/8", date(2024, 3, 8)),
        ("2024-03-18 00:00:00", date(2024, 3, 18)),
        ("18.3.2024", date(2024, 3, 18)),
        ("3.4.2024", date(2024, 4, 3)),
        ("18/03/2024", date(2024, 3, 18)),
        ("03/18/2024", date(2024, 3, 18)),
        ("04/04/2024", date(2024, 4, 4)),
        ("18-Mar-2024", date(2024, 3, 18)),
        ("18 March 2024", date(2024, 3, 18)),
        ("March 18, 2024", date(2024, 3, 18)),
        ("2027-08-17", date(2027, 8, 17)),
    ],
)
def test_dates_that_can_be_read_in_one_way_only(written: str, meant: date) -> None:
    assert parse(with_cell("hired_on", written)).rows[1].hired_on == meant


@pytest.mark.parametrize(
    ("written", "code"),
    [("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("UK", "GB"), ("XK", "XK")],
)
def test_countries_by_code_or_name(written: str, code: str) -> None:
    assert parse(with_cell("country", written)).rows[1].country == code


@pytest.mark.parametrize("zone", ["europe/berlin", "Europe/Berlin", "EUROPE/BERLIN"])
def test_time_zones_take_their_own_spelling(zone: str) -> None:
    assert parse(with_cell("time_zone", zone)).rows[1].time_zone == "Europe/Berlin"


@pytest.mark.parametrize("role", ["HR admin", "hr-admin", "HR_ADMIN"])
def test_roles_whatever_their_spelling(role: str) -> None:
    assert parse(with_cell("role", role)).rows[1].role is Role.HR_ADMIN


def test_a_managers_address_in_another_case_is_the_same_address() -> None:
    assert parse(with_cell("manager_email", "ADA@example.COM")).rows[1].manager_email == (
        "ada@example.com"
    )


def test_a_circle_of_managers_is_named_whole_and_once() -> None:
    text = "email,name,manager\n" + "".join(
        f"{person}@b.co,{person},{manager}@b.co\n" for person, manager in ["ea", "ab", "bc", "ca"]
    )
    found = only_problem(text)
    assert (found.line, found.field) == (3, "manager_email")
    assert "a@b.co -> b@b.co -> c@b.co -> a@b.co" in found.problem
    assert "e@b.co" not in found.problem


def test_two_circles_are_two_problems_and_a_long_one_is_shortened() -> None:
    ring = [(f"p{n}", f"p{(n + 1) % 5000}") for n in range(5000)]
    lines = [f"{p}@b.co,N,{m}@b.co" for p, m in [*ring, ("x", "y"), ("y", "x")]]
    parsed = parse("email,name,manager\n" + "\n".join(lines))
    assert parsed.problem_count == 2
    assert "(4,975 more)" in parsed.problems[0].problem
    assert "x@b.co -> y@b.co -> x@b.co" in parsed.problems[1].problem


@pytest.mark.parametrize(("row", "cells"), [("ada@example.com", 1), ("ada@example.com,A,b,c", 4)])
def test_rows_with_too_few_or_too_many_cells(row: str, cells: int) -> None:
    found = only_problem(f"email,name,team\n{row}\n")
    assert (found.line, found.field) == (2, "row")
    assert f"{cells} cells where the header has 3" in found.problem


def test_empty_cells_beyond_the_header_are_no_problem() -> None:
    assert parse("email,name,,\nada@example.com,Ada,,\n").problem_count == 0


@pytest.mark.parametrize("row", ['ada@example.com,"Ada\nbob@b.co,Bob\n', 'a@b.co,"A"da\n'])
def test_quotes_that_do_not_close(row: str) -> None:
    found = only_problem(f"email,name\nz@b.co,Zed\n{row}")
    assert (found.line, found.field) == (3, "row")
    assert "quote" in found.remedy


def test_a_cell_that_swallows_the_file() -> None:
    found = only_problem('email,name\na@b.co,"' + "x" * 200_000 + '"\n')
    assert found.line == 2
    assert "limit" in found.problem


def test_a_manager_whose_own_row_is_wrong_is_still_known() -> None:
    found = only_problem(
        with_cell("name", "=1").replace(BOB, "") + "c@b.co,C,bob@example.com,,,,,,\n"
    )
    assert found.field == "name"


def test_all_problems_at_once_in_order_of_lines() -> None:
    text = "email,name,time_zone,manager\na@b.co,A,Mars,z@b.co\nb,B,UTC,\na@b.co,A,,\n"
    parsed = parse(text)
    assert [(found.line, found.field) for found in parsed.problems] == [
        (2, "time_zone"),
        (2, "manager_email"),
        (3, "email"),
        (4, "email"),
    ]


def test_of_very_many_problems_the_first_are_told_and_all_are_counted() -> None:
    parsed = parse(
        "email,name,time_zone\n" + "".join(f"p{n}@b.co,P,Mars{n}\n" for n in range(20_000))
    )
    assert parsed.problem_count == 20_000
    assert [found.line for found in parsed.problems] == list(range(2, MOST_SHOWN + 2))


def test_bytes_beyond_the_limit_are_refused() -> None:
    found = only_problem(b"email,name\n" + b"x" * MAX_BYTES)
    assert "larger than 50 MB" in found.problem


def test_a_file_of_100_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(Unreadable, match="larger than 50 MB; remove columns"):
        read_people_file(path)


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes((HEADER + ADA).encode())
    assert read_people_file(path) == (HEADER + ADA).encode()


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for ever
    for name in ("missing.csv", ".", "pipe"):
        with pytest.raises(Unreadable, match="give the path of a CSV file"):
            read_people_file(tmp_path / name)


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_problems(raw: bytes) -> None:
    parsed = parse(raw)
    assert (parsed.problem_count == 0) == bool(parsed.rows)


@given(st.lists(st.text(max_size=30), min_size=9, max_size=9))
def test_any_cells_give_a_row_or_problems(written: list[str]) -> None:
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in written)
    parsed = parse(f"{HEADER}{row}\n")
    assert all(problem.problem and problem.remedy for problem in parsed.problems)
    assert (parsed.problem_count == 0) == bool(parsed.rows)


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_a_circle_is_found_exactly_where_somebody_manages_themselves_in_the_end(
    managers: dict[int, int],
) -> None:
    lines = [f"p{n}@b.co,P,{f'p{managers[n]}@b.co' if n in managers else ''}" for n in range(13)]
    parsed = parse("email,name,manager\n" + "\n".join(lines))
    assert bool(parsed.problem_count) == any(_comes_back(n, managers) for n in range(13))


def _comes_back(person: int, managers: dict[int, int]) -> bool:
    above = managers.get(person)
    for _ in range(13):
        if above is None or above == person:
            break
        above = managers.get(above)
    return above == person
