"""Modals and Home tabs as the server keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.servers.slack import elements
from tests.servers.slack.people import APP, BOT, TEAM

_OPTIONAL: dict[str, Any] = {
    "title": None,
    "close": None,
    "submit": None,
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "submit_disabled": False,
}


@dataclass(slots=True, eq=False)
class View:
    """A modal or a Home tab. Its id stays, its `hash` changes with each update."""

    id: str
    user: str
    given: dict[str, Any]
    hash: str
    root: str = ""
    previous: str | None = None
    entered: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its blocks, ids included."""
        return list(self.given["blocks"])

    @property
    def title(self) -> str:
        """What stands at the top of a modal."""
        return str((self.given.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The application's name for this kind of view."""
        return str(self.given.get("callback_id", ""))

    @property
    def shown(self) -> str:
        """What people read, a line each, without buttons and fields."""
        return elements.shown(self.blocks)

    @property
    def buttons(self) -> list[str]:
        """What stands on its buttons."""
        return elements.buttons(self.blocks)

    @property
    def fields(self) -> list[str]:
        """What stands over its fields."""
        return elements.fields(self.blocks)

    @property
    def values(self) -> dict[str, Any]:
        """`state.values` as it would be submitted now."""
        return elements.state_of(self.blocks, self.entered)

    def replace(self, given: dict[str, Any], new_hash: str) -> None:
        """Shows something else; what was entered in fields that are still there stays."""
        self.given = given | {"blocks": elements.with_ids(given["blocks"])}
        self.hash = new_hash
        there = {element.at for element in elements.elements(self.blocks)}
        self.entered = {at: state for at, state in self.entered.items() if at in there}

    def as_json(self) -> dict[str, Any]:
        """The view as payloads and answers carry it."""
        return (
            _OPTIONAL
            | self.given
            | {
                "id": self.id,
                "team_id": TEAM,
                "app_id": APP,
                "app_installed_team_id": TEAM,
                "bot_id": BOT,
                "hash": self.hash,
                "root_view_id": self.root or self.id,
                "previous_view_id": self.previous,
                "state": {"values": self.values},
            }
        )
