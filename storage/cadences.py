"""Cadences and question packs, revision by revision."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from bot.domain.cadence import CadenceSpec, from_json, to_json
from bot.domain.organisation import CadenceRevision, PackRevision
from bot.domain.packs import Pack
from storage.packing import pack_from_json, pack_to_json
from storage.store import Found, Query, Store
from storage.tables.configuration import CadenceRevisionRow, CadenceRow, PackRevisionRow

_cadence = CadenceRow.__table__
_revision = CadenceRevisionRow.__table__
_pack = PackRevisionRow.__table__
_later = _revision.alias("later")
_later_pack = _pack.alias("later_pack")


class SqlCadences(Store):
    """The Cadences port."""

    def current(self) -> Sequence[CadenceRevision]:
        newest = (
            select(func.max(_later.c.number))
            .where(self._own(_later), _later.c.cadence_id == _revision.c.cadence_id)
            .scalar_subquery()
        )
        query = self._revisions().where(_revision.c.number == newest).order_by(_cadence.c.key)
        return [_cadence_revision(row) for row in self._connection.execute(query)]

    def revisions(self, ids: Iterable[UUID]) -> dict[UUID, CadenceRevision]:
        return self._once("cadence_revision", ids, self._read_revisions)

    def history(self, key: str) -> Sequence[CadenceRevision]:
        """Oldest first."""
        query = self._revisions().where(_cadence.c.key == key).order_by(_revision.c.number)
        return [_cadence_revision(row) for row in self._connection.execute(query)]

    def add_revision(
        self, spec: CadenceSpec, *, revision_id: UUID, created_at: datetime, author: str
    ) -> CadenceRevision:
        cadence_id = self._cadence_id(spec)
        newest = select(func.max(_revision.c.number)).where(
            self._own(_revision), _revision.c.cadence_id == cadence_id
        )
        number = (self._connection.execute(newest).scalar() or 0) + 1
        row = {
            "id": revision_id,
            "organisation_id": self._organisation,
            "cadence_id": cadence_id,
            "number": number,
            "body": to_json(spec),
            "created_at": created_at,
            "author": author,
        }
        self._add(_revision, [row])
        return CadenceRevision(revision_id, cadence_id, number, spec, created_at, author)

    def pack(self, key: str) -> PackRevision | None:
        query = self._packs().where(_pack.c.key == key).order_by(_pack.c.number.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _pack_revision(row)

    def packs(self, revision_ids: Iterable[UUID]) -> dict[UUID, PackRevision]:
        return self._once("pack_revision", revision_ids, self._read_packs)

    def current_packs(self) -> Sequence[PackRevision]:
        """By key."""
        newest = (
            select(func.max(_later_pack.c.number))
            .where(self._own(_later_pack), _later_pack.c.key == _pack.c.key)
            .scalar_subquery()
        )
        query = self._packs().where(_pack.c.number == newest).order_by(_pack.c.key)
        return [_pack_revision(row) for row in self._connection.execute(query)]

    def add_pack(
        self, pack: Pack, *, revision_id: UUID, created_at: datetime, author: str
    ) -> PackRevision:
        newest = self.pack(pack.key)
        body = pack_to_json(pack)
        if newest is not None and pack_to_json(newest.pack) == body:
            return newest
        number = 1 if newest is None else newest.number + 1
        row = {
            "id": revision_id,
            "organisation_id": self._organisation,
            "key": pack.key,
            "number": number,
            "body": body,
            "created_at": created_at,
            "author": author,
        }
        self._add(_pack, [row])
        return PackRevision(revision_id, number, pack)

    def _read_revisions(self, ids: set[UUID]) -> dict[UUID, CadenceRevision]:
        rows = self._among(ids, lambda some: self._revisions().where(_revision.c.id.in_(some)))
        return {row.id: _cadence_revision(row) for row in rows}

    def _read_packs(self, ids: set[UUID]) -> dict[UUID, PackRevision]:
        rows = self._among(ids, lambda some: self._packs().where(_pack.c.id.in_(some)))
        return {row.id: _pack_revision(row) for row in rows}

    def _cadence_id(self, spec: CadenceSpec) -> UUID:
        """The cadence of that key, made if need be, paused or not as `spec` says."""
        row = {
            "id": uuid4(),
            "organisation_id": self._organisation,
            "key": spec.key,
            "paused": spec.paused,
        }
        self._add_new(_cadence, [row])
        found = (
            update(_cadence)
            .where(self._own(_cadence), _cadence.c.key == spec.key)
            .values(paused=spec.paused)
            .returning(_cadence.c.id)
        )
        return UUID(str(self._connection.execute(found).scalar_one()))

    def _revisions(self) -> Query:
        return (
            select(
                _revision.c.id,
                _revision.c.cadence_id,
                _revision.c.number,
                _revision.c.body,
                _revision.c.created_at,
                _revision.c.author,
            )
            .join(_cadence, _cadence.c.id == _revision.c.cadence_id)
            .where(self._own(_revision))
        )

    def _packs(self) -> Query:
        return select(_pack.c.id, _pack.c.number, _pack.c.body).where(self._own(_pack))


def _cadence_revision(row: Found) -> CadenceRevision:
    return CadenceRevision(
        row.id, row.cadence_id, row.number, from_json(row.body), row.created_at, row.author
    )


def _pack_revision(row: Found) -> PackRevision:
    return PackRevision(row.id, row.number, pack_from_json(row.body))
