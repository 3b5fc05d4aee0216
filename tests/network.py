"""Keeps the tests' own process on this machine: loopback and Unix sockets, nothing else.

Drivers written in C (libpq) and child processes are beyond an audit hook; the PostgreSQL of the
tests listens on a Unix socket alone, and Chromium is told to resolve nothing but loopback.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})
_refused: list[str] = []


class NetworkRefusedError(OSError):
    """A test reached for the network. An OSError, since callers then close their sockets."""


def guard() -> None:
    """Refuse, from now on and for good, whatever leaves this machine."""
    sys.addaudithook(_hook)


def drain() -> list[str]:
    """Return and forget what was refused: code under test may have swallowed the exception."""
    refused = _refused.copy()
    _refused.clear()
    return refused


@contextmanager
def expected() -> Iterator[list[str]]:
    """Collect what is refused inside the block instead of failing the test for it."""
    refused: list[str] = []
    try:
        yield refused
    finally:
        refused.extend(drain())


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in _CONNECTIONS:
        connection, address = args[:2]
        if connection.family in _INTERNET and address and not _is_loopback(address[0]):
            _refuse(f"{event} to {address[0]}")
    elif event in _LOOKUPS and not _is_local_name(args[0]):
        _refuse(f"{event} of {args[0]}")


def _refuse(what: str) -> None:
    _refused.append(what)
    raise NetworkRefusedError(f"{what}: tests stay on loopback")


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_local_name(host: str | bytes | None) -> bool:
    """Whether resolving the name needs no name server: nothing, localhost or a bare address."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return True
