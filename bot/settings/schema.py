"""The sections of app.yaml as strict models: an unknown key or a wrong type is an error.

Only what is given is passed on, so that each default stands once, in the domain.
"""

from __future__ import annotations

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

from bot.domain.cadence_rules import MAX_NAME
from bot.domain.phrases import Unfit, parse_date, parse_time, shown
from bot.domain.policy import QuestionsFor
from bot.settings.hosts import parse_host
from bot.settings.values import parse_country, parse_locale, parse_mail, parse_zone

LEAST_GROUP = 5
LEAST_COMMENTS = 10
"""Below these sizes an answer can be guessed from a group's result; the product promises both."""

LEAST_RETENTION = 14
"""Days. An answer that comes after one weekly summary must live until the next one."""

_MOST_RETENTION = 3650


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


def _questions_for(value: Any) -> QuestionsFor:
    names = [each.value for each in QuestionsFor]
    if value in names:
        return QuestionsFor(value)
    raise Unfit(f"{shown(value)} is not a choice", "write group, or leader for questions by name")


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
    leader: Annotated[str, BeforeValidator(parse_mail)] = ""
    questions: Annotated[QuestionsFor, BeforeValidator(_questions_for)] = QuestionsFor.GROUP

    @field_validator("questions")
    @classmethod
    def _needs_a_leader(cls, value: QuestionsFor, info: ValidationInfo) -> QuestionsFor:
        if info.data.get("leader") == "":
            raise Unfit("has no meaning without leader", "add leader: and who answers, by e-mail")
        return value


def _host(value: str) -> str:
    try:
        return parse_host(value)
    except ValueError:
        said = f"{shown(value)} is not a host"
        raise Unfit(said, "write it as in an address, such as api.openai.com") from None


class Ai(Section):
    provider: Annotated[Name, Field(max_length=40)]
    host: Annotated[Name, AfterValidator(_host)]
    daily_tokens: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 200_000


class FollowUps(Section):
    ask: bool = True


def _days_by_pack(value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise Unfit(f"{shown(value)} is not a mapping", "write each pack's key, a colon and days")
    for pack, days in value.items():
        is_days = isinstance(days, int) and not isinstance(days, bool)
        if not is_days or not LEAST_RETENTION <= days <= _MOST_RETENTION:
            raise Unfit(
                f"{pack}: {shown(days)} can't be kept to",
                f"give {LEAST_RETENTION} to {_MOST_RETENTION} days",
            )
    return {str(pack): days for pack, days in value.items()}


class Privacy(Section):
    group_minimum: int = LEAST_GROUP
    comment_minimum: int = Field(default=LEAST_COMMENTS, validate_default=True)
    retention_days: Annotated[int, Field(ge=LEAST_RETENTION, le=_MOST_RETENTION)] = 365
    team_results: bool = False
    retention_by_pack: Annotated[dict[str, int], BeforeValidator(_days_by_pack)] = {}
    help_contact: Paragraph = ""
    page_url: Annotated[Paragraph, AfterValidator(_web_address)] = ""

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
