"""A change of a cadence on its way from the form over the preview to *Save*."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from bot.services.act import is_uuid

LONGEST = 1950
"""Characters of a proposal as text: a button's value holds 2,000 in Slack."""

_MOST_READ = 10_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to change, and against what: all of it is checked again, as it can be forged.

    key: of an existing cadence, with `revision`, the one that was shown. template: of a new one.
    back_to: the earlier revision whose content is to come back.
    fields: what differs from the form as it was filled.
    """

    key: str = ""
    revision: UUID | None = None
    template: str = ""
    back_to: UUID | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        said = {
            "k": self.key,
            "r": str(self.revision or ""),
            "t": self.template,
            "b": str(self.back_to or ""),
            "f": dict(self.fields),
        }
        given = {name: value for name, value in said.items() if value}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    @property
    def fits(self) -> bool:
        return len(str(self)) <= LONGEST

    @classmethod
    def parse(cls, text: str) -> Proposal | None:
        """None for what no form ever carried."""
        try:
            said = json.loads(text) if len(text) <= _MOST_READ else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(said, dict) or not _is_flat(said.get("f", {})):
            return None
        key, revision, template, back = (said.get(name, "") for name in "krtb")
        if not all(isinstance(value, str) for value in (key, revision, template, back)):
            return None
        if not all(is_uuid(value) for value in (revision, back) if value):
            return None
        return cls(
            key=key,
            revision=UUID(revision) if revision else None,
            template=template,
            back_to=UUID(back) if back else None,
            fields=said.get("f", {}),
        )


def _is_flat(fields: object) -> bool:
    return isinstance(fields, dict) and all(isinstance(value, str) for value in fields.values())
