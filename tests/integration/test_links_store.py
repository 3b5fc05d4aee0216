"""Links to one's own data, as the database keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from bot.domain.personal_link import PersonalLink
from storage.transaction import SqlTx
from tests.integration.stored import NOW, World, writing

A_MINUTE = timedelta(minutes=1)


def link(
    world: World, person_id: UUID, name: str, made_after: timedelta = A_MINUTE
) -> PersonalLink:
    made = NOW + made_after
    secret, code = f"secret {name}".encode(), f"code {name}".encode()
    expires = made + 15 * A_MINUTE
    return PersonalLink(uuid4(), world.organisation_id, person_id, secret, code, made, expires)


def opened(found: PersonalLink, session: bytes) -> PersonalLink:
    at = found.made_at + A_MINUTE
    until = at + 15 * A_MINUTE
    return replace(found, used_at=at, session_hash=session, session_until=until)


def test_it_is_found_by_each_of_its_hashes_and_used_once(world: World) -> None:
    [ana] = world.hire("Ana")
    given = link(world, ana.id, "one")
    links = world.tx.links
    links.add(given)
    assert links.by_secret(b"secret one") == given
    assert links.by_code(b"code one", NOW + 2 * A_MINUTE) == given
    assert links.by_code(b"code one", given.expires_at) is None
    assert links.by_session(b"session") is None
    assert links.use(opened(given, b"session"))
    assert not links.use(opened(given, b"another"))
    found = links.by_session(b"session")
    assert found is not None
    assert found.person_id == ana.id
    assert links.by_code(b"code one", NOW + 2 * A_MINUTE) is None
    links.end_session(given.id)
    assert links.by_session(b"session") is None


def test_a_new_link_takes_the_unopened_ones_place(world: World) -> None:
    """Of the same person; those that were opened stay to be seen."""
    ana, ben = world.hire("Ana", "Ben")
    links = world.tx.links
    first, second, third = (link(world, ana.id, name) for name in ("one", "two", "three"))
    of_ben = link(world, ben.id, "of Ben")
    for each in (of_ben, first, second):
        links.add(each)
    assert links.by_secret(b"secret one") is None
    assert links.use(opened(second, b"session"))
    links.add(third)
    assert {each.id for each in links.of_person(ana.id)} == {second.id, third.id}
    assert links.of_person(ben.id) == (of_ben,)


def test_a_code_that_two_links_share_opens_neither(world: World) -> None:
    ana, ben = world.hire("Ana", "Ben")
    for person in (ana, ben):
        made = link(world, person.id, person.name)
        world.tx.links.add(replace(made, code_hash=b"the same"))
    assert world.tx.links.by_code(b"the same", NOW + 2 * A_MINUTE) is None


def test_what_ended_is_forgotten_after_a_while(world: World) -> None:
    """Links by when they and their sessions ended; wrong codes with them."""
    ana, ben = world.hire("Ana", "Ben")
    links = world.tx.links
    old, still_in = link(world, ana.id, "old"), link(world, ben.id, "in")
    links.add(old)
    links.add(still_in)
    assert links.use(opened(still_in, b"session"))
    links.add_wrong_code(NOW)
    assert links.wrong_codes(NOW - A_MINUTE) == 1
    assert links.wrong_codes(NOW) == 0
    assert links.purge(old.expires_at + timedelta(seconds=1)) == 1
    assert links.of_person(ana.id) == ()
    assert len(links.of_person(ben.id)) == 1
    assert links.wrong_codes(NOW - A_MINUTE) == 0


def test_another_organisations_links_are_out_of_reach(engine: Engine) -> None:
    with writing(engine) as connection:
        world = World.build(connection)
        [ana] = world.hire("Ana")
        given = link(world, ana.id, "one")
        world.tx.links.add(given)
        world.tx.links.add_wrong_code(NOW)
        other = SqlTx(connection, uuid4()).links
        assert other.by_secret(b"secret one") is None
        assert other.by_code(b"code one", NOW + A_MINUTE) is None
        assert other.of_person(ana.id) == ()
        assert other.wrong_codes(NOW - A_MINUTE) == 0
        assert not other.use(opened(given, b"session"))
        assert other.purge(NOW + timedelta(days=99)) == 0
