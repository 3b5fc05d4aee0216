"""Where Slack installed the app: whose payload is this, and with which token is it answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bot.domain.organisation import Installation
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx, UnitOfWork
from bot.slack.api import Answer, Fate, SlackApi
from bot.slack.outcomes import PAUSE, PAUSES
from bot.slack.pauses import ENDED_BY_A_TOKEN, TOKEN_REFUSED

log = logging.getLogger(__name__)

PLATFORM = "slack"
KEPT = timedelta(minutes=1)
"""How long what the table said is believed."""

MISSED = timedelta(seconds=5)
"""How soon the table is read again for somebody it did not know."""

_REFUSED = (
    "Slack refuses the token in SLACK_BOT_TOKEN ({code}). Copy the Bot User OAuth Token from your "
    "app's page OAuth & Permissions, set it, and start again"
)
_UNREACHABLE = (
    "Slack can't be reached ({code}), and nothing is known yet of the workspace. Check "
    "the network, SLACK_API_URL and HTTPS_PROXY, and start again"
)


class SlackTrouble(Exception):
    """Slack can't be used, and nothing is stored to go on with; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One installation with the token that speaks for it."""

    installation_id: UUID
    team_id: str
    enterprise_id: str
    is_enterprise_install: bool
    bot_user_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Introduction:
    """What `auth.test` made known. `trouble` is "" where all is well, else the code of a pause
    (see bot.slack.pauses) or "not_connected": then it goes on with what is stored.
    """

    installation: Installation | None
    trouble: str = ""


class Installations:
    """The installations in our tables, cached.

    One token from the environment speaks for the workspace that `introduce` found it to belong
    to; before that, for the only one there is. Tokens in the table come with OAuth.
    """

    def __init__(self, uow: UnitOfWork, bot_token: str, clock: Clock) -> None:
        self._uow = uow
        self._token = bot_token
        self._clock = clock
        self._own: UUID | None = None
        self._rows: Sequence[Installation] = ()
        self._read_at: datetime | None = None

    @property
    def token(self) -> str:
        """The token from the environment."""
        return self._token

    async def of_team(
        self,
        team_id: str | None,
        enterprise_id: str | None,
        *,
        is_enterprise_install: bool = False,
    ) -> Workspace | None:
        """Whose payload this is; None for another team.

        Raises StorageUnavailable where the table can't be read and nothing is remembered.
        """

        def fits(row: Installation) -> bool:
            if row.is_enterprise_install:
                return bool(enterprise_id) and row.external_id == enterprise_id
            return not is_enterprise_install and row.external_id == team_id

        return self._workspace(await self._find(fits))

    async def of_installation(self, installation_id: UUID) -> Workspace | None:
        """Who speaks for an installation; None where there is no token for it. Raises as above."""
        return self._workspace(await self._find(lambda row: row.id == installation_id))

    def belongs_to(self, installation_id: UUID) -> None:
        """The environment's token speaks for this installation; the table is read anew."""
        self._own = installation_id
        self._read_at = None

    async def _find(self, fits: Callable[[Installation], bool]) -> Installation | None:
        rows = await self._all(KEPT)
        found = next(filter(fits, rows), None)
        if found is None:
            found = next(filter(fits, await self._all(MISSED)), None)
        return found

    async def _all(self, kept: timedelta) -> Sequence[Installation]:
        now = self._clock.now()
        age = None if self._read_at is None else abs(now - self._read_at)
        if age is not None and age < kept:
            return self._rows
        try:
            self._rows = await self._uow.read(lambda tx: tx.organisations.installations(PLATFORM))
        except StorageUnavailable:
            if not self._rows:
                raise
        self._read_at = now
        return self._rows

    def _workspace(self, row: Installation | None) -> Workspace | None:
        if row is None or not self._speaks_for(row):
            return None
        team = "" if row.is_enterprise_install else row.external_id
        enterprise, whole = row.enterprise_id, row.is_enterprise_install
        return Workspace(row.id, team, enterprise, whole, row.bot_user_id, self._token)

    def _speaks_for(self, row: Installation) -> bool:
        return row.id == self._own if self._own else len(self._rows) == 1


async def introduce(
    api: SlackApi,
    uow: UnitOfWork,
    installations: Installations,
    *,
    organisation_id: UUID,
    now: datetime,
) -> Introduction:
    """Asks Slack whose token this is, and keeps the workspace as an installation.

    A pause of its lane that was the token's fault ends. Where Slack can't be reached, or refuses,
    it goes on with what is stored and says so; a repeat is harmless, and heals that.

    now: aware UTC. Raises SlackTrouble where nothing is stored, StorageUnavailable.
    """
    answer = await api.call(installations.token, "auth.test")
    if not answer.ok:
        return await _go_on(answer, uow, now)
    told = _told(answer.data, organisation_id)
    found = await uow.write(lambda tx: _keep(tx, told, now))
    installations.belongs_to(found.id)
    return Introduction(found)


async def _go_on(answer: Answer, uow: UnitOfWork, now: datetime) -> Introduction:
    stored = await uow.read(lambda tx: tx.organisations.installations(PLATFORM))
    refused = answer.fate is Fate.REFUSED
    log.error("Slack did not say whose token this is", extra={"code": answer.error})
    if not stored:
        said = _REFUSED if refused else _UNREACHABLE
        raise SlackTrouble(said.format(code=answer.error))
    only = stored[0] if len(stored) == 1 else None
    if not refused:
        return Introduction(only, "not_connected")
    reason = PAUSES.get(answer.error, TOKEN_REFUSED)
    if only is not None:
        lane = only.id
        await uow.write(lambda tx: tx.queue.pause_lane(lane, now + PAUSE, reason))
    return Introduction(only, reason)


def _told(data: Mapping[str, Any], organisation_id: UUID) -> Installation:
    """`auth.test` as an installation; an app for a whole enterprise is kept under its id."""
    whole = bool(data.get("is_enterprise_install"))
    enterprise = str(data.get("enterprise_id") or "")
    return Installation(
        id=uuid4(),
        organisation_id=organisation_id,
        platform=PLATFORM,
        external_id=enterprise if whole else str(data.get("team_id") or ""),
        name=str(data.get("team") or ""),
        enterprise_id=enterprise,
        is_enterprise_install=whole,
        bot_user_id=str(data.get("user_id") or ""),
    )


def _keep(tx: Tx, told: Installation, now: datetime) -> Installation:
    tx.organisations.add_installation(told, now)
    known = {row.external_id: row for row in tx.organisations.installations(PLATFORM)}
    kept = replace(told, id=known[told.external_id].id)
    tx.organisations.update_installation(kept)
    for paused in tx.queue.pauses(now):
        if paused.installation_id == kept.id and paused.reason in ENDED_BY_A_TOKEN:
            tx.queue.resume_lane(kept.id)
    return kept
