"""What people took back, as the key store keeps it: it outlives a lost database of answers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.erasure import Erased, Erasure
from storage.key_engine import KeptErasure

_kept = KeptErasure.__table__  # type: ignore[attr-defined]  # SQLModel adds it, mypy can't see it
_PER_STATEMENT = 1_000


def keep(
    connection: Connection, organisation_id: UUID, erasures: Sequence[Erasure]
) -> Sequence[Erasure]:
    """Keep them; those that were not kept yet."""
    on_postgres = connection.dialect.name == "postgresql"
    insert = postgresql.insert(_kept) if on_postgres else sqlite.insert(_kept)
    added = insert.on_conflict_do_nothing().returning(_kept.c.id)
    new: set[UUID] = set()
    for start in range(0, len(erasures), _PER_STATEMENT):
        rows = [_row(organisation_id, e) for e in erasures[start : start + _PER_STATEMENT]]
        new |= set(connection.execute(added, rows).scalars())
    return [erasure for erasure in erasures if erasure.id in new]


def kept(connection: Connection, organisation_id: UUID) -> Sequence[Erasure]:
    """All of them, oldest first."""
    mine = select(_kept).where(_kept.c.organisation_id == organisation_id)
    rows = connection.execute(mine.order_by(_kept.c.at, _kept.c.id))
    return [Erasure(r.id, r.person_id, Erased(r.what), r.target_id, r.at) for r in rows]


def _row(organisation_id: UUID, erasure: Erasure) -> dict[str, object]:
    return {
        "id": erasure.id,
        "organisation_id": organisation_id,
        "person_id": erasure.person_id,
        "what": erasure.what.value,
        "target_id": erasure.target_id,
        "at": erasure.at,
    }
