"""Whether a Slack status says that somebody is away, and until when.

The emoji are Slack's own suggestions (vacationing, out sick) and those companies use alike; the
words are what people write themselves. A reason is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_EMOJI = frozenset(
    {
        ":palm_tree:",
        ":desert_island:",
        ":beach_with_umbrella:",
        ":face_with_thermometer:",
        ":baby:",
        ":airplane:",
    }
)
_WORDS = (
    "vacation",
    "holiday",
    "on leave",
    "parental leave",
    "out of office",
    "out sick",
    "ooo",
    "urlaub",
    "elternzeit",
    "krank",
    "abwesend",
    "en congé",
    "vacances",
)

_RETURNED = ("back", "zurück", "retour")

OPEN_END = timedelta(days=60)
"""A status without an end holds until it changes, and at most so long where that isn't told."""


def away_until(profile: object, now: datetime) -> datetime | None:
    """Until when the profile's status says that its owner is away (aware UTC); None where it
    doesn't, or that is over at `now`.
    """
    if not isinstance(profile, Mapping) or not _says_away(profile):
        return None
    ends = profile.get("status_expiration")
    if not isinstance(ends, int) or isinstance(ends, bool) or ends <= 0:
        return now + OPEN_END
    latest = now + timedelta(days=366)
    until = datetime.fromtimestamp(min(ends, latest.timestamp()), UTC)
    return until if until > now else None


def _says_away(profile: Mapping[object, object]) -> bool:
    emoji, text = profile.get("status_emoji"), profile.get("status_text")
    words = f" {text.casefold()} " if isinstance(text, str) else ""
    if any(f" {word} " in words for word in _RETURNED):
        return False
    return emoji in _EMOJI or any(f" {word}" in words for word in _WORDS)
