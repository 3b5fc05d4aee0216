"""An organisation, the places it is installed in, and its configuration as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.cadence import CadenceSpec
from bot.domain.packs import Pack
from bot.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Organisation:
    """`demo_now` is the moved clock of a demo database (aware UTC), None elsewhere. `restored_at`
    (aware UTC): an old copy was put back then, and nothing is sent until it is released.
    """

    id: UUID
    name: str
    is_demo: bool = False
    paused_until: datetime | None = None
    demo_now: datetime | None = None
    restored_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        return self.restored_at is not None

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True, slots=True)
class Installation:
    """One Slack team or enterprise, one Teams tenant, or the local page.

    `external_id` is the team's id, or the enterprise's for an installation to a whole Enterprise
    Grid (`is_enterprise_install`). `name` is the workspace's own, for people to recognise.
    """

    id: UUID
    organisation_id: UUID
    platform: str
    external_id: str
    name: str = ""
    enterprise_id: str = ""
    is_enterprise_install: bool = False
    bot_user_id: str = ""


@dataclass(frozen=True, slots=True)
class CadenceRevision:
    """An immutable revision; `author` says who made it (a person's id, or how it came)."""

    id: UUID
    cadence_id: UUID
    number: int
    spec: CadenceSpec
    created_at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class PackRevision:
    """An immutable revision of a question pack."""

    id: UUID
    number: int
    pack: Pack


@dataclass(frozen=True, slots=True)
class Configuration:
    """What app.yaml says, validated: the rules, the packs and the cadences."""

    policy: Policy
    packs: tuple[Pack, ...]
    cadences: tuple[CadenceSpec, ...]
