"""Who may ask under which name, and what they get when something is wrong: a page, no detail."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.domain.ports.unit_of_work import StorageUnavailable

MAX_BODY = 4096
"""Bytes: a form here holds a token and a code."""


class Refused(Exception):
    """Sent under another name, by another site, or without the token of our own page."""


_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})
_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
_UNAVAILABLE = 503
_FAULTS: Mapping[type[Exception], tuple[int, str]] = {
    Refused: (403, "refused"),
    web.HTTPRequestEntityTooLarge: (413, "too_long"),
    web.HTTPNotFound: (404, "missing"),
    web.HTTPMethodNotAllowed: (405, "missing"),
    StorageUnavailable: (_UNAVAILABLE, "unavailable"),
}
_FAULTY = tuple(_FAULTS)
_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Faulty(Protocol):
    async def faulty(self, status: int, code: str) -> web.StreamResponse:
        """The page for what went wrong."""
        ...


def guarding(origin: str, pages: Faulty) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Lets in what is asked for under `origin`; forms only from its own pages."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            check_sender(request, origin)
            response = await handler(request)
        except web.HTTPRedirection:
            raise
        except _FAULTY as error:
            status, code = _FAULTS[type(error)]
            if status == _UNAVAILABLE:
                _log.warning("not answered: the database is not available")
            response = await pages.faulty(status, code)
        response.headers.update(_HEADERS)
        return response

    return guard


def check_sender(request: web.Request, origin: str) -> None:
    """Raises Refused, or HTTPRequestEntityTooLarge for a body that no form of ours has."""
    if request.headers.get(hdrs.HOST, "").lower() != urlsplit(origin).netloc:
        raise Refused
    if request.method in _READING:
        return
    if not _from_own_page(request, origin):
        raise Refused
    if request.content_length is None or request.content_length > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length or 0)


def _from_own_page(request: web.Request, origin: str) -> bool:
    """Browsers set these headers themselves: no page of another site can.

    Pages without a referrer send `Origin: null` with their forms (Fetch, "append a request Origin
    header"); Fetch Metadata then has to say whose they are.
    """
    site, sender = request.headers.get("Sec-Fetch-Site"), request.headers.get(hdrs.ORIGIN)
    if site is not None and site != "same-origin":
        return False
    return sender == origin or (sender in (None, "null") and site == "same-origin")
