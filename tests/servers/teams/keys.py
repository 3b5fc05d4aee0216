"""The Bot Framework's signing keys: what it publishes, and the tokens that come with activities."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from tests.servers.slack.clock import Clock

ISSUER = "https://api.botframework.com"
LIVES = timedelta(hours=1)
"""Source: learn.microsoft.com, "Authentication with the Bot Connector API"."""


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key, always the same in one process; making one takes a while."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Keys:
    """`published` are the ids of the keys that the metadata names; `signing` is in use.

    `latency` is in seconds. `is_down` lets both addresses answer with 503. `calls` counts what
    was fetched: "metadata" and "keys".
    """

    clock: Clock
    app: str
    url: str = ""
    published: list[str] = field(default_factory=lambda: ["key-1"])
    signing: str = "key-1"
    endorsements: list[str] = field(default_factory=lambda: ["msteams"])
    latency: float = 0.0
    is_down: bool = False
    calls: list[str] = field(default_factory=list)
    _kept: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    @property
    def openid_url(self) -> str:
        """Where the metadata is."""
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def rotate(self, *, keep: bool = True) -> None:
        """From now on a new key signs, which is published; the old one stays if kept."""
        self.signing = f"key-{int(self.signing.partition('-')[2]) + 1}"
        self.published = [*(self.published if keep else []), self.signing]

    def bearer(self, service_url: str, **claims: Any) -> str:
        """The Authorization header of a genuine activity; see `token` for what can be changed."""
        return f"Bearer {self.token(service_url, **claims)}"

    def used_again(self, service_url: str) -> str:
        """The same, with a token that was used before where one is young: Teams keeps them too."""
        now, at = self.clock.now(), (service_url, self.signing)
        made, kept = self._kept.get(at, (now, ""))
        if not kept or not timedelta() <= now - made < LIVES / 2:
            made, kept = now, self.bearer(service_url)
            self._kept[at] = (made, kept)
        return kept

    def token(
        self,
        service_url: str,
        *,
        kid: str | None = None,
        key: Any = None,
        algorithm: str = "RS256",
        age: timedelta = timedelta(),
        without: tuple[str, ...] = (),
        **claims: Any,
    ) -> str:
        """A JWT as the Bot Framework makes it, or a bad one: another `key` under the same id,
        another `algorithm`, made `age` ago, other claims or `without` some of them.
        """
        made = self.clock.now() - age
        good: dict[str, Any] = {
            "serviceurl": service_url,
            "nbf": int(made.timestamp()),
            "exp": int((made + LIVES).timestamp()),
            "iss": ISSUER,
            "aud": self.app,
        }
        payload = {k: v for k, v in (good | claims).items() if k not in without}
        kid = self.signing if kid is None else kid
        secret = key if key is not None or algorithm == "none" else rsa_key(self.signing)
        return jwt.encode(payload, secret, algorithm, {"kid": kid, "x5t": kid})

    def routes(self) -> list[web.RouteDef]:
        """What it serves."""
        return [
            web.get("/v1/.well-known/openidconfiguration", self._metadata, allow_head=False),
            web.get("/v1/.well-known/keys", self._keys, allow_head=False),
        ]

    async def _metadata(self, _: web.Request) -> web.Response:
        about = {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
        return await self._answer("metadata", about)

    async def _keys(self, _: web.Request) -> web.Response:
        return await self._answer("keys", {"keys": [self._public(kid) for kid in self.published]})

    async def _answer(self, what: str, about: dict[str, Any]) -> web.Response:
        self.calls.append(what)
        await asyncio.sleep(self.latency)
        return web.Response(status=503) if self.is_down else web.json_response(about)

    def _public(self, kid: str) -> dict[str, Any]:
        about = json.loads(RSAAlgorithm.to_jwk(rsa_key(kid).public_key()))
        about.pop("key_ops", None)
        mark = {"use": "sig", "kid": kid, "x5t": kid, "endorsements": self.endorsements}
        return dict(about) | mark
