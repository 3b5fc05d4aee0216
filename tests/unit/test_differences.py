"""What `apply` shows before it changes anything: every rule of a company is in it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import time
from typing import Any

import pytest

from bot.domain.early_signs import EarlySigns, SignRule
from bot.domain.local_time import QuietHours
from bot.domain.policy import Ai, Expectations, Policy, QuestionsFor
from bot.services.differences import policy_differences

RULES = (SignRule("less", "pulse", "where", chose="same"),)
CHANGED = Policy(
    company="Fernweh",
    time_zone="Europe/Berlin",
    country="DE",
    locale="de",
    quiet=QuietHours(time(19), time(7)),
    weekly_cap=5,
    expectations=Expectations(
        "Ask first.", "https://x.example", "l@x.example", QuestionsFor.LEADER
    ),
    help_contact="help@x.example",
    page_url="https://x.example/privacy",
    group_minimum=6,
    comment_minimum=11,
    team_results=True,
    retention_days=100,
    retention_by_pack={"pulse": 30},
    follow_up_days=7,
    ai=Ai("OpenAI", "api.openai.com", 1_000),
    early_signs=EarlySigns(True, RULES),
    asks_follow_ups=False,
)
"""Another value than the default in every field."""


def leaves(of: Any) -> list[tuple[str, ...]]:
    """The ways to every field that is no dataclass itself."""
    found = []
    for field in fields(of):
        value = getattr(of, field.name)
        below = leaves(value) if is_dataclass(value) else [()]
        found += [(field.name, *way) for way in below]
    return found


def taken(base: Any, other: Any, way: tuple[str, ...]) -> Any:
    """`base` with the one field of `other` that the way leads to."""
    name, *below = way
    value = getattr(other, name)
    if below:
        value = taken(getattr(base, name), value, tuple(below))
    return replace(base, **{name: value})


@pytest.mark.parametrize("way", leaves(CHANGED), ids=".".join)
def test_every_rule_that_changes_is_shown(way: tuple[str, ...]) -> None:
    """Who is asked for consent to a change must see it, whatever the field."""
    changed = taken(Policy(), CHANGED, way)
    assert changed != Policy(), "the sample must differ in this field"
    assert policy_differences(Policy(), changed)


def test_ai_is_shown_by_name_host_and_tokens() -> None:
    said = "\n".join(map(str, policy_differences(Policy(), replace(Policy(), ai=CHANGED.ai))))
    assert "ai.provider none -> OpenAI" in said
    assert "ai.host none -> api.openai.com" in said
    assert "ai.daily_tokens 200000 -> 1000" in said
