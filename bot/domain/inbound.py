"""What a person did on a platform, as one neutral command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class InboundKind(StrEnum):
    TEXT = "text"
    PRESS = "press"
    FORM = "form"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Inbound:
    """`inbound_id` is the same for every redelivery of the same act; `at` the platform's time.

    A press carries `action`, `value` and, for a rating or choice, `pressed`; a form carries
    `action`, `value` and `fields`; a command carries in `text` what stands behind its name.
    `reply_to` is the platform's name of the message that a text replies to in a thread.
    """

    installation_id: UUID
    external_id: str
    inbound_id: str
    kind: InboundKind
    at: datetime
    text: str = ""
    action: str = ""
    value: str = ""
    pressed: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    reply_to: str = ""
