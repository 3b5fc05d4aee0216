"""What differs between two configurations, in the words of app.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.cadence import CadenceSpec
from bot.domain.early_signs import SignRule
from bot.domain.organisation import Configuration
from bot.domain.packs import Pack
from bot.domain.policy import Policy
from bot.services.cadence_words import audience_words, every_words, on_words, spec_words

ORGANISATION = "organisation"
"""The subject of differences that concern no single cadence or pack."""

_LONGEST = 60
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs. `subject` is a cadence's or pack's key, or "organisation".

    `field` is empty where the whole subject is new, or is missing from the file.
    """

    subject: str
    field: str
    old: str
    new: str

    def __str__(self) -> str:
        """Such as "ai-check-in: at 10:00 -> 09:30"."""
        if not self.field:
            return f"{self.subject}: {self.new}"
        if self.old == self.new:
            return f"{self.subject}: {self.field} changed"
        return f"{self.subject}: {self.field} {self.old} -> {self.new}"


def differences(old: Configuration, new: Configuration) -> tuple[Difference, ...]:
    """What applying `new` over `old` would change, and the cadences `new` doesn't have.

    A pack that `new` doesn't have stays for the cadences and answers that cite it.
    """
    return (
        *policy_differences(old.policy, new.policy),
        *_pack_differences(old.packs, new.packs),
        *_cadence_differences(old.cadences, new.cadences),
    )


def policy_differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """The rules that differ."""
    return _compared(ORGANISATION, _policy_facts(old), _policy_facts(new))


def spec_differences(old: CadenceSpec, new: CadenceSpec) -> tuple[Difference, ...]:
    """What differs between two revisions of a cadence."""
    return _compared(new.key, _spec_facts(old), _spec_facts(new))


def _compared(
    subject: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Difference, ...]:
    return tuple(
        Difference(subject, name, said(old[name]), said(new[name]))
        for name in new
        if old[name] != new[name]
    )


def said(value: Any) -> str:
    """A value in a few words."""
    if value is None or value == "":
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _policy_facts(policy: Policy) -> dict[str, Any]:
    return {
        "company.name": policy.company,
        "company.time_zone": policy.time_zone,
        "company.country": policy.country,
        "company.locale": policy.locale,
        "quiet_hours": f"{policy.quiet.start:%H:%M} to {policy.quiet.end:%H:%M}",
        "limits.prompts_per_week": policy.weekly_cap,
        "promises.ask_after_days": policy.follow_up_days,
        "ai_expectations.text": policy.expectations.text,
        "ai_expectations.url": policy.expectations.url,
        "ai_expectations.leader": policy.expectations.leader,
        "ai_expectations.questions": policy.expectations.questions.value,
        "ai.provider": policy.ai.provider,
        "ai.host": policy.ai.host,
        "ai.daily_tokens": policy.ai.daily_tokens,
        "early_signs.enabled": policy.early_signs.enabled,
        "early_signs.rules": _rules(policy),
        "follow_ups.ask": policy.asks_follow_ups,
        "privacy.group_minimum": policy.group_minimum,
        "privacy.comment_minimum": policy.comment_minimum,
        "privacy.team_results": policy.team_results,
        "privacy.retention_days": policy.retention_days,
        "privacy.retention_by_pack": _by_pack(policy),
        "privacy.help_contact": policy.help_contact,
        "privacy.page_url": policy.page_url,
    }


def _rules(policy: Policy) -> str:
    """Each rule in short, so that any change of one is a difference."""
    return ", ".join(f"{rule.key} ({_rule(rule)})" for rule in policy.early_signs.rules)


def _rule(rule: SignRule) -> str:
    tests = {
        "fell_by": rule.fell_by,
        "at_most": rule.at_most,
        "at_least": rule.at_least,
        "chose": rule.chose or None,
    }
    said = " ".join(f"{name} {value}" for name, value in tests.items() if value is not None)
    return f"{rule.pack}.{rule.question} {said}, {rule.times} times"


def _by_pack(policy: Policy) -> str:
    return ", ".join(f"{pack} {days}" for pack, days in sorted(policy.retention_by_pack.items()))


def _spec_facts(spec: CadenceSpec) -> dict[str, Any]:
    recurrence = spec.recurrence
    return {
        "kind": spec.kind.value,
        "title": spec.title,
        "pack": spec.pack,
        "text": spec.text,
        "guide": spec.guide,
        "after_days": ", ".join(map(str, spec.after_days)),
        "then_every_months": spec.every_months,
        "audience": audience_words(spec.audience),
        "every": every_words(recurrence).removeprefix("every "),
        "on": on_words(recurrence),
        "at": f"{recurrence.at:%H:%M}",
        "from": recurrence.anchor,
        "starts_on": spec.starts_on,
        "until": spec.ends_on,
        "closes_after_days": spec.closes_after_days,
        "reminders": spec.reminders,
        "questions_per_round": spec.questions_per_round,
        "all_each_quarter": spec.all_each_quarter,
        "send_window_hours": spec.send_window_hours,
        "paused": spec.paused,
    }


def _pack_differences(old: tuple[Pack, ...], new: tuple[Pack, ...]) -> Iterator[Difference]:
    known = {pack.key: pack for pack in old}
    for pack in new:
        before = known.get(pack.key)
        if before is None:
            yield Difference(
                pack.key, "", "", f"new question pack, {len(pack.questions)} questions"
            )
        elif before != pack:
            yield Difference(pack.key, _changed_part(before, pack), "", "")


def _changed_part(old: Pack, new: Pack) -> str:
    """Which questions differ, by key; or that it is about the pack itself."""
    before = {question.key: question for question in old.questions}
    after = {question.key: question for question in new.questions}
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return f"questions {', '.join(keys)}" if keys else "title or settings"


def _cadence_differences(
    old: tuple[CadenceSpec, ...], new: tuple[CadenceSpec, ...]
) -> Iterator[Difference]:
    known = {spec.key: spec for spec in old}
    for spec in new:
        before = known.pop(spec.key, None)
        if before is None:
            yield Difference(spec.key, "", "", f"new cadence: {spec_words(spec)}")
        else:
            yield from spec_differences(before, spec)
    for spec in known.values():
        if not spec.paused:
            yield Difference(spec.key, "", "", "runs, but is not in the file")
