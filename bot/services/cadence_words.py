"""Rules and audiences in plain words, for whoever manages cadences."""

from __future__ import annotations

from bot.domain.cadence import Audience, CadenceSpec
from bot.domain.recurrence import Recurrence, Unit

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def rule_words(recurrence: Recurrence) -> str:
    """Such as "every 2 weeks on Tuesday at 10:00"."""
    on = _on(recurrence)
    return " ".join(
        part for part in (every_words(recurrence), on, f"at {recurrence.at:%H:%M}") if part
    )


def every_words(recurrence: Recurrence) -> str:
    """Such as "every week" or "every 10 days"."""
    unit, interval = recurrence.unit.value, recurrence.interval
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def on_words(recurrence: Recurrence) -> str:
    """Such as "Tuesday", "the first Monday" or "day 15"; empty where every day may be one."""
    if recurrence.unit is Unit.DAY:
        return ""
    if recurrence.month_day is not None:
        return f"day {recurrence.month_day}"
    weekday = _WEEKDAYS[recurrence.weekday or 0]
    if recurrence.ordinal is None:
        return weekday
    return f"the {_ORDINALS[recurrence.ordinal]} {weekday}"


def audience_words(audience: Audience) -> str:
    """Such as "managers in Sales or Support, from 90 days in"."""
    who = "managers" if audience.managers else "everyone"
    where = [f"in {' or '.join(audience.teams)}"] if audience.teams else []
    where += [f"under {' or '.join(audience.under)}"] if audience.under else []
    tenure = _tenure(audience)
    return ", ".join(part for part in (" ".join([who, *where]), tenure) if part)


def spec_words(spec: CadenceSpec) -> str:
    """One line about a cadence: its title, rule and audience."""
    paused = ", paused" if spec.paused else ""
    return (
        f"{spec.title}, {rule_words(spec.recurrence)}, for {audience_words(spec.audience)}{paused}"
    )


def _on(recurrence: Recurrence) -> str:
    words = on_words(recurrence)
    return f"on {words}" if words else ""


def _tenure(audience: Audience) -> str:
    least, most = audience.tenure_min_days, audience.tenure_max_days
    if least is not None and most is not None:
        return f"from {least} to {most} days in"
    if least is not None:
        return f"from {least} days in"
    return "" if most is None else f"up to {most} days in"
