"""The sections of app.yaml as strict models: an unknown key or a wrong type is an error.

Only what is given is passed on, so that each default stands once, in the domain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from bot.domain.cadence import CadenceKind
from bot.domain.cadence_rules import MAX_NAME, check_first_day, check_pack, check_time
from bot.domain.local_time import QuietHours
from bot.domain.packs import Pack
from bot.domain.phrases import (
    Every,
    On,
    Unfit,
    nearest,
    parse_date,
    parse_every,
    parse_on,
    parse_time,
    shown,
    suggest,
)
from bot.settings.values import parse_country, parse_locale, parse_mail, parse_zone
from prompts.nudge import check_nudge

LEAST_GROUP = 5
LEAST_COMMENTS = 10
"""Below these sizes an answer can be guessed from a group's result; the product promises both."""

LEAST_RETENTION = 14
"""Days. An answer that comes after one weekly summary must live until the next one."""

_MOST_RETENTION = 3650


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a cadence is checked against.

    broken: keys of the organisation's own packs that have errors of their own.
    quiet: None where the quiet hours are wrong, so that nothing more is said about them.
    """

    packs: Mapping[str, Pack] = field(default_factory=dict)
    broken: Collection[str] = ()
    quiet: QuietHours | None = None


def _words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value.strip():
        raise Unfit("is empty", "write a few words, or remove the key")
    return value.strip()


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or " " in value:
        raise Unfit(f"{shown(value)} is not a web address", "write it in full, with https://")
    return value


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


def _line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


Words: TypeAlias = Annotated[str, BeforeValidator(_words)]
Name: TypeAlias = Annotated[
    str, Field(max_length=MAX_NAME), BeforeValidator(_line), BeforeValidator(_words)
]
"""One line."""

Paragraph: TypeAlias = Annotated[str, Field(max_length=2000), BeforeValidator(_words)]
"""Leaves room for what stands beside it: a block of a Slack message holds 3,000 characters."""

Clock: TypeAlias = Annotated[time, BeforeValidator(parse_time)]
Day: TypeAlias = Annotated[date, BeforeValidator(parse_date)]


class Section(BaseModel):
    """A mapping of app.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Company(Section):
    name: Name
    time_zone: Annotated[str, BeforeValidator(parse_zone)]
    country: Annotated[str, BeforeValidator(parse_country)] | None = None
    locale: Annotated[str, BeforeValidator(parse_locale)] = "en"


class Quiet(Section):
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")


class Limits(Section):
    prompts_per_week: Annotated[int, Field(ge=1, le=20)] = 4


class Promises(Section):
    ask_after_days: Annotated[int, Field(ge=1, le=90)] = 14


class AiExpectations(Section):
    text: Paragraph = ""
    url: Annotated[Paragraph, AfterValidator(_web_address)] = ""


class Privacy(Section):
    group_minimum: int = LEAST_GROUP
    comment_minimum: int = Field(default=LEAST_COMMENTS, validate_default=True)
    retention_days: Annotated[int, Field(ge=LEAST_RETENTION, le=_MOST_RETENTION)] = 365
    help_contact: Paragraph = ""

    @field_validator("group_minimum")
    @classmethod
    def _group(cls, value: int) -> int:
        return _at_least(value, LEAST_GROUP)

    @field_validator("comment_minimum")
    @classmethod
    def _comments(cls, value: int, info: ValidationInfo) -> int:
        group = info.data.get("group_minimum", LEAST_GROUP)
        if value >= LEAST_COMMENTS and value < group:
            raise Unfit(
                f"{value} is below group_minimum ({group})",
                f"give {group} or more: words tell more",
            )
        return _at_least(value, LEAST_COMMENTS)


def _at_least(value: int, least: int) -> int:
    if value < least:
        raise Unfit(
            f"{value} is below {least}: people could be recognised", f"give {least} or more"
        )
    return value


class TenureDays(Section):
    least: Annotated[int, Field(ge=0)] | None = Field(default=None, alias="min")
    most: Annotated[int, Field(ge=0)] | None = Field(default=None, alias="max")


class People(Section):
    everyone: bool = False
    teams: list[Words] = []
    under: list[Annotated[str, BeforeValidator(parse_mail)]] = []
    managers: bool = False
    tenure_days: TenureDays = TenureDays()


class Cadence(Section):
    """Fields stand in the order in which they are checked: the later ones look at the earlier."""

    kind: Annotated[CadenceKind, BeforeValidator(_kind)]
    title: Name
    confirmed_impact_assessment: bool = False
    pack: str | None = Field(default=None, validate_default=True)
    text: str | None = Field(default=None, validate_default=True)
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
        _only_for(CadenceKind.CHECK_IN, "pack", value, info)
        if value is not None:
            confirmed = info.data.get("confirmed_impact_assessment", False)
            _known_pack(value, _around(info), confirmed)
        return value

    @field_validator("text")
    @classmethod
    def _text(cls, value: str | None, info: ValidationInfo) -> str | None:
        _only_for(CadenceKind.NUDGE, "text", value, info)
        complaint = None if value is None else check_nudge(value)
        if complaint:
            raise Unfit("can't be sent", complaint)
        return None if value is None else value.strip()

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


def _only_for(kind: CadenceKind, name: str, value: str | None, info: ValidationInfo) -> None:
    found = info.data.get("kind")
    if found is kind and value is None:
        what = "the key of a question pack" if name == "pack" else "what people should read"
        raise Unfit(f"is missing: a {kind} needs it", f"add {name}: and {what}")
    if found not in (kind, None) and value is not None:
        raise Unfit(f"has no meaning for a {found}", f"remove it, or make it kind: {kind}")


def _known_pack(key: str, around: Surroundings, confirmed: bool) -> None:
    if key in around.broken:
        return
    if key not in around.packs:
        raise Unfit(f'"{key}" is not a known pack', suggest(key, sorted(around.packs)))
    check_pack(around.packs[key], around.packs.values(), confirmed=confirmed)
