"""`touchpoint`, in a process that kills itself at one of its steps: a statement that writes, a
commit, or a file that is opened for writing, linked, renamed or removed. One that lives on says at
the end how many steps it took.
"""

import sys

from sqlalchemy import Engine, event

from bot.cli import main
from tests.integration.commands import die

_WRITES = {"INSERT", "UPDATE", "DELETE", "ALTER", "CREATE", "DROP"}
_FILES = {"os.link", "os.rename", "os.remove", "shutil.copyfile"}


class _Mortal:
    def __init__(self, die_at: int) -> None:
        self._die_at = die_at
        self.steps = 0
        if die_at:
            event.listen(Engine, "before_cursor_execute", self._statement)
            event.listen(Engine, "commit", self._step)
            sys.addaudithook(self._hook)

    def _step(self, *_: object) -> None:
        self.steps += 1
        if self.steps == self._die_at:
            die()

    def _statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().split(" ", 1)[0] in _WRITES:
            self._step()

    def _hook(self, name: str, arguments: tuple[object, ...]) -> None:
        if name in _FILES or (name == "open" and "master.key" in str(arguments[0])):
            self._step()


if __name__ == "__main__":
    mortal = _Mortal(int(sys.argv[1]))
    sys.argv = ["touchpoint", *sys.argv[2:]]
    try:
        main()
    finally:
        if mortal.steps:
            print(f"{mortal.steps} steps", file=sys.stderr)  # noqa: T201 - the test reads it
