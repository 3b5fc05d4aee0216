"""The YAML form of a question pack, and its rules."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.domain.packs import (
    AudienceKind,
    FollowUp,
    Pack,
    Question,
    QuestionKind,
    When,
    Wording,
)
from prompts.problems import KEY, LOCALE

POINTS = 5
"""Every rating runs from 1 to 5."""

STARTER_RULES = frozenset({"any", "low", "fell", "rose", "question"})
"""When a starter is offered: the person wrote something; rated 1 or 2; rated lower or higher than
last time; asked something back."""

_RATED = (QuestionKind.RATING, QuestionKind.TEXT_AND_RATING)
_WORDED = (QuestionKind.TEXT, QuestionKind.TEXT_AND_RATING)
_RATING_RULES = frozenset({"low", "fell", "rose"})

Key = Annotated[str, StringConstraints(pattern=KEY)]
Locale = Annotated[str, StringConstraints(pattern=LOCALE)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
"""75 characters is the most a button or an option holds in Slack."""


class Strict(BaseModel):
    """A mapping in which an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WordingFile(Strict):
    text: Text
    points: tuple[Text, ...] = ()
    options: dict[Key, Label] = {}
    starters: dict[str, Text] = {}

    @field_validator("points")
    @classmethod
    def _five_points(cls, points: tuple[str, ...]) -> tuple[str, ...]:
        if points and len(points) != POINTS:
            raise ValueError(f"has {len(points)} labels: a rating needs five, from 1 to 5")
        return points

    @field_validator("options")
    @classmethod
    def _distinct_options(cls, options: dict[str, str]) -> dict[str, str]:
        if len({label.casefold() for label in options.values()}) != len(options):
            raise ValueError("two options read the same: give each its own label")
        return options

    @field_validator("starters")
    @classmethod
    def _known_rules(cls, starters: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(starters) - STARTER_RULES)
        if unknown:
            rules = ", ".join(sorted(STARTER_RULES))
            raise ValueError(f'knows no rule "{unknown[0]}": use one of {rules}')
        return starters

    def to_domain(self) -> Wording:
        low, high = (self.points[0], self.points[-1]) if self.points else ("", "")
        return Wording(self.text, low, high, self.points, self.options, self.starters)


class FollowUpFile(Strict):
    key: Key
    when: When = When.ANY
    wording: Annotated[dict[Locale, Text], Field(min_length=1)]

    def to_domain(self) -> FollowUp:
        return FollowUp(self.key, self.when, self.wording)


class QuestionFile(Strict):
    key: Key
    kind: QuestionKind
    audience: AudienceKind
    wording: Annotated[dict[Locale, WordingFile], Field(min_length=1)]
    low_number: Annotated[int, Field(ge=0, le=9999)] = 0
    high_number: Annotated[int, Field(ge=0, le=9999)] = 168
    shows_expectations: bool = False
    help_from: Annotated[int, Field(ge=0, le=5)] = 0
    counted: bool = False
    favourable_from: Annotated[int, Field(ge=1, le=POINTS)] | None = None
    follow_ups: tuple[FollowUpFile, ...] = ()

    @field_validator("wording")
    @classmethod
    def _fits_kind(
        cls, wording: dict[str, WordingFile], info: ValidationInfo
    ) -> dict[str, WordingFile]:
        kind = info.data.get("kind")
        for locale, words in wording.items():
            complaint = _complaint(kind, words) if kind is not None else None
            if complaint is not None:
                raise ValueError(f"{locale}: {complaint}")
        if len({frozenset(words.options) for words in wording.values()}) > 1:
            raise ValueError("the options differ between locales: use the same keys in each")
        return wording

    @model_validator(mode="after")
    def _number_range(self) -> Self:
        is_number = self.kind is QuestionKind.NUMBER
        if not is_number and {"low_number", "high_number"} & self.model_fields_set:
            raise ValueError('low_number and high_number belong to kind "number": remove them')
        if self.low_number >= self.high_number:
            raise ValueError("low_number must be below high_number: swap or widen them")
        return self

    @field_validator("counted")
    @classmethod
    def _can_be_counted(cls, counted: bool, info: ValidationInfo) -> bool:
        """Asked again after `kind` and `audience`, which stand before it."""
        if not counted or not {"kind", "audience"} <= info.data.keys():
            return counted
        if info.data["audience"] is AudienceKind.GROUP:
            raise ValueError("group answers are always counted: remove it")
        if info.data["audience"] is AudienceKind.SELF:
            raise ValueError("answers for the person alone are never counted: remove it")
        if info.data["kind"] is QuestionKind.TEXT:
            raise ValueError("words alone can't be counted: remove it")
        return counted

    @field_validator("favourable_from")
    @classmethod
    def _only_ratings(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("kind") not in (*_RATED, None):
            raise ValueError("only a rating can be favourable: remove it")
        return value

    @field_validator("follow_ups")
    @classmethod
    def _can_follow(
        cls, follow_ups: tuple[FollowUpFile, ...], info: ValidationInfo
    ) -> tuple[FollowUpFile, ...]:
        """Asked again after what stands before it: the kind, the audience and the wording."""
        if not follow_ups or not {"kind", "audience", "wording"} <= info.data.keys():
            return follow_ups
        if info.data["kind"] not in _WORDED:
            raise ValueError("they follow words alone: remove them, or let people write")
        if info.data["audience"] is not AudienceKind.MANAGER:
            raise ValueError('only the audience "manager" reads single answers: remove them')
        complaint = _complaint_of(follow_ups, info.data["wording"].keys())
        if complaint is not None:
            raise ValueError(complaint)
        return follow_ups

    def to_domain(self) -> Question:
        wording = {locale: words.to_domain() for locale, words in self.wording.items()}
        return Question(
            key=self.key,
            kind=self.kind,
            audience=self.audience,
            wording=wording,
            options=tuple(next(iter(wording.values())).options),
            low_number=self.low_number,
            high_number=self.high_number,
            shows_expectations=self.shows_expectations,
            help_from=self.help_from,
            counted=self.counted,
            favourable_from=self.favourable_from or 0,
            follow_ups=tuple(follow_up.to_domain() for follow_up in self.follow_ups),
        )


class PackFile(Strict):
    key: Key
    title: Annotated[dict[Locale, Label], Field(min_length=1)]
    questions: tuple[QuestionFile, ...]
    on_by_default: bool = True
    by_message: bool = True

    @model_validator(mode="after")
    def _asks_what_it_follows(self) -> Self:
        if not self.by_message and any(question.follow_ups for question in self.questions):
            raise ValueError("follow_ups come by message, this pack never does: remove them")
        return self

    @field_validator("questions")
    @classmethod
    def _has_distinct_questions(
        cls, questions: tuple[QuestionFile, ...]
    ) -> tuple[QuestionFile, ...]:
        if not questions:
            raise ValueError("no questions: add at least one, or remove the pack")
        keys = [question.key for question in questions]
        doubled = next((key for key in keys if keys.count(key) > 1), None)
        if doubled is not None:
            raise ValueError(f'two questions have the key "{doubled}": give each its own')
        return questions

    def to_domain(self) -> Pack:
        questions = tuple(question.to_domain() for question in self.questions)
        return Pack(self.key, self.title, questions, self.on_by_default, self.by_message)


FIELDS = tuple(
    name
    for model in (PackFile, QuestionFile, FollowUpFile, WordingFile)
    for name in model.model_fields
)
"""Every field name, for the nearest to an unknown one."""


def _complaint_of(follow_ups: tuple[FollowUpFile, ...], locales: Collection[str]) -> str | None:
    keys = [follow_up.key for follow_up in follow_ups]
    doubled = next((key for key in keys if keys.count(key) > 1), None)
    if doubled is not None:
        return f'two have the key "{doubled}": give each its own'
    for follow_up in follow_ups:
        missing = sorted(set(locales) - set(follow_up.wording))
        if missing:
            return f'"{follow_up.key}" has no wording in {missing[0]}, as its question has: add it'
    return None


def _complaint(kind: QuestionKind, words: WordingFile) -> str | None:
    rated = kind in _RATED
    if rated != bool(words.points):
        return "add five points, one for each rating" if rated else "only a rating has points"
    chosen = kind is QuestionKind.CHOICE
    if chosen and len(words.options) < 2:  # noqa: PLR2004 - one option is no choice
        return "a choice needs at least two options: add them"
    if words.options and not chosen:
        return 'only kind "choice" has options: remove them'
    if not rated and _RATING_RULES & set(words.starters):
        return "the starters low, fell and rose need a rating: remove them"
    return None
