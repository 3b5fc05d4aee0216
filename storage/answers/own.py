"""All that is kept of one person's answers, for that person's own eyes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from sqlalchemy import select

from bot.domain.packs import AudienceKind
from bot.domain.ports.own_data_store import KeptAnswer, KeptAudience, KeptVersion
from storage.queries import grouped
from storage.store import Found, Query, Store
from storage.tables.conversation import (
    AnswerAudienceRow,
    AnswerReaderRow,
    AnswerRow,
    AnswerVersionRow,
)

_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__
_audience = AnswerAudienceRow.__table__
_reader = AnswerReaderRow.__table__


class OwnAnswers(Store):
    """The part of the OwnData port that tells the answers."""

    def answers(self, person_id: UUID) -> Sequence[KeptAnswer]:
        query = select(_answer).where(self._own(_answer), _answer.c.person_id == person_id)
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        versions, audiences = self._versions(ids), self._audiences(ids)
        found = [
            KeptAnswer(
                row.id,
                row.check_in_id,
                row.question_key,
                row.current_version_id,
                tuple(versions[row.id]),
                tuple(audiences[row.id]),
            )
            for row in rows
        ]
        return sorted(found, key=lambda a: (a.versions[0].recorded_at, a.id) if a.versions else ())

    def _versions(self, answers: Sequence[UUID]) -> Mapping[UUID, list[KeptVersion]]:
        def query(some: Sequence[UUID]) -> Query:
            wanted = self._own(_version), _version.c.answer_id.in_(some)
            return select(_version).where(*wanted)

        found = ((row.answer_id, _kept(row)) for row in self._among(answers, query))
        return grouped(found, attrgetter("number"))

    def _audiences(self, answers: Sequence[UUID]) -> Mapping[UUID, list[KeptAudience]]:
        readers: dict[UUID, list[UUID]] = defaultdict(list)
        for row in self._among(answers, self._readers):
            readers[row.audience_id].append(row.person_id)

        def query(some: Sequence[UUID]) -> Query:
            return select(_audience).where(self._own(_audience), _audience.c.answer_id.in_(some))

        rows = sorted(self._among(answers, query), key=attrgetter("sequence"))
        shown = ((row.answer_id, _shown(row, readers[row.id])) for row in rows)
        return grouped(shown)

    def _readers(self, some: Sequence[UUID]) -> Query:
        return select(_reader).where(self._own(_reader), _reader.c.answer_id.in_(some))


def _kept(row: Found) -> KeptVersion:
    return KeptVersion(row.id, row.sequence, row.sealed, row.platform_at, row.recorded_at)


def _shown(row: Found, readers: Sequence[UUID]) -> KeptAudience:
    kind = AudienceKind(row.kind)
    told = tuple(sorted(readers)), bool(row.counted), row.shown_at, row.ai or ""
    return KeptAudience(kind, *told)
