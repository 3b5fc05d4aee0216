"""A survey's result for one group as people read it: figures, and what is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.message import (
    Bars,
    Block,
    Button,
    Buttons,
    Chart,
    Heading,
    Look,
    Series,
    Text,
    Tone,
)
from bot.domain.packs import AudienceKind, Question, QuestionKind
from bot.domain.people import Person
from bot.services.paging import Piece, Section
from bot.services.results import (
    Figure,
    Participation,
    QuestionResult,
    ResultUnit,
    SurveyResult,
)
from prompts.words import Said, Words


@dataclass(frozen=True, slots=True)
class ResultDrawing:
    """comments: the action that opens what people wrote about a question."""

    words: Words
    reader: Person
    found: SurveyResult
    comments: str = ""

    def say(self, **facts: object) -> Said:
        reader = self.reader
        limits = {"minimum": self.found.group_minimum}
        return self.words.say("results", reader.locale, reader.time_zone, **{**limits, **facts})

    def sections(self) -> Iterator[Section]:
        """What it is about, a section a question, and how it was counted."""
        yield Section("", (Piece(tuple(self._lead())),))
        for each in self.found.questions:
            yield Section("", tuple(self._question(each)))
        yield Section("", (Piece((Text(self.say()["note"], Tone.MUTED),)),))

    def _lead(self) -> Iterator[Block]:
        survey = self.found.survey
        said = self.say(survey=survey.title, moment=survey.closed_at)
        yield Heading(said["survey"])
        yield Text(self._about(self.found.unit))
        told = self.found.participation
        yield Text(self._answered(told) if told else said["answered_hidden"], Tone.MUTED)

    def _about(self, unit: ResultUnit) -> str:
        if unit.manager is not None and unit.manager.id == self.reader.id:
            return self.say()["unit_mine"]
        return self.say(name=unit.name)["unit_of" if unit.manager else "unit_all"]

    def _answered(self, told: Participation) -> str:
        whose = self.whose(told.unit) if told.rolled_up else ""
        said = self.say(whose=whose, percent=told.percent)
        return said[f"answered_{told.band.value}" if told.percent is None else "answered_percent"]

    def whose(self, unit: ResultUnit) -> str:
        """A group in the middle of a sentence."""
        return self.say(name=unit.name)["whose_of" if unit.manager else "whose_all"]

    def _question(self, each: QuestionResult) -> Iterator[Piece]:
        """The figure stays together; the line over time may stand on the next page."""
        words, figure = each.question.words(self.reader.locale), each.figure
        comments = tuple(self._words(each))
        if figure is None:
            hidden = (Text(self.say()["hidden"]),) if each.has_scale else ()
            yield Piece((Text(words.text, Tone.STRONG), *hidden, *comments))
            return
        yield Piece((*self._figure(each.question, figure), *comments))
        if figure.trend:
            yield Piece((self._trend(figure),))

    def _figure(self, question: Question, figure: Figure) -> Iterator[Block]:
        labels = tuple(labels_of(question, self.reader.locale, tuple(figure.shares)))
        shares = tuple(figure.shares.values())
        pairs = zip(labels, shares, strict=True)
        text = ", ".join(self.say(label=label, percent=s)["option"] for label, s in pairs)
        yield Bars(question.words(self.reader.locale).text, labels, shares, text)
        if figure.rolled_up:
            yield Text(self.say(whose=self.whose(figure.unit))["rolled_up"])
        yield Text(self._summed_up(question, figure), Tone.MUTED)

    def _summed_up(self, question: Question, figure: Figure) -> str:
        parts: list[str] = []
        if figure.favourable is not None:
            facts = {"percent": figure.favourable, "low": question.favourable_from}
            parts.append(self.say(**facts)["favourable"])
        said = self.say(count=figure.answers)
        parts.append(said["answers_least" if figure.answers is None else "answers"])
        return " ".join(parts)

    def _trend(self, figure: Figure) -> Chart:
        said = self.say(values=[self.percent(p.favourable) for p in figure.trend])
        days = (self.say(moment=point.closed_at)["day"] for point in figure.trend)
        series = Series(said["trend_name"], tuple(float(p.favourable) for p in figure.trend))
        return Chart(said["trend_title"], tuple(days), (series,), 0, 100, said["trend"])

    def percent(self, share: int) -> str:
        return self.say(percent=share)["percent"]

    def _words(self, each: QuestionResult) -> Iterator[Block]:
        """A way to the comments; that there are none, or too few, is one line."""
        question, found = each.question, each.comments
        is_for_words = question.takes_text and question.audience is AudienceKind.GROUP
        if not is_for_words or not self.found.reads_words:
            return
        if found is None:
            yield Text(self.say(minimum=self.found.comment_minimum)["comments_hidden"], Tone.MUTED)
            return
        value = f"{self.found.survey.id}:{found.unit.id}:{question.key}"
        label = self.say(count=found.count)["read_comments"]
        yield Buttons((Button(label, self.comments, value, Look.QUIET),))


def labels_of(question: Question, locale: str, options: tuple[str, ...]) -> Iterator[str]:
    """What each option reads like. The number stands before a rating's label, so that they differ
    where they are cut.
    """
    words = question.words(locale)
    for option in options:
        if question.takes_rating:
            label = words.points[int(option) - 1] if words.points else ""
            yield f"{option} {label}".strip()
        elif question.kind is QuestionKind.CHOICE:
            yield words.options.get(option, option)
        else:
            yield option.replace("-", "\N{EN DASH}")
