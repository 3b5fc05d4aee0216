"""The audit log as HR admins see it: what was changed and when, never who said what."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot.domain.message import Panel, Reply, Table, Text, Tone
from bot.domain.people import Role
from bot.domain.ports.queue_store import AuditEntry
from bot.domain.ports.unit_of_work import Tx
from bot.services.act import is_uuid
from bot.services.admin_act import AdminAct

SHOWN = 40
"""The newest entries. Slack's tables take 100 rows; all of them are in `touchpoint audit`."""


async def show(act: AdminAct) -> Reply:
    """The newest entries, newest first. Of people HR admins alone are named."""
    entries, names = await act.kit.uow.read(_newest)
    said = act.say("audit")
    lead = Text(said["lead"], Tone.MUTED)
    if not entries:
        return Reply(Panel(said["title"], (lead, Text(said["empty"])), said["close"]))
    header = (said["when"], said["who"], said["what"], said["detail"])
    rows = tuple(_row(act, entry, names) for entry in entries)
    return Reply(Panel(said["title"], (lead, Table(said["title"], header, rows)), said["close"]))


def _newest(tx: Tx) -> tuple[list[AuditEntry], Mapping[str, str]]:
    entries = list(tx.audit.newest(SHOWN))
    people = tx.people.many(UUID(entry.actor) for entry in entries if is_uuid(entry.actor))
    admins = {str(p.id): p.name for p in people.values() if p.role is Role.HR_ADMIN}
    return entries, admins


def _row(act: AdminAct, entry: AuditEntry, names: Mapping[str, str]) -> tuple[str, ...]:
    said = act.say("audit", moment=entry.at)
    somebody = said["somebody"] if is_uuid(entry.actor) else said["operator"]
    return (
        said["moment"],
        names.get(entry.actor, somebody),
        entry.action,
        entry.detail or said["nothing"],
    )
