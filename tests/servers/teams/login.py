"""Entra's token endpoint, over TLS on loopback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes

if TYPE_CHECKING:
    from tests.servers.slack.clock import Clock

SECRET = "s3cr3t~of.the-app"
SCOPE = "https://api.botframework.com/.default"
COMMON = "botframework.com"
"""The tenant where multi-tenant registrations get their tokens."""

_CODE = re.compile(r"AADSTS(\d+)")

Handler = Callable[[web.Request], Awaitable[web.Response]]

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request for a token. `outcome` is "ok" or Entra's error code."""

    tenant: str
    form: dict[str, str]
    outcome: str
    at: datetime


class _Refused(Exception):
    def __init__(self, error: str, said: str, status: int = 401) -> None:
        super().__init__(said)
        self.error, self.said, self.status = error, said, status


@dataclass
class Login:
    """`tenants` are known; the secret, or the certificate (PEM), is what the app may show.

    `latency` is in seconds, before each answer. `error` is the answer to every request from now
    on: "invalid_client", "unauthorized_client" or "temporarily_unavailable". `lifetime` is how
    long tokens are valid, by `clock`.
    """

    clock: Clock
    app: str
    tenants: list[str]
    secret: str = SECRET
    certificate: bytes = b""
    url: str = ""
    latency: float = 0.0
    error: str = ""
    lifetime: timedelta = timedelta(seconds=3599)
    calls: list[Fetch] = field(default_factory=list)
    discoveries: list[str] = field(default_factory=list)
    issued: dict[str, datetime] = field(default_factory=dict)
    """Token to the moment of its end."""
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def is_valid(self, token: str) -> bool:
        """Whether that token was issued here and is not over."""
        until = self.issued.get(token)
        return until is not None and self.clock.now() < until

    def revoke(self) -> None:
        """No token that was issued so far is valid any more."""
        self.issued.clear()

    def routes(self) -> list[web.RouteDef]:
        """What it serves."""
        known = "/{tenant}/v2.0/.well-known/openid-configuration"
        return [
            web.get(known, _closing(self._discovery), allow_head=False),
            web.post("/{tenant}/oauth2/v2.0/token", _closing(self._token)),
        ]

    async def _discovery(self, request: web.Request) -> web.Response:
        tenant = request.match_info["tenant"]
        self.discoveries.append(tenant)
        await asyncio.sleep(self.latency)
        if tenant not in (*self.tenants, COMMON):
            said = f"AADSTS90002: Tenant '{tenant}' not found."
            error = {"error": "invalid_tenant", "error_description": said}
            return web.json_response(error, status=400)
        base = f"{self.url}/{tenant}"
        return web.json_response(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            }
        )

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        tenant = request.match_info["tenant"]
        await asyncio.sleep(self.latency)
        try:
            self._check(tenant, form)
        except _Refused as refused:
            self.calls.append(Fetch(tenant, form, refused.error, self.clock.now()))
            return _error(refused)
        self.calls.append(Fetch(tenant, form, "ok", self.clock.now()))
        return web.json_response(self._issue())

    def _issue(self) -> dict[str, Any]:
        token = f"eyJ0eXAiOiJKV1Qi.issued.{next(self._numbers)}"
        self.issued[token] = self.clock.now() + self.lifetime
        seconds = int(self.lifetime.total_seconds())
        about = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds}
        return about | {"access_token": token}

    def _check(self, tenant: str, form: dict[str, str]) -> None:
        if self.error:
            status = 503 if self.error == "temporarily_unavailable" else 401
            raise _Refused(self.error, "AADSTS7000222: it is refused.", status)
        if tenant not in (*self.tenants, COMMON):
            raise _Refused("invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.", 400)
        if form.get("client_id") != self.app:
            said = f"AADSTS700016: Application '{form.get('client_id')}' was not found."
            raise _Refused("unauthorized_client", said, 400)
        if (form.get("grant_type"), form.get("scope", "").split()) != _WANTED:
            raise _Refused("invalid_scope", "AADSTS1002012: The scope is not valid.", 400)
        self._check_credential(tenant, form)

    def _check_credential(self, tenant: str, form: dict[str, str]) -> None:
        if form.get("client_assertion_type") == _ASSERTION:
            self._check_assertion(tenant, form.get("client_assertion", ""))
        elif not self.secret or form.get("client_secret") != self.secret:
            said = "AADSTS7000215: Invalid client secret provided."
            raise _Refused("invalid_client", said)

    def _check_assertion(self, tenant: str, assertion: str) -> None:
        """Signed with the key of the certificate that was uploaded, and for this address."""
        try:
            known = x509.load_pem_x509_certificate(self.certificate)
            jwt.decode(
                assertion,
                known.public_key(),  # type: ignore[arg-type]  # RSA is all that Entra takes
                ["RS256", "PS256"],
                audience=f"{self.url}/{tenant}/oauth2/v2.0/token",
                issuer=self.app,
            )
        except (ValueError, jwt.PyJWTError) as error:
            said = "AADSTS700027: The certificate's key is not registered."
            raise _Refused("invalid_client", said) from error


_WANTED = ("client_credentials", [SCOPE])


def _closing(handle: Handler) -> Handler:
    """msal's session is never closed, and over TLS a close waits for the other side."""

    async def answer(request: web.Request) -> web.Response:
        response = await handle(request)
        response.force_close()
        return response

    return answer


def _error(refused: _Refused) -> web.Response:
    codes = [int(code) for code in _CODE.findall(refused.said)]
    told = {"error": refused.error, "error_description": refused.said, "trace_id": "0"}
    about = told | {"error_codes": codes}
    return web.json_response(about, status=refused.status)


def thumbprint(certificate: bytes) -> str:
    """The SHA-256 of a PEM certificate, as hexadecimal digits."""
    return x509.load_pem_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()
