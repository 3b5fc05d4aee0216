"""The address that people reach this server's own pages at."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")


def parse_origin(url: str) -> str:
    """`url` as an origin (RFC 6454), without a slash and without a port that says nothing.

    Raises ValueError for anything but an https address, or an http one of this machine, and where
    it has a path: the pages' cookie and the check of who sends a form belong to a whole host.
    """
    parts = urlsplit(url.strip())
    host, port = (parts.hostname or "").lower(), parts.port
    plain = parts.scheme == "http" and host in _LOOPBACK
    if not _HOST.fullmatch(host) or not (plain or parts.scheme == "https"):
        raise ValueError("not an https address")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("more than an origin")
    shown = f"[{host}]" if ":" in host else host
    told = port is not None and port != {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}:{port}" if told else f"{parts.scheme}://{shown}"
