"""Which typed texts are commands: Teams has no slash commands of its own."""

from __future__ import annotations

from bot.domain.people import Person, Role
from prompts.library import command_in

_ALWAYS = frozenset({"home", "status"})
_OF_HR = frozenset({"cadence", "preview"})


def as_command(text: str, person: Person) -> str | None:
    """The words of a command, None for a message like any other.

    What begins with a slash is one, as behind /touchpoint in Slack. A few words are one by
    themselves: nobody answers a question with them, and they open something at once.
    """
    stripped = text.strip()
    if stripped.startswith("/"):
        words = stripped[1:].strip()
        return "home" if command_in(words, person.locale) == "home" else words
    known = command_in(stripped, person.locale)
    if known == "home":
        return known
    by_itself = _ALWAYS | (_OF_HR if person.role is Role.HR_ADMIN else frozenset())
    return stripped if known in by_itself else None
