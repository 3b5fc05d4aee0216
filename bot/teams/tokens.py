"""The bearer that the app speaks to Teams with, from the registration's token service."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from bot.teams.registration import Registration

log = logging.getLogger(__name__)

SCOPES = ["https://api.botframework.com/.default"]
PATIENCE = timedelta(seconds=5)
"""For each answer of the token service; a whole fetch, which asks it twice, may take double."""

SPARE = timedelta(minutes=5)
"""How long before its end a token isn't used any more."""

REST = timedelta(seconds=5)
"""How long a failure is believed: a batch must not wait for the same trouble with each message."""

RENEWAL = timedelta(minutes=1)
"""How long a token is used that is still good, but could not be renewed, before another try."""

NOT_REACHABLE = "token_not_reachable"
_COMMON = "botframework.com"
_MICROSOFTS = "login.microsoftonline.com"
_NUMBER = re.compile(r"AADSTS\d+")
_NO_TENANT = "OIDC Discovery failed"
"""What msal says where the service has no such tenant."""

# It names what it sends in its debugging log.
logging.getLogger("msal").setLevel(logging.WARNING)


class TokenTrouble(Exception):
    """There is no token; `str` names the setting and the remedy. `code` is safe to log: the
    number that Microsoft gives ("AADSTS7000215"), "bad_certificate" or "token_not_reachable".
    """

    def __init__(self, code: str, remedy: str) -> None:
        super().__init__(remedy)
        self.code = code

    @property
    def is_refusal(self) -> bool:
        """Whether only a change of the settings helps."""
        return self.code != NOT_REACHABLE


_RENEW = (
    "set TEAMS_APP_SECRET to the Value of a current client secret, at entra.microsoft.com under "
    "App registrations, Certificates & secrets (not its Secret ID)"
)
_CERTIFICATE = (
    "TEAMS_APP_CERTIFICATE must name a PEM file with the private key, without a passphrase, and "
    "the certificate that is uploaded to the app registration"
)
_APP = "no app with TEAMS_APP_ID is in the tenant TEAMS_TENANT_ID: compare both with the app's page"
REMEDIES: Mapping[str, str] = {
    "AADSTS7000215": f"Microsoft refuses the client secret: {_RENEW}.",
    "AADSTS7000222": f"The client secret has expired: {_RENEW}.",
    "AADSTS700016": f"Microsoft doesn't know the app: {_APP}; TEAMS_APP_TYPE says whose it is.",
    "AADSTS7000229": f"The app has no account in the tenant: {_APP}.",
    "AADSTS90002": "Microsoft doesn't know the tenant: set TEAMS_TENANT_ID to the Directory ID.",
    "AADSTS700027": f"Microsoft refuses the certificate: {_CERTIFICATE}.",
    "bad_certificate": f"The certificate can't be read: {_CERTIFICATE}.",
    NOT_REACHABLE: (
        "Microsoft's token service was not reached: check the network and TEAMS_LOGIN_URL."
    ),
}
"""By code. AADSTS numbers: learn.microsoft.com/entra/identity-platform/reference-error-codes."""

_ELSE = "Microsoft gives no token: look the code up at login.microsoftonline.com/error."


@dataclass(frozen=True, slots=True)
class _Kept:
    """`until` when it is used, and when the token's `end` is, are moments of the monotonic clock:
    a token's life is real time.
    """

    until: float
    token: str = ""
    end: float = 0.0
    trouble: TokenTrouble | None = None


class Tokens:
    """One registration's token, fetched at most once at a time and kept until shortly before its
    end.
    """

    def __init__(self, registration: Registration, *, patience: timedelta = PATIENCE) -> None:
        self._registration = registration
        self._patience = patience
        self._kept: _Kept | None = None
        self._fetching: asyncio.Task[_Kept] | None = None
        self._trouble: TokenTrouble | None = None

    @property
    def trouble(self) -> TokenTrouble | None:
        """Why the last fetch brought no token; None where it did, or while there was none."""
        return self._trouble

    def look(self) -> None:
        """Begins a fetch where there is no token to be used; nobody waits for it."""
        if not self._registration.playground and not self._is_kept():
            self._begin()

    async def bearer(self) -> str:
        """The token; "" for a playground, which takes none. Raises TokenTrouble."""
        if self._registration.playground:
            return ""
        kept = self._kept
        if kept is None or not self._is_kept():
            kept = await self._fetched()
        if kept.trouble is not None:
            # Anew each time: many wait for the same fetch, and a traceback grows with each raise.
            raise TokenTrouble(kept.trouble.code, str(kept.trouble))
        return kept.token

    def forget(self, token: str = "") -> None:
        """Fetch another one next time: `token`, or the one that is kept, was refused."""
        if self._kept is not None and token in ("", self._kept.token):
            self._kept = None

    async def _fetched(self) -> _Kept:
        """Everybody waits for the same fetch, and none of them ends it by giving up."""
        return await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[_Kept]:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._done)
        return self._fetching

    def _is_kept(self) -> bool:
        return self._kept is not None and self._kept.until > monotonic()

    def _done(self, task: asyncio.Task[_Kept]) -> None:
        self._fetching = None
        if not task.cancelled() and task.exception() is None:
            self._kept = task.result()

    async def _fetch(self) -> _Kept:
        """Another token, or why there is none; the one before as long as it is good."""
        found, before = await self._asked(), self._kept
        self._trouble, now = found.trouble, monotonic()
        if found.trouble is None or before is None or before.end <= now:
            return found
        until = min(before.end, now + RENEWAL.total_seconds())
        return replace(before, until=until)

    async def _asked(self) -> _Kept:
        try:
            async with asyncio.timeout(2 * self._patience.total_seconds()):
                token, life = await asyncio.to_thread(_ask, self._registration, self._patience)
        except TokenTrouble as trouble:
            return _failed(trouble)
        except TimeoutError:
            return _failed(_trouble(NOT_REACHABLE))
        end = monotonic() + life.total_seconds()
        return _Kept(end - SPARE.total_seconds(), token, end)


def _failed(trouble: TokenTrouble) -> _Kept:
    log.error("no token for Teams", extra={"code": trouble.code})
    return _Kept(monotonic() + REST.total_seconds(), trouble=trouble)


def _ask(registration: Registration, patience: timedelta) -> tuple[str, timedelta]:
    """The token and how long it lives; it blocks. Raises TokenTrouble.

    msal's own cache would give a refused token once more, so that each fetch begins anew.
    """
    from msal import ConfidentialClientApplication
    from requests import Session

    credential = _credential(registration)
    try:
        with Session() as session:
            # msal gives a session of ours no time-out.
            bounded = partial(session.request, timeout=patience.total_seconds())
            session.request = bounded  # type: ignore[method-assign]  # as msal does it with its own
            app = ConfidentialClientApplication(
                registration.app_id,
                client_credential=credential,
                authority=_authority(registration),
                instance_discovery=_is_microsofts(registration.login_url),
                http_client=session,
            )
            return _read(app.acquire_token_for_client(SCOPES))
    except TokenTrouble:
        raise
    except Exception as error:
        raise _of(error) from None


def _credential(registration: Registration) -> str | dict[str, str] | None:
    """As msal takes it. It finds the key's and the certificate's part of the text by itself, and
    names the certificate by its SHA-256 thumbprint.
    """
    if registration.certificate is None:
        return registration.secret
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        pem = registration.certificate.read_bytes()
        load_pem_private_key(pem, None)
        load_pem_x509_certificate(pem)
    except (OSError, ValueError, TypeError):
        raise _trouble("bad_certificate") from None
    text = pem.decode()
    return {"private_key": text, "public_certificate": text}


def _authority(registration: Registration) -> str:
    tenant = _COMMON if registration.multi_tenant else registration.tenant_id
    return f"{registration.login_url.rstrip('/')}/{tenant}"


def _is_microsofts(login_url: str) -> bool:
    return urlsplit(login_url).hostname == _MICROSOFTS


def _read(answer: Mapping[str, Any]) -> tuple[str, timedelta]:
    token, life = answer.get("access_token"), answer.get("expires_in")
    if isinstance(token, str) and token and isinstance(life, int):
        return token, timedelta(seconds=life)
    found = _NUMBER.search(str(answer.get("error_description")))
    raise _trouble(found.group() if found else "no_token")


def _of(error: Exception) -> TokenTrouble:
    """What kept msal from an answer. No text of a library goes further than this."""
    log.warning("the token service failed", extra={"fault": type(error).__name__})
    found = _NUMBER.search(str(error.__context__))
    if found is None and _NO_TENANT not in str(error.__context__):
        return _trouble(NOT_REACHABLE)
    return _trouble(found.group() if found else "AADSTS90002")


def _trouble(code: str) -> TokenTrouble:
    return TokenTrouble(code, REMEDIES.get(code, f"{_ELSE} ({code})"))
