"""`touchpoint audit`: what an operator sees of the log, and how a forged one is noticed."""

from __future__ import annotations

import csv
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.bootstrap import build
from storage.engine import open_engine
from tests.integration.audit_logs import allow_changes
from tests.integration.sealed_office import SealedOffice

FIRST = datetime(2026, 3, 6, 15, tzinfo=UTC)
DETAILS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "plain", "with = inside"]


@pytest.fixture
async def office(tmp_path: Path) -> SealedOffice:
    """With an entry a day."""
    found = await SealedOffice.found(tmp_path)
    built = await build(found.environment)
    for day, detail in enumerate(DETAILS):
        await built.uow.write(
            lambda tx, day=day, detail=detail: tx.audit.append(
                actor="cli",
                action="cadence.change" if day % 2 else "people.import",
                target=f"target-{day}",
                at=FIRST + timedelta(days=day),
                detail=detail,
            )
        )
    await built.close()
    return found


def newest_hash(said: str) -> str:
    return said.split("elsewhere: ")[1].strip()


def forge(office: SealedOffice, statement: str) -> None:
    """Somebody who may alter the schema changes the log."""
    engine = open_engine(office.environment.database_url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        allow_changes(connection)
        connection.execute(text(statement))
    engine.dispose()


async def test_entries_are_listed_by_time_and_action(office: SealedOffice) -> None:
    code, said = office.command("audit", "list")
    assert code == 0, said
    assert [f"target-{day}" in said for day in range(8)] == [True] * 8
    _, said = office.command("audit", "list", "--since", "2026-03-10", "--action", "cadence")
    assert [day for day in range(8) if f"target-{day}" in said] == [5, 7]
    assert "2026-03-11 15:00:00" in said
    _, said = office.command("audit", "list", "--action", "nothing")
    assert "No entries." in said
    code, said = office.command("audit", "list", "--since", "yesterday")
    assert code == 2
    assert "--since" in said


async def test_a_whole_log_gives_a_hash_that_later_checks_expect(office: SealedOffice) -> None:
    code, said = office.command("audit", "verify")
    assert code == 0, said
    assert "8 entries, all whole." in said
    kept = newest_hash(said)
    assert office.command("audit", "verify", "--expect", kept.upper())[0] == 0
    assert office.command("keys", "rotate", "people")[0] == 0  # adds entries
    code, said = office.command("audit", "verify", "--expect", kept)
    assert code == 0, said
    assert newest_hash(said) != kept
    code, said = office.command("audit", "verify", "--expect", "f" * 64)
    assert code == 1
    assert "removed from the end" in said
    code, said = office.command("audit", "verify", "--expect", "abc")
    assert code == 2
    assert "--expect" in said


async def test_what_was_cut_off_at_the_end_is_missed_by_the_kept_hash_alone(
    office: SealedOffice,
) -> None:
    kept = newest_hash(office.command("audit", "verify")[1])
    forge(office, "DELETE FROM audit_log WHERE number > 6")
    assert office.command("audit", "verify")[0] == 0
    code, said = office.command("audit", "verify", "--expect", kept)
    assert code == 1
    assert "6 entries" in said


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'somebody' WHERE number = 4",
        "DELETE FROM audit_log WHERE number = 4",
        "UPDATE audit_log SET number = 44 WHERE number = 4",
    ],
)
async def test_a_broken_log_names_its_first_bad_entry(office: SealedOffice, statement: str) -> None:
    forge(office, statement)
    code, said = office.command("audit", "verify")
    assert code == 1
    assert "broken at entry 4" in said
    assert "3 entries before it are whole" in said


async def test_an_exported_file_runs_no_formula_and_is_its_owners_alone(
    office: SealedOffice, tmp_path: Path
) -> None:
    file = tmp_path / "audit.csv"
    code, said = office.command("audit", "export", str(file), "--since", "2026-03-06")
    assert code == 0, said
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["detail"] for row in rows] == [
        *(f"'{detail}" for detail in DETAILS[:6]),
        *DETAILS[6:],
    ]
    assert [row["number"] for row in rows] == [str(n) for n in range(1, 9)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    code, said = office.command("audit", "export", str(file))
    assert code == 1
    assert "never overwritten" in said
