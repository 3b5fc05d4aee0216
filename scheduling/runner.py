"""What a process does by itself: the fixed jobs, and the sending of what is queued."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.ports.clock import Clock
from bot.services.deliver import deliver
from bot.services.kit import Kit
from scheduling.jobs import JOBS, Job
from scheduling.watch import Observe, Watch

DELIVERY = "deliver"

IDLE = timedelta(seconds=5)
"""How long at most a message waits that another process queued: only our own replies wake us.
A look is one indexed read; a whole idle process was measured at under a thousandth of a core.
"""

_CONTENDED = timedelta(milliseconds=250)
"""The wait where something is due, but another process holds it."""

_FIRST_BACKOFF, _LAST_BACKOFF = timedelta(seconds=1), timedelta(seconds=30)

_LATE = 5
"""A step that did not succeed for so many of its intervals, and for as long as a turn may take,
makes the process not ready.
"""


class Bell:
    """Wakes the delivery, from any thread. Make it in the event loop that the runner uses."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self, _due: datetime | None = None) -> None:
        """Let the delivery look at once; fits `on_reply`. Harmless after the loop has closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, at_most: timedelta) -> None:
        """Return when rung since the last wait, or after `at_most`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await self._rung.wait()
        self._rung.clear()


def _unobserved(_id: str, _outcome: object, _seconds: float) -> None:
    """Nobody counts."""


class Runner:
    """The jobs and the delivery of one process, from `start` until `stop`; not to be reused.

    `clock` says what is due. Intervals are the machine's own time, whatever `clock` says.
    """

    def __init__(
        self,
        kit: Kit,
        clock: Clock,
        bell: Bell,
        *,
        jobs: Sequence[Job] = JOBS,
        idle: timedelta = IDLE,
        observe: Observe = _unobserved,
    ) -> None:
        self._kit = kit
        self._clock = clock
        self._bell = bell
        self._jobs = {job.id: job for job in jobs}
        self._watch = Watch(observe)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._running: set[asyncio.Task[None]] = set()
        self._delivery: asyncio.Task[None] | None = None
        self._idle = self._until_next = idle
        self._stopping = False

    async def start(self) -> None:
        """Run every job once now and then in its interval, and send what is queued."""
        for job in self._jobs.values():
            for step, _ in job.steps:
                self._watch.expect(step)
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC),
                args=[job],
                id=job.id,
                coalesce=True,
                max_instances=1,
                # Later than that, the next turn does the same work.
                misfire_grace_time=max(1, int(job.every.total_seconds())),
                next_run_time=datetime.now(UTC),
            )
        self._watch.expect(DELIVERY)
        self._scheduler.start()
        self._delivery = asyncio.create_task(self._deliver_until_stopped(), name=DELIVERY)

    async def stop(self, grace: timedelta) -> bool:
        """Begin nothing new, let what is under way end, and give up after `grace`.

        Returns whether everything ended by itself. What was cut off is left to its lease: another
        process, or the next start, takes it up.
        """
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
        self._bell.ring()
        left = await self._wait_for_work(grace)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # it shuts down in the loop's next turn
        return not left

    def problems(self) -> list[str]:
        """What keeps it from its work, in short lines; empty while all is well."""
        if self._delivery is None or self._stopping:
            return ["not running"]
        problems = ["the delivery has ended"] if self._delivery.done() else []
        if self._watch.silent_for(DELIVERY) > _LATE * _LAST_BACKOFF.total_seconds():
            problems.append("nothing could be delivered for some time")
        late = [
            step
            for job in self._jobs.values()
            for step, _ in job.steps
            if self._watch.silent_for(step) > (_LATE * job.every + job.may_take).total_seconds()
        ]
        return problems + [f"{step} has not succeeded for some time" for step in late]

    async def _wait_for_work(self, grace: timedelta) -> set[asyncio.Task[None]]:
        """What had to be cut off, after it has ended."""
        work = self._running | ({self._delivery} if self._delivery else set())
        if not work:
            return set()
        _, left = await asyncio.wait(work, timeout=grace.total_seconds())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return left

    async def _run(self, job: Job) -> None:
        """One turn of a job, in a task of ours: the scheduler would cut it off when stopping."""
        if self._stopping:
            return
        task = asyncio.create_task(self._turn(job), name=job.id)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])

    async def _turn(self, job: Job) -> None:
        for step, run in job.steps:
            if self._stopping:
                return
            if await self._watch.run(step, partial(run, self._kit, self._clock.now())):
                self._bell.ring()

    async def _deliver_until_stopped(self) -> None:
        backoff = _FIRST_BACKOFF
        while not self._stopping:
            self._keep_jobs_near()
            due = await self._watch.run(DELIVERY, self._deliver_due)
            if due is None:
                await self._pause(backoff)
                backoff = min(backoff * 2, _LAST_BACKOFF)
                continue
            backoff = _FIRST_BACKOFF
            if due == 0:
                await self._bell.wait(self._until_next)

    async def _pause(self, backoff: timedelta) -> None:
        """Waits it out, whoever rings in between: only stopping ends it early."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + backoff.total_seconds()
        while not self._stopping and (left := ends - loop.time()) > 0:
            await self._bell.wait(timedelta(seconds=left))

    async def _deliver_due(self) -> int:
        """One batch; how many were claimed. Without any, sets how long to wait."""
        self._until_next = self._idle
        next_at = await self._kit.uow.read(lambda tx: tx.queue.next_at())
        now = self._clock.now()
        if next_at is None or self._stopping:
            return 0
        if next_at > now:
            self._until_next = min(next_at - now, self._idle)
            return 0
        self._until_next = _CONTENDED
        return await deliver(self._kit, now)

    def _keep_jobs_near(self) -> None:
        """After the machine's clock was set back, no job waits for the time it had before."""
        now = datetime.now(UTC)
        for scheduled in self._scheduler.get_jobs():
            next_run = scheduled.next_run_time
            if next_run is not None and next_run - now > 2 * self._jobs[scheduled.id].every:
                scheduled.modify(next_run_time=now)
