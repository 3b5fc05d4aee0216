"""What the people of a demo do, and when: answers.yaml -> turns for the player."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from bot.demo.values import Span, named
from bot.domain.phrases import Unfit, suggest
from bot.settings.document import Document, read_document
from bot.settings.errors import ConfigurationError, Problem
from bot.settings.explain import explain
from bot.settings.schema import Section, Words
from bot.settings.values import parse_mail

MAX_WEEKS = 52


class Deed(StrEnum):
    """What someone does with a check-in.

    SNOOZES: answers, typed, when it comes again. PAUSES, SKIPS, IGNORES and DECLINES ("Not for
    me") answer nothing.
    """

    TYPES = "types"
    FORM = "form"
    SKIPS = "skips"
    IGNORES = "ignores"
    DECLINES = "declines"
    SNOOZES = "snoozes"
    PAUSES = "pauses"


class SnoozeFor(StrEnum):
    """For how long a prompt is put off."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next_week"


ANSWERING = (Deed.TYPES, Deed.FORM, Deed.SNOOZES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What someone says to one question.

    bubbles: the texts as sent, one after the other within a few seconds; empty for a rating, an
    option or a number alone. rating: 1 to 5. choice: an option's value.
    undo: taken back afterwards. only_me: narrowed to the person alone afterwards.
    """

    bubbles: tuple[str, ...] = ()
    rating: int | None = None
    choice: str | None = None
    number: int | float | None = None
    undo: bool = False
    only_me: bool = False

    @property
    def text(self) -> str:
        """All bubbles as one text, a line each."""
        return "\n".join(self.bubbles)


@dataclass(frozen=True, slots=True)
class Edit:
    """New texts by question key for answers given before, `after` the answering."""

    texts: Mapping[str, str]
    after: timedelta


@dataclass(frozen=True, slots=True)
class Turn:
    """One person in one week of the demo.

    person: e-mail address, lower case. week: from 1. after: how long after the prompt they act.
    answers: by question key; questions that are asked but not among them stay unanswered.
    snooze_for, pause_days: given for SNOOZES and PAUSES, and only there.
    """

    person: str
    week: int
    after: timedelta
    does: Deed
    answers: Mapping[str, Answer]
    snooze_for: SnoozeFor | None = None
    pause_days: int | None = None
    edit: Edit | None = None


def load_answers(
    path: Path,
    *,
    people: Collection[str] | None = None,
    questions: Collection[str] | None = None,
) -> tuple[Turn, ...]:
    """The turns of a file, in its order.

    people, questions: e-mail addresses (lower case) and question keys that exist; where they are
    given, any other is an error.

    Raises ConfigurationError with every problem found, each with its line, entry and remedy.
    """
    document = read_document(path)
    problems = list(document.problems)
    entries = document.data if isinstance(document.data, list) else []
    if not entries:
        problems.append(document.problem((), "is not a list of turns", "begin each with - person:"))
    turns = [_turn(entry, index, document, problems) for index, entry in enumerate(entries)]
    problems += _doubled(turns, document)
    problems += _strangers(turns, people, questions, document)
    if problems:
        raise ConfigurationError(document.source, sorted(problems, key=lambda each: each.line or 0))
    return tuple(turn for turn in turns if turn)


def _plain_answer(value: Any) -> Any:
    """A text or a list of texts alone is the short form of {text: ...}."""
    return {"text": value} if isinstance(value, str | list) else value


def _bubbles(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _edit_apart(value: Any) -> Any:
    """`{ai_use: new text, after: 1d}` -> the texts and the time apart."""
    if not isinstance(value, dict):
        return value
    texts = {key: text for key, text in value.items() if key != "after"}
    return {"texts": texts} | {key: value[key] for key in value.keys() & {"after"}}


class _AnswerEntry(Section):
    text: Annotated[list[Words], BeforeValidator(_bubbles)] = Field(default=[])
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    choice: Words | None = None
    number: int | float | None = None
    undo: bool = False
    only_me: bool = False


class _EditEntry(Section):
    texts: dict[str, Words]
    after: Span


class _TurnEntry(Section):
    """Fields stand in the order in which they are checked."""

    person: Annotated[str, BeforeValidator(parse_mail)]
    week: Annotated[int, Field(ge=1, le=MAX_WEEKS)]
    does: Annotated[Deed, named(Deed)]
    after: Span = timedelta()
    snooze_for: Annotated[SnoozeFor, named(SnoozeFor)] | None = Field(
        default=None, validate_default=True
    )
    pause_days: Annotated[int, Field(ge=1, le=366)] | None = Field(
        default=None, validate_default=True
    )
    answers: dict[str, Annotated[_AnswerEntry, BeforeValidator(_plain_answer)]] = Field(
        default={}, validate_default=True
    )
    edits: Annotated[_EditEntry, BeforeValidator(_edit_apart)] | None = None

    @field_validator("snooze_for")
    @classmethod
    def _snoozes(cls, value: SnoozeFor | None, info: ValidationInfo) -> SnoozeFor | None:
        return _only_with(Deed.SNOOZES, value, info)

    @field_validator("pause_days")
    @classmethod
    def _pauses(cls, value: int | None, info: ValidationInfo) -> int | None:
        return _only_with(Deed.PAUSES, value, info)

    @field_validator("answers")
    @classmethod
    def _fit_deed(
        cls, value: dict[str, _AnswerEntry], info: ValidationInfo
    ) -> dict[str, _AnswerEntry]:
        does = info.data.get("does")
        if does in ANSWERING and not value:
            raise Unfit(f"are missing for someone who {does}", "add one by its question's key")
        if does not in (*ANSWERING, None) and value:
            raise Unfit(f"make no sense for someone who {does}", "remove them, or write types")
        return value

    @field_validator("edits")
    @classmethod
    def _of_answers(cls, value: _EditEntry | None, info: ValidationInfo) -> _EditEntry | None:
        given = info.data.get("answers", {})
        for key in value.texts if value else ():
            if key not in given:
                raise Unfit(f'"{key}" was not answered', "edit an answer of the same entry")
        return value


_Kept = TypeVar("_Kept")


def _only_with(deed: Deed, value: _Kept, info: ValidationInfo) -> _Kept:
    does = info.data.get("does")
    if does is deed and value is None:
        raise Unfit(f"is missing for someone who {deed}", "add it")
    if does not in (deed, None) and value is not None:
        raise Unfit(f"makes no sense for someone who {does}", f"remove it, or write does: {deed}")
    return value


def _turn(entry: Any, index: int, document: Document, problems: list[Problem]) -> Turn | None:
    try:
        given = _TurnEntry.model_validate(entry)
    except ValidationError as error:
        problems.extend(explain(error, _TurnEntry, (index,), document))
        return None
    return Turn(
        person=given.person,
        week=given.week,
        after=given.after,
        does=given.does,
        answers={key: _answer(answer) for key, answer in given.answers.items()},
        snooze_for=given.snooze_for,
        pause_days=given.pause_days,
        edit=Edit(given.edits.texts, given.edits.after) if given.edits else None,
    )


def _answer(given: _AnswerEntry) -> Answer:
    return Answer(
        bubbles=tuple(given.text),
        rating=given.rating,
        choice=given.choice,
        number=given.number,
        undo=given.undo,
        only_me=given.only_me,
    )


def _doubled(turns: Iterable[Turn | None], document: Document) -> Iterator[Problem]:
    seen: dict[tuple[str, int], int] = {}
    for index, turn in enumerate(turns):
        first = seen.setdefault((turn.person, turn.week), index) if turn else index
        if turn and first != index:
            said = f"{turn.person} has an entry for week {turn.week} on line "
            line = document.line((first,))
            yield document.problem((index,), f"{said}{line} already", "join the two")


def _strangers(
    turns: Iterable[Turn | None],
    people: Collection[str] | None,
    questions: Collection[str] | None,
    document: Document,
) -> Iterator[Problem]:
    for index, turn in enumerate(turns):
        if turn and people is not None and turn.person not in people:
            said = f"{turn.person} is not on the people list"
            yield document.problem((index, "person"), said, suggest(turn.person, sorted(people)))
        for key in turn.answers if turn and questions is not None else ():
            if questions is not None and key not in questions:
                said = "is not a question that is asked"
                remedy = suggest(key, sorted(questions))
                yield document.problem((index, "answers", key), said, remedy)
