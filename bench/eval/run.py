"""Lets a writer word all the weeks, and keeps what came of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from bench.eval.weeks import EvalWeek
from bot.domain.ports.writer import NotWritten, Writer
from bot.domain.summary import Evidence, WrittenPart
from bot.llm.plain_writer import PlainWriter
from bot.services.wording import topped_up


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one week. part: the model's, None where it fell back, for `reason`. plain: what
    the plain writer makes of it, which then stands in.
    """

    week: EvalWeek
    plain: WrittenPart
    seconds: float
    part: WrittenPart | None = None
    reason: str = ""
    tokens: int = 0
    dropped: int = 0

    @property
    def delivered(self) -> WrittenPart:
        """What the manager gets: the model's part with starters of the plain one added to it."""
        if self.part is None:
            return self.plain
        return replace(self.part, starters=topped_up(self.part.starters, self.plain.starters))

    @property
    def sentences(self) -> list[tuple[str, tuple[Evidence, ...]]]:
        """What is shown of the model's, each with what it rests on."""
        if self.part is None:
            return []
        claims = [(claim.text, claim.evidence) for claim in self.part.claims]
        starters = [(s.text, (Evidence(s.version_id, s.quote),)) for s in self.part.starters]
        return claims + starters


@dataclass
class Pace:
    """at_once: how many weeks are under way. done: called after each."""

    at_once: int = 8
    done: Callable[[], None] = field(default=lambda: None)


async def word(
    writer: Writer, weeks: Sequence[EvalWeek], pace: Pace | None = None
) -> list[Outcome]:
    """The outcomes in the order of the weeks."""
    pace = pace or Pace()
    places = asyncio.Semaphore(pace.at_once)

    async def one(week: EvalWeek) -> Outcome:
        async with places:
            outcome = await _outcome(writer, week)
        pace.done()
        return outcome

    return list(await asyncio.gather(*(one(week) for week in weeks)))


async def _outcome(writer: Writer, week: EvalWeek) -> Outcome:
    plain = await PlainWriter().write(week.person)
    started = perf_counter()
    try:
        part = await writer.write(week.person)
    except NotWritten as failed:
        seconds = perf_counter() - started
        return Outcome(week, plain, seconds, None, failed.reason, failed.tokens, failed.dropped)
    seconds = perf_counter() - started
    return Outcome(week, plain, seconds, part, "", part.tokens, part.dropped)
