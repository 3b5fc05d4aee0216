"""Surveys for groups: counted once when they have closed, and seen by those who may."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot import bootstrap
from bot.domain.group_results import Band
from bot.domain.ports.unit_of_work import Tx
from bot.services import results
from bot.services.count_surveys import count_surveys
from storage.engine import open_engine
from storage.tables.survey import SurveyCommentRow, SurveyFigureRow, SurveyUnitRow
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, at
from tests.journeys.surfaces import Local, Surface
from tests.journeys.survey_company import (
    CLOSED,
    COMPANY,
    EVERYBODY,
    LEAS,
    MIAS,
    RULES,
    SURVEY,
    answer,
    comments,
    counted,
    everybodys,
    opened,
    question,
    result,
    surveys,
)
from tests.journeys.words import words
from tests.journeys.world import World

FIRST = "groups/2026-W10"
TABLES = (SurveyUnitRow, SurveyFigureRow, SurveyCommentRow)
NOTHING = {"survey_unit": 0, "survey_figure": 0, "survey_comment": 0}
ALL = {"survey_unit": 4, "survey_figure": 4, "survey_comment": 20}
"""Of the company's answers: everybody's, Mia's and Max's figures of two questions."""


@pytest.fixture
def surface() -> Surface:
    """Surfaces have tests of their own; here it is what the service gives them."""
    return Local()


def kept(world: World) -> dict[str, int]:
    """How many rows the database has of what was counted."""
    engine = open_engine(world.environment.database_url)
    try:
        with engine.connect() as connection:
            return {
                table.__tablename__: connection.execute(
                    select(func.count()).select_from(table)
                ).scalar_one()
                for table in TABLES
            }
    finally:
        engine.dispose()


async def views(world: World, *readers: str) -> list[object]:
    """All that these see of all units of the newest survey."""
    found: list[object] = [await result(world, who) for who in readers]
    for who in readers:
        found += [await result(world, who, unit) for unit in ("lea", "mia", "max")]
    return found


@on_both
async def test_a_survey_is_counted_when_it_has_closed(open_world: OpenWorld) -> None:
    """HR sees everybody and each unit, a manager the people below, with the same figures."""
    world = await counted(open_world)
    assert await surveys(world, "ines") == await surveys(world, "mia") == [FIRST]
    whole = await result(world, "ines")
    assert whole is not None
    assert (whole.survey.title, whole.unit.manager, whole.unit.people) == ("groups", None, 20)
    mias = await question(world, "mia", "clear")
    assert mias == await question(world, "ines", "clear", "mia")
    assert mias.figure is not None
    assert mias.figure.shares == {"1": 0, "2": 17, "3": 17, "4": 50, "5": 17}
    assert (mias.figure.favourable, mias.figure.rolled_up) == (67, False)
    assert mias.figure.answers is None  # all six answered: that they did is not told
    assert mias.figure.unit.name == "Mia"
    time = await question(world, "mia", "time")
    assert time.figure is not None
    assert time.figure.favourable is None


async def test_a_unit_that_is_hidden_is_shown_what_lies_around_it(open_world: OpenWorld) -> None:
    """Lea's unit is everybody but Lea: shown beside everybody, it would tell what she answered."""
    world = await counted(open_world)
    leas = await question(world, "lea", "clear")
    everybody = await question(world, "ines", "clear")
    assert leas.figure is not None
    assert everybody.figure is not None
    assert leas.figure.rolled_up
    assert leas.figure.unit.manager is None
    assert replace(leas.figure, rolled_up=False) == everybody.figure


async def test_nothing_of_an_open_survey_is_seen_by_anybody(open_world: OpenWorld) -> None:
    """Neither shown nor kept, until the last check-in has closed."""
    world = await opened(open_world)
    await answer(world, everybodys())
    for moment in ("2026-03-03 18:00", "2026-03-06 15:05", "2026-03-09 23:59"):
        await world.until(moment)
        assert [await surveys(world, who) for who in ("ines", "lea", "mia", "m1")] == [[]] * 4
        assert sum(kept(world).values()) == 0
    await world.until(CLOSED)
    assert await surveys(world, "ines") == [FIRST]


async def test_it_waits_for_whoever_put_it_off(open_world: OpenWorld) -> None:
    world = await opened(open_world)
    await answer(world, {who: given for who, given in everybodys().items() if who != "m1"})
    await world.until("2026-03-09 10:00")
    await world.act("m1", "start")
    await world.puts_off("m1", "tomorrow")
    await world.until("2026-03-10 09:00")
    assert await surveys(world, "ines") == []
    await world.until("2026-03-11 00:05")
    assert await surveys(world, "ines") == [FIRST]


async def test_it_doesnt_wait_for_ever_for_whoever_puts_it_off(open_world: OpenWorld) -> None:
    """As if m1 had put it off each week: results are no one person's to keep from everybody."""
    world = await opened(open_world)
    await answer(world, {who: given for who, given in everybodys().items() if who != "m1"})

    def put_off(tx: Tx) -> None:
        mine = tx.check_ins.of_person(world.ids["m1"])[0]
        tx.check_ins.save(replace(mine, closes_at=at("2027-03-03 10:00")))

    await world.built.uow.write(put_off)
    await world.until("2026-05-02 09:00")
    assert FIRST not in await surveys(world, "ines")
    await world.until("2026-05-02 11:00")
    assert FIRST in await surveys(world, "ines")


async def test_it_waits_for_other_time_zones(open_world: OpenWorld) -> None:
    """Whoever lives where it is still Monday is asked as part of the same survey."""
    far = Someone("m7", "mia", zone="America/Los_Angeles", country="US")
    world = await opened(open_world, (*COMPANY, far))
    await answer(world, everybodys())
    await world.until("2026-03-10 07:50")
    assert await surveys(world, "ines") == []
    await world.until("2026-03-10 08:05")
    assert await surveys(world, "ines") == [FIRST]
    found = await result(world, "mia")
    assert found is not None
    assert found.unit.people == 7


@on_both
async def test_a_view_stays_the_same_whatever_comes_after(open_world: OpenWorld) -> None:
    """People narrow their answers, move, leave, and are erased for good: the figures stay."""
    world = await counted(open_world)
    before = await views(world, "ines", "mia")
    rows = kept(world)
    for who in ("m1", "x1"):
        await world.press_under(who, f"kestrel of {who}", "only_me")
        await world.act(who, "decline")
    await world.changes(m2="max", m3="lea", x2="mia")
    await world.leaves("x3")
    await world.built.kit.keys.destroy(world.ids["m4"], world.now)
    await world.until("2026-03-16 12:00")
    after = await views(world, "ines", "mia")
    assert _without_comments(after) == _without_comments(before)
    assert kept(world) == rows


def _without_comments(found: list[object]) -> list[object]:
    """Words go when they are taken back; figures don't."""
    return [
        replace(each, questions=tuple(replace(q, comments=None) for q in each.questions))
        if isinstance(each, results.SurveyResult)
        else each
        for each in found
    ]


@on_both
async def test_a_count_that_is_cut_off_leaves_nothing_and_is_made_good(
    open_world: OpenWorld,
) -> None:
    """It is cut off after ever more of its steps; what is kept is nothing or all, never twice."""
    world = await opened(open_world)
    await answer(world, everybodys())
    world.jump(CLOSED)
    for steps in range(0, 400, 7):
        count = asyncio.ensure_future(count_surveys(world.built.kit, world.now))
        for _ in range(steps):
            await asyncio.sleep(0)
        count.cancel()
        await asyncio.gather(count, return_exceptions=True)
        await world.built.uow.write(lambda tx: tx.surveys.next_at())  # what was begun has ended
        assert kept(world) in (NOTHING, ALL)
    await count_surveys(world.built.kit, world.now)
    assert kept(world) == ALL
    assert await count_surveys(world.built.kit, world.now) == 0


@on_both
async def test_two_that_count_at_once_count_once(open_world: OpenWorld) -> None:
    world = await opened(open_world)
    await answer(world, everybodys())
    world.jump(CLOSED)
    other = await bootstrap.build(world.environment, clock=world.clock)
    try:
        kits = [world.built.kit, other.kit] * 3
        counts = await asyncio.gather(*(count_surveys(kit, world.now) for kit in kits))
    finally:
        await other.close()
    assert sum(counts) == 1
    assert kept(world) == ALL
    assert await surveys(world, "ines") == [FIRST]


@pytest.mark.parametrize("chunk", [1, 7, 19, 20])
async def test_it_makes_no_odds_how_many_are_opened_at_a_time(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("bot.services.count_surveys.CHUNK", chunk)
    world = await counted(open_world)
    assert kept(world) == ALL
    found = await question(world, "mia", "clear")
    assert found.figure is not None
    assert found.figure.shares == {"1": 0, "2": 17, "3": 17, "4": 50, "5": 17}


# What counts


async def test_only_for_me_stops_counting_while_it_runs(open_world: OpenWorld) -> None:
    """Five are left of six; with four Mia sees everybody's instead."""
    world = await opened(open_world)
    given = everybodys()
    given["m1"] = {**given["m1"], "rating:clear": "1"}
    await answer(world, given)
    await world.press_under("m1", "1/5", "only_me")
    await world.until(CLOSED)
    found = await question(world, "mia", "clear")
    assert found.figure is not None
    assert found.figure.shares == {"1": 0, "2": 20, "3": 20, "4": 60, "5": 0}


async def test_whoever_was_erased_is_not_counted(open_world: OpenWorld) -> None:
    world = await opened(open_world)
    await answer(world, everybodys())
    for who in MIAS[:2]:
        await world.built.kit.keys.destroy(world.ids[who], world.now)
    await world.until(CLOSED)
    found = await question(world, "mia", "clear")
    assert found.figure is not None
    assert found.figure.rolled_up


async def test_a_unanimous_team_is_shown_nothing_of_its_own(open_world: OpenWorld) -> None:
    """Neither Mia, nor HR, nor by subtraction: Max's unit is hidden as well, or both are seen."""
    given = everybodys()
    for who in MIAS:
        given[who] = {**given[who], "rating:clear": "1"}
    world = await counted(open_world, given)
    for unit in ("mia", "max"):
        found = await question(world, "ines", "clear", unit)
        assert found.figure is not None
        assert found.figure.rolled_up
        assert found.figure.unit.manager is None


async def test_participation_is_told_in_steps_or_bands(open_world: OpenWorld) -> None:
    """Exact numbers of answers only where those who answered and the others are enough."""
    given = everybodys()
    silent = ("m1", "m2", "x1", "x2", "l1", "l2")
    world = await counted(open_world, {who: g for who, g in given.items() if who not in silent})
    whole, mias = await result(world, "ines"), await result(world, "mia")
    assert whole is not None
    assert mias is not None
    assert whole.participation is not None
    assert mias.participation is not None
    assert (whole.participation.percent, whole.participation.band) == (70, Band.MANY)
    assert (mias.participation.percent, mias.participation.band) == (None, Band.MANY)
    assert whole.questions[0].figure is not None
    assert whole.questions[0].figure.answers == 14


# Who sees it


async def test_employees_and_former_and_new_managers(open_world: OpenWorld) -> None:
    """An employee sees nothing; Mia's successor sees nothing of before, nor does Mia once nobody
    reports to her.
    """
    world = await counted(open_world)
    assert await surveys(world, "m1") == []
    assert await result(world, "m1") is None
    assert await result(world, "m1", "mia") is None
    assert await result(world, "mia", "max") is None
    assert await result(world, "lea", "mia") is None
    await world.changes(**dict.fromkeys(MIAS, "l1"))
    await world.settle()
    for who in ("mia", "l1"):
        assert await surveys(world, who) == []
        assert await result(world, who) is None
        assert await result(world, who, "mia") is None
    assert await surveys(world, "ines") == [FIRST]


async def test_employees_see_their_own_teams_where_the_company_says_so(
    open_world: OpenWorld,
) -> None:
    """As the team was when the survey closed, while they are still below that manager: the same
    figures as the manager's, and nobody's words.
    """
    world = await opened(open_world, team_results=True)
    await answer(world, everybodys())
    await world.until(CLOSED)
    assert await surveys(world, "m1") == [FIRST]
    mine, managers = await result(world, "m1"), await result(world, "mia")
    assert mine is not None
    assert not mine.reads_words
    assert replace(mine, reads_words=True) == managers
    assert await result(world, "m1", "max") is None
    await world.changes(m1="max", m2="m3")
    assert await surveys(world, "m1") == []
    assert await result(world, "m1") is None
    assert await result(world, "m1", "max") is None
    theirs = await result(world, "m2")
    assert theirs is not None
    assert theirs.questions == managers.questions if managers else False


async def test_what_was_not_for_colleagues_when_asked_never_is(open_world: OpenWorld) -> None:
    world = await counted(open_world)
    await world.configure([SURVEY], replace(RULES, team_results=True))
    assert await surveys(world, "m1") == []
    assert await result(world, "m1") is None


async def test_a_trend_begins_with_the_second_survey(open_world: OpenWorld) -> None:
    world = await counted(open_world)
    first = await question(world, "mia", "clear")
    assert first.figure is not None
    assert first.figure.trend == ()
    given = everybodys()
    given["m4"] = {**given["m4"], "rating:clear": "5"}
    await world.until("2026-03-10 10:05")
    await answer(world, given)
    await world.until("2026-03-17 00:05")
    assert await surveys(world, "mia") == ["groups/2026-W11", FIRST]
    found = await question(world, "mia", "clear")
    assert found.figure is not None
    assert [(p.period, p.favourable) for p in found.figure.trend] == [
        ("2026-W10", 67),
        ("2026-W11", 83),
    ]
    time = await question(world, "mia", "time")
    assert time.figure is not None
    assert time.figure.trend == ()


# Comments


async def test_comments_are_read_without_names_while_there_are_enough(
    open_world: OpenWorld,
) -> None:
    """HR reads those of everybody; Mia's six are too few to be shown to her. What is taken back
    goes, and with the eleventh of twenty taken back all the rest does.
    """
    world = await counted(open_world)
    found = await comments(world, "ines")
    assert found is not None
    assert sorted(found.texts) == sorted(f"kestrel of {who}" for who in EVERYBODY)
    assert (await question(world, "mia", "else")).comments is None
    for who, unit in (("mia", "mia"), ("mia", None), ("m1", None), ("m1", "mia"), ("lea", None)):
        assert await comments(world, who, unit) is None
    for taken, who in enumerate((*MIAS, *LEAS[3:]), start=1):
        await world.press_under(who, f"kestrel of {who}", "only_me")
        found = await comments(world, "ines")
        assert found is not None
        assert f"kestrel of {who}" not in found.texts
        assert found.total == len(EVERYBODY) - taken
    await world.press_under("x1", "kestrel of x1", "only_me")
    assert await comments(world, "ines") is None
    assert (await question(world, "ines", "else")).comments is None


async def test_whoever_wrote_a_comment_sees_who_read_it(open_world: OpenWorld) -> None:
    world = await counted(open_world)
    assert "Ines" not in words(await world.my_answers("m1"))
    await comments(world, "ines")
    said = words(await world.my_answers("m1"))
    assert "Ines read it among others, without your name, on Tuesday, March 10." in said
    assert "Ines read it" not in words(await world.my_answers("ines"))


async def test_my_answers_say_what_was_counted(open_world: OpenWorld) -> None:
    """From the moment it was counted, for each answer that was, whatever becomes of it later; not
    for one that was kept back before.
    """
    world = await opened(open_world)
    await answer(world, everybodys())
    await world.press_under("m1", "kestrel of m1", "only_me")
    assert "Counted with others" not in words(await world.my_answers("m1"))
    await world.until(CLOSED)
    line = "Counted with others on Tuesday, March 10, without your name."
    assert words(await world.my_answers("m1")).count(line) == 2
    await world.press_under("m1", "5/5", "only_me")
    assert words(await world.my_answers("m1")).count(line) == 2
