"""A person's thread with the bot as the page shows it, and what changed since it was drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.message import Message
from bot.domain.people import Person
from bot.domain.ports.queue_store import LocalMessage
from bot.domain.ports.vault import Erased, Vault
from bot.local.messenger import BODY_FIELD
from bot.local.packing import unpack
from bot.services.kit import Kit

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. `opens_day` is the local day it is the first of, if it is."""

    key: str
    version: int
    author: str
    sent_at: datetime
    message: Message
    opens_day: date | None


@dataclass(frozen=True, slots=True)
class Changes:
    """`gone` holds the keys of bubbles the page still shows."""

    added: Sequence[Bubble]
    changed: Sequence[Bubble]
    gone: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


async def read_thread(kit: Kit, person: Person) -> Sequence[Bubble]:
    """The newest messages, oldest first. Those whose key was destroyed are left out."""
    rows = await kit.uow.read(lambda tx: tx.local_messages.of_person(person.id, SHOWN))
    vault = await kit.keys.vault([person.id])
    return list(_bubbles(rows, vault, person))


def _bubbles(rows: Sequence[LocalMessage], vault: Vault, person: Person) -> Iterator[Bubble]:
    latest: date | None = None
    for row in rows:
        try:
            raw = vault.open(row.person_id, row.id, BODY_FIELD, row.sealed)
        except Erased:
            continue
        day = row.sent_at.astimezone(person.zone).date()
        opens = day if day != latest else None
        latest = day
        yield Bubble(row.id.hex, row.version, row.author, row.sent_at, unpack(raw), opens)


def changes_since(have: Collection[str], thread: Sequence[Bubble]) -> Changes:
    """What a page that has `have` ("key.version" each) must change. Nonsense is ignored."""
    shown = dict(part.rpartition(".")[::2] for part in have)
    return Changes(
        added=[b for b in thread if b.key not in shown],
        changed=[b for b in thread if _outdated(shown, b)],
        gone=_gone(shown, thread),
    )


def _outdated(shown: Mapping[str, str], bubble: Bubble) -> bool:
    return bubble.key in shown and shown[bubble.key] != str(bubble.version)


def _gone(shown: Mapping[str, str], thread: Sequence[Bubble]) -> list[str]:
    """Only real keys come back: what the page sends is never repeated unseen."""
    now = {b.key for b in thread}
    return [key for key in shown if key not in now and len(key) == 32 and key.isalnum()]  # noqa: PLR2004 - a UUID's hex digits
