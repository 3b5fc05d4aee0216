"""Which typed texts are commands: Teams has no slash commands of its own."""

from __future__ import annotations

import string

from bot.domain.people import Person
from prompts.library import command_before, command_in

HOME = "home"
_OF_ONESELF = frozenset({"home", "my_answers", "my_data", "data", "who_reads", "who", "status"})
_OF_OTHERS = frozenset({"cadence", "preview", "agenda", "promise"})
_OPENERS = _OF_ONESELF | _OF_OTHERS | frozenset({"pause", "form", "snooze", "help"})
"""Commands that change nothing, however often a card's button runs them."""

_QUOTATION_MARKS = "“”„«»\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_AROUND = string.punctuation + string.whitespace + _QUOTATION_MARKS + "…"

_BY_THEMSELVES = frozenset({"home", "status", "help", "cadence", "preview"})


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
    themselves, for everybody, as Teams offers them above the box: nobody answers a question with
    them, and HR's tell anybody else that they are HR's.
    """
    stripped = text.strip()
    if stripped.startswith("/"):
        words = stripped[1:].strip()
        return "home" if command_in(words, person.locale) == "home" else words
    known = command_in(stripped, person.locale)
    if known == "home":
        return known
    return stripped if known in _BY_THEMSELVES else None


def is_help(words: str, locale: str) -> bool:
    """Whether a command asks for the list of them."""
    return not words or command_in(words.strip(_AROUND), locale) == "help"
