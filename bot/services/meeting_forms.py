"""The forms around a 1:1: move it, note what was agreed."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.message import DateInput, Form, Text, TextInput, Tone
from bot.domain.one_to_one import Meeting
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
    kit: Kit, act: Act, meeting: Meeting, report: Person, given: str | None = None, error: str = ""
) -> Form:
    """With what is noted already. given, error: what a refused form held, and why."""
    said = say(kit, act, name=report.first_name)
    stored = notes_for(act.vault, meeting, act.person.id) or ""
    field = TextInput(
        "notes",
        said["notes_label"],
        stored if given is None else given,
        hint=said["notes_hint"],
        error=said[f"error_{error}"] if error else "",
    )
    return Form(
        title=said["notes_title"],
        action="meeting_notes_submit",
        value=str(meeting.id),
        blocks=(Text(said["notes_who"], Tone.MUTED), field),
        submit=said["save"],
        close=said["cancel"],
    )
