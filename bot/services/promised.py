"""What a manager promised their reports and has yet to say of: for that manager's own eyes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services.promise_blocks import PromiseShown, opened
from prompts.words import Words


def promised(
    tx: Tx, vault: Vault, words: Words, manager: Person, to: Collection[UUID], now: datetime
) -> list[PromiseShown]:
    """What they promised these reports, soonest due first. Needs the manager's key; whatever the
    manager may not read at `now` (aware UTC) is absent.
    """
    theirs = [
        promise
        for promise in tx.promises.open_of_pairs(manager.id)
        if promise.author_id == manager.id == promise.manager_id
        and promise.employee_id in to
        and promise.is_open_for(manager.id)
    ]
    shown = (opened(tx, vault, words, manager, promise, now) for promise in theirs)
    return [each for each in shown if each is not None]
