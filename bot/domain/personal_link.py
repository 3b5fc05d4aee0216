"""Links by which people reach their own data with a browser, without a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

VALID = timedelta(minutes=15)
"""How long a link can be opened: once."""

SESSION = timedelta(minutes=15)
"""How long somebody stays in who opened one."""

WRONG_CODES, WRONG_WITHIN = 5, timedelta(minutes=1)
"""So many wrong codes are taken in that time, from everybody together."""


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """A link of one person; all moments are aware UTC. Secrets are there as hashes alone.

    `secret_hash` is of what stands in its address, `code_hash` of what can be typed in its place,
    `session_hash` of the cookie of the one browser that opened it.
    """

    id: UUID
    organisation_id: UUID
    person_id: UUID
    secret_hash: bytes
    code_hash: bytes
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    session_hash: bytes | None = None
    session_until: datetime | None = None

    def can_be_opened(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at

    def is_session(self, now: datetime) -> bool:
        return self.session_until is not None and now < self.session_until
