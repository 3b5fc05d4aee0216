"""The registration of the Teams app: TEAMS_* variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings.errors import ConfigurationError, Problem
from bot.settings.web_address import parse_origin

PREFIX = "TEAMS_"
OPENID_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
LOGIN_URL = "https://login.microsoftonline.com"
SERVICE_URL = "https://smba.trafficmanager.net/teams/"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_GIVE_APP = (
    "give the Application (client) ID of the app registration, at entra.microsoft.com under App "
    "registrations"
)
_GIVE_TENANT = "give the Directory (tenant) ID, on the same page as the application's"
_GIVE_CREDENTIAL = (
    "set TEAMS_APP_SECRET to the Value of a client secret (not its Secret ID), or "
    "TEAMS_APP_CERTIFICATE to a PEM file with the private key and the certificate"
)
_NO_CREDENTIAL = "is missing, and so is TEAMS_APP_CERTIFICATE"
_PLAYGROUND = "TEAMS_PLAYGROUND"
_NOT_HERE = "is no address of a playground on this machine"
_GIVE_PLAYGROUND = "give it with http:// and without a path, such as http://127.0.0.1:56150"


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """One app registration. `repr` shows no secret.

    app_id, tenant_id: lower case. Exactly one of `secret` and `certificate` (a PEM file with the
    private key and the certificate) is set, but for a playground.
    multi_tenant: the registration serves several tenants; tokens then come from the common one.
    tenants: whose people may use it, `tenant_id` first; nobody else's.
    playground: the address of Microsoft's Agents Playground on this machine, which signs nothing;
    "" in earnest.
    openid_url, login_url, service_url: Microsoft's own but for other clouds and tests;
    service_url ends with a slash.
    """

    app_id: str
    tenant_id: str
    secret: str | None = field(default=None, repr=False)
    certificate: Path | None = None
    multi_tenant: bool = False
    tenants: tuple[str, ...] = ()
    playground: str = ""
    openid_url: str = OPENID_URL
    login_url: str = LOGIN_URL
    service_url: str = SERVICE_URL


class _Given(BaseSettings):
    """The variables as they are set; an empty one counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    app_id: str | None = None
    app_secret: SecretStr | None = None
    app_certificate: Path | None = None
    app_type: Literal["single", "multi"] = "single"
    tenant_id: str | None = None
    tenants: str = ""
    playground: str = ""
    openid_url: str = OPENID_URL
    login_url: str = LOGIN_URL
    service_url: str = SERVICE_URL


def known_variables() -> list[str]:
    """The names of all that may be set."""
    return [PREFIX + name.upper() for name in _Given.model_fields]


def read_teams() -> TeamsSettings | None:
    """What the environment says of Teams; None where no variable of it is set.

    Raises ConfigurationError, naming each variable and its remedy, never a value.
    """
    try:
        given = _Given()
    except ValidationError:
        problem = Problem(None, "TEAMS_APP_TYPE", "can't be used", "give single or multi")
        raise ConfigurationError("", [problem]) from None
    registered = _registered(given)
    if given.playground:
        return _playground(given.playground, registered)
    return _registration(given) if registered else None


def _registered(given: _Given) -> list[str]:
    """The variables that tell of a real registration."""
    told = {
        "TEAMS_APP_ID": given.app_id,
        "TEAMS_TENANT_ID": given.tenant_id,
        "TEAMS_APP_SECRET": _secret(given),
        "TEAMS_APP_CERTIFICATE": given.app_certificate,
    }
    return [name for name, value in told.items() if value]


def _registration(given: _Given) -> TeamsSettings:
    secret = _secret(given)
    problems = list(_problems(given, secret))
    if problems or not given.app_id or not given.tenant_id:
        raise ConfigurationError("", problems)
    own = given.tenant_id.strip().lower()
    return TeamsSettings(
        app_id=given.app_id.strip().lower(),
        tenant_id=own,
        secret=secret or None,
        certificate=given.app_certificate,
        multi_tenant=given.app_type == "multi",
        tenants=(own, *(each for each in _listed(given.tenants) if each != own)),
        openid_url=given.openid_url,
        login_url=given.login_url.rstrip("/"),
        service_url=given.service_url.rstrip("/") + "/",
    )


def _playground(url: str, registered: list[str]) -> TeamsSettings:
    """Nothing of it is signed, so it stays on this machine."""
    origin = _local_origin(url)
    problems = [] if origin else [Problem(None, _PLAYGROUND, _NOT_HERE, _GIVE_PLAYGROUND)]
    if registered:
        names = " and ".join(registered)
        said = f"is set beside a real registration ({names}), and one process serves one of them"
        problems.append(Problem(None, _PLAYGROUND, said, f"leave it out, or leave out {names}"))
    if problems:
        raise ConfigurationError("", problems)
    return TeamsSettings("playground", "playground", playground=origin)


def _local_origin(url: str) -> str:
    """The address of this machine without a path; "" where it is another."""
    try:
        origin = parse_origin(url)
    except ValueError:
        return ""
    return origin if urlsplit(origin).hostname in _LOCAL else ""


def _secret(given: _Given) -> str:
    return given.app_secret.get_secret_value().strip() if given.app_secret else ""


def _problems(given: _Given, secret: str) -> Iterator[Problem]:
    if not _is_id(given.app_id):
        yield Problem(None, "TEAMS_APP_ID", _what(given.app_id), _GIVE_APP)
    if not _is_id(given.tenant_id):
        yield Problem(None, "TEAMS_TENANT_ID", _what(given.tenant_id), _GIVE_TENANT)
    if bool(secret) == bool(given.app_certificate):
        said = "says who the app is twice" if secret else _NO_CREDENTIAL
        yield Problem(None, "TEAMS_APP_SECRET", said, _GIVE_CREDENTIAL)
    if given.app_certificate and not given.app_certificate.is_file():
        remedy = "give the path of a PEM file with the private key and the certificate"
        yield Problem(None, "TEAMS_APP_CERTIFICATE", "is no file", remedy)
    yield from _tenant_problems(given)
    yield from _address_problems(given)


def _tenant_problems(given: _Given) -> Iterator[Problem]:
    if not all(map(_is_id, _listed(given.tenants))):
        remedy = "give the Directory (tenant) IDs, with commas between them"
        yield Problem(None, "TEAMS_TENANTS", "holds what is no tenant's id", remedy)
    if _listed(given.tenants) and given.app_type == "single":
        remedy = "leave it out, or set TEAMS_APP_TYPE=multi for a multi-tenant registration"
        yield Problem(None, "TEAMS_TENANTS", "is set for a single-tenant registration", remedy)


def _address_problems(given: _Given) -> Iterator[Problem]:
    urls = {"OPENID": given.openid_url, "LOGIN": given.login_url, "SERVICE": given.service_url}
    for name, url in urls.items():
        if not _is_address(url):
            remedy = "leave it out for Microsoft's own, or give an https address"
            yield Problem(None, f"TEAMS_{name}_URL", "is not a web address", remedy)


def _listed(tenants: str) -> list[str]:
    return [each.strip().lower() for each in tenants.split(",") if each.strip()]


def _is_id(given: str | None) -> bool:
    return given is not None and _ID.fullmatch(given.strip().lower()) is not None


def _what(given: str | None) -> str:
    return "is missing" if given is None else "is not an id such as 00000000-0000-..."


def _is_address(url: str) -> bool:
    """Keys and tokens come from there, so plain http is for this machine alone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    local = parts.hostname in _LOCAL
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))
