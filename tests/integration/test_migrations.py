"""The migrations make exactly the tables that the code declares."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot.domain.check_in import Asked, AskedQuestion
from storage.engine import DatabaseUrlError, open_engine
from storage.migrate import configuration, current, is_current, newest, upgrade
from storage.tables import metadata
from tests.harness import ROOT
from tests.integration.stored import World, writing


def _difference(url: str) -> list[object]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            return list(compare_metadata(context, metadata))
    finally:
        engine.dispose()


def _declared(url: str) -> dict[str, str]:
    """Indexes and, on SQLite, tables, as the database itself words them."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return {name: _words(sql) for name, sql in connection.execute(_catalogue(connection))}
    finally:
        engine.dispose()


def _catalogue(connection: Connection):  # type: ignore[no-untyped-def]  # inferred well enough
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    return text(query)


def _words(sql: str) -> str:
    """The clauses of a statement, whatever their order and spacing."""
    head, _, body = sql.partition("(")
    inside, _, tail = body.rpartition(")")
    clauses = re.split(r",(?![^()]*\))", inside)
    words = sorted(" ".join(clause.split()) for clause in clauses)
    return "\n".join([" ".join(head.split()), *words, " ".join(tail.split())])


def test_the_migrated_schema_is_the_declared_one(database_url: str) -> None:
    upgrade(database_url)
    assert _difference(database_url) == []


def test_the_migrated_schema_is_worded_like_the_declared_one(
    database_url: str, tmp_path: Path
) -> None:
    """What Alembic does not compare, such as the conditions of partial indexes."""
    upgrade(database_url)
    migrated = _declared(database_url)
    if database_url.startswith("sqlite"):
        database_url = f"sqlite:///{tmp_path / 'declared.db'}"
    engine = open_engine(database_url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        metadata.drop_all(connection)
        metadata.create_all(connection)
    engine.dispose()
    declared = _declared(database_url)
    migrated.pop("alembic_version", None)
    migrated.pop("alembic_version_pkc", None)
    declared.pop("alembic_version_pkc", None)
    assert migrated == declared


def test_a_difference_would_be_seen(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    engine = open_engine(sqlite_url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("DROP INDEX ix_delivery_ready"))
    engine.dispose()
    assert _difference(sqlite_url) != []


def test_an_upgrade_may_be_repeated(database_url: str) -> None:
    assert current(database_url) is None
    assert not is_current(database_url)
    upgrade(database_url)
    upgrade(database_url)
    assert current(database_url) == newest()
    assert is_current(database_url)


def test_asking_makes_no_file(sqlite_url: str) -> None:
    assert current(sqlite_url) is None
    assert not Path(sqlite_url.removeprefix("sqlite:///")).exists()


def test_every_revision_can_be_undone(database_url: str) -> None:
    upgrade(database_url)
    engine = open_engine(database_url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        command.downgrade(configuration(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    upgrade(database_url)
    assert is_current(database_url)


def test_without_follow_ups_what_older_code_cannot_read_is_gone(database_url: str) -> None:
    """Before 0013 there were no such questions and no such state; every other row stays."""
    upgrade(database_url)
    engine = open_engine(database_url)
    with writing(engine) as connection:
        world = World.build(connection)
        ana, ben, cy = world.hire("Ana", "Ben", "Cy")
        work, clarity = AskedQuestion("work", 0, Asked.ANSWERED), AskedQuestion("clarity", 2)
        for who, state in ((ana, Asked.CHOOSING), (ben, Asked.SKIPPED), (cy, Asked.ANSWERED)):
            between = AskedQuestion("work.example", 1, state)
            world.open_check_in(who, questions=(work, between, clarity))
    with writing(engine) as connection:
        command.downgrade(configuration(connection), "0012")
        rows = connection.execute(text("SELECT key, state FROM check_in_question")).all()
    engine.dispose()
    others = [("clarity", "pending")] * 3 + [("work", "answered")] * 3
    assert sorted(map(tuple, rows)) == sorted([*others, ("work.example", "answered")])


def test_two_processes_may_upgrade_at_once(database_url: str) -> None:
    command = [sys.executable, "-c", "import sys; from storage.migrate import upgrade; "]
    command[-1] += "upgrade(sys.argv[1])"
    both = [subprocess.Popen([*command, database_url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert is_current(database_url)


def test_a_new_file_is_the_owners_alone(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUrlError, match="nowhere"):
        upgrade(f"sqlite:///{tmp_path / 'nowhere' / 'touchpoint.db'}")
