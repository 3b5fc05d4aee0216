"""What a whole test run shares: one directory, work done once, and skips nobody can overlook."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

ROOT = Path(__file__).parent.parent
NOT_TESTED = "NOT TESTED: "
OURS = ("TOUCHPOINT_", "SLACK_", "TEAMS_")
"""What the names of all our variables begin with: a test starts without those of its shell."""

Found = TypeVar("Found")
_RUN = "TOUCHPOINT_TEST_RUN"
_CONTROLLER = "TOUCHPOINT_TEST_CONTROLLER"


class UnavailableError(Exception):
    """Something tests need is not on this machine; the message says how to get it."""


def open_run() -> None:
    """Make the run's directory; the workers, started later, inherit it in their environment."""
    os.environ[_RUN] = tempfile.mkdtemp(prefix="touchpoint-tests-")
    os.environ[_CONTROLLER] = str(os.getpid())


def close_run() -> None:
    """Remove the run's directory and what it holds."""
    shutil.rmtree(os.environ.pop(_RUN), ignore_errors=True)
    del os.environ[_CONTROLLER]


def run_directory() -> Path:
    """The directory that all workers of this test run share."""
    return Path(os.environ[_RUN])


def controller_pid() -> int:
    """The process whose end is the end of the test run."""
    return int(os.environ[_CONTROLLER])


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Hold a lock between processes; it is released when its holder ends, however that is."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(name: str, make: Callable[[], str]) -> str:
    """Do something once in a test run, whichever worker needs it first.

    Args:
        name: what is made; one file of that name keeps the outcome.
        make: makes it and returns what the others must know.

    Raises:
        UnavailableError: `make` raised it, now or when another worker tried.
    """
    outcome = run_directory() / f"{name}.json"
    with locked(run_directory() / f"{name}.lock"):
        if not outcome.exists():
            outcome.write_text(json.dumps(_attempt(make)))
    made = json.loads(outcome.read_text())
    if "error" in made:
        raise UnavailableError(made["error"])
    return str(made["value"])


def _attempt(make: Callable[[], str]) -> dict[str, str]:
    try:
        return {"value": make()}
    except UnavailableError as error:
        return {"error": str(error)}


def not_tested(reason: str) -> NoReturn:
    """Skip the test loudly, or fail it where `TOUCHPOINT_REQUIRE_ALL=1` asks for every test."""
    if os.environ.get("TOUCHPOINT_REQUIRE_ALL") == "1":
        pytest.fail(f"{NOT_TESTED}{reason}", pytrace=False)
    pytest.skip(f"{NOT_TESTED}{reason}")


def require(find: Callable[[], Found]) -> Found:
    """Return what `find` finds; where it finds nothing, the test is not tested, loudly."""
    try:
        return find()
    except UnavailableError as error:
        reason = str(error)
    not_tested(reason)


def loud_skips(skipped: list[Any]) -> dict[str, int]:
    """Count the skipped reports by the reason given to `not_tested`."""
    counts: dict[str, int] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if NOT_TESTED in reason:
            text = reason.split(NOT_TESTED, 1)[1]
            counts[text] = counts.get(text, 0) + 1
    return counts
