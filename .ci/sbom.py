"""Writes what an installation consists of, as CycloneDX JSON: `make sbom` runs this.

uv knows the packages of uv.lock. The one front-end file that lies in the local page comes from npm,
so that it is added here from package-lock.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).parent / "uv"
VENDORED = "htmx.org"


def main(target: Path) -> None:
    """Writes the file; `target` is overwritten."""
    options = ("--frozen", "--no-dev", "--quiet", "--format", "cyclonedx1.5")
    ran = subprocess.run(
        [UV, "export", *options], cwd=ROOT, check=True, capture_output=True, text=True
    )
    bill = json.loads(ran.stdout)
    bill["components"].append(_vendored())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    print(f"{target}: {len(bill['components'])} components")


def _vendored() -> dict[str, str]:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    version = lock["packages"][f"node_modules/{VENDORED}"]["version"]
    purl = f"pkg:npm/{VENDORED}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": VENDORED,
        "version": version,
        "purl": purl,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
