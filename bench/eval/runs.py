"""The runs: the connected model, or the local model server with a recorded and a hostile model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bench.eval.attacks import load_attacks, succeeded, week_with
from bench.eval.figures import Figures, Usage, figures
from bench.eval.hostile import hostile
from bench.eval.recorded import Recorded, load_recorded
from bench.eval.run import Outcome, Pace, word
from bench.eval.weeks import EvalWeek
from bot.llm.openai_model import Model
from bot.llm.openai_request import Connection
from tests.servers.model.server import ModelServer, serving

Done = Callable[[], None]


def _nothing() -> None:
    """For whoever watches no progress."""


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
    done: Done = _nothing,
) -> Run:
    """The model that is set up. done: called after each week."""
    pace = Pace(connection.at_once, done)
    async with _writing(connection) as model:
        outcomes = await word(model.writer, weeks, pace)
    return _counted(f"{connection.model} at {connection.host}", model, outcomes, price)


async def attacked(
    connection: Connection, price: Price | None = None, done: Done = _nothing
) -> Run:
    """The same with answers that were written to mislead it."""
    attacks = load_attacks()
    weeks = [week_with(attack) for attack in attacks.values()]
    run = await connected(connection, weeks, price, done)
    wrong = tuple(succeeded(run.outcomes, attacks))
    name = f"{run.figures.name}, under attack"
    return replace(run, figures=replace(run.figures, name=name, wrong=wrong))


async def replayed(weeks: Sequence[EvalWeek], done: Done = _nothing) -> Run:
    """The recorded answers, one week after the other."""
    known = load_recorded()
    outcomes: list[Outcome] = []
    async with serving() as server, _writing(server.connection) as model:
        for week in weeks:
            _plan(server, known[week.key])
            outcomes += await word(model.writer, [week], Pace(done=done))
    return _counted("recorded answers", model, outcomes, known=known)


async def misled(weeks: Sequence[EvalWeek], done: Done = _nothing) -> Run:
    """A model that means ill."""
    async with (
        serving(ModelServer(answers=hostile)) as server,
        _writing(server.connection) as model,
    ):
        outcomes = await word(model.writer, weeks, Pace(done=done))
    return _counted("a hostile model", model, outcomes)


def _plan(server: ModelServer, recorded: Recorded) -> None:
    if recorded.fails:
        server.fails(recorded.fails)
    else:
        server.says(recorded.content)


@asynccontextmanager
async def _writing(connection: Connection) -> AsyncIterator[Model]:
    model = Model.at(connection)
    try:
        yield model
    finally:
        await model.close()


def _counted(
    name: str,
    model: Model,
    outcomes: list[Outcome],
    price: Price | None = None,
    known: Mapping[str, Recorded] | None = None,
) -> Run:
    price, spent = price or Price(), model.client.spent
    usage = Usage(spent.sent, spent.received, price.sent, price.received)
    return Run(figures(name, outcomes, model.writer.dropped, usage, known), outcomes)
