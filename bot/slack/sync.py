"""Bring people's accounts in line with their workspace, every night by itself."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from bot.domain.organisation import Installation
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import UnitOfWork
from bot.services.sync_accounts import (
    AccountsRefused,
    note_refusal,
    plan_accounts,
    sync_accounts,
)
from bot.slack.api import SlackApi
from bot.slack.directory import DirectoryTrouble, Wait, explained, read_directory
from bot.slack.installations import PLATFORM, Installations

log = logging.getLogger(__name__)


async def sync_nightly(
    uow: UnitOfWork,
    calendar: Calendar,
    api: SlackApi,
    installations: Installations,
    now: datetime,
    *,
    wait: Wait,
) -> int:
    """Syncs every workspace that we have a token for; how many accounts and people changed.

    Where so many would lose their account that somebody should look first, nothing is applied:
    it is logged, and `touchpoint status` shows it. A workspace that can't be read is logged and
    left as it is; the next night tries again.

    now: aware UTC. wait: waits so many seconds, to keep Slack's pace.
    """
    if not await uow.read(lambda tx: tx.people.count()):
        return 0
    rows = await uow.read(lambda tx: tx.organisations.installations(PLATFORM))
    closed = await unspoken_for(uow, installations)
    changed = 0
    for row in rows:
        workspace = await installations.of_installation(row.id)
        if workspace is not None:
            changed += await _sync_one(uow, calendar, api, workspace.token, row, now, wait, closed)
    return changed


async def _sync_one(
    uow: UnitOfWork,
    calendar: Calendar,
    api: SlackApi,
    token: str,
    row: Installation,
    now: datetime,
    wait: Wait,
    closed: Collection[UUID],
) -> int:
    try:
        accounts = await read_directory(api, token, row, wait=wait)
    except DirectoryTrouble as trouble:
        log.warning("people could not be read from Slack", extra={"code": trouble.code})
        return 0
    try:
        done = await sync_accounts(
            uow, calendar, row, accounts, now=now, actor="nightly", closed=closed
        )
    except AccountsRefused:
        preview = await plan_accounts(uow, row, accounts, closed=closed)
        counts = {"losing": len(preview.barred), "connected": preview.connected_before}
        log.warning(
            "many would lose their account; run `touchpoint people sync slack`", extra=counts
        )
        await note_refusal(uow, row, preview, now)
        return 0
    return done.updates


async def unspoken_for(uow: UnitOfWork, installations: Installations) -> set[UUID]:
    """Workspaces that were installed once and that no token speaks for any more."""
    rows = await uow.read(lambda tx: tx.organisations.installations(PLATFORM))
    spoken = [await installations.of_installation(row.id) for row in rows]
    return {row.id for row, workspace in zip(rows, spoken, strict=True) if workspace is None}


async def look_up(
    api: SlackApi, uow: UnitOfWork, token: str, organisation_id: UUID
) -> Installation:
    """The workspace that the token is for, as it is stored; writes nothing.

    One that isn't stored yet gets an id that lasts for this look alone. Raises DirectoryTrouble.
    """
    answer = await api.call(token, "auth.test")
    if not answer.ok:
        raise DirectoryTrouble(answer.error, explained(answer))
    enterprise = str(answer.data.get("enterprise_id") or "")
    whole = bool(answer.data.get("is_enterprise_install"))
    own = enterprise if whole else str(answer.data.get("team_id") or "")
    rows = await uow.read(lambda tx: tx.organisations.installations(PLATFORM))
    found = next((row for row in rows if row.external_id == own), None)
    name = str(answer.data.get("team") or "")
    return found or Installation(uuid4(), organisation_id, PLATFORM, own, name, enterprise, whole)
