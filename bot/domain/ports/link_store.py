"""Stored links to one's own data inside a transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.personal_link import PersonalLink


class Links(Protocol):
    """Everything is looked up by hashes: who reads the database can open nothing."""

    def add(self, link: PersonalLink) -> None:
        """Adds it; links of the same person that nobody opened yet are gone then."""
        ...

    def by_secret(self, secret_hash: bytes) -> PersonalLink | None: ...
    def by_code(self, code_hash: bytes, now: datetime) -> PersonalLink | None:
        """The one that can be opened at `now` (aware UTC) by this code."""
        ...

    def by_session(self, session_hash: bytes) -> PersonalLink | None: ...
    def use(self, opened: PersonalLink) -> bool:
        """Writes when it was used, and its session; False where another was faster."""
        ...

    def end_session(self, link_id: UUID) -> None: ...
    def of_person(self, person_id: UUID) -> tuple[PersonalLink, ...]:
        """Oldest first."""
        ...

    def purge(self, before: datetime) -> int:
        """Forgets links that ended before then, and wrong codes; how many links."""
        ...

    def wrong_codes(self, since: datetime) -> int:
        """How many wrong codes came since then; others wait until this transaction ends."""
        ...

    def add_wrong_code(self, at: datetime) -> None: ...
