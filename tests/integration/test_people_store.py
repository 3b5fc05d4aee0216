"""People in a real database: what the list says, what they chose, who manages whom and when."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from bot.domain.people import Identity, Management, Participation, Role
from storage.tables.people import ManagementRow
from storage.transaction import SqlTx
from tests.integration.stored import DAY, HOUR, NOW, World, ids, person, writing


def test_a_person_comes_back_as_stored(world: World) -> None:
    anna = person(
        world.organisation_id,
        "Anna",
        team="Search",
        country="DE",
        role=Role.HR_ADMIN,
        hired_on=date(2026, 1, 5),
        participation=Participation.STARTED,
        paused_until=NOW + DAY,
    )
    world.tx.people.upsert([anna], NOW)
    assert world.tx.people.get(anna.id) == anna
    assert world.tx.people.lock(anna.id) == anna
    assert world.tx.people.many([anna.id, uuid4()]) == {anna.id: anna}
    assert world.tx.people.by_email(["ANNA@example.com", "no@example.com"]) == {anna.email: anna}
    assert world.tx.people.get(uuid4()) is None
    assert world.tx.people.lock(uuid4()) is None


def test_the_people_list_changes_no_choice_of_the_person(world: World) -> None:
    (anna,) = world.hire("Anna")
    world.tx.people.set_participation(anna.id, Participation.DECLINED)
    world.tx.people.set_pause(anna.id, NOW + DAY)
    moved = replace(anna, team="Ads", name="Anna B", email="b@example.com", role=Role.HR_ADMIN)
    world.tx.people.upsert([moved], NOW + DAY)
    expected = replace(moved, participation=Participation.DECLINED, paused_until=NOW + DAY)
    assert world.tx.people.get(anna.id) == expected


def test_an_address_belongs_to_one_person_of_an_organisation(engine: Engine) -> None:
    with writing(engine) as connection:
        World.build(connection).hire("Anna")
        other = World.build(connection)
        other.hire("Anna")
        with pytest.raises(IntegrityError), connection.begin_nested():
            other.hire("Anna")


def test_nobody_sees_another_organisations_people(engine: Engine) -> None:
    with writing(engine) as connection:
        theirs = World.build(connection)
        (mia,) = theirs.hire("Mia")
        (anna,) = theirs.hire("Anna", manager=mia)
        identity = theirs.give_account(anna)
        people = SqlTx(connection, World.build(connection).organisation_id).people
        assert people.get(anna.id) is None
        assert people.many([anna.id]) == {}
        assert people.by_email([anna.email]) == {}
        assert people.by_identity(identity.installation_id, identity.external_id) is None
        assert people.home_identity(anna.id) is None
        assert people.roster() == []
        assert people.count() == 0
        assert people.manager_of(anna.id, NOW) is None
        assert people.managers_of([anna.id], NOW) == {}
        assert people.reports_of(mia.id, NOW) == []
        assert people.managements_of([anna.id]) == []
        people.set_pause(anna.id, NOW)
        people.end_employment([anna.id], NOW)
        people.upsert([replace(anna, name="Stolen")], NOW)
        assert theirs.tx.people.get(anna.id) == anna


def test_identities_are_added_once_and_lead_to_the_person(world: World) -> None:
    (anna,) = world.hire("Anna")
    home = world.give_account(anna, "U1")
    again = replace(home, id=uuid4(), delivery_ref="other")
    away = replace(home, id=uuid4(), external_id="U2", is_home=False)
    world.tx.people.add_identities([again, away])
    assert world.tx.people.home_identity(anna.id) == home
    assert world.tx.people.by_identity(world.installation_id, "U1") == anna
    assert world.tx.people.by_identity(world.installation_id, "U2") == anna
    assert world.tx.people.by_identity(world.installation_id, "U3") is None
    assert world.tx.people.by_identity(uuid4(), "U1") is None


def test_a_person_has_one_home(engine: Engine) -> None:
    with writing(engine) as connection:
        world = World.build(connection)
        (anna,) = world.hire("Anna")
        world.give_account(anna, "U1")
        with pytest.raises(IntegrityError), connection.begin_nested():
            world.give_account(anna, "U2")


def test_the_roster_has_one_line_per_active_person(world: World) -> None:
    (mia,) = world.hire("Mia", team="Lead", country="DE", hired_on=date(2026, 1, 5))
    anna, _left = world.hire("Anna", "Leo", manager=mia)
    world.give_account(anna)
    world.tx.people.end_employment([_left.id], NOW)
    world.tx.people.set_pause(anna.id, NOW + DAY)
    first, second = world.tx.people.roster()
    assert (first.person_id, first.manager_id, first.has_identity) == (anna.id, mia.id, True)
    assert (first.participation, first.paused_until) == (Participation.NEW, NOW + DAY)
    assert (second.person_id, second.manager_id, second.has_identity) == (mia.id, None, False)
    assert (second.team, second.country, second.hired_on) == ("Lead", "DE", date(2026, 1, 5))
    assert world.tx.people.count() == 2


def test_a_change_of_manager_keeps_the_history(world: World) -> None:
    mia, max_ = world.hire("Mia", "Max")
    anna, ben = world.hire("Ben", "Anna", manager=mia)[::-1]
    world.tx.people.change_managers({anna.id: max_.id, ben.id: mia.id}, NOW)
    before, after = NOW - HOUR, NOW + HOUR
    assert world.tx.people.manager_of(anna.id, before) == mia
    assert world.tx.people.manager_of(anna.id, NOW) == max_
    assert world.tx.people.managers_of(ids([anna, ben]), before) == {
        anna.id: mia.id,
        ben.id: mia.id,
    }
    assert world.tx.people.managers_of(ids([anna, ben, mia]), after) == {
        anna.id: max_.id,
        ben.id: mia.id,
    }
    assert world.tx.people.reports_of(mia.id, before) == [anna, ben]
    assert world.tx.people.reports_of(mia.id, after) == [ben]
    since = NOW - 10 * DAY
    assert world.tx.people.managements_of([anna.id]) == [
        Management(anna.id, mia.id, since, NOW),
        Management(anna.id, max_.id, NOW),
    ]
    assert world.tx.people.managements_of([ben.id]) == [Management(ben.id, mia.id, since)]


def test_a_manager_can_be_taken_away(world: World) -> None:
    (mia,) = world.hire("Mia")
    (anna,) = world.hire("Anna", manager=mia)
    world.tx.people.change_managers({anna.id: None, mia.id: None}, NOW)
    assert world.tx.people.manager_of(anna.id, NOW) is None
    assert world.tx.people.manager_of(anna.id, NOW - HOUR) == mia


def test_nobody_has_two_managers_at_a_time(engine: Engine) -> None:
    with writing(engine) as connection:
        world = World.build(connection)
        mia, max_ = world.hire("Mia", "Max")
        (anna,) = world.hire("Anna", manager=mia)
        second = {
            "id": uuid4(),
            "organisation_id": world.organisation_id,
            "person_id": anna.id,
            "manager_id": max_.id,
            "since": NOW,
            "until": None,
        }
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(ManagementRow), [second])


def test_leaving_ends_management_on_both_sides_and_a_rehire_starts_anew(world: World) -> None:
    (boss,) = world.hire("Boss")
    (mia,) = world.hire("Mia", manager=boss)
    (anna,) = world.hire("Anna", manager=mia)
    world.tx.people.start_employment(ids([mia, anna]), date(2026, 1, 5))
    world.tx.people.start_employment([mia.id], date(2026, 2, 5))
    world.tx.people.end_employment([mia.id], NOW)
    left = world.tx.people.get(mia.id)
    assert left is not None
    assert not left.active
    assert world.tx.people.manager_of(mia.id, NOW) is None
    assert world.tx.people.manager_of(anna.id, NOW) is None
    assert world.tx.people.manager_of(anna.id, NOW - HOUR) == left
    world.tx.people.start_employment([mia.id], date(2026, 9, 1))
    world.tx.people.upsert([mia], NOW)
    assert world.tx.people.get(mia.id) == mia
    assert world.tx.people.reports_of(mia.id, NOW) == []


def test_whoever_left_is_nobodys_report(world: World) -> None:
    (mia,) = world.hire("Mia")
    anna, ben = world.hire("Anna", "Ben", manager=mia)
    world.tx.people.upsert([replace(ben, active=False)], NOW)
    assert world.tx.people.reports_of(mia.id, NOW) == [anna]


def test_more_people_than_a_statement_can_bind(world: World) -> None:
    """PostgreSQL binds 65,535 values and SQLite half as many: whoever is added has eleven or more,
    and whoever is only asked for need not be there.
    """
    people = [person(world.organisation_id, f"P{number}") for number in range(6_000)]
    unknown = [uuid4() for _ in range(60_000)]
    many = [*ids(people), *unknown]
    world.tx.people.upsert(people, NOW)
    assert len(world.tx.people.many(many)) == len(people)
    boss = people[0].id
    nobodys = dict.fromkeys(unknown)
    world.tx.people.change_managers({**dict.fromkeys(ids(people[1:]), boss), **nobodys}, NOW)
    assert len(world.tx.people.managers_of(many, NOW)) == len(people) - 1
    world.tx.people.add_identities(
        [Identity(uuid4(), p.id, world.installation_id, "local", p.email, p.email) for p in people]
    )
    assert sum(line.has_identity for line in world.tx.people.roster()) == len(people)
    world.tx.people.end_employment(many, NOW + HOUR)
    assert world.tx.people.count() == 0
