"""What commands print: tables in a terminal, and whole lines of plain text anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_UNCUT = 4000
"""Columns where nobody watches: wide enough that no line is broken."""


def console(stream: IO[str] | None = None) -> Console:
    """To standard output unless told otherwise. Honours NO_COLOR; never reads data as markup."""
    found = Console(file=stream, highlight=False, markup=False, emoji=False)
    if not found.is_terminal:
        found.width = _UNCUT
    return found


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table whose cells are folded, never cut, where the terminal is narrow."""
    made = Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for name in header:
        made.add_column(Text(name), overflow="fold")
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    return made


@contextmanager
def working(said: str) -> Iterator[Callable[[str], None]]:
    """A bar on standard error while something takes its time; nothing where nobody watches.

    What it yields shows how far it is, after what is `said`.
    """
    watched = Console(stderr=True, highlight=False, markup=False)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=watched, transient=True, disable=not watched.is_terminal)
    with progress:
        task = progress.add_task(said, total=None)
        yield lambda now: progress.update(task, description=f"{said}: {now}")


def plural(count: int, one: str, many: str = "") -> str:
    """Such as "1 person" or "1,200 people"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
