"""Cells of CSV files that a spreadsheet must not run as formulas."""

from __future__ import annotations

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
