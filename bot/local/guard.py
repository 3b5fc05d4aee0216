"""Who may ask, and what they get when something is wrong: a friendly page, never a traceback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.domain.ports.vault import Erased
from bot.local.pages import TO_NOTICES, Unclear, html, platform_of, wants_part
from bot.local.render import Reader, render

MAX_BODY = 512 * 1024
"""Bytes. A text of 40,000 letters fits in any script, so that the bot itself can refuse it."""

_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_READING = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """Asked under another name, from another machine or by another site."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Checks the sender, answers faults as pages, and keeps browsers from storing pages."""
    response = await _answered(request, handler)
    response.headers.update(_HEADERS)
    is_static = request.path.startswith("/local/static/")
    response.headers["Cache-Control"] = "no-cache" if is_static else "no-store"
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        check_sender(request)
        _check_size(request)
        return await handler(request)
    except Exception as error:
        status, code = _fault(error)
        if code == "failed":
            _report(request, error)
        return _faulty(request, status, code)


def _fault(error: Exception) -> tuple[int, str]:
    """The status and the words for what went wrong."""
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return 413, "too_long"
    if isinstance(error, web.HTTPNotFound | web.HTTPMethodNotAllowed | Erased):
        return 404, "not_found"
    known = {Refused: (403, "refused"), StorageUnavailable: (503, "not_saved")}
    unclear = isinstance(error, Unclear | web.HTTPBadRequest | UnicodeError)
    return known.get(type(error), (400, "unclear") if unclear else (500, "failed"))


def check_sender(request: web.Request) -> None:
    """Loopback only, under a loopback name and our own port (a foreign name could be rebound to
    this machine), and changes only from our own pages. Raises Refused.
    """
    host = _split(f"//{request.headers.get('Host', '')}")
    if host is None or host[0] not in _HOSTS or not _is_local(request, host[1]):
        raise Refused
    if request.method not in _READING and not _same_origin(request):
        raise Refused


def _is_local(request: web.Request, port: int) -> bool:
    """Both ends of the connection are this machine, and the port is the one it came in by."""
    if request.transport is None or not request.remote:
        return False
    listening = request.transport.get_extra_info("sockname")
    if not ip_address(request.remote.partition("%")[0]).is_loopback:
        return False
    return bool(listening) and port == listening[1]


def _same_origin(request: web.Request) -> bool:
    """Browsers set these headers themselves: no page of another site can.

    Fetch Metadata (W3C) where it is sent, else the Origin header (RFC 6454).
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return site == "same-origin"
    return origin == f"{request.scheme}://{request.headers['Host']}"


def _split(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.port or 80
    except ValueError:
        return None


def _check_size(request: web.Request) -> None:
    length = request.content_length
    too_long = length is not None and length > MAX_BODY
    if too_long or (length is None and request.can_read_body):
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, length or 0)


def _report(request: web.Request, error: Exception) -> None:
    """Where it went wrong. Not the message of the error: it could hold somebody's words."""
    route = request.match_info.route.resource
    steps = "".join(traceback.format_tb(error.__traceback__))
    where = {"route": route.canonical if route else "", "steps": steps}
    _log.error("the local page failed", extra={"error": type(error).__name__, **where})


def _faulty(request: web.Request, status: int, code: str) -> web.Response:
    # Without the organisation's own locale: the database may be what fails.
    reader = Reader(platform_of(request).kit.words, "en", "UTC")
    notice, title = reader.say(code), reader.say(f"{code}_title")
    if wants_part(request):
        body = render("parts/toast.html", reader, notice=notice, bad=True)
        return html(body, status, TO_NOTICES)
    return html(render("error.html", reader, title=title, notice=notice), status)
