"""Surveys in a real database: noted when they open, kept once when they are counted."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from bot.domain.check_in import Asked, AskedQuestion, State
from bot.domain.occurrence import OccurrenceState, Plan
from bot.domain.ports.survey_store import (
    AskedPerson,
    Counted,
    StoredComment,
    StoredFigure,
    Survey,
    SurveyUnit,
)
from storage.transaction import SqlTx
from tests.integration.stored import DAY, HOUR, NOW, World, said, writing

CLOSES = NOW + 6 * DAY


def survey(world: World, period: str = "2026-W34", **changes: object) -> Survey:
    """Of the world's cadence, from its first check-ins."""
    given = {
        "id": uuid4(),
        "cadence_id": world.cadence.cadence_id,
        "period": period,
        "pack_revision_id": world.pack_revision_id,
        "opened_at": NOW,
        "closes_at": CLOSES,
    }
    return Survey(**(given | changes))  # type: ignore[arg-type]  # the fields' names are checked


def expected(world: World, period: str = "2026-W34", **changes: object) -> Survey:
    """Noted as running."""
    made = survey(world, period, **changes)
    world.tx.surveys.expect([made])
    return made


def unit_of(world: World, unit_id: UUID | None = None) -> SurveyUnit:
    parent = world.organisation_id if unit_id else None
    return SurveyUnit(unit_id or world.organisation_id, parent, 12)


def keep(world: World, made: Survey, *figures: StoredFigure, at: datetime = CLOSES) -> bool:
    ids = {world.organisation_id: unit_of(world)}
    ids |= {f.unit_id: unit_of(world, f.unit_id) for f in figures if f.unit_id not in ids}
    return world.tx.surveys.keep(made, Counted([*ids.values()], figures), at)


def test_more_check_ins_widen_a_survey_that_runs(world: World) -> None:
    """Its first moment and its last closing, whatever order planners come in."""
    first = expected(world)
    later = replace(first, id=uuid4(), opened_at=NOW + HOUR, closes_at=CLOSES + HOUR)
    earlier = replace(first, id=uuid4(), opened_at=NOW - HOUR, closes_at=CLOSES - HOUR)
    world.tx.surveys.expect([later])
    world.tx.surveys.expect([earlier, survey(world, "2026-W35", closes_at=CLOSES + 7 * DAY)])
    round_of = (first.cadence_id, first.period)
    found = world.tx.surveys.of_rounds([round_of, (first.cadence_id, "2026-W36")])
    whole = replace(first, opened_at=NOW - HOUR, closes_at=CLOSES + HOUR)
    assert found == {round_of: whole}
    assert world.tx.surveys.next_at() == whole.closes_at
    assert world.tx.surveys.due(whole.closes_at - HOUR) is None
    assert world.tx.surveys.due(CLOSES + 30 * DAY) == whole


def test_one_that_is_put_off_is_due_later(world: World) -> None:
    made = expected(world)
    world.tx.surveys.postpone(made.id, CLOSES + DAY)
    assert world.tx.surveys.due(CLOSES) is None
    assert world.tx.surveys.next_at() == CLOSES + DAY


def test_it_is_kept_once_and_stays_as_it_is(world: World) -> None:
    made = expected(world)
    figure = StoredFigure(world.organisation_id, "clarity", {"4": 6, "2": 5})
    assert world.tx.surveys.counted(9) == []
    assert world.tx.surveys.get(made.id) is None
    assert keep(world, made, figure)
    other = StoredFigure(world.organisation_id, "clarity", {"4": 5, "2": 5})
    assert not keep(world, made, other, at=CLOSES + HOUR)
    world.tx.surveys.expect([replace(made, id=uuid4(), closes_at=CLOSES + DAY)])
    world.tx.surveys.postpone(made.id, CLOSES + DAY)
    kept = replace(made, counted_at=CLOSES)
    assert world.tx.surveys.get(made.id) == kept
    assert world.tx.surveys.counted(9) == [kept]
    found = world.tx.surveys.figures(made.id, [world.organisation_id])
    assert found == {(world.organisation_id, "clarity"): {"4": 6, "2": 5}}
    assert world.tx.surveys.next_at() is None


def test_a_second_transaction_finds_it_counted(engine: Engine) -> None:
    """Two that counted the same survey keep it once."""
    with writing(engine) as connection:
        world = World.build(connection)
        made = expected(world)
    kept = []
    for _ in range(2):
        with writing(engine) as connection:
            at = replace(world, tx=SqlTx(connection, world.organisation_id))
            kept.append(keep(at, made))
    assert kept == [True, False]


def test_who_was_asked(world: World) -> None:
    """Whoever was sent it, or answered before it was called off; not those of other rounds."""
    made = expected(world)
    sent, waiting, called_off, answered, before, other = world.hire(*"ABCDEF")
    check_in = world.open_check_in(sent)
    world.tx.occurrences.set_state([check_in.occurrence_id], OccurrenceState.SENT)
    world.open_check_in(waiting, state=State.CLOSED)
    world.open_check_in(called_off, state=State.CANCELLED)
    given = (AskedQuestion("work", 0, Asked.ANSWERED),)
    left = world.open_check_in(answered, state=State.CANCELLED, questions=given)
    world.open_check_in(before, opened_at=NOW - DAY)
    world.open_check_in(other, period="2026-W35")
    assert set(world.tx.surveys.asked(made)) == {
        AskedPerson(check_in.id, sent.id, answered=False),
        AskedPerson(left.id, answered.id, answered=True),
    }
    world.tx.check_ins.save(replace(check_in, closes_at=CLOSES + 3 * DAY))
    assert world.tx.surveys.closes_at(made) == CLOSES + 3 * DAY
    assert world.tx.surveys.closes_at(survey(world, "2026-W40")) is None


def test_for_whom_the_period_is_still_to_come(world: World) -> None:
    made = expected(world)
    asked, far = world.hire("Asked", "Far")
    plans = [
        Plan(
            id=uuid4(),
            organisation_id=world.organisation_id,
            cadence_id=world.cadence.cadence_id,
            revision_id=world.cadence.id,
            person_id=someone.id,
            subject_id=someone.id,
            period=period,
            next_due_at=due,
        )
        for someone, period, due in (
            (asked, "2026-W35", NOW + 7 * DAY),
            (far, made.period, NOW + 9 * HOUR),
        )
    ]
    world.tx.plans.upsert(plans)
    assert world.tx.surveys.to_come(made) == NOW + 9 * HOUR
    assert world.tx.surveys.to_come(survey(world, "2026-W36")) is None


def test_the_surveys_of_a_unit_and_its_history(world: World) -> None:
    """Newest first in a list, oldest first as a trend, of the same cadence and up to one."""
    [mia] = world.hire("Mia")
    weeks = [
        expected(world, f"2026-W{34 + week}", closes_at=CLOSES + 7 * week * DAY)
        for week in range(4)
    ]
    for number, made in enumerate(weeks):
        unit = mia.id if number != 1 else world.organisation_id
        assert keep(world, made, StoredFigure(unit, "clarity", {"4": number + 5}))
    periods = [each.period for each in world.tx.surveys.counted(9, mia.id)]
    assert periods == ["2026-W37", "2026-W36", "2026-W34"]
    assert [each.period for each in world.tx.surveys.counted(2)] == ["2026-W37", "2026-W36"]
    history = world.tx.surveys.history(weeks[2], [mia.id], 12)
    assert [(s.period, f.counts) for s, f in history] == [
        ("2026-W34", {"4": 5}),
        ("2026-W36", {"4": 7}),
    ]
    assert world.tx.surveys.units(weeks[0].id) == {
        world.organisation_id: unit_of(world),
        mia.id: unit_of(world, mia.id),
    }


def test_comments_come_in_an_order_that_tells_nothing(world: World) -> None:
    made = expected(world)
    people = world.hire(*(f"P{number}" for number in range(12)))
    versions = [world.answered(said(world.open_check_in(each))).version_id for each in people]
    comments = [StoredComment(world.organisation_id, "work", version) for version in versions]
    assert world.tx.surveys.keep(made, Counted([unit_of(world)], [], comments), CLOSES)
    everybody = [world.organisation_id]
    found = world.tx.surveys.comments(made.id, "work", everybody)
    assert [each.answer_version_id for each in found] == sorted(versions)
    assert world.tx.surveys.comments(made.id, "clarity", everybody) == []


def test_another_organisation_sees_nothing_of_it(world: World) -> None:
    made = expected(world)
    assert keep(world, made, StoredFigure(world.organisation_id, "clarity", {"4": 6, "2": 5}))
    stranger = SqlTx(world.tx._at[0], uuid4())
    assert stranger.surveys.get(made.id) is None
    assert stranger.surveys.counted(9) == []
    assert stranger.surveys.figures(made.id, [world.organisation_id]) == {}
    assert stranger.surveys.units(made.id) == {}
    assert not stranger.surveys.keep(made, Counted([], []), CLOSES)
