"""A cadence as the fields of a form and back, by the rules that hold for app.yaml too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any, TypeVar

from bot.domain.cadence import MOST_MONTHS, Audience, CadenceKind, CadenceSpec
from bot.domain.cadence_rules import (
    MAX_NAME,
    check_first_day,
    check_pack,
    check_time,
    parse_after_days,
    title_key,
)
from bot.domain.check_in import Refused, clean_text
from bot.domain.packs import Pack
from bot.domain.phrases import (
    Every,
    Unfit,
    every_phrase,
    on_phrase,
    parse_date,
    parse_every,
    parse_on,
    parse_time,
)
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence
from bot.services.audience_options import KEPT, audience_value, offered_audiences
from prompts.guides import load_guides
from prompts.nudge import check_nudge

Fields = Mapping[str, str]
Errors = dict[str, str]
"""What is wrong, as a code, by the name of the field."""

T = TypeVar("T")

LONGEST_TEXT = 1500
"""Characters of a note's text as a form takes them: a proposal must fit into the value of a
button, which holds 2,000 in Slack. What app.yaml gave may be longer and stays as it is.
"""

ANY_DAY = "any"
"""The day of an interval in days: every working day may be one."""

FAR = timedelta(days=366)
_MAX_OPEN_DAYS, _MAX_REMINDERS, _MAX_ROUND = 366, 2, 100
_DIGITS = 6
_ALWAYS = ("title", "every", "on", "at", "since", "audience")
_BY_KIND: Mapping[CadenceKind, tuple[str, ...]] = {
    CadenceKind.CHECK_IN: (*_ALWAYS, "pack", "reminders", "closes", "round"),
    CadenceKind.NUDGE: (*_ALWAYS, "text"),
    CadenceKind.STAY_INTERVIEW: (*_ALWAYS, "days", "months"),
}
_GUIDED = (*_ALWAYS, "guide")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a cadence is checked against.

    titles: the keys of the cadences there are, by `title_key`. today: the admin's own date.
    """

    policy: Policy
    packs: Mapping[str, Pack]
    teams: tuple[str, ...]
    titles: Mapping[str, str]
    today: date


class Faulty(Exception):
    """The fields make no cadence; `errors` says why, field by field."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(str(errors))
        self.errors = errors


def fields_of(spec: CadenceSpec, teams: tuple[str, ...]) -> dict[str, str]:
    """What a form of this cadence is filled with; `spec_of` reads it back."""
    recurrence = spec.recurrence
    found = {
        "title": spec.title,
        "every": every_phrase(recurrence),
        "on": on_phrase(recurrence) or ANY_DAY,
        "at": f"{recurrence.at:%H:%M}",
        "since": recurrence.anchor.isoformat(),
        "audience": audience_value(spec, teams),
        "pack": spec.pack or "",
        "text": spec.text or "",
        "guide": spec.guide or "",
        "days": ", ".join(map(str, spec.after_days)),
        "months": str(spec.every_months),
        "reminders": str(spec.reminders),
        "closes": str(spec.closes_after_days),
        "round": str(spec.questions_per_round),
    }
    return {name: found[name] for name in _names(spec)}


def _names(spec: CadenceSpec) -> tuple[str, ...]:
    return _GUIDED if spec.guide is not None else _BY_KIND.get(spec.kind, _ALWAYS)


def changed_fields(spec: CadenceSpec, given: Fields, teams: tuple[str, ...]) -> dict[str, str]:
    """What of `given` differs from the form as it was filled; names it doesn't have are left."""
    shown = fields_of(spec, teams)
    return {n: given[n] for n, value in shown.items() if given.get(n, value).strip() != value}


def offered_packs(packs: Mapping[str, Pack]) -> list[Pack]:
    """Packs that can be chosen in a form, by key.

    A pack that is off by default is not among them. Its impact assessment and the works council's
    say are confirmed where that can be reviewed before it takes effect: in app.yaml, by whoever
    applies it. A tick in a dialog would be too little for what may be health data.
    """
    return [p for _, p in sorted(packs.items()) if p.by_message and p.on_by_default]


def spec_of(base: CadenceSpec, given: Fields, around: Surroundings) -> CadenceSpec:
    """`base` with what the fields say; whatever is missing among them stays as it is.

    Nothing given is trusted: the fields may have been forged. Raises Faulty with all errors.
    """
    fields = fields_of(base, around.teams)
    fields |= {name: given[name] for name in fields if name in given}
    return _Reading(base, fields, around).spec()


class _Wrong(Exception):
    """A field whose content doesn't fit, by the code of what is said beside it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class _Reading:
    """Reads field by field and goes on after an error, so that all are found."""

    base: CadenceSpec
    fields: Fields
    around: Surroundings
    errors: Errors = field(default_factory=dict)

    def spec(self) -> CadenceSpec:
        found: dict[str, Any] = {
            "title": self._read("title", self._title),
            "recurrence": self._recurrence(),
            "audience": self._read("audience", self._audience),
        }
        if self.base.kind is CadenceKind.CHECK_IN:
            found |= self._check_in()
        if self.base.kind is CadenceKind.STAY_INTERVIEW:
            found["after_days"] = self._read("days", self._days)
            found["every_months"] = self._number("months", 1, MOST_MONTHS)
        if self.base.guide is not None:
            found["guide"] = self._read("guide", self._guide)
        elif self.base.kind is CadenceKind.NUDGE:
            found["text"] = self._read("text", self._text)
        if self.errors:
            raise Faulty(self.errors)
        return replace(self.base, **found)

    def _check_in(self) -> dict[str, Any]:
        return {
            "pack": self._read("pack", self._pack),
            "reminders": self._number("reminders", 0, _MAX_REMINDERS),
            "closes_after_days": self._number("closes", 0, _MAX_OPEN_DAYS),
            "questions_per_round": self._number("round", 1, _MAX_ROUND),
        }

    def _read(self, name: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(self.fields[name].strip())
        except (Unfit, Refused, _Wrong) as error:
            self.errors[name] = error.code or f"{name}_unfit"
        return None

    def _title(self, text: str) -> str:
        title = " ".join(clean_text(text).split())
        if len(title) > MAX_NAME:
            raise _Wrong("title_too_long")
        if self.around.titles.get(title_key(title), self.base.key) != self.base.key:
            raise _Wrong("title_taken")
        return title

    def _text(self, text: str) -> str:
        if text == (self.base.text or "").strip():
            return self.base.text or ""
        cleaned = clean_text(text)
        if len(cleaned) > LONGEST_TEXT:
            raise _Wrong("text_too_long")
        if check_nudge(cleaned):
            raise _Wrong("text_unfit")
        return cleaned

    def _guide(self, key: str) -> str:
        if key != self.base.guide and key not in load_guides():
            raise _Wrong("not_offered")
        return key

    def _days(self, text: str) -> tuple[int, ...]:
        """Written as "90, 180"; nothing where only the months count."""
        given = [part.strip() for part in text.split(",")] if text else []
        if not all(part.isascii() and part.isdecimal() and len(part) < _DIGITS for part in given):
            raise _Wrong("after_days")
        return parse_after_days([int(part) for part in given])

    def _audience(self, value: str) -> Audience:
        offered = offered_audiences(self.base, self.around.teams)
        if value == KEPT or value == audience_value(self.base, self.around.teams):
            return self.base.audience
        if value not in offered:
            raise _Wrong("not_offered")
        return offered[value]

    def _pack(self, key: str) -> str:
        if key == self.base.pack:
            return key
        if key not in self.around.packs:
            raise _Wrong("not_offered")
        check_pack(self.around.packs[key], self.around.packs.values())
        return key

    def _number(self, name: str, least: int, most: int) -> int | None:
        def parse(text: str) -> int:
            if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
                raise _Wrong(f"{name}_range")
            if not least <= int(text) <= most:
                raise _Wrong(f"{name}_range")
            return int(text)

        return self._read(name, parse)

    def _recurrence(self) -> Recurrence | None:
        every = self._read("every", parse_every)
        at = self._read("at", self._at)
        since = self._read("since", lambda text: self._since(text, every))
        if every is None:
            return None
        try:
            on = parse_on(self._on(), every.unit)
        except Unfit:
            self.errors["on"] = f"on_{every.unit}"
            return None
        if at is None or since is None:
            return None
        days = {"weekday": on.weekday, "month_day": on.month_day, "ordinal": on.ordinal}
        try:
            return Recurrence(every.unit, every.interval, at, since, **days)
        except ValueError:
            self.errors["every"] = "not_offered"
        return None

    def _on(self) -> str | None:
        given = self.fields["on"].strip()
        return None if given in ("", ANY_DAY) else given

    def _at(self, text: str) -> time:
        at = parse_time(text)
        check_time(at, self.around.policy.quiet)
        return at

    def _since(self, text: str, every: Every | None) -> date:
        since = parse_date(text)
        if every is not None:
            check_first_day(every, since)
        if since == self.base.recurrence.anchor:
            return since
        if abs(since - self.around.today) > FAR:
            raise _Wrong("since_range")
        last = self.base.ends_on
        first = self.base.starts_on
        if (last is not None and since > last) or (first is not None and since > first):
            raise _Wrong("since_after_end")
        return since
