"""Shows the figures: as tables for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.eval.figures import Figures, Share, Usage
from bench.eval.run import Outcome


def show(console: Console, found: Figures) -> None:
    """One run as a table, and below it whatever must not be."""
    table = Table(title=escape(found.name), title_justify="left", show_header=False)
    for label, value in _rows(found):
        table.add_row(label, escape(value))
    console.print(table)
    for fault in found.faults:
        console.print(f"not grounded: {fault}", style="red", markup=False)
    for text in found.wrong:
        console.print(f"must not be shown: {text}", style="red", markup=False)


def show_sentences(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Every sentence with what it rests on."""
    for outcome in outcomes:
        console.print(f"\n{outcome.week.key}  {outcome.week.voice}", style="bold", markup=False)
        if outcome.part is None:
            console.print(f"  (plain: {outcome.reason})", style="dim", markup=False)
        for text, evidence in outcome.sentences:
            console.print(f"  {text}", markup=False)
            for each in evidence:
                console.print(f"      “{each.quote}”", style="dim", markup=False)


def as_json(found: Sequence[Figures]) -> dict[str, Any]:
    """The same figures as numbers."""
    return {"sound": all(each.sound for each in found), "runs": [_plain(each) for each in found]}


def _rows(found: Figures) -> list[tuple[str, str]]:
    middle, late = found.seconds
    rows = [
        ("groundedness", _grounded(found.grounded)),
        ("planted facts that come up", str(found.covered)),
        ("the same, plain writer alone", str(found.covered_plain)),
        ("weeks worded by the model", str(Share(found.worded, found.weeks))),
        ("fell back to the plain writer", _counts(found.fell_back)),
        ("sentences left out", _counts(found.dropped)),
        ("tokens", _tokens(found.usage)),
        ("cost", _cost(found.usage, found.weeks)),
        ("seconds a week", f"p50 {middle:.2f}, p95 {late:.2f}"),
    ]
    if found.caught.of:
        rows.insert(1, ("wrong sentences left out", str(found.caught)))
        rows.insert(2, ("true sentences kept", str(found.kept)))
    return rows


def _grounded(share: Share) -> str:
    return f"{share} of the sentences shown" if share.of else "no sentence of the model is shown"


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counted.items()) or "none"


def _tokens(usage: Usage) -> str:
    return f"{usage.sent:,} sent, {usage.received:,} received"


def _cost(usage: Usage, weeks: int) -> str:
    if usage.cost is None:
        return "unknown: give --price-in and --price-out"
    return f"${usage.cost:.4f}, ${usage.cost / max(weeks, 1):.5f} a person and week"


def _plain(found: Figures) -> dict[str, Any]:
    shares = {"grounded", "covered", "covered_plain", "caught", "kept"}
    figures = {name: value for name, value in asdict(found).items() if name not in shares}
    counts = {name: [getattr(found, name).part, getattr(found, name).of] for name in shares}
    usage = {**asdict(found.usage), "cost": found.usage.cost}
    return {**figures, **counts, "usage": usage, "sound": found.sound}
