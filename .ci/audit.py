"""Looks up every pinned package for known vulnerabilities: `make audit` runs this after bandit.

Fails where one is found. Where the lookup can't be made it says so and does not fail: an outage
must not stop work, and silence must never pass for a clean bill.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
UNCHECKED = "could not be checked: "
TIME_LIMIT = 120.0


def main() -> int:
    """Prints what is known; 1 where something is."""
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder, "requirements.txt")
        _run("uv", "export", "--frozen", "--quiet", "--no-emit-project", "--output-file", pinned)
        found = _look_up(pinned)
    if isinstance(found, str):
        print("Known vulnerabilities " + UNCHECKED + found)
        return 0
    return _report(found)


def _look_up(pinned: Path) -> list[dict[str, Any]] | str:
    """What pip-audit says about each package, or why it could say nothing."""
    options = ("--disable-pip", "--no-deps", "--progress-spinner=off", "--format=json")
    try:
        ran = _run("pip-audit", *options, "--timeout=15", "--requirement", pinned, check=False)
        dependencies: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return f"no answer within {TIME_LIMIT:.0f} s"
    except (ValueError, KeyError):
        return (ran.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return dependencies


def _report(dependencies: list[dict[str, Any]]) -> int:
    known = [each for each in dependencies if each.get("vulns")]
    skipped = [each["name"] for each in dependencies if "skip_reason" in each]
    for each in known:
        for about in each["vulns"]:
            mended = ", ".join(about["fix_versions"]) or "nothing yet"
            print(f"{each['name']} {each['version']}: {about['id']}, mended in {mended}")
    checked = len(dependencies) - len(skipped)
    if skipped:
        print(f"{len(skipped)} of {len(dependencies)} packages {UNCHECKED}no data on them here")
    print(f"{checked} packages checked, {len(known)} with known vulnerabilities")
    return 1 if known else 0


def _run(name: str, *given: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    line = [str(BIN / name), *map(str, given)]
    return subprocess.run(
        line, cwd=ROOT, check=check, capture_output=True, text=True, timeout=TIME_LIMIT
    )


if __name__ == "__main__":
    sys.exit(main())
