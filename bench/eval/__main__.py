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
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.eval.report import as_json, show, show_sentences
from bench.eval.runs import Price, Run, connected, misled, replayed
from bench.eval.weeks import EvalWeek, load_weeks
from bot.llm.openai_request import Connection
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
    weeks = load_weeks()[: given.limit]
    price = Price(given.price_in, given.price_out)
    runs = asyncio.run(_runs(settings, weeks, price))
    _print(runs, given)
    sys.exit(0 if all(run.figures.sound for run in runs) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.eval", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--show", action="store_true", help="print every sentence that is shown")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N weeks")
    prices = "US dollars for a million tokens"
    parser.add_argument("--price-in", type=float, metavar="USD", help=f"{prices} that are sent")
    parser.add_argument("--price-out", type=float, metavar="USD", help=f"{prices} that come back")
    return parser.parse_args()


async def _runs(settings: AiSettings | None, weeks: Sequence[EvalWeek], price: Price) -> list[Run]:
    with _progress() as progress:
        if settings is not None:
            bar = progress.add_task(settings.model, total=len(weeks))
            connection = Connection(
                url=settings.url,
                host=settings.host,
                model=settings.model,
                key=settings.key,
                api_version=settings.api_version,
                at_once=settings.at_once,
                effort=settings.effort,
            )
            return [await connected(connection, weeks, price, lambda: progress.advance(bar))]
        first = progress.add_task("recorded answers", total=len(weeks))
        second = progress.add_task("a hostile model", total=len(weeks))
        return [
            await replayed(weeks, lambda: progress.advance(first)),
            await misled(weeks, lambda: progress.advance(second)),
        ]


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
