"""What a world is made of: people, cadences, question packs and moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.packs import (
    AudienceKind,
    FollowUp,
    Pack,
    Question,
    QuestionKind,
    When,
    Wording,
)
from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence, Unit
from bot.services.people_file import PersonRow

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 3, 2)
RULES = Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9)
NO_FOLLOW_UPS = replace(RULES, asks_follow_ups=False)
"""For journeys about something else, whose people say very little."""


def at(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    """A local wall clock time, "2026-03-03 10:00", as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@dataclass(frozen=True)
class Someone:
    """One row of the people list; the address follows from the name, and so does what the list
    calls them, where `called` doesn't say it.
    """

    name: str
    manager: str | None = None
    zone: str = BERLIN
    country: str | None = "DE"
    team: str | None = None
    role: Role = Role.EMPLOYEE
    hired_on: date | None = None
    called: str = ""

    def row(self, line: int) -> PersonRow:
        """The row as an import reads it."""
        return PersonRow(
            line=line,
            email=address(self.name),
            name=self.called or self.name.capitalize(),
            manager_email=address(self.manager) if self.manager else None,
            team=self.team,
            country=self.country,
            time_zone=self.zone,
            hired_on=self.hired_on,
            locale="en",
            role=self.role,
        )


def address(name: str) -> str:
    """The e-mail address of somebody in these tests."""
    return f"{name}@fernweh.example"


def recurring(on: int, hour: str, since: date, weeks: int = 1) -> Recurrence:
    """Every so many weeks on a weekday (0: Monday) at a local time."""
    return Recurrence(Unit.WEEK, weeks, time.fromisoformat(hour), since, weekday=on)


def check_in(
    key: str = "pulse",
    *,
    on: int = 1,
    hour: str = "10:00",
    since: date = MONDAY,
    weeks: int = 1,
    pack: str = "pair",
    **changes: object,
) -> CadenceSpec:
    """A check-in for everyone; every Tuesday at 10:00 with two questions unless said otherwise."""
    spec = CadenceSpec(
        key=key,
        kind=CadenceKind.CHECK_IN,
        title=key,
        recurrence=recurring(on, hour, since, weeks),
        audience=Audience(everyone=True),
        pack=pack,
    )
    return replace(spec, **changes)


def weekly_summary(on: int = 4, hour: str = "15:00", since: date = MONDAY) -> CadenceSpec:
    """The managers' summary, on Friday at 15:00 unless said otherwise."""
    return CadenceSpec(
        key="weekly-summary",
        kind=CadenceKind.WEEKLY_SUMMARY,
        title="Weekly summary",
        recurrence=recurring(on, hour, since),
        audience=Audience(managers=True),
    )


def for_managers(kind: CadenceKind, key: str, **content: object) -> CadenceSpec:
    """1:1 nudges, stay interviews or a guide, every Monday at 9:00."""
    return CadenceSpec(
        key=key,
        kind=kind,
        title=key,
        recurrence=recurring(0, "09:00", MONDAY),
        audience=Audience(managers=True),
        **content,  # type: ignore[arg-type]  # what the kind has besides
    )


def nudge(on: int = 0, hour: str = "09:30", since: date = MONDAY) -> CadenceSpec:
    """A note to everyone, on Monday at 9:30 unless said otherwise."""
    return CadenceSpec(
        key="note",
        kind=CadenceKind.NUDGE,
        title="Note",
        recurrence=recurring(on, hour, since),
        audience=Audience(everyone=True),
        text="Hello {{ first_name }}",
    )


def one_to_ones(on: int = 0, hour: str = "09:00", since: date = MONDAY) -> CadenceSpec:
    """The managers' 1:1 nudges; who has no rhythm yet is asked for it on Monday at 9:00."""
    return CadenceSpec(
        key="one-to-ones",
        kind=CadenceKind.ONE_TO_ONE,
        title="1:1s",
        recurrence=recurring(on, hour, since),
        audience=Audience(managers=True),
    )


def stay_interviews(on: int = 0, hour: str = "09:00", since: date = MONDAY) -> CadenceSpec:
    """Stay interviews after 90 and 180 days and then every half year, brought up on Mondays."""
    return CadenceSpec(
        key="stay-interviews",
        kind=CadenceKind.STAY_INTERVIEW,
        title="Stay interviews",
        recurrence=recurring(on, hour, since),
        audience=Audience(managers=True),
    )


def _asks(
    key: str,
    text: str,
    kind: QuestionKind = QuestionKind.TEXT,
    audience: AudienceKind = AudienceKind.MANAGER,
    options: Sequence[str] = (),
) -> Question:
    wording = Wording(text, options={option: option.capitalize() for option in options})
    return Question(key, kind, audience, {"en": wording}, tuple(options))


def _follow_up(key: str, when: When, text: str) -> FollowUp:
    return FollowUp(key, when, {"en": text})


PAIR = Pack("pair", {"en": "Pair"}, (_asks("work", "How is work?"), _asks("wish", "Any wish?")))
OTHER = Pack("other", {"en": "Other"}, (_asks("tools", "Which tools?"), _asks("team", "The team?")))
KINDS = Pack(
    "kinds",
    {"en": "Kinds"},
    (
        _asks("clear", "Is it clear?", QuestionKind.TEXT_AND_RATING),
        _asks("mood", "How was it?", QuestionKind.RATING),
        _asks("often", "How often?", QuestionKind.CHOICE, options=("never", "daily")),
        _asks("hours", "How many hours?", QuestionKind.NUMBER),
        _asks("trust", "Do you trust us?", audience=AudienceKind.GROUP),
        _asks("diary", "For your diary?", audience=AudienceKind.SELF),
    ),
)
FOLLOWED = Pack(
    "followed",
    {"en": "Followed"},
    (
        replace(
            _asks("work", "How is work?"),
            follow_ups=(
                _follow_up("moment", When.SHORT, "Which moment shows it?"),
                _follow_up("better", When.SHORT, "What would make it better?"),
                _follow_up("to_hear", When.QUESTION, "What would help to hear?"),
            ),
        ),
        replace(
            _asks("wish", "Any wish?"),
            follow_ups=(_follow_up("first", When.ANY, "What comes first?"),),
        ),
    ),
)
"""Answers to it that say little, or ask something back, may get one more question."""
FIVE = Pack(
    "five",
    {"en": "Five"},
    tuple(_asks(f"q{number}", f"Question {number}?") for number in range(1, 6)),
)
GROUPS = Pack(
    "groups",
    {"en": "Groups"},
    (
        Question(
            "clear",
            QuestionKind.RATING,
            AudienceKind.GROUP,
            {"en": Wording("Is it clear?")},
            favourable_from=4,
        ),
        Question(
            "time",
            QuestionKind.RATING,
            AudienceKind.MANAGER,
            {"en": Wording("Is there time?")},
            counted=True,
        ),
        Question("else", QuestionKind.TEXT, AudienceKind.GROUP, {"en": Wording("What else?")}),
    ),
)
"""Counted without names: two ratings, one of which the manager reads too, and words."""
