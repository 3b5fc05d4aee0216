"""Where somebody is reached: a conversation and the service that carries it, as one text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A personal conversation. `service_url` ends with a slash; `user` is Teams' own id of the
    person ("29:..."), `bot` the app's ("28:..."). `noted` is when it came to be known, by Teams'
    time (UTC, ISO 8601), "" where nobody kept that.
    """

    conversation: str
    service_url: str
    user: str = ""
    bot: str = ""
    noted: str = ""


def pack(place: Place) -> str:
    """As it is kept with a person's account (`Identity.delivery_ref`)."""
    parts = {"c": place.conversation, "s": place.service_url, "u": place.user, "b": place.bot}
    if place.noted:
        parts["t"] = place.noted
    return json.dumps(parts, separators=(",", ":"))


def unpack(kept: str) -> Place | None:
    """None for what `pack` never made, the empty text included."""
    try:
        found = json.loads(kept)
        return Place(found["c"], found["s"], found["u"], found["b"], found.get("t", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def is_older(moment: datetime, kept: str) -> bool:
    """Whether `moment` (aware UTC) was before somebody came to the place that `kept` packs."""
    place = unpack(kept)
    return place is not None and stamp(moment) < place.noted


def stamp(moment: datetime) -> str:
    """`moment` (aware UTC) as a place keeps it: texts that sort as their times do."""
    return moment.isoformat(timespec="microseconds")


def message_ref(conversation: str, activity: str) -> str:
    """The name of one message: a person's conversation may be another one after a reinstall."""
    return f"{conversation}|{activity}"


def read_ref(ref: str) -> tuple[str, str]:
    """The conversation and the activity of `message_ref`; both empty for anything else."""
    conversation, bar, activity = ref.rpartition("|")
    return (conversation, activity) if bar and conversation and activity else ("", "")
