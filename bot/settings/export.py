"""`Configuration` -> app.yaml, such that reading it gives the same `Configuration` again."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import time
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.cadence_rules import CONFIRMATIONS
from bot.domain.early_signs import EarlySigns
from bot.domain.organisation import Configuration
from bot.domain.packs import Pack, Question, QuestionKind, Wording
from bot.domain.phrases import every_phrase, on_phrase
from bot.domain.policy import Expectations, Policy
from bot.domain.recurrence import Recurrence
from prompts.library import load_packs

_NO_FOLDING = 1_000_000
"""Longer than any line of a file that may be read back: folding could move spaces."""

_DETAILS = (
    "closes_after_days",
    "reminders",
    "questions_per_round",
    "all_each_quarter",
    "send_window_hours",
    "paused",
)


def to_yaml(configuration: Configuration) -> str:
    """The text of an app.yaml. Packs that come with Touchpoint are left out."""
    shipped = load_packs()
    own = [pack for pack in configuration.packs if pack.key not in shipped]
    packs = {pack.key: pack for pack in configuration.packs}
    data = {
        **_policy(configuration.policy),
        "packs": {pack.key: _pack(pack) for pack in own},
        "cadences": {spec.key: _cadence(spec, packs) for spec in configuration.cadences},
    }
    yaml = YAML()
    yaml.width = _NO_FOLDING
    yaml.allow_unicode = True
    out = StringIO()
    yaml.dump(_quoted(data), out)
    return out.getvalue()


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "company": _without_none(
            name=policy.company,
            time_zone=policy.time_zone,
            country=policy.country,
            locale=policy.locale,
        ),
        "quiet_hours": {"from": _clock(policy.quiet.start), "to": _clock(policy.quiet.end)},
        "limits": {"prompts_per_week": policy.weekly_cap},
        "promises": {"ask_after_days": policy.follow_up_days},
        "ai_expectations": _expectations(policy.expectations),
        **({"ai": asdict(policy.ai)} if policy.ai.provider else {}),
        **_early_signs(policy.early_signs),
        "follow_ups": {"ask": policy.asks_follow_ups},
        "privacy": _without_none(
            group_minimum=policy.group_minimum,
            comment_minimum=policy.comment_minimum,
            retention_days=policy.retention_days,
            team_results=policy.team_results,
            retention_by_pack=dict(policy.retention_by_pack) or None,
            help_contact=policy.help_contact or None,
            page_url=policy.page_url or None,
        ),
    }


def _expectations(given: Expectations) -> dict[str, Any]:
    return _without_none(
        text=given.text or None,
        url=given.url or None,
        leader=given.leader or None,
        questions=given.questions.value if given.leader else None,
    )


def _early_signs(given: EarlySigns) -> dict[str, Any]:
    if given == EarlySigns():
        return {}
    rules = {rule.key: asdict(rule) for rule in given.rules}
    for rule in rules.values():
        del rule["key"]
    written = {
        key: {name: value for name, value in rule.items() if value not in (None, "")}
        for key, rule in rules.items()
    }
    return {"early_signs": {"enabled": given.enabled, "rules": written}}


def _cadence(spec: CadenceSpec, packs: dict[str, Pack]) -> dict[str, Any]:
    pack = packs.get(spec.pack or "")
    return _without_none(
        kind=spec.kind.value,
        title=spec.title,
        pack=spec.pack,
        **(dict.fromkeys(CONFIRMATIONS, True) if pack and not pack.on_by_default else {}),
        text=spec.text,
        guide=spec.guide,
        **_stay(spec),
        audience=_audience(spec.audience),
        **_recurrence(spec.recurrence),
        starts_on=spec.starts_on,
        until=spec.ends_on,
        **_details(spec),
    )


def _stay(spec: CadenceSpec) -> dict[str, Any]:
    if spec.kind is not CadenceKind.STAY_INTERVIEW:
        return {}
    return {"after_days": list(spec.after_days), "then_every_months": spec.every_months}


def _details(spec: CadenceSpec) -> dict[str, Any]:
    """All of them for a check-in; elsewhere those that someone has changed."""
    names = {each.name: each.default for each in fields(CadenceSpec) if each.name in _DETAILS}
    found = {name: getattr(spec, name) for name in names}
    if spec.kind is CadenceKind.CHECK_IN:
        return found
    return {name: value for name, value in found.items() if value != names[name]}


def _audience(audience: Audience) -> str | dict[str, Any]:
    tenure = _without_none(min=audience.tenure_min_days, max=audience.tenure_max_days)
    said = {
        "everyone": audience.everyone,
        "teams": list(audience.teams),
        "under": list(audience.under),
        "managers": audience.managers,
        "tenure_days": tenure,
    }
    named = {name: value for name, value in said.items() if value}
    return "everyone" if named == {"everyone": True} else named


def _recurrence(recurrence: Recurrence) -> dict[str, Any]:
    return _without_none(
        every=every_phrase(recurrence),
        on=on_phrase(recurrence),
        at=_clock(recurrence.at),
        **{"from": recurrence.anchor},
    )


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _pack(pack: Pack) -> dict[str, Any]:
    return {
        "title": dict(pack.title),
        "on_by_default": pack.on_by_default,
        "by_message": pack.by_message,
        "questions": [_question(question) for question in pack.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    bounds = {"low_number": question.low_number, "high_number": question.high_number}
    return {
        "key": question.key,
        "kind": question.kind.value,
        "audience": question.audience.value,
        **(bounds if question.kind is QuestionKind.NUMBER else {}),
        "shows_expectations": question.shows_expectations,
        "help_from": question.help_from,
        **_counting(question),
        **_following(question),
        "wording": {locale: _wording(words) for locale, words in question.wording.items()},
    }


def _counting(question: Question) -> dict[str, Any]:
    """Only what is said of the question: both fields are refused where they have no meaning."""
    counted = {"counted": True} if question.counted else {}
    favourable = question.favourable_from
    return counted | ({"favourable_from": favourable} if favourable else {})


def _following(question: Question) -> dict[str, Any]:
    told = [
        {"key": each.key, "when": each.when.value, "wording": dict(each.wording)}
        for each in question.follow_ups
    ]
    return {"follow_ups": told} if told else {}


def _wording(words: Wording) -> dict[str, Any]:
    said = {
        "points": list(words.points),
        "options": dict(words.options),
        "starters": dict(words.starters),
    }
    return {"text": words.text, **{name: value for name, value in said.items() if value}}


def _without_none(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _quoted(value: Any) -> Any:
    """Texts of anything but plain words in double quotes: no reader can take them for another."""
    if isinstance(value, dict):
        return {key: _quoted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_quoted(item) for item in value]
    if isinstance(value, str) and not _is_plain(value):
        return DoubleQuotedScalarString(value)
    return value


def _is_plain(text: str) -> bool:
    return text.isascii() and text.replace(" ", "").replace("_", "").replace("/", "").isalpha()
