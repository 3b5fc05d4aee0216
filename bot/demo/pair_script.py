"""What managers and their people do with their 1:1s: one_to_ones.yaml -> scripts for the player."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from bot.demo.script import MAX_WEEKS
from bot.demo.values import Span, named, one_of
from bot.domain.one_to_one import MeetingKind, Rhythm
from bot.domain.phrases import WEEKDAYS, Unfit, suggest
from bot.domain.promise import Says
from bot.settings.document import Document, read_document
from bot.settings.errors import ConfigurationError, Problem
from bot.settings.explain import explain
from bot.settings.schema import Section, Words
from bot.settings.values import parse_mail

AFTERWARDS = timedelta(hours=7)
"""Nudges come in the morning: so much later the conversation has been, or hasn't."""

_EVERY = {
    "week": Rhythm.WEEKLY,
    "2 weeks": Rhythm.TWO_WEEKS,
    "month": Rhythm.MONTHLY,
    "never": Rhythm.OFF,
}
_Weekday = Annotated[int, one_of({day: number for number, day in enumerate(WEEKDAYS)})]
_Mail = Annotated[str, BeforeValidator(parse_mail)]


class Side(StrEnum):
    MANAGER = "manager"
    REPORT = "report"


class Becomes(StrEnum):
    """What the manager says of a meeting. IGNORED: nothing, until the bot asks."""

    HAPPENED = "happened"
    NOT_YET = "not_yet"
    MOVED = "moved"
    IGNORED = "ignored"


class Outcome(Section):
    """What becomes of a 1:1 or stay interview, `after` the message about it. note: what the two
    agreed. to: how much later it is moved. told: the report hears of it beforehand.
    """

    does: Annotated[Becomes, named(Becomes)]
    after: Span = AFTERWARDS
    note: Words = ""
    to: Span | None = Field(default=None, validate_default=True)
    told: bool = False

    @field_validator("note")
    @classmethod
    def _of_a_meeting(cls, value: str, info: ValidationInfo) -> str:
        does = info.data.get("does")
        if value and does not in (Becomes.HAPPENED, None):
            raise Unfit(f"makes no sense for one that is {does}", "remove it")
        return value

    @field_validator("to")
    @classmethod
    def _moves(cls, value: timedelta | None, info: ValidationInfo) -> timedelta | None:
        does = info.data.get("does")
        if does is Becomes.MOVED and (value is None or value < timedelta(days=1)):
            raise Unfit("must be a day or more for one that is moved", "write such as 1d")
        if value is not None and does not in (Becomes.MOVED, None):
            raise Unfit(f"makes no sense for one that is {does}", "remove it, or write does: moved")
        return value


class _Written(Section):
    """What one of the two writes on a day of the demo: its week (from 1) and weekday."""

    week: Annotated[int, Field(ge=1, le=MAX_WEEKS)]
    on: _Weekday
    by: Annotated[Side, named(Side)]
    text: Annotated[Words, Field(max_length=500)]

    def day(self, start: date) -> date:
        return start + timedelta(weeks=self.week - 1, days=self.on)


class Topic(_Written):
    """Something for the agenda."""


class Pledge(_Written):
    """A promise, to be kept `within` so many days, and what each answers when asked how it went.
    tells: whether the report, after a no, lets the manager know that they see it differently.
    """

    within: Span
    manager_says: Annotated[Says, named(Says)] | None = None
    report_says: Annotated[Says, named(Says)] | None = None
    tells: bool = False

    def says(self, side: Side) -> Says | None:
        return self.manager_says if side is Side.MANAGER else self.report_says

    @field_validator("within")
    @classmethod
    def _ahead(cls, value: timedelta) -> timedelta:
        if timedelta(days=1) <= value <= timedelta(days=366):
            return value
        raise Unfit("is not between a day and a year", "write such as 5d")

    @field_validator("tells")
    @classmethod
    def _after_a_no(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("report_says") is not Says.NO:
            raise Unfit("makes no sense without a no of the report's", "add report_says: no")
        return value


class PairScript(Section):
    """One manager and one report: how often they meet, what becomes of it, what they write."""

    manager: _Mail
    report: _Mail
    every: Annotated[Rhythm, one_of(_EVERY)]
    on: _Weekday | None = Field(default=None, validate_default=True)
    meetings: list[Outcome] = Field(default=[])
    stay_interviews: list[Outcome] = Field(default=[])
    agenda: list[Topic] = Field(default=[])
    promises: list[Pledge] = Field(default=[])

    def outcomes(self, kind: MeetingKind) -> list[Outcome]:
        return self.stay_interviews if kind is MeetingKind.STAY else self.meetings

    @field_validator("on")
    @classmethod
    def _a_day(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("every") not in (Rhythm.OFF, None):
            raise Unfit("is missing", "add the weekday, such as on: tuesday")
        return value


@dataclass(frozen=True, slots=True)
class Found:
    """The script of an entry, by its place in the file."""

    index: int
    pair: PairScript


def load_pairs(path: Path, managers: Mapping[str, str | None]) -> tuple[PairScript, ...]:
    """The scripts of a file, in its order. managers: everybody's manager, by e-mail address.

    Raises ConfigurationError with every problem found, each with its line, entry and remedy.
    """
    document = read_document(path)
    problems = list(document.problems)
    entries = document.data if isinstance(document.data, list) else []
    if not entries:
        said, remedy = "is not a list of managers and reports", "begin each with - manager:"
        problems.append(document.problem((), said, remedy))
    found: list[Found] = []
    for index, entry in enumerate(entries):
        try:
            found.append(Found(index, PairScript.model_validate(entry)))
        except ValidationError as error:
            problems.extend(explain(error, PairScript, (index,), document))
    problems += [*_doubled(found, document), *_strangers(found, managers, document)]
    if problems:
        raise ConfigurationError(document.source, sorted(problems, key=lambda each: each.line or 0))
    return tuple(each.pair for each in found)


def _doubled(found: Iterable[Found], document: Document) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for each in found:
        first = seen.setdefault(each.pair.report, each.index)
        if first != each.index:
            said = f"{each.pair.report} has an entry on line {document.line((first,))} already"
            yield document.problem((each.index, "report"), said, "join the two")


def _strangers(
    found: Iterable[Found], managers: Mapping[str, str | None], document: Document
) -> Iterator[Problem]:
    for each in found:
        pair = each.pair
        unknown = [role for role in Side if getattr(pair, role) not in managers]
        for role in unknown:
            mail = getattr(pair, role)
            said = f"{mail} is not on the people list"
            yield document.problem((each.index, role), said, suggest(mail, sorted(managers)))
        if not unknown and managers[pair.report] != pair.manager:
            said = f"{pair.manager} does not manage {pair.report} on the people list"
            yield document.problem((each.index, "manager"), said, _manager(managers[pair.report]))


def _manager(mail: str | None) -> str:
    return f"write {mail}" if mail else "give them a manager there, or remove the entry"
