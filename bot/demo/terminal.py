"""The demo in the terminal: neutral messages and the story, set with Rich."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel as Frame
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text as Line

from bot.demo.story import LastMessages, Story
from bot.domain.message import (
    Bars,
    Block,
    Buttons,
    Chart,
    Divider,
    Heading,
    Link,
    Quote,
    Table,
    Text,
    Tone,
)

WIDTH = 100
_BARS = "▁▂▃▄▅▆▇█"
_TONES = {Tone.BODY: "", Tone.STRONG: "bold", Tone.MUTED: "dim"}


def console() -> Console:
    """Plain text where the output is no terminal; never wider than is pleasant to read."""
    found = Console(highlight=False)
    if found.width > WIDTH or not found.is_terminal:
        found.width = WIDTH
    return found


def overview(story: Story, weeks: int) -> RenderableType:
    """Person by week: what was answered, reminded and skipped."""
    grid = Grid(title="What happened, week by week", title_justify="left", expand=False)
    grid.add_column("", no_wrap=True)
    for week in range(1, weeks + 1):
        grid.add_column(f"Week {week}")
    for person in story.people:
        cells = [story.cells.get((person.id, week), "") for week in range(1, weeks + 1)]
        grid.add_row(person.name, *(_toned(cell) for cell in cells))
    _nudged(grid, story, weeks)
    return Group(grid, _totals(story), _CAUTION)


def _nudged(grid: Grid, story: Story, weeks: int) -> None:
    """A line for each manager: on how many days of a week something came."""
    managers = {person_id for person_id, _ in story.nudges}
    grid.add_section()
    for person in story.people:
        if person.id in managers:
            counts = [story.nudges[person.id, week] for week in range(1, weeks + 1)]
            grid.add_row(f"Nudges to {person.first_name}", *(str(c) if c else "" for c in counts))


_CAUTION = Line(
    "Only a demo shows this. In real use managers see what was shared with them, HR sees totals, "
    "and nobody's silence is shown to anyone.",
    style="dim",
)


def _toned(cell: str) -> Line:
    """Answers in green; everything else stays quiet, as it is nobody's fault."""
    return Line(cell, style="green" if " of " in cell else "dim")


def _totals(story: Story) -> Line:
    totals = story.totals
    reasons = ", ".join(
        f"{count} {reason.replace('_', ' ')}" for reason, count in story.skipped.most_common()
    )
    parts = [
        f"{totals['check_in']} check-ins sent",
        f"{totals['answered']} answered",
        f"{totals['reminders']} reminders",
        f"{story.nudges.total()} nudges",
        f"{totals['weekly_summary']} summaries",
        f"not sent: {reasons or 'none'}",
    ]
    return Line(" · ".join(parts))


def to_manager(last: LastMessages) -> RenderableType:
    """To one manager: the last summary, the last nudges, and what the summary's button opens."""
    name, summary = last.manager.name, last.summary
    parts: list[RenderableType] = [_frame(f"To {name}", summary.blocks)]
    if last.nudges is not None:
        parts.append(_frame(f"Nudges to {name}", last.nudges.blocks))
    has_button = any(isinstance(block, Buttons) for block in summary.blocks)
    if has_button and last.details is not None:
        title = f"Behind the button: {last.details.title}"
        parts.append(Padding(_frame(title, last.details.blocks, "dim"), (0, 0, 0, 2)))
    return Group(*parts)


def _frame(title: str, blocks: tuple[Block, ...], border: str = "none") -> Frame:
    inside = Group(*_blocks(blocks))
    return Frame(inside, title=title, title_align="left", padding=(1, 2), border_style=border)


def _blocks(blocks: tuple[Block, ...]) -> Iterator[RenderableType]:
    before: Block | None = None
    for block in blocks:
        if isinstance(block, Buttons):
            yield _buttons(block, is_first=not isinstance(before, Buttons))
        else:
            yield from _block(block)
        before = block


def _buttons(block: Buttons, *, is_first: bool) -> RenderableType:
    labels = "   ".join(f"[ {button.label} ]" for button in block.items)
    return Padding(Line(labels, style="cyan"), (int(is_first), 0, 1, 0))


def _block(block: Block) -> Iterator[RenderableType]:  # one case a kind of block
    match block:
        case Heading(text):
            yield Line(text, style="bold")
        case Text(text, tone):
            space = 1 if tone is Tone.STRONG else 0
            yield Padding(Line(text, style=_TONES[tone]), (space, 0, 0, 0))
        case Quote(text, note):
            yield from _quote(text, note)
        case Link(label, url):
            yield Line(f"{label}: {url}", style="underline")
        case Divider():
            yield Padding(Rule(style="dim"), (1, 0))
        case Chart() | Bars() | Table():
            yield from _figures(block)


def _figures(block: Chart | Bars | Table) -> Iterator[RenderableType]:
    match block:
        case Chart():
            yield Line(f"{sparkline(block)}  {block.text}", style="dim")
        case Bars(title, labels, shares):
            yield Line(title, style="bold")
            yield _bars(labels, shares)
        case Table(caption, header, rows):
            yield _table(caption, header, rows)


def _quote(text: str, note: str) -> Iterator[RenderableType]:
    if note:
        yield Padding(Line(note, style="dim"), (1, 0, 0, 0))
    yield Padding(Line(f"“{text}”", style="italic"), (0, 0, 0, 2))


def _bars(labels: tuple[str, ...], shares: tuple[int, ...]) -> RenderableType:
    grid = Grid.grid(padding=(0, 2))
    for label, share in zip(labels, shares, strict=True):
        grid.add_row(label, f"{share}%", Line("█" * round(share / 5), style="green"))
    return grid


def _table(
    caption: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> RenderableType:
    grid = Grid(*header, title=caption, title_justify="left")
    for row in rows:
        grid.add_row(*row)
    return grid


def sparkline(chart: Chart) -> str:
    """The first series as bars; gaps stay gaps."""
    span = chart.high - chart.low
    values = chart.series[0].values if chart.series else ()
    steps = len(_BARS) - 1
    return "".join(
        " " if value is None else _BARS[round((value - chart.low) / span * steps)]
        for value in values
    )
