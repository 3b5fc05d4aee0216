"""Whether Microsoft takes the registration, and what is wrong with it: for `touchpoint check`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from bot.teams.registration import Registration

PATIENCE = aiohttp.ClientTimeout(total=5)
"""How long a check waits for the whole of one answer."""

SOON = timedelta(days=30)
"""A certificate that ends within it is worth a line: a new one takes some days to be made."""

NEW_CERTIFICATE = (
    "upload a new one at entra.microsoft.com, App registrations, Certificates & secrets, and put "
    "it with its private key into TEAMS_APP_CERTIFICATE"
)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CHANNEL = "msteams"


class Unusable(Exception):
    """What was looked at can't be used. `str` says why, in plain words."""


def is_secret_id(secret: str) -> bool:
    """Whether it is a secret's id, which stands beside its value and is an id like any other."""
    return _ID.fullmatch(secret.strip()) is not None


def certificate_end(file: Path) -> datetime:
    """When the certificate in a PEM file ends, aware UTC. Raises Unusable."""
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise Unusable(f"can't be read ({error.strerror})") from None
    try:
        key = load_pem_private_key(pem, None)
        certificate = load_pem_x509_certificate(pem)
    except (ValueError, TypeError):  # the latter where the key has a passphrase
        raise Unusable("holds no private key without a passphrase, or no certificate") from None
    if key.public_key() != certificate.public_key():
        raise Unusable("holds a private key and a certificate that don't belong together")
    return certificate.not_valid_after_utc


def spoilt(file: Path, wrong: Unusable) -> str:
    """What is wrong with a certificate's file, and what to do."""
    return f"{file} {wrong}; {NEW_CERTIFICATE}"


async def ask_token(registration: Registration) -> None:
    """Asks for a token as sending does. Raises Unusable with Microsoft's reason and the remedy."""
    from bot.teams.tokens import Tokens, TokenTrouble

    try:
        await Tokens(registration).bearer()
    except TokenTrouble as trouble:
        raise Unusable(f"{str(trouble).rstrip('.')} ({trouble.code})") from None


async def count_keys(openid_url: str) -> int:
    """How many keys Teams signs with, of those that are published there.

    Raises Unusable where they can't be read, whatever the network did.
    """
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE, trust_env=True) as session:
            described = await _json(session, openid_url)
            keys = (await _json(session, str(described["jwks_uri"])))["keys"]
            return sum(_CHANNEL in key.get("endorsements", ()) for key in keys)
    except TimeoutError:
        raise Unusable("were not told within 5 seconds") from None
    except aiohttp.ClientError as error:
        raise Unusable(f"can't be reached ({type(error).__name__})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unusable("are not what Microsoft publishes there") from None


async def _json(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with session.get(url, raise_for_status=True) as response:
        found: dict[str, Any] = await response.json(content_type=None)
        return found
