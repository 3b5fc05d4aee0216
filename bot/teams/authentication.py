"""Whether an activity is from Teams and meant for us, and what its turn may use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import jwt
from botbuilder.schema import Activity, CallerIdConstants
from botframework.connector.auth import (
    AuthenticateRequestResult,
    AuthenticationConstants,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from bot.domain.ports.clock import Clock
from bot.teams.guard import Elsewhere, Unsigned, Whose, tenant_of
from bot.teams.keys import SigningKeys
from bot.teams.registration import LOCAL, Registration

CHANNEL = "msteams"
ISSUER = AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER
ALGORITHM = "RS256"
SKEW = timedelta(minutes=5)
"""As the Bot Connector's authentication reference has it (learn.microsoft.com)."""

MOST_VERIFIED = 256
_CLAIMS: Any = {  # PyJWT's `Options`; of its dates it knows the machine's time alone
    "require": ["iss", "aud", "exp", "nbf"],
    "strict_aud": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


class Authentication(BotFrameworkAuthentication):  # type: ignore[misc]  # the SDK ships no types
    """The Bot Connector's rules for what comes from Teams, and the tenants of the registration.

    The same connectors serve every turn; there are no tokens of users.
    """

    def __init__(
        self,
        registration: Registration,
        keys: SigningKeys,
        connectors: ConnectorFactory,
        clock: Clock,
    ) -> None:
        self._registration = registration
        self._keys = keys
        self._connectors = connectors
        self._clock = clock
        self._verified: dict[bytes, Mapping[str, Any]] = {}

    async def authenticate_request(
        self, activity: Activity, auth_header: str
    ) -> AuthenticateRequestResult:
        """Raises Unsigned, Elsewhere for another tenant's, keys.KeysUnavailable."""
        whose = Whose(activity.channel_id, activity.service_url, tenant_of(activity))
        claims = await self.claims(auth_header)
        self.check(claims, whose)
        return self._result(claims)

    async def claims(self, auth_header: str) -> Mapping[str, Any]:
        """What the token says, before a body is read; a playground has none.

        Raises Unsigned, keys.KeysUnavailable.
        """
        if self._registration.playground:
            return {AuthenticationConstants.AUDIENCE_CLAIM: self._registration.app_id}
        return await self._claims(auth_header)

    def check(self, claims: Mapping[str, Any], whose: Whose) -> None:
        """Whether whoever has that token may say this. Raises Unsigned, Elsewhere for another
        tenant's.
        """
        if whose.channel != CHANNEL:
            raise Unsigned("another channel")
        if not self._registration.playground:
            _check_service(claims, whose.service_url)
        elif not _is_local(whose.service_url):
            # It signs nothing; what answers it never leaves this machine.
            raise Unsigned("a playground that is not on this machine")
        if not self._registration.allows(whose.tenant):
            raise Elsewhere("a tenant that may not use the app")

    async def authenticate_streaming_request(
        self,
        auth_header: str,  # noqa: ARG002 - botbuilder's signature
        channel_id_header: str,  # noqa: ARG002 - as above
    ) -> AuthenticateRequestResult:
        """Raises Unsigned: Teams opens no web sockets."""
        raise Unsigned("a web socket")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:  # noqa: ARG002 - botbuilder's signature
        return self._connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """None: nobody signs in to anything."""

    def _result(self, claims: Mapping[str, Any]) -> AuthenticateRequestResult:
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(claims, is_authenticated=True)
        result.audience = AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE
        result.caller_id = CallerIdConstants.public_azure_channel
        result.connector_factory = self._connectors
        return result

    async def _claims(self, auth_header: str) -> Mapping[str, Any]:
        """A token serves many activities, so its signature is checked once; its dates always."""
        scheme, _, token = auth_header.partition(" ")
        if scheme.lower() != "bearer" or not token.isascii():
            raise Unsigned("no token")
        name = sha256(token.encode()).digest()
        claims = self._verified.get(name) or await self._verify(token)
        self._check_dates(claims)
        self._remember(name, claims)
        return claims

    def _remember(self, name: bytes, claims: Mapping[str, Any]) -> None:
        if len(self._verified) >= MOST_VERIFIED:
            self._verified.clear()
        self._verified[name] = claims

    async def _verify(self, token: str) -> Mapping[str, Any]:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            if not isinstance(kid, str):
                raise Unsigned("no key's id")
            key = await self._keys.key(kid, CHANNEL)
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._registration.app_id,
                issuer=ISSUER,
                options=_CLAIMS,
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unsigned(type(error).__name__) from None

    def _check_dates(self, claims: Mapping[str, Any]) -> None:
        """Whatever is no number fails, NaN too."""
        now, skew = self._clock.now().timestamp(), SKEW.total_seconds()
        try:
            is_now = claims["nbf"] - skew <= now <= claims["exp"] + skew
        except TypeError:
            is_now = False
        if not is_now:
            raise Unsigned("expired, or not valid yet")


def _check_service(claims: Mapping[str, Any], service_url: str) -> None:
    """Answers go there with our own token, so it has to be Microsoft who named it."""
    named = {
        value if isinstance(value, str) else None
        for name, value in claims.items()
        if name.lower() == AuthenticationConstants.SERVICE_URL_CLAIM
    }
    if named != {service_url}:
        raise Unsigned("another service than its token's")


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = not {"@", "\\"} & set(parts.netloc)  # readers of addresses differ on those
    return parts.scheme in {"http", "https"} and parts.hostname in LOCAL and is_plain
