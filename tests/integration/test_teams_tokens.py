"""Tokens of a registration, by msal from a token service over TLS."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.teams.registration import Registration
from bot.teams.tokens import Tokens, TokenTrouble
from tests.servers.teams import APP, COMMON, SCOPE, SECRET, TENANT, TeamsServer, serving

NOBODY = "00000000-0000-4000-8000-000000000000"
NOBODY_LISTENS = "https://127.0.0.1:9"


@pytest.fixture
async def teams() -> AsyncIterator[TeamsServer]:
    async with serving(TeamsServer()) as server:
        yield server


def registration(teams: TeamsServer) -> Registration:
    return Registration(APP, TENANT, secret=SECRET, login_url=teams.login_url)


async def test_a_token_is_fetched_once_and_kept(teams: TeamsServer) -> None:
    tokens = Tokens(registration(teams))
    first = await tokens.bearer()
    assert teams.login.is_valid(first)
    assert [await tokens.bearer() for _ in range(3)] == [first] * 3
    (fetch,) = teams.login.calls
    assert (fetch.tenant, fetch.form["scope"], fetch.outcome) == (TENANT, SCOPE, "ok")


async def test_a_registration_for_several_tenants_asks_the_common_one(teams: TeamsServer) -> None:
    await Tokens(replace(registration(teams), multi_tenant=True)).bearer()
    assert [fetch.tenant for fetch in teams.login.calls] == [COMMON]


async def test_everybody_waits_for_the_same_fetch_and_the_loop_goes_on(teams: TeamsServer) -> None:
    """The token service answers on this very loop: were the fetch to block it, nobody would ever
    get an answer.
    """
    teams.login.latency = 0.05
    tokens, ticks = Tokens(registration(teams)), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    found = await asyncio.gather(*(tokens.bearer() for _ in range(20)))
    ticking.cancel()
    assert len(set(found)) == len(teams.login.calls) == 1
    assert ticks > 10


async def test_whoever_gives_up_ends_nobody_elses_fetch(teams: TeamsServer) -> None:
    teams.login.latency = 0.05
    tokens = Tokens(registration(teams))
    hasty, patient = (asyncio.create_task(tokens.bearer()) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    assert teams.login.is_valid(await patient)
    assert len(teams.login.calls) == 1


async def test_a_refused_token_is_fetched_anew(teams: TeamsServer) -> None:
    tokens = Tokens(registration(teams))
    first = await tokens.bearer()
    tokens.forget()
    second = await tokens.bearer()
    assert second != first
    tokens.forget(first)  # somebody whose call began before hears of it late
    assert await tokens.bearer() == second
    tokens.forget(second)
    assert await tokens.bearer() != second


@pytest.mark.parametrize(("minutes", "fetches"), [(4, 3), (6, 1)])
async def test_a_token_is_not_used_in_its_last_minutes(
    teams: TeamsServer, minutes: int, fetches: int
) -> None:
    teams.login.lifetime = timedelta(minutes=minutes)
    tokens = Tokens(registration(teams))
    for _ in range(3):
        await tokens.bearer()
    assert len(teams.login.calls) == fetches


async def test_a_playground_takes_none(teams: TeamsServer) -> None:
    tokens = Tokens(replace(registration(teams), playground="http://127.0.0.1:56150"))
    assert await tokens.bearer() == ""
    assert teams.login.discoveries == []


async def test_a_certificate_speaks_for_the_app(teams: TeamsServer, tmp_path: Path) -> None:
    key, certificate = credentials()
    teams.login.certificate = certificate
    file = tmp_path / "app.pem"
    for pem in (key + certificate, certificate + key):
        file.write_bytes(pem)
        given = replace(registration(teams), secret=None, certificate=file)
        assert teams.login.is_valid(await Tokens(given).bearer())
    assert all("client_secret" not in fetch.form for fetch in teams.login.calls)


async def test_another_certificate_is_refused(teams: TeamsServer, tmp_path: Path) -> None:
    teams.login.certificate = credentials()[1]
    file = tmp_path / "app.pem"
    file.write_bytes(b"".join(credentials()))
    given = replace(registration(teams), secret=None, certificate=file)
    assert await trouble(given) == "AADSTS700027"


@pytest.mark.parametrize("kind", ["missing", "empty", "no key", "no certificate", "passphrase"])
async def test_a_certificate_that_can_not_be_read(
    teams: TeamsServer, tmp_path: Path, kind: str
) -> None:
    key, certificate = credentials()
    file = tmp_path / "app.pem"
    pem = {
        "empty": b"",
        "no key": certificate,
        "no certificate": key,
        "passphrase": credentials(b"open sesame")[0] + certificate,
    }
    if kind in pem:
        file.write_bytes(pem[kind])
    given = replace(registration(teams), secret=None, certificate=file)
    assert await trouble(given) == "bad_certificate"
    assert teams.login.discoveries == []


@pytest.mark.parametrize(
    ("changed", "code", "setting"),
    [
        ({"secret": "wr0ng~secret"}, "AADSTS7000215", "TEAMS_APP_SECRET"),
        ({"app_id": NOBODY}, "AADSTS700016", "TEAMS_APP_ID"),
        ({"tenant_id": NOBODY}, "AADSTS90002", "TEAMS_TENANT_ID"),
        ({"login_url": NOBODY_LISTENS}, "token_not_reachable", "TEAMS_LOGIN_URL"),
    ],
)
async def test_trouble_names_the_setting_and_the_remedy(
    teams: TeamsServer,
    caplog: pytest.LogCaptureFixture,
    changed: dict[str, str],
    code: str,
    setting: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    given = replace(registration(teams), **changed)  # type: ignore[arg-type]  # texts by name
    with pytest.raises(TokenTrouble, match=setting) as caught:
        await Tokens(given).bearer()
    assert caught.value.code == code
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert code in logged
    for secret in (SECRET, "wr0ng~secret"):
        assert secret not in str(caught.value) + repr(given) + logged


async def test_a_secret_that_has_expired(teams: TeamsServer) -> None:
    teams.login.error = "invalid_client"
    with pytest.raises(TokenTrouble, match="expired") as caught:
        await Tokens(registration(teams)).bearer()
    assert caught.value.is_refusal


async def test_a_service_that_fails_is_no_fault_of_the_settings(teams: TeamsServer) -> None:
    teams.login.error = "temporarily_unavailable"
    assert await trouble(registration(teams)) == "token_not_reachable"


async def test_a_service_that_hangs_is_given_up(teams: TeamsServer) -> None:
    teams.login.latency = 2
    tokens = Tokens(registration(teams), patience=timedelta(seconds=0.1))
    with pytest.raises(TokenTrouble) as caught:
        await tokens.bearer()
    assert caught.value.code == "token_not_reachable"
    assert not caught.value.is_refusal


async def test_a_failure_is_shared_and_believed_for_a_moment(teams: TeamsServer) -> None:
    """A whole batch hears of it at once; what forgets it asks again."""
    tokens = Tokens(replace(registration(teams), secret="wr0ng~secret"))
    many = [tokens.bearer() for _ in range(10)]
    found = await asyncio.gather(*many, return_exceptions=True)
    assert {getattr(each, "code", each) for each in found} == {"AADSTS7000215"}
    with pytest.raises(TokenTrouble):
        await tokens.bearer()
    assert len(teams.login.calls) == 1
    tokens.forget()
    with pytest.raises(TokenTrouble):
        await tokens.bearer()
    assert len(teams.login.calls) == 2


async def test_a_token_that_could_not_be_renewed_is_used_to_its_end(teams: TeamsServer) -> None:
    """In its last minutes; once it is refused, nobody uses it any more."""
    teams.login.lifetime = timedelta(minutes=4)
    tokens = Tokens(registration(teams))
    first = await tokens.bearer()
    assert tokens.trouble is None
    teams.login.error = "temporarily_unavailable"
    assert [await tokens.bearer() for _ in range(3)] == [first] * 3
    assert len(teams.login.calls) == 2, "and it isn't asked for with each message"
    assert tokens.trouble is not None
    assert tokens.trouble.code == "token_not_reachable"
    tokens.forget(first)
    with pytest.raises(TokenTrouble):
        await tokens.bearer()


async def test_a_token_that_is_over_is_not_used(teams: TeamsServer) -> None:
    teams.login.lifetime = timedelta(seconds=0)
    tokens = Tokens(registration(teams))
    await tokens.bearer()
    teams.login.error = "temporarily_unavailable"
    with pytest.raises(TokenTrouble):
        await tokens.bearer()


async def test_it_logs_neither_token_nor_secret(
    teams: TeamsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await Tokens(registration(teams)).bearer()
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert SECRET not in logged
    assert token not in logged


async def trouble(given: Registration) -> str:
    """The code of what keeps a registration from its token."""
    with pytest.raises(TokenTrouble) as caught:
        await Tokens(given).bearer()
    return caught.value.code


def credentials(passphrase: bytes = b"") -> tuple[bytes, bytes]:
    """A new key and its certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "touchpoint")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    how: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        how = serialization.BestAvailableEncryption(passphrase)
    pem = serialization.Encoding.PEM
    return (
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, how),
        certificate.public_bytes(pem),
    )
