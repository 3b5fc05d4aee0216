"""Summaries in a real database: one per manager and period, no answer in two of them."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Engine, func, select

from storage.tables.summary import SummaryAnswerRow, SummaryPartRow, SummaryRow
from storage.transaction import SqlTx
from tests.integration.stored import DAY, NOW, World, said, writing


def test_a_summary_comes_back_in_order(world: World) -> None:
    mia, anna, ben = world.hire("Mia", "Anna", "Ben")
    check_in = world.open_check_in(anna)
    answers = [world.answered(said(check_in, mia, key=key)) for key in ("work", "clarity")]
    versions = [answer.version_id for answer in reversed(answers)]
    summary = world.summary(mia, (ben, []), (anna, versions))
    assert world.tx.summaries.add(summary)
    assert world.tx.summaries.get(summary.id) == summary
    assert world.tx.summaries.get(uuid4()) is None


def test_a_quiet_week_has_a_summary_without_parts(world: World) -> None:
    (mia,) = world.hire("Mia")
    summary = world.summary(mia)
    assert world.tx.summaries.add(summary)
    assert world.tx.summaries.get(summary.id) == summary


def test_a_manager_has_one_summary_a_period(world: World) -> None:
    mia, max_ = world.hire("Mia", "Max")
    first = world.summary(mia)
    assert world.tx.summaries.add(first)
    assert not world.tx.summaries.add(world.summary(mia))
    assert world.tx.summaries.add(world.summary(max_))
    later = replace(world.summary(mia, period="2026-W35"), created_at=NOW + 7 * DAY)
    assert world.tx.summaries.add(later)
    assert world.tx.summaries.of_manager(mia.id) == [later, first]
    assert world.tx.summaries.of_manager(mia.id, limit=1) == [later]


def test_no_answer_is_in_two_summaries_and_a_doubled_one_leaves_nothing(world: World) -> None:
    (mia,) = world.hire("Mia")
    anna, ben = world.hire("Anna", "Ben", manager=mia)
    told = world.answered(said(world.open_check_in(anna), mia))
    new = world.answered(said(world.open_check_in(ben), mia))
    assert world.tx.summaries.add(world.summary(mia, (anna, [told.version_id])))
    doubled = world.summary(
        mia, (ben, [new.version_id]), (anna, [told.version_id]), period="2026-W35"
    )
    assert not world.tx.summaries.add(doubled)
    assert world.tx.summaries.get(doubled.id) is None
    assert [a.version_id for a in world.tx.answers.unsummarised(mia.id, NOW)] == [new.version_id]
    assert _rows(world) == (1, 1, 1)


def test_what_came_before_in_the_transaction_survives_a_doubled_summary(engine: Engine) -> None:
    with writing(engine) as connection:
        world = World.build(connection)
        (mia,) = world.hire("Mia")
        assert world.tx.summaries.add(world.summary(mia))
        (anna,) = world.hire("Anna")
        assert not world.tx.summaries.add(world.summary(mia))
    with engine.connect() as connection:
        tx = SqlTx(connection, world.organisation_id)
        assert tx.people.get(anna.id) == anna
        assert len(tx.summaries.of_manager(mia.id)) == 1


def test_nobody_sees_another_organisations_summaries(engine: Engine) -> None:
    with writing(engine) as connection:
        theirs = World.build(connection)
        (mia,) = theirs.hire("Mia")
        summary = theirs.summary(mia)
        assert theirs.tx.summaries.add(summary)
        tx = SqlTx(connection, World.build(connection).organisation_id)
        assert tx.summaries.get(summary.id) is None
        assert tx.summaries.of_manager(mia.id) == []


def _rows(world: World) -> tuple[int, ...]:
    connection = world.tx.summaries._connection
    tables = (SummaryRow, SummaryPartRow, SummaryAnswerRow)
    return tuple(
        connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
    )
