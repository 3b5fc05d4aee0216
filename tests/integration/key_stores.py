"""What the tests of the key store share."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from storage.key_engine import PersonKey, key_engine
from storage.key_store import KeyStore
from storage.master_key import MasterKey

MASTER = MasterKey.of(b"m" * 32)
ANOTHER_MASTER = MasterKey.of(b"n" * 32)
NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
FIELD = "answer_version.text"

Row = tuple[UUID, bytes | None, datetime, datetime | None, datetime | None]


@asynccontextmanager
async def opened(
    url: str, organisation: UUID, master: MasterKey = MASTER
) -> AsyncIterator[KeyStore]:
    """A store with an engine of its own; its clock stands at NOW."""
    store = KeyStore.open(url, organisation, master, clock=lambda: NOW)
    try:
        yield store
    finally:
        await store.close()


def rows_of(url: str, organisation: UUID) -> Sequence[Row]:
    """Person, wrapped key, creation, retirement and destruction of each row of an organisation."""
    engine = key_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(
                select(
                    col(PersonKey.person_id),
                    col(PersonKey.wrapped),
                    col(PersonKey.created_at),
                    col(PersonKey.retired_at),
                    col(PersonKey.destroyed_at),
                ).where(col(PersonKey.organisation_id) == organisation)
            ).all()
    finally:
        engine.dispose()
