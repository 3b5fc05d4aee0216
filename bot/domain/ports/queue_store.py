"""The queue, the inbox and the logs inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from bot.domain.delivery import ON_SCREEN, Delivery, DeliveryState, NewDelivery
from bot.domain.people import Identity


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that can still be changed, of a check-in's question or of a manager's day.

    `maybe_sent`: an earlier try may have brought it to the screen, with the words of that moment.
    `since` is when it began to be sent or reached its final state (aware UTC), None before.
    """

    id: UUID
    kind: str
    state: DeliveryState
    about_key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    maybe_sent: bool = False
    since: datetime | None = None

    @property
    def is_unsure(self) -> bool:
        """Whether nobody knows (yet) if it came to the screen."""
        is_tried = self.state is DeliveryState.READY and self.maybe_sent
        return is_tried or self.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN)

    @property
    def may_have_come(self) -> bool:
        """Whether it came to the screen, or may have."""
        return self.state is DeliveryState.SENT or self.is_unsure

    @property
    def may_be_read(self) -> bool:
        """Whether it stands in front of somebody, is about to, or perhaps does."""
        return self.state in ON_SCREEN or (self.state is DeliveryState.READY and self.maybe_sent)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that the platform took: which check-in and question it belongs to, if any."""

    kind: str
    about_id: UUID | None
    about_key: str


@dataclass(frozen=True, slots=True)
class LanePause:
    """Nothing leaves this installation before `until` (aware UTC), for this reason (a code).

    `workspace` is its name, or its id at the platform where the platform told no name.
    """

    installation_id: UUID
    until: datetime
    reason: str
    platform: str
    workspace: str


class Queue(Protocol):
    """Rows are claimed with a lease; every later step is guarded by the claim's token."""

    def enqueue(self, deliveries: Sequence[NewDelivery]) -> set[UUID]:
        """The ids really queued: a cause that exists changes nothing, and people without a home
        identity are left out. What changes a message goes to the account that got it, wherever
        home is now. Lowers the lanes' `next_at`.
        """
        ...

    def move(self, to: Identity, leaving: Collection[UUID] = ()) -> int:
        """Sends the posts that are still ready for the account's person there instead, but for
        `leaving` and what an earlier try may have brought; how many. `to` is the home from now on.
        """
        ...

    def postpone(self, cause: str, not_before: datetime) -> bool:
        """Moves a message that is still ready; False where it isn't."""
        ...

    def release(self, person_id: UUID, reason: str, now: datetime) -> None:
        """Lets the person's messages that wait for this reason be looked at again at `now`."""
        ...

    def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Delivery]:
        """The most urgent due messages, within each lane's pace; none from a paused lane."""
        ...

    def begin(self, ids: Iterable[UUID], token: UUID, now: datetime) -> set[UUID]:
        """Marks them as being sent. Left out are those whose claim is lost, or whose lane was
        paused meanwhile (they are ready again).
        """
        ...

    def sent(self, refs: Mapping[UUID, str], token: UUID, now: datetime) -> set[UUID]:
        """The platform took them, under these references; which of them the claim still held."""
        ...

    def skip(self, delivery_id: UUID, token: UUID, reason: str, now: datetime) -> bool: ...
    def unknown(self, delivery_id: UUID, token: UUID, reason: str, now: datetime) -> bool: ...
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
        """Ready again at `at`; `counts` says whether it was an attempt, `maybe_sent` whether it
        may have arrived all the same.
        """
        ...

    def pause_lane(self, lane_id: UUID, until: datetime, reason: str = "") -> None:
        """Nothing leaves before `until`; an earlier end never shortens a pause. `reason` is a
        short code.
        """
        ...

    def resume_lane(self, lane_id: UUID) -> None:
        """Ends a pause at once."""
        ...

    def pauses(self, now: datetime) -> Sequence[LanePause]:
        """The lanes that are paused at `now`."""
        ...

    def sweep(self, now: datetime) -> int:
        """Frees expired leases (those being sent become `maybe_sent`), mends lanes without a
        `next_at`; how many rows were freed.
        """
        ...

    def cancel(self, person_ids: Iterable[UUID], reason: str, now: datetime) -> int:
        """Skips the posts that are still ready for these people; how many. What changes a message
        that stands in front of them goes on.
        """
        ...

    def cancel_about(
        self,
        about_id: UUID,
        reason: str,
        now: datetime,
        about_key: str | None = None,
        kind: str = "",
    ) -> int:
        """Skips what is still ready for one check-in, or about one of its questions ("": about
        none of them), of any kind unless one is given; how many.
        """
        ...

    def about(self, about_id: UUID, about_key: str | None = None) -> Sequence[SentMessage]:
        """Posts of a check-in (or of one of its questions), oldest first."""
        ...

    def of_causes(self, causes: Iterable[str]) -> Mapping[str, SentMessage]:
        """Posts by what caused them."""
        ...

    def shown_to(self, person_id: UUID) -> Sequence[SentMessage]:
        """Posts that stand on this person's screen, are about to, or perhaps do, oldest first."""
        ...

    def posted(self, person_id: UUID, ref: str) -> Posted | None:
        """The message that the platform knows by `ref`, if it went to this person."""
        ...

    def showing(self, person_id: UUID, ref: str) -> Delivery | None:
        """What would draw the message that the platform knows by `ref` as it is now: the newest
        change of it, sent or not, or else itself; as an update of it, for this very person.

        None where it isn't theirs, or has been taken away.
        """
        ...

    def prompts_sent(
        self, people: Iterable[UUID], since: datetime, until: datetime
    ) -> Mapping[UUID, Sequence[datetime]]:
        """When each of them got prompts in that time, for the weekly cap."""
        ...

    def next_at(self) -> datetime | None:
        """When the next ready message is due, over all lanes that aren't paused."""
        ...

    def counts(self) -> Mapping[tuple[DeliveryState, str], int]:
        """How many rows per (state, reason)."""
        ...


class Inbox(Protocol):
    def first_time(self, installation_id: UUID, inbound_id: str, at: datetime) -> bool:
        """Records it; False where this act was handled before."""
        ...

    def purge(self, before: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A delivery or display of a person's answer to someone else."""

    person_id: UUID
    reader_id: UUID
    answer_id: UUID
    how: str
    at: datetime


class ReadLog(Protocol):
    def add(self, readings: Sequence[Reading]) -> None:
        """Ignores what is logged already for the same (reader, answer, how) on that day."""
        ...

    def of_person(self, person_id: UUID) -> Sequence[Reading]: ...
    def forget(self, person_id: UUID, answer_ids: Iterable[UUID]) -> None:
        """Nobody was ever shown these answers of this person's."""
        ...

    def by_reader(self, reader_id: UUID) -> Sequence[Reading]:
        """What somebody was shown of others, oldest first."""
        ...

    def forget_person(self, person_id: UUID) -> None:
        """Nobody was ever shown anything of this person's."""
        ...


@dataclass(frozen=True, slots=True)
class Audited:
    """An entry of the audit log; `at` is aware UTC."""

    action: str
    target: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the chain: `hash` (hexadecimal) covers the entry and the hash before it."""

    number: int
    actor: str
    action: str
    target: str
    detail: str
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a check of the audit log found.

    `count` entries follow from one another; `newest` is the hash of the last of them
    (hexadecimal, empty without any). `broken_at` is the number of the first entry that doesn't
    follow, None where all do. `holds` tells whether the hash asked for is among them.
    """

    count: int
    newest: str
    broken_at: int | None
    holds: bool


class AuditLog(Protocol):
    def append(
        self, *, actor: str, action: str, target: str, at: datetime, detail: str = ""
    ) -> None:
        """Adds a hash-chained entry. `actor`, `target` and `detail` hold opaque ids and codes."""
        ...

    def latest(self, actions: Iterable[str]) -> Sequence[Audited]:
        """The newest entry about each target among those of these actions."""
        ...

    def entries(self, after: int = 0, limit: int = 1000) -> Sequence[AuditEntry]:
        """The first `limit` with a higher number than `after`, in their order."""
        ...

    def newest(self, limit: int) -> Sequence[AuditEntry]:
        """The last `limit`, newest first."""
        ...

    def verify(self) -> bool: ...
    def check(self, expected: str = "") -> Chain:
        """As `verify`, in detail; `expected` is a hash that was kept elsewhere."""
        ...


class LocalMessages(Protocol):
    """What the local platform keeps: bodies sealed under the key of the person who sees them."""

    def put(
        self, *, message_id: UUID, person_id: UUID, author: str, sealed: bytes, at: datetime
    ) -> bool:
        """False where this id exists."""
        ...

    def replace(self, message_id: UUID, sealed: bytes, at: datetime) -> bool: ...
    def delete(self, message_id: UUID, at: datetime) -> bool: ...
    def exists(self, message_id: UUID) -> bool: ...
    def of_person(self, person_id: UUID, limit: int = 200) -> Sequence[LocalMessage]:
        """The newest `limit`, oldest first, without deleted ones."""
        ...

    def delete_all(self, person_id: UUID, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class LocalMessage:
    """`author` is "bot" or "person"; `version` rises with each change."""

    id: UUID
    person_id: UUID
    author: str
    sealed: bytes
    sent_at: datetime
    version: int
