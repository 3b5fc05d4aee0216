"""What a new cadence begins as: a few that suit most companies, each ready to be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.recurrence import Recurrence, Unit
from bot.services.admin_act import Admin
from prompts.words import Said

NEW = "+"
"""Stands for the key of a cadence that has none yet; no cadence can have it. The title decides."""

FIRST_NAME = "{{ first_name }}"
"""How the text of a note names its reader (see `prompts.nudge`)."""

_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY = range(5)


def template(key: str, admin: Admin) -> CadenceSpec | None:
    """The cadence that begins as this template, in the admin's own language and counted from the
    admin's own date on; None for an unknown template.
    """
    make = TEMPLATES.get(key)
    said = admin.say("cadence_form", first_name=FIRST_NAME)
    return make(said, admin.today) if make else None


def _weekly(weekday: int, hour: str, today: date, weeks: int = 1) -> Recurrence:
    return Recurrence(Unit.WEEK, weeks, time.fromisoformat(hour), today, weekday=weekday)


def _ai_check_in(said: Said, today: date) -> CadenceSpec:
    return CadenceSpec(
        key=NEW,
        kind=CadenceKind.CHECK_IN,
        title=said["title_ai_check_in"],
        recurrence=_weekly(_TUESDAY, "10:00", today),
        audience=Audience(everyone=True),
        pack="ai_check_in",
    )


def _ai_capacity(said: Said, today: date) -> CadenceSpec:
    first_wednesday = Recurrence(Unit.MONTH, 1, time(10), today, weekday=_WEDNESDAY, ordinal=1)
    return CadenceSpec(
        key=NEW,
        kind=CadenceKind.CHECK_IN,
        title=said["title_ai_capacity"],
        recurrence=first_wednesday,
        audience=Audience(everyone=True),
        pack="ai_capacity",
        reminders=1,
    )


def _learning(said: Said, today: date) -> CadenceSpec:
    return CadenceSpec(
        key=NEW,
        kind=CadenceKind.CHECK_IN,
        title=said["title_learning"],
        recurrence=_weekly(_THURSDAY, "10:00", today, weeks=2),
        audience=Audience(everyone=True),
        pack="learning",
        reminders=1,
    )


def _weekly_summary(said: Said, today: date) -> CadenceSpec:
    return CadenceSpec(
        key=NEW,
        kind=CadenceKind.WEEKLY_SUMMARY,
        title=said["title_weekly_summary"],
        recurrence=_weekly(_FRIDAY, "15:00", today),
        audience=Audience(managers=True),
    )


def _one_to_one(said: Said, today: date) -> CadenceSpec:
    return CadenceSpec(
        key=NEW,
        kind=CadenceKind.NUDGE,
        title=said["title_one_to_one"],
        recurrence=_weekly(_MONDAY, "09:30", today, weeks=2),
        audience=Audience(managers=True),
        text=said["note_one_to_one"],
    )


TEMPLATES: Mapping[str, Callable[[Said, date], CadenceSpec]] = {
    "ai_check_in": _ai_check_in,
    "ai_capacity": _ai_capacity,
    "learning": _learning,
    "weekly_summary": _weekly_summary,
    "one_to_one": _one_to_one,
}
