"""`touchpoint` in a process of its own, over the databases of a test."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress

from bot.settings import Environment
from tests.harness import require
from tests.processes import STDOUT, Process
from tests.servers import postgres

_OWN = ("TOUCHPOINT_DATABASE", "TOUCHPOINT_KEYS", "TOUCHPOINT_MASTER")


def variables(environment: Environment) -> Mapping[str, str]:
    """What a process needs in its environment to work with the same databases."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    given = {
        "TOUCHPOINT_DATABASE_URL": environment.database_url,
        "TOUCHPOINT_KEYS_URL": environment.keys_url,
        "TOUCHPOINT_MASTER_KEY_FILE": str(environment.master_key_file),
        "TOUCHPOINT_CONFIG": str(environment.config),
    }
    return kept | given


def run_command(
    environment: Environment, *arguments: str, die_at: int = 0, **more: str
) -> tuple[int, str]:
    """`touchpoint arguments`: its exit code and all it said.

    die_at: it kills itself (SIGKILL) as soon as it has begun so many steps.
    more: environment variables.
    """
    found = dict(variables(environment))
    if environment.database_file is None:
        found["PATH"] = f"{require(postgres.programs)}{os.pathsep}{found['PATH']}"
    process = Process(
        "tests.integration.mortal_command",
        str(die_at),
        *arguments,
        pipes=(STDOUT,),
        joined=True,
        environment=found | more,
    )
    with os.fdopen(process.file(STDOUT)) as said:
        text = said.read()
    return process.wait(60), text


def steps(said: str) -> int:
    """How many steps a command took that was to die at a later one."""
    found = re.search(r"^(\d+) steps$", said, re.MULTILINE)
    assert found is not None, said
    return int(found[1])


def some_of(count: int, stride: int) -> list[int]:
    """The steps at which a command is killed: the first, every `stride`-th after it, the last."""
    return sorted({*range(1, count + 1, stride), count})


def die() -> None:
    """As a power cut would end this process."""
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
