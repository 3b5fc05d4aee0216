"""The queue's hot statements, built once: building one costs more than running it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    false,
    literal_column,
    or_,
    select,
    update,
)

from bot.domain.delivery import ON_SCREEN, DeliveryClass, DeliveryState, Operation
from storage.tables.people import IdentityRow
from storage.tables.queue import DeliveryRow, LaneRow

delivery = DeliveryRow.__table__
lane = LaneRow.__table__
_identity = IdentityRow.__table__
_target = delivery.alias("target")

# Spelled out as in the partial indexes, which serve no statement with bound values there.
READY: ColumnElement[bool] = literal_column("delivery.state = 'ready'")
LEASED: ColumnElement[bool] = literal_column("delivery.state IN ('claimed', 'sending')")
SENDING: ColumnElement[bool] = delivery.c.state == DeliveryState.SENDING.value
NO_CLAIM: dict[str, Any] = {"claim_token": None, "lease_until": None, "lease_ms": 0}
MS = timedelta(milliseconds=1)
NEW: dict[str, ColumnElement[Any]] = {
    "state": literal_column("'ready'"),
    "reason": literal_column("''"),
    "attempts": literal_column("0"),
    "lease_ms": literal_column("0"),
    "maybe_sent": false(),
    "ref": literal_column("''"),
}
"""What all new messages begin with, in the statement itself: it need not be sent with each."""

HOMES = (
    select(_identity.c.id, _identity.c.person_id, _identity.c.installation_id)
    .add_columns(lane.c.id.label("lane_id"))
    .outerjoin(lane, lane.c.id == _identity.c.installation_id)
    .where(_identity.c.organisation_id == bindparam("organisation"), _identity.c.is_home)
    .where(_identity.c.barred.is_(None))
    .where(_identity.c.person_id.in_(bindparam("people", expanding=True)))
)
"""Home identities of `people`, each with its lane where that is there already."""

TARGETS = select(delivery.c.id, delivery.c.identity_id, delivery.c.lane_id).where(
    delivery.c.id.in_(bindparam("targets", expanding=True))
)
"""Where the messages `targets` went. No organisation: their ids are enough, as with claims."""

DUE = (
    select(
        delivery,
        _identity.c.installation_id,
        _identity.c.platform,
        _identity.c.external_id,
        _identity.c.delivery_ref,
        _identity.c.barred,
        _target.c.state.label("target_state"),
        _target.c.ref.label("target_ref"),
    )
    .join(_identity, _identity.c.id == delivery.c.identity_id)
    .outerjoin(_target, _target.c.id == delivery.c.target_id)
    .where(delivery.c.lane_id == bindparam("lane"), READY)
    .where(delivery.c.priority == bindparam("urgency"), delivery.c.not_before <= bindparam("now"))
    .order_by(delivery.c.not_before, delivery.c.number)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=delivery)
)
"""At most `most` messages of one `urgency` (priority) that are due in a `lane`."""

CLAIM = (
    update(delivery)
    .where(delivery.c.number.in_(bindparam("numbers", expanding=True)))
    .values(
        state=DeliveryState.CLAIMED.value,
        claim_token=bindparam("token"),
        lease_until=bindparam("until"),
        lease_ms=bindparam("lease"),
    )
)

# No organisation: nobody else knows the token, and PostgreSQL, as long as it has no statistics,
# would take an index that begins with the organisation and read every row of it.
_of_claim = delivery.c.claim_token == bindparam("token")
_mine = (delivery.c.id == bindparam("message"), _of_claim)
_ours = (delivery.c.id.in_(bindparam("messages", expanding=True)), _of_claim)

CLAIMED = (
    select(delivery.c.id, delivery.c.lease_ms, delivery.c.lease_until, lane.c.paused_until)
    .join(lane, lane.c.id == delivery.c.lane_id)
    .where(*_ours, delivery.c.state == DeliveryState.CLAIMED.value)
)
"""The `messages` of the claim `token` that are not being sent yet."""

BEGIN = (
    update(delivery)
    .where(*_ours, delivery.c.state == DeliveryState.CLAIMED.value)
    .values(
        state=DeliveryState.SENDING.value,
        state_at=bindparam("now"),
        lease_until=bindparam("until"),
    )
    .returning(delivery.c.id)
)

HELD = select(delivery.c.id).where(*_ours, LEASED).order_by(delivery.c.id).with_for_update()
"""Those of `messages` that the claim `token` still holds."""

FINISH = (
    update(delivery)
    .where(*_mine, LEASED)
    .values(
        state=bindparam("final"),
        state_at=bindparam("now"),
        reason=bindparam("why"),
        ref=bindparam("platform_ref"),
        **NO_CLAIM,
    )
)

_later = or_(lane.c.next_at.is_(None), lane.c.next_at > bindparam("moment"))
LOWER = (
    update(lane)
    .where(lane.c.organisation_id == bindparam("organisation"), lane.c.id == bindparam("lane"))
    .values(next_at=case((_later, bindparam("moment")), else_=lane.c.next_at))
)
"""Brings a `lane` forward to `moment`.

It names no condition on `next_at`, so that it waits for whoever holds the lane: a condition would
be judged by what the lane said before, and the claim in progress may not see the new message.
"""

_lanes = lane.c.organisation_id == bindparam("organisation")
_due_lanes = (
    select(lane)
    .where(_lanes, lane.c.next_at <= bindparam("now"))
    .where(or_(lane.c.paused_until.is_(None), lane.c.paused_until <= bindparam("now")))
    .order_by(lane.c.id)
)
LOCK_DUE = _due_lanes.with_for_update(skip_locked=True)
AWAIT_ONE_DUE = _due_lanes.limit(1).with_for_update()
LOCK_ALL = select(lane).where(_lanes).order_by(lane.c.id).with_for_update(skip_locked=True)

COMING = select(lane.c.next_at, lane.c.paused_until).where(_lanes, lane.c.next_at.is_not(None))
"""When each lane that has something ready may let it go."""

LEFT = (
    update(lane)
    .where(_lanes, lane.c.id == bindparam("lane"))
    .values(tat=bindparam("new_tat"), next_at=bindparam("new_next_at"))
)
"""What messages that leave now change in their `lane`."""

POSTS = (
    select(
        delivery.c.id,
        delivery.c.kind,
        delivery.c.state,
        delivery.c.about_key,
        delivery.c.facts,
        delivery.c.maybe_sent,
        delivery.c.state_at,
    )
    .where(delivery.c.organisation_id == bindparam("organisation"))
    .where(delivery.c.about_id == bindparam("about"))
    .where(delivery.c.operation == Operation.POST.value)
    .order_by(delivery.c.number)
)
_posts = select(
    delivery.c.id,
    delivery.c.kind,
    delivery.c.state,
    delivery.c.about_key,
    delivery.c.facts,
    delivery.c.maybe_sent,
    delivery.c.state_at,
    delivery.c.cause,
).where(
    delivery.c.organisation_id == bindparam("organisation"),
    delivery.c.operation == Operation.POST.value,
)
OF_CAUSES = _posts.where(delivery.c.cause.in_(bindparam("causes", expanding=True)))
_on_screen = delivery.c.state.in_([state.value for state in ON_SCREEN])
SHOWN_TO = _posts.where(
    delivery.c.person_id == bindparam("person"),
    or_(_on_screen, and_(READY, delivery.c.maybe_sent)),
).order_by(delivery.c.number)
"""With what was taken away since: taking it away again changes nothing."""

POSTS_OF_KEY = POSTS.where(delivery.c.about_key == bindparam("key"))

_arrived = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN)
PROMPTS_SENT = (
    select(delivery.c.person_id, delivery.c.state_at)
    .where(delivery.c.organisation_id == bindparam("organisation"))
    .where(delivery.c.person_id.in_(bindparam("people", expanding=True)))
    .where(delivery.c.state.in_([state.value for state in _arrived]))
    .where(delivery.c.delivery_class == DeliveryClass.PROMPT.value)
    .where(delivery.c.operation == Operation.POST.value)
    .where(delivery.c.state_at >= bindparam("since"), delivery.c.state_at < bindparam("until"))
)
"""The prompts that `people` got, or may have, from `since` until before `until`."""
