"""PostgreSQL's own programs for dumps; they are no part of Touchpoint and must be installed."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import make_url, text

from storage.engine import open_engine
from storage.key_engine import SCHEMA

_INSTALL = "install PostgreSQL's client programs (Debian: apt install postgresql-client)"
_VERSION_TABLE = " TABLE DATA public alembic_version "
_TAIL = 500  # characters of what a program says; it names tables, never their contents


class PgToolError(Exception):
    """pg_dump or pg_restore can't be used, or failed; the message gives the remedy."""


def dump(url: str, file: Path, *, keys: bool) -> None:
    """Write the schema of the keys, or all but that, in PostgreSQL's custom format.

    Raises:
        PgToolError: pg_dump is missing, older than the server, or failed.
    """
    _require("pg_dump", url)
    chosen = [f"--schema={SCHEMA}"] if keys else _other_schemas(url)
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}"]
    _run("pg_dump", url, [*options, *chosen])


def restore(url: str, file: Path) -> None:
    """Put a dump's tables into the database, all or nothing.

    The number of its schema is left out: until that is noted no process takes it for a database
    that it can serve.

    Raises:
        PgToolError: pg_restore is missing, older than the server, or failed.
    """
    _require("pg_restore", url)
    with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as chosen:
        listed = _ran([_found("pg_restore"), "--list", str(file)], {})
        kept = [line for line in listed.splitlines(keepends=True) if _VERSION_TABLE not in line]
        chosen.writelines(kept)
        chosen.flush()
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        _run("pg_restore", url, [*options, f"--use-list={chosen.name}"], str(file))


def _other_schemas(url: str) -> list[str]:
    """All but the one that holds the answers is left out: keys, and what was set aside."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT nspname FROM pg_namespace")).scalars()
            others = [name for name in found if name != "public" and not name.startswith("pg_")]
    finally:
        engine.dispose()
    return [f'--exclude-schema="{name}"' for name in others if name != "information_schema"]


def _require(program: str, url: str) -> None:
    said = _ran([_found(program), "--version"], {})
    found = re.search(r"(\d+)(?:\.\d+)?", said)
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            server = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    finally:
        engine.dispose()
    if found is None or int(found.group(1)) < server:
        raise PgToolError(
            f"{program} is too old ({said.strip()}) for this server, PostgreSQL {server}: "
            f"{_INSTALL} of version {server} or later, and put them first on PATH"
        )


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise PgToolError(f"{program} is not on PATH: {_INSTALL}")
    return found


def _run(program: str, url: str, options: list[str], *files: str) -> None:
    parsed = make_url(url).set(drivername="postgresql")
    # The password goes by the environment: everybody can read a process's arguments.
    secret = {"PGPASSWORD": parsed.password} if parsed.password else {}
    plain = parsed.set(password=None).render_as_string(hide_password=False)
    _ran([_found(program), "--no-password", f"--dbname={plain}", *options, *files], secret)


def _ran(command: list[str], more: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  # nosec B603  # our own arguments, no shell
        command,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        program = Path(command[0]).name
        raise PgToolError(f"{program} failed: {done.stderr.strip()[-_TAIL:]}")
    return done.stdout
