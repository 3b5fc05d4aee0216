"""Which typed texts are commands: Teams has no slash commands of its own."""

from __future__ import annotations

import string

from bot.domain.people import Person, Role
from prompts.library import command_before, command_in

HOME = "home"
_OF_ONESELF = frozenset({"home", "my_answers", "my_data", "data", "who_reads", "who", "status"})
_OF_OTHERS = frozenset({"cadence", "preview", "agenda", "promise"})
_OPENERS = _OF_ONESELF | _OF_OTHERS | frozenset({"pause", "form", "snooze", "help"})
"""Commands that change nothing, however often a card's button runs them."""

_QUOTATION_MARKS = "“”„«»\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_AROUND = string.punctuation + string.whitespace + _QUOTATION_MARKS + "…"

_ALWAYS = frozenset({"home", "status"})
_OF_HR = frozenset({"cadence", "preview"})


def opens(words: str, locale: str) -> bool:
    """Whether a command only opens something: one of the list, with nothing behind it."""
    bare = words.strip(_AROUND)
    return bare == HOME or command_in(bare, locale) in _OPENERS


def opener(words: str, locale: str) -> str:
    """The command without what stands behind it where that only opens something, else ""."""
    bare = " ".join(words.strip(_AROUND).split())
    if opens(bare, locale):
        return bare
    command, rest = command_before(bare, locale)
    return bare[: -len(rest)].strip() if rest and command in _OPENERS else ""


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
