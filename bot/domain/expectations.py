"""Versions of the company's AI expectations, what people find unclear in them, and who reads that.

The readers of a question are stored with it: whoever is named later reads nothing asked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.policy import Expectations, QuestionsFor

TOLD = "expectations"
"""The kind of message that tells people of a version."""

MAX_QUESTION = 1000
"""Longest question in characters."""


class Telling(StrEnum):
    """Whether people are told of a version: QUIET never, GOING while messages are being queued."""

    QUIET = "quiet"
    GOING = "going"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was expected from `created_at` on (aware UTC), until the next version.

    `told_up_to` is the last person, by id, for whom its message is queued.
    """

    id: UUID
    organisation_id: UUID
    number: int
    text: str
    url: str
    created_at: datetime
    author: str
    telling: Telling = Telling.QUIET
    told_up_to: UUID | None = None

    def says(self, given: Expectations) -> bool:
        """Whether `given` is this version: who answers questions makes no new one."""
        return (self.text, self.url) == (given.text, given.url)

    @property
    def content(self) -> Expectations:
        return Expectations(self.text, self.url)


def in_force_at(versions: Iterable[Version], moment: datetime) -> Version | None:
    """The version in force at `moment` (aware UTC), so the one that an answer given then is about;
    None before the first.
    """
    before = (version for version in versions if version.created_at <= moment)
    return max(before, key=lambda version: version.number, default=None)


class QuestionState(StrEnum):
    """Until it is ANSWERED a question can be changed and taken back."""

    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one person finds unclear in one version, sealed under that person's key.

    `kind` and `reader_id` are who reads it, as shown before it was asked (`asked_at`, aware UTC).
    `batch` is the set with which it came before its reader's eyes, without names; None while it
    waits for enough others.
    """

    id: UUID
    organisation_id: UUID
    version_id: UUID
    person_id: UUID
    kind: QuestionsFor
    reader_id: UUID
    asked_at: datetime
    sealed: bytes = field(repr=False)
    state: QuestionState = QuestionState.ASKED
    reply_id: UUID | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A leader's one post on a version to those who asked: `people` is to how many it went."""

    id: UUID
    organisation_id: UUID
    version_id: UUID
    author_id: UUID
    text: str
    created_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Readable:
    """What one reader may read: `named` with names, `unnamed` without names, times or an order
    that would tell of them.
    """

    named: tuple[Question, ...] = ()
    unnamed: tuple[Question, ...] = ()

    @property
    def all(self) -> tuple[Question, ...]:
        return self.named + self.unnamed

    @property
    def to_answer(self) -> tuple[Question, ...]:
        return tuple(q for q in self.all if q.state is QuestionState.ASKED)


def readable(
    questions: Iterable[Question],
    *,
    reader_id: UUID,
    leader_id: UUID | None,
    taking_part: Collection[UUID],
    minimum: int,
    left: Collection[UUID] = (),
) -> Readable:
    """What `reader_id` may read of the questions about one version.

    Nobody reads but the leader named now (`leader_id`), and of questions those alone that named
    the same person when they were asked, while whoever asked takes part. Without names only whole
    batches are read, of which at least `minimum` are left; those who `left` the company while they
    took part still count: everybody knows who left, so what is missing then would be known as
    theirs. Roles give nothing.
    """
    if reader_id != leader_id:
        return Readable()
    asked = [q for q in questions if q.reader_id == reader_id]
    by_name = (q for q in asked if q.kind is QuestionsFor.LEADER and q.person_id in taking_part)
    named = sorted(by_name, key=lambda q: q.asked_at)
    counted = {*taking_part, *left}
    in_group = [q for q in asked if q.kind is QuestionsFor.GROUP and q.person_id in counted]
    sizes = Counter(map(_batch_of, in_group))
    whole = {batch for batch, size in sizes.items() if batch is not None and size >= minimum}
    # By id, which is random: the order stays, and tells nothing.
    unnamed = sorted((q for q in in_group if _batch_of(q) in whole), key=lambda q: q.id)
    return Readable(tuple(named), tuple(unnamed))


def next_batch(
    questions: Iterable[Question],
    *,
    reader_id: UUID,
    taking_part: Collection[UUID],
    minimum: int,
) -> tuple[Question, ...]:
    """Those without names that wait for `reader_id`, as the next batch, once at least `minimum` of
    people who take part do; else nothing. `questions`: all about one version.

    Were each one shown as it comes, whoever reads at the right moment would know whose it is.
    """
    asked = [q for q in questions if q.reader_id == reader_id and q.kind is QuestionsFor.GROUP]
    waiting = [q for q in asked if _batch_of(q) is None and q.person_id in taking_part]
    if len(waiting) < minimum:
        return ()
    number = max((batch for q in asked if (batch := _batch_of(q)) is not None), default=0) + 1
    return tuple(replace(question, batch=number) for question in waiting)


def _batch_of(question: Question) -> int | None:
    """What was answered before there were batches came before its reader's eyes all at once."""
    was_read = question.state is QuestionState.ANSWERED
    return 0 if question.batch is None and was_read else question.batch
