"""What people took back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from bot.domain.erasure import Erased, Erasure
from storage.queries import chunks
from storage.store import Found, Query, Store, plain
from storage.tables.rights import ErasureRow, PersonalLinkRow

_erasure = ErasureRow.__table__
_link = PersonalLinkRow.__table__


class SqlErasures(Store):
    """The Erasures port."""

    def add(self, erasures: Sequence[Erasure]) -> None:
        organisation = {"organisation_id": self._organisation, "settled_at": None}
        self._add_new(_erasure, [plain(each) | organisation for each in erasures])

    def unsettled(self, limit: int) -> Sequence[Erasure]:
        found = self._select().where(_erasure.c.settled_at.is_(None)).limit(limit)
        return [_erased(row) for row in self._connection.execute(found)]

    def settle(self, ids: Iterable[UUID], at: datetime) -> None:
        for some in chunks(list(ids)):
            which = self._own(_erasure), _erasure.c.id.in_(some)
            self._connection.execute(update(_erasure).where(*which).values(settled_at=at))

    def all(self) -> Sequence[Erasure]:
        return [_erased(row) for row in self._connection.execute(self._select())]

    def end_links(self, person_id: UUID) -> None:
        theirs = self._own(_link), _link.c.person_id == person_id
        self._connection.execute(delete(_link).where(*theirs))

    def _select(self) -> Query:
        columns = (_erasure.c[name] for name in ("id", "person_id", "what", "target_id", "at"))
        return select(*columns).where(self._own(_erasure)).order_by(_erasure.c.at, _erasure.c.id)


def _erased(row: Found) -> Erasure:
    return Erasure(row.id, row.person_id, Erased(row.what), row.target_id, row.at)
