"""`check` and `run` as real processes, against the local Teams."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.cli.office import opened
from bot.domain.organisation import Installation
from bot.domain.people import Identity
from bot.domain.ports.unit_of_work import Tx
from bot.settings import read_environment
from tests.harness import OURS, ROOT
from tests.processes import AsyncProcess, started
from tests.servers.teams import SECRET, TENANT, TeamsServer, serving

HEADER = "email,name,time zone\n"
NAMES = ("ana", "bo", "cy", "dee")
WEB = "https://touchpoint.example.com"
NOBODY = "9" * 8 + "-0000-0000-0000-000000000000"
NOW = datetime.now(UTC)
NOBODY_LISTENS = "http://127.0.0.1:1/keys"


@dataclass
class Shell:
    """A folder of its own, and processes with the variables of one registration in it."""

    folder: Path
    teams: TeamsServer

    async def __call__(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """What a command prints; it ends with `code`, shows no traceback and no secret."""
        process = await self.starts(*arguments, **variables)
        raw, _ = await process.communicate()
        said = raw.decode()
        assert "Traceback" not in said, said
        assert not any(text in said for text in (SECRET, "eyJ", "BEGIN")), said
        assert process.returncode == code, said
        return said

    async def starts(self, *arguments: str, **variables: str) -> AsyncProcess:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        given = kept | self._registration() | variables
        return await started("bot", *arguments, joined=True, folder=self.folder, environment=given)

    def _registration(self) -> dict[str, str]:
        return {
            "TOUCHPOINT_PORT": "0",
            "TOUCHPOINT_WEB_URL": WEB,
            "TEAMS_APP_ID": self.teams.app,
            "TEAMS_TENANT_ID": TENANT,
            "TEAMS_APP_SECRET": SECRET,
            "TEAMS_LOGIN_URL": self.teams.login_url,
            "TEAMS_OPENID_URL": self.teams.openid_url,
        }

    async def with_people(self, *options: str) -> None:
        lines = (f"{name}@acme.com,{name.title()},UTC\n" for name in NAMES)
        (self.folder / "people.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
        await self("people", "import", "people.csv", *options)

    def pem(self, name: str, end: datetime, *, of_another_key: bool = False) -> str:
        """A file with a private key, and a certificate that ends then."""
        key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Touchpoint")])
        built = x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        built = built.not_valid_before(end - timedelta(days=700)).not_valid_after(end)
        if of_another_key:
            built = x509.CertificateBuilder(
                subject, subject, other.public_key(), 1, end - timedelta(days=700), end
            )
        signed = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self.teams.login.certificate = signed
        (self.folder / name).write_bytes(private + signed)
        return name


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    async with serving(TeamsServer()) as teams:
        config = (ROOT / "app.yaml").read_text(encoding="utf-8")
        (tmp_path / "app.yaml").write_text(config, encoding="utf-8")
        yield Shell(tmp_path, teams)


async def met(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str, barred: str) -> None:
    """Keeps those accounts, as meeting them does."""
    monkeypatch.setenv(
        "TOUCHPOINT_DATABASE_URL", f"sqlite:///{folder}/touchpoint-data/touchpoint.db"
    )

    def write(tx: Tx, installation: Installation) -> None:
        tx.organisations.add_installation(installation, NOW)
        for email, person in tx.people.by_email([f"{name}@acme.com" for name in names]).items():
            why = "blocked" if email.startswith(barred) else None
            known = Identity(
                uuid4(), person.id, installation.id, "teams", email, "{}", is_home=False, barred=why
            )
            tx.people.add_identities([known])

    async with opened(read_environment()) as built:
        tenant = Installation(uuid4(), built.organisation.id, "teams", TENANT)
        await built.uow.write(lambda tx: write(tx, tenant))


async def test_check_says_that_all_is_well_and_who_was_met(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shell.with_people()
    good = await shell("check")
    for line in (
        f"Teams: the app {shell.teams.app} gets its token",
        "Teams keys: 1 key that Teams signs with",
        f"Teams address: the Azure Bot's messaging endpoint is to be {WEB}/api/messages",
        "Teams people: 0 of 4 people met; everybody is met when the app is installed",
        "platform: Microsoft Teams",
    ):
        assert line in good
    await met(monkeypatch, shell.folder, *NAMES, barred="dee")
    some = await shell("check", TOUCHPOINT_WEB_URL="")
    assert "Teams people: 3 of 4 people met" in some
    assert "Teams address: where Teams reaches this server is not known" in some
    assert "nobody can download their data from Microsoft Teams" in some


async def test_in_teams_nothing_is_synced(shell: Shell) -> None:
    await shell.with_people()
    for options in ((), ("--dry-run",)):
        said = await shell("people", "sync", "teams", *options, code=2)
        assert "nothing is synced in Teams: each person is met when the app is installed" in said
        assert "Usage" not in said


async def test_check_says_what_is_wrong_with_the_registration(shell: Shell) -> None:
    """Before there is a database, as whoever installs it looks first."""
    unset = {"TEAMS_APP_ID": "", "TEAMS_TENANT_ID": "", "TEAMS_APP_SECRET": ""}
    assert "Teams: not configured; docs/teams.md" in await shell("check", code=1, **unset)
    assert "TEAMS_APP_ID" in await shell("check", code=1, TEAMS_APP_ID="touchpoint")

    copied = await shell(
        "check", code=1, TEAMS_APP_SECRET=NOBODY, TOUCHPOINT_WEB_URL="http://127.0.0.1:80"
    )
    assert "Teams: TEAMS_APP_SECRET is the secret's id; make a new one" in copied
    assert "Teams address: TOUCHPOINT_WEB_URL is http://127.0.0.1, and Teams calls https" in copied
    assert shell.teams.login.calls == []

    wrong = await shell("check", code=1, TEAMS_APP_SECRET="wrong", TEAMS_OPENID_URL=NOBODY_LISTENS)
    assert "Teams: Microsoft refuses the client secret" in wrong
    assert "(AADSTS7000215)" in wrong
    assert "Teams keys: Microsoft's signing keys can't be reached" in wrong

    shell.teams.keys.endorsements = ["webchat"]
    elsewhere = await shell("check", code=1, TEAMS_TENANT_ID=NOBODY)
    assert "Microsoft doesn't know the tenant" in elsewhere
    assert "(AADSTS90002)" in elsewhere
    assert "none of Microsoft's signing keys is for Teams" in elsewhere
    nobody = await shell(
        "check", code=1, TEAMS_APP_ID=NOBODY, TEAMS_LOGIN_URL="https://127.0.0.1:1"
    )
    assert "Microsoft's token service was not reached" in nobody


async def test_check_looks_at_the_certificate(shell: Shell) -> None:
    async def said(file: str) -> str:
        code = {"TEAMS_APP_SECRET": "", "TEAMS_APP_CERTIFICATE": file}
        return await shell("check", code=1, **code)  # there is no database yet

    good = await said(shell.pem("good.pem", NOW + timedelta(days=300)))
    assert "Teams certificate: valid until" in good
    assert "gets its token" in good
    soon = await said(shell.pem("soon.pem", NOW + timedelta(days=20)))
    assert f"Teams certificate: it ends on {NOW + timedelta(days=20):%Y-%m-%d}; upload" in soon
    assert "gets its token" in soon
    over = await said(shell.pem("over.pem", NOW - timedelta(days=1)))
    assert "Teams certificate: it ended on" in over
    assert "token" not in over.split("Teams certificate")[1].splitlines()[0]
    mixed = await said(shell.pem("mixed.pem", NOW + timedelta(days=300), of_another_key=True))
    assert "don't belong together" in mixed
    (shell.folder / "empty.pem").write_text("", encoding="utf-8")
    assert "holds no private key without a passphrase" in await said("empty.pem")
    assert {fetch.outcome for fetch in shell.teams.login.calls} == {"ok"}


PLAYGROUND = {
    "TEAMS_PLAYGROUND": "http://127.0.0.1:56150",
    "TEAMS_APP_ID": "",
    "TEAMS_TENANT_ID": "",
    "TEAMS_APP_SECRET": "",
    "TOUCHPOINT_WEB_URL": "",
}
DEMO = {"TOUCHPOINT_DATABASE_URL": "sqlite:///demo/touchpoint.db"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": NOBODY_LISTENS}


async def test_a_playground_is_for_a_demo_alone(shell: Shell) -> None:
    await shell.with_people()
    said = await shell("check", code=1, **PLAYGROUND)
    assert "platform: TEAMS_PLAYGROUND is set, whose messages nobody signs, and this" in said
    assert (await shell("run", code=2, **PLAYGROUND)).rstrip(".\n").endswith(platform(said))
    await shell("people", "import", "people.csv", "--demo", **DEMO)
    said = await shell("check", **PLAYGROUND, **DEMO)
    assert "Teams: the Agents Playground at http://127.0.0.1:56150, on this machine alone" in said
    assert platform(said) == "the local page and the Agents Playground, as this is a demo"
    assert shell.teams.login.calls == []


@pytest.mark.parametrize("more", [{}, SLACK], ids=["Teams", "both"])
async def test_a_demo_is_not_for_real_people(shell: Shell, more: dict[str, str]) -> None:
    await shell.with_people("--demo")
    said = await shell("check", code=1, **more)
    names = "Slack and Microsoft Teams" if more else "Microsoft Teams"
    wanted = f"this is a demo database, whose clock can be moved, and {names} is configured"
    assert platform(said).startswith(wanted)
    assert "?." not in said
    assert platform(said) in await shell("run", code=2, **more)


def platform(said: str) -> str:
    """What `check` says behind that word."""
    (line,) = (line for line in said.splitlines() if "platform: " in line)
    return line.split("platform: ")[1].rstrip(".")


async def test_run_says_where_the_playground_is_to_point(shell: Shell) -> None:
    await shell.with_people("--demo")
    process = await shell.starts("run", **PLAYGROUND)
    try:
        page, pointing = [(await process.stdout.readline()).decode() for _ in range(2)]
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    address = page.split()[3].removesuffix("/local")
    assert pointing == f"Point the Agents Playground at it: -e {address}/api/messages\n"


async def test_run_refuses_a_certificate_as_check_does(shell: Shell) -> None:
    await shell.with_people()
    given = {"TEAMS_APP_SECRET": "", "TEAMS_APP_CERTIFICATE": "empty.pem"}
    (shell.folder / "empty.pem").write_text("", encoding="utf-8")
    said = await shell("check", code=1, **given)
    (line,) = (line for line in said.splitlines() if "Teams certificate: " in line)
    wanted = line[line.index("Teams certificate: ") :]
    assert wanted in await shell("run", code=2, **given)
    assert shell.teams.login.calls == []
