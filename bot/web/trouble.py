"""What somebody sees when a request can't be answered: friendly, and without any detail."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from aiohttp import web

_SAID: Mapping[int, tuple[str, str]] = {
    400: ("That didn't work", "The request was not one we understand. Go back and try again."),
    403: ("Not from here", "This page can't be opened that way."),
    404: ("Nothing here", "There is no page at this address."),
    405: ("That didn't work", "This address doesn't take that kind of request."),
    413: ("Too long", "That is more than one message can hold. Send it in shorter parts."),
    415: ("That didn't work", "This address doesn't take that kind of content."),
    503: ("One moment", "Nothing was recorded, as our database can't be reached. Try again soon."),
}
_OUR_FAULT = ("Something went wrong", "The fault is ours, and nothing you sent is shown anywhere.")
_SERVER_ERROR = 500

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<h1>{title}</h1>
<p>{text}</p>
<p><small>{label} {request_id}</small></p>
</html>
"""


def page(
    request: web.Request, status: int, request_id: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """HTML for a browser, JSON for everything else; `request_id` is the one in the log."""
    title, text = said(status)
    if "text/html" in request.headers.get("Accept", ""):
        body = _PAGE.format(
            title=escape(title),
            text=escape(text),
            label="If you ask for help, mention",
            request_id=escape(request_id),
        )
        return web.Response(text=body, status=status, headers=headers, content_type="text/html")
    told = {"error": text, "request_id": request_id}
    return web.json_response(told, status=status, headers=headers)


def said(status: int) -> tuple[str, str]:
    """A title and a sentence for an HTTP status."""
    if status in _SAID:
        return _SAID[status]
    return _OUR_FAULT if status >= _SERVER_ERROR else _SAID[400]
