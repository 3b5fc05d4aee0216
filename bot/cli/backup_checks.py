"""What `touchpoint check` says of backups: only a daily one deletes copies of keys in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, Verdict

if TYPE_CHECKING:
    from bot.bootstrap import Built

OVERDUE = timedelta(days=7)
_REMEDY = (
    "run `touchpoint backup` every day; that also deletes copies of keys before they are 30 days "
    "old, as people are promised"
)


async def backup_findings(built: Built) -> list[Finding]:
    """When the last one was made, as far as the audit log knows; nothing of a demo."""
    if built.organisation.is_demo:
        return []
    made = await built.uow.read(lambda tx: tx.audit.latest(["backup"]))
    if not made:
        return [Finding(Verdict.NOTE, "backups", f"none was made yet; {_REMEDY}")]
    last = max(each.at for each in made)
    said = f"the last one was made on {last:%Y-%m-%d %H:%M} UTC"
    if built.clock.now() - last > OVERDUE:
        return [Finding(Verdict.NOTE, "backups", f"{said}; {_REMEDY}")]
    return [Finding(Verdict.GOOD, "backups", said)]
