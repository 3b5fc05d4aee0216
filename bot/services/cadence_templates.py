"""What a new cadence begins as: a few that suit most companies, each ready to be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.recurrence import Recurrence, Unit
from bot.services.admin_act import Admin
from prompts.words import Said

NEW = "+"
"""Stands for the key of a cadence that has none yet; no cadence can have it. The title decides."""

FIRST_NAME = "{{ first_name }}"
"""How the text of a note names its reader (see `prompts.nudge`)."""

_NUDGES_AT = "09:00"
"""The same for all of them, so that they come as one message."""

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


def _monthly(weekday: int, hour: str, today: date) -> Recurrence:
    """On the month's first such weekday."""
    return Recurrence(Unit.MONTH, 1, time.fromisoformat(hour), today, weekday=weekday, ordinal=1)


def _ai_check_in(said: Said, today: date) -> CadenceSpec:
    rule = _weekly(_TUESDAY, "10:00", today)
    return replace(_check_in("ai_check_in", said, rule), reminders=2)


def _ai_capacity(said: Said, today: date) -> CadenceSpec:
    return _check_in("ai_capacity", said, _monthly(_WEDNESDAY, "10:00", today))


def _learning(said: Said, today: date) -> CadenceSpec:
    return _check_in("learning", said, _weekly(_THURSDAY, "10:00", today, weeks=2))


def _check_in(pack: str, said: Said, rule: Recurrence) -> CadenceSpec:
    return CadenceSpec(
        key=NEW,
        kind=CadenceKind.CHECK_IN,
        title=said[f"title_{pack}"],
        recurrence=rule,
        audience=Audience(everyone=True),
        pack=pack,
        reminders=1,
    )


def _weekly_summary(said: Said, today: date) -> CadenceSpec:
    rule = _weekly(_FRIDAY, "15:00", today)
    return _for_managers(CadenceKind.WEEKLY_SUMMARY, said["title_weekly_summary"], rule)


def _one_to_ones(said: Said, today: date) -> CadenceSpec:
    rule = _weekly(_MONDAY, _NUDGES_AT, today)
    return _for_managers(CadenceKind.ONE_TO_ONE, said["title_one_to_ones"], rule)


def _stay_interviews(said: Said, today: date) -> CadenceSpec:
    rule = _weekly(_MONDAY, _NUDGES_AT, today)
    return _for_managers(CadenceKind.STAY_INTERVIEW, said["title_stay_interviews"], rule)


def _guide(said: Said, today: date) -> CadenceSpec:
    rule = _monthly(_MONDAY, _NUDGES_AT, today)
    return _for_managers(CadenceKind.NUDGE, said["title_guide"], rule, guide="role_redesign")


def _note(said: Said, today: date) -> CadenceSpec:
    rule, text = _weekly(_MONDAY, _NUDGES_AT, today, weeks=2), said["note_one_to_one"]
    return _for_managers(CadenceKind.NUDGE, said["title_one_to_one"], rule, text=text)


def _for_managers(
    kind: CadenceKind,
    title: str,
    rule: Recurrence,
    text: str | None = None,
    guide: str | None = None,
) -> CadenceSpec:
    return CadenceSpec(
        key=NEW,
        kind=kind,
        title=title,
        recurrence=rule,
        audience=Audience(managers=True),
        text=text,
        guide=guide,
    )


TEMPLATES: Mapping[str, Callable[[Said, date], CadenceSpec]] = {
    "ai_check_in": _ai_check_in,
    "ai_capacity": _ai_capacity,
    "learning": _learning,
    "weekly_summary": _weekly_summary,
    "one_to_ones": _one_to_ones,
    "stay_interviews": _stay_interviews,
    "guide": _guide,
    "one_to_one": _note,
}
