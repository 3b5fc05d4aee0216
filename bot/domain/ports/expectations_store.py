"""Stored versions of the AI expectations, the questions about them and the leaders' replies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.expectations import Answered, Question, Version


@dataclass(frozen=True, slots=True)
class Messages:
    """How many messages about a version were queued, and how many of them the platform took."""

    queued: int
    sent: int


class ExpectationsStore(Protocol):
    """Every caller passes the questions it reads through `expectations.readable`."""

    def versions(self) -> Sequence[Version]:
        """All, newest first."""
        ...

    def newest(self) -> Version | None: ...
    def version(self, version_id: UUID) -> Version | None: ...
    def in_force_at(self, moment: datetime) -> Version | None:
        """The version in force at `moment` (aware UTC)."""
        ...

    def add_version(self, version: Version) -> None:
        """Nobody more is told of the versions before it."""
        ...

    def to_tell(self) -> Version | None:
        """The version whose messages are still being queued."""
        ...

    def save_telling(self, version: Version) -> None:
        """Writes how far telling people has come, by id."""
        ...

    def taking_part(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        """People who take part and can be reached, by id, from the one after `after` on."""
        ...

    def count_taking_part(self) -> int: ...
    def messages(self, version_id: UUID) -> Messages: ...
    def shown_message(self, cause: str) -> UUID | None:
        """The delivery of that cause, where it was sent or is on its way."""
        ...

    def question(self, version_id: UUID, person_id: UUID) -> Question | None: ...
    def questions_by(self, person_id: UUID) -> Sequence[Question]:
        """What this person asked, about any version, oldest first."""
        ...

    def questions_to(self, reader_id: UUID) -> Sequence[Question]:
        """What this person was named as the reader of, about any version."""
        ...

    def open_questions(self, version_id: UUID) -> Sequence[Question]:
        """Those about a version that aren't answered, whoever their reader is."""
        ...

    def lock(self, version_id: UUID) -> None:
        """Until this transaction ends, no other one gets the same lock."""
        ...

    def anybody_asked(self) -> bool: ...
    def put(self, question: Question) -> None:
        """Adds it, or writes what changed in it, by id."""
        ...

    def delete(self, question_id: UUID) -> None: ...
    def reply(self, reply_id: UUID) -> Answered | None: ...
    def replies_by(self, author_id: UUID) -> Sequence[Answered]: ...
    def add_reply(self, reply: Answered, question_ids: Iterable[UUID]) -> bool:
        """Keeps it and marks these questions as answered by it. False, and nothing changed, where
        its author has answered that version already.
        """
        ...

    def reopen(self, question_id: UUID) -> None:
        """The reply to it never went out: it can be changed and taken back again."""
        ...
