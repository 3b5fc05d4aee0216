"""Messages on their way out: classes, operations, states and outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DeliveryClass(StrEnum):
    """REPLY answers somebody who just acted: it skips quiet hours, caps and bulk."""

    REPLY = "reply"
    PROMPT = "prompt"
    DIGEST = "digest"

    @property
    def priority(self) -> int:
        """Lower goes first."""
        return {"reply": 0, "prompt": 10, "digest": 20}[self.value]


class Operation(StrEnum):
    POST = "post"
    UPDATE = "update"
    DELETE = "delete"


class DeliveryState(StrEnum):
    """CLAIMED rows are safe to send again once their lease ends; SENDING ones may have arrived.

    HELD rows (after a restored backup) wait for an operator.
    """

    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    HELD = "held"


ON_SCREEN = frozenset({DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.SENT})
"""Messages that stand in front of somebody, or are about to: what changes is changed there."""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to queue. `facts` holds opaque ids and codes only, never anybody's words.

    `cause` is unique per organisation: queueing the same cause again changes nothing.
    `about_id` and `about_key` say which check-in and question it belongs to; `target_id` is the
    delivery whose message an update or delete changes.
    """

    id: UUID
    organisation_id: UUID
    person_id: UUID
    delivery_class: DeliveryClass
    kind: str
    cause: str
    not_before: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    operation: Operation = Operation.POST
    expires_at: datetime | None = None
    about_id: UUID | None = None
    about_key: str = ""
    target_id: UUID | None = None
    occurrence_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached: the installation, the platform's user and its conversation."""

    installation_id: UUID
    platform: str
    external_id: str
    delivery_ref: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A queued message as its claimant sees it.

    `maybe_sent` is true when an earlier claimant may have sent it before it vanished.
    `target_state` and `target_ref` belong to the delivery named by `target_id`. `barred` says why
    the account may get nothing (see Identity), None where it may.
    """

    id: UUID
    organisation_id: UUID
    person_id: UUID
    delivery_class: DeliveryClass
    operation: Operation
    kind: str
    cause: str
    facts: Mapping[str, str]
    not_before: datetime
    expires_at: datetime | None
    about_id: UUID | None
    about_key: str
    target_id: UUID | None
    target_state: DeliveryState | None
    target_ref: str
    occurrence_id: UUID | None
    attempts: int
    claim_token: UUID
    maybe_sent: bool
    lane_id: UUID
    address: Address
    barred: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it; `ref` is the platform's name for the message, `at` the platform's own
    time of it (aware UTC), where it tells.
    """

    ref: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Certainly not sent; try again at `at` (aware UTC).

    `pauses_lane` where nothing else can be sent before either: a rate limit, a refused token.
    `counts`: whether it was an attempt; one that pauses the lane never is.
    """

    at: datetime
    reason: str
    pauses_lane: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """It will never be sent, for this reason (a short code)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have arrived."""

    reason: str


Outcome = Sent | RetryAt | Skipped | Unknown


class Recovery(StrEnum):
    """What to do with a new message whose fate is unknown; changes are simply made again.

    RESEND: the platform removes duplicates by delivery id. LOOK_UP: search the channel first and
    send again only where a complete read lacks it. LEAVE: never resend by itself.
    """

    RESEND = "resend"
    LOOK_UP = "look_up"
    LEAVE = "leave"


class Lookup(StrEnum):
    """The answer of a look-up that did not find the message."""

    ABSENT = "absent"
    UNSURE = "unsure"
