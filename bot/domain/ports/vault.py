"""Sealing of answers: one key per person, bound to the row and field a value belongs to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.erasure import Erasure


class Erased(Exception):  # an outcome that callers expect, not a fault
    """The person's key was destroyed: what was sealed under it can't be read by anyone."""


class Tampered(Exception):  # names what happened to the value, as Erased does
    """The value was altered, or doesn't belong to this organisation, person, row and field."""


class Vault(Protocol):
    """The keys of a few people, in memory, for the length of one unit of work.

    Synchronous and without I/O, so that it serves inside a transaction. Ask the key ring for a
    new one each time and keep none: only then does the destruction of a key hold at once.
    Every method raises LookupError for a person the vault was not asked to hold.
    """

    def seal(self, person: UUID, row: UUID, field: str, plain: bytes) -> bytes:
        """Encrypt `plain` for one field of one row.

        Args:
            person: whose key seals it.
            row: the id of the row that will hold it, made before the insert.
            field: table and column, such as "answer_version.text".
            plain: any bytes; up to 28 bytes all give the same length.

        Raises:
            Erased: the person's key was destroyed.
            Tampered: the person's stored key itself was altered.
        """
        ...

    def open(self, person: UUID, row: UUID, field: str, sealed: bytes) -> bytes:
        """Give back what `seal` was given with the same person, row and field.

        Raises:
            Erased: the person's key was destroyed.
            Tampered: `sealed` was altered, or belongs to another person, row or field.
        """
        ...

    def knows(self, person: UUID) -> bool:
        """Tell whether the person's answers can be sealed and opened: False once destroyed."""
        ...


class KeyRing(Protocol):
    """The store of everyone's keys, apart from the database that holds the sealed answers."""

    async def vault(self, people: Iterable[UUID]) -> Vault:
        """Load the keys of these people, and create those that are missing.

        A destroyed key stays destroyed; the vault then answers Erased for that person alone.
        """
        ...

    async def destroy(self, person: UUID, at: datetime) -> None:
        """Destroy all keys of a person for good; a repeat changes nothing.

        Args:
            person: known to the store or not; no key is made for them again, but by `renew`.
            at: when, as an aware datetime; the first destruction's time is kept.
        """
        ...

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        """Keep what people took back, apart from the answers.

        Whoever erased everything has their keys destroyed with it, at the erasure's time. A repeat
        changes nothing, whatever became of the person since: a key made by `renew` stays.
        """
        ...

    async def remembered(self) -> Sequence[Erasure]:
        """What is kept of that, oldest first."""
        ...

    async def renew(self, person: UUID, at: datetime) -> None:
        """Make a new key for somebody whose key was destroyed: only on their own Start.

        What was sealed before stays unreadable. Whoever has a key keeps it.

        Args:
            person: whose.
            at: when, as an aware datetime.
        """
        ...
