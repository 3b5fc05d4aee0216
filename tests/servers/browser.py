"""A headless Chromium: found on this machine, or installed where that is possible."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.harness import UnavailableError, once

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_INSTALL_SECONDS = 300
FLAGS = [
    "--no-sandbox",  # Chromium's sandbox does not work as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that reaches for anything but this machine must fail here as it would for a user
    # whose company blocks it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def chromium() -> str:
    """The path of a Chromium that runs, looked for once in a test run.

    Raises:
        UnavailableError: there is none and none can be installed here.
    """
    return once("chromium", _find)


@asynccontextmanager
async def launched(executable: str) -> AsyncIterator[Browser]:
    """Start a Chromium and end it again."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(browser: Browser, size: ViewportSize) -> AsyncIterator[Page]:
    """Open a page of that size; a script error on it fails the test."""
    context = await browser.new_context(
        viewport=size, reduced_motion="reduce", timezone_id="UTC", locale="en-GB"
    )
    context.set_default_timeout(10_000)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        await context.close()
    assert not errors, f"script errors on the page: {errors}"


def _find() -> str:
    if given := os.environ.get("TOUCHPOINT_CHROMIUM"):
        if _works(given):
            return given
        raise UnavailableError(f"TOUCHPOINT_CHROMIUM={given} is no Chromium that runs")
    for candidate in _candidates():
        if _works(candidate):
            return candidate
    return _install()


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, _NAMES))
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    yield asked.stdout.strip()


def _works(program: str) -> bool:
    """Whether it runs: some distributions ship a stub that only asks to install the real one."""
    try:
        subprocess.run([program, "--version"], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _install() -> str:
    remedy = "install one, or set TOUCHPOINT_CHROMIUM to its path"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise UnavailableError(f"no Chromium on this machine: {remedy}")
    install = ["install", "--yes", "--no-install-recommends", "chromium"]
    for arguments in (["update"], install):
        done = subprocess.run(
            ["apt-get", *arguments],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_INSTALL_SECONDS,
        )
        if done.returncode:
            raise UnavailableError(
                f"no Chromium, and apt-get {arguments[0]} failed "
                f"({done.stderr.strip()[-200:]}): {remedy}"
            )
    installed = shutil.which("chromium")
    if installed is None or not _works(installed):
        raise UnavailableError(f"apt's chromium does not run: {remedy}")
    return str(Path(installed))
