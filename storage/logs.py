"""The read log and the audit log."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Delete, Row, Select, delete, func, insert, select
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.ports.queue_store import Audited, AuditEntry, Chain, Reading
from storage.queries import Queries, chunks
from storage.tables.logs import AuditLogRow, ReadLogRow

_reading = ReadLogRow.__table__
_entry = AuditLogRow.__table__
_FIRST = bytes(32)  # what the first entry's hash stands on
_PAGE = 5000
_LOCK_BITS = 63  # an advisory lock's key is a signed 64-bit number


class SqlReadLog(Queries):
    """The ReadLog port."""

    def add(self, readings: Sequence[Reading]) -> None:
        """Log readings; a repeat for the same reader, answer, way and day changes nothing."""
        rows = [self._row(reading) for reading in readings]
        if rows:
            self._connection.execute(self._insert(_reading).on_conflict_do_nothing(), rows)

    def of_person(self, person_id: UUID) -> Sequence[Reading]:
        """Return who read this person's answers, oldest first."""
        return self._load(_reading.c.person_id == person_id)

    def by_reader(self, reader_id: UUID) -> Sequence[Reading]:
        """Return what this person was shown of others, oldest first."""
        return self._load(_reading.c.reader_id == reader_id)

    def _load(self, which: ColumnElement[bool]) -> Sequence[Reading]:
        rows = self._connection.execute(
            select(_reading)
            .where(_reading.c.organisation_id == self._organisation, which)
            .order_by(_reading.c.at, _reading.c.id)
        )
        return [Reading(r.person_id, r.reader_id, r.answer_id, r.how, r.at) for r in rows]

    def forget(self, person_id: UUID, answer_ids: Iterable[UUID]) -> None:
        """Delete who was shown these answers of one person."""
        for some in chunks(list(answer_ids)):
            self._connection.execute(self._of(person_id).where(_reading.c.answer_id.in_(some)))

    def forget_person(self, person_id: UUID) -> None:
        """Delete who was shown anything of this person's."""
        self._connection.execute(self._of(person_id))

    def _of(self, person_id: UUID) -> Delete:
        theirs = _reading.c.organisation_id == self._organisation, _reading.c.person_id == person_id
        return delete(_reading).where(*theirs)

    def _row(self, reading: Reading) -> dict[str, Any]:
        return {
            "id": uuid4(),
            "organisation_id": self._organisation,
            "person_id": reading.person_id,
            "reader_id": reading.reader_id,
            "answer_id": reading.answer_id,
            "how": reading.how,
            "day": reading.at.astimezone(UTC).date(),
            "at": reading.at,
        }


class SqlAuditLog(Queries):
    """The AuditLog port: each entry's hash covers the hash of the entry before it."""

    def append(
        self, *, actor: str, action: str, target: str, at: datetime, detail: str = ""
    ) -> None:
        """Add an entry after the last one. Others wait until this transaction ends."""
        self._take_turn()
        newest = self._entries().order_by(_entry.c.number.desc()).limit(1)
        last = self._connection.execute(newest).first()
        entry = {
            "organisation_id": self._organisation,
            "number": 1 if last is None else last.number + 1,
            "actor": actor,
            "action": action,
            "target": target,
            "detail": detail,
            "at": at.astimezone(UTC),
        }
        before = _FIRST if last is None else last.hash
        self._connection.execute(insert(_entry).values(**entry, hash=_hash(before, entry)))

    def latest(self, actions: Iterable[str]) -> Sequence[Audited]:
        """Return the newest entry about each target among those of these actions."""
        newest = (
            select(func.max(_entry.c.number))
            .where(_entry.c.organisation_id == self._organisation)
            .where(_entry.c.action.in_(list(actions)))
            .group_by(_entry.c.target)
        )
        rows = self._connection.execute(self._entries().where(_entry.c.number.in_(newest)))
        return [Audited(row.action, row.target, row.detail, row.at) for row in rows]

    def entries(self, after: int = 0, limit: int = 1000) -> Sequence[AuditEntry]:
        """Return a page, oldest first."""
        page = self._entries().where(_entry.c.number > after).order_by(_entry.c.number)
        return self._read(page.limit(limit))

    def newest(self, limit: int) -> Sequence[AuditEntry]:
        """Return the last entries, newest first."""
        return self._read(self._entries().order_by(_entry.c.number.desc()).limit(limit))

    def _read(self, query: Select[*tuple[Any, ...]]) -> Sequence[AuditEntry]:
        return [
            AuditEntry(r.number, r.actor, r.action, r.target, r.detail, r.at, r.hash.hex())
            for r in self._connection.execute(query)
        ]

    def verify(self) -> bool:
        """Tell whether every entry follows from the one before it, from the first on.

        An altered, inserted or removed entry is found. Removed last entries leave a chain that
        is whole: only a copy of the newest hash, kept elsewhere, could tell.
        """
        return self.check().broken_at is None

    def check(self, expected: str = "") -> Chain:
        """Follow the chain from the first entry on, a page at a time."""
        before, count, holds = _FIRST, 0, not expected
        while rows := self._page(count):
            for row in rows:
                if row.number != count + 1 or row.hash != _hash(before, row._asdict()):
                    return Chain(count, _hex(before), count + 1, holds)
                before, count = row.hash, count + 1
                holds = holds or row.hash.hex() == expected.lower()
        return Chain(count, _hex(before), None, holds)

    def _page(self, after: int) -> Sequence[Row[*tuple[Any, ...]]]:
        page = self._entries().where(_entry.c.number > after).order_by(_entry.c.number)
        return self._connection.execute(page.limit(_PAGE)).all()

    def _entries(self) -> Select[*tuple[Any, ...]]:
        return select(_entry).where(_entry.c.organisation_id == self._organisation)

    def _take_turn(self) -> None:
        if self._on_postgres:
            key = self._organisation.int >> (128 - _LOCK_BITS)
            self._connection.execute(select(func.pg_advisory_xact_lock(key)))


def _hex(digest: bytes) -> str:
    return "" if digest == _FIRST else digest.hex()


def _hash(before: bytes, entry: dict[str, Any]) -> bytes:
    content = {key: str(value) for key, value in entry.items() if key != "hash"}
    content["at"] = entry["at"].isoformat(timespec="microseconds")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + canonical.encode()).digest()
