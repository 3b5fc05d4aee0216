"""What came in and was handled: a redelivery changes nothing."""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Executable, delete

from storage.queries import Queries, insert_into
from storage.tables.queue import InboxRow

_inbox = InboxRow.__table__


class SqlInbox(Queries):
    """The Inbox port. On PostgreSQL a doubled act waits for the first one's transaction."""

    def first_time(self, installation_id: UUID, inbound_id: str, at: datetime) -> bool:
        """Record the act; tell whether it is new."""
        recorded = self._connection.execute(
            _if_new(self._on_postgres),
            {
                "organisation_id": self._organisation,
                "installation_id": installation_id,
                "inbound_id": inbound_id,
                "at": at,
            },
        )
        return recorded.first() is not None

    def purge(self, before: datetime) -> int:
        """Forget acts older than `before`; return how many."""
        return self._connection.execute(
            delete(_inbox).where(
                _inbox.c.organisation_id == self._organisation, _inbox.c.at < before
            )
        ).rowcount


@cache
def _if_new(on_postgres: bool) -> Executable:
    return insert_into(_inbox, on_postgres).on_conflict_do_nothing().returning(_inbox.c.inbound_id)
