"""Telling very many people of new AI expectations, and the figures about it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select

from bot.domain.expectations import Telling
from bot.domain.people import Identity, Participation
from bot.domain.policy import Expectations
from bot.services import expectations
from bot.services.expectations import BATCH, Figure, Progress
from storage.tables.queue import DeliveryRow
from tests.integration.stored import DAY, NOW, World, empty_store, writing

GIVEN = Expectations("Ask first")
_delivery = DeliveryRow.__table__


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    with empty_store(database_url) as opened:
        yield opened


def crowd(world: World, count: int) -> None:
    """So many people who take part."""
    people = world.hire(*(f"P{number}" for number in range(count)))
    world.tx.people.add_identities(
        [Identity(uuid4(), p.id, world.installation_id, "local", p.email, p.email) for p in people]
    )
    for each in people:
        world.tx.people.set_participation(each.id, Participation.STARTED)


def test_an_interrupted_run_goes_on_where_it_ended(engine: Engine) -> None:
    """In portions, each committed by itself; everyone gets one message, those told before too."""
    with writing(engine) as connection:
        world = World.build(connection)
        crowd(world, BATCH + 20)
        expectations.keep_version(world.tx, GIVEN, "test", NOW, tells=True)
    handled = []
    for _ in range(3):
        with writing(engine) as connection:
            tx = replace(world, tx=type(world.tx)(connection, world.organisation_id)).tx
            handled.append(expectations._batch(tx, NOW))
            tx.finish()
    assert handled == [BATCH, 20, 0]
    with engine.connect() as connection:
        each = select(func.count(), func.count(_delivery.c.person_id.distinct()))
        assert tuple(connection.execute(each).one()) == (BATCH + 20, BATCH + 20)


def test_a_crowd_of_just_one_portion_is_told_once(engine: Engine) -> None:
    with writing(engine) as connection:
        world = World.build(connection)
        crowd(world, BATCH)
        expectations.keep_version(world.tx, GIVEN, "test", NOW, tells=True)
        assert [expectations._batch(world.tx, NOW) for _ in range(2)] == [BATCH, 0]
        newest = world.tx.expectations.newest()
        assert newest is not None
        assert newest.telling is Telling.DONE


def test_figures_tell_nothing_about_a_few(engine: Engine) -> None:
    """The number stands where at least five take part and at least five don't."""
    with writing(engine) as connection:
        world = World.build(connection)
        crowd(world, 6)
        world.hire(*(f"Q{number}" for number in range(4)))
        assert expectations.would_tell(world.tx, GIVEN) == Figure(None)
        world.hire("Last")
        assert expectations.would_tell(world.tx, GIVEN) == Figure(6)
        assert expectations.would_tell(world.tx, Expectations()) is None
        expectations.keep_version(world.tx, GIVEN, "test", NOW, tells=True)
        assert expectations.would_tell(world.tx, GIVEN) is None


def test_how_far_telling_people_is(engine: Engine) -> None:
    with writing(engine) as connection:
        world = World.build(connection)
        tx = world.tx
        crowd(world, 12)
        world.hire(*(f"Q{number}" for number in range(5)))
        expectations.keep_version(tx, GIVEN, "test", NOW, tells=False)
        assert expectations.progress(tx, NOW) is None
        expectations.keep_version(tx, Expectations("Ask twice"), "test", NOW, tells=True)
        expectations._batch(tx, NOW)
        tx.queue.flush()
        assert expectations.progress(tx, NOW) == Progress(2, 12, None, nearly_all=False)
        for sent, shown, nearly_all in ((5, 5, False), (5, None, True)):
            _sends(world, sent)
            found = expectations.progress(tx, NOW)
            assert found == Progress(2, 12, shown, nearly_all)
        assert expectations.progress(tx, NOW + 29 * DAY) is None


def _sends(world: World, count: int) -> None:
    queue = world.tx.queue
    claimed = queue.claim(NOW, limit=count, lease=DAY)
    token = claimed[0].claim_token
    queue.begin([each.id for each in claimed], token, NOW)
    queue.sent({each.id: "ref" for each in claimed}, token, NOW)
