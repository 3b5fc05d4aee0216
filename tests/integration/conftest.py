"""What the tests of the query modules share: an empty database and a small organisation in it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

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
