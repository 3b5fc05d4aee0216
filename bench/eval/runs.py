"""The runs: the connected model, or the local model server with a recorded and a hostile model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.eval.figures import Figures, Usage, figures
from bench.eval.hostile import hostile
from bench.eval.recorded import Recorded, load_recorded
from bench.eval.run import Outcome, Pace, word
from bench.eval.weeks import EvalWeek
from bot.llm.openai_model import Model
from bot.llm.openai_request import Connection
from tests.servers.model.server import ModelServer, serving


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens sent and received; None where not known."""

    sent: float | None = None
    received: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all weeks, and the figures."""

    figures: Figures
    outcomes: list[Outcome] = field(repr=False)


async def connected(
    connection: Connection,
    weeks: Sequence[EvalWeek],
    price: Price | None = None,
    done: Callable[[], None] = lambda: None,
) -> Run:
    """The model that is set up. done: called after each week."""
    pace = Pace(connection.at_once, done)
    return await _run(f"{connection.model} at {connection.host}", connection, weeks, pace, price)


async def replayed(weeks: Sequence[EvalWeek], done: Callable[[], None] = lambda: None) -> Run:
    """The recorded answers, one week after the other."""
    known = load_recorded()
    async with serving() as server:
        for week in weeks:
            _plan(server, known[week.key])
        pace = Pace(1, done)
        return await _run("recorded answers", server.connection, weeks, pace, known=known)


async def misled(weeks: Sequence[EvalWeek], done: Callable[[], None] = lambda: None) -> Run:
    """A model that means ill."""
    async with serving(ModelServer(answers=hostile)) as server:
        return await _run("a hostile model", server.connection, weeks, Pace(8, done))


def _plan(server: ModelServer, recorded: Recorded) -> None:
    server.says(recorded.content)


async def _run(
    name: str,
    connection: Connection,
    weeks: Sequence[EvalWeek],
    pace: Pace,
    price: Price | None = None,
    known: dict[str, Recorded] | None = None,
) -> Run:
    model = Model.at(connection)
    try:
        outcomes = await word(model.writer, weeks, pace)
    finally:
        await model.close()
    price, spent = price or Price(), model.client.spent
    usage = Usage(spent.sent, spent.received, price.sent, price.received)
    return Run(figures(name, outcomes, model.writer.dropped, usage, known), outcomes)
