"""What would draw a sent message as it is now."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, or_, select

from bot.domain.delivery import (
    Address,
    Delivery,
    DeliveryClass,
    DeliveryState,
    Operation,
)
from storage.queue_statements import delivery
from storage.tables.people import IdentityRow

_identity = IdentityRow.__table__
_post = delivery.alias("post")

_SHOWING = (
    select(
        delivery,
        _post.c.id.label("post_id"),
        _identity.c.installation_id,
        _identity.c.platform,
        _identity.c.external_id,
        _identity.c.delivery_ref,
        _identity.c.barred,
    )
    .join(_post, or_(delivery.c.id == _post.c.id, delivery.c.target_id == _post.c.id))
    .join(_identity, _identity.c.id == delivery.c.identity_id)
    .where(_post.c.organisation_id == bindparam("organisation"))
    .where(_post.c.person_id == bindparam("person"), _post.c.state == DeliveryState.SENT.value)
    .where(_post.c.operation == Operation.POST.value, _post.c.ref == bindparam("ref"))
    .where(delivery.c.organisation_id == bindparam("organisation"))
    .where(delivery.c.person_id == bindparam("person"))
    .where(delivery.c.state != DeliveryState.SKIPPED.value)
    .order_by(delivery.c.number.desc())
    .limit(1)
)
"""A message and whatever changes it, newest first; both conditions on the person use its index."""


def find_showing(
    connection: Connection, organisation_id: UUID, person_id: UUID, ref: str
) -> Delivery | None:
    """As in the Queue port."""
    which = {"organisation": organisation_id, "person": person_id, "ref": ref}
    row = connection.execute(_SHOWING, which).one_or_none()
    return None if row is None or row.operation == Operation.DELETE.value else _read(row, ref)


def _read(row: Row[*tuple[Any, ...]], ref: str) -> Delivery:
    return Delivery(
        id=row.id,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        delivery_class=DeliveryClass.REPLY,
        operation=Operation.UPDATE,
        kind=row.kind,
        cause=row.cause,
        facts=row.facts,
        not_before=row.not_before,
        expires_at=None,
        about_id=row.about_id,
        about_key=row.about_key,
        target_id=row.post_id,
        target_state=DeliveryState.SENT,
        target_ref=ref,
        occurrence_id=row.occurrence_id,
        attempts=row.attempts,
        claim_token=row.id,
        maybe_sent=False,
        lane_id=row.lane_id,
        address=Address(row.installation_id, row.platform, row.external_id, row.delivery_ref),
        barred=row.barred,
    )
