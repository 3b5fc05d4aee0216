"""What Prometheus is told. What must survive a restart is read from the database."""

from __future__ import annotations

import asyncio
import time
from collections import Counter as Counted
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from bot.bootstrap import Built
from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.ai_store import AiDay
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx
from bot.services.ai_use import spent_today
from bot.services.status import merged
from scheduling.watch import Outcome

CONTENT_TYPE = CONTENT_TYPE_LATEST
KEPT_SECONDS = 5.0
"""How old the database's figures may be: counting costs more the longer the history is."""

RECENT = timedelta(days=7)

_PENDING = (
    DeliveryState.READY,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
    DeliveryState.HELD,
)
_ANSWER_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_JOB_BUCKETS = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0)

Counts = Mapping[tuple[DeliveryState, str], int]


@dataclass(frozen=True, slots=True)
class AiFigures:
    """What AI took today, in the organisation's own zone, over all workspaces."""

    tokens: int = 0
    calls: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """The figures of one moment; the two waits are in seconds, 0 where nothing is overdue.

    `skipped` and `due_skipped` go by reason as `bot.services.status.merged` tells them.
    """

    reachable: bool = False
    due: int = 0
    plans_wait: float = 0.0
    queue_wait: float = 0.0
    counts: Counts = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    due_skipped: Mapping[str, int] = field(default_factory=dict)
    paused: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many workspaces are paused, by platform and reason."""

    ai: AiFigures = field(default_factory=AiFigures)


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self, built: Built) -> None:
        self._built = built
        self._stored = StoredFigures()
        self._failed_calls = FailedCalls(built.kit.ai_failures)
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self.registry = CollectorRegistry()
        self.registry.register(self._stored)
        self.registry.register(self._failed_calls)
        ProcessCollector(registry=self.registry)
        self._answers = Histogram(
            "touchpoint_answer_seconds",
            "From the arrival of what a person did to its acknowledgement, after the commit.",
            buckets=_ANSWER_BUCKETS,
            registry=self.registry,
        )
        self._jobs = Histogram(
            "touchpoint_job_seconds",
            "How long a turn of a job took.",
            ["job"],
            buckets=_JOB_BUCKETS,
            registry=self.registry,
        )
        self._failures = Counter(
            "touchpoint_job_failures",
            "Turns that did nothing, by reason: failed (see the log) or unavailable (database).",
            ["job", "reason"],
            registry=self.registry,
        )

    def observe_answer(self, seconds: float) -> None:
        """Count one act of a person that was acknowledged."""
        self._answers.observe(seconds)

    def observe_job(self, job: str, outcome: Outcome, seconds: float) -> None:
        """Count one turn of a job; fits the runner's `observe`."""
        self._jobs.labels(job).observe(seconds)
        if outcome is not Outcome.DONE:
            self._failures.labels(job, outcome.value).inc()

    async def render(self) -> bytes:
        """Everything in Prometheus' text format, also while the database is gone."""
        async with self._reading:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                self._stored.show(await self._read())
                self._read_at = time.monotonic()
        return generate_latest(self.registry)

    async def _read(self) -> Stored:
        now = self._built.clock.now()

        try:
            return await self._built.uow.read(lambda tx: _figures(tx, now))
        except StorageUnavailable:
            return Stored()


def _figures(tx: Tx, now: datetime) -> Stored:
    policy = tx.organisations.policy()
    minimum = policy.group_minimum
    counts = tx.queue.counts()
    unsent = {r: n for (state, r), n in counts.items() if state is DeliveryState.SKIPPED}
    never_due: Counted[str] = Counted()
    for _, state, reason, count in tx.occurrences.counts(now - RECENT):
        if state is OccurrenceState.SKIPPED:
            never_due[reason] += count
    return Stored(
        reachable=True,
        due=tx.plans.count_due(now),
        plans_wait=_overdue(tx.plans.next_due_at(), now),
        queue_wait=_overdue(tx.queue.next_at(), now),
        counts=counts,
        skipped=merged(unsent, minimum),
        due_skipped=merged(never_due, minimum),
        paused=Counted((pause.platform, pause.reason) for pause in tx.queue.pauses(now)),
        ai=_ai_figures(spent_today(tx, policy, now)),
    )


def _ai_figures(days: Sequence[AiDay]) -> AiFigures:
    return AiFigures(
        tokens=sum(day.tokens for day in days),
        calls=sum(day.calls for day in days),
        failed=sum(day.failed for day in days),
    )


def _overdue(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - (moment or now)).total_seconds())


class StoredFigures(Collector):
    """The database's figures as they were last read; nothing but `reachable` while it is gone."""

    def __init__(self) -> None:
        self._stored = Stored()

    def show(self, stored: Stored) -> None:
        """Let the next scrape have these."""
        self._stored = stored

    def collect(self) -> Iterator[Metric]:
        """Yield the families, as prometheus_client asks."""
        stored = self._stored
        yield GaugeMetricFamily(
            "touchpoint_database_up", "1 while the database can be read.", float(stored.reachable)
        )
        if not stored.reachable:
            return
        yield GaugeMetricFamily("touchpoint_due", "Plans that are due now.", stored.due)
        yield GaugeMetricFamily(
            "touchpoint_due_seconds", "How long the oldest due plan has waited.", stored.plans_wait
        )
        yield GaugeMetricFamily(
            "touchpoint_queue_seconds",
            "How long the oldest message that may leave has waited.",
            stored.queue_wait,
        )
        yield _queue(stored.counts)
        yield CounterMetricFamily(
            "touchpoint_sent", "Messages that a platform took.", _of(stored.counts, "sent")
        )
        yield _unknown(stored.counts)
        yield _by_reason("touchpoint_skipped", "Messages never sent, by reason.", stored.skipped)
        yield _by_reason(
            "touchpoint_due_skipped",
            "Due moments of the last 7 days that led to no message, by reason.",
            stored.due_skipped,
        )
        yield _paused(stored.paused)
        yield from _ai(stored.ai)


def _queue(counts: Counts) -> GaugeMetricFamily:
    family = GaugeMetricFamily("touchpoint_queue", "Messages on their way.", labels=["state"])
    for state in _PENDING:
        family.add_metric([state.value], _of(counts, state.value))
    return family


def _unknown(counts: Counts) -> CounterMetricFamily:
    said = "Messages that may or may not have arrived, by reason."
    family = CounterMetricFamily("touchpoint_unknown", said, labels=["reason"])
    for (state, reason), count in sorted(counts.items()):
        if state is DeliveryState.UNKNOWN:
            family.add_metric([reason], count)
    return family


def _paused(paused: Mapping[tuple[str, str], int]) -> GaugeMetricFamily:
    said = "Workspaces that nothing leaves at present, by platform and reason."
    labels = ["platform", "reason"]
    family = GaugeMetricFamily("touchpoint_lane_paused", said, labels=labels)
    for (platform, reason), count in sorted(paused.items()):
        family.add_metric([platform, reason], count)
    return family


def _ai(ai: AiFigures) -> Iterator[GaugeMetricFamily]:
    """Gauges: at the organisation's midnight they begin anew."""
    yield GaugeMetricFamily(
        "touchpoint_ai_tokens", "Tokens spent or set aside today.", float(ai.tokens)
    )
    yield GaugeMetricFamily("touchpoint_ai_calls", "Calls to AI begun today.", float(ai.calls))
    yield GaugeMetricFamily(
        "touchpoint_ai_failed", "Those of them of which nothing could be used.", float(ai.failed)
    )


class FailedCalls(Collector):
    """What came to nothing since this process began, by reason."""

    def __init__(self, reasons: Mapping[str, int]) -> None:
        self._reasons = reasons

    def collect(self) -> Iterator[Metric]:
        """Yield the family, as prometheus_client asks."""
        said = "Parts of summaries and choices that AI did not make, by reason."
        family = CounterMetricFamily("touchpoint_ai_not_used", said, labels=["reason"])
        for reason, count in sorted(self._reasons.items()):
            family.add_metric([reason], count)
        yield family


def _by_reason(name: str, said: str, reasons: Mapping[str, int]) -> GaugeMetricFamily:
    # A gauge: a reason is told apart once enough share it, and leaves the rest by then.
    family = GaugeMetricFamily(name, said, labels=["reason"])
    for reason, count in sorted(reasons.items()):
        family.add_metric([reason], count)
    return family


def _of(counts: Counts, state: str) -> int:
    return sum(count for (found, _), count in counts.items() if found.value == state)
