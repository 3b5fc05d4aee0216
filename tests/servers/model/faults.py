"""What goes wrong on demand."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiohttp import web

from tests.servers.model import answers
from tests.servers.model.asked import Asked, refused

_HANGS_AT_MOST = 60
"""Seconds after which a hanging request is let go, should a test forget it."""

MUCH = 3_000_000
"""Bytes of an answer that is far too long."""


class Fault(Enum):
    """What goes wrong with one request."""

    HANG = "no answer at all"
    DRIP = "an answer that never comes to its end"
    RESET = "the connection is closed"
    TOO_MANY = "429"
    NO_MONEY = "429, as the account has no money left"
    BAD_GATEWAY = "502 with a page of HTML"
    UNAVAILABLE = "503"
    BAD_KEY = "401"
    FORBIDDEN = "403"
    NO_MODEL = "404"
    BAD_REQUEST = "400"
    FILTERED_PROMPT = "400, as Azure's filter stops the prompt"
    REDIRECT = "302 to another host"
    REFUSAL = "the model refuses"
    CUT_OFF = "finish_reason length"
    FILTERED = "finish_reason content_filter"
    TOOL_CALL = "finish_reason tool_calls"
    SILENT = "null instead of content"
    BLANK = "nothing but spaces"
    NOT_JSON = "content that is no JSON"
    WRONG_FORM = "JSON of another form"
    NO_CHOICES = "a completion without choices"
    NO_COMPLETION = "a body that is no completion"
    HTML = "200 with a page of HTML"
    NO_TEXT = "200 with bytes that are no text"
    DEEP = "JSON as deep as nobody needs"
    NO_USAGE = "a good answer that says nothing of tokens"
    FENCED = "a good answer between ``` marks"
    HUGE = "an answer far too long"
    HUGE_ERROR = "500 with a page far too long"
    BOMB = "an answer that is far too long once unpacked"


STATUS = {
    Fault.TOO_MANY: (429, "rate_limit_exceeded"),
    Fault.NO_MONEY: (429, "insufficient_quota"),
    Fault.UNAVAILABLE: (503, "server_error"),
    Fault.BAD_KEY: (401, "invalid_api_key"),
    Fault.FORBIDDEN: (403, "unsupported_country_region_territory"),
    Fault.NO_MODEL: (404, "model_not_found"),
    Fault.BAD_REQUEST: (400, "unsupported_parameter"),
    Fault.FILTERED_PROMPT: (400, "content_filter"),
}

_ODD: dict[Fault, dict[str, Any]] = {
    Fault.REFUSAL: {"content": None, "refusal": "I can't help with that."},
    Fault.CUT_OFF: {"finish_reason": "length"},
    Fault.FILTERED: {"finish_reason": "content_filter"},
    Fault.TOOL_CALL: {"content": None, "finish_reason": "tool_calls"},
    Fault.SILENT: {"content": None},
}
_CONTENT: dict[Fault, object] = {
    Fault.CUT_OFF: '{"claims": [{"text": "PERSON_1 us',
    Fault.BLANK: " \n ",
    Fault.NOT_JSON: "Here is the summary you asked for: all is well.",
    Fault.WRONG_FORM: {"claims": "none", "score": 7},
}
_PAGES = {Fault.BAD_GATEWAY: 502, Fault.HTML: 200}
_BODIES = {
    Fault.NO_COMPLETION: b'["not", "a", "completion"]',
    Fault.NO_TEXT: b"\xff\xfe{}",
    Fault.DEEP: b"[" * 100_000,
}


@dataclass(frozen=True, slots=True)
class Planned:
    fault: Fault
    retry_after: str


@dataclass(slots=True)
class Faults:
    """The faults to come, one a request, and the requests that hang."""

    planned: deque[Planned] = field(default_factory=deque)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Lets requests that hang come to their end, and those that come later pass at once."""
        self._released.set()

    async def hang(self) -> None:
        self.hanging.set()
        async with asyncio.timeout(_HANGS_AT_MOST):
            await self._released.wait()

    async def answer(
        self, request: web.Request, planned: Planned, asked: Asked, good: object, number: int
    ) -> web.StreamResponse:
        """The answer that has this fault; `good` is what the model would have said."""
        fault = planned.fault
        if fault in STATUS:
            return _status(planned, number)
        if fault in (Fault.HANG, Fault.DRIP):
            return await self._slowly(request, fault)
        if fault is Fault.RESET:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return _odd_answer(fault, request, asked, good, number)

    async def _slowly(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        response = web.StreamResponse()
        if fault is Fault.DRIP:
            await response.prepare(request)
            await response.write(b'{"id": "chatcmpl-')
        await self.hang()
        return response if fault is Fault.DRIP else web.Response(status=500)


def _status(planned: Planned, number: int) -> web.Response:
    status, code = STATUS[planned.fault]
    response = refused(status, code, "SECRET detail of the provider, with a key sk-hush in it")
    response.headers["x-request-id"] = f"req_{number}"
    if planned.retry_after:
        response.headers["Retry-After"] = planned.retry_after
    return response


def _odd_answer(
    fault: Fault, request: web.Request, asked: Asked, good: object, number: int
) -> web.Response:
    if fault is Fault.REDIRECT:
        place = f"{request.url.origin()}/elsewhere"
        return web.Response(status=307, headers={"Location": place})
    if fault in _PAGES:
        return web.Response(status=_PAGES[fault], text="<html>Oh</html>", content_type="text/html")
    if fault is Fault.HUGE_ERROR:
        return web.Response(status=500, text="x" * MUCH)
    if fault in _BODIES:
        return web.Response(body=_BODIES[fault], content_type="application/json")
    return _completion(fault, asked, good, number)


def _completion(fault: Fault, asked: Asked, good: object, number: int) -> web.Response:
    content = _CONTENT.get(fault, good)
    if fault is Fault.FENCED:
        content = f"```json\n{json.dumps(good, ensure_ascii=False)}\n```"
    if fault in (Fault.HUGE, Fault.BOMB):
        content = {"claims": [], "starters": [], "more": "x" * MUCH}
    body = answers.completion(asked, content, number, _ODD.get(fault))
    if fault is Fault.NO_USAGE:
        del body["usage"]
    if fault is Fault.NO_CHOICES:
        body["choices"] = []
    response = web.json_response(body)
    if fault is Fault.BOMB:
        response.enable_compression(web.ContentCoding.gzip)
    return response
