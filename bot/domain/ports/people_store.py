"""Stored organisations, people and configuration, as services see them inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from bot.domain.cadence import CadenceSpec
from bot.domain.organisation import (
    CadenceRevision,
    Installation,
    Organisation,
    PackRevision,
)
from bot.domain.packs import Pack
from bot.domain.people import Identity, Management, Participation, Person
from bot.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Roster:
    """One line per active person: what audiences and calendars need, for many at once."""

    person_id: UUID
    email: str
    name: str
    team: str | None
    country: str | None
    time_zone: str
    hired_on: date | None
    manager_id: UUID | None
    participation: Participation
    paused_until: datetime | None
    has_identity: bool


class Organisations(Protocol):
    def get(self) -> Organisation | None:
        """The organisation of this database (each query is limited to it), if there is one."""
        ...

    def add(self, organisation: Organisation, created_at: datetime) -> None: ...
    def set_pause(self, until: datetime | None) -> None: ...
    def set_demo_now(self, now: datetime) -> None: ...
    def set_restored(self, at: datetime | None) -> None:
        """An old copy was put back then (aware UTC); None once it is released."""
        ...

    def add_installation(self, installation: Installation, created_at: datetime) -> None:
        """Ignores one that exists (by platform and external id)."""
        ...

    def update_installation(self, installation: Installation) -> None:
        """Writes what the platform says of it (name, bot and enterprise), by id."""
        ...

    def installation(self, platform: str) -> Installation | None:
        """The first one of a platform."""
        ...

    def installations(self, platform: str) -> Sequence[Installation]:
        """All of a platform, oldest first."""
        ...

    def policy(self) -> Policy:
        """The newest policy revision, or the defaults."""
        ...

    def policy_at(self, moment: datetime) -> Policy:
        """The policy revision in force at `moment` (aware UTC), or the defaults."""
        ...

    def add_policy(self, policy: Policy, created_at: datetime, author: str) -> None:
        """Does nothing where the newest revision says the same."""
        ...


class People(Protocol):
    def get(self, person_id: UUID) -> Person | None: ...
    def lock(self, person_id: UUID) -> Person | None:
        """The same, holding the row until the transaction ends: one command a person at a time."""
        ...

    def lock_many(self, ids: Iterable[UUID]) -> None:
        """Holds all these rows until the transaction ends, taken in one order everywhere."""
        ...

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Person]: ...
    def by_email(self, emails: Iterable[str]) -> dict[str, Person]: ...
    def by_identity(self, installation_id: UUID, external_id: str) -> Person | None:
        """Whose account it is; nobody's where it is barred."""
        ...

    def identity(self, installation_id: UUID, external_id: str) -> Identity | None:
        """An account as it is stored, barred ones too."""
        ...

    def accounts(self, person_id: UUID) -> Sequence[Identity]:
        """All accounts of a person on any platform, barred ones too, the home first."""
        ...

    def roster(self) -> Sequence[Roster]: ...
    def names(self) -> Sequence[str]:
        """The names of all who ever stood in the people list, leavers too."""
        ...

    def count(self) -> int: ...
    def upsert(self, people: Sequence[Person], created_at: datetime) -> None:
        """Inserts by id, or updates what the people list says (never what they
        decide themselves)."""
        ...

    def add_identities(self, identities: Sequence[Identity]) -> None:
        """Ignores those that exist."""
        ...

    def home_identity(self, person_id: UUID) -> Identity | None: ...
    def homes(self, people: Iterable[UUID]) -> dict[UUID, Identity]:
        """The home identity of each person who has one, barred ones too."""
        ...

    def identities(self, installation_id: UUID) -> Sequence[Identity]:
        """All accounts of an installation, barred ones too."""
        ...

    def update_identities(self, identities: Iterable[Identity]) -> None:
        """Writes everything but ids, person and installation, by id."""
        ...

    def set_delivery_ref(self, installation_id: UUID, external_id: str, ref: str) -> None:
        """The platform's own address of an account, once it is known."""
        ...

    def localise(self, changes: Mapping[UUID, tuple[str, str]]) -> None:
        """Writes time zone (IANA) and locale of each person, and nothing else."""
        ...

    def set_participation(self, person_id: UUID, participation: Participation) -> None: ...
    def set_pause(self, person_id: UUID, until: datetime | None) -> None: ...
    def set_follow_ups_off(self, person_id: UUID, at: datetime | None) -> None: ...
    def set_signs_off(self, person_id: UUID, at: datetime | None) -> None: ...
    def set_ai_off(self, person_id: UUID, at: datetime | None) -> None:
        """From `at` on (aware UTC) no AI reads this person's answers; None: it may."""
        ...

    def manager_of(self, person_id: UUID, at: datetime) -> Person | None: ...
    def managers_of(self, people: Iterable[UUID], at: datetime) -> dict[UUID, UUID]: ...
    def managing(self, people: Iterable[UUID], at: datetime) -> set[UUID]:
        """Those of them who manage somebody."""
        ...

    def reports_of(self, manager_id: UUID, at: datetime) -> Sequence[Person]:
        """Active people managed by `manager_id` at that moment, by name."""
        ...

    def managements_of(self, people: Iterable[UUID]) -> Sequence[Management]: ...
    def change_managers(self, changes: Mapping[UUID, UUID | None], at: datetime) -> None:
        """Closes the open management of each person and opens the new one, if any."""
        ...

    def start_employment(self, people: Iterable[UUID], on: date) -> None: ...
    def end_employment(self, people: Iterable[UUID], at: datetime) -> None:
        """Marks them inactive, closes employment and managements on both sides."""
        ...


class Cadences(Protocol):
    def current(self) -> Sequence[CadenceRevision]:
        """The newest revision of every cadence, by key."""
        ...

    def revisions(self, ids: Iterable[UUID]) -> dict[UUID, CadenceRevision]: ...
    def history(self, key: str) -> Sequence[CadenceRevision]: ...
    def add_revision(
        self, spec: CadenceSpec, *, revision_id: UUID, created_at: datetime, author: str
    ) -> CadenceRevision:
        """A new revision; the cadence itself too where the key is new."""
        ...

    def pack(self, key: str) -> PackRevision | None:
        """The newest revision of a pack."""
        ...

    def packs(self, revision_ids: Iterable[UUID]) -> dict[UUID, PackRevision]: ...
    def current_packs(self) -> Sequence[PackRevision]: ...
    def add_pack(
        self, pack: Pack, *, revision_id: UUID, created_at: datetime, author: str
    ) -> PackRevision:
        """A new revision, or the newest one where it says the same."""
        ...
