"""`touchpoint audit`: who changed what, and whether the log is whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.csv_cells import harmless

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.bootstrap import Built
    from bot.domain.ports.queue_store import AuditEntry, Chain

_PAGE = 1000
_HEADER = ("number", "at", "actor", "action", "target", "detail", "hash")
_HEX = 64

app = typer.Typer(
    help="The audit log: who changed what.", rich_markup_mode=None, no_args_is_help=True
)
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From this day (or minute, UTC) on."),
]


@app.command("list")
def list_entries(
    since: Since = None,
    action: Annotated[
        str | None, typer.Option(help="Only this action, or all that begin with it.")
    ] = None,
) -> None:
    """List the entries, oldest first. Times are UTC; people and places are opaque ids.

    Example: touchpoint audit list --since 2026-01-01 --action cadence
    """
    import asyncio

    from bot.cli.screen import console, table

    found = asyncio.run(_found(since, action or ""))
    header = ("number", "at (UTC)", "actor", "action", "target", "detail")
    rows = [(e.number, _second(e), e.actor, e.action, e.target, e.detail) for e in found]
    console().print(table("", header, rows))
    if not rows:
        console().print("No entries.")


@app.command()
def verify(
    expect: Annotated[
        str, typer.Option(help="A newest hash that was printed before and kept elsewhere.")
    ] = "",
) -> None:
    """Check that no entry was altered, inserted or removed.

    Each entry's hash covers the entry before it. Only a hash that was kept elsewhere tells whether
    the last entries were removed: keep what this prints, and give it with --expect next time.

    Exit codes: 0 whole; 1 broken, or without the entry that was expected; 2 the hash or the
    database can't be used.

    Example: touchpoint audit verify --expect 0f3a...
    """
    import asyncio

    from bot.cli.screen import console, plural

    expected = _hash(expect)
    chain = asyncio.run(_checked(expected))
    _refuse_broken(chain, expected)
    console().print(f"{plural(chain.count, 'entry', 'entries')}, all whole.")
    if chain.newest:
        console().print(f"Newest hash, to keep elsewhere: {chain.newest}", soft_wrap=True)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="A new CSV file.")],
    since: Since = None,
) -> None:
    """Write the entries to a CSV file. It is never overwritten.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.

    Exit codes: 0 done; 1 the file is there already; 2 it or the database can't be used.

    Example: touchpoint audit export audit.csv
    """
    import asyncio

    from bot.cli.screen import console, plural

    found = asyncio.run(_found(since, ""))
    _write(file, found)
    console().print(f"{plural(len(found), 'entry', 'entries')} written to {file}.")


def _second(entry: AuditEntry) -> str:
    return f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _hash(text: str) -> str:
    from bot.cli.faults import NotReady

    given = text.strip().lower()
    if given and (len(given) != _HEX or set(given) - set("0123456789abcdef")):
        raise NotReady(
            f"--expect takes a hash of {_HEX} digits as `touchpoint audit verify` prints"
        )
    return given


def _refuse_broken(chain: Chain, expected: str) -> None:
    from bot.cli.faults import Refused
    from bot.cli.screen import plural

    if chain.broken_at is not None:
        raise Refused(
            f"the audit log is broken at entry {chain.broken_at}: it, or one before it, was "
            f"altered, inserted or removed. {plural(chain.count, 'entry', 'entries')} before it "
            f"are whole (newest hash of these: {chain.newest or 'none'}). Compare with a backup."
        )
    if expected and not chain.holds:
        raise Refused(
            f"no entry has the hash that was expected: entries were removed from the end, or this "
            f"is an older copy. {plural(chain.count, 'entry', 'entries')} follow from one another "
            f"(newest hash: {chain.newest or 'none'}). Compare with a backup."
        )


async def _found(since: datetime | None, action: str) -> list[AuditEntry]:
    from bot.cli.office import opened
    from bot.settings import read_environment

    start = since.replace(tzinfo=UTC) if since else None
    async with opened(read_environment()) as built:
        return [
            entry
            async for entry in _all(built)
            if entry.action.startswith(action) and (start is None or entry.at >= start)
        ]


async def _all(built: Built) -> AsyncIterator[AuditEntry]:
    after = 0
    while page := await built.uow.read(lambda tx: tx.audit.entries(after, _PAGE)):  # noqa: B023 - run at once
        for entry in page:
            yield entry
        after = page[-1].number


async def _checked(expected: str) -> Chain:
    from bot.cli.office import opened
    from bot.settings import read_environment

    async with opened(read_environment()) as built:
        return await built.uow.read(lambda tx: tx.audit.check(expected))


def _write(file: Path, entries: list[AuditEntry]) -> None:
    """A file of its owner's alone, with a byte order mark: spreadsheets take it for UTF-8 then."""
    import csv
    import os

    from bot.cli.faults import Refused

    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        opened = os.open(file, flags, 0o600)
    except FileExistsError:
        raise Refused(f"{file} is there already and is never overwritten") from None
    with os.fdopen(opened, "w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEADER)
        writer.writerows(_row(entry) for entry in entries)


def _row(entry: AuditEntry) -> Iterator[str]:
    at = entry.at.astimezone(UTC).isoformat(timespec="seconds")
    cells = (entry.number, at, entry.actor, entry.action, entry.target, entry.detail, entry.hash)
    return map(harmless, map(str, cells))
