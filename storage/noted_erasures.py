"""What people took back, from wherever it was noted: also from copies that can hardly be read."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.erasure import Erased, Erasure
from storage.engine import is_sqlite, open_engine
from storage.set_aside import MARK
from storage.tables.rights import ErasureRow

_erasure = ErasureRow.__table__
_COLUMNS = tuple(_erasure.c[name] for name in ("id", "person_id", "what", "target_id", "at"))


def noted_erasures(url: str, organisation: UUID) -> tuple[dict[UUID, Erasure], list[str]]:
    """All that a database holds of them, with what a restore set aside; by id.

    Args:
        url: the database of the answers, or the key store.
        organisation: whose.

    Returns them and what could not be read, which is no reason to stop: a damaged database is
    why people restore.
    """
    found: dict[UUID, Erasure] = {}
    unread: list[str] = []
    for each in _places(url):
        engine = open_engine(each)
        try:
            found |= _of_all_schemas(engine, organisation)
        except SQLAlchemyError:
            unread.append(make_url(each).render_as_string(hide_password=True))
        finally:
            engine.dispose()
    return found, unread


def _places(url: str) -> list[str]:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return [url]
    file = Path(parsed.database or "")
    asides = [f for f in sorted(file.parent.glob(f"{file.name}.{MARK}*")) if f.suffix != ".lock"]
    files = [f for f in (file, *asides) if f.exists() and not f.name.endswith(("-wal", "-shm"))]
    return [parsed.set(database=str(each)).render_as_string(hide_password=False) for each in files]


def _of_all_schemas(engine: Engine, organisation: UUID) -> dict[UUID, Erasure]:
    found: dict[UUID, Erasure] = {}
    with engine.connect() as connection:
        for schema in _schemas(engine, connection):
            there = connection.execution_options(schema_translate_map={None: schema})
            query = select(*_COLUMNS).where(_erasure.c.organisation_id == organisation)
            for row in there.execute(query):
                what = Erased(row.what)
                found[row.id] = Erasure(row.id, row.person_id, what, row.target_id, row.at)
    return found


def _schemas(engine: Engine, connection: Connection) -> list[str | None]:
    """Those in which they are noted."""
    if is_sqlite(engine):
        return [None] if inspect(connection).has_table("erasure") else []
    query = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'erasure'"
    return list(connection.execute(text(query)).scalars())
