"""A copy of one database in a folder of its own, with a manifest that says what it is."""

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import make_url

from storage.pg_tools import dump
from storage.set_aside import changed_at, stamp

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


class BackupError(Exception):
    """A backup can't be made or used; the message names the file and the remedy."""


class Kind(StrEnum):
    """What is in a backup: the two are never in one folder."""

    ANSWERS = "answers"
    KEYS = "keys"

    @property
    def prefix(self) -> str:
        """What the folder's name begins with."""
        return {"answers": "touchpoint-", "keys": "touchpoint-keys-"}[self.value]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is. `database` is sqlite or postgresql; `taken_at` ISO 8601, UTC; `master_key`
    the name of the key that wraps the keys, which is in neither backup.
    """

    format: int
    kind: str
    product: str
    schema: str
    taken_at: str
    organisation: str
    database: str
    file: str
    sha256: str
    master_key: str

    @property
    def taken(self) -> datetime:
        """When (aware UTC)."""
        return datetime.fromisoformat(self.taken_at)

    @property
    def organisation_id(self) -> UUID:
        """Whose it is."""
        return UUID(self.organisation)


@dataclass(frozen=True, slots=True)
class Described:
    """What the caller knows of the database that is copied."""

    product: str
    schema: str
    organisation: UUID
    master_key: str


def make_backup(url: str, into: Path, kind: Kind, described: Described, now: datetime) -> Path:
    """Copy a database, consistent while it is in use, into a new folder below `into`.

    The folder has its name only once it is whole. It is its owner's alone.

    Args:
        url: the database; on PostgreSQL `kind` chooses the schema.
        into: is made where it is missing.
        kind: what is copied.
        described: goes into the manifest.
        now: aware UTC; names the folder.

    Raises:
        BackupError: something is in the way.
        PgToolError: pg_dump is missing, too old or failed.
    """
    final = into / f"{kind.prefix}{stamp(now)}"
    draft = into / f".{final.name}.{uuid4().hex[:8]}.partial"
    _make_private(into)
    if final.exists():
        raise BackupError(f"{final} is there already, and is never overwritten: try again")
    draft.mkdir(mode=0o700)
    try:
        _fill(draft, url, kind, described, now)
        draft.rename(final)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _flush(into)
    return final


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupError(
            f"{folder} can't be made ({error.strerror}): name a directory that you may write to"
        ) from error


def _fill(draft: Path, url: str, kind: Kind, described: Described, now: datetime) -> None:
    parsed = make_url(url)
    on_sqlite = parsed.get_backend_name() == "sqlite"
    file = draft / f"{kind.value}.{'db' if on_sqlite else 'dump'}"
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if on_sqlite:
        _copy(Path(parsed.database or ""), file)
    else:
        dump(url, file, keys=kind is Kind.KEYS)
    manifest = Manifest(
        format=FORMAT,
        kind=kind.value,
        product=described.product,
        schema=described.schema,
        taken_at=now.astimezone(UTC).isoformat(),
        organisation=str(described.organisation),
        database="sqlite" if on_sqlite else "postgresql",
        file=file.name,
        sha256=digest(file),
        master_key=described.master_key,
    )
    path = draft / MANIFEST
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    path.write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    for each in (file, path, draft):
        _flush(each)


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way, which takes what is still in the write-ahead log too."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        found = written.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise BackupError(f"{source} is damaged ({found}): restore the last good backup")


def digest(file: Path) -> str:
    """SHA-256, hexadecimal."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _flush(path: Path) -> None:
    if os.name != "posix":
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read_backup(folder: Path, kind: Kind) -> Manifest:
    """What is in a backup's folder, once it is known to be whole.

    Raises:
        BackupError: it is no backup of that kind, of a later format, incomplete or altered.
    """
    manifest = _manifest(folder)
    if manifest.kind != kind.value:
        raise BackupError(f"{folder} is a backup of the {manifest.kind}, not of the {kind.value}")
    file = folder / manifest.file
    if Path(manifest.file).name != manifest.file or not file.is_file():
        raise BackupError(f"{folder} is not complete: {manifest.file} is missing")
    if digest(file) != manifest.sha256:
        raise BackupError(
            f"{file} is not what was backed up: its SHA-256 is not the manifest's. Take another "
            "copy of the backup, or an earlier one"
        )
    return manifest


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        inside = sorted(each.parent.name for each in folder.glob(f"*/{MANIFEST}"))
        newest = f"; there are {', '.join(inside[-3:])} in it: name one of them" if inside else ""
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}{newest}")
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(given, dict) and int(given.get("format", 0)) > FORMAT:
            raise BackupError(
                f"{path} is of format {given['format']}, and this version knows {FORMAT}: restore "
                f"it with Touchpoint {given.get('product', 'of that time')}"
            )
        manifest = Manifest(**{name: given[name] for name in Manifest.__slots__})
        UUID(manifest.organisation), manifest.taken
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(f"{path} can't be read: take another copy of the backup") from error
    return manifest


def forget_old_keys(folder: Path, kept: timedelta, now: datetime) -> list[Path]:
    """Delete the backups of keys in a folder that are older than `kept`, and drafts of such that
    were left by a process that was killed; which those were.
    """
    old = [path for path in folder.glob(f"{Kind.KEYS.prefix}*") if _is_old(path, kept, now)]
    drafts = folder.glob(f".{Kind.KEYS.prefix}*.partial")
    old += [path for path in drafts if now - changed_at(path) > kept]
    for path in sorted(old):
        shutil.rmtree(path)
    return sorted(old)


def _is_old(path: Path, kept: timedelta, now: datetime) -> bool:
    with suppress(BackupError):
        manifest = _manifest(path)
        return manifest.kind == Kind.KEYS.value and now - manifest.taken > kept
    return False
