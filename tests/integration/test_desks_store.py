"""Desks, 1:1s and meetings in a real database."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import Engine

from bot.domain.one_to_one import Meeting, MeetingKind, MeetingState, OneToOne, Rhythm
from bot.domain.people import Person
from bot.domain.ports.desk_store import Desk
from storage.transaction import SqlTx
from tests.integration.stored import DAY, HOUR, NOW, World, writing

TODAY = date(2026, 8, 18)


def one_to_one(manager: Person, employee: Person) -> OneToOne:
    return OneToOne(
        id=uuid4(),
        organisation_id=manager.organisation_id,
        manager_id=manager.id,
        employee_id=employee.id,
        since=NOW,
        stay_after=TODAY,
    )


def meeting(one: OneToOne, due_on: date, kind: MeetingKind = MeetingKind.ONE_TO_ONE) -> Meeting:
    return Meeting(
        id=uuid4(),
        organisation_id=one.organisation_id,
        one_to_one_id=one.id,
        manager_id=one.manager_id,
        employee_id=one.employee_id,
        kind=kind,
        planned_on=due_on,
        due_on=due_on,
        state=MeetingState.DUE,
        created_at=NOW,
        state_at=NOW,
    )


def test_a_wake_while_a_desk_is_looked_at_is_not_lost(engine: Engine) -> None:
    """Somebody agrees to something while a planner works out when to look next."""
    with writing(engine) as connection:
        world = World.build(connection)
        [mia] = world.hire("Mia")
        world.tx.desks.wake([mia.id], NOW)

    def wake() -> None:
        with writing(engine) as other:
            SqlTx(other, world.organisation_id).desks.wake([mia.id], NOW)

    with ThreadPoolExecutor(1) as aside:
        with writing(engine) as connection:
            desks = SqlTx(connection, world.organisation_id).desks
            desk = desks.lock(mia.id)
            assert desk is not None
            woken = aside.submit(wake)
            wait([woken], timeout=0.3)  # at once, where nothing holds it up
            desks.put(replace(desk, next_at=None))
        woken.result()
    with writing(engine) as connection:
        assert SqlTx(connection, world.organisation_id).desks.next_at() == NOW


def test_a_desk_is_woken_earlier_but_never_later(world: World) -> None:
    mia, max_ = world.hire("Mia", "Max")
    desks = world.tx.desks
    assert desks.next_at() is None
    desks.wake([mia.id, max_.id], NOW + HOUR)
    desks.wake([mia.id], NOW)
    desks.wake([mia.id], NOW + DAY)
    assert desks.get(mia.id) == Desk(mia.id, NOW, None)
    assert desks.next_at() == NOW
    assert desks.due(NOW, 10) == [mia.id]
    assert desks.due(NOW + HOUR, 10) == [mia.id, max_.id]
    assert desks.due(NOW + HOUR, 1) == [mia.id]


def test_waking_keeps_the_day_of_the_last_nudges(world: World) -> None:
    (mia,) = world.hire("Mia")
    world.tx.desks.put(Desk(mia.id, None, TODAY))
    assert world.tx.desks.due(NOW, 10) == []
    world.tx.desks.wake([mia.id], NOW)
    assert world.tx.desks.get(mia.id) == Desk(mia.id, NOW, TODAY)


def test_a_rhythm_is_kept_once_for_two_people(world: World) -> None:
    mia, anna, ben = world.hire("Mia", "Anna", "Ben")
    first = one_to_one(mia, anna)
    world.tx.desks.save_one_to_one(first)
    changed = replace(first, rhythm=Rhythm.WEEKLY, weekday=1, next_on=TODAY + timedelta(days=7))
    world.tx.desks.save_one_to_one(replace(changed, id=uuid4()))
    assert world.tx.desks.one_to_ones(mia.id) == [changed]
    assert world.tx.desks.one_to_one(mia.id, anna.id) == changed
    assert world.tx.desks.one_to_one(mia.id, ben.id) is None
    assert world.tx.desks.one_to_one(anna.id, mia.id) is None


def test_a_meeting_is_planned_once_and_comes_back_as_it_was_saved(world: World) -> None:
    mia, anna = world.hire("Mia", "Anna")
    one = one_to_one(mia, anna)
    world.tx.desks.save_one_to_one(one)
    planned = meeting(one, TODAY)
    assert world.tx.meetings.add(planned)
    assert not world.tx.meetings.add(replace(planned, id=uuid4()))
    assert world.tx.meetings.add(meeting(one, TODAY, MeetingKind.STAY))
    noted = replace(
        planned,
        due_on=TODAY + timedelta(days=2),
        state=MeetingState.HELD,
        state_at=NOW + DAY,
        nudged_on=TODAY,
        asked_on=TODAY,
        sealed_for_employee=b"one",
        sealed_for_manager=b"two",
    )
    world.tx.meetings.save(noted)
    assert world.tx.meetings.get(planned.id) == noted
    assert world.tx.meetings.many([planned.id, uuid4()]) == {planned.id: noted}
    assert world.tx.meetings.get(uuid4()) is None


def test_what_is_coming_and_what_was_held(world: World) -> None:
    mia, anna, max_ = world.hire("Mia", "Anna", "Max")
    one, other = one_to_one(mia, anna), one_to_one(max_, anna)
    for each in (one, other):
        world.tx.desks.save_one_to_one(each)
    days = [TODAY + timedelta(days=n) for n in range(4)]
    later, sooner, held, missed = (meeting(one, day) for day in reversed(days))
    for each in (later, sooner, held, missed, meeting(other, TODAY)):
        world.tx.meetings.add(each)
    held = settled(world, held, MeetingState.HELD)
    settled(world, missed, MeetingState.MISSED)
    sooner = settled(world, sooner, MeetingState.NOT_YET)
    assert world.tx.meetings.coming(mia.id) == [sooner, later]
    assert world.tx.meetings.last_held(one.id) == [held]


def settled(world: World, of: Meeting, state: MeetingState) -> Meeting:
    changed = replace(of, state=state)
    world.tx.meetings.save(changed)
    return changed


def test_another_organisation_sees_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        world, stranger = World.build(connection), World.build(connection)
        mia, anna = world.hire("Mia", "Anna")
        one = one_to_one(mia, anna)
        planned = meeting(one, TODAY)
        world.tx.desks.save_one_to_one(one)
        world.tx.desks.wake([mia.id], NOW)
        world.tx.meetings.add(planned)
        assert stranger.tx.desks.next_at() is None
        assert stranger.tx.desks.get(mia.id) is None
        assert stranger.tx.desks.one_to_ones(mia.id) == []
        assert stranger.tx.meetings.get(planned.id) is None
        assert stranger.tx.meetings.coming(mia.id) == []
