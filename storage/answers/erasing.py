"""Answers that are taken back for good."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, update

from storage.queries import chunks
from storage.store import Store
from storage.tables.conversation import AnswerReaderRow, AnswerRow, AnswerVersionRow

_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__
_reader = AnswerReaderRow.__table__


class ErasingAnswers(Store):
    """The part of the Answers port that erases."""

    def ids_of(self, person_id: UUID) -> Sequence[UUID]:
        query = select(_answer.c.id).where(self._own(_answer), _answer.c.person_id == person_id)
        return list(self._connection.execute(query).scalars())

    def erase(self, answer_ids: Iterable[UUID]) -> Sequence[UUID]:
        """Nothing of them is current or waits for anybody any more."""
        erased: list[UUID] = []
        for some in chunks(sorted(set(answer_ids))):
            self._forget_current(some)
            which = self._own(_version), _version.c.answer_id.in_(some)
            emptied = update(_version).where(*which).values(sealed=None).returning(_version.c.id)
            erased += self._connection.execute(emptied).scalars()
        return erased

    def _forget_current(self, some: Sequence[UUID]) -> None:
        answers = self._own(_answer), _answer.c.id.in_(some)
        self._connection.execute(update(_answer).where(*answers).values(current_version_id=None))
        readers = self._own(_reader), _reader.c.answer_id.in_(some)
        waits_no_more = update(_reader).where(*readers).values(pending_version_id=None)
        self._connection.execute(waits_no_more)
