"""A checked cadence of app.yaml -> the domain's. Each raises ValueError as the domain does."""

from __future__ import annotations

from bot.domain.cadence import Audience, CadenceSpec
from bot.domain.recurrence import Recurrence
from bot.settings.cadence_schema import Cadence

_SPEC = (
    "kind",
    "title",
    "pack",
    "text",
    "guide",
    "after_days",
    "every_months",
    "starts_on",
    "closes_after_days",
    "reminders",
    "questions_per_round",
    "all_each_quarter",
    "send_window_hours",
    "paused",
)


def spec_of(key: str, given: Cadence, recurrence: Recurrence, audience: Audience) -> CadenceSpec:
    """The cadence with this key; what the file doesn't give keeps the domain's default."""
    facts = {name: getattr(given, name) for name in _SPEC if name in given.model_fields_set}
    return CadenceSpec(
        key=key, recurrence=recurrence, audience=audience, ends_on=given.until, **facts
    )


def recurrence_of(given: Cadence) -> Recurrence:
    """When it is due."""
    every, on = given.every, given.on
    return Recurrence(
        unit=every.unit,
        interval=every.interval,
        at=given.at,
        anchor=given.anchor,
        weekday=on.weekday,
        month_day=on.month_day,
        ordinal=on.ordinal,
    )


def audience_of(given: Cadence) -> Audience:
    """Who is asked."""
    people = given.audience
    return Audience(
        everyone=people.everyone,
        teams=tuple(people.teams),
        under=tuple(people.under),
        managers=people.managers,
        tenure_min_days=people.tenure_days.least,
        tenure_max_days=people.tenure_days.most,
    )
