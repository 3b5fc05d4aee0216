"""People, their roles and who manages whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo


class Role(StrEnum):
    """What a person may configure. Reading answers never depends on it."""

    EMPLOYEE = "employee"
    HR_ADMIN = "hr_admin"


class Participation(StrEnum):
    """NEW: not asked yet. DECLINED ("Not for me") is final until the person changes it."""

    NEW = "new"
    STARTED = "started"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Person:
    """One person of an organisation, as the people list and the person's own choices say.

    `email` is lower case; `time_zone` an IANA name; `country` an ISO 3166 code;
    `paused_until`, `ai_off_at` (when they switched AI off for their answers), `follow_ups_off_at`
    and `signs_off_at` (the same of follow-up questions and early signs) aware UTC.
    """

    id: UUID
    organisation_id: UUID
    email: str
    name: str
    time_zone: str
    locale: str
    team: str | None = None
    country: str | None = None
    role: Role = Role.EMPLOYEE
    hired_on: date | None = None
    active: bool = True
    participation: Participation = Participation.NEW
    paused_until: datetime | None = None
    ai_off_at: datetime | None = None
    follow_ups_off_at: datetime | None = None
    signs_off_at: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.strip() else self.email

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True, slots=True)
class Identity:
    """A person on one installation of a platform. `delivery_ref` is the platform's own address.

    `barred` says why nothing may be sent there or taken from there (a code: "deactivated",
    "guest", "external", "bot", "missing", "not_installed", "blocked"), None where all is well.
    `time_zone` (IANA) and `locale` are what the account itself says, None where it doesn't.
    """

    id: UUID
    person_id: UUID
    installation_id: UUID
    platform: str
    external_id: str
    delivery_ref: str
    is_home: bool = True
    barred: str | None = None
    time_zone: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Management:
    """`manager_id` manages `person_id` from `since` until before `until` (UTC; None: open)."""

    person_id: UUID
    manager_id: UUID
    since: datetime
    until: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)
