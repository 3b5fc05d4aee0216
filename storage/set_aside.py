"""What stood in a database's place before a backup was restored: kept aside, under its time."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect, make_url, text

from storage.key_engine import SCHEMA, key_engine, writing

MARK = "before-restore-"
_FORM = "%Y%m%dT%H%M%SZ"


def stamp(at: datetime) -> str:
    """A moment (aware UTC) as it stands in a name."""
    return at.astimezone(UTC).strftime(_FORM)


def stamped(name: str) -> datetime | None:
    """The moment (aware UTC) that a name ends with, if it does."""
    try:
        return datetime.strptime(name.rpartition("-")[2].upper(), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def changed_at(path: Path) -> datetime:
    """When a file or folder was changed last (aware UTC)."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def old_key_copies(keys_url: str, before: datetime) -> list[Path]:
    """Delete the key stores that were set aside before then (aware UTC), and what a restore that
    was killed then has left of one; what they were.

    They hold keys, as a backup does: no longer than 30 days.
    """
    url = make_url(keys_url)
    if url.get_backend_name() != "sqlite":
        return _drop_schemas(keys_url, before)
    file = Path(url.database or "")
    found = [
        aside
        for aside in file.parent.glob(f"{file.name}*.{MARK}*")
        if (at := stamped(aside.name)) is not None and at < before
    ]
    found += [draft for draft in drafts(file) if changed_at(draft) < before]
    for each in found:
        each.unlink()
    return found


def draft_of(file: Path) -> Path:
    """Where a restore makes a SQLite file, before that takes its place."""
    return file.with_name(f"{file.name}.restoring")


def drafts(file: Path) -> list[Path]:
    """What is there of it, its logs too."""
    return sorted(file.parent.glob(f"{draft_of(file).name}*"))


def schema_aside(schema: str, at: datetime) -> str:
    """What a schema is called from then on."""
    return f"{schema}_{MARK.replace('-', '_').rstrip('_')}-{stamp(at)}".lower()


def _drop_schemas(url: str, before: datetime) -> list[Path]:
    engine = key_engine(url)
    prefix = f"{SCHEMA}_{MARK.replace('-', '_').rstrip('_')}-"
    try:
        with writing(engine) as connection:
            found = [
                name
                for name in inspect(connection).get_schema_names()
                if name.startswith(prefix) and (at := stamped(name)) is not None and at < before
            ]
            for name in found:
                connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))
    finally:
        engine.dispose()
    return [Path(name) for name in found]
