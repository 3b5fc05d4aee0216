"""What was counted since the last weekly summary, in a few lines of this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.message import Bars, Block, Button, Buttons, Heading, Text
from bot.domain.people import Person
from bot.domain.ports.summary_store import Summary
from bot.services import results
from bot.services.result_blocks import ResultDrawing
from bot.services.result_panels import TEAM, looks_as
from bot.services.results import Figure, QuestionResult, ResultUnit, SurveyLine, SurveyResult
from bot.services.scene import Scene

SURVEYS_SHOWN = 2
"""More are reached by *See results*."""

QUESTIONS_SHOWN = 5
_LATEST = 10
"""Surveys among which those since the last summary are looked for."""

_BEFORE = 60
"""Summaries looked through for the one before."""


def counted_since(scene: Scene, summary: Summary) -> tuple[Block, ...]:
    """A part for each survey that was counted since the manager's last summary, newest first;
    nothing where there is none. Who may see what is asked now, not when it was drafted.
    """
    reader = looks_as(scene.person, TEAM)
    blocks: list[Block] = []
    for survey in _fresh(scene, summary, reader)[:SURVEYS_SHOWN]:
        result = results.result(scene.tx, reader, survey.id, reader.id, scene.now)
        if result is not None:
            blocks += _Part(scene, result).blocks()
    return tuple(blocks)


def _fresh(scene: Scene, summary: Summary, reader: Person) -> list[SurveyLine]:
    found = results.surveys_for(scene.tx, reader, scene.now, _LATEST)
    if not found:
        return []
    until = summary.created_at
    summaries = scene.tx.summaries.of_manager(summary.manager_id, _BEFORE)
    since = max((s.created_at for s in summaries if s.created_at < until), default=None)
    return [
        survey
        for survey in found
        if survey.counted_at <= until and (since is None or since < survey.counted_at)
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    scene: Scene
    result: SurveyResult

    @property
    def drawing(self) -> ResultDrawing:
        return ResultDrawing(self.scene.words, self.scene.person, self.result)

    def blocks(self) -> Iterator[Block]:
        survey = self.result.survey
        said = self.drawing.say(survey=survey.title)
        yield Heading(said["summary_heading"])
        yield from self._shares()
        see = Button(said["see"], TEAM.shown, f"{survey.id}:{self.scene.person.id}:")
        yield Buttons((see,))

    def _shares(self) -> Iterator[Block]:
        """Favourable shares, the team's own first; where there is none to show, why."""
        rated = [q for q in self.result.questions if q.question.favourable_from]
        if not rated:
            yield Text(self.drawing.say()["summary_ready"])
            return
        shown = [(q, q.figure) for q in rated[:QUESTIONS_SHOWN] if q.figure is not None]
        if not shown:
            yield Text(self.drawing.say()["summary_hidden"])
        units = dict.fromkeys(figure.unit for _, figure in shown)
        for unit in sorted(units, key=lambda each: each != self.result.unit):
            yield from self._of_unit(unit, [s for s in shown if s[1].unit == unit])

    def _of_unit(
        self, unit: ResultUnit, shown: Sequence[tuple[QuestionResult, Figure]]
    ) -> Iterator[Block]:
        if unit != self.result.unit:
            yield Text(self.drawing.say(whose=self.drawing.whose(unit))["rolled_up"])
        locale = self.scene.person.locale
        labels = tuple(each.question.words(locale).text for each, _ in shown)
        shares = tuple(figure.favourable or 0 for _, figure in shown)
        pairs = zip(labels, shares, strict=True)
        lines = [self.drawing.say(label=label, percent=s)["share_of"] for label, s in pairs]
        lows = {each.question.favourable_from for each, _ in shown}
        name = self.drawing.say(low=lows.pop() if len(lows) == 1 else 0)["summary_title"]
        yield Bars(name, labels, shares, "\n".join(lines))
