"""`touchpoint results` over a company that has a counted survey."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot import cli
from storage.engine import open_engine
from storage.tables.logs import AuditLogRow
from tests.journeys.conftest import OpenWorld
from tests.journeys.surfaces import Local, Surface
from tests.journeys.survey_company import counted, everybodys, newest, opened
from tests.journeys.world import World

INES, MIA = "ines@fernweh.example", "mia@fernweh.example"


@pytest.fixture
def surface() -> Surface:
    return Local()


@dataclass(frozen=True)
class Shell:
    """Runs commands against a company's database."""

    world: World
    patch: pytest.MonkeyPatch
    screen: pytest.CaptureFixture[str]

    async def run(self, *arguments: str, code: int = 0) -> str:
        """What `touchpoint results` prints; it must end with `code`."""
        environment = self.world.environment
        self.patch.setenv("TOUCHPOINT_DATABASE_URL", environment.database_url)
        self.patch.setenv("TOUCHPOINT_KEYS_URL", environment.keys_url)
        self.patch.setenv("TOUCHPOINT_MASTER_KEY_FILE", str(environment.master_key_file))
        self.patch.setattr(sys, "argv", ["touchpoint", "results", *arguments])
        self.screen.readouterr()
        ended = await asyncio.to_thread(_ended)
        said = "".join(self.screen.readouterr())
        assert ended == code, said
        assert "Traceback" not in said
        return said


def _ended() -> int | str | None:
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code
    return 0


@pytest.fixture
async def shell(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Mia's people are varied in one question and all alike in the other."""
    given = everybodys()
    for name in given:
        if name.startswith("m") and name[1:].isdigit():
            given[name] = {**given[name], "rating:time": "2"}
    return Shell(await counted(open_world, given), monkeypatch, capsys)


def audited(world: World) -> list[tuple[str, str, str]]:
    """Who looked at what, by the audit log."""
    engine = open_engine(world.environment.database_url)
    log = AuditLogRow.__table__
    query = select(log.c.actor, log.c.target, log.c.detail).where(log.c.action == "results.viewed")
    try:
        with engine.connect() as connection:
            return [(row.actor, row.target, row.detail) for row in connection.execute(query)]
    finally:
        engine.dispose()


async def test_an_hr_admin_sees_shares_and_is_audited(shell: Shell) -> None:
    """Everybody's, then a unit's; the log holds ids alone."""
    whole = await shell.run("--as", INES)
    assert "groups, 2026-W10 (groups/2026-W10)" in whole
    assert "Everybody, 20 people asked." in whole
    assert "Is it clear?" in whole
    assert "20 comments on 'What else?', shown in the chat." in whole
    mias = await shell.run("--as", INES, "--survey", "groups/2026-W10", "--unit", MIA)
    assert "Mia's people, 6 people asked." in mias
    assert "1 0%, 2 17%, 3 17%, 4 50%, 5 17%" in mias
    [line] = [line for line in mias.splitlines() if "Is there time?" in line]
    assert "Everybody (more people)" in line
    assert "kestrel" not in whole + mias
    world = shell.world
    survey = await newest(world)
    organisation = (await world.person("ines")).organisation_id
    assert audited(world) == [
        (str(world.ids["ines"]), str(survey), str(unit))
        for unit in (organisation, world.ids["mia"])
    ]


async def test_csv_has_a_line_for_each_option(shell: Shell) -> None:
    said = await shell.run("--as", INES, "--unit", MIA, "--csv")
    rows = list(csv.DictReader(io.StringIO(said)))
    clear = [row for row in rows if row["question"] == "clear"]
    assert [(row["what"], row["percent"]) for row in clear] == [
        ("1", "0"),
        ("2", "17"),
        ("3", "17"),
        ("4", "50"),
        ("5", "17"),
        ("favourable", "67"),
    ]
    assert {row["figures_of"] for row in clear} == {MIA}
    assert {row["figures_of"] for row in rows if row["question"] == "time"} == {""}


REFUSED = (
    (("--as", MIA), "--as: mia@fernweh.example is not an HR admin"),
    (("--as", "inez@fernweh.example"), "did you mean ines@fernweh.example?"),
    (("--as", INES, "--survey", "groups/2026-W11"), "did you mean groups/2026-W10?"),
    (("--as", INES, "--survey", "x"), "there are groups/2026-W10"),
    (("--as", INES, "--unit", "m1@fernweh.example"), "nobody below m1@fernweh.example"),
    (("--as", INES, "--unit", "mja@fernweh.example"), "did you mean mia@fernweh.example?"),
)


async def test_what_it_refuses_names_the_option_and_the_remedy(shell: Shell) -> None:
    """All over one company, which takes longer to make than all of them."""
    for arguments, said in REFUSED:
        assert said in await shell.run(*arguments, code=1)
    assert audited(shell.world) == []


async def test_before_any_survey_has_closed(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(await opened(open_world), monkeypatch, capsys)
    assert "No survey has been counted yet" in await shell.run("--as", INES)
