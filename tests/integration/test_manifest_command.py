"""`manifest teams`: what it writes, and what it refuses with the remedy."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.faults import REFUSED, UNUSABLE, explained
from tests.harness import OURS

WEB = "https://touchpoint.example.com"
GIVEN = {
    "TOUCHPOINT_WEB_URL": WEB,
    "TEAMS_APP_ID": "11111111-1111-1111-1111-111111111111",
    "TEAMS_TENANT_ID": "22222222-2222-2222-2222-222222222222",
    "TEAMS_APP_SECRET": "hush",
}
PLAYGROUND = {"TEAMS_PLAYGROUND": "http://127.0.0.1:1"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one that commands are given in, with one registration configured."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*options: str, code: int = 0, **variables: str) -> str:
    """What `manifest teams` prints, or says of why it didn't."""
    done = CliRunner().invoke(app, ["manifest", "teams", *options], env=variables)
    if done.exception is None:
        assert code == done.exit_code == 0
        return done.output
    ended, said = explained(done.exception)
    assert ended == code, said
    assert "hush" not in said
    return said


def test_the_package_is_written_with_the_endpoint_to_set(folder: Path) -> None:
    """From the settings or an option, and the same bytes again."""
    assert f"Messaging endpoint of the Azure Bot: {WEB}/api/messages" in run()
    made = (folder / "touchpoint-teams.zip").read_bytes()
    run("--url", f"{WEB}/", "--out", "again.zip", TOUCHPOINT_WEB_URL="")
    assert (folder / "again.zip").read_bytes() == made
    run("--app-version", "1.0.1", "--privacy-url", "https://intra.example.com/privacy")
    with ZipFile(folder / "touchpoint-teams.zip") as packed:
        written = packed.read("manifest.json").decode()
    assert '"version": "1.0.1"' in written
    assert "https://intra.example.com/privacy" in written


def test_nothing_but_a_package_is_overwritten(folder: Path) -> None:
    (folder / "app.yaml").write_text("company:", encoding="utf-8")
    assert "is no app package" in run("--out", "app.yaml", code=REFUSED)
    assert (folder / "app.yaml").read_text(encoding="utf-8") == "company:"


@pytest.mark.parametrize(
    ("options", "variables", "remedy"),
    [
        ((), {"TOUCHPOINT_WEB_URL": ""}, "set TOUCHPOINT_WEB_URL, or give --url"),
        (("--url", "http://a.example.com"), {}, "give it as https://"),
        (("--privacy-url", "privacy.html"), {}, "give it as https://"),
        (("--app-version", "2"), {}, "three numbers with dots"),
        ((), {"TEAMS_APP_ID": "touchpoint"}, "Application (client) ID"),
        ((), dict.fromkeys(GIVEN, ""), "docs/teams.md"),
        ((), dict.fromkeys(GIVEN, "") | PLAYGROUND, "leave TEAMS_PLAYGROUND out"),
        ((), PLAYGROUND, "leave it out, or leave out TEAMS_APP_ID"),
    ],
)
def test_a_package_that_can_not_work_is_refused_with_the_remedy(
    folder: Path, options: tuple[str, ...], variables: dict[str, str], remedy: str
) -> None:
    assert remedy in run(*options, code=UNUSABLE, **variables)
    assert not list(folder.glob("*.zip"))
