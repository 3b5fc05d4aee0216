"""Promises and agenda items in a real database: what comes back, and what is due for whom."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Engine

from bot.domain.agenda import AgendaItem, AgendaState
from bot.domain.people import Person
from bot.domain.promise import Promise, Says, Side
from storage.transaction import SqlTx
from tests.integration.stored import DAY, NOW, World, writing


def promised(world: World, author: Person, employee: Person, manager: Person) -> Promise:
    """Stored: due in three days, and asked about a week from now."""
    promise = Promise(
        id=uuid4(),
        organisation_id=world.organisation_id,
        employee_id=employee.id,
        manager_id=manager.id,
        author_id=author.id,
        created_at=NOW,
        state_at=NOW,
        due_on=(NOW + 3 * DAY).date(),
        sealed_for_employee=b"for the employee",
        sealed_for_manager=b"for the manager",
        employee=Side(ask_at=NOW + 7 * DAY),
        manager=Side(ask_at=NOW + 7 * DAY),
        remind_at=NOW + 2 * DAY,
    ).waking()
    world.tx.promises.add(promise)
    return promise


def noted(world: World, author: Person, employee: Person, manager: Person) -> AgendaItem:
    item = AgendaItem(
        id=uuid4(),
        organisation_id=world.organisation_id,
        employee_id=employee.id,
        manager_id=manager.id,
        author_id=author.id,
        created_at=NOW,
        state_at=NOW,
        sealed_for_employee=b"for the employee",
        sealed_for_manager=b"for the manager",
    )
    world.tx.agenda.add(item)
    return item


def test_a_promise_comes_back_as_it_was_saved(world: World) -> None:
    mia, anna = world.hire("Mia", "Anna")
    promise = promised(world, mia, anna, mia)
    assert world.tx.promises.get(promise.id) == promise
    changed = promise.said(anna.id, Says.NO, NOW + DAY).said(mia.id, Says.HAPPENED, NOW + DAY)
    changed = replace(changed, may_raise=True, raised_at=NOW + 2 * DAY)
    world.tx.promises.save(changed)
    assert world.tx.promises.lock(promise.id) == changed
    world.tx.promises.save(changed.withdrawn(NOW).forgotten())
    assert world.tx.promises.get(promise.id) == changed.withdrawn(NOW).forgotten()
    assert world.tx.promises.get(uuid4()) is None


def test_what_stands_open_between_two(world: World) -> None:
    mia, anna, ben = world.hire("Mia", "Anna", "Ben")
    first, second = promised(world, mia, anna, mia), promised(world, anna, anna, mia)
    second = replace(second, due_on=first.due_on - timedelta(days=1))
    with_ben = promised(world, ben, ben, mia)
    world.tx.promises.save(replace(first, state_at=NOW + DAY))
    assert _ids(world.tx.promises.of_pair(anna.id, mia.id)) == {first.id, second.id}
    assert _ids(world.tx.promises.open_of_pairs(mia.id)) == {first.id, second.id, with_ben.id}
    assert _ids(world.tx.promises.open_of_pairs(anna.id)) == {first.id, second.id}
    half = first.said(anna.id, Says.NO, NOW)
    world.tx.promises.save(half)
    world.tx.promises.save(second.withdrawn(NOW))
    assert _ids(world.tx.promises.of_pair(anna.id, mia.id)) == {first.id}
    both = half.said(mia.id, Says.NO, NOW)
    world.tx.promises.save(both)
    assert _ids(world.tx.promises.of_pair(anna.id, mia.id)) == {first.id}  # may it be raised?
    world.tx.promises.save(replace(both, may_raise=False))
    assert world.tx.promises.of_pair(anna.id, mia.id) == []


def test_what_is_due_for_a_manager(world: World) -> None:
    mia, tom, anna = world.hire("Mia", "Tom", "Anna")
    own, annas = promised(world, mia, anna, mia), promised(world, anna, anna, mia)
    promised(world, tom, anna, tom)
    promises = world.tx.promises
    found = promises.for_manager(mia.id)
    assert _ids(found) == {own.id, annas.id}
    assert not any(p.reminds_manager(NOW + DAY) for p in found)
    assert [p.id for p in found if p.reminds_manager(NOW + 2 * DAY)] == [own.id]
    assert not any(p.asks_manager(NOW + 6 * DAY) for p in found)
    assert all(p.asks_manager(NOW + 7 * DAY) for p in found)
    promises.save(own.reminded().asked(mia.id, NOW))
    promises.save(annas.withdrawn(NOW))
    assert promises.for_manager(mia.id) == []


def test_a_difference_for_the_manager(world: World) -> None:
    mia, anna = world.hire("Mia", "Anna")
    promise = promised(world, mia, anna, mia).reminded().said(anna.id, Says.NO, NOW)
    promise = promise.said(mia.id, Says.HAPPENED, NOW)
    world.tx.promises.save(promise)
    assert world.tx.promises.for_manager(mia.id) == []
    world.tx.promises.save(replace(promise, may_raise=True))
    [found] = world.tx.promises.for_manager(mia.id)
    assert found.can_be_raised
    world.tx.promises.save(replace(promise, may_raise=True, raised_at=NOW))
    assert world.tx.promises.for_manager(mia.id) == []


def test_kept_as_the_employee_said(world: World) -> None:
    """Not where the manager alone said so: then its absence would tell of a no."""
    mia, anna = world.hire("Mia", "Anna")
    promise = promised(world, mia, anna, mia)
    promises = world.tx.promises

    def kept(changed: Promise) -> bool:
        promises.save(changed)
        return bool(promises.kept(mia.id, NOW, NOW + 7 * DAY))

    said = promise.said(anna.id, Says.HAPPENED, NOW + DAY)
    assert not kept(promise.said(mia.id, Says.HAPPENED, NOW + DAY))
    assert kept(said)
    assert kept(said.said(mia.id, Says.NOT_YET, NOW + DAY))
    assert not kept(said.said(mia.id, Says.NO, NOW + DAY))
    assert not kept(said.withdrawn(NOW + DAY))
    assert not kept(promise.said(anna.id, Says.HAPPENED, NOW + 7 * DAY))
    assert kept(promise.said(anna.id, Says.HAPPENED, NOW))


def test_what_wakes(world: World) -> None:
    mia, anna = world.hire("Mia", "Anna")
    promise = promised(world, mia, anna, mia)
    assert world.tx.promises.next_wake_at() == NOW + 7 * DAY
    assert world.tx.promises.waking(NOW + 6 * DAY, 9) == []
    assert world.tx.promises.waking(NOW + 7 * DAY, 9) == [promise]
    item = noted(world, anna, anna, mia)
    assert world.tx.agenda.next_wake_at() is None
    world.tx.agenda.save(taken := item.became(AgendaState.WITHDRAWN, NOW))
    assert world.tx.agenda.waking(NOW + DAY, 9) == [taken]


def test_the_agenda_of_two(world: World) -> None:
    mia, anna, ben = world.hire("Mia", "Anna", "Ben")
    first, second = noted(world, anna, anna, mia), noted(world, mia, anna, mia)
    other = noted(world, ben, ben, mia)
    agenda = world.tx.agenda
    assert agenda.get(first.id) == first == agenda.lock(first.id)
    assert _ids(agenda.of_pair(anna.id, mia.id)) == {first.id, second.id}
    assert _ids(agenda.open_of_pairs(mia.id)) == {first.id, second.id, other.id}
    meeting = uuid4()
    done = replace(first.became(AgendaState.DONE, NOW), meeting_id=meeting)
    agenda.save(done)
    assert _ids(agenda.of_pair(anna.id, mia.id)) == {second.id}
    assert agenda.of_meetings([meeting]) == [done]
    agenda.save(second.became(AgendaState.WITHDRAWN, NOW).forgotten())
    assert agenda.of_pair(anna.id, mia.id) == []


def test_nobody_sees_another_organisations(engine: Engine) -> None:
    with writing(engine) as connection:
        theirs = World.build(connection)
        mia, anna = theirs.hire("Mia", "Anna")
        promise, item = promised(theirs, mia, anna, mia), noted(theirs, mia, anna, mia)
        tx = SqlTx(connection, World.build(connection).organisation_id)
        assert tx.promises.get(promise.id) is None
        assert tx.promises.open_of_pairs(mia.id) == []
        assert tx.promises.next_wake_at() is None
        assert tx.promises.for_manager(mia.id) == []
        assert tx.agenda.get(item.id) is None
        assert tx.agenda.of_pair(anna.id, mia.id) == []


def _ids(found) -> set[object]:  # type: ignore[no-untyped-def]  # promises or items
    return {each.id for each in found}
