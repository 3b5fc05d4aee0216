"""The checked sections of app.yaml -> the organisation's policy."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from bot.domain.local_time import QuietHours
from bot.domain.policy import Ai as AiPolicy
from bot.domain.policy import Expectations, Policy
from bot.settings.schema import (
    Ai,
    AiExpectations,
    Company,
    FollowUps,
    Limits,
    Privacy,
    Promises,
)

_Model = TypeVar("_Model", bound=BaseModel)


class Read(Protocol):
    """Reads and checks one section; None where something is wrong with it, which it notes."""

    def __call__(self, model: type[_Model], name: str, /) -> _Model | None: ...


def policy_of(read: Read, names_ai: bool, quiet: QuietHours | None) -> Policy | None:
    """None where something is wrong with any of it; all sections are read nevertheless.

    names_ai: whether the file has a section of AI.
    """
    company = read(Company, "company")
    limits = read(Limits, "limits")
    promises = read(Promises, "promises")
    expectations = read(AiExpectations, "ai_expectations")
    ai = _ai(read) if names_ai else AiPolicy()
    following = read(FollowUps, "follow_ups")
    privacy = read(Privacy, "privacy")
    if company is None or not (
        limits and promises and expectations and privacy and quiet and ai and following
    ):
        return None
    facts = _given(company) | _given(privacy) | {"quiet": quiet}
    facts["company"] = facts.pop("name")
    if "prompts_per_week" in _given(limits):
        facts["weekly_cap"] = limits.prompts_per_week
    if "ask" in _given(following):
        facts["asks_follow_ups"] = following.ask
    if "ask_after_days" in _given(promises):
        facts["follow_up_days"] = promises.ask_after_days
    return Policy(**facts, expectations=Expectations(**_given(expectations)), ai=ai)


def _ai(read: Read) -> AiPolicy | None:
    """None where something is wrong with it."""
    given = read(Ai, "ai")
    return AiPolicy(**_given(given)) if given else None


def _given(section: BaseModel) -> dict[str, Any]:
    """The fields that the file gives: the others keep the domain's defaults."""
    return {name: getattr(section, name) for name in section.model_fields_set}
