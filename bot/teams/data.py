"""Charts and tables as elements of an Adaptive Card.

The charts are Teams' own (learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards
/charts-in-adaptive-cards). What they say always stands below in words: a screen reader needs them,
and so does a client that knows no charts, which therefore drops the chart and nothing else.
"""

from __future__ import annotations

import math
from itertools import zip_longest
from typing import Any

from bot.domain.layout import plotted
from bot.domain.message import Bars, Chart, Table
from bot.domain.plain_text import clip, is_blank, line, split
from bot.teams.prose import PART, bold, muted, rich, run
from bot.teams.sheet import Drawn, Sheet
from bot.teams.texts import is_inert, literal, say

NAME, CATEGORIES, SERIES = 20, 20, 6
"""Characters of a name in a chart, categories and series: what a phone's width can show."""
COLUMNS, CELL, ROWS = 4, 60, 20
"""A table with more columns, or with longer cells, is a list: a phone has no room for it. Rows of
one Table element; the next one begins with the header again."""


def chart(block: Chart, sheet: Sheet, index: int) -> Drawn:
    """A line chart between its title and its text."""
    title = [] if sheet.is_said(block.title, index) else bold(block.title)
    drawn = _lines(block)
    return [*title, *([drawn] if drawn else []), *muted(block.text)]


def bars(block: Bars, sheet: Sheet, index: int) -> Drawn:
    """A bar chart between its title and its text; a list where bars would read the same."""
    title = [] if sheet.is_said(block.title, index) else bold(block.title)
    drawn = _bars(block)
    if drawn is None:
        pairs = zip(block.labels, block.shares, strict=False)
        return [*title, *_list([(say("share", share=share), label) for label, share in pairs], " ")]
    return [*title, drawn, *muted(block.text)]


def table(block: Table, sheet: Sheet, index: int) -> Drawn:
    """A table where a phone has room for it; else one item a row, each cell with its header."""
    cells = [[line(cell) for cell in row] for row in (block.header, *block.rows)]
    title = [] if sheet.is_said(block.caption, index) else bold(block.caption)
    if not cells[1:]:
        return title
    if _fits(cells):
        header, rows = cells[0], cells[1:]
        starts = range(0, len(rows), ROWS)
        return [*title, *(_table([header, *rows[at : at + ROWS]]) for at in starts)]
    items = [item for row in cells[1:] if (item := _row(cells[0], row)) != ("", "")]
    return [*title, *_list(items, ": " if len(cells[0]) <= 2 else "\n")]  # noqa: PLR2004 - a pair


def _lines(block: Chart) -> dict[str, Any] | None:
    """Nothing where there is no line, or where two would read the same."""
    kept = plotted(block, CATEGORIES)
    categories = [clip(block.labels[at], NAME) for at in kept]
    names = [clip(series.name, NAME) for series in block.series]
    if len(kept) < 2 or len(names) > SERIES or not _is_clear(categories, names):  # noqa: PLR2004
        return None
    data = [
        {
            "legend": literal(name),
            "values": [
                {"x": literal(x), "y": series.values[at]}
                for x, at in zip(categories, kept, strict=True)
            ],
        }
        for name, series in zip(names, block.series, strict=True)
    ]
    return _visual("Chart.Line", block.title, data) | _scale(block)


def _scale(block: Chart) -> dict[str, Any]:
    """The whole scale, so that a small step does not look like a leap."""
    if not (math.isfinite(block.low) and math.isfinite(block.high)):
        return {}
    told = say("range", low=f"{block.low:g}", high=f"{block.high:g}")
    return {"yMin": block.low, "yMax": block.high, "yAxisTitle": told}


def _bars(block: Bars) -> dict[str, Any] | None:
    labels = [line(label) for label in block.labels]
    if not 1 <= len(labels) <= CATEGORIES or len(labels) != len(block.shares):
        return None
    if not _is_clear(labels) or any(len(label) > CELL for label in labels):
        return None
    pairs = zip(labels, block.shares, strict=True)
    data = [{"x": literal(label), "y": share} for label, share in pairs]
    drawn = _visual("Chart.HorizontalBar", block.title, data)
    return drawn | {"displayMode": "AbsoluteNoAxis", "color": "categoricalBlue"}


def _visual(kind: str, title: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    made = {"type": kind, "data": data, "fallback": "drop"}
    return made if is_blank(title) else made | {"title": literal(clip(title, CELL))}


def _is_clear(*names: list[str]) -> bool:
    """Whether each of them shows something, and no two of one kind the same."""
    return all(
        len(set(several)) == len(several) and not any(map(is_blank, several)) for several in names
    )


def _fits(cells: list[list[str]]) -> bool:
    columns = len(cells[0])
    is_even = 1 <= columns <= COLUMNS and all(len(row) == columns for row in cells)
    return is_even and max(len(cell) for row in cells for cell in row) <= CELL


def _table(rows: list[list[str]]) -> dict[str, Any]:
    """The first row is the header; each column is as wide as what stands in it."""
    widths = [max(_word(head), *map(_width, cells)) for head, *cells in zip(*rows, strict=True)]
    return {
        "type": "Table",
        "columns": [{"width": width} for width in widths],
        "rows": [_cells(row, is_header=at == 0) for at, row in enumerate(rows)],
    }


def _width(cell: str) -> int:
    """Its share of the row: that of its longest word, or of all of it if that is not long."""
    return max(_word(cell), min(len(cell), 14))


def _word(text: str) -> int:
    return max(4, *map(len, text.split()), 0)


def _cells(row: list[str], *, is_header: bool) -> dict[str, Any]:
    style: dict[str, Any] = {"weight": "Bolder"} if is_header else {}
    shown = [say("no_value") if is_blank(cell) else cell for cell in row]
    cells = [{"type": "TableCell", "items": [_cell(cell, style)]} for cell in shown]
    return {"type": "TableRow", "cells": cells}


def _cell(text: str, style: dict[str, Any]) -> dict[str, Any]:
    """The shortest that shows it: a table has many."""
    if is_inert(text):
        return {"type": "TextBlock", "text": text, "wrap": True, **style}
    return rich(run(text, **style))


def _row(header: list[str], row: list[str]) -> tuple[str, str]:
    """One row as an item: its first cell, then the others, named where they are several."""
    first, others = (row[0], row[1:]) if row else ("", [])
    names = header[1:] if len(others) > 1 else []
    told = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip_longest(names, others, fillvalue="")
        if not is_blank(cell)
    ]
    return first, "\n".join(told)


def _list(items: list[tuple[str, str]], between: str) -> Drawn:
    """An element an item: its beginning in bold, then the rest."""
    drawn: Drawn = []
    for first, rest in items:
        leads = split(first, PART)
        rests = split(rest, PART)
        joint = between if leads and rests else ""
        runs = [run(part, weight="Bolder") for part in leads]
        runs += [run(f"{joint}{part}" if at == 0 else part) for at, part in enumerate(rests)]
        drawn += [rich(*runs) | {"spacing": "Small"}] if runs else []
    return drawn
