"""One check-in: its states, its answers and who holds the conversation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.packs import AudienceKind, Question, QuestionKind, parent_of

SILENCE = timedelta(seconds=8)
"""The next question waits for this much silence after typed text."""

MAX_TEXT = 3000
"""Longest answer in characters: the limit of a plain text input in Slack."""


class State(StrEnum):
    """WAITING: another conversation is open. OFFERED: sent, nothing said yet. DONE can be edited
    until it closes; SKIPPED, CLOSED and CANCELLED are final.
    """

    WAITING = "waiting"
    OFFERED = "offered"
    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    SKIPPED = "skipped"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ANSWERABLE = frozenset({State.WAITING, State.OFFERED, State.OPEN, State.SNOOZED})
EDITABLE = ANSWERABLE | {State.DONE, State.SKIPPED}


class Asked(StrEnum):
    """Where one question of a check-in stands. CHOOSING: as PENDING, while a model may still put
    another follow-up question in its place.
    """

    PENDING = "pending"
    CHOOSING = "choosing"
    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"


UNANSWERED = frozenset({Asked.PENDING, Asked.CHOOSING, Asked.ASKED})


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """`asked_at` is when the platform took the message that asks it (aware UTC)."""

    key: str
    position: int
    state: Asked = Asked.PENDING
    asked_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither answered nor skipped."""
        return self.state in UNANSWERED


@dataclass(frozen=True, slots=True)
class CheckIn:
    """All moments aware UTC. `shown_manager_id` is the reader named to the person last,
    and `shown_ai` the AI (`Ai.label`, "" for none); `active_until` is when ignoring it frees the
    place; `wake_at` when it next needs tending.
    """

    id: UUID
    organisation_id: UUID
    occurrence_id: UUID
    cadence_id: UUID
    revision_id: UUID
    pack_revision_id: UUID
    person_id: UUID
    period: str
    state: State
    opened_at: datetime
    closes_at: datetime
    questions: tuple[AskedQuestion, ...]
    reminders: tuple[datetime, ...] = ()
    reminders_done: int = 0
    offers: int = 0
    shown_manager_id: UUID | None = None
    audience_shown: bool = False
    active_until: datetime | None = None
    snoozed_until: datetime | None = None
    wake_at: datetime | None = None
    completed_at: datetime | None = None
    shown_ai: str = ""

    def holds_place(self, now: datetime) -> bool:
        """Only one conversation per person holds the place; an ignored or snoozed one does not."""
        if self.state not in (State.OFFERED, State.OPEN) or now >= self.closes_at:
            return False
        return self.active_until is None or now < self.active_until

    def asked(self, key: str) -> AskedQuestion:
        """Raises KeyError where the check-in has no such question."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)

    def with_question(self, changed: AskedQuestion) -> CheckIn:
        kept = tuple(changed if q.key == changed.key else q for q in self.questions)
        return replace(self, questions=kept)

    def asks(self, key: str) -> bool:
        return any(question.key == key for question in self.questions)

    def next_question(self) -> AskedQuestion | None:
        """The first one neither answered nor skipped."""
        return next((q for q in self.questions if q.is_open), None)

    def follow_up(self) -> AskedQuestion | None:
        """The only follow-up question it has or had, answered or not."""
        return next((q for q in self.questions if parent_of(q.key)), None)

    def with_follow_up(self, key: str, state: Asked) -> CheckIn:
        """With the follow-up question `key` right behind its own."""
        at = self.questions.index(self.asked(parent_of(key))) + 1
        added = AskedQuestion(key, at, state)
        together = (*self.questions[:at], added, *self.questions[at:])
        return replace(
            self, questions=tuple(replace(q, position=i) for i, q in enumerate(together))
        )

    def without_question(self, key: str) -> CheckIn:
        return replace(self, questions=tuple(q for q in self.questions if q.key != key))

    def last_asked_before(self, moment: datetime) -> AskedQuestion | None:
        """The question delivered last before `moment`: the one typed text answers."""
        return self._last(q for q in self.questions if q.asked_at and q.asked_at <= moment)

    def last_asked(self) -> AskedQuestion | None:
        """The same of now, though the platform's clock may be ahead of ours."""
        return self._last(q for q in self.questions if q.asked_at)

    def _last(self, asked: Iterable[AskedQuestion]) -> AskedQuestion | None:
        return max(asked, key=lambda q: (q.asked_at, q.position), default=None)

    def next_wake(self) -> datetime | None:
        """When time alone changes something: a reminder, the end of a snooze, the closing."""
        if self.state not in ANSWERABLE:
            return None
        moments = [self.closes_at]
        if self.state is State.SNOOZED and self.snoozed_until:
            moments.append(self.snoozed_until)
        if self.state in (State.OFFERED, State.OPEN):
            moments.extend(self.reminders[self.reminders_done : self.reminders_done + 1])
        return min(moments)


@dataclass(frozen=True, slots=True)
class Value:
    """What a person answered to one question. Empty fields were not given.

    `in_form`: it was given in a form, so it never becomes part of a message to the person.
    """

    text: str = ""
    rating: int | None = None
    choice: str = ""
    number: int | None = None
    in_form: bool = field(default=False, compare=False)

    @property
    def is_empty(self) -> bool:
        return self == Value()

    def appended(self, text: str) -> Value:
        """The same answer with another bubble of text under it."""
        return replace(self, text=f"{self.text}\n{text}".strip())


class Refused(Exception):
    """The input doesn't fit. `code` names the message shown; `field` the form field, if any."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


_INVISIBLE = {"Cf", "Cc", "Cs", "Co"}
_KEPT_JOINERS = "\u200c\u200d"  # zero-width joiners shape letters and emoji in many scripts


def clean_text(raw: str, longest: int = MAX_TEXT) -> str:
    """The person's words without invisible and direction-changing characters.

    Raises Refused("too_long") beyond `longest` characters; "empty" where nothing visible remains.
    """
    text = raw.replace("\r\n", "\n")
    kept = (c for c in text if c in "\n\t" + _KEPT_JOINERS or _is_visible(c))
    cleaned = unicodedata.normalize("NFC", "".join(kept)).strip()
    if len(cleaned) > longest:
        raise Refused("too_long")
    if all(c.isspace() or c in _KEPT_JOINERS for c in cleaned):
        raise Refused("empty")
    return cleaned


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE


def parse_typed(question: Question, raw: str, labels: dict[str, str]) -> Value:
    """Typed text as an answer to `question`. `labels` maps an option's value to its label.

    Raises Refused with code "too_long", "empty", "not_a_rating", "not_an_option" or
    "not_a_number".
    """
    text = clean_text(raw)
    if question.takes_rating and re.fullmatch(r"[1-5]", text):
        return Value(rating=int(text))
    if question.takes_text:
        return Value(text=text)
    if question.kind is QuestionKind.CHOICE:
        return Value(choice=_option_named(text, labels))
    if question.kind is QuestionKind.NUMBER:
        return Value(number=parse_number(question, text))
    raise Refused("not_a_rating")


def _option_named(text: str, labels: dict[str, str]) -> str:
    wanted = text.casefold()
    for value, label in labels.items():
        if wanted in (value.casefold(), label.casefold()):
            return value
    raise Refused("not_an_option")


def parse_number(question: Question, text: str) -> int:
    """A whole number within the question's limits. Raises Refused("not_a_number")."""
    if not re.fullmatch(r"\d{1,4}", text.strip()):
        raise Refused("not_a_number")
    number = int(text)
    if not question.low_number <= number <= question.high_number:
        raise Refused("not_a_number")
    return number


def parse_pressed(question: Question, pressed: str) -> Value:
    """A pressed rating or option. Raises Refused for one that was not offered."""
    if question.takes_rating and re.fullmatch(r"[1-5]", pressed):
        return Value(rating=int(pressed))
    if question.kind is QuestionKind.CHOICE and pressed in question.options:
        return Value(choice=pressed)
    raise Refused("not_offered")


def audience_of(
    question: Question, manager_id: UUID | None
) -> tuple[AudienceKind, tuple[UUID, ...]]:
    """Who may read an answer, as shown: no manager on the list means the employee alone."""
    if question.audience is not AudienceKind.MANAGER:
        return question.audience, ()
    if manager_id is None:
        return AudienceKind.SELF, ()
    return AudienceKind.MANAGER, (manager_id,)
