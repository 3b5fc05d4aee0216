"""What an installation consists of is written down, and nothing unknown passes for safe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.harness import ROOT

NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def ran(script: str, *given: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, ROOT / ".ci" / script, *given]
    return subprocess.run(
        line, check=False, capture_output=True, text=True, env=os.environ | environment
    )


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bill_names_all_that_is_installed(tmp_path: Path) -> None:
    """Every direct dependency, at the version of uv.lock, and the front-end file from npm."""
    target = tmp_path / "bill.json"
    assert ran("sbom.py", target).returncode == 0
    bill = json.loads(target.read_text(encoding="utf-8"))
    listed = {each["name"]: each["version"] for each in bill["components"]}
    locked = {each["name"]: each["version"] for each in _toml("uv.lock")["package"]}
    wanted = {_name(each) for each in _toml("pyproject.toml")["project"]["dependencies"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert {name: listed[name] for name in wanted} == {name: locked[name] for name in wanted}
    assert listed["htmx.org"] == _npm("htmx.org")
    assert "pytest" not in listed


def test_a_lookup_that_fails_is_said_and_stops_nobody() -> None:
    found = ran("audit.py", **NOWHERE)
    assert found.returncode == 0
    assert "could not be checked: " in found.stdout


def test_what_is_known_fails_and_what_is_not_known_is_counted(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package without data is never counted as checked."""
    about = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
    bad = {"name": "bad", "version": "1.0", "vulns": [about]}
    unknown = {"name": "unknown", "skip_reason": "not found"}
    good = {"name": "good", "version": "2.0", "vulns": []}
    assert audit._report([bad, unknown, good]) == 1
    told = capsys.readouterr().out
    assert "bad 1.0: PYSEC-1, mended in 1.1" in told
    assert "1 of 3 packages could not be checked" in told
    assert "2 packages checked, 1 with known vulnerabilities" in told
    assert audit._report([unknown, good]) == 0


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


def _npm(name: str) -> str:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{name}"]["version"])


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement, maxsplit=1)[0]
