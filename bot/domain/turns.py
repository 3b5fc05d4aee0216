"""Turns at what a platform limits apart from a whole lane: a conversation, or a single method.

Kept in memory: after a restart the first calls may come too close, and the platform says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.pace import Pace

_LONG_AGO = timedelta(minutes=1)


@dataclass(slots=True)
class _Turns:
    """`tats` are as in Pace, one for each pace; `ahead` the same once everybody has gone who was
    promised a turn. `last_promise` is the latest moment given to somebody who waits.
    """

    tats: tuple[datetime | None, ...]
    ahead: tuple[datetime | None, ...]
    last_promise: datetime | None = None
    closed_until: datetime | None = None

    def is_idle(self, now: datetime) -> bool:
        moments = (*self.tats, self.last_promise, self.closed_until)
        return all(moment is None or moment < now - _LONG_AGO for moment in moments)


class Pacing:
    """Who may call now, and when the others may; whoever asks first goes first. Every one of the
    paces holds.

    `at_most` bounds what is remembered. Times are aware UTC and come from the caller.
    """

    def __init__(self, *paces: Pace, at_most: int = 10_000) -> None:
        self._paces = paces
        self._interval = min(pace.interval for pace in paces)
        self._at_most = at_most
        self._turns: dict[object, _Turns] = {}
        self._promised: dict[tuple[object, UUID], datetime] = {}

    def wait(self, key: object, who: UUID, now: datetime) -> datetime | None:
        """None where `who` may go now (and then counts as gone), else when to ask again."""
        turns = self._of(key, now)
        promised = self._promised.get((key, who))
        if promised is not None and promised > now:
            return promised
        opens = self._opens(turns.tats, turns, now)
        mine = promised is not None or self._nobody_waits(turns, now)
        if mine and opens <= now:
            self._promised.pop((key, who), None)
            turns.tats = self._after(turns.tats, now)
            return None
        return self._promise((key, who), opens, now)

    def close(self, key: object, until: datetime, now: datetime) -> None:
        """Let nobody go before `until`: the platform said so."""
        turns = self._of(key, now)
        turns.closed_until = max(until, turns.closed_until or until)

    def _opens(self, tats: tuple[datetime | None, ...], turns: _Turns, now: datetime) -> datetime:
        # Further off a slot only lies where the clock was set back.
        slots = [
            min(pace.next_slot(tat), now + pace.interval)
            for pace, tat in zip(self._paces, tats, strict=True)
            if tat is not None
        ]
        return max(now, *slots, turns.closed_until or now)

    def _after(self, tats: tuple[datetime | None, ...], at: datetime) -> tuple[datetime, ...]:
        return tuple(p.after(tat, at, 1) for p, tat in zip(self._paces, tats, strict=True))

    def _nobody_waits(self, turns: _Turns, now: datetime) -> bool:
        return turns.last_promise is None or turns.last_promise + self._interval <= now

    def _promise(self, who: tuple[object, UUID], opens: datetime, now: datetime) -> datetime:
        turns = self._turns[who[0]]
        slot = self._slot(turns, opens, now)
        turns.last_promise, turns.ahead = slot, self._after(turns.ahead, slot)
        if len(self._promised) >= self._at_most:
            self._promised = {w: at for w, at in self._promised.items() if at > now - _LONG_AGO}
        if len(self._promised) < self._at_most:
            self._promised[who] = slot
        return slot

    def _slot(self, turns: _Turns, opens: datetime, now: datetime) -> datetime:
        """After everybody who waits, as every pace has it."""
        after = turns.last_promise
        longest = max(pace.interval for pace in self._paces)
        waiting = (len(self._promised) + 1) * longest
        if after is None or self._nobody_waits(turns, now) or after > opens + waiting:
            turns.ahead = turns.tats  # the last case: the clock was set back
            return opens
        slots = [
            pace.next_slot(tat)
            for pace, tat in zip(self._paces, turns.ahead, strict=True)
            if tat is not None
        ]
        return max(opens, after, *slots)

    def _of(self, key: object, now: datetime) -> _Turns:
        if key not in self._turns and len(self._turns) >= self._at_most:
            self._turns = {k: t for k, t in self._turns.items() if not t.is_idle(now)}
        nothing = (None,) * len(self._paces)
        return self._turns.setdefault(key, _Turns(nothing, nothing))
