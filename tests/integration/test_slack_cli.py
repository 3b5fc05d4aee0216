"""`people sync slack` and `check` as real processes, against the local Slack."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.harness import OURS, ROOT
from tests.processes import started
from tests.servers.slack import BOT_TOKEN, Fault, Member, SlackServer, serving

HEADER = "email,name,time zone\n"
NAMES = ("ana", "bo", "cy", "dee")
MEMBERS = [
    Member(f"U0{name.upper()}", name.title(), email=f"{name}@acme.com", tz="Asia/Tokyo")
    for name in NAMES
]
SECRET = "0123456789abcdef0123456789abcdef"


@dataclass
class Shell:
    """A folder of its own, and processes with Slack's variables in it."""

    folder: Path
    slack: SlackServer

    async def __call__(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """What a command prints; it ends with `code`, shows no traceback and no token."""
        given = dict(self._environment()) | variables
        process = await started(
            "bot", *arguments, joined=True, folder=self.folder, environment=given
        )
        async with asyncio.timeout(120):
            raw, _ = await process.communicate()
        said = raw.decode()
        assert "Traceback" not in said, said
        assert "xoxb-" not in said.replace("(xoxb-...)", ""), said
        assert process.returncode == code, said
        return said

    def _environment(self) -> Iterator[tuple[str, str]]:
        for name, value in os.environ.items():
            if not name.startswith(OURS):
                yield name, value
        yield "TOUCHPOINT_PORT", "0"
        yield "SLACK_BOT_TOKEN", self.slack.bot_token
        yield "SLACK_APP_TOKEN", self.slack.app_token
        yield "SLACK_API_URL", self.slack.api_url

    def people(self, *names: str) -> str:
        lines = (f"{name}@acme.com,{name.title()},UTC\n" for name in names)
        (self.folder / "people.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
        return "people.csv"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Shell]:
    async with serving(SlackServer(MEMBERS)) as slack:
        shell = Shell(folder, slack)
        config = (ROOT / "app.yaml").read_text(encoding="utf-8")
        (folder / "app.yaml").write_text(config, encoding="utf-8")
        yield shell


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    async with opened(tmp_path) as made:
        yield made


async def test_from_an_import_to_everybody_connected(shell: Shell) -> None:
    """A dry run, the sync, a repeat, the question before many lose their account."""
    assert "people import FILE" in await shell("people", "sync", "slack", code=2)
    await shell("people", "import", shell.people(*NAMES, "zoe"))
    dry = await shell("people", "sync", "slack", "--dry-run")
    assert "4 of 5 people connected in Touchpoint Tests; 4 new" in dry
    assert "zoe@acme.com" in dry
    assert "there is no account with this address" in dry
    assert "nothing was changed" in dry
    assert "0 of 5 people connected" in await shell("check", code=1)

    done = await shell("people", "sync", "slack")
    assert "connects" in done
    assert done.rstrip().endswith("Done.")
    assert "Nothing changes" in await shell("people", "sync", "slack")
    assert "1 without an account on any platform" in await shell("status")

    for member in MEMBERS[:3]:
        shell.slack.change(replace(member, deleted=True))
    asked = await shell("people", "sync", "slack", code=1)
    assert "3 of 4 connected people (75%) would lose their account" in asked
    assert "with --yes. Nothing was changed." in asked
    assert "It would ask first" in await shell("people", "sync", "slack", "--dry-run")
    assert "1 of 5 people connected" in await shell("people", "sync", "slack", "--yes")


async def test_an_unusable_slack_is_said_in_a_sentence(shell: Shell) -> None:
    await shell("people", "import", shell.people(*NAMES))
    shell.slack.token_error = "token_revoked"
    said = await shell("people", "sync", "slack", code=2)
    assert "SLACK_BOT_TOKEN (token_revoked); copy the Bot User OAuth Token" in said
    shell.slack.token_error = ""
    shell.slack.scopes = ["users:read", "chat:write"]
    assert "lacks users:read.email" in await shell("people", "sync", "slack", code=2)
    nowhere = {"SLACK_API_URL": "http://127.0.0.1:1/api/"}
    assert "can't be reached" in await shell("people", "sync", "slack", code=2, **nowhere)
    unset = {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}
    assert "Slack is not configured" in await shell("people", "sync", "slack", code=2, **unset)


async def test_check_says_what_slack_lacks(shell: Shell) -> None:
    """Good, a revoked token, missing scopes, an app token that may not connect, a bad secret."""
    await shell("people", "import", shell.people(*NAMES))
    await shell("people", "sync", "slack")
    good = await shell("check", SLACK_SIGNING_SECRET=SECRET)
    for line in (
        "Slack: Touchpoint Tests, as touchpoint",
        "Slack scopes: all that are needed",
        "Slack Socket Mode: a connection may be opened",
        "Slack signing secret: looks right",
        "Slack people: 4 of 4 people connected",
    ):
        assert line in good
    shell.slack.scopes = ["chat:write", "commands", "users:read"]
    missing = await shell("check", code=1)
    assert "Slack scopes: missing: im:history, im:write, users:read.email; add them" in missing
    shell.slack.app_scopes = ["authorizations:read"]
    lacking = await shell("check", code=1)
    assert "SLACK_APP_TOKEN lacks the scope connections:write" in lacking
    shell.slack.fails("apps.connections.open", "not_allowed_token_type")
    assert "is no app-level token" in await shell("check", code=1)
    bad = await shell("check", code=1, SLACK_SIGNING_SECRET="abc")
    assert "is not 32 hexadecimal digits" in bad
    shell.slack.token_error = "token_revoked"
    revoked = await shell("check", code=1)
    assert "SLACK_BOT_TOKEN is refused (token_revoked)" in revoked
    wrong = await shell("check", code=1, SLACK_APP_TOKEN=BOT_TOKEN)
    assert "SLACK_APP_TOKEN" in wrong
    assert "is not an app-level token" in wrong


async def test_check_waits_five_seconds_at_most_for_slack(shell: Shell) -> None:
    await shell("people", "import", shell.people(*NAMES))
    shell.slack.fails("auth.test", Fault.RESET_BEFORE)
    said = await shell("check", code=1)
    assert "Slack did not answer within 5 seconds" in said
    unset = await shell("check", SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="")
    assert "Slack: not configured; docs/slack.md" in unset
