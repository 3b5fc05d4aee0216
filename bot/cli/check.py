"""`touchpoint check`: is everything there, and what mends it."""

from __future__ import annotations

import typer


def check() -> None:
    """Check the whole set-up, line by line.

    Configuration, time zones, databases, keys, permissions, Slack, Teams, AI and the port: each
    line says what is wrong and how to mend it. Nothing is changed, and no token is shown. A model
    that is connected is asked one made-up question.

    Exit codes: 0 all is well; 1 something is to be mended.

    Example: touchpoint check
    """
    from bot.cli.checks import findings
    from bot.cli.findings import Verdict
    from bot.cli.screen import console

    out = console()
    encoding = out.encoding.lower()
    marks = {Verdict.GOOD: "✓", Verdict.BAD: "✗", Verdict.NOTE: "•"}
    if not encoding.startswith("utf"):
        marks = {Verdict.GOOD: "ok", Verdict.BAD: "WRONG", Verdict.NOTE: "note"}
    colours = {Verdict.GOOD: "green", Verdict.BAD: "red", Verdict.NOTE: "yellow"}
    wrong = 0
    for found in findings():
        wrong += found.verdict is Verdict.BAD
        out.print(marks[found.verdict], style=colours[found.verdict], end=" ")
        out.print(f"{found.subject}: {found.said}", soft_wrap=True)
    out.print(f"{wrong} to mend." if wrong else "All is well.")
    raise typer.Exit(1 if wrong else 0)
