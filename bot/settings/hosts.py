"""Hosts as people are told of them: one way to write each, wherever it is given."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_USUAL_PORTS = frozenset({None, 80, 443})
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def host_of(url: str) -> str:
    """The host of an address, as `parse_host` writes it. Raises ValueError."""
    return parse_host(urlsplit(url).netloc)


def parse_host(given: str) -> str:
    """A host with or without a port: in lower case, and without a port that says nothing.

    Raises ValueError where it is anything else, or more.
    """
    parts = urlsplit(f"//{given}")
    if parts.netloc != given or "@" in given:
        raise ValueError("more than a host")
    shown, port = _shown(parts.hostname or ""), parts.port
    return shown if port in _USUAL_PORTS else f"{shown}:{port}"


def _shown(host: str) -> str:
    """Names and IPv4 as they are, IPv6 in its shortest form and in brackets."""
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    if not _NAME.fullmatch(host):
        raise ValueError("no name of a host")
    return host
