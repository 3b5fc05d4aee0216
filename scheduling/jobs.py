"""The fixed jobs of every process. People's own schedules are rows, found by these jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.services.choose_follow_ups import LONGEST, choose_follow_ups
from bot.services.count_surveys import count_surveys
from bot.services.desk import tend_desks
from bot.services.expectations import announce
from bot.services.expire import expire
from bot.services.kit import Kit
from bot.services.plan import plan
from bot.services.settle_erasures import settle_erasures
from bot.services.tend import tend
from bot.services.tend_promises import tend_promises
from bot.services.weekly_summary import summarise
from bot.services.wording import AI_TIME
from bot.services.work import sweep

Run = Callable[[Kit, datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """Steps that run one after the other, `every` so often by the machine's time.

    A step does what is due at a moment (aware UTC) and says how much that was. Each has a name
    of its own, and one that fails holds up none of the others. A job that overruns is not started
    a second time. `may_take` is how long a turn may take where it waits for somebody else.
    """

    id: str
    every: timedelta
    steps: tuple[tuple[str, Run], ...]
    may_take: timedelta = timedelta()


def _unless_held(*steps: tuple[str, Run]) -> tuple[tuple[str, Run], ...]:
    """The same steps; after a restore they do nothing until somebody releases it."""
    return tuple((name, partial(_run_unless_held, run)) for name, run in steps)


async def _run_unless_held(run: Run, kit: Kit, now: datetime) -> int:
    organisation = await kit.uow.read(lambda tx: tx.organisations.get())
    is_held = organisation is not None and organisation.is_held
    return 0 if is_held else await run(kit, now)


async def _plan(kit: Kit, now: datetime) -> int:
    return await plan(kit.uow, kit.calendar, now)


JOBS: tuple[Job, ...] = (
    # In this order: what was planned may lie on a manager's desk.
    Job(
        "schedule",
        timedelta(minutes=1),
        _unless_held(
            ("plan", _plan),
            ("tend", tend),
            ("count", count_surveys),
            ("promises", tend_promises),
            ("desks", tend_desks),
            ("announce", announce),
        ),
    ),
    # By itself, as it may wait for a model, and often, as it can't follow the plan any more.
    Job(
        "summaries",
        timedelta(seconds=15),
        _unless_held(("summarise", summarise)),
        may_take=AI_TIME,
    ),
    # Within the silence after an answer; without a model it looks at nothing.
    Job("choose", timedelta(seconds=2), (("choose", choose_follow_ups),), may_take=LONGEST),
    # The first purges the inbox as well.
    Job("tidy", timedelta(seconds=30), (("sweep", sweep), ("settle", settle_erasures))),
    Job("daily", timedelta(days=1), (("expire", expire),)),
)
