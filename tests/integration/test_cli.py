"""The command line as an operator meets it: real processes, real databases, no traceback."""

import csv
import io
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import pytest
import typer.main
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner

from bot import cli
from bot.cli.screen import table
from bot.services.manage_cadence import UnknownCadence
from tests.harness import OURS, ROOT

PEOPLE = ROOT / "bot" / "demo" / "people.csv"
WRITTEN = ROOT / "bot" / "demo" / "one_to_ones.yaml"
LONG = "a.very.long.address.indeed.of.somebody@department.of.long.names.example.com"
NO_CHANGE = "ai-check-in: at 10:00 -> 09:30"


@dataclass(frozen=True)
class Shell:
    """A folder with an app.yaml, and the environment that commands get there."""

    folder: Path
    environment: dict[str, str]
    patch: pytest.MonkeyPatch
    screen: pytest.CaptureFixture[str]

    def run(self, *arguments: str, code: int | None = 0, **variables: str) -> str:
        """What a command prints on both streams; it must end with `code` (None: with any) and no
        traceback.
        """
        self.screen.readouterr()
        with self.patch.context() as patch:
            for name, value in (self.environment | variables).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["touchpoint", *arguments])
            ended = self._ended()
        said = "".join(self.screen.readouterr())
        assert code is None or ended == code, said
        return _plain(said)

    def _ended(self) -> int | str | None:
        try:
            cli.main()
        except SystemExit as ended:
            return ended.code
        return 0

    def process(self, *arguments: str, code: int = 0) -> str:
        """The same in a process of its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=kept | self.environment | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return _plain(done.stdout + done.stderr)

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new), encoding="utf-8")


def _plain(said: str) -> str:
    assert "Traceback" not in said
    assert "\x1b" not in said
    return said


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Defaults: SQLite below the folder, any free port."""
    unwanted = ("TOUCHPOINT_DATABASE", "SLACK_", "TEAMS_", "COLUMNS")
    for name in [name for name in os.environ if name.startswith(unwanted)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    made = Shell(tmp_path, {"TOUCHPOINT_PORT": "0"}, monkeypatch, capsys)
    made.file("app.yaml", (ROOT / "app.yaml").read_text(encoding="utf-8"))
    made.file("people.csv", PEOPLE.read_text(encoding="utf-8"))
    return made


@pytest.fixture
def office(shell: Shell) -> Shell:
    """The same with the sample people imported."""
    shell.run("people", "import", "people.csv")
    return shell


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, shell: Shell) -> Shell:
    """On SQLite, and on PostgreSQL with a key from `keys new`."""
    if request.param == "postgresql":
        shell.environment["TOUCHPOINT_DATABASE_URL"] = request.getfixturevalue("postgres_url")
        shell.environment["TOUCHPOINT_MASTER_KEY"] = shell.run("keys", "new").strip()
    return shell


def test_from_nothing_to_a_changed_cadence(either: Shell) -> None:
    run = either.run
    assert "people import FILE" in run("cadence", "list", code=2)
    assert "people import FILE" in run("check", code=1)
    assert "all 15 people of the file would join" in run(
        "people", "import", "people.csv", "--dry-run"
    )
    assert "people import FILE" in run("status", code=2)
    assert "15 join" in run("people", "import", "people.csv")
    assert "Nothing changes: 15 people." in run("people", "import", "people.csv")
    assert "All is well." in run("check")
    assert run("cadence", "diff") == "Nothing differs.\n"
    on_tuesday = "last friday\n    at: "
    either.edit("app.yaml", f'{on_tuesday}"10:00"', f'{on_tuesday}"09:30"')
    assert run("cadence", "diff", code=1).strip() == NO_CHANGE
    assert "add --yes" in run("cadence", "apply", code=1)
    assert "nothing was changed" in run("cadence", "apply", "--dry-run")
    assert "every week on Tuesday at 10:00" in run("cadence", "list")
    assert "Done." in run("cadence", "apply", "--yes")
    assert "every week on Tuesday at 09:30" in run("cadence", "list")
    assert "Nothing differs." in run("cadence", "apply", "--yes")
    run("cadence", "export", "--output", "exported.yaml")
    assert run("cadence", "diff", "exported.yaml") == "Nothing differs.\n"
    assert "never overwritten" in run("cadence", "export", "-o", "exported.yaml", code=1)
    assert "15 people" in run("status")
    assert "is up to date" in run("db", "upgrade")


def test_processes_of_their_own_do_the_same(shell: Shell) -> None:
    assert "15 join" in shell.process("people", "import", "people.csv")
    assert "ai-check-in" in shell.process("cadence", "list")
    assert "there is no cadence x" in shell.process("cadence", "preview", "x", code=2)
    assert "touchpoint demo" in shell.process("run", code=2)


def test_new_expectations_say_beforehand_who_is_told(office: Shell) -> None:
    """And a leader whom nobody knows is noted by the check, and refused when it is applied."""
    told = "new AI expectations: everybody who takes part gets one message with them"
    office.edit("app.yaml", "Use AI where it helps you", "Use AI where it helps you most")
    assert told in office.run("cadence", "diff", code=1)
    assert told in office.run("cadence", "apply", "--dry-run")
    assert told in office.run("cadence", "apply", "--yes")
    assert "Nothing differs." in office.run("cadence", "apply", "--yes")
    assert "Version 2 of the AI expectations is on its way" in office.run("status")
    office.edit("app.yaml", "leader: mara@", "leader: marra@")
    assert "did you mean mara@fernweh.example?" in office.run("check")
    refused = office.run("cadence", "apply", "--yes", code=1)
    assert "ai_expectations.leader" in refused
    assert "did you mean mara@fernweh.example?" in refused


def test_a_preview_shows_who_gets_what_and_who_does_not(office: Shell) -> None:
    said = office.run("cadence", "preview", "--weeks", "2")
    assert re.search(r"^ *5 +Europe/Berlin +DE +Tue .*10:00.* ana@fernweh\.example", said, re.M)
    assert re.search(r"^ *12 +manage nobody", said, re.M)
    assert "Weekly cap (4 prompts a person)" in said
    alone = office.run("cadence", "preview", "weekly-summary")
    assert "AI check-in" not in alone
    office.edit("app.yaml", "audience: everyone ", "audience: {teams: [Nobody]} ")
    planned = office.run("cadence", "preview", "ai-check-in", "--file", "app.yaml")
    assert re.search(r"^ *15 +in none of its teams", planned, re.M)


def test_what_is_wrong_in_a_people_file_is_told_by_line(office: Shell) -> None:
    bad = office.file(
        "bad.csv", "email,name,manager\nada@x.com,Ada,ada@x.com\nbob@x,Bob,\nADA@x.com,Ada,\n"
    )
    said = office.run("people", "import", bad, code=1)
    assert re.search(r"^line 2, manager_email: ", said, re.M)
    assert re.search(r"^line 3, email: ", said, re.M)
    assert re.search(r"^line 4, email: .*line 2 already", said, re.M)
    assert "3 problems; nothing was changed" in said
    assert "15 people" in office.run("status")


def test_many_leavers_are_asked_about_first(office: Shell) -> None:
    header, *lines = PEOPLE.read_text(encoding="utf-8").splitlines()
    few = office.file("few.csv", "\n".join([header, *lines[:3]]))
    said = office.run("people", "import", few, code=1)
    assert "12 of 15 active people (80%)" in said
    assert "--confirm-leavers" in said
    assert "15 people" in office.run("status")
    assert "12 leave" in office.run("people", "import", few, "--confirm-leavers")
    assert "3 people" in office.run("status")


def test_long_addresses_are_never_cut(office: Shell) -> None:
    text = PEOPLE.read_text(encoding="utf-8").replace("mara@fernweh.example", LONG)
    office.file("long.csv", text)
    assert f"joins     {LONG}" in office.run("people", "import", "long.csv", COLUMNS="40")


def test_who_can_not_be_reached_is_named_with_the_remedy(office: Shell) -> None:
    said = office.run("people", "reach", code=1)
    assert "no chat platform is connected yet" in " ".join(said.split())
    assert "can't be reached" in said


def test_nobody_is_moved_to_where_they_have_no_account(office: Shell) -> None:
    email = next(csv.DictReader(PEOPLE.read_text(encoding="utf-8").splitlines()))["email"]
    assert "no account in Teams" in office.run("people", "move", email, "--to", "teams", code=1)
    assert "not on the people list" in office.run("people", "move", "x@y", "--to", "slack", code=1)


def test_a_narrow_terminal_folds_and_never_cuts() -> None:
    screen = io.StringIO()
    narrow = Console(file=screen, force_terminal=True, width=40, no_color=True)
    narrow.print(table("", ("who", "n"), [(LONG, "1")]))
    shown = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert all(len(line) <= 40 for line in shown.splitlines())
    first_column = (line[:37].strip() for line in shown.splitlines())
    assert LONG in "".join(first_column)


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("people", "import", "nowhere.csv"), "nowhere.csv is not a file"),
        (("people", "import", "."), "is not a file"),
        (("cadence", "preview", "ai"), "there are ai-check-in, ai-clarity, guide-learning, "),
        (("cadence", "apply", "nowhere.yaml"), "nowhere.yaml"),
        (("cadence", "export", "-o", "no/such/folder.yaml"), "no/such/folder.yaml: no such file"),
        (("demo", "--people", "nowhere.csv", "--no-serve"), "is not a file"),
        (("demo", "--one-to-ones", "app.yaml", "--no-serve"), "begin each with - manager:"),
        (("cadence", "frob"), "No such command"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    office: Shell, arguments: tuple[str, ...], remedy: str
) -> None:
    assert remedy in office.run(*arguments, code=2)


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("TOUCHPOINT_DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/x", "can't be used now"),
        ("TOUCHPOINT_DATABASE_URL", "mysql://u:hidden@h/x", "TOUCHPOINT_DATABASE_URL"),
        ("TOUCHPOINT_MASTER_KEY", "hidden", "TOUCHPOINT_MASTER_KEY"),
        ("TOUCHPOINT_PORT", "99999", "TOUCHPOINT_PORT"),
    ],
)
def test_a_bad_environment_is_told_and_no_secret_shown(
    office: Shell, variable: str, value: str, remedy: str
) -> None:
    said = office.run("status", code=2, **{variable: value})
    assert remedy in said
    assert "hidden" not in said
    checked = office.run("check", code=1, **{variable: value})
    assert remedy in checked
    assert "hidden" not in checked


def test_a_file_that_is_no_database_is_told(office: Shell) -> None:
    database = office.folder / "touchpoint-data" / "touchpoint.db"
    database.write_bytes(b"no database, but long enough to be looked at as if it were one" * 20)
    assert "not a database" in office.run("status", code=2)
    assert "not a database" in office.run("check", code=1)


@pytest.mark.parametrize("place", [0, 3])
def test_debug_lets_the_error_through_wherever_it_stands(office: Shell, place: int) -> None:
    arguments = ["cadence", "preview", "x"]
    arguments.insert(place, "--debug")
    with pytest.raises(UnknownCadence, match="there is no cadence x"):
        office.run(*arguments)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_check_finds_everything_that_is_wrong_at_once(office: Shell, taken_port: int) -> None:
    data = office.folder / "touchpoint-data"
    (data / "touchpoint.db").chmod(0o644)
    office.edit("app.yaml", "on: tuesday", "on: tuesdai")
    said = office.run("check", code=1, TOUCHPOINT_PORT=str(taken_port), TOUCHPOINT_LOG_LEVLE="info")
    assert "did you mean tuesday?" in said
    assert "did you mean TOUCHPOINT_LOG_LEVEL?" in said
    assert "chmod 600" in said
    assert f"port {taken_port} can't be listened on" in said
    assert "3 to mend." in said


def test_check_compares_the_key_store_with_the_master_key(office: Shell) -> None:
    office.run("demo", "--weeks", "1", "--no-serve", "--data", "demo")
    demo = {
        "TOUCHPOINT_DATABASE_URL": "sqlite:///demo/demo.db",
        "TOUCHPOINT_KEYS_URL": "sqlite:///demo/demo-keys.db",
    }
    good = office.run("check", **demo, TOUCHPOINT_MASTER_KEY_FILE="demo/master.key")
    assert "the local page, as this is a demo" in good
    other = office.run("keys", "new").strip()
    assert "was written with master key" in office.run(
        "check", code=1, **demo, TOUCHPOINT_MASTER_KEY=other
    )


def test_status_and_previews_name_no_person_who_answered(shell: Shell) -> None:
    """After real weeks, in which some paused, snoozed and declined."""
    lived = shell.run("demo", "--weeks", "2", "--no-serve", "--data", "demo")
    assert re.search(r"Nudges to Mara +│ \d +│ \d", lived)
    assert "─ Nudges to Mara Lindholm ─" in lived
    demo = {
        "TOUCHPOINT_DATABASE_URL": "sqlite:///demo/demo.db",
        "TOUCHPOINT_KEYS_URL": "sqlite:///demo/demo-keys.db",
        "TOUCHPOINT_MASTER_KEY_FILE": "demo/master.key",
    }
    said = shell.run("status", **demo)
    assert "15 people" in said
    assert "@" not in said
    for reason in ("not for me", "paused", "snoozed", "declined"):
        assert reason not in said
    preview = shell.run("cadence", "preview", "ai-check-in", **demo)
    assert re.search(r"^15 people, 60 messages", preview, re.M)
    assert "opted out" not in preview
    _between_two_people(shell, demo)


def _between_two_people(shell: Shell, demo: dict[str, str]) -> None:
    """No command prints what a manager and a report wrote to each other."""
    entries = YAML(typ="safe").load(WRITTEN.read_text(encoding="utf-8"))
    texts = [each["text"] for entry in entries for each in entry.get("agenda", ())]
    texts += [each["text"] for entry in entries for each in entry.get("promises", ())]
    texts += [
        each["note"] for entry in entries for each in entry.get("meetings", ()) if "note" in each
    ]
    assert len(texts) > 10
    reading = (("status",), ("check",), ("cadence", "list"), ("cadence", "export"))
    more = (("cadence", "diff"), ("cadence", "preview"), ("people", "import", str(PEOPLE)))
    for command in (*reading, *more):
        dry = ("--dry-run",) if command[0] == "people" else ()
        said = " ".join(shell.run(*command, *dry, code=None, **demo).split())
        assert not [text for text in texts if text in said], command


def test_help_needs_none_of_the_heavy_libraries() -> None:
    """What keeps it instant, whatever the machine."""
    heavy = (
        "aiohttp alembic babel botbuilder botframework holidays httpx2 jinja2 jwt msal msrest "
        "openai slack_bolt slack_sdk sqlalchemy sqlmodel rich.table storage"
    )
    script = (
        "import sys\nfrom bot.cli import app\n"
        "try:\n    app(['cadence', 'apply', '--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy.split()} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def _commands(group: typer.main.TyperGroup, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, typer.main.TyperGroup):
            yield from _commands(command, *path, name)
        else:
            yield *path, name


COMMANDS = sorted(_commands(typer.main.get_command(cli.app)))  # type: ignore[arg-type]  # a group


def test_the_commands_are_those_that_work() -> None:
    assert [" ".join(path) for path in COMMANDS] == [
        "audit export",
        "audit list",
        "audit verify",
        "backup",
        "cadence apply",
        "cadence diff",
        "cadence export",
        "cadence list",
        "cadence preview",
        "check",
        "db upgrade",
        "demo",
        "erase",
        "keys new",
        "keys prune",
        "keys rotate",
        "link",
        "manifest slack",
        "manifest teams",
        "people import",
        "people move",
        "people reach",
        "people sync",
        "privacy",
        "release",
        "restore",
        "results",
        "retention",
        "run",
        "status",
    ]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_command_s_help_has_an_example(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli.app, [*path, "--help"])
    assert shown.exit_code == 0
    assert f"Example: touchpoint {' '.join(path)}" in " ".join(shown.output.split())


def test_the_exit_codes_stand_in_the_help() -> None:
    shown = " ".join(CliRunner().invoke(cli.app, ["--help"]).output.split())
    assert "0 done; 1 something is to be mended" in shown


@pytest.mark.parametrize("flags", [(), ("--demo",)])
def test_a_new_database_begins_as_a_demo_only_when_told_so(
    shell: Shell, flags: tuple[str, ...]
) -> None:
    """With --demo `touchpoint run` will serve the local page; later the flag counts no more."""
    shell.run("people", "import", str(PEOPLE), *flags)
    shell.run("people", "import", str(PEOPLE), "--demo")
    file = shell.folder / "touchpoint-data" / "touchpoint.db"
    with closing(sqlite3.connect(file)) as connection:
        (is_demo,) = connection.execute("SELECT is_demo FROM organisation").fetchone()
    assert bool(is_demo) is bool(flags)


def test_check_says_where_people_find_their_own_data(office: Shell) -> None:
    """And names the variable where its value is none that a browser could go to."""
    address = "https://touchpoint.fernweh.example"
    assert f"{address}/you" in office.run("check", TOUCHPOINT_WEB_URL=f"{address}/")
    assert "web pages" not in office.run("check")
    wrong = office.run("check", code=1, TOUCHPOINT_WEB_URL="http://touchpoint.fernweh.example")
    assert "TOUCHPOINT_WEB_URL" in wrong
    assert "https://host without a path" in wrong
