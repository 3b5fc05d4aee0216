"""Turns at what a platform limits apart from a whole lane: a conversation, or a single method.

Kept in memory: after a restart the first calls may come too close, and the platform says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.pace import Pace

_LONG_AGO = timedelta(minutes=1)


@dataclass(slots=True)
class _Turns:
    """`tat` as in Pace; `last_promise` is the latest moment given to somebody who waits."""

    tat: datetime | None = None
    last_promise: datetime | None = None
    closed_until: datetime | None = None

    def is_idle(self, now: datetime) -> bool:
        moments = (self.tat, self.last_promise, self.closed_until)
        return all(moment is None or moment < now - _LONG_AGO for moment in moments)


@dataclass(slots=True)
class Pacing:
    """Who may call now, and when the others may; whoever asks first goes first.

    `at_most` bounds what is remembered. Times are aware UTC and come from the caller.
    """

    pace: Pace
    at_most: int = 10_000
    _turns: dict[object, _Turns] = field(default_factory=dict)
    _promised: dict[tuple[object, UUID], datetime] = field(default_factory=dict)

    def wait(self, key: object, who: UUID, now: datetime) -> datetime | None:
        """None where `who` may go now (and then counts as gone), else when to ask again."""
        turns = self._of(key, now)
        promised = self._promised.get((key, who))
        if promised is not None and promised > now:
            return promised
        opens = self._opens(turns, now)
        mine = promised is not None or self._nobody_waits(turns, now)
        if mine and opens <= now:
            self._promised.pop((key, who), None)
            turns.tat = self.pace.after(turns.tat, now, 1)
            return None
        return self._promise((key, who), opens, now)

    def close(self, key: object, until: datetime, now: datetime) -> None:
        """Let nobody go before `until`: the platform said so."""
        turns = self._of(key, now)
        turns.closed_until = max(until, turns.closed_until or until)

    def _opens(self, turns: _Turns, now: datetime) -> datetime:
        slot = now if turns.tat is None else self.pace.next_slot(turns.tat)
        # Further off it only lies where the clock was set back.
        return max(now, min(slot, now + self.pace.interval), turns.closed_until or now)

    def _nobody_waits(self, turns: _Turns, now: datetime) -> bool:
        return turns.last_promise is None or turns.last_promise + self.pace.interval <= now

    def _promise(self, who: tuple[object, UUID], opens: datetime, now: datetime) -> datetime:
        turns = self._turns[who[0]]
        after = turns.last_promise
        waiting = (len(self._promised) + 1) * self.pace.interval
        if after is None or after > opens + waiting:  # the clock was set back
            slot = opens
        else:
            slot = max(opens, after + self.pace.interval)
        turns.last_promise = slot
        if len(self._promised) >= self.at_most:
            self._promised = {w: at for w, at in self._promised.items() if at > now - _LONG_AGO}
        if len(self._promised) < self.at_most:
            self._promised[who] = slot
        return slot

    def _of(self, key: object, now: datetime) -> _Turns:
        if key not in self._turns and len(self._turns) >= self.at_most:
            self._turns = {k: t for k, t in self._turns.items() if not t.is_idle(now)}
        return self._turns.setdefault(key, _Turns())
