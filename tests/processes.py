"""Real processes without the price of a start: forked from one that has imported the product.

Each has its own pid, arguments, environment and pipes, and ends by a signal or with an exit code
like any other. That a new interpreter starts the same commands is tested in `test_cli.py`.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TextIO

from tests.harness import ROOT

IMPORTED = (
    "bot.cli.backups",
    "bot.cli.checks",
    "bot.cli.office",
    "bot.cli.people",
    "bot.cli.restoring",
    "bot.cli.rotating",
    "bot.cli.status",
    "bot.llm.plain_writer",
    "bot.services.release",
    "bot.slack.app",
    "bot.web.serve",
    "psycopg",
    "scheduling.calendar",
    "storage.unit_of_work",
    "tests.integration.commands",
    "tests.processes",
)
"""What processes of most tests need; whatever else they need they import themselves."""

STDIN, STDOUT, STDERR = 0, 1, 2
_LIMIT = 2**20

_forks = get_context("forkserver")
_forks.set_forkserver_preload(list(IMPORTED))


class Process:
    """`python -m module arguments` in the project's folder, begun at once.

    pipes: those of STDIN, STDOUT and STDERR that the test keeps the other end of. Without a pipe
    standard input is empty, and the others are the test run's.
    joined: standard error goes where standard output goes.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        pipes: tuple[int, ...] = (),
        joined: bool = False,
        folder: Path = ROOT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        both = {number: _forks.Pipe(duplex=False) for number in pipes}
        self._ends = {number: pair[number == STDIN] for number, pair in both.items()}
        theirs = {number: pair[number != STDIN] for number, pair in both.items()}
        self._process = _forks.Process(
            target=_become,
            args=(module, arguments, theirs, joined, folder, dict(environment or os.environ)),
            daemon=True,
        )
        self._process.start()
        for end in theirs.values():
            end.close()
        assert self._process.pid is not None
        self.pid: int = self._process.pid
        self.sentinel = self._process.sentinel

    @property
    def returncode(self) -> int | None:
        """None while it runs; less than zero where a signal ended it."""
        return self._process.exitcode

    def file(self, number: int) -> int:
        """The test's end of a pipe; whoever takes it closes it."""
        end = self._ends.pop(number)
        taken = os.dup(end.fileno())
        end.close()
        return taken

    def send_signal(self, number: int) -> None:
        """Nothing happens where it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def wait(self, seconds: float) -> int:
        """Its exit code, once it has ended. Raises TimeoutError."""
        if self.returncode is None and not wait([self.sentinel], seconds):
            raise TimeoutError(f"process {self.pid} still runs after {seconds} s")
        code = self.returncode
        assert code is not None
        return code


@dataclass
class Talk:
    """A process, and the pipes through which it hears and answers."""

    process: Process
    stdin: TextIO
    stdout: TextIO

    def tell(self, line: str) -> None:
        self.stdin.write(f"{line}\n")
        self.stdin.flush()

    def kill(self) -> None:
        """SIGKILL, and the end of it."""
        self.process.kill()
        self.process.wait(30)

    def end(self) -> str:
        """What else it says once it hears no more; it ends with 0."""
        self.stdin.close()
        said = self.stdout.read()
        assert self.process.wait(60) == 0
        return said


@contextmanager
def talking(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[Talk]:
    """A process that is killed at the end where it still lives."""
    pipes = (STDIN, STDOUT)
    process = Process(module, *arguments, pipes=pipes, environment=environment)
    with os.fdopen(process.file(STDIN), "w") as to, os.fdopen(process.file(STDOUT)) as what:
        talk = Talk(process, to, what)
        try:
            yield talk
        finally:
            talk.kill()


class AsyncProcess:
    """The same, awaited and with streams, as asyncio's own subprocesses are."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._pipes: list[_Pipe] = []
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stdout = self.stderr = asyncio.StreamReader()  # of those without a pipe
        self.pid = process.pid
        self.send_signal, self.kill = process.send_signal, process.kill

    @classmethod
    async def of(cls, process: Process, *pipes: int) -> AsyncProcess:
        """Takes over these of its pipes: STDOUT, STDERR or both."""
        self = cls(process)
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)
        if STDOUT in pipes:
            self.stdout = await self._read(process.file(STDOUT))
        if STDERR in pipes:
            self.stderr = await self._read(process.file(STDERR))
        return self

    @property
    def returncode(self) -> int | None:
        """None while it runs; less than zero where a signal ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Its exit code, once it has ended and all it wrote has arrived."""
        await asyncio.shield(self._ended)
        for pipe in self._pipes:
            await pipe.lost.wait()
        return self._process.wait(0)

    async def communicate(self) -> tuple[bytes, bytes]:
        """All it writes, and its end."""
        both = await asyncio.gather(*(p.reader.read() for p in self._pipes))
        await self.wait()
        return both[0], both[1] if len(both) > 1 else b""

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._ended.set_result(None)

    async def _read(self, file: int) -> asyncio.StreamReader:
        pipe = _Pipe(asyncio.StreamReader(limit=_LIMIT))
        self._pipes.append(pipe)
        opened = os.fdopen(file, "rb", buffering=0)
        await asyncio.get_running_loop().connect_read_pipe(lambda: pipe, opened)
        return pipe.reader


async def started(
    module: str,
    *arguments: str,
    joined: bool = False,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> AsyncProcess:
    """A process whose output the test reads; joined: all of it from standard output."""
    pipes = (STDOUT,) if joined else (STDOUT, STDERR)
    process = Process(
        module, *arguments, pipes=pipes, joined=joined, folder=folder, environment=environment
    )
    return await AsyncProcess.of(process, *pipes)


class _Pipe(asyncio.StreamReaderProtocol):
    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self.reader = reader
        self.lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


def _become(
    module: str,
    arguments: tuple[str, ...],
    pipes: Mapping[int, Connection],
    joined: bool,
    folder: Path,
    environment: Mapping[str, str],
) -> None:
    """In the new process: what the operating system does before a program begins."""
    for number, end in pipes.items():
        os.dup2(end.fileno(), number)
        end.close()
    if joined:
        os.dup2(STDOUT, STDERR)
    if STDIN in pipes:
        sys.stdin = open(STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115 - for good
    sys.stdout = open(STDOUT, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(STDERR, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
