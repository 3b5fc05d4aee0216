"""What the tests of the query modules share: an empty database and a small organisation in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.integration.sealed_office import SealedOffice
from tests.integration.stored import World, empty_store, writing


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """All tables, without rows, on each database."""
    with empty_store(database_url) as opened:
        yield opened


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    """Its transaction commits at the end of the test."""
    with writing(engine) as connection:
        yield World.build(connection)


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> SealedOffice:
    """An office in a folder of its own."""
    return await SealedOffice.found(tmp_path / "office")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def sealed_office(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SealedOffice]:
    """The same, on each database."""
    on_postgres = request.param == "postgresql"
    server = request.getfixturevalue("postgres_server") if on_postgres else None
    office = await SealedOffice.found(tmp_path / "office", server)
    yield office
    if server is not None:
        server.drop(office.environment.database_url)
