"""A cadence: what is asked or said, to whom, and how often. A changed cadence is a new revision."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.domain.recurrence import MAX_REMINDERS, Recurrence, Unit

STAY_AFTER_DAYS = (90, 180)
STAY_EVERY_MONTHS = 6
"""When stay interviews come due: the practice as SHRM describes it (see prompts/guides)."""

MOST_AFTER_DAYS, MOST_DAYS, MOST_MONTHS = 3_650, 10, 24
_MAX_OPEN_DAYS = 366
_MAX_WINDOW_HOURS = 7 * 24


class CadenceKind(StrEnum):
    """What an occurrence of the cadence sends."""

    CHECK_IN = "check_in"
    NUDGE = "nudge"
    WEEKLY_SUMMARY = "weekly_summary"
    ONE_TO_ONE = "one_to_one"
    STAY_INTERVIEW = "stay_interview"

    @property
    def for_managers(self) -> bool:
        """Whether it comes to people who manage somebody, and to nobody else."""
        return self not in (CadenceKind.CHECK_IN, CadenceKind.NUDGE)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked. Every part that is given narrows it: someone must meet all of them.

    everyone: no narrowing by team or manager; tenure and `managers` may still narrow it.
    teams: members of any of these teams (case does not matter).
    under: e-mail addresses of managers: everyone below any of them, directly or not.
    managers: only people who manage someone at that time.
    tenure_min_days, tenure_max_days: days since the hire date, both inclusive; whoever has no
    hire date is then left out with that reason.

    Raises ValueError, naming the field and the remedy, for an audience that says nothing or
    contradicts itself.
    """

    everyone: bool = False
    teams: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    managers: bool = False
    tenure_min_days: int | None = None
    tenure_max_days: int | None = None

    def __post_init__(self) -> None:
        if self.everyone and (self.teams or self.under):
            raise ValueError("audience.everyone: contradicts teams and under; keep one of them")
        if not (self.everyone or self.teams or self.under or self.managers or self.by_tenure):
            raise ValueError("audience: names nobody; give everyone, teams, under or tenure")
        for name in ("tenure_min_days", "tenure_max_days"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"audience.{name}: is negative; give 0 or more days")
        if self.tenure_max_days is not None and self.tenure_max_days < (self.tenure_min_days or 0):
            raise ValueError("audience.tenure_max_days: is below tenure_min_days; swap them")

    @property
    def by_tenure(self) -> bool:
        """Whether the hire date matters."""
        return self.tenure_min_days is not None or self.tenure_max_days is not None


@dataclass(frozen=True, slots=True)
class CadenceSpec:
    """The immutable content of one revision of a cadence.

    pack: key of the question pack; needed for a check-in, and only there.
    text: template of the message; for a nudge alone, which needs this or `guide`.
    guide: key of the conversation guide that a nudge offers instead.
    after_days: days of tenure after which a stay interview comes due (each 1-3,650, rising, at
    most 10 of them);
    every_months: after the last of them, it comes due again so often (1-24).
    closes_after_days: whole local days after the due day on which one can still answer (0-366).
    reminders: at most this many (0-2).
    send_window_hours: what could not be sent this long after it was due is skipped (1-168).
    questions_per_round: how many a later check-in asks, in rotation; the first asks all.
    all_each_quarter: ask all again at the first occurrence of each calendar quarter.
    starts_on, ends_on: first and last local date on which it may be due.

    Raises ValueError, naming the field and the remedy, where these do not fit together.
    """

    key: str
    kind: CadenceKind
    title: str
    recurrence: Recurrence
    audience: Audience
    pack: str | None = None
    text: str | None = None
    guide: str | None = None
    after_days: tuple[int, ...] = STAY_AFTER_DAYS
    every_months: int = STAY_EVERY_MONTHS
    closes_after_days: int = 6
    reminders: int = 2
    send_window_hours: int = 24
    questions_per_round: int = 2
    all_each_quarter: bool = True
    starts_on: date | None = None
    ends_on: date | None = None
    paused: bool = False

    def __post_init__(self) -> None:
        _check_content(self)
        _check_range("closes_after_days", self.closes_after_days, 0, _MAX_OPEN_DAYS)
        _check_range("reminders", self.reminders, 0, MAX_REMINDERS)
        _check_range("send_window_hours", self.send_window_hours, 1, _MAX_WINDOW_HOURS)
        if self.questions_per_round < 1:
            raise ValueError("questions_per_round: is below 1; ask at least one question")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(
                f"ends_on: {self.ends_on} is before starts_on {self.starts_on}; "
                "move it to that date or later"
            )

    @property
    def for_managers(self) -> bool:
        """Whether it comes to people who manage somebody, and to nobody else."""
        return self.kind.for_managers or self.guide is not None

    def is_bundled(self, *, manages: bool) -> bool:
        """Whether it comes with the nudges of the day, which no cap counts, rather than alone."""
        if self.kind is CadenceKind.NUDGE:
            return manages
        return self.kind in (CadenceKind.ONE_TO_ONE, CadenceKind.STAY_INTERVIEW)


@dataclass(frozen=True, slots=True)
class Member:
    """What an audience needs to know of a person.

    chain: lower-case e-mail addresses of all managers above, direct or not.
    """

    person_id: UUID
    team: str | None
    hired_on: date | None
    manages: bool
    chain: frozenset[str]


def in_audience(audience: Audience, member: Member, on: date) -> str | None:
    """None when `member` is asked on the local date `on`, otherwise the reason left out.

    The reason is "not_in_team", "not_under", "not_a_manager", "no_hire_date" or "tenure"; the
    first of these that holds.
    """
    if audience.teams and not _in_team(audience.teams, member.team):
        return "not_in_team"
    if audience.under and member.chain.isdisjoint(email.lower() for email in audience.under):
        return "not_under"
    if audience.managers and not member.manages:
        return "not_a_manager"
    return _tenure_reason(audience, member.hired_on, on) if audience.by_tenure else None


def to_json(spec: CadenceSpec) -> dict[str, Any]:
    """The spec as plain JSON types: dates and times in ISO 8601, enums by value."""
    return {
        **_plain(spec),
        "recurrence": _plain(spec.recurrence),
        "audience": _plain(spec.audience),
    }


def from_json(data: Mapping[str, Any]) -> CadenceSpec:
    """The spec that `to_json` wrote; parts it did not know yet take their defaults.

    Raises ValueError for unknown or missing fields, which it names, and for impossible values.
    """
    known = _known(CadenceSpec, data)
    audience = _known(Audience, known["audience"], "audience.")
    for name in ("teams", "under"):
        audience[name] = tuple(audience.get(name, ()))
    if "after_days" in known:
        known["after_days"] = tuple(known["after_days"])
    known.update(
        kind=CadenceKind(known["kind"]),
        recurrence=_recurrence(known["recurrence"]),
        audience=Audience(**audience),
        starts_on=_date(known.get("starts_on")),
        ends_on=_date(known.get("ends_on")),
    )
    return CadenceSpec(**known)


def _recurrence(data: Mapping[str, Any]) -> Recurrence:
    known = _known(Recurrence, data, "recurrence.")
    known.update(
        unit=Unit(known["unit"]),
        at=time.fromisoformat(known["at"]),
        anchor=date.fromisoformat(known["anchor"]),
    )
    return Recurrence(**known)


def _in_team(teams: tuple[str, ...], team: str | None) -> bool:
    return team is not None and team.casefold() in {name.casefold() for name in teams}


def _tenure_reason(audience: Audience, hired_on: date | None, on: date) -> str | None:
    if hired_on is None:
        return "no_hire_date"
    days = (on - hired_on).days
    longest = audience.tenure_max_days
    too_short = days < (audience.tenure_min_days or 0)
    too_long = longest is not None and days > longest
    return "tenure" if too_short or too_long else None


def _plain(item: Any) -> dict[str, Any]:
    """A dataclass as a dict of JSON types; nested dataclasses stay as they are."""
    return {field.name: _plain_value(getattr(item, field.name)) for field in fields(item)}


def _plain_value(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _known(kind: type[Any], data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A copy of `data`, if its keys are fields of `kind` and none without a default is missing."""
    names = {field.name: field for field in fields(kind)}
    for name in data:
        if name not in names:
            raise ValueError(f"{prefix}{name}: is unknown; known are {', '.join(names)}")
    for name, field in names.items():
        if field.default is MISSING and name not in data:
            raise ValueError(f"{prefix}{name}: is missing; add it")
    return dict(data)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _check_content(spec: CadenceSpec) -> None:
    for name in ("key", "title"):
        if not getattr(spec, name).strip():
            raise ValueError(f"{name}: is empty; give the cadence a {name}")
    _check_only_for(spec, "pack", CadenceKind.CHECK_IN)
    _check_only_for(spec, "text", CadenceKind.NUDGE)
    _check_only_for(spec, "guide", CadenceKind.NUDGE)
    if spec.kind is CadenceKind.CHECK_IN and spec.pack is None:
        raise ValueError(f"pack: is needed for a check_in; add it to cadence {spec.key}")
    if spec.kind is CadenceKind.NUDGE and (spec.text is None) is (spec.guide is None):
        raise ValueError(f"text: a nudge has this or a guide; give cadence {spec.key} one of them")
    _check_stay(spec)


def _check_only_for(spec: CadenceSpec, name: str, kind: CadenceKind) -> None:
    if spec.kind is not kind and getattr(spec, name) is not None:
        raise ValueError(f"{name}: belongs to a {kind}; remove it from cadence {spec.key}")


def are_days_of_tenure(days: Sequence[int]) -> bool:
    """Whether stay interviews can come due after these days: few enough, possible and rising."""
    possible = all(1 <= day <= MOST_AFTER_DAYS for day in days)
    return possible and len(days) <= MOST_DAYS and list(days) == sorted(set(days))


def _check_stay(spec: CadenceSpec) -> None:
    if not are_days_of_tenure(spec.after_days):
        raise ValueError(
            f"after_days: {list(spec.after_days)} is not possible; give up to {MOST_DAYS} rising "
            f"numbers of days from 1 to {MOST_AFTER_DAYS:,}, for example [90, 180]"
        )
    _check_range("every_months", spec.every_months, 1, MOST_MONTHS)


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name}: {value} is not possible; give {least} to {most}")
