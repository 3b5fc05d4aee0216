"""The summary's one line about promises that were kept: as the employees said, and nobody else."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.message import Block, Text
from bot.domain.ports.summary_store import Summary
from bot.services.pairs import readable
from bot.services.scene import Scene

FIRST = timedelta(days=7)
"""How far a manager's first summary looks back."""


def kept_line(scene: Scene, summary: Summary) -> list[Block]:
    """What was kept between this manager and anybody since the summary before; nothing else is
    said of promises, so that its absence tells nothing.
    """
    tx, manager = scene.tx, scene.person
    before = [s for s in tx.summaries.of_manager(manager.id) if s.created_at < summary.created_at]
    since = before[0].created_at if before else summary.created_at - FIRST
    found = tx.promises.kept(manager.id, since, summary.created_at)
    kept = readable(tx, found, manager.id, scene.now)
    people = tx.people.many({promise.employee_id for promise in kept})
    if not people:
        return []
    names = sorted(person.first_name for person in people.values())
    return [Text(scene.say("summary", names=names, count=len(kept))["kept"])]
