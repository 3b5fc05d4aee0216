"""The local platform's messages, sealed."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Executable, bindparam, func, select, update

from bot.domain.ports.queue_store import LocalMessage
from storage.queries import Queries, insert_into
from storage.tables.queue import LocalMessageRow

_message = LocalMessageRow.__table__

_CHANGE = (
    update(_message)
    .where(_message.c.organisation_id == bindparam("organisation"))
    .where(_message.c.id == bindparam("message"), _message.c.sealed.is_not(None))
    .values(
        sealed=bindparam("new_sealed"),
        changed_at=bindparam("new_changed_at"),
        version=_message.c.version + 1,
    )
)


class SqlLocalMessages(Queries):
    """The LocalMessages port."""

    def put(
        self, *, message_id: UUID, person_id: UUID, author: str, sealed: bytes, at: datetime
    ) -> bool:
        """Add a message after the person's others; tell whether its id is new."""
        new = {"id": message_id, "person_id": person_id, "author": author, "sealed": sealed}
        new |= {"organisation_id": self._organisation, "version": 1}
        put = _put(self._on_postgres)
        after = {"organisation": self._organisation, "person": person_id}
        added = self._connection.execute(put, {**new, **after, "sent_at": at, "changed_at": at})
        return added.first() is not None

    def replace(self, message_id: UUID, sealed: bytes, at: datetime) -> bool:
        """Change what a message says; False where there is none."""
        return self._change(message_id, sealed, at)

    def delete(self, message_id: UUID, at: datetime) -> bool:
        """Empty a message for good; False where there is none."""
        return self._change(message_id, None, at)

    def exists(self, message_id: UUID) -> bool:
        """Tell whether a message with this id was ever put, deleted or not."""
        found = select(_message.c.id).where(
            _message.c.organisation_id == self._organisation, _message.c.id == message_id
        )
        return self._connection.execute(found).first() is not None

    def of_person(self, person_id: UUID, limit: int = 200) -> Sequence[LocalMessage]:
        """Return the newest `limit`, oldest first, without deleted ones."""
        rows = self._connection.execute(
            select(_message)
            .where(_message.c.organisation_id == self._organisation)
            .where(_message.c.person_id == person_id, _message.c.sealed.is_not(None))
            .order_by(_message.c.number.desc())
            .limit(limit)
        ).all()
        return [
            LocalMessage(r.id, r.person_id, r.author, r.sealed, r.sent_at, r.version)
            for r in reversed(rows)
        ]

    def delete_all(self, person_id: UUID, at: datetime) -> None:
        """Empty everything that stands in somebody's thread for good."""
        theirs = _message.c.organisation_id == self._organisation, _message.c.person_id == person_id
        kept = update(_message).where(*theirs, _message.c.sealed.is_not(None))
        changed = {"sealed": None, "changed_at": at, "version": _message.c.version + 1}
        self._connection.execute(kept.values(changed))

    def _change(self, message_id: UUID, sealed: bytes | None, at: datetime) -> bool:
        which = {"organisation": self._organisation, "message": message_id}
        new = {"new_sealed": sealed, "new_changed_at": at}
        return self._connection.execute(_CHANGE, {**which, **new}).rowcount == 1


@cache
def _put(on_postgres: bool) -> Executable:
    mine = _message.alias("mine")
    last = (
        select(func.coalesce(func.max(mine.c.number), 0))
        .where(mine.c.organisation_id == bindparam("organisation"))
        .where(mine.c.person_id == bindparam("person"))
        .scalar_subquery()
    )
    insert = insert_into(_message, on_postgres).values(number=last + 1)
    return insert.on_conflict_do_nothing().returning(_message.c.id)
