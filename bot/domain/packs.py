"""Question packs: what is asked, on which scale and for whose eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class QuestionKind(StrEnum):
    TEXT = "text"
    RATING = "rating"
    TEXT_AND_RATING = "text_and_rating"
    CHOICE = "choice"
    NUMBER = "number"


class AudienceKind(StrEnum):
    """Who may read an answer: the manager by name, groups by count, or the employee alone."""

    MANAGER = "manager"
    GROUP = "group"
    SELF = "self"


class When(StrEnum):
    """Which answers a follow-up question is for: very short ones, such as ask something back, or
    both.
    """

    SHORT = "short"
    QUESTION = "question"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One more question, asked right after some answers. `wording` is its text by locale."""

    key: str
    when: When
    wording: Mapping[str, str]


BEHIND = "."
"""Stands between the key of a question and that of its follow-up."""


def parent_of(key: str) -> str:
    """The key of the question that the follow-up `key` belongs to; "" for any other question."""
    parent, dot, _ = key.partition(BEHIND)
    return parent if dot else ""


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in one locale. `options` maps an option's value to its label."""

    text: str
    low: str = ""
    high: str = ""
    points: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    starters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """`key` stays the same for as long as the meaning does: trends run along it.

    help_from: from this rating on the person alone is shown the organisation's help contact
    (0: never). `counted`: an answer for the manager's eyes is counted in groups too, which is said
    before answering. favourable_from: ratings from this one on are favourable (0: none is).
    """

    key: str
    kind: QuestionKind
    audience: AudienceKind
    wording: Mapping[str, Wording]
    options: tuple[str, ...] = ()
    low_number: int = 0
    high_number: int = 168
    shows_expectations: bool = False
    help_from: int = 0
    counted: bool = False
    favourable_from: int = 0
    follow_ups: tuple[FollowUp, ...] = ()

    @property
    def takes_text(self) -> bool:
        return self.kind in (QuestionKind.TEXT, QuestionKind.TEXT_AND_RATING)

    @property
    def takes_rating(self) -> bool:
        return self.kind in (QuestionKind.RATING, QuestionKind.TEXT_AND_RATING)

    @property
    def is_counted(self) -> bool:
        """Whether groups of answers to it are shown, without names."""
        return self.counted or self.audience is AudienceKind.GROUP

    def words(self, locale: str) -> Wording:
        """The wording in `locale`, its language, or English."""
        for candidate in (locale, locale.replace("_", "-").split("-")[0], "en"):
            if candidate in self.wording:
                return self.wording[candidate]
        return next(iter(self.wording.values()))

    def key_of(self, follow_up: FollowUp) -> str:
        """Under which key the answer to a follow-up is kept."""
        return f"{self.key}{BEHIND}{follow_up.key}"

    def followed_by(self, key: str) -> Question:
        """The follow-up kept under `key` as a question: for words, for the same readers, with the
        same ways to begin a talk from them, and counted nowhere. Raises KeyError where there is
        none.
        """
        for follow_up in self.follow_ups:
            if self.key_of(follow_up) == key:
                wording = {
                    locale: Wording(text, starters=self._starters(locale))
                    for locale, text in follow_up.wording.items()
                }
                return Question(key, QuestionKind.TEXT, self.audience, wording)
        raise KeyError(key)

    def _starters(self, locale: str) -> dict[str, str]:
        """Those that need no rating."""
        found = self.words(locale).starters
        return {rule: text for rule, text in found.items() if rule in ("any", "question")}


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of questions. `title` maps a locale to the name people read."""

    key: str
    title: Mapping[str, str]
    questions: tuple[Question, ...]
    on_by_default: bool = True
    by_message: bool = True

    def question(self, key: str) -> Question:
        """A question, or a follow-up by its whole key. Raises KeyError where there is none."""
        parent = parent_of(key)
        for question in self.questions:
            if question.key == (parent or key):
                return question.followed_by(key) if parent else question
        raise KeyError(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of all questions in their order, each before its follow-ups."""
        return tuple(
            key for each in self.questions for key in (each.key, *map(each.key_of, each.follow_ups))
        )

    def name(self, locale: str) -> str:
        return self.title.get(
            locale.split("-", maxsplit=1)[0].split("_", maxsplit=1)[0],
            self.title.get("en", self.key),
        )


def choose_questions(
    keys: tuple[str, ...], *, rotation: int, per_round: int, everything: bool
) -> tuple[tuple[str, ...], int]:
    """The keys to ask now, and where the rotation goes on.

    All of them when `everything` is true; otherwise `per_round` from `rotation` on, wrapping
    round, in the pack's own order of asking.
    """
    if everything or per_round >= len(keys):
        return keys, rotation
    start = rotation % len(keys)
    picked = [(start + step) % len(keys) for step in range(per_round)]
    return tuple(keys[index] for index in picked), (start + per_round) % len(keys)
