"""`python -m bench [NAME ...] [--quick]`: prints a line for each hot path.

ratio NAME VALUE (ours, reference, unit)  # against what the reference does
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from bench.ai_writer import names, word_with_model
from bench.conversation import TALKING, deliver_messages, on_postgres, record_answers
from bench.desks import desks_due
from bench.measure import Ratio
from bench.people import import_people, preview_cadences
from bench.process import pages, start
from bench.schedule import idle_tick, plan_due
from bench.slack_answer import answer_in_slack, dispatch_event
from bench.slack_deliver import deliver_to_slack
from bench.small import next_due, render, seal
from bench.summary import summary
from bench.survey import count_survey
from bench.teams_answer import answer_in_teams
from bench.teams_deliver import deliver_to_teams
from bench.world import Worlds

BENCHES: dict[str, Callable[[Worlds], AsyncIterator[Ratio]]] = {
    "start": start,
    "next_due": next_due,
    "render": render,
    "seal": seal,
    "pages": pages,
    "deliver_local": deliver_messages,
    "deliver": deliver_to_slack,
    "slack-answer": answer_in_slack,
    "dispatch": dispatch_event,
    "teams-send": deliver_to_teams,
    "teams-answer": answer_in_teams,
    "answer": record_answers,
    "postgres": on_postgres,
    "import": import_people,
    "preview": preview_cadences,
    "idle_tick": idle_tick,
    "plan": plan_due,
    "desks": desks_due,
    "survey": count_survey,
    "ai-part": word_with_model,
    "ai-names": names,
    "summary": summary,  # last: it gives the large company its history
}


def main() -> None:
    """Runs the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="5,000 people in place of 100,000")
    given = parser.parse_args()
    if unknown := set(given.names) - BENCHES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    chosen = [name for name in BENCHES if not given.names or name in given.names]
    worlds = Worlds(given.quick)
    try:
        with _postgres(worlds, wanted="postgres" in chosen):
            asyncio.run(_run(worlds, chosen))
    finally:
        shutil.rmtree(worlds.folder, ignore_errors=True)


async def _run(worlds: Worlds, names: list[str]) -> None:
    try:
        for name in names:
            async for ratio in BENCHES[name](worlds):
                print(ratio, flush=True)
    finally:
        await worlds.close()


@contextmanager
def _postgres(worlds: Worlds, *, wanted: bool) -> Iterator[None]:
    """A database on the server the tests use, for as long as the benchmarks run."""
    if not wanted:
        yield
        return
    from tests import harness
    from tests.servers import postgres

    harness.open_run()
    try:
        server = postgres.server()
        worlds.urls[f"postgres-{TALKING}"] = server.create()
    except harness.UnavailableError as error:
        print(f"NOT MEASURED: PostgreSQL ({error})", file=sys.stderr)
    try:
        yield
    finally:
        postgres.stop()
        harness.close_run()


if __name__ == "__main__":
    main()
