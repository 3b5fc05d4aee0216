"""What holds for every request: an id, a log line, a size limit, no exception text, headers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from uuid import uuid4

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from structlog.contextvars import bound_contextvars

from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.web.trouble import page

MAX_BODY = 1024**2
"""Bytes. A form of five answers of 3,000 characters is at most 180 kB when encoded for a URL, and
40,000 pasted characters are at most 480 kB."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_REFUSED = 400  # the first of the statuses that refuse (RFC 9110, section 15)
_CUT_OFF = 499  # as nginx logs it: the process stopped before there was an answer
_KEPT = (hdrs.ALLOW, hdrs.RETRY_AFTER)
_OPERATIONS = frozenset({"/healthz", "/readyz", "/metrics"})
_REQUEST_ID = web.RequestKey("request_id", str)
_log = logging.getLogger(__name__)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: a handler's own headers stay as they are."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request_id := request.get(_REQUEST_ID):
        response.headers.setdefault("X-Request-Id", request_id)


@web.middleware
async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id and answer it whatever happens; one log line says how it went."""
    request[_REQUEST_ID] = request_id = uuid4().hex[:16]
    began = time.monotonic()
    status = _CUT_OFF
    with bound_contextvars(request_id=request_id):
        try:
            response = await _answered(request, handler, request_id)
            status = response.status
        except web.HTTPException as redirect:
            status = redirect.status
            raise
        finally:
            _tell(request, status, time.monotonic() - began)
    return response


def _tell(request: web.Request, status: int, seconds: float) -> None:
    route = route_of(request)
    facts = {
        "method": request.method if request.method in hdrs.METH_ALL else "other",
        "route": route,
        "status": status,
        "seconds": round(seconds, 4),
    }
    level = logging.DEBUG if route in _OPERATIONS else logging.INFO
    _log.log(level, "request", extra=facts)


def timed(acts: frozenset[str], observe: Callable[[float], None]) -> Middleware:
    """Tell `observe` how many seconds each acknowledged POST to one of the routes `acts` took."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.monotonic()
        acknowledged = False
        try:
            response = await handler(request)
            acknowledged = response.status < _REFUSED
        except web.HTTPRedirection:
            acknowledged = True
            raise
        finally:
            if acknowledged and request.method == hdrs.METH_POST and route_of(request) in acts:
                observe(time.monotonic() - began)
        return response

    return middleware


def route_of(request: web.Request) -> str:
    """The pattern that the path matched: the path itself may hold anything."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


async def _answered(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    if (request.content_length or 0) > MAX_BODY:
        return page(request, 413, request_id)
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return _refused(request, error, request_id)
    except StorageUnavailable as error:
        _log.warning("not recorded", extra={"reason": str(error)})
        return page(request, 503, request_id, {hdrs.RETRY_AFTER: "5"})
    except Exception:
        _log.exception("a request failed")
        return page(request, 500, request_id)


def _refused(request: web.Request, error: web.HTTPException, request_id: str) -> web.Response:
    kept = {str(n): error.headers[n] for n in _KEPT if n in error.headers}
    return page(request, error.status, request_id, kept)
