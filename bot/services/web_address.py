"""Where people reach this server with a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

FileAddress = Callable[[UUID, str], str]
"""The address of a person's file (their id, "json" or "html")."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """`origin` is that of the pages for one's own data, such as https://touchpoint.example.com, and
    empty where none is set. `files`: by installation, where a platform hands over files itself.
    """

    origin: str = ""
    files: Mapping[UUID, FileAddress] = field(default_factory=dict)

    def personal(self, secret: str = "") -> str:
        """The address of somebody's own page: with a link's secret, or where its code is typed."""
        return f"{self.origin}/you/{secret}" if secret else f"{self.origin}/you"
