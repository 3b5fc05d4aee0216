"""Where somebody is reached: a conversation and the service that carries it, as one text."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A personal conversation. `service_url` ends with a slash; `user` is Teams' own id of the
    person ("29:..."), `bot` the app's ("28:...").
    """

    conversation: str
    service_url: str
    user: str = ""
    bot: str = ""


def pack(place: Place) -> str:
    """As it is kept with a person's account (`Identity.delivery_ref`)."""
    parts = {"c": place.conversation, "s": place.service_url, "u": place.user, "b": place.bot}
    return json.dumps(parts, separators=(",", ":"))


def unpack(kept: str) -> Place | None:
    """None for what `pack` never made, the empty text included."""
    try:
        found = json.loads(kept)
        return Place(found["c"], found["s"], found["u"], found["b"])
    except (ValueError, KeyError, TypeError):
        return None


def message_ref(conversation: str, activity: str) -> str:
    """The name of one message: a person's conversation may be another one after a reinstall."""
    return f"{conversation}|{activity}"


def read_ref(ref: str) -> tuple[str, str]:
    """The conversation and the activity of `message_ref`; both empty for anything else."""
    conversation, bar, activity = ref.rpartition("|")
    return (conversation, activity) if bar and conversation and activity else ("", "")
