"""Links to one's own data: made on a press in the chat, opened once in a browser.

Only hashes are kept, so that nobody can open a link or go on in a session who reads the database.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID, uuid4

from bot.domain.people import Person
from bot.domain.personal_link import SESSION, VALID, WRONG_CODES, WRONG_WITHIN, PersonalLink
from bot.domain.ports.unit_of_work import Tx
from bot.services.kit import Kit

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike. Eight of them: 40 bits, and 75 tries while a code is valid."""
_CODE = 8
_SECRET_BYTES = 32
_KEPT = timedelta(days=30)
"""How long a person can see in their export that a link was made and used."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is shown once and kept nowhere. `code` is written in two halves."""

    secret: str
    code: str


class Refusal(Enum):
    """UNKNOWN: wrong, used, too old, or of somebody who has no access. SLOW: too many wrong codes
    from everybody together; right ones are refused as well until a minute has passed.
    """

    UNKNOWN = "unknown"
    SLOW = "slow"


def make(tx: Tx, person: Person, now: datetime) -> Made:
    """A new link for this person; one made before that nobody opened opens nothing any more."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
    tx.links.purge(now - _KEPT)
    tx.links.add(
        PersonalLink(
            id=uuid4(),
            organisation_id=person.organisation_id,
            person_id=person.id,
            secret_hash=_hash("link", secret),
            code_hash=_hash("code", code),
            made_at=now,
            expires_at=now + VALID,
        )
    )
    return Made(secret, f"{code[:4]}-{code[4:]}")


def has_access(tx: Tx, person_id: UUID) -> bool:
    """Whether the person works here, and no platform says that their account is not theirs now."""
    person = tx.people.get(person_id)
    home = tx.people.home_identity(person_id)
    return person is not None and person.active and (home is None or home.barred is None)


async def can_be_opened(kit: Kit, secret: str, now: datetime) -> bool:
    """Whether this link still opens something; asking changes nothing."""
    digest = _hash("link", secret)

    def run(tx: Tx) -> bool:
        link = tx.links.by_secret(digest)
        return link is not None and link.can_be_opened(now) and has_access(tx, link.person_id)

    return await kit.uow.read(run)


async def open_link(kit: Kit, secret: str, now: datetime) -> str | Refusal:
    """Uses the link up. Returns the session's token, for the browser's cookie alone."""
    digest, session = _hash("link", secret), secrets.token_urlsafe(_SECRET_BYTES)

    def run(tx: Tx) -> str | Refusal:
        return _open(tx, tx.links.by_secret(digest), session, now) or Refusal.UNKNOWN

    return await kit.uow.write(run)


async def open_code(kit: Kit, typed: str, now: datetime) -> str | Refusal:
    """The same by the link's code, in whatever case and with whatever between its letters."""
    bare = "".join(letter for letter in typed.upper() if letter.isalnum())
    digest, session = _hash("code", bare), secrets.token_urlsafe(_SECRET_BYTES)

    def run(tx: Tx) -> str | Refusal:
        if tx.links.wrong_codes(now - WRONG_WITHIN) >= WRONG_CODES:
            return Refusal.SLOW
        opened = _open(tx, tx.links.by_code(digest, now), session, now)
        if opened is None:
            tx.links.add_wrong_code(now)
        return opened or Refusal.UNKNOWN

    return await kit.uow.write(run)


def _open(tx: Tx, link: PersonalLink | None, session: str, now: datetime) -> str | None:
    if link is None or not link.can_be_opened(now) or not has_access(tx, link.person_id):
        return None
    opened = replace(
        link,
        used_at=now,
        session_hash=_hash("session", session),
        session_until=now + SESSION,
    )
    return session if tx.links.use(opened) else None


async def who_is_in(kit: Kit, session: str, now: datetime) -> Person | None:
    """Whose session it is at `now` (aware UTC); nobody's where it ended or they have no access."""
    digest = _hash("session", session)

    def run(tx: Tx) -> Person | None:
        link = tx.links.by_session(digest)
        if link is None or not link.is_session(now) or not has_access(tx, link.person_id):
            return None
        return tx.people.get(link.person_id)

    return await kit.uow.read(run)


def ends_at(tx: Tx, session: str) -> datetime | None:
    """When a session ends by itself (aware UTC)."""
    link = tx.links.by_session(_hash("session", session))
    return link.session_until if link is not None else None


async def leave(kit: Kit, session: str) -> None:
    """Ends a session; a repeat changes nothing."""
    digest = _hash("session", session)

    def run(tx: Tx) -> None:
        link = tx.links.by_session(digest)
        if link is not None:
            tx.links.end_session(link.id)

    await kit.uow.write(run)


def _hash(kind: str, secret: str) -> bytes:
    return hashlib.sha256(f"touchpoint {kind}\n{secret}".encode()).digest()
