"""Lanes: who may claim messages of an installation, when, and how many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, or_, select, update

from bot.domain.pace import Pace
from bot.domain.ports.queue_store import LanePause
from storage.pace import PACES
from storage.queries import Queries
from storage.queue_statements import AWAIT_ONE_DUE, COMING, LEFT, LOCK_ALL, LOCK_DUE, LOWER
from storage.queue_statements import lane as _lane
from storage.tables.organisation import InstallationRow

_installation = InstallationRow.__table__


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane that the open transaction holds."""

    id: UUID
    pace: Pace
    tat: datetime | None

    def free(self, now: datetime) -> int:
        """How many messages may leave at `now`."""
        return self.pace.free(self.tat, now)


class Lanes(Queries):
    """The lanes of an organisation. Whoever locks several takes them in the order of their ids."""

    def make(self, installations: Collection[UUID]) -> None:
        """Make those of these lanes that are missing, each at its platform's pace."""
        if not installations:
            return
        rows = self._connection.execute(
            select(_installation.c.id, _installation.c.platform).where(
                _installation.c.organisation_id == self._organisation,
                _installation.c.id.in_(installations),
            )
        )
        new = [self._new(row.id, PACES.get(row.platform, Pace())) for row in rows]
        self._connection.execute(self._insert(_lane).on_conflict_do_nothing(), new)

    def lock_due(self, now: datetime) -> Sequence[Lane]:
        """Lock the lanes with something due that aren't paused, but those that others hold.

        Read the deliveries in a statement after this one: its snapshot then has everything that
        was committed before the lanes were locked, and nothing is claimed twice or forgotten.
        Where others hold them all, wait for one: busy enqueuers must not starve the claimants.
        """
        lanes = self._locked(LOCK_DUE, now=now)
        if lanes or not self._on_postgres:
            return lanes
        return self._locked(AWAIT_ONE_DUE, now=now)

    def lock_all(self) -> Sequence[Lane]:
        """Lock all lanes but those that others hold."""
        return self._locked(LOCK_ALL)

    def claimed(self, lane: Lane, now: datetime, count: int, rest_from: datetime | None) -> None:
        """Note that `count` messages leave now, and when the earliest of the rest is ready."""
        tat = lane.pace.after(lane.tat, now, count)
        next_at = None if rest_from is None else max(rest_from, lane.pace.next_slot(tat))
        which = {"organisation": self._organisation, "lane": lane.id}
        self._connection.execute(LEFT, {**which, "new_tat": tat, "new_next_at": next_at})

    def lower(self, earliest: Mapping[UUID, datetime]) -> None:
        """Bring lanes forward to the moment at which something new is ready in them."""
        for lane_id in sorted(earliest):
            which = {"organisation": self._organisation, "lane": lane_id}
            self._connection.execute(LOWER, {**which, "moment": earliest[lane_id]})

    def pause(self, lane_id: UUID, until: datetime, reason: str) -> None:
        """Let nothing leave before `until`; an earlier end never shortens a pause."""
        self._connection.execute(
            update(_lane)
            .where(_lane.c.organisation_id == self._organisation, _lane.c.id == lane_id)
            .where(or_(_lane.c.paused_until.is_(None), _lane.c.paused_until < until))
            .values(paused_until=until, pause_reason=reason)
        )

    def resume(self, lane_id: UUID) -> None:
        """End a pause."""
        self._set(lane_id, paused_until=None, pause_reason=None)

    def paused(self, now: datetime) -> Sequence[LanePause]:
        """The lanes that are paused at `now`."""
        query = (
            select(
                _lane.c.id,
                _lane.c.paused_until,
                _lane.c.pause_reason,
                _installation.c.platform,
                _installation.c.name,
                _installation.c.external_id,
            )
            .join(_installation, _installation.c.id == _lane.c.id)
            .where(_lane.c.organisation_id == self._organisation, _lane.c.paused_until > now)
            .order_by(_installation.c.platform, _installation.c.external_id)
        )
        return [_paused(row) for row in self._connection.execute(query)]

    def set_pace(self, lane_id: UUID, pace: Pace) -> None:
        """Change the pace from the next claim on."""
        self._set(lane_id, interval_ms=pace.interval_ms, burst=pace.burst)

    def next_at(self) -> datetime | None:
        """The first moment at which a message may leave, pauses and pace counted."""
        rows = self._connection.execute(COMING, {"organisation": self._organisation})
        return min(
            (max(row.next_at, row.paused_until or row.next_at) for row in rows), default=None
        )

    def _locked(self, lanes: Executable, **values: object) -> Sequence[Lane]:
        rows = self._connection.execute(lanes, {"organisation": self._organisation, **values})
        return [_read(row) for row in rows]

    def _set(self, lane_id: UUID, **values: object) -> None:
        self._connection.execute(
            update(_lane)
            .where(_lane.c.organisation_id == self._organisation, _lane.c.id == lane_id)
            .values(**values)
        )

    def _new(self, lane_id: UUID, pace: Pace) -> dict[str, object]:
        return {
            "id": lane_id,
            "organisation_id": self._organisation,
            "interval_ms": pace.interval_ms,
            "burst": pace.burst,
        }


def _paused(row: Row[*tuple[Any, ...]]) -> LanePause:
    workspace = row.name or row.external_id
    return LanePause(row.id, row.paused_until, row.pause_reason or "", row.platform, workspace)


def _read(row: Row[*tuple[object, ...]]) -> Lane:
    return Lane(id=row.id, pace=Pace(row.interval_ms, row.burst), tat=row.tat)
