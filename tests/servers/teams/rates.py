"""Teams' rate limits for one thread and for one app in a tenant."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

THREAD = ((1, 7), (2, 8), (30, 60), (3600, 1800))
"""Seconds and messages. Source: learn.microsoft.com, "Optimize your bot with rate limiting"."""
APP = ((1, 50),)
"""The same for one app in one tenant."""


@dataclass
class Rates:
    """Counts what was taken; the moments are those of the server's clock."""

    taken: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, key: str, now: datetime, limits: tuple[tuple[int, int], ...]) -> int:
        """Seconds until that is allowed, 0 for now. What is allowed counts from now on."""
        kept = self.taken[key]
        longest = timedelta(seconds=limits[-1][0])
        while kept and now - kept[0] >= longest:
            kept.popleft()
        for seconds, most in limits:
            since = now - timedelta(seconds=seconds)
            if len([at for at in kept if at > since]) >= most:
                return seconds
        kept.append(now)
        return 0
