"""The forms that add to an agenda and make a promise, as neutral views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.message import Block, ChoiceInput, DateInput, Form, Option, Text, TextInput, Tone
from bot.domain.people import Person
from bot.services.act import Act
from prompts.words import Said, Words

MAX_TEXT = 500
LONGEST = timedelta(days=366)
"""How far ahead a promise may be due."""
_SUGGESTED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it stands: with whom (`offered` to choose from where that isn't settled yet), what
    was typed so far, and what is wrong with it, by field.
    """

    other: Person | None
    offered: Sequence[Person] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def agenda(words: Words, act: Act, draft: Draft) -> Form:
    """Adds something to talk about."""
    said = _say(words, act, draft)
    blocks = (*_whom(said, draft), _text(said, draft, said["agenda_label"]))
    return _form(said, draft, "agenda", "agenda_add", blocks)


def promise(words: Words, act: Act, draft: Draft) -> Form:
    """Makes a promise that comes back."""
    said = _say(words, act, draft)
    day = DateInput(
        "due",
        said["due_label"],
        value=draft.fields.get("due") or (act.today + _SUGGESTED).isoformat(),
        minimum=(act.today + timedelta(days=1)).isoformat(),
        hint=said["due_hint"],
        error=_error(said, draft, "due"),
    )
    blocks = (*_whom(said, draft), _text(said, draft, said["promise_label"]), day)
    return _form(said, draft, "promise", "promise_make", blocks)


def _say(words: Words, act: Act, draft: Draft) -> Said:
    other = draft.other
    return words.say(
        "pair",
        act.person.locale,
        act.person.time_zone,
        first=other.first_name if other else "",
        name=other.name if other else "",
        days=act.policy.follow_up_days,
    )


def _form(said: Said, draft: Draft, what: str, action: str, blocks: tuple[Block, ...]) -> Form:
    return Form(
        title=said[f"{what}_title"],
        action=action,
        value=str(draft.other.id) if draft.other else "",
        blocks=blocks,
        submit=said[f"{what}_submit"],
        close=said["cancel"],
    )


def _whom(said: Said, draft: Draft) -> tuple[Block, ...]:
    """Who sees it, before anything is written; and whom to choose where it is open."""
    if draft.other is not None:
        return (Text(said["only_two"], Tone.MUTED),)
    people = tuple(Option(str(person.id), person.name) for person in draft.offered)
    chosen = draft.fields.get("who", "")
    error = _error(said, draft, "who")
    choice = ChoiceInput("who", said["who_label"], people, chosen, error=error)
    return Text(said["only_two_chosen"], Tone.MUTED), choice


def _text(said: Said, draft: Draft, label: str) -> TextInput:
    given, error = draft.fields.get("text", ""), _error(said, draft, "text")
    return TextInput("text", label, given, max_length=MAX_TEXT, error=error)


def _error(said: Said, draft: Draft, name: str) -> str:
    return said[f"error_{draft.errors[name]}"] if name in draft.errors else ""
