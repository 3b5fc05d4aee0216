"""A cadence of app.yaml as a strict model, checked against the packs and hours around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from bot.domain.cadence import MOST_MONTHS, CadenceKind
from bot.domain.cadence_rules import (
    CONFIRMATIONS,
    check_first_day,
    check_pack,
    check_time,
    parse_after_days,
)
from bot.domain.local_time import QuietHours
from bot.domain.packs import Pack
from bot.domain.phrases import (
    Every,
    On,
    Unfit,
    nearest,
    parse_every,
    parse_on,
    shown,
    suggest,
)
from bot.settings.schema import Clock, Day, Name, Section, Words
from bot.settings.values import parse_mail
from prompts.guides import load_guides
from prompts.nudge import check_nudge


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a cadence is checked against.

    broken: keys of the organisation's own packs that have errors of their own.
    quiet: None where the quiet hours are wrong, so that nothing more is said about them.
    """

    packs: Mapping[str, Pack] = field(default_factory=dict)
    broken: Collection[str] = ()
    quiet: QuietHours | None = None


def _everyone(value: Any) -> Any:
    if value == "everyone":
        return {"everyone": True}
    if isinstance(value, dict):
        return value
    near = nearest(value, ["everyone"]) if isinstance(value, str) else None
    remedy = "did you mean everyone?" if near else "write everyone, or such as {teams: [Sales]}"
    raise Unfit(f"{shown(value)} is not an audience", remedy)


def _kind(value: Any) -> CadenceKind:
    names = [kind.value for kind in CadenceKind]
    if value in names:
        return CadenceKind(value)
    raise Unfit(f"{shown(value)} is not a kind of cadence", suggest(str(value), names))


class TenureDays(Section):
    least: Annotated[int, Field(ge=0)] | None = Field(default=None, alias="min")
    most: Annotated[int, Field(ge=0)] | None = Field(default=None, alias="max")


class People(Section):
    everyone: bool = False
    teams: list[Words] = Field(default_factory=list)
    under: list[Annotated[str, BeforeValidator(parse_mail)]] = Field(default_factory=list)
    managers: bool = False
    tenure_days: TenureDays = TenureDays()


class Cadence(Section):
    """Fields stand in the order in which they are checked: the later ones look at the earlier."""

    kind: Annotated[CadenceKind, BeforeValidator(_kind)]
    title: Name
    confirmed_impact_assessment: bool = False
    confirmed_works_council: bool = False
    pack: str | None = Field(default=None, validate_default=True)
    guide: str | None = None
    text: str | None = Field(default=None, validate_default=True)
    after_days: Annotated[tuple[int, ...], BeforeValidator(parse_after_days)] = ()
    every_months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = Field(
        default=1, alias="then_every_months"
    )
    audience: Annotated[People, BeforeValidator(_everyone)]
    every: Annotated[Every, BeforeValidator(parse_every)]
    on: On = Field(default=None, validate_default=True)
    at: Clock
    anchor: Day = Field(alias="from")
    starts_on: Day | None = None
    until: Day | None = None
    closes_after_days: Annotated[int, Field(ge=0, le=366)] = 6
    reminders: Annotated[int, Field(ge=0, le=2)] = 2
    questions_per_round: Annotated[int, Field(ge=1, le=100)] = 2
    all_each_quarter: bool = True
    send_window_hours: Annotated[int, Field(ge=1, le=168)] = 24
    paused: bool = False

    @field_validator("pack")
    @classmethod
    def _pack(cls, value: str | None, info: ValidationInfo) -> str | None:
        _belongs_to(CadenceKind.CHECK_IN, value, info)
        if value is None and info.data.get("kind") is CadenceKind.CHECK_IN:
            remedy = "add pack: and the key of a question pack"
            raise Unfit("is missing: a check_in needs it", remedy)
        if value is not None:
            confirmed = [name for name in CONFIRMATIONS if info.data.get(name)]
            _known_pack(value, _around(info), confirmed)
        return value

    @field_validator("guide")
    @classmethod
    def _guide(cls, value: str | None, info: ValidationInfo) -> str | None:
        _belongs_to(CadenceKind.NUDGE, value, info)
        if value is not None and value not in load_guides():
            raise Unfit(
                f"{shown(value)} is not a known guide", suggest(value, sorted(load_guides()))
            )
        return value

    @field_validator("text")
    @classmethod
    def _text(cls, value: str | None, info: ValidationInfo) -> str | None:
        _belongs_to(CadenceKind.NUDGE, value, info)
        if info.data.get("kind") is CadenceKind.NUDGE and "guide" in info.data:
            _one_of_both(value, info.data["guide"])
        complaint = None if value is None else check_nudge(value)
        if complaint:
            raise Unfit("can't be sent", complaint)
        return None if value is None else value.strip()

    @field_validator("after_days", "every_months")
    @classmethod
    def _of_stay_interviews(cls, value: Any, info: ValidationInfo) -> Any:
        _belongs_to(CadenceKind.STAY_INTERVIEW, value, info)
        return value

    @field_validator("on", mode="before")
    @classmethod
    def _on(cls, value: Any, info: ValidationInfo) -> On:
        every = info.data.get("every")
        return parse_on(value, every.unit) if every else On()

    @field_validator("at")
    @classmethod
    def _at(cls, value: time, info: ValidationInfo) -> time:
        quiet = _around(info).quiet
        if quiet is not None:
            check_time(value, quiet)
        return value

    @field_validator("anchor")
    @classmethod
    def _meets_workdays(cls, value: date, info: ValidationInfo) -> date:
        every = info.data.get("every")
        if every:
            check_first_day(every, value)
        return value

    @field_validator("starts_on", "until")
    @classmethod
    def _after_anchor(cls, value: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("starts_on") or info.data.get("anchor")
        if value and first and value < first:
            raise Unfit(f"{value} is before the start ({first})", f"give {first} or later")
        return value


def _around(info: ValidationInfo) -> Surroundings:
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


def _belongs_to(kind: CadenceKind, value: Any, info: ValidationInfo) -> None:
    found = info.data.get("kind")
    if found not in (kind, None) and value is not None:
        raise Unfit(f"has no meaning for a {found}", f"remove it, or make it kind: {kind}")


def _one_of_both(text: str | None, guide: str | None) -> None:
    """What a nudge says: words of its own, or a guide."""
    if text is None and guide is None:
        raise Unfit(
            "is missing: a nudge needs it",
            "add text: and what people should read, or guide: and the key of a guide",
        )
    if text is not None and guide is not None:
        raise Unfit("stands beside a guide", "keep one of them: a nudge has text or a guide")


def _known_pack(key: str, around: Surroundings, confirmed: Collection[str]) -> None:
    if key in around.broken:
        return
    if key not in around.packs:
        raise Unfit(f'"{key}" is not a known pack', suggest(key, sorted(around.packs)))
    check_pack(around.packs[key], around.packs.values(), confirmed=confirmed)
