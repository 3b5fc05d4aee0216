"""A pace: the generic cell rate algorithm (GCRA, ITU-T I.371), pure arithmetic.

One stored moment, the theoretical arrival time, stands for the whole history: it lies as far in
the future as the messages that were let go have used up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `burst` messages at once, and one more each `interval_ms` (0: as many as wanted).

    Raises ValueError, naming the field, for a pace at which nothing could ever leave.
    """

    interval_ms: int = 0
    burst: int = 1

    def __post_init__(self) -> None:
        if self.interval_ms < 0:
            raise ValueError(f"interval_ms: {self.interval_ms} is negative; give 0 or more")
        if self.burst < 1:
            raise ValueError(f"burst: {self.burst} lets nothing go; give 1 or more")

    @property
    def interval(self) -> timedelta:
        """The time that each message uses up."""
        return timedelta(milliseconds=self.interval_ms)

    def free(self, tat: datetime | None, now: datetime) -> int:
        """How many messages may leave at `now` (aware UTC)."""
        if not self.interval_ms:
            return UNLIMITED
        return (now + self.burst * self.interval - self._bounded(tat, now)) // self.interval

    def after(self, tat: datetime | None, now: datetime, count: int) -> datetime:
        """The theoretical arrival time once `count` messages have left at `now`."""
        return self._bounded(tat, now) + count * self.interval

    def next_slot(self, tat: datetime) -> datetime:
        """The first moment at which another message may leave."""
        return tat - (self.burst - 1) * self.interval

    def _bounded(self, tat: datetime | None, now: datetime) -> datetime:
        # No history reaches further ahead than a full burst, unless the clock was set back: then
        # the lane must not stand still until the old time comes round again.
        full = now + self.burst * self.interval
        return now if tat is None else min(max(tat, now), full)
