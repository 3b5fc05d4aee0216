"""The local platform's messages, sealed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, func, select, update

from bot.domain.ports.queue_store import LocalMessage
from storage.queries import Queries
from storage.tables.queue import LocalMessageRow

_message = LocalMessageRow.__table__


class SqlLocalMessages(Queries):
    """The LocalMessages port."""

    def put(
        self, *, message_id: UUID, person_id: UUID, author: str, sealed: bytes, at: datetime
    ) -> bool:
        """Add a message after the person's others; tell whether its id is new."""
        last = (
            select(func.coalesce(func.max(_message.c.number), 0))
            .where(_message.c.organisation_id == self._organisation)
            .where(_message.c.person_id == person_id)
            .scalar_subquery()
        )
        added = self._connection.execute(
            self._insert(_message)
            .values(
                id=message_id,
                organisation_id=self._organisation,
                person_id=person_id,
                number=last + 1,
                author=author,
                sealed=sealed,
                version=1,
                sent_at=at,
                changed_at=at,
            )
            .on_conflict_do_nothing()
            .returning(_message.c.id)
        )
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

    def _change(self, message_id: UUID, sealed: bytes | None, at: datetime) -> bool:
        change: Update = (
            update(_message)
            .where(_message.c.organisation_id == self._organisation, _message.c.id == message_id)
            .where(_message.c.sealed.is_not(None))
            .values(sealed=sealed, changed_at=at, version=_message.c.version + 1)
        )
        return self._connection.execute(change).rowcount == 1
