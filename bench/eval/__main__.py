"""`python -m bench.eval`: how well the connected model words made-up weeks.

Without TOUCHPOINT_AI_MODEL the local model server stands in, with recorded answers and then with
a model that means ill. Ends with 1 where a sentence is shown that doesn't hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.eval.attacks import load_attacks
from bench.eval.report import as_json, show, show_sentences
from bench.eval.runs import Price, Run, attacked, connected, misled, replayed
from bench.eval.weeks import load_weeks
from bot.adapters import connection_of
from bot.settings.ai import AiSettings, read_ai
from bot.settings.errors import ConfigurationError


def main() -> None:
    """Runs it and prints the figures."""
    given = _arguments()
    try:
        settings = read_ai()
    except ConfigurationError as error:
        sys.exit(str(error))
    logging.getLogger().addHandler(logging.NullHandler())  # the table tells it all
    runs = asyncio.run(_runs(settings, given))
    _print(runs, given)
    sys.exit(0 if all(run.figures.sound for run in runs) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.eval", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--show", action="store_true", help="print every sentence that is shown")
    parser.add_argument(
        "--attacks", action="store_true", help="try answers written to mislead the model as well"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N weeks")
    prices = "US dollars for a million tokens"
    parser.add_argument("--price-in", type=float, metavar="USD", help=f"{prices} that are sent")
    parser.add_argument("--price-out", type=float, metavar="USD", help=f"{prices} that come back")
    return parser.parse_args()


async def _runs(settings: AiSettings | None, given: argparse.Namespace) -> list[Run]:
    weeks = load_weeks()[: given.limit]
    with _progress() as progress:
        if settings is None:
            return [
                await replayed(weeks, _bar(progress, "recorded answers", len(weeks))),
                await misled(weeks, _bar(progress, "a hostile model", len(weeks))),
            ]
        price = Price(given.price_in, given.price_out)
        connection = connection_of(settings)
        done = _bar(progress, settings.model, len(weeks))
        runs = [await connected(connection, weeks, price, done)]
        if given.attacks:
            done = _bar(progress, "under attack", len(load_attacks()))
            runs.append(await attacked(connection, price, done))
        return runs


def _bar(progress: Progress, name: str, total: int) -> Callable[[], None]:
    bar = progress.add_task(name, total=total)
    return lambda: progress.advance(bar)


def _progress() -> Progress:
    watched = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(
        *columns,
        TimeElapsedColumn(),
        console=watched,
        transient=True,
        disable=not watched.is_terminal,
    )


def _print(runs: Sequence[Run], given: argparse.Namespace) -> None:
    if given.json:
        print(json.dumps(as_json([run.figures for run in runs]), indent=1))
        return
    console = Console(highlight=False)
    for run in runs:
        if given.show:
            show_sentences(console, run.outcomes)
        show(console, run.figures)


if __name__ == "__main__":
    main()
