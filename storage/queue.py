"""The queue: messages on their way out, claimed with leases, at each lane's pace."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Executable, Row, Update, case, func, literal, or_, select, update

from bot.domain.delivery import Delivery, DeliveryClass, DeliveryState, NewDelivery, Operation
from bot.domain.pace import Pace
from bot.domain.people import Identity
from bot.domain.ports.queue_store import LanePause, Posted, SentMessage
from storage.claims import Claims
from storage.lanes import Lanes
from storage.queries import Queries, chunks, insert_into
from storage.queue_statements import (
    BEGIN,
    CLAIMED,
    FINISH,
    HELD,
    HOMES,
    LEASED,
    MS,
    NEW,
    NO_CLAIM,
    OF_CAUSES,
    POSTS,
    POSTS_OF_KEY,
    PROMPTS_SENT,
    READY,
    SENDING,
    SHOWN_TO,
    TARGETS,
)
from storage.queue_statements import delivery as _delivery
from storage.showing import find_showing


class SqlQueue(Queries):
    """The Queue port. A lane has the id of its installation."""

    def __init__(self, connection: Connection, organisation_id: UUID) -> None:
        super().__init__(connection, organisation_id)
        self._lanes = Lanes(connection, organisation_id)
        self._claims = Claims(connection, organisation_id)
        self._lowered: dict[UUID, datetime] = {}
        self._homes_read: dict[UUID, Row[*tuple[Any, ...]]] = {}
        self.first_reply: datetime | None = None
        """When the first reply that this transaction made ready is due."""

    def flush(self) -> None:
        """Bring the lanes forward; the unit of work calls it last.

        So a transaction holds the lanes only while it commits, and takes several in order.
        """
        if self._lowered:
            self._lanes.lower(self._lowered)
            self._lowered.clear()

    def enqueue(self, deliveries: Sequence[NewDelivery]) -> set[UUID]:
        """Queue as the port says; thousands at once are cheap."""
        homes = self._homes({delivery.person_id for delivery in deliveries})
        addressed = [d for d in deliveries if d.person_id in homes]
        if not addressed:
            return set()
        self._lanes.make({h.installation_id for h in homes.values() if h.lane_id is None})
        targets = self._targets(addressed)
        rows = [self._row(d, homes[d.person_id]) | targets.get(d.target_id, {}) for d in addressed]
        queued = self._insert_new(rows)
        for delivery, row in zip(addressed, rows, strict=True):
            if delivery.id in queued:
                self._note_ready(row["lane_id"], delivery.not_before, delivery.delivery_class)
        return queued

    def move(self, to: Identity, leaving: Collection[UUID] = ()) -> int:
        """Bring what is still ready for a person to another account, as the port says."""
        self._lanes.make({to.installation_id})
        posts = self._update().where(_delivery.c.person_id == to.person_id, READY)
        moving = posts.where(
            _delivery.c.operation == Operation.POST.value,
            ~_delivery.c.maybe_sent,
            _delivery.c.id.not_in(sorted(leaving)),
        ).values(identity_id=to.id, lane_id=to.installation_id)
        ready = _delivery.c.not_before, _delivery.c.delivery_class
        moved = self._connection.execute(moving.returning(*ready)).all()
        for row in moved:
            self._note_ready(to.installation_id, row.not_before, DeliveryClass(row.delivery_class))
        self._homes_read.pop(to.person_id, None)
        return len(moved)

    def postpone(self, cause: str, not_before: datetime) -> bool:
        """Move a message that is still ready."""
        return self._made_ready(
            self._update().where(_delivery.c.cause == cause, READY).values(not_before=not_before)
        )

    def release(self, person_id: UUID, reason: str, now: datetime) -> None:
        """Let the person's messages that wait for this reason be looked at again at `now`."""
        theirs = _delivery.c.person_id == person_id, _delivery.c.reason == reason, READY
        waiting = self._update().where(*theirs, _delivery.c.not_before > now)
        moved = waiting.values(not_before=now).returning(
            _delivery.c.lane_id, _delivery.c.delivery_class
        )
        for row in self._connection.execute(moved).all():
            self._note_ready(row.lane_id, now, DeliveryClass(row.delivery_class))

    def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Delivery]:
        """Claim the most urgent due messages; each due lane has its share of `limit`."""
        self.flush()
        token = uuid4()
        claimed: list[Delivery] = []
        lanes = self._lanes.lock_due(now)
        for waiting, lane in zip(range(len(lanes), 0, -1), lanes, strict=True):
            share = -(-(limit - len(claimed)) // waiting)
            most = min(share, lane.free(now))
            of_lane = self._claims.take(lane.id, now, most, token=token, lease=lease)
            self._lanes.claimed(lane, now, len(of_lane), self._claims.earliest_ready(lane.id))
            claimed += of_lane
        return sorted(claimed, key=lambda d: (d.delivery_class.priority, d.not_before))

    def begin(self, ids: Iterable[UUID], token: UUID, now: datetime) -> set[UUID]:
        """Mark them as being sent, their leases anew, unless a claim ended or must wait."""
        ours = {"messages": list(ids), "token": token}
        by_lease: dict[int, list[UUID]] = defaultdict(list)
        for claim in self._connection.execute(CLAIMED, ours).all():
            if claim.lease_until <= now:
                continue
            if claim.paused_until is not None and claim.paused_until > now:
                ready = {"state": DeliveryState.READY.value, **NO_CLAIM}
                self._made_ready(self._mine(claim.id, token).where(~SENDING).values(ready))
            else:
                by_lease[claim.lease_ms].append(claim.id)
        begun: set[UUID] = set()
        for lease_ms, some in by_lease.items():
            these = {"messages": some, "token": token, "now": now, "until": now + lease_ms * MS}
            begun |= set(self._connection.scalars(BEGIN, these))
        return begun

    def sent(self, refs: Mapping[UUID, str], token: UUID, now: datetime) -> set[UUID]:
        """Record that the platform took them."""
        ours = {"messages": list(refs), "token": token}
        held = self._connection.scalars(HELD, ours).all()
        how = {"token": token, "final": DeliveryState.SENT.value, "now": now, "why": ""}
        rows = [{**how, "message": each, "platform_ref": refs[each]} for each in held]
        if rows:
            self._connection.execute(FINISH, rows)
        return set(held)

    def skip(self, delivery_id: UUID, token: UUID, reason: str, now: datetime) -> bool:
        """Record that it will never be sent."""
        return self._finish(delivery_id, token, DeliveryState.SKIPPED, now, reason)

    def unknown(self, delivery_id: UUID, token: UUID, reason: str, now: datetime) -> bool:
        """Record that it may or may not have arrived, and leave it at that."""
        return self._finish(delivery_id, token, DeliveryState.UNKNOWN, now, reason)

    def retry(
        self,
        delivery_id: UUID,
        token: UUID,
        at: datetime,
        reason: str,
        *,
        counts: bool,
        maybe_sent: bool = False,
    ) -> bool:
        """Make it ready again at `at`; what may have arrived before stays `maybe_sent`."""
        return self._made_ready(
            self._mine(delivery_id, token).values(
                state=DeliveryState.READY.value,
                not_before=at,
                reason=reason,
                attempts=_delivery.c.attempts + int(counts),
                maybe_sent=or_(_delivery.c.maybe_sent, literal(maybe_sent)),
                **NO_CLAIM,
            )
        )

    def pause_lane(self, lane_id: UUID, until: datetime, reason: str = "") -> None:
        """Let nothing leave the lane before `until`, as the port says."""
        self._lanes.make({lane_id})
        self._lanes.pause(lane_id, until, reason)

    def resume_lane(self, lane_id: UUID) -> None:
        """End a pause at once."""
        self._lanes.resume(lane_id)

    def pauses(self, now: datetime) -> Sequence[LanePause]:
        """Return the lanes that are paused at `now`."""
        return self._lanes.paused(now)

    def set_pace(self, lane_id: UUID, pace: Pace) -> None:
        """Change a lane's pace from the next claim on; makes the lane where it is missing."""
        self._lanes.make({lane_id})
        self._lanes.set_pace(lane_id, pace)

    def sweep(self, now: datetime) -> int:
        """Free expired leases, as the port says; an attempt that never ended counts as one."""
        freed = self._connection.execute(
            self._update()
            .where(LEASED, _delivery.c.lease_until <= now)
            .values(
                state=DeliveryState.READY.value,
                maybe_sent=or_(_delivery.c.maybe_sent, SENDING),
                attempts=_delivery.c.attempts + case((SENDING, 1), else_=0),
                **NO_CLAIM,
            )
        ).rowcount
        for lane in self._lanes.lock_all():
            earliest = self._claims.earliest_ready(lane.id)
            if earliest is not None:
                self._note_ready(lane.id, earliest)
        return freed

    def cancel(self, person_ids: Iterable[UUID], reason: str, now: datetime) -> int:
        """Skip the posts that are still ready for these people."""
        posts = self._update().where(_delivery.c.operation == Operation.POST.value, READY)
        skipped = posts.values(_skipped(reason, now))
        return sum(
            self._count(skipped.where(_delivery.c.person_id.in_(some)))
            for some in chunks(sorted(set(person_ids)))
        )

    def cancel_about(
        self,
        about_id: UUID,
        reason: str,
        now: datetime,
        about_key: str | None = None,
        kind: str = "",
    ) -> int:
        """Skip what is still ready for one check-in, or about one of its questions."""
        # No organisation: SQLite would then rather read all that is ready in it.
        ready = update(_delivery).where(_delivery.c.about_id == about_id, READY)
        if about_key is not None:
            ready = ready.where(_delivery.c.about_key == about_key)
        if kind:
            ready = ready.where(_delivery.c.kind == kind)
        return self._count(ready.values(_skipped(reason, now)))

    def about(self, about_id: UUID, about_key: str | None = None) -> Sequence[SentMessage]:
        """Return the posts of a check-in, or of one of its questions, in the order queued."""
        posts = POSTS if about_key is None else POSTS_OF_KEY
        which = {"organisation": self._organisation, "about": about_id, "key": about_key}
        rows = self._connection.execute(posts, which)
        return [_message_of(row) for row in rows]

    def of_causes(self, causes: Iterable[str]) -> Mapping[str, SentMessage]:
        """Return posts by what caused them."""
        found: dict[str, SentMessage] = {}
        for some in chunks(sorted(set(causes))):
            which = {"organisation": self._organisation, "causes": some}
            rows = self._connection.execute(OF_CAUSES, which)
            found |= {row.cause: _message_of(row) for row in rows}
        return found

    def shown_to(self, person_id: UUID) -> Sequence[SentMessage]:
        """Return the posts that somebody may see, in the order queued."""
        which = {"organisation": self._organisation, "person": person_id}
        return [_message_of(row) for row in self._connection.execute(SHOWN_TO, which)]

    def posted(self, person_id: UUID, ref: str) -> Posted | None:
        """Return what is known of a message that this person got."""
        query = (
            select(_delivery.c.kind, _delivery.c.about_id, _delivery.c.about_key)
            .where(_delivery.c.organisation_id == self._organisation)
            .where(_delivery.c.person_id == person_id)
            .where(_delivery.c.state == DeliveryState.SENT.value)
            .where(_delivery.c.operation == Operation.POST.value, _delivery.c.ref == ref)
        )
        row = self._connection.execute(query.limit(1)).one_or_none()
        return None if row is None else Posted(row.kind, row.about_id, row.about_key)

    def showing(self, person_id: UUID, ref: str) -> Delivery | None:
        """Find what would draw a message that this person got as it is now."""
        return find_showing(self._connection, self._organisation, person_id, ref)

    def prompts_sent(
        self, people: Iterable[UUID], since: datetime, until: datetime
    ) -> Mapping[UUID, Sequence[datetime]]:
        """Find the prompts that arrived, or may have, and those being sent at this moment.

        Ask before `begin`: from then on the message itself is one of them.
        """
        found: dict[UUID, list[datetime]] = defaultdict(list)
        when = {"since": since, "until": until}
        for some in chunks(sorted(set(people))):
            whose = {"organisation": self._organisation, "people": some}
            for person_id, at in self._connection.execute(PROMPTS_SENT, {**whose, **when}).all():
                found[person_id].append(at)
        return found

    def next_at(self) -> datetime | None:
        """Return when the next message may be claimed."""
        self.flush()
        return self._lanes.next_at()

    def counts(self) -> Mapping[tuple[DeliveryState, str], int]:
        """Count the rows per (state, reason), from an index alone."""
        by = (_delivery.c.state, _delivery.c.reason)
        rows = self._connection.execute(
            select(*by, func.count())
            .where(_delivery.c.organisation_id == self._organisation)
            .group_by(*by)
        )
        return {(DeliveryState(state), reason): count for state, reason, count in rows}

    def _homes(self, people: set[UUID]) -> dict[UUID, Row[*tuple[Any, ...]]]:
        """A transaction asks once for each person, who mostly gets several messages from it."""
        for some in chunks(sorted(people - self._homes_read.keys())):
            whose = {"organisation": self._organisation, "people": some}
            for row in self._connection.execute(HOMES, whose).all():
                self._homes_read[row.person_id] = row
        return {each: self._homes_read[each] for each in people if each in self._homes_read}

    def _targets(self, deliveries: Sequence[NewDelivery]) -> dict[UUID | None, dict[str, UUID]]:
        """Where the messages went that these change: a person's home may have moved since."""
        found: dict[UUID | None, dict[str, UUID]] = {}
        for some in chunks(sorted({d.target_id for d in deliveries if d.target_id is not None})):
            for row in self._connection.execute(TARGETS, {"targets": some}):
                found[row.id] = {"identity_id": row.identity_id, "lane_id": row.lane_id}
        return found

    def _row(self, new: NewDelivery, home: Row[*tuple[Any, ...]]) -> dict[str, Any]:
        return {
            "id": new.id,
            "person_id": new.person_id,
            "identity_id": home.id,
            "lane_id": home.installation_id,
            "delivery_class": new.delivery_class.value,
            "priority": new.delivery_class.priority,
            "operation": new.operation.value,
            "kind": new.kind,
            "cause": new.cause,
            "facts": dict(new.facts),
            "not_before": new.not_before,
            "expires_at": new.expires_at,
            "about_id": new.about_id,
            "about_key": new.about_key,
            "target_id": new.target_id,
            "occurrence_id": new.occurrence_id,
        }

    def _insert_new(self, rows: list[dict[str, Any]]) -> set[UUID]:
        insert = _if_new(self._organisation, self._on_postgres)
        return set(self._connection.scalars(insert, rows))

    def _note_ready(
        self, lane_id: UUID, at: datetime, delivery_class: DeliveryClass | None = None
    ) -> None:
        self._lowered[lane_id] = min(at, self._lowered.get(lane_id, at))
        if delivery_class is DeliveryClass.REPLY:
            self.first_reply = min(at, self.first_reply or at)

    def _made_ready(self, statement: Update) -> bool:
        ready = _delivery.c.lane_id, _delivery.c.not_before, _delivery.c.delivery_class
        row = self._connection.execute(statement.returning(*ready)).one_or_none()
        if row is not None:
            self._note_ready(row.lane_id, row.not_before, DeliveryClass(row.delivery_class))
        return row is not None

    def _finish(
        self, delivery_id: UUID, token: UUID, state: DeliveryState, now: datetime, reason: str
    ) -> bool:
        mine = {"message": delivery_id, "token": token}
        how = {"final": state.value, "now": now, "why": reason, "platform_ref": ""}
        return self._connection.execute(FINISH, {**mine, **how}).rowcount == 1

    def _mine(self, delivery_id: UUID, token: UUID) -> Update:
        mine = (_delivery.c.id == delivery_id, _delivery.c.claim_token == token)
        return update(_delivery).where(*mine, LEASED)

    def _update(self) -> Update:
        return update(_delivery).where(_delivery.c.organisation_id == self._organisation)

    def _count(self, statement: Update) -> int:
        return self._connection.execute(statement).rowcount


@lru_cache(maxsize=8)
def _if_new(organisation_id: UUID, on_postgres: bool) -> Executable:
    same = {**NEW, "organisation_id": literal(organisation_id)}
    insert = insert_into(_delivery, on_postgres).values(same).on_conflict_do_nothing()
    return insert.returning(_delivery.c.id)


def _message_of(row: Row[*tuple[Any, ...]]) -> SentMessage:
    state = DeliveryState(row.state)
    return SentMessage(
        row.id, row.kind, state, row.about_key, row.facts, row.maybe_sent, row.state_at
    )


def _skipped(reason: str, now: datetime) -> dict[str, Any]:
    return {"state": DeliveryState.SKIPPED.value, "reason": reason, "state_at": now}
