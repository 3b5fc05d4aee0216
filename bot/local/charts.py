"""A line chart's geometry: numbers in, positions in an SVG out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.message import Chart, Series

WIDTH, HEIGHT = 320, 96
LEFT, RIGHT, TOP, BOTTOM = 30, 12, 10, 22


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """`runs` are the stretches without a gap, as SVG points; `dots` every value given."""

    name: str
    runs: Sequence[str]
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class Tick:
    """`anchor` is SVG's: which end of the label stands at `x`."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    left: int
    right: int
    top: float
    bottom: float
    lines: Sequence[Line]
    ticks: Sequence[Tick]


def drawing(chart: Chart) -> Drawing:
    """Where everything of `chart` stands. Labels that would collide are left out."""
    count = max((len(s.values) for s in chart.series), default=0)
    xs = [_across(i, count) for i in range(count)]
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        lines=[_line(chart, series, xs) for series in chart.series],
        ticks=_ticks(chart.labels, xs),
    )


def _across(index: int, count: int) -> float:
    room = WIDTH - LEFT - RIGHT
    inset = 18
    if count < 2:  # noqa: PLR2004 - a single value stands in the middle
        return LEFT + room / 2
    return round(LEFT + inset + index * (room - 2 * inset) / (count - 1), 1)


def _up(chart: Chart, value: float) -> float:
    span = (chart.high - chart.low) or 1
    share = min(max((value - chart.low) / span, 0), 1)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _line(chart: Chart, series: Series, xs: Sequence[float]) -> Line:
    placed = [
        None if value is None else Dot(x, _up(chart, value))
        for x, value in zip(xs, series.values, strict=False)
    ]
    runs = [" ".join(f"{dot.x},{dot.y}" for dot in run) for run in _runs(placed)]
    return Line(series.name, runs, [dot for dot in placed if dot])


def _runs(placed: Sequence[Dot | None]) -> Iterator[list[Dot]]:
    run: list[Dot] = []
    for dot in (*placed, None):
        if dot is not None:
            run.append(dot)
        elif run:
            yield run
            run = []


def _ticks(labels: Sequence[str], xs: Sequence[float]) -> list[Tick]:
    """The first label begins at the left edge and the last ends at the right: none is cut off."""
    pairs = list(zip(xs, labels, strict=False))
    fit = 3
    if len(pairs) > fit:
        pairs = [pairs[0], pairs[len(pairs) // 2], pairs[-1]]
    ticks = [Tick(x, label, "middle") for x, label in pairs]
    if len(ticks) > 1:
        ticks[0] = Tick(LEFT, pairs[0][1], "start")
        ticks[-1] = Tick(WIDTH - RIGHT, pairs[-1][1], "end")
    return ticks
