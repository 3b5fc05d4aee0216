"""Clocks: the system's, one that can be moved, and one that stands still. All give aware UTC."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The present moment (aware UTC)."""
        return datetime.now(UTC)


class MovedClock:
    """Real time plus an offset: runs on, from wherever it was moved to."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of real time (negative: behind)."""
        return self._offset

    def now(self) -> datetime:
        """Real time plus the offset (aware UTC)."""
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Go on from `moment`. Raises ValueError where it has no time zone."""
        self._offset = _as_utc(moment) - datetime.now(UTC)


class SteppedClock:
    """Stands still until it is set. Raises ValueError for a moment without a time zone."""

    def __init__(self, start: datetime) -> None:
        self._moment = _as_utc(start)

    def now(self) -> datetime:
        """The moment last set (aware UTC)."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Stand at `moment`, earlier or later."""
        self._moment = _as_utc(moment)


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"moment: {moment} has no time zone; pass an aware datetime in UTC")
    return moment.astimezone(UTC)
