"""Attackers who put together every figure that anybody can get, over weeks of a real company."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.domain.people import Role
from bot.services import results
from bot.services.results import Figure, ResultUnit, SurveyResult
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone
from tests.journeys.survey_company import RULES, SURVEY
from tests.journeys.world import World

MINIMUM = 5
LEADS = ("ada", "bea", "cem", "dov")
STAFF = tuple(f"p{number}" for number in range(18))
WEEKS = ("2026-03-03 10:05", "2026-03-10 10:05", "2026-03-17 10:05")
CLOSING = ("2026-03-10 00:05", "2026-03-17 00:05", "2026-03-24 00:05")
KEYS = ("clear", "time")
View = tuple[str, UUID | None, SurveyResult | None]


@dataclass
class Seen:
    """A survey as the test knows it to be: who was below whom, and what was really answered."""

    managers: Mapping[str, str | None]
    answers: Mapping[str, Mapping[str, str]]
    id: UUID | None = None
    views: list[View] = field(default_factory=list)

    def below(self, manager: str | None) -> frozenset[str]:
        """Everybody below a manager, or everybody."""
        if manager is None:
            return frozenset(self.managers)
        return frozenset(who for who in self.managers if manager in self._above(who))

    def _above(self, who: str) -> list[str]:
        above: list[str] = []
        at = self.managers[who]
        while at is not None:
            above.append(at)
            at = self.managers[at]
        return above


@dataclass
class Company:
    """People who move, answer, keep back and are erased by chance."""

    world: World
    chance: Random
    erased: set[str] = field(default_factory=set)
    surveys: list[Seen] = field(default_factory=list)

    @property
    def names(self) -> dict[UUID, str]:
        return {person_id: name for name, person_id in self.world.ids.items()}

    async def week(self, opens: str, closes: str) -> None:
        await self.world.until(opens)
        answers = await self._answers()
        await self._nobody_sees_more_than(len(self.surveys))
        await self.world.until(closes)
        managers = {row.name: row.manager for row in self.world.rows.values()}
        self.surveys.append(Seen(managers, answers))
        await self._look()

    async def _answers(self) -> dict[str, dict[str, str]]:
        """What is to be counted of them: most answer, and some keep an answer for themselves."""
        liked = self.chance.choices("12345", k=self.chance.randint(1, 3))
        counted: dict[str, dict[str, str]] = {}
        for who in self.world.rows:
            if who in self.erased or self.chance.random() < 0.15:
                continue
            given = {key: self.chance.choice(liked) for key in KEYS if self.chance.random() < 0.9}
            await self.world.act(who, "start")
            form = await self.world.opens(who, "open_form")
            await self.world.submits(who, form, {f"rating:{key}": r for key, r in given.items()})
            if given and self.chance.random() < 0.1:
                kept_back = self.chance.choice(sorted(given))
                check_in = form.value.partition(":")[0]
                await self.world.act(who, "only_me", f"{check_in}:{kept_back}")
                del given[kept_back]
            if self.world.rows[who].manager is None:
                given.pop("time", None)  # with no manager to read it, it is the person's own
            counted[who] = given
        return counted

    async def _nobody_sees_more_than(self, count: int) -> None:
        for who in self.world.rows:
            reader = await self.world.person(who)
            lines = await self._read(results.surveys_for, reader, self.world.now)
            assert len(lines) <= count

    async def _look(self) -> None:
        """Whatever anybody may see of the newest survey, by any id they try."""
        seen = self.surveys[-1]
        found = await self.world.built.uow.read(lambda tx: tx.surveys.counted(9))
        seen.id = found[0].id
        assert len(found) == len(self.surveys)
        seen.views = await self._views(seen)

    async def _views(self, seen: Seen, *readers: str) -> list[View]:
        assert seen.id is not None
        units = [None, *(self.world.ids[who] for who in (*LEADS, "p0", "p1"))]
        views: list[View] = []
        for who in readers or self.world.rows:
            reader = await self.world.person(who)
            for unit in (*units, reader.organisation_id):
                shown = await self._read(results.result, reader, seen.id, unit, self.world.now)
                views.append((who, unit, shown))
        return views

    async def _read(self, read: Callable[..., Any], *given: object) -> Any:
        return await self.world.built.uow.read(lambda tx: read(tx, *given))

    async def changes(self) -> None:
        """Some move, some are erased for good, some keep back what was counted already."""
        leads = dict.fromkeys(self.chance.sample(STAFF, 4))
        moved = {who: self.chance.choice(LEADS) for who in leads}
        await self.world.changes(**moved)
        for who in self.chance.sample(STAFF, 2):
            await self.world.built.kit.keys.destroy(self.world.ids[who], self.world.now)
            self.erased.add(who)
        for who in self.chance.sample(STAFF, 3):
            if who not in self.erased:
                await self.world.act(who, "decline")
                await self.world.act(who, "start")

    async def views_stay(self) -> None:
        """HR, who may see every unit, sees the same of every survey as when it was counted."""
        for seen in self.surveys:
            first = [view for view in seen.views if view[0] == "hr"]
            assert _bare(await self._views(seen, "hr")) == _bare(first)

    # What follows from what was seen

    def attack(self, seen: Seen) -> None:
        for key in KEYS:
            figures = self._figures(seen, key)
            for unit, figure in figures.items():
                self._tells_the_truth(seen, key, unit, figure)
            self._combine(seen, key, [seen.below(unit) for unit in figures])

    def _figures(self, seen: Seen, key: str) -> dict[str | None, Figure]:
        """Every figure that anybody got, by the manager it is about; all readers got the same.

        Trends aside: those begin with what was a reader's own to see.
        """
        found: dict[str | None, Figure] = {}
        for who, _, shown in seen.views:
            for each in shown.questions if shown else ():
                if each.question.key == key and each.figure is not None:
                    about = each.figure.unit.manager
                    unit = self.names[about.id] if about else None
                    figure = replace(each.figure, rolled_up=False, trend=())
                    assert found.setdefault(unit, figure) == figure, who
        return found

    def _tells_the_truth(self, seen: Seen, key: str, unit: str | None, figure: Figure) -> None:
        counts = _given(seen, key, seen.below(unit))
        assert figure.shares == {
            rating: (200 * counts[rating] + counts.total()) // (2 * counts.total())
            for rating in "12345"
        }

    def _combine(self, seen: Seen, key: str, sets: list[frozenset[str]]) -> None:
        for _ in range(80 if sets else 0):
            one, other = self.chance.choice(sets), self.chance.choice(sets)
            sets.append(self.chance.choice([one | other, one & other, one - other]))
        for people in sets:
            counts = _given(seen, key, people)
            differ = counts.total() - max(counts.values(), default=0)
            assert not people or (counts.total() >= MINIMUM and differ > 1)

    def by_role(self, seen: Seen) -> None:
        """HR sees every unit there is, a lead the own one, employees their lead's, nobody more."""
        for who, unit, shown in seen.views:
            if shown is None:
                continue
            wanted = shown.unit.manager
            manager = seen.managers[who]
            allowed = {who, manager} if who != "hr" else {*LEADS, None, manager}
            assert (self.names[wanted.id] if wanted else None) in allowed
            assert unit in (None, shown.unit.id)


def _given(seen: Seen, key: str, people: frozenset[str]) -> Counter[str]:
    return Counter(seen.answers[who][key] for who in people if key in seen.answers.get(who, {}))


def _bare(views: list[View]) -> list[object]:
    """The figures alone: names of people and titles may change, and trends grow."""
    return [(who, unit, shown and _figures_of(shown)) for who, unit, shown in views]


def _figures_of(shown: SurveyResult) -> list[object]:
    told = shown.participation
    found: list[object] = [told and (told.unit.id, told.unit.people, told.percent, told.band)]
    for each in shown.questions:
        figure = each.figure and replace(each.figure, trend=(), unit=_unnamed(each.figure.unit))
        found.append((each.question.key, figure))
    return found


def _unnamed(unit: ResultUnit) -> ResultUnit:
    return replace(unit, manager=None)


async def _live(chance: Random, folder: Path) -> None:
    people = [Someone("hr", "ada", role=Role.HR_ADMIN), Someone("ada")]
    people += [Someone(name, chance.choice(LEADS[:n])) for n, name in enumerate(LEADS[1:], 1)]
    people += [Someone(name, chance.choice(LEADS)) for name in STAFF]
    policy = replace(RULES, team_results=True)
    world = await World.open(prepared(folder), people, [SURVEY], policy=policy)
    try:
        company = Company(world, chance)
        for opens, closes in zip(WEEKS, CLOSING, strict=True):
            await company.week(opens, closes)
            await company.changes()
            await company.views_stay()
        for seen in company.surveys:
            company.attack(seen)
            company.by_role(seen)
    finally:
        await world.close()


@settings(max_examples=2, database=None, phases=[Phase.generate])
@given(st.integers(0, 10_000))
def test_weeks_of_surveys_tell_of_groups_alone(seed: int) -> None:
    """Figures are true and the same for all readers, no set of people that can be reached by
    adding and subtracting has fewer than five answers or is unanimous but for one at most, each
    role sees its own units, and what was counted stays as it is whoever moves, keeps back
    or is erased.
    """
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_live(Random(seed), Path(folder)))  # noqa: S311 - chance, no secret
