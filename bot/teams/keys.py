"""The keys that Teams signs with, fetched off the event loop's back and kept for a day."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from bot.domain.ports.clock import Clock
from bot.teams.guard import Unsigned
from bot.teams.registration import LOCAL

PATIENCE = timedelta(seconds=5)
"""For both documents together: an invoke has to be answered in 10 seconds."""

KEPT = timedelta(hours=24)
"""As the Bot Connector's authentication reference has it (learn.microsoft.com)."""

AGAIN = timedelta(minutes=1)
"""Between two fetches, whatever asks for them."""

SOON = timedelta(seconds=5)
"""The same while no key at all is known: nobody is heard until then."""

LARGEST = 1024 * 1024
"""Bytes of a document. Microsoft's list of keys has about 30 KB."""

_log = logging.getLogger(__name__)


class KeysUnavailable(Exception):
    """Nobody can tell now whether the sender is Teams: answered with 503."""


@dataclass(frozen=True, slots=True)
class _Key:
    public: RSAPublicKey
    endorsed: frozenset[str]


class SigningKeys:
    """The keys of an OpenID metadata document, by their ids.

    Those known before stay in use while newer ones can't be had, and one call at a time fetches.
    """

    def __init__(self, openid_url: str, clock: Clock, *, patience: timedelta = PATIENCE) -> None:
        self._url = openid_url
        self._clock = clock
        self._patience = patience
        self._keys: Mapping[str, _Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def key(self, kid: str, channel: str) -> RSAPublicKey:
        """The public key `kid`, if it may sign for that channel.

        Raises Unsigned where it is unknown or not endorsed, KeysUnavailable where it is unknown
        and the last fetch failed.
        """
        # A known key waits for nobody: while somebody else fetches, it is good as it is.
        if self._is_due(kid) and not (kid in self._keys and self._fetching.locked()):
            async with self._fetching:
                if self._is_due(kid):
                    await self._fetch()
        found = self._keys.get(kid)
        if found is None and self._fetched_at != self._tried_at:
            raise KeysUnavailable("the keys of Teams can't be fetched")
        if found is None:
            raise Unsigned("signed with an unknown key")
        if channel not in found.endorsed:
            raise Unsigned("signed with another channel's key")
        return found.public

    def _is_due(self, kid: str) -> bool:
        is_good = kid in self._keys and self._is_within(self._fetched_at, KEPT)
        return not is_good and not self._is_within(self._tried_at, AGAIN if self._keys else SOON)

    def _is_within(self, moment: datetime | None, span: timedelta) -> bool:
        return moment is not None and abs(self._clock.now() - moment) < span

    async def _fetch(self) -> None:
        now = self._clock.now()
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                self._keys = await self._read()
            self._fetched_at = now
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("the keys of Teams can't be fetched", extra={"why": type(error).__name__})
        self._tried_at = now

    async def _read(self) -> Mapping[str, _Key]:
        through_proxy = urlsplit(self._url).hostname not in LOCAL
        async with ClientSession(trust_env=through_proxy) as session:
            metadata = await _document(session, self._url)
            listed = await _document(session, _checked(metadata.get("jwks_uri"), self._url))
        if not (keys := dict(_usable(listed.get("keys")))):
            raise ValueError("no keys")
        return keys


async def _document(session: ClientSession, url: str) -> Mapping[str, Any]:
    """Raises ClientError, OSError, ValueError. No redirect is followed: it may leave TLS."""
    async with session.get(url, allow_redirects=False, raise_for_status=True) as answer:
        raw = bytearray()
        async for chunk in answer.content.iter_any():
            raw += chunk
            if len(raw) > LARGEST:
                raise ValueError("too large")
    try:
        found = json.loads(raw)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - the document is wrong, not our call
    return found


def _checked(given: object, metadata_url: str) -> str:
    """The keys come from as safe a place as what names it."""
    url = given if isinstance(given, str) else ""
    if urlsplit(url).scheme not in {"https", urlsplit(metadata_url).scheme}:
        raise ValueError("no safe address of keys")
    return url


def _usable(listed: object) -> Iterator[tuple[str, _Key]]:
    """Those that we can check a signature with; one that is broken spoils no other."""
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("kid"), str):
            continue
        try:
            public = RSAAlgorithm.from_jwk(each)
        except (PyJWTError, ValueError, TypeError):
            continue
        if isinstance(public, RSAPublicKey):
            yield each["kid"], _Key(public, _texts(each.get("endorsements")))


def _texts(given: object) -> frozenset[str]:
    listed = given if isinstance(given, list) else ()
    return frozenset(each for each in listed if isinstance(each, str))
