"""Brings the main database to the newest schema."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from storage.engine import DatabaseUrlError, is_sqlite, open_engine
from storage.faults import translated

_MIGRATIONS = Path(__file__).parent / "migrations" / "main"


def upgrade(url: str) -> None:
    """Make the tables, or bring them up to date, in one transaction; a repeat changes nothing.

    A new SQLite file is readable by its owner alone. Blocks; call it from a thread.

    Raises:
        DatabaseUrlError: the URL is of no kind that can hold them, or its file can't be made.
        StorageUnavailable: the database is full, locked or gone.
    """
    engine = open_engine(url)
    file = _file_of(engine)
    if file is not None:
        _make_private(file)
    with _connected(engine, writes=True) as connection, connection.begin():
        command.upgrade(configuration(connection), "head")


def upgrade_from(url: str, revision: str) -> None:
    """Bring a restored copy up to date whose revision isn't noted in it, as on PostgreSQL.

    On PostgreSQL none is noted afterwards either: whoever publishes the copy does that.

    Raises what `upgrade` raises.
    """
    engine = open_engine(url)
    with _connected(engine, writes=True) as connection, connection.begin():
        config = configuration(connection)
        if not is_sqlite(engine):
            command.stamp(config, revision)
        command.upgrade(config, "head")
        if not is_sqlite(engine):
            connection.execute(text("DELETE FROM alembic_version"))


def knows(revision: str) -> bool:
    """Tell whether this version of the program can bring that revision up to date."""
    scripts = ScriptDirectory(str(_MIGRATIONS)).walk_revisions()
    return any(script.revision == revision for script in scripts)


def current(url: str) -> str | None:
    """Return the revision of the stored schema; None where there is none yet. Blocks.

    Raises:
        DatabaseUrlError: the URL is of no kind that can hold one.
        StorageUnavailable: the database is locked or gone.
    """
    engine = open_engine(url)
    file = _file_of(engine)
    if file is not None and not file.exists():
        return None  # connecting would make an empty file
    with _connected(engine, writes=False) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this version of the program works with."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def is_current(url: str) -> bool:
    """Tell whether the stored schema is the one this version works with. Blocks.

    Raises what `current` raises.
    """
    return current(url) == newest()


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings, without a file; `connection` is what it migrates."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connected(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    try:
        with engine.connect().execution_options(writes=writes) as connection:
            yield connection
    except Exception as error:
        raise translated(error) from error
    finally:
        engine.dispose()


def _file_of(engine: Engine) -> Path | None:
    return Path(engine.url.database or "") if is_sqlite(engine) else None


def _make_private(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # its WAL gets this mode too
    except OSError as error:
        raise DatabaseUrlError(
            f"The database's file {file} can't be opened ({error.strerror}): name a path in a "
            "directory that exists and belongs to the user who runs Touchpoint."
        ) from error
