"""Charts and tables as Block Kit: Slack's own blocks in messages, readable lines elsewhere.

The schema of both: docs.slack.dev/reference/block-kit/blocks/data-visualization-block and
.../data-table-block. Every series has one value for every category, so a chart knows no gaps.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from bot.domain.layout import plotted
from bot.domain.message import Bars, Chart, Series, Table
from bot.domain.plain_text import clip, is_blank, line, size, split
from bot.slack.prose import SECTION, bold, context, rich, rich_section, text_part
from bot.slack.sheet import Drawn, Sheet
from bot.slack.texts import say

TITLE, NAME, CATEGORIES, SERIES = 50, 20, 20, 6
ROWS, COLUMNS, CELL, TABLE = 100, 20, 2000, 5000
"""A table's rows without the header, columns, characters of a cell and of all cells (Slack takes
10,000; half leaves room for the rest of the message)."""
PAGE = 20
"""Rows shown at once; Slack's own five would hide most of a week."""


def chart(block: Chart, sheet: Sheet, index: int) -> Drawn:
    """A line chart above its text; the text alone where no chart can be drawn."""
    drawn = _drawn(block) if sheet.takes_chart() else None
    if drawn is None:
        title = "" if sheet.is_said(block.title, index) else line(block.title)
        return context(f"{title}\n{block.text}" if title else block.text)
    sheet.charts += 1
    return [drawn, *context(block.text)]


def _drawn(block: Chart) -> dict[str, Any] | None:
    """Nothing where Slack would refuse it, or draw something else than is meant."""
    kept = plotted(block, CATEGORIES) if len(block.series) <= SERIES else []
    categories = [clip(block.labels[at], NAME) for at in kept]
    names = [clip(series.name, NAME) for series in block.series]
    title = clip(block.title, TITLE)
    texts = [title, *categories, *names]
    is_clear = len(set(categories)) == len(categories) and len(set(names)) == len(names)
    if len(kept) < 2 or not is_clear or any(map(is_blank, texts)):  # noqa: PLR2004 - no line
        return None
    lines = [
        {"name": name, "data": _points(series, kept, categories)}
        for name, series in zip(names, block.series, strict=True)
    ]
    axis: dict[str, Any] = {"categories": categories, "y_label": _range(block)}
    return _visual(title, "line", lines, axis)


def _visual(
    title: str, kind: str, series: list[dict[str, Any]], axis: dict[str, Any]
) -> dict[str, Any]:
    plotted = {"type": kind, "series": series, "axis_config": axis}
    return {"type": "data_visualization", "title": title, "chart": plotted}


def _range(block: Chart) -> str:
    return say("range", low=f"{block.low:g}", high=f"{block.high:g}")


def _points(series: Series, kept: list[int], categories: list[str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": series.values[at]}
        for at, label in zip(kept, categories, strict=True)
    ]


def bars(block: Bars, sheet: Sheet, index: int) -> Drawn:
    """A bar chart above its text; a list of the shares where no chart can be drawn."""
    drawn = _bars(block) if sheet.takes_chart() else None
    if drawn is None:
        title = [] if sheet.is_said(block.title, index) else bold(block.title)
        pairs = zip(block.shares, block.labels, strict=False)
        return [*title, *_lists([_share(share, label) for share, label in pairs])]
    sheet.charts += 1
    return [drawn, *context(block.text)]


def _bars(block: Bars) -> dict[str, Any] | None:
    """Nothing where Slack would refuse it, or two bars would read the same."""
    categories, title = [clip(label, NAME) for label in block.labels], clip(block.title, TITLE)
    is_clear = len(set(categories)) == len(categories) == len(block.shares)
    if not 1 <= len(categories) <= CATEGORIES or not is_clear:
        return None
    if any(map(is_blank, [title, *categories])):
        return None
    pairs = zip(categories, block.shares, strict=True)
    data = [{"label": label, "value": share} for label, share in pairs]
    axis: dict[str, Any] = {"categories": categories, "y_label": say("shares")}
    return _visual(title, "bar", [{"name": say("shares"), "data": data}], axis)


def _share(share: int, label: str) -> list[dict[str, Any]]:
    words = split(line(label), SECTION)
    lead = text_part(f"{say('share', share=share)} ", bold=True)
    return [lead, *map(text_part, words)]


def table(block: Table, sheet: Sheet, index: int) -> Drawn:
    """A table to sort and to page through; elsewhere one line a row, each cell with its header."""
    cells = [[line(cell) for cell in row] for row in (block.header, *block.rows)]
    title = [] if sheet.is_said(block.caption, index) else bold(block.caption)
    if sheet.native and _fits(block, cells):
        return [*title, _native(block, cells)]
    items = [item for row in cells[1:] if (item := _row(cells[0], row))]
    return [*title, *_lists(items)]


def _fits(block: Table, cells: list[list[str]]) -> bool:
    rows, columns = len(block.rows), len(block.header)
    if is_blank(block.caption) or not (1 <= rows <= ROWS and 1 <= columns <= COLUMNS):
        return False
    sizes = [size(cell) for row in cells for cell in row]
    is_even = all(len(row) == columns for row in cells)
    return is_even and max(sizes) <= CELL and sum(sizes) <= TABLE


def _native(block: Table, cells: list[list[str]]) -> dict[str, Any]:
    rows = [[{"type": "raw_text", "text": _cell(cell)} for cell in row] for row in cells]
    return {
        "type": "data_table",
        "caption": clip(block.caption, CELL),
        "page_size": min(len(block.rows), PAGE),
        "row_header_column_index": 0,
        "rows": rows,
    }


def _cell(text: str) -> str:
    return say("no_value") if is_blank(text) else text


def _row(header: list[str], row: list[str]) -> list[dict[str, Any]]:
    """One row as a list item: its first cell, then the others, named where they are several."""
    first, others = (row[0], row[1:]) if row else ("", [])
    names = header[1:] if len(others) > 1 else []
    told = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip_longest(names, others, fillvalue="")
        if not is_blank(cell)
    ]
    lead = [text_part(part, bold=True) for part in split(first, SECTION)]
    rest = split("\n".join(told), SECTION)
    between = [text_part(": " if len(others) == 1 else "\n")] if lead and rest else []
    return [*lead, *between, *map(text_part, rest)]


def _lists(items: list[list[dict[str, Any]]]) -> Drawn:
    """Bulleted lists that are each no longer than a section."""
    lists: list[list[dict[str, Any]]] = [[]]
    room = SECTION
    for item in items:
        room -= sum(len(part["text"]) for part in item)
        if room < 0 and lists[-1]:
            lists.append([])
            room = SECTION
        lists[-1].append(rich_section(*item))
    return [
        rich({"type": "rich_text_list", "style": "bullet", "elements": elements})
        for elements in lists
        if elements
    ]
