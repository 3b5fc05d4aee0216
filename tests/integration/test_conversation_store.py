"""Plans, occurrences and check-ins in a real database; the configuration they rest on."""

from dataclasses import replace
from datetime import date, time
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from bot.domain.check_in import Asked, AskedQuestion, CheckIn, State
from bot.domain.local_time import QuietHours
from bot.domain.occurrence import OccurrenceState, Plan
from bot.domain.organisation import Installation, Organisation
from bot.domain.packs import Pack, Question, Wording
from bot.domain.people import Person
from bot.domain.policy import Expectations, Policy
from storage.organisations import find_organisation_id
from storage.packing import pack_from_json, pack_to_json, policy_from_json, policy_to_json
from storage.transaction import SqlTx
from tests.integration.stored import (
    DAY,
    HOUR,
    NOW,
    PACK,
    SPEC,
    World,
    empty_store,
    ids,
    writing,
)


def plan(world: World, someone: Person, **changes: object) -> Plan:
    given = {
        "id": uuid4(),
        "organisation_id": world.organisation_id,
        "cadence_id": world.cadence.cadence_id,
        "revision_id": world.cadence.id,
        "person_id": someone.id,
        "subject_id": someone.id,
        "period": "2026-W34",
        "next_due_at": NOW,
    }
    return Plan(**(given | changes))  # type: ignore[arg-type]  # the fields' names are checked


def test_due_plans_come_oldest_first_with_what_the_planner_needs(world: World) -> None:
    anna, ben, cleo, dan = world.hire("Anna", "Ben", "Cleo", "Dan")
    world.give_account(ben)
    plans = [
        plan(world, anna, next_due_at=NOW),
        plan(world, ben, next_due_at=NOW - HOUR, rotation=3, last_full_on=date(2026, 7, 1)),
        plan(world, cleo, next_due_at=NOW + HOUR),
        plan(world, dan, next_due_at=None),
    ]
    world.tx.plans.upsert(plans)
    second, first = plans[0], plans[1]
    due = world.tx.plans.due(NOW, 10)
    assert [(d.plan, d.person, d.has_identity, d.cadence_paused) for d in due] == [
        (first, ben, True, False),
        (second, anna, False, False),
    ]
    assert [d.plan for d in world.tx.plans.due(NOW, 1)] == [first]
    assert world.tx.plans.next_due_at() == NOW - HOUR
    pause = replace(SPEC, paused=True)
    world.tx.cadences.add_revision(pause, revision_id=uuid4(), created_at=NOW, author="test")
    assert all(d.cadence_paused for d in world.tx.plans.due(NOW, 10))


def test_without_plans_nothing_is_due(world: World) -> None:
    world.tx.plans.upsert([])
    world.tx.plans.advance([])
    assert world.tx.plans.due(NOW, 10) == []
    assert world.tx.plans.next_due_at() is None


def test_planning_again_keeps_the_rotation(world: World) -> None:
    (anna,) = world.hire("Anna")
    first = plan(world, anna, rotation=2, last_full_on=date(2026, 7, 1))
    world.tx.plans.upsert([first])
    again = replace(first, id=uuid4(), period="2026-W35", next_due_at=NOW + DAY, rotation=0)
    world.tx.plans.upsert([again])
    kept = replace(first, period="2026-W35", next_due_at=NOW + DAY)
    assert world.tx.plans.of_person(anna.id) == [kept]
    assert world.tx.plans.of_cadence(world.cadence.cadence_id) == [kept]


def test_advancing_and_removing_plans(world: World) -> None:
    anna, ben = world.hire("Anna", "Ben")
    before = [plan(world, anna), plan(world, ben)]
    world.tx.plans.upsert(before)
    later = [
        replace(before[0], period="2026-W35", next_due_at=None, rotation=4),
        replace(before[1], period="2026-W36", last_full_on=date(2026, 8, 18)),
    ]
    world.tx.plans.advance(later)
    assert world.tx.plans.of_person(anna.id) == [later[0]]
    assert world.tx.plans.of_person(ben.id) == [later[1]]
    world.tx.plans.remove([later[0].id])
    assert world.tx.plans.of_cadence(world.cadence.cadence_id) == [later[1]]


@pytest.mark.postgres
def test_two_planners_take_different_plans(postgres_url: str) -> None:
    with empty_store(postgres_url) as engine:
        with writing(engine) as connection:
            world = World.build(connection)
            people = world.hire("Anna", "Ben", "Cleo")
            world.tx.plans.upsert([plan(world, someone) for someone in people])
        with writing(engine) as one, writing(engine) as two:
            first = SqlTx(one, world.organisation_id).plans.due(NOW, 2)
            second = SqlTx(two, world.organisation_id).plans.due(NOW, 2)
            assert len(first) == 2
            assert {d.person.id for d in [*first, *second]} == set(ids(people))


@pytest.mark.postgres
def test_a_locked_person_can_still_be_referred_to(postgres_url: str) -> None:
    with empty_store(postgres_url) as engine:
        with writing(engine) as connection:
            world = World.build(connection)
            (anna,) = world.hire("Anna")
        with writing(engine) as one, writing(engine) as two:
            SqlTx(one, world.organisation_id).people.lock(anna.id)
            two.exec_driver_sql("SET lock_timeout = '1s'")
            added = SqlTx(two, world.organisation_id).occurrences.add([world.occurrence(anna)])
            assert len(added) == 1


def test_a_period_comes_once_whatever_the_revision_or_zone(world: World) -> None:
    anna, ben = world.hire("Anna", "Ben")
    first = world.occurrence(anna)
    assert world.tx.occurrences.add([first, world.occurrence(ben)]) >= {first.id}
    revision = world.tx.cadences.add_revision(
        SPEC, revision_id=uuid4(), created_at=NOW, author="test"
    )
    doubled = world.occurrence(anna, revision_id=revision.id, zone="UTC", due_at=NOW + DAY)
    next_one = world.occurrence(anna, "2026-W35")
    assert world.tx.occurrences.add([doubled, next_one]) == {next_one.id}
    assert world.tx.occurrences.add([]) == set()
    assert world.tx.occurrences.get(first.id) == first
    assert world.tx.occurrences.get(doubled.id) is None
    assert world.tx.occurrences.periods(world.cadence.cadence_id, ids([anna])) == {
        anna.id: {"2026-W34", "2026-W35"}
    }
    assert world.tx.occurrences.periods(uuid4(), ids([anna])) == {anna.id: set()}


def test_occurrences_are_counted_by_what_became_of_them(world: World) -> None:
    anna, ben, cleo = world.hire("Anna", "Ben", "Cleo")
    planned = OccurrenceState.PLANNED
    late = world.occurrence(anna, state=planned, due_at=NOW + HOUR)
    early = world.occurrence(ben, state=planned, due_at=NOW)
    old = world.occurrence(cleo, due_at=NOW - DAY)
    world.tx.occurrences.add([late, early, old])
    assert world.tx.occurrences.planned(10, NOW) == [early, late]
    assert world.tx.occurrences.planned(1, NOW) == [early]
    world.tx.occurrences.set_state([early.id], OccurrenceState.SKIPPED, "paused")
    assert world.tx.occurrences.planned(10, NOW) == [late]
    skipped = replace(early, state=OccurrenceState.SKIPPED, reason="paused")
    assert world.tx.occurrences.get(early.id) == skipped
    cadence = world.cadence.cadence_id
    assert world.tx.occurrences.counts(NOW) == [
        (cadence, planned, "", 1),
        (cadence, OccurrenceState.SKIPPED, "paused", 1),
    ]


def test_a_check_in_comes_back_as_saved(world: World) -> None:
    mia, anna = world.hire("Mia", "Anna")
    check_in = world.open_check_in(anna)
    assert world.tx.check_ins.get(check_in.id) == check_in
    assert world.tx.check_ins.get(uuid4()) is None
    changed = replace(
        check_in,
        state=State.SNOOZED,
        closes_at=NOW + 7 * DAY,
        questions=(
            AskedQuestion("work", 0, Asked.ANSWERED, NOW),
            AskedQuestion("clarity", 1, Asked.PENDING, None),
        ),
        reminders=(NOW + 2 * DAY,),
        reminders_done=1,
        offers=2,
        shown_manager_id=mia.id,
        audience_shown=True,
        active_until=NOW + HOUR,
        snoozed_until=NOW + 2 * HOUR,
        wake_at=NOW + 3 * HOUR,
        completed_at=NOW + 4 * HOUR,
    )
    world.tx.check_ins.save(changed)
    assert world.tx.check_ins.get(check_in.id) == changed


def test_a_person_has_check_ins_newest_first(world: World) -> None:
    anna, ben = world.hire("Anna", "Ben")
    old = world.open_check_in(anna, "1", opened_at=NOW - DAY, state=State.DONE)
    new = world.open_check_in(anna, "2")
    world.open_check_in(ben)
    assert world.tx.check_ins.of_person(anna.id) == [new, old]
    assert world.tx.check_ins.of_person(anna.id, limit=1) == [new]
    assert world.tx.check_ins.of_person(anna.id, [State.DONE, State.CLOSED]) == [old]
    assert world.tx.check_ins.of_person(anna.id, []) == []


def test_the_platform_took_a_question(world: World) -> None:
    (anna,) = world.hire("Anna")
    check_in = world.open_check_in(
        anna,
        questions=(AskedQuestion("work", 0), AskedQuestion("clarity", 1, Asked.SKIPPED)),
    )
    for key in ("work", "clarity", "no-such-question"):
        world.tx.check_ins.mark_asked([(check_in.id, key, NOW)])
    after = world.tx.check_ins.get(check_in.id)
    assert after is not None
    assert after.questions == (
        AskedQuestion("work", 0, Asked.ASKED, NOW),
        AskedQuestion("clarity", 1, Asked.SKIPPED, NOW),
    )


def test_a_follow_up_comes_and_goes(world: World) -> None:
    (anna,) = world.hire("Anna")
    before = world.open_check_in(anna)
    first = before.questions[0].key
    follow_up = f"{first}.more"
    changed = before.with_follow_up(follow_up, Asked.CHOOSING)
    world.tx.check_ins.save(changed)
    assert world.tx.check_ins.get(before.id) == changed
    assert world.tx.check_ins.choosing(5) == [before.id]
    world.tx.check_ins.mark_asked([(before.id, follow_up, NOW)])
    assert world.tx.check_ins.choosing(5) == []
    world.tx.check_ins.drop_question(before.id, follow_up)
    after = world.tx.check_ins.get(before.id)
    assert after == changed.without_question(follow_up)


def test_the_one_who_holds_the_place_is_the_one_the_domain_says(world: World) -> None:
    (anna,) = world.hire("Anna")
    endings = (None, NOW - HOUR, NOW, NOW + HOUR)
    stored: list[CheckIn] = []
    for state in State:
        for number, active_until in enumerate(endings):
            for closes_at in (NOW, NOW + DAY):
                (someone,) = world.hire(f"{state}{number}{closes_at:%d}")
                check_in = world.open_check_in(
                    someone, state=state, active_until=active_until, closes_at=closes_at
                )
                stored.append(check_in)
    people = [check_in.person_id for check_in in stored]
    expected = {c.person_id: c for c in stored if c.holds_place(NOW)}
    assert len(expected) == 4
    assert world.tx.check_ins.place_holders([*people, anna.id], NOW) == expected


def test_check_ins_wake_oldest_first(world: World) -> None:
    anna, ben, cleo = world.hire("Anna", "Ben", "Cleo")
    assert world.tx.check_ins.next_wake_at() is None
    second = world.open_check_in(anna, wake_at=NOW)
    first = world.open_check_in(ben, wake_at=NOW - HOUR, state=State.SNOOZED)
    world.open_check_in(ben, "2", wake_at=None)
    world.open_check_in(cleo, wake_at=NOW + HOUR)
    assert world.tx.check_ins.waking(NOW, 10) == [first, second]
    assert world.tx.check_ins.waking(NOW, 1) == [first]
    assert world.tx.check_ins.next_wake_at() == NOW - HOUR
    assert world.tx.check_ins.counts(NOW) == {
        (world.cadence.cadence_id, State.OPEN): 3,
        (world.cadence.cadence_id, State.SNOOZED): 1,
    }


def test_every_revision_of_a_cadence_stays(world: World) -> None:
    changed = replace(SPEC, title="Changed", closes_after_days=3)
    second = world.tx.cadences.add_revision(
        changed, revision_id=uuid4(), created_at=NOW + DAY, author="hr"
    )
    assert (second.cadence_id, second.number) == (world.cadence.cadence_id, 2)
    other = world.tx.cadences.add_revision(
        replace(SPEC, key="a-first"), revision_id=uuid4(), created_at=NOW, author="hr"
    )
    assert world.tx.cadences.current() == [other, second]
    assert world.tx.cadences.history(SPEC.key) == [world.cadence, second]
    assert world.tx.cadences.history("none") == []
    assert world.tx.cadences.revisions([world.cadence.id, uuid4()]) == {
        world.cadence.id: world.cadence
    }


def test_a_pack_gets_a_new_revision_only_where_it_changed(world: World) -> None:
    first = world.tx.cadences.pack("ai")
    assert first is not None
    assert (first.number, first.pack) == (1, PACK)
    same = world.tx.cadences.add_pack(PACK, revision_id=uuid4(), created_at=NOW, author="hr")
    assert same == first
    changed = replace(PACK, title={"en": "Changed"})
    second = world.tx.cadences.add_pack(changed, revision_id=uuid4(), created_at=NOW, author="hr")
    assert (second.number, second.pack) == (2, changed)
    assert world.tx.cadences.pack("ai") == second
    assert world.tx.cadences.pack("none") is None
    assert world.tx.cadences.current_packs() == [second]
    assert world.tx.cadences.packs([first.id, second.id]) == {first.id: first, second.id: second}


def test_the_organisation_its_installations_and_its_rules(engine: Engine) -> None:
    with writing(engine) as connection:
        assert find_organisation_id(connection) is None
        organisation = Organisation(uuid4(), "Sample", is_demo=True)
        organisations = SqlTx(connection, organisation.id).organisations
        assert organisations.get() is None
        organisations.add(organisation, NOW)
        assert find_organisation_id(connection) == organisation.id
        organisations.set_pause(NOW + DAY)
        organisations.set_demo_now(NOW)
        expected = replace(organisation, paused_until=NOW + DAY, demo_now=NOW)
        assert organisations.get() == expected

        local = Installation(uuid4(), organisation.id, "local", "local")
        organisations.add_installation(local, NOW)
        organisations.add_installation(replace(local, id=uuid4()), NOW)
        assert organisations.installation("local") == local
        assert organisations.installation("slack") is None

        assert organisations.policy() == Policy()
        policy = Policy(company="Sample", quiet=QuietHours(time(19), time(7, 30)))
        organisations.add_policy(policy, NOW, "hr")
        organisations.add_policy(replace(policy, weekly_cap=3), NOW, "hr")
        organisations.add_policy(replace(policy, weekly_cap=3), NOW, "hr")
        assert organisations.policy() == replace(policy, weekly_cap=3)
        organisations.add_policy(policy, NOW, "hr")
        assert organisations.policy() == policy


_TEXTS = st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3)
_QUESTIONS = st.builds(
    Question,
    wording=st.dictionaries(
        st.sampled_from(["en", "de"]), st.builds(Wording, options=_TEXTS, starters=_TEXTS)
    ),
)


@given(
    st.builds(
        Policy,
        quiet=st.just(QuietHours(time(22), time(6, 30))),
        expectations=st.builds(Expectations),
    )
)
def test_a_policy_survives_packing(policy: Policy) -> None:
    assert policy_from_json(policy_to_json(policy)) == policy


@given(st.builds(Pack, title=_TEXTS, questions=st.lists(_QUESTIONS, max_size=3).map(tuple)))
def test_a_pack_survives_packing(pack: Pack) -> None:
    assert pack_from_json(pack_to_json(pack)) == pack


def test_ids_of_another_organisation_lead_nowhere(engine: Engine) -> None:
    with writing(engine) as connection:
        theirs = World.build(connection)
        (anna,) = theirs.hire("Anna")
        check_in = theirs.open_check_in(anna, wake_at=NOW)
        planned = plan(theirs, anna)
        theirs.tx.plans.upsert([planned])
        tx = SqlTx(connection, World.build(connection).organisation_id)
        people: list[UUID] = [anna.id]
        assert tx.plans.due(NOW, 10) == []
        assert tx.plans.next_due_at() is None
        assert tx.plans.of_person(anna.id) == []
        assert tx.occurrences.get(check_in.occurrence_id) is None
        assert tx.occurrences.counts(NOW) == []
        assert tx.check_ins.get(check_in.id) is None
        assert tx.check_ins.waking(NOW, 10) == []
        assert tx.check_ins.place_holders(people, NOW) == {}
        assert tx.check_ins.counts(NOW) == {}
        assert tx.cadences.revisions([theirs.cadence.id]) == {}
        assert tx.cadences.packs([theirs.pack_revision_id]) == {}
        tx.plans.remove([planned.id])
        tx.plans.advance([replace(planned, next_due_at=None)])
        assert theirs.tx.plans.of_person(anna.id) == [planned]
