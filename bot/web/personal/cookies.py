"""Who is in, and that a form is from our own page: two cookies that scripts can't read.

`Secure` and the `__Host-` prefix (RFC 6265bis) keep other hosts of the domain from setting them;
plain http on this machine alone has neither. SameSite=Strict keeps them out of whatever another
site sends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.domain.personal_link import SESSION

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Cookies:
    """`secure`: over https."""

    secure: bool

    def session(self, request: web.Request) -> str:
        """The token of whoever is in, empty where nobody is."""
        return request.cookies.get(self._name("you"), "")

    def begin(self, response: web.StreamResponse, token: str) -> None:
        """Somebody is in from now on."""
        self._set(response, "you", token)
        self._drop(response, "form")

    def end(self, response: web.StreamResponse) -> None:
        self._drop(response, "you")

    def visitor(self, request: web.Request) -> str:
        """What ties a form to this browser before anybody is in; empty where there is none yet."""
        return request.cookies.get(self._name("form"), "")

    def greet(self, response: web.StreamResponse, visitor: str) -> None:
        self._set(response, "form", visitor)

    def _name(self, what: str) -> str:
        return f"__Host-touchpoint-{what}" if self.secure else f"touchpoint-{what}"

    def _set(self, response: web.StreamResponse, what: str, value: str) -> None:
        response.set_cookie(
            self._name(what),
            value,
            max_age=int(SESSION.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Strict",
        )

    def _drop(self, response: web.StreamResponse, what: str) -> None:
        response.del_cookie(
            self._name(what), path="/", secure=self.secure, httponly=True, samesite="Strict"
        )


def new_visitor() -> str:
    return secrets.token_urlsafe(_BYTES)


def form_token(cookie: str) -> str:
    """What a form carries, so that only a page made for this browser can send it."""
    digest = hmac.digest(cookie.encode(), b"touchpoint form", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_own_form(cookie: str, given: str) -> bool:
    """Whether `given` was made for the browser that sent `cookie`."""
    return bool(cookie) and hmac.compare_digest(form_token(cookie).encode(), given.encode())
