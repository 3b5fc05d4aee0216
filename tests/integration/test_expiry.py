"""Retention: all that is older goes, nothing younger or anybody else's, in bounded steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Table, func, select

from bot.domain.agenda import AgendaItem, AgendaState
from bot.domain.check_in import CheckIn, State
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.queue_store import Reading
from bot.domain.promise import Promise, PromiseState
from bot.services.expire import _deletions
from storage.tables.conversation import (
    AnswerAudienceRow,
    AnswerReaderRow,
    AnswerRow,
    AnswerVersionRow,
    CheckInQuestionRow,
    CheckInRow,
)
from storage.tables.logs import ReadLogRow
from storage.tables.summary import SummaryAnswerRow, SummaryPartRow
from storage.transaction import SqlTx
from tests.integration.stored import DAY, NOW, PACK, World, empty_store, said, writing

BATCH = 3
KEEP, SHORT = 100, 20
POLICY = Policy(retention_days=KEEP, retention_by_pack={"other": SHORT})
_OF_ANSWERS = (AnswerRow, AnswerVersionRow, AnswerAudienceRow, AnswerReaderRow)


@dataclass(frozen=True)
class Lived:
    """One check-in: how many days ago it closed, whose, of which pack, and what came of it."""

    days_ago: int
    who: int
    short: bool
    answered: bool
    summarised: bool


lives = st.lists(
    st.builds(
        Lived,
        st.sampled_from([0, 1, SHORT - 1, SHORT + 1, KEEP - 1, KEEP + 1, 3 * KEEP]),
        st.integers(0, 2),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
)


def is_old(each: Lived) -> bool:
    return each.days_ago > (SHORT if each.short else KEEP)


@given(lived=lives, others=lives)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_exactly_what_is_older_goes(
    engine: Engine, lived: Sequence[Lived], others: Sequence[Lived]
) -> None:
    """Check-ins of two packs with different retention, answered or not, in a summary or not: those
    that closed longer ago go with all that hangs on them; the younger ones, and every row of
    another company, stay; and no step deletes more than it may."""
    with writing(engine) as connection:
        ours, theirs = World.build(connection), World.build(connection)
        made, apart = filled(ours, lived), filled(theirs, others)
        before = rows(connection, theirs.organisation_id)
        for delete in deletions(POLICY, ours):
            while gone := delete(ours.tx):
                assert gone <= 3 * BATCH
        kept = [c.id for c, each in zip(made, lived, strict=True) if not is_old(each)]
        assert ids(connection, ours, CheckInRow.__table__) == set(kept)
        answers = sum(each.answered and not is_old(each) for each in lived)
        assert counts(connection, ours) == dict.fromkeys(_OF_ANSWERS, answers) | {
            CheckInQuestionRow: 2 * len(kept),
            SummaryAnswerRow: parts(lived),
            SummaryPartRow: parts(lived),
            ReadLogRow: answers,
        }
        assert rows(connection, theirs.organisation_id) == before
        assert len(apart) == len(others)


def parts(lived: Sequence[Lived]) -> int:
    return sum(each.answered and each.summarised and not is_old(each) for each in lived)


def filled(world: World, lived: Sequence[Lived]) -> list[CheckIn]:
    """A company with these check-ins; its manager was shown every answer."""
    other = world.tx.cadences.add_pack(
        replace(PACK, key="other"), revision_id=uuid4(), created_at=NOW, author="test"
    )
    [manager] = world.hire("Mia")
    people = world.hire("Ana", "Ben", "Cy", manager=manager)
    revisions = {False: world.pack_revision_id, True: other.id}
    return [
        one(world, manager, people[each.who], each, number, revisions)
        for number, each in enumerate(lived)
    ]


def one(
    world: World,
    manager: Person,
    who: Person,
    each: Lived,
    number: int,
    revisions: Mapping[bool, UUID],
) -> CheckIn:
    closed = NOW - each.days_ago * DAY
    check_in = world.open_check_in(
        who,
        f"period-{number}",
        state=State.CLOSED,
        opened_at=closed - 6 * DAY,
        closes_at=closed,
        pack_revision_id=revisions[each.short],
    )
    if each.answered:
        version = world.answered(said(check_in, manager))
        seen = Reading(who.id, manager.id, version.answer_id, "delivered", closed)
        world.tx.read_log.add([seen])
        if each.summarised:
            part = (who, [version.version_id])
            world.tx.summaries.add(world.summary(manager, part, period=f"week-{number}"))
    return check_in


def ids(connection: Connection, world: World, table: Table) -> set[UUID]:
    query = select(table.c.id).where(table.c.organisation_id == world.organisation_id)
    return set(connection.execute(query).scalars())


def counts(connection: Connection, world: World) -> dict[type, int]:
    kinds = (*_OF_ANSWERS, CheckInQuestionRow, SummaryAnswerRow, SummaryPartRow, ReadLogRow)
    return {kind: _count(connection, kind, world.organisation_id) for kind in kinds}


def rows(connection: Connection, organisation_id: UUID) -> dict[type, int]:
    kinds = (*_OF_ANSWERS, CheckInRow, CheckInQuestionRow, SummaryAnswerRow, ReadLogRow)
    return {kind: _count(connection, kind, organisation_id) for kind in kinds}


def _count(connection: Connection, kind: type, organisation_id: UUID) -> int:
    table: Table = kind.__table__  # type: ignore[attr-defined]  # as all row classes
    query = select(func.count()).select_from(table)
    return connection.execute(query.where(table.c.organisation_id == organisation_id)).scalar_one()


def test_a_part_stays_while_one_of_its_answers_does(world: World) -> None:
    """Two packs in one summary: the part goes with its last answer, and not before."""
    other = world.tx.cadences.add_pack(
        replace(PACK, key="other"), revision_id=uuid4(), created_at=NOW, author="test"
    )
    [mia] = world.hire("Mia")
    [ana] = world.hire("Ana", manager=mia)
    closed = {"state": State.CLOSED, "opened_at": NOW - 40 * DAY, "closes_at": NOW - 30 * DAY}
    long, short = (
        world.open_check_in(ana, period, pack_revision_id=pack, **closed)
        for period, pack in (("a", world.pack_revision_id), ("b", other.id))
    )
    versions = [world.answered(said(each, mia)).version_id for each in (long, short)]
    summary = world.summary(mia, (ana, versions))
    world.tx.summaries.add(summary)
    expire(world)
    found = world.tx.summaries.get(summary.id)
    assert found is not None
    assert [part.versions for part in found.parts] == [(versions[0],)]
    expire(world, Policy(retention_days=14))
    found = world.tx.summaries.get(summary.id)
    assert found is not None
    assert found.parts == ()


def test_what_one_pack_keeps_costs_another_nothing(sqlite_url: str) -> None:
    """Where a pack is kept shorter, no batch walks through the older check-ins of the others."""
    with empty_store(sqlite_url) as engine, writing(engine) as connection:
        world = World.build(connection)
        other = world.tx.cadences.add_pack(
            replace(PACK, key="other"), revision_id=uuid4(), created_at=NOW, author="test"
        )
        [ana] = world.hire("Ana")
        before = steps_of_a_batch(connection, world, other.id)
        opened, closed = NOW - 60 * DAY, NOW - 50 * DAY
        closed_ones = {"state": State.CLOSED, "opened_at": opened, "closes_at": closed}
        for number in range(100):
            world.open_check_in(ana, f"period-{number}", **closed_ones)
        assert steps_of_a_batch(connection, world, other.id) <= 2 * before


def steps_of_a_batch(connection: Connection, world: World, revision: UUID) -> int:
    """How many steps SQLite takes to see that nothing of a pack is too old."""
    steps = count()
    raw: Any = connection.connection.dbapi_connection
    raw.set_progress_handler(lambda: next(steps) < 0, 1)
    assert world.tx.expiry.oldest([revision], NOW - SHORT * DAY, BATCH) == []
    raw.set_progress_handler(None, 0)
    return next(steps)


def test_messages_about_it_go_and_those_on_their_way_stay(world: World) -> None:
    """Rows of messages of a check-in that is gone; one that still waits is never cut off."""
    [ana] = world.hire("Ana")
    world.give_account(ana)
    closed = {"state": State.CLOSED, "opened_at": NOW - 400 * DAY, "closes_at": NOW - 390 * DAY}
    check_in = world.open_check_in(ana, **closed)
    world.tx.queue.enqueue([message(ana, check_in.id, cause) for cause in ("one", "two")])
    [first] = world.tx.queue.claim(NOW, limit=1, lease=timedelta(minutes=1))
    world.tx.queue.begin([first.id], first.claim_token, NOW)
    world.tx.queue.sent({first.id: "ref"}, first.claim_token, NOW)
    expire(world)
    left = world.tx.queue.about(check_in.id)
    assert len(left) == 1
    assert left[0].id != first.id


def message(person: Person, about: UUID, cause: str) -> NewDelivery:
    return NewDelivery(
        id=uuid4(),
        organisation_id=person.organisation_id,
        person_id=person.id,
        delivery_class=DeliveryClass.REPLY,
        kind="question",
        cause=cause,
        not_before=NOW,
        about_id=about,
    )


@pytest.mark.parametrize(("days", "stays"), [(KEEP - 1, True), (KEEP + 1, False)])
def test_what_stands_between_two_people(world: World, days: int, stays: bool) -> None:
    """Settled long ago: gone. What is open stays however old it is."""
    [mia] = world.hire("Mia")
    [ana] = world.hire("Ana", manager=mia)
    at = NOW - days * DAY
    shared = {
        "organisation_id": world.organisation_id,
        "employee_id": ana.id,
        "manager_id": mia.id,
        "author_id": ana.id,
        "created_at": at,
        "state_at": at,
    }
    settled, open_ = (
        Promise(id=uuid4(), due_on=at.date(), state=state, **shared)
        for state in (PromiseState.KEPT, PromiseState.OPEN)
    )
    done, topic = (
        AgendaItem(id=uuid4(), state=state, **shared)
        for state in (AgendaState.DONE, AgendaState.OPEN)
    )
    for promise in (settled, open_):
        world.tx.promises.add(promise)
    for item in (done, topic):
        world.tx.agenda.add(item)
    expire(world)
    assert (world.tx.promises.get(settled.id) is not None) is stays
    assert (world.tx.agenda.get(done.id) is not None) is stays
    assert world.tx.promises.get(open_.id) is not None
    assert world.tx.agenda.get(topic.id) is not None


@pytest.mark.parametrize(("days", "stays"), [(KEEP - 1, True), (KEEP + 1, False)])
def test_messages_of_the_local_page(world: World, days: int, stays: bool) -> None:
    [ana] = world.hire("Ana")
    row, at = uuid4(), NOW - days * DAY
    world.tx.local_messages.put(
        message_id=row, person_id=ana.id, author="person", sealed=b"sealed", at=at
    )
    expire(world)
    assert world.tx.local_messages.exists(row) is stays


@pytest.mark.parametrize(("days", "stays"), [(90, True), (91, False)])
def test_what_ai_cost_is_kept_for_90_days(world: World, days: int, stays: bool) -> None:
    day = NOW.date() - timedelta(days=days)
    world.tx.ai.reserve(world.installation_id, day, 10, 100)
    expire(world)
    assert bool(world.tx.ai.since(day)) is stays


def expire(world: World, policy: Policy = POLICY) -> None:
    for delete in deletions(policy, world):
        while delete(world.tx):
            pass


def deletions(policy: Policy, world: World) -> Iterator[Callable[[SqlTx], int]]:
    """As the job does it, where no part of a summary can be opened."""
    for pack, revisions in world.tx.expiry.packs().items():
        yield partial(check_ins, revisions, NOW - policy.kept_for(pack))
    yield from _deletions(policy, NOW, BATCH)


def check_ins(revisions: Sequence[UUID], before: datetime, tx: SqlTx) -> int:
    old = tx.expiry.oldest(revisions, before, BATCH)
    tx.expiry.delete_check_ins(old)
    return len(old)
