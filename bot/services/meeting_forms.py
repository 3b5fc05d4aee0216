"""The forms around a 1:1: move it, note what was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.message import DateInput, Form, Text, TextInput, Tone
from bot.domain.one_to_one import Meeting, MeetingKind
from bot.domain.people import Person
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.meeting_notes import notes_for
from prompts.words import Said

_DAY = timedelta(days=1)


def say(kit: Kit, act: Act, **facts: object) -> Said:
    """Words about 1:1s in the person's own locale and zone."""
    return kit.words.say("one_to_one", act.person.locale, act.person.time_zone, **facts)


def move(kit: Kit, act: Act, meeting: Meeting, given: str = "", error: str = "") -> Form:
    """error: the code of what is wrong with the day `given`."""
    said = say(kit, act)
    tomorrow = (act.today + _DAY).isoformat()
    wrong = said[f"error_{error}"] if error else ""
    day = DateInput("day", said["move_label"], given, tomorrow, said["move_hint"], wrong)
    return Form(
        title=said["move_title"],
        action="meeting_move_submit",
        value=str(meeting.id),
        blocks=(day,),
        submit=said["move_submit"],
        close=said["cancel"],
    )


def notes(
    kit: Kit,
    act: Act,
    meeting: Meeting,
    report: Person,
    fields: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Form:
    """With what is noted already; after a stay interview with room for the promise it ends in.

    fields, errors: what a refused form held, and why, by field.
    """
    said = say(kit, act, name=report.first_name)
    given = fields or {"notes": notes_for(act.vault, meeting, act.person.id) or ""}
    wrong = {name: said[f"error_{code}"] for name, code in (errors or {}).items()}
    blocks = [Text(said["notes_who"], Tone.MUTED), _words(said, "notes", given, wrong)]
    if meeting.kind is MeetingKind.STAY:
        blocks += _promise(act, said, given, wrong)
    return Form(
        title=said["notes_title"],
        action="meeting_notes_submit",
        value=str(meeting.id),
        blocks=tuple(blocks),
        submit=said["save"],
        close=said["cancel"],
    )


def _words(
    said: Said, name: str, fields: Mapping[str, str], wrong: Mapping[str, str]
) -> Text | TextInput | DateInput:
    return TextInput(
        name,
        said[f"{name}_label"],
        fields.get(name, ""),
        hint=said[f"{name}_hint"],
        error=wrong.get(name, ""),
    )


def _promise(
    act: Act, said: Said, fields: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Text | TextInput | DateInput]:
    tomorrow = (act.today + _DAY).isoformat()
    day = DateInput(
        "due",
        said["due_label"],
        fields.get("due", ""),
        tomorrow,
        said["due_hint"],
        wrong.get("due", ""),
    )
    return [_words(said, "promise", fields, wrong), day]
