"""TEAMS_* variables: each bad one named with its remedy, and no secret shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import ConfigurationError, read_environment
from bot.settings.teams import LOGIN_URL, OPENID_URL, SERVICE_URL, TeamsSettings
from tests.harness import OURS

APP = "AAAAAAAA-1111-2222-3333-444444444444"
TENANT = "bbbbbbbb-1111-2222-3333-444444444444"
OTHER = "cccccccc-1111-2222-3333-444444444444"
GOOD = {"APP_ID": APP, "TENANT_ID": TENANT, "APP_SECRET": "hush~hush"}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(OURS)]:
        monkeypatch.delenv(name)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One whole registration."""
    for name, value in GOOD.items():
        monkeypatch.setenv(f"TEAMS_{name}", value)
    return monkeypatch


def read() -> TeamsSettings:
    found = read_environment().teams
    assert found is not None
    return found


def complaints() -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_environment()
    said = str(caught.value)
    assert "hush" not in said
    return said


def test_with_nothing_set_teams_is_not_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_environment().teams is None
    monkeypatch.setenv("TEAMS_APP_ID", "")
    monkeypatch.setenv("TEAMS_LOGIN_URL", LOGIN_URL)
    assert read_environment().teams is None


@pytest.mark.usefixtures("given")
def test_one_registration_serves_its_own_tenant_at_microsofts_own_addresses() -> None:
    found = read()
    assert (found.app_id, found.tenant_id) == (APP.lower(), TENANT)
    assert found.tenants == (TENANT,)
    assert (found.secret, found.certificate) == ("hush~hush", None)
    assert (found.multi_tenant, found.playground) == (False, "")
    addresses = (found.openid_url, found.login_url, found.service_url)
    assert addresses == (OPENID_URL, LOGIN_URL, SERVICE_URL)
    assert "hush" not in repr(found) + repr(read_environment())


def test_a_certificate_stands_in_for_the_secret(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text("PEM", encoding="utf-8")
    given.delenv("TEAMS_APP_SECRET")
    given.setenv("TEAMS_APP_CERTIFICATE", str(file))
    assert (read().secret, read().certificate) == (None, file)


def test_a_multi_tenant_registration_serves_those_that_are_listed_and_its_own_first(
    given: pytest.MonkeyPatch,
) -> None:
    given.setenv("TEAMS_APP_TYPE", "multi")
    given.setenv("TEAMS_TENANTS", f" {OTHER.upper()}, {TENANT},")
    assert read().multi_tenant
    assert read().tenants == (TENANT, OTHER)


def test_addresses_are_kept_with_one_slash_or_none(given: pytest.MonkeyPatch) -> None:
    given.setenv("TEAMS_LOGIN_URL", "https://login.microsoftonline.us/")
    given.setenv("TEAMS_SERVICE_URL", "http://127.0.0.1:9/x")
    assert read().login_url == "https://login.microsoftonline.us"
    assert read().service_url == "http://127.0.0.1:9/x/"


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("APP_ID", "", "Application (client) ID"),
        ("APP_ID", "touchpoint", "Application (client) ID"),
        ("TENANT_ID", "", "Directory (tenant) ID"),
        ("TENANT_ID", "acme.onmicrosoft.com", "Directory (tenant) ID"),
        ("APP_SECRET", "", "Value of a client secret"),
        ("APP_SECRET", "  ", "Value of a client secret"),
        ("APP_CERTIFICATE", "/nowhere/hush.pem", "path of a PEM file"),
        ("APP_TYPE", "both", "single or multi"),
        ("TENANTS", OTHER, "TEAMS_APP_TYPE=multi"),
        ("TENANTS", "acme", "with commas between them"),
        ("OPENID_URL", "http://hush.example.com/keys", "give an https address"),
        ("LOGIN_URL", "login.example.com", "give an https address"),
        ("SERVICE_URL", "https://[::1", "give an https address"),
        ("PLAYGROUND", "http://hush.example.com:56150", "such as http://127.0.0.1:56150"),
        ("PLAYGROUND", "http://127.0.0.1:56150", "leave it out, or leave out TEAMS_APP_ID and"),
    ],
)
def test_each_bad_variable_is_named_with_its_remedy(
    given: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    given.setenv(f"TEAMS_{name}", value)
    lines = complaints().splitlines()
    named = [each for each in lines if each.startswith(f"TEAMS_{name}  ")]
    assert any(remedy in each.split("→")[1] for each in named)


def test_a_secret_beside_a_certificate_is_one_too_many(
    given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "app.pem"
    file.write_text("PEM", encoding="utf-8")
    given.setenv("TEAMS_APP_CERTIFICATE", str(file))
    assert "says who the app is twice" in complaints()


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_APP_ID", APP)
    said = complaints()
    assert "TEAMS_TENANT_ID  is missing" in said
    assert "TEAMS_APP_SECRET  is missing, and so is TEAMS_APP_CERTIFICATE" in said


def test_a_playground_needs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_PLAYGROUND", "http://127.0.0.1:56150")
    assert read().playground == "http://127.0.0.1:56150"
    assert read().secret is None


def test_its_address_is_kept_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_PLAYGROUND", "http://localhost:56150/")
    assert read().playground == "http://localhost:56150"


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:56150",
        "ftp://127.0.0.1:56150",
        "http://127.0.0.1:56150/api/messages",
        "http://127.0.0.1:port",
        "http://127.0.0.1.example.com",
        "https://touchpoint.example.com",
    ],
)
def test_it_is_on_this_machine_and_has_no_path(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TEAMS_PLAYGROUND", url)
    (line,) = complaints().splitlines()
    assert line.startswith("TEAMS_PLAYGROUND  is no address of a playground on this machine")


def test_beside_a_real_registration_both_are_named(given: pytest.MonkeyPatch) -> None:
    given.setenv("TEAMS_PLAYGROUND", "http://127.0.0.1:56150")
    (line,) = complaints().splitlines()
    for name in ("TEAMS_PLAYGROUND", *(f"TEAMS_{name}" for name in GOOD)):
        assert name in line
