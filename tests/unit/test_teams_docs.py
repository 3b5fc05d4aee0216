"""docs/teams.md: what it says to type is what works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientSession
from ruamel.yaml import YAML

from bot.settings.teams import PREFIX, _Given
from bot.teams.manifest import COMMANDS, PATH, SCOPES
from bot.teams.tokens import NOT_REACHABLE, REMEDIES
from tests.harness import ROOT
from tests.servers.playground import free_port, playing, settings

DOCS = (ROOT / "docs" / "teams.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
VARIABLES = [f"{PREFIX}{name.upper()}" for name in _Given.model_fields]


def shape(given: Any) -> Any:
    """The same without what it says."""
    if isinstance(given, dict):
        return {name: shape(each) for name, each in given.items()}
    return [shape(each) for each in given] if isinstance(given, list) else type(given).__name__


def block() -> str:
    """The playground's settings as the reader copies them."""
    (found,) = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    return dedent(found)


def shown() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(block())
    return found


def test_the_playgrounds_settings_are_whole() -> None:
    """It takes none that lack a part; those the tests give it work."""
    assert shape(shown()) == shape(settings("Ana", "ana@example.com"))


async def test_the_playground_takes_them(tmp_path: Path, node_modules: Path) -> None:
    nobody = "http://127.0.0.1:9/api/messages"
    async with (
        playing(node_modules, tmp_path, nobody, free_port(), block()) as url,
        ClientSession() as client,
        client.get(url) as page,
    ):
        assert page.status == 200


def test_everybody_in_it_is_somebody_else() -> None:
    people = [shown()["currentUser"], *shown()["users"]]
    for name in ("id", "aadObjectId", "email"):
        assert len({each[name] for each in people}) == len(people)
    ids = [shown()["tenantId"], shown()["bot"]["id"], shown()["team"]["aadGroupId"]]
    for each in (*ids, *(person["aadObjectId"] for person in people)):
        assert str(UUID(each)) == each


def test_the_playground_is_the_version_that_is_tested() -> None:
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    version = pinned["@microsoft/m365agentsplayground"]
    assert re.findall(r"npx @microsoft/m365agentsplayground(\S*)", DOCS) == [f"@{version}"]


def test_every_variable_has_its_line_and_no_other_has_one() -> None:
    assert sorted(re.findall(r"^\| `(TEAMS_[A-Z_]+)` \|", OPERATIONS, re.M)) == sorted(VARIABLES)


def test_the_words_that_teams_offers_are_named() -> None:
    for word in COMMANDS:
        assert f"*{word}*" in DOCS
    for scope in SCOPES:
        assert f"`{scope}`" in DOCS
    assert f"https://touchpoint.example.com{PATH}" in DOCS


@pytest.mark.parametrize("code", [code for code in REMEDIES if code.startswith("AADSTS")])
def test_microsofts_reasons_are_found_by_their_number(code: str) -> None:
    assert code in DOCS


def test_what_is_not_reached_is_named_as_the_check_says_it() -> None:
    assert "was not reached" in REMEDIES[NOT_REACHABLE]
    assert "`Microsoft's token service was not reached`" in DOCS
