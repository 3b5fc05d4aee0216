"""What a manager promised their reports and has yet to say of: for that manager's own eyes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.message import Quote
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import shortened
from bot.services.promise_blocks import opened
from prompts.words import Words

_AT_MOST = 120


def promised(
    tx: Tx, vault: Vault, words: Words, manager: Person, to: Collection[UUID], now: datetime
) -> list[tuple[UUID, Quote]]:
    """What they promised these reports, by the report's id, soonest due first. Needs the manager's
    key; whatever the manager may not read at `now` (aware UTC) is absent.
    """
    found = []
    for promise in tx.promises.open_of_pairs(manager.id):
        is_theirs = promise.author_id == manager.id == promise.manager_id
        if is_theirs and promise.employee_id in to and promise.is_open_for(manager.id):
            shown = opened(tx, vault, words, manager, promise, now)
            if shown is not None:
                quote = shown.quote()
                short = replace(quote, text=shortened(quote.text, _AT_MOST))
                found.append((promise.employee_id, short))
    return found
