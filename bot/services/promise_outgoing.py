"""The messages that promises cause at employees, as queue rows. Managers find theirs elsewhere.

Their causes make every repeat harmless.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.domain.delivery import ON_SCREEN, DeliveryClass, NewDelivery
from bot.domain.local_time import local_instant
from bot.domain.ports.unit_of_work import Tx
from bot.domain.promise import Promise
from bot.services import outgoing

KINDS = frozenset({"promise_made", "promise_due", "promise_question"})


def made(promise: Promise, now: datetime) -> NewDelivery:
    """Tells the employee once what the manager promised."""
    return _message(promise, "promise_made", f"promise:{promise.id}", now)


def due(promise: Promise, zone: ZoneInfo, now: datetime) -> NewDelivery:
    """Reminds the employee in `zone` of their own promise; of no use after the day it is due."""
    over = local_instant(promise.due_on + timedelta(days=1), time.min, zone)
    return _message(promise, "promise_due", f"promise-due:{promise.id}", now, over)


def question(promise: Promise, now: datetime) -> NewDelivery:
    """Asks the employee whether it happened."""
    asked = promise.employee.ask_at or now
    cause = f"promise-ask:{promise.id}:{asked.isoformat()}"
    return _message(promise, "promise_question", cause, now)


def redraws(tx: Tx, promise: Promise, cause: str, now: datetime) -> list[NewDelivery]:
    """Brings the messages about a promise up to date, so that none keeps dead buttons."""
    return [
        outgoing.update(
            promise.organisation_id,
            promise.employee_id,
            "promise_redraw",
            sent.id,
            cause,
            now,
            {"promise": str(promise.id), "of": sent.kind},
        )
        for sent in tx.queue.about(promise.id)
        if sent.kind in KINDS and sent.state in ON_SCREEN
    ]


def _message(
    promise: Promise, kind: str, cause: str, now: datetime, expires_at: datetime | None = None
) -> NewDelivery:
    return NewDelivery(
        id=uuid4(),
        organisation_id=promise.organisation_id,
        person_id=promise.employee_id,
        delivery_class=DeliveryClass.DIGEST,
        kind=kind,
        cause=cause,
        not_before=now,
        facts={"promise": str(promise.id)},
        expires_at=expires_at,
        about_id=promise.id,
    )
