"""Cadences and their changes in plain words, for HR admins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.organisation import CadenceRevision
from bot.domain.packs import Pack
from bot.services.admin_act import Admin
from prompts.guides import load_guides
from prompts.words import Said

_LONGEST = 80


def line(admin: Admin, spec: CadenceSpec, people: int) -> str:
    """Such as "every week, Tuesday 10:00, for managers (12 people)."."""
    return _with_words(admin, spec, count=people)["line"]


def rule_and_audience(admin: Admin, spec: CadenceSpec) -> str:
    """The same without a figure."""
    return _with_words(admin, spec)["short_line"]


def _with_words(admin: Admin, spec: CadenceSpec, **facts: object) -> Said:
    said = admin.say("cadence", rule=spec.recurrence, audience=spec.audience)
    return admin.say("cadence", when=said["rule"], whom=said["audience"], **facts)


def audience(admin: Admin, spec: CadenceSpec) -> str:
    return admin.say("cadence", audience=spec.audience)["audience"]


def changes(
    admin: Admin, old: CadenceSpec, new: CadenceSpec, packs: Mapping[str, Pack]
) -> list[str]:
    """What differs, a line each: "When: every week, Tuesday 10:00 → ..."; empty where nothing."""
    before, after = _facts(admin, old, packs), _facts(admin, new, packs)
    said = admin.say("cadence")
    lines = [
        admin.say("cadence", what=said[f"field_{name}"], old=before[name], new=value)["changed"]
        for name, value in after.items()
        if before[name] != value
    ]
    if old.text != new.text and before["text"] == after["text"]:  # they differ further on
        lines.append(admin.say("cadence", what=said["field_text"], old="…", new="…")["changed"])
    if old.paused != new.paused:
        lines.append(said["was_paused" if new.paused else "was_resumed"])
    return lines


def particulars(admin: Admin, spec: CadenceSpec) -> list[str]:
    """What a new cadence of its kind has besides rule and audience, a line each."""
    of_kind = {CadenceKind.STAY_INTERVIEW: ("days", "months")}.get(spec.kind, ())
    names = ("guide",) if spec.guide is not None else of_kind
    facts, said = _facts(admin, spec, {}), admin.say("cadence")
    return [
        admin.say("cadence", what=said[f"field_{name}"], value=facts[name])["fact"]
        for name in names
    ]


def _facts(admin: Admin, spec: CadenceSpec, packs: Mapping[str, Pack]) -> dict[str, str]:
    said = admin.say("cadence", rule=spec.recurrence, audience=spec.audience)
    pack = packs.get(spec.pack or "")
    return {
        "title": spec.title,
        "kind": said[f"kind_{spec.kind.value}"],
        "when": said["rule"],
        "since": _day(admin, spec.recurrence.anchor),
        "audience": said["audience"],
        "pack": pack.name(admin.person.locale) if pack else spec.pack or said["none"],
        "text": _short(spec.text) or said["none"],
        "guide": _guide(admin, spec) or said["none"],
        "days": ", ".join(map(str, spec.after_days)) or said["none"],
        "months": str(spec.every_months),
        "reminders": str(spec.reminders),
        "closes": str(spec.closes_after_days),
        "round": str(spec.questions_per_round),
        "quarter": said["yes"] if spec.all_each_quarter else said["no"],
        "window": str(spec.send_window_hours),
        "starts_on": _day(admin, spec.starts_on) if spec.starts_on else said["none"],
        "ends_on": _day(admin, spec.ends_on) if spec.ends_on else said["none"],
    }


def _day(admin: Admin, day: date) -> str:
    return admin.say("cadence", day=day)["day"]


def _guide(admin: Admin, spec: CadenceSpec) -> str:
    found = load_guides().get(spec.guide or "")
    return found.title(admin.person.locale) if found else spec.guide or ""


def _short(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def author(admin: Admin, revision: CadenceRevision, names: Mapping[str, str]) -> str:
    """Who made a revision; `names` holds people's by id."""
    said = admin.say("cadence_change")
    other = {"app.yaml": "by_file", "cli": "by_cli"}.get(revision.author, "by_other")
    return names.get(revision.author) or said[other]
