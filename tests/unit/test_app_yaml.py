"""app.yaml: every bad configuration is refused at its line with a remedy; export loads back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.local_time import QuietHours
from bot.domain.organisation import Configuration
from bot.domain.packs import AudienceKind, Pack, Question, QuestionKind, Wording
from bot.domain.policy import Expectations, Policy, QuestionsFor, policy_changes_refused
from bot.domain.recurrence import Recurrence, Unit
from bot.settings import (
    ConfigurationError,
    Problem,
    load_configuration,
    parse_configuration,
    to_yaml,
)
from bot.settings.document import MAX_BYTES, MAX_DEPTH
from prompts.guides import load_guides
from prompts.library import load_packs

ROOT = Path(__file__).resolve().parents[2]
COMPANY = "company: {name: Fernweh Maps, time_zone: Europe/London}\n"
LINES = {
    "kind": "check_in",
    "title": "Check-in",
    "pack": "ai_check_in",
    "audience": "everyone",
    "every": "week",
    "on": "tuesday",
    "at": '"10:00"',
    "from": "2026-01-06",
}
NUDGE = {"kind": "nudge", "pack": None, "text": "Hello"}
GUIDE = {"kind": "nudge", "pack": None, "guide": "learning"}
STAY = {"kind": "stay_interview", "pack": None, "after_days": "[90, 180]"}


def cadence(key: str = "weekly", /, **changes: str | None) -> str:
    """A cadence that is fine, with some lines changed; None leaves a line out."""
    merged = {**LINES, **{name.rstrip("_"): value for name, value in changes.items()}}
    lines = [f"    {name}: {value}" for name, value in merged.items() if value is not None]
    return f"  {key}:\n" + "\n".join(lines) + "\n"


def file(*cadences: str, top: str = COMPANY, **sections: str) -> str:
    parts = [f"{name}: {text}\n" for name, text in sections.items()]
    return top + "".join(parts) + "cadences:\n" + "".join(cadences or (cadence(),))


def load(text: str) -> Configuration:
    return parse_configuration(text.encode())


def only_cadence(**changes: str | None) -> CadenceSpec:
    (spec,) = load(file(cadence(**changes))).cadences
    return spec


def complaints(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(text if isinstance(text, bytes) else text.encode())
    return [problem.said("app.yaml") for problem in caught.value.problems]


def complaint(text: str | bytes) -> str:
    """The one problem of a file that has exactly one."""
    (said,) = complaints(text)
    return said


def outcome(text: str) -> tuple[Configuration | None, tuple[Problem, ...]]:
    try:
        return load(text), ()
    except ConfigurationError as error:
        return None, error.problems


def line_of(text: str, part: str) -> int:
    (found,) = [number for number, line in enumerate(text.splitlines(), 1) if part in line]
    return found


# What is accepted


def test_the_repositorys_own_file_loads_and_says_what_the_demo_needs() -> None:
    found = load_configuration(ROOT / "app.yaml")
    check_in, monthly, clarity, summary, *nudges = found.cadences
    assert found.policy.company == "Fernweh Maps"
    assert found.policy.expectations.url.startswith("https://")
    assert found.policy.help_contact
    assert {pack.key for pack in found.packs} == {"ai_check_in", "ai_capacity", "ai_clarity"}
    assert check_in.kind is CadenceKind.CHECK_IN
    assert check_in.recurrence == Recurrence(
        Unit.WEEK, 1, time(10), date(2026, 1, 6), weekday=date(2026, 1, 6).weekday()
    )
    assert check_in.audience == Audience(everyone=True)
    assert monthly.recurrence == Recurrence(
        Unit.MONTH, 1, time(10), date(2026, 1, 6), weekday=2, ordinal=-1
    )
    assert (monthly.audience, monthly.questions_per_round) == (Audience(everyone=True), 3)
    assert clarity.recurrence == Recurrence(
        Unit.MONTH, 1, time(10), date(2026, 3, 1), weekday=3, ordinal=3
    )
    assert clarity.audience == Audience(under=("mara@fernweh.example",))
    assert summary.kind is CadenceKind.WEEKLY_SUMMARY
    assert (summary.recurrence.weekday, summary.recurrence.at) == (4, time(15))
    assert summary.audience == Audience(managers=True)
    assert [(each.kind.value, each.guide) for each in nudges] == [
        ("one_to_one", None),
        ("stay_interview", None),
        ("nudge", "role_redesign"),
        ("nudge", "reclaimed_time"),
        ("nudge", "learning"),
    ]
    assert {(each.recurrence.weekday, each.recurrence.at) for each in nudges} == {(0, time(9))}
    assert all(each.audience == Audience(managers=True) for each in nudges)


def test_what_is_left_out_takes_the_domains_defaults() -> None:
    found = load(file())
    (spec,) = found.cadences
    assert found.policy == Policy(company="Fernweh Maps", time_zone="Europe/London")
    assert spec == CadenceSpec(
        key="weekly",
        kind=CadenceKind.CHECK_IN,
        title="Check-in",
        recurrence=Recurrence(Unit.WEEK, 1, time(10), date(2026, 1, 6), weekday=1),
        audience=Audience(everyone=True),
        pack="ai_check_in",
    )


def test_what_goes_to_managers_alone_is_read() -> None:
    stay = only_cadence(**STAY, then_every_months="12")
    assert (stay.kind, stay.after_days, stay.every_months) == ("stay_interview", (90, 180), 12)
    usual = only_cadence(kind="stay_interview", pack=None)
    assert (usual.after_days, usual.every_months) == ((90, 180), 6)
    assert only_cadence(**STAY | {"after_days": "[]"}).after_days == ()
    assert only_cadence(**GUIDE).guide == "learning"
    for each in (stay, only_cadence(**GUIDE), only_cadence(kind="one_to_one", pack=None)):
        assert each.for_managers
    assert not only_cadence(**NUDGE).for_managers


def test_every_part_of_the_rules_is_read() -> None:
    text = dedent("""\
        company: {name: Fernweh Maps, time_zone: Pacific/Auckland, country: nz, locale: en-GB}
        quiet_hours: {from: "22:00", to: "06:30"}
        limits: {prompts_per_week: 2}
        promises: {ask_after_days: 7}
        ai_expectations:
          text: Ask first
          url: https://fernweh.example/ai
          leader: Mara@Fernweh.example
          questions: leader
        follow_ups: {ask: false}
        privacy:
          group_minimum: 6
          comment_minimum: 12
          team_results: true
          retention_days: 90
          retention_by_pack: {burnout: 30}
          help_contact: Ines
          page_url: https://intranet.fernweh.example/privacy
        packs:
        cadences: {}
        """)
    assert load(text).policy == Policy(
        company="Fernweh Maps",
        time_zone="Pacific/Auckland",
        country="NZ",
        locale="en-GB",
        quiet=QuietHours(time(22), time(6, 30)),
        weekly_cap=2,
        expectations=Expectations(
            "Ask first", "https://fernweh.example/ai", "mara@fernweh.example", QuestionsFor.LEADER
        ),
        help_contact="Ines",
        page_url="https://intranet.fernweh.example/privacy",
        group_minimum=6,
        comment_minimum=12,
        team_results=True,
        retention_days=90,
        retention_by_pack={"burnout": 30},
        follow_up_days=7,
        asks_follow_ups=False,
    )


@pytest.mark.parametrize(
    ("every", "on", "expected"),
    [
        ("day", None, (Unit.DAY, 1, None, None, None)),
        ("10 days", None, (Unit.DAY, 10, None, None, None)),
        ("2 weeks", "TUESDAY", (Unit.WEEK, 2, 1, None, None)),
        ("every 3 weeks", "Friday", (Unit.WEEK, 3, 4, None, None)),
        ("month", '"15"', (Unit.MONTH, 1, None, 15, None)),
        ("month", "28", (Unit.MONTH, 1, None, 28, None)),
        ("6 months", "First Monday", (Unit.MONTH, 6, 0, None, 1)),
        ("month", "last friday", (Unit.MONTH, 1, 4, None, -1)),
    ],
)
def test_recurrences_are_read(
    every: str, on: str | None, expected: tuple[Unit, int, int | None, int | None, int | None]
) -> None:
    found = only_cadence(every=every, on=on).recurrence
    parts = (found.unit, found.interval, found.weekday, found.month_day, found.ordinal)
    assert parts == expected


@pytest.mark.parametrize("version", ["", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n"])
@pytest.mark.parametrize("at", ["10:00", '"10:00"', "'10:00'"])
def test_a_time_may_stand_without_quotes_and_on_is_no_truth_value(version: str, at: str) -> None:
    (spec,) = load(version + file(cadence(at=at))).cadences
    assert spec.recurrence.at == time(10)
    assert spec.recurrence.weekday == 1


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("everyone", Audience(everyone=True)),
        ("{teams: [Sales, Support]}", Audience(teams=("Sales", "Support"))),
        ("{under: [Ana@Fernweh.example]}", Audience(under=("ana@fernweh.example",))),
        ("{managers: true}", Audience(managers=True)),
        (
            "{tenure_days: {min: 90, max: 400}}",
            Audience(tenure_min_days=90, tenure_max_days=400),
        ),
        (
            "{everyone: true, tenure_days: {min: 0}}",
            Audience(everyone=True, tenure_min_days=0),
        ),
    ],
)
def test_audiences_are_read(audience: str, expected: Audience) -> None:
    assert only_cadence(audience=audience).audience == expected


CONFIRMED = ("confirmed_impact_assessment", "confirmed_works_council")


def test_burnout_may_be_asked_after_the_impact_assessment_and_with_the_works_council() -> None:
    text = file(cadence(pack="burnout", **dict.fromkeys(CONFIRMED, "true")))
    found = load(text)
    assert found.cadences[0].pack == "burnout"
    assert load(to_yaml(found)) == found


@pytest.mark.parametrize("missing", CONFIRMED)
def test_one_confirmation_is_not_enough_for_burnout(missing: str) -> None:
    given = {name: "true" for name in CONFIRMED if name != missing}
    said = complaint(file(cadence(pack="burnout", **given)))
    assert "cadences.weekly.pack" in said
    assert said.endswith(f"first, then add {missing}: true")


OWN_PACK = dedent("""\
    packs:
      pets:
        title: {en: Pets}
        questions:
          - key: dog_or_cat
            kind: choice
            audience: group
            wording: {en: {text: Dog or cat?, options: {dog: Dog, cat: Cat, no: Neither}}}
    """)


def test_an_organisation_may_bring_its_own_pack() -> None:
    found = load(file(cadence(pack="pets"), top=COMPANY + OWN_PACK))
    (pack,) = found.packs
    assert pack.key == "pets"
    assert pack.questions[0].options == ("dog", "cat", "no")


# What is refused


@pytest.mark.parametrize(
    ("changes", "field", "problem", "remedy"),
    [
        ({"every": "minute"}, "every", "more often than once a day", "write day, week"),
        ({"every": '"* * * * *"'}, "every", "more often than once a day", "write day, week"),
        ({"every": "fortnight"}, "every", '"fortnight" is not an interval', "2 weeks"),
        ({"every": "2"}, "every", "2 is not an interval", "2 weeks"),
        ({"every": "0 weeks"}, "every", "0 is not possible", "from 1 to 53"),
        ({"every": "100 weeks"}, "every", "100 is not possible", "from 1 to 53"),
        ({"cron": '"* * * * *"'}, "cron", "not a known key", "write every: week"),
        ({"from_": "2026-02-30"}, "from", "not in the calendar", "2026-02-28"),
        ({"from_": "2026-13-01"}, "from", "not in the calendar", "2026-01-06"),
        ({"from_": "6 January"}, "from", "not a date", "2026-01-06"),
        ({"from_": "20260106"}, "from", "not a date", "2026-01-06"),
        ({"from_": None}, "from", "is missing", "add from:"),
        ({"every": "month", "on": '"30"'}, "on", "not every month has a day 30", "last friday"),
        ({"every": "month", "on": "0"}, "on", "not every month has a day 0", '"1" to "28"'),
        ({"every": "month", "on": "fifth friday"}, "on", "place in a month", "last"),
        ({"every": "month", "on": "tuesday"}, "on", "is no day", "first monday"),
        ({"every": "month", "on": None}, "on", "is missing", "first monday"),
        ({"every": "day"}, "on", "no meaning", "remove it"),
        ({"every": "7 days", "on": None, "from_": "2026-01-10"}, "from", "weekends", "every: week"),
        ({"on": "tusday"}, "on", "not a weekday", "did you mean tuesday?"),
        ({"on": "wed"}, "on", "not a weekday", "did you mean wednesday?"),
        ({"on": None}, "on", "is missing", "for example tuesday"),
        ({"at": '"25:00"'}, "at", '"25:00" is not a time', 'HH:MM, for example "10:00"'),
        ({"at": "600"}, "at", "600 is not a time", 'HH:MM, for example "10:00"'),
        ({"at": '"20:00"'}, "at", "quiet hours (18:00 to 08:00)", "from 08:00 on, before 18:00"),
        ({"at": '"07:59"'}, "at", "quiet hours (18:00 to 08:00)", "from 08:00 on, before 18:00"),
        ({"until": "2026-01-05"}, "until", "before the start (2026-01-06)", "2026-01-06 or later"),
        ({"starts_on": "2025-12-31"}, "starts_on", "before the start", "2026-01-06 or later"),
        ({"pack": "ai_chek_in"}, "pack", "not a known pack", "did you mean ai_check_in?"),
        ({"pack": "zzz"}, "pack", "not a known pack", "use one of: ai_capacity"),
        ({"pack": None}, "pack", "is missing", "add pack:"),
        ({"pack": "stay_interview"}, "pack", "never for messages", "such as ai_capacity"),
        ({"pack": "burnout"}, "pack", "off by default", "confirmed_impact_assessment: true"),
        ({"pack": "burnout"}, "pack", "off by default", "confirmed_works_council: true"),
        ({"text": "Hi"}, "text", "no meaning for a check_in", "remove it"),
        ({**NUDGE, "text": None}, "text", "is missing", "add text:"),
        ({**NUDGE, "text": '"{{ x.__class__ }}"'}, "text", "can't be sent", "not allowed"),
        ({**NUDGE, "text": '"{{ company.__class__ }}"'}, "text", "can't be sent", "not allowed"),
        ({**NUDGE, "pack": "learning"}, "pack", "no meaning for a nudge", "remove it"),
        ({**NUDGE, "text": None}, "text", "is missing", "or guide:"),
        ({**NUDGE, "guide": "learning"}, "text", "stands beside a guide", "keep one of them"),
        ({**GUIDE, "guide": "lerning"}, "guide", "not a known guide", "did you mean learning?"),
        ({**GUIDE, "guide": "xyz"}, "guide", "not a known guide", "use one of: learning, recl"),
        ({**GUIDE, "guide": "3"}, "guide", "3 is not text", "put it in quotes"),
        ({"guide": "learning"}, "guide", "no meaning for a check_in", "make it kind: nudge"),
        ({**STAY, "text": "Hello"}, "text", "no meaning for a stay_interview", "remove it"),
        ({**STAY, "kind": "one_to_one"}, "after_days", "no meaning for a one_to_one", "stay_int"),
        ({**STAY, "after_days": "[180, 90]"}, "after_days", "[180, 90] can't be", "10 rising"),
        ({**STAY, "after_days": "[0, 90]"}, "after_days", "[0, 90] can't be", "from 1 to 3,650"),
        ({**STAY, "after_days": "90"}, "after_days", "90 can't be", "example [90, 180]"),
        ({**STAY, "after_days": "[90, x]"}, "after_days", "a list can't be", "[90, 180]"),
        ({**STAY, "then_every_months": "0"}, "then_every_months", "is 0", "give 1 to 24"),
        ({**STAY, "every_months": "6"}, "every_months", "not a known", "mean then_every_months?"),
        ({"then_every_months": "6"}, "then_every_months", "no meaning for a check_in", "remove"),
        ({"kind": "one_two_one"}, "kind", "not a kind of cadence", "did you mean one_to_one?"),
        ({"kind": "chek_in"}, "kind", "not a kind", "did you mean check_in?"),
        ({"title": '" "'}, "title", "is empty", "write a few words"),
        ({"title": "x" * 76}, "title", "has 76 characters", "shorten it to 75"),
        ({"title": "1984"}, "title", "1984 is not text", "put it in quotes"),
        ({"audience": None}, "audience", "is missing", "add audience:"),
        ({"audience": "everyon"}, "audience", "not an audience", "did you mean everyone?"),
        ({"audience": "{}"}, "audience", "names nobody", "give everyone"),
        ({"audience": "{team: [A]}"}, "audience.team", "not a known key", "did you mean teams?"),
        ({"audience": "{teams: Sales}"}, "audience.teams", "is not a list", "write a list"),
        ({"audience": "{under: [bob]}"}, "audience.under.1", "not an e-mail", "ana@example.com"),
        (
            {"audience": "{everyone: true, teams: [A]}"},
            "audience.everyone",
            "contradicts teams",
            "keep one",
        ),
        (
            {"audience": "{tenure_days: {min: 9, max: 3}}"},
            "audience.tenure_days.max",
            "below",
            "swap them",
        ),
        (
            {"audience": "{tenure_days: {min: -1}}"},
            "audience.tenure_days.min",
            "is -1",
            "give 0 or more",
        ),
        ({"questions_per_round": "0"}, "questions_per_round", "is 0", "give 1 to"),
        ({"reminders": "3"}, "reminders", "is 3", "give 0 to 2"),
        ({"reminders": "two"}, "reminders", '"two" is not a whole number', "without quotes"),
        ({"closes_after_days": "-1"}, "closes_after_days", "is -1", "give 0 to 366"),
        ({"send_window_hours": "169"}, "send_window_hours", "is 169", "give 1 to 168"),
        ({"paused": "no"}, "paused", "neither true nor false", "without quotes"),
        ({"readers": "[hr@fernweh.example]"}, "readers", "not a known key", "nobody can be added"),
        ({"visible_to": "hr"}, "visible_to", "not a known key", "nobody can be added"),
        ({"remindres": "1"}, "remindres", "not a known key", "did you mean reminders?"),
    ],
)
def test_a_bad_cadence_is_refused_at_its_line(
    changes: dict[str, str | None], field: str, problem: str, remedy: str
) -> None:
    text = file(cadence(**changes))
    said = complaint(text)
    found, mended = said.split("  → ")
    place = field.split(".", maxsplit=1)[0]
    given = any(line.strip().startswith(f"{place}:") for line in text.splitlines())
    line = line_of(text, f"    {place}: ") if given else line_of(text, "  weekly:")
    assert found.startswith(f"app.yaml:{line}  cadences.weekly.{field}  ")
    assert problem in found
    assert remedy in mended


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"quiet_hours": '{from: "18:00", to: "18:00"}'}, "quiet_hours  from 18:00 to 18:00"),
        ({"quiet_hours": '{from: "18:00", to: "17:30"}'}, "leaves less than one hour open"),
        ({"quiet_hours": '{from: "18:00"}'}, "quiet_hours.to  is missing"),
        ({"quiet_hours": '{from: "24:00", to: "08:00"}'}, 'quiet_hours.from  "24:00" is not'),
        ({"limits": "{prompts_per_week: 0}"}, "limits.prompts_per_week  is 0  → give 1 to 20"),
        ({"ai_expectations": "{url: fernweh.example}"}, "with https://"),
        ({"ai_expectations": '{url: "javascript:alert(1)"}'}, "is not a web address"),
        ({"ai_expectations": "{leader: Mara}"}, "leader"),
        ({"ai_expectations": "{questions: leader}"}, "add leader: and who answers"),
        ({"ai_expectations": "{leader: a@b.example, questions: hr}"}, "write group, or leader"),
        ({"privacy": "{group_minimum: 4}"}, "4 is below 5: people could be recognised"),
        ({"privacy": "{comment_minimum: 9}"}, "9 is below 10: people could be recognised"),
        ({"privacy": "{group_minimum: 20}"}, "comment_minimum"),
        ({"privacy": "{retention_days: -1}"}, "privacy.retention_days  is -1  → give 14 to 3650"),
        (
            {"privacy": "{retention_by_pack: {burnout: 3}}"},
            "privacy.retention_by_pack  burnout: 3 can't be kept to  → give 14 to 3650 days",
        ),
        ({"privacy": "{retention_by_pack: {burnout: true}}"}, "give 14 to 3650 days"),
        ({"privacy": "{retention_by_pack: 90}"}, "90 is not a mapping"),
        (
            {"privacy": "{retention_by_pack: {bornout: 30}}"},
            "privacy.retention_by_pack.bornout  is no question pack  → did you mean burnout?",
        ),
        ({"promises": "{ask_after_days: 0}"}, "promises.ask_after_days  is 0  → give 1 to 90"),
        ({"follow_ups": "{ask: 1}"}, "follow_ups.ask  1 is neither true nor false"),
        ({"follow_ups": "{asks: false}"}, "is not a known key  → did you mean ask?"),
        ({"privacy": "{retention_days: 1.5}"}, "1.5 is not a whole number"),
        ({"privacy": "{team_results: 1}"}, "1 is neither true nor false"),
        ({"privacy": "{readers: [ines@fernweh.example]}"}, "nobody can be added here"),
        ({"privcy": "{}"}, "privcy  is not a known key  → did you mean privacy?"),
        ({"readers": "[hr]"}, "readers  is not a known key  → remove it: who reads"),
        ({"limits": "4"}, "limits  4 is not a mapping"),
        ({"packs": "[]"}, "packs  is not a mapping"),
    ],
)
def test_a_bad_section_is_refused_at_its_line(sections: dict[str, str], said: str) -> None:
    text = file(**sections)
    found = complaint(text)
    assert found.startswith(f"app.yaml:2  {next(iter(sections))}")
    assert said in found


@pytest.mark.parametrize(
    ("company", "said"),
    [
        ("{name: F, time_zone: Europe/Londn}", "did you mean Europe/London?"),
        ("{name: F, time_zone: localtime}", "is not a known time zone"),
        ("{name: F, time_zone: ../../etc/passwd}", "is not a known time zone"),
        ("{name: F, time_zone: UTC, country: XX}", "two-letter code"),
        ("{name: F, time_zone: UTC, country: 7}", "two-letter code"),
        ("{name: F, time_zone: UTC, locale: qq}", "en, en-GB or de"),
        ("{time_zone: UTC}", "company.name  is missing  → add name:"),
        ("{name: F}", "company.time_zone  is missing"),
        ("{name: [F], time_zone: UTC}", "a list is not text"),
    ],
)
def test_a_bad_company_is_refused(company: str, said: str) -> None:
    assert said in complaint(file(top=f"company: {company}\n"))


def test_a_cadence_is_checked_against_the_files_own_quiet_hours() -> None:
    text = file(quiet_hours='{from: "12:00", to: "14:00"}')
    assert load(text).cadences
    noon = file(cadence(at='"12:30"'), quiet_hours='{from: "12:00", to: "14:00"}')
    assert "lies in the quiet hours (12:00 to 14:00)" in complaint(noon)


def test_two_cadences_may_not_share_a_title() -> None:
    text = file(cadence("one"), cadence("two", title="check-IN"))
    assert complaint(text).startswith(
        f'app.yaml:{line_of(text, "check-IN")}  cadences.two.title  "check-IN" is the title of one'
    )


@pytest.mark.parametrize("key", ["AI check-in", "-", "über", "x" * 65])
def test_a_cadences_key_is_plain(key: str) -> None:
    assert "is not a key  → use a-z, 0-9" in complaint(file(cadence(key)))


@pytest.mark.parametrize("whole", ["5", "[]", "x"])
def test_a_cadence_is_a_mapping(whole: str) -> None:
    assert "is not a mapping" in complaint(file(f"  weekly: {whole}\n"))


def pack_with(change: Callable[[str], str]) -> str:
    return file(cadence(pack="pets"), top=COMPANY + change(OWN_PACK))


def test_a_pack_without_questions_is_refused_once() -> None:
    text = pack_with(lambda pack: pack.split("questions:")[0] + "questions: []\n")
    assert complaint(text).startswith("app.yaml:5  packs.pets.questions  no questions")


def test_a_problem_inside_a_pack_has_its_line() -> None:
    wrong_kind = complaint(pack_with(lambda pack: pack.replace("kind: choice", "kind: choise")))
    assert wrong_kind.startswith("app.yaml:7  packs.pets.questions.1.kind")
    reader = complaint(
        pack_with(lambda pack: pack.replace("kind:", "visible_to: hr\n        kind:"))
    )
    assert reader.startswith("app.yaml:7  packs.pets.questions.1.visible_to")
    granted = complaint(pack_with(lambda pack: pack.replace("audience: group", "audience: hr")))
    assert granted.startswith("app.yaml:8  packs.pets.questions.1.audience")


def test_a_shipped_packs_name_is_taken() -> None:
    text = file(top=COMPANY + OWN_PACK.replace("pets:", "burnout:"))
    assert complaint(text).startswith("app.yaml:3  packs.burnout  is the name of a pack that comes")


def test_every_problem_of_a_file_is_told_at_once_in_its_order() -> None:
    text = file(
        cadence("one", at='"25:00"', every="minute", reminders="9"),
        cadence("two", on="someday", title="Other", pack="none", remindres="1"),
        top="company: {name: Fernweh Maps, time_zone: Mars}\n",
        privacy="{group_minimum: 1}",
        limts="{}",
    )
    found = complaints(text)
    lines = [int(said.split("  ")[0].split(":")[1]) for said in found]
    assert len(found) == 9
    assert lines == sorted(lines)


# The file itself


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "app.yaml:1  is empty  → begin with company:"),
        (b"# nothing\n", "app.yaml:1  is empty"),
        (b"- company\n", "app.yaml:1  is not a mapping"),
        (b"company\n", "app.yaml:1  is not a mapping"),
        (b"company:\n\tname: F\n", "indent with spaces, not with tabs"),
        (b"company: {name: F\n", "app.yaml:2  is not YAML"),
        (b"company:\n  name: a: b\n", "app.yaml:2  is not YAML: mapping values"),
        (b"company:\n  name: \xff\n", "app.yaml:2  is not UTF-8 text  → save the file as UTF-8"),
        ("company: {}".encode("utf-16"), "is not UTF-8 text"),
        (b"company:\n  name: a\x07b\n", "app.yaml:2  holds the control character U+0007"),
        (b"company: {}\n---\ncompany: {}\n", "app.yaml:2  holds a second document"),
        (b"{a: b}: c\n", "a key is a list, a mapping or an alias"),
        (b"[" * 100_000, f"is nested more than {MAX_DEPTH} deep"),
        (b"{a: " * 100_000, f"is nested more than {MAX_DEPTH} deep"),
        (b"- " * 100_000, f"is nested more than {MAX_DEPTH} deep"),
        (b"#" * (MAX_BYTES + 1), "is larger than 1 MB"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_file_that_is_no_configuration(content: bytes, said: str) -> None:
    assert said in complaint(content)


def test_missing_sections_are_named() -> None:
    assert [said.split("  → ")[0] for said in complaints("limits: {}\n")] == [
        "app.yaml:1  company  is missing",
        "app.yaml:1  cadences  is missing",
    ]


def test_doubled_keys_are_refused_at_the_second() -> None:
    text = file(cadence() + "    title: Again\n")
    first = line_of(text, "title: Check-in")
    assert complaint(text) == (
        f"app.yaml:{line_of(text, 'Again')}  cadences.weekly.title  is given twice  "
        f"→ keep one of them (the other is on line {first})"
    )


def test_aliases_and_tags_are_refused_wherever_they_point() -> None:
    bomb = "limits: &a [x, x]\npacks: &b [*a, *a, *a]\n"
    assert sum("the alias *a is not used here" in said for said in complaints(file(top=bomb))) == 3
    loop = complaints("company: &a {name: *a}\n")
    assert any("the alias *a is not used here" in said for said in loop)
    tagged = complaints('company: !!python/object/apply:os.system ["true"]\n')
    assert any("the tag tag:yaml.org,2002:python" in said for said in tagged)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert parse_configuration(b"\xef\xbb\xbf" + file().replace("\n", "\r\n").encode())


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_the_bytes_only_a_configuration_error_comes(content: bytes) -> None:
    with pytest.raises(ConfigurationError):
        parse_configuration(content)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "10:00", "2026-01-06", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["from", "to", "min", "under", "x", "teams"]), inner)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from([*LINES, "until", "text", "reminders", "guide", "after_days"]), json_like
    )
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_stands_in_a_cadence_it_loads_or_is_explained(data: dict[str, object]) -> None:
    merged = {**{name: value.strip('"') for name, value in LINES.items()}, **data}
    text = COMPANY + f"cadences: {{weekly: {json.dumps(merged)}}}\n"
    found, problems = outcome(text)
    assert len(found.cadences if found else problems) >= 1
    assert all(problem.line and problem.remedy for problem in problems)


# Export


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=60
).filter(lambda text: text == text.strip() and "{" not in text and "\ufeff" not in text)
names = texts.map(lambda text: " ".join(text.split()))
weekdays, intervals = st.integers(0, 6), st.integers(1, 12)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@st.composite
def recurrences(draw: st.DrawFn, at: st.SearchStrategy[time]) -> Recurrence:
    unit, interval = draw(st.sampled_from(Unit)), draw(intervals)
    if unit is Unit.DAY:
        interval = interval + 1 if interval % 7 == 0 else interval
        return Recurrence(unit, interval, draw(at), draw(days))
    if unit is Unit.WEEK:
        return Recurrence(unit, interval, draw(at), draw(days), weekday=draw(weekdays))
    if draw(st.booleans()):
        month_day = draw(st.integers(1, 28))
        return Recurrence(unit, interval, draw(at), draw(days), month_day=month_day)
    ordinal, weekday = draw(st.sampled_from([1, 2, 3, 4, -1])), draw(weekdays)
    return Recurrence(unit, interval, draw(at), draw(days), weekday=weekday, ordinal=ordinal)


@st.composite
def audiences(draw: st.DrawFn) -> Audience:
    least, more = draw(st.none() | st.integers(0, 500)), draw(st.none() | st.integers(0, 500))
    most = None if more is None else (least or 0) + more
    managers = draw(st.booleans())
    if draw(st.booleans()):
        return Audience(True, (), (), managers, least, most)
    teams = tuple(draw(st.lists(texts, max_size=3)))
    under = tuple(draw(st.lists(st.sampled_from(["a@b.example", "c@d.example"]), unique=True)))
    anyone = teams or under or managers or least is not None or most is not None
    return Audience(not anyone, teams, under, managers, least, most)


USUAL = [key for key, pack in load_packs().items() if pack.by_message]


nudged = st.fixed_dictionaries({"text": texts}) | st.fixed_dictionaries(
    {"guide": st.sampled_from(sorted(load_guides()))}
)
stays = st.fixed_dictionaries(
    {
        "after_days": st.sets(st.integers(1, 3650), max_size=10).map(lambda d: tuple(sorted(d))),
        "every_months": st.integers(1, 24),
    }
)


@st.composite
def cadences(draw: st.DrawFn, at: st.SearchStrategy[time], own: list[str]) -> CadenceSpec:
    kind = draw(st.sampled_from(CadenceKind))
    rule = draw(recurrences(at))
    starts = draw(st.none() | st.dates(rule.anchor, date(2065, 1, 1)))
    return CadenceSpec(
        key="replaced",
        kind=kind,
        title="replaced",
        recurrence=rule,
        audience=draw(audiences()),
        pack=draw(st.sampled_from([*USUAL, *own])) if kind is CadenceKind.CHECK_IN else None,
        **draw(nudged if kind is CadenceKind.NUDGE else st.just({})),
        **draw(stays if kind is CadenceKind.STAY_INTERVIEW else st.just({})),
        closes_after_days=draw(st.integers(0, 366)),
        reminders=draw(st.integers(0, 2)),
        send_window_hours=draw(st.integers(1, 168)),
        questions_per_round=draw(st.integers(1, 9)),
        all_each_quarter=draw(st.booleans()),
        starts_on=starts,
        ends_on=draw(st.none() | st.dates(starts or rule.anchor, date(2070, 1, 1))),
        paused=draw(st.booleans()),
    )


def own_pack(words: str) -> Pack:
    yes_or_no = Wording(words, options={"yes": words[:70].strip(), "no": "No."})
    hours = Wording(words)
    rating = Wording(
        words, words, "5", (words, "2", "3", "4", "5"), starters={"low": words, "any": "Ask."}
    )
    rated = {"en": rating, "de": rating}
    named, alone = AudienceKind.MANAGER, AudienceKind.SELF
    return Pack(
        "our_own",
        {"en": "Ours"},
        (
            Question(
                "a", QuestionKind.CHOICE, AudienceKind.GROUP, {"en": yes_or_no}, ("yes", "no")
            ),
            Question("b", QuestionKind.NUMBER, alone, {"en": hours}, (), 1, 24),
            Question("c", QuestionKind.RATING, named, rated, counted=True, favourable_from=3),
            Question("d", QuestionKind.TEXT, named, {"en": hours}),
        ),
        on_by_default=False,
    )


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    open_from, length = draw(st.integers(0, 23)), draw(st.integers(1, 23))
    quiet = QuietHours(time((open_from + length) % 24, 0), time(open_from, 0))
    at = st.builds(
        lambda hour, minute: time((open_from + hour) % 24, minute),
        st.integers(0, length - 1),
        st.integers(0, 59),
    )
    group = draw(st.integers(5, 50))
    policy = Policy(
        company=draw(names),
        time_zone=draw(st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles"])),
        country=draw(st.sampled_from([None, "DE", "NO", "NZ"])),
        locale=draw(st.sampled_from(["en", "en-GB", "no", "pt_BR"])),
        quiet=quiet,
        weekly_cap=draw(st.integers(1, 20)),
        expectations=Expectations(
            draw(st.just("") | texts),
            draw(st.sampled_from(["", "https://fernweh.example/ai?x=1#a"])),
            *draw(
                st.sampled_from(
                    [
                        ("", QuestionsFor.GROUP),
                        ("mara@fernweh.example", QuestionsFor.GROUP),
                        ("no@fernweh.example", QuestionsFor.LEADER),
                    ]
                )
            ),
        ),
        help_contact=draw(st.just("") | texts),
        page_url=draw(st.sampled_from(["", "https://fernweh.example/privacy?x=1"])),
        group_minimum=group,
        comment_minimum=draw(st.integers(max(10, group), 99)),
        team_results=draw(st.booleans()),
        retention_days=draw(st.integers(14, 3650)),
        retention_by_pack=draw(
            st.dictionaries(st.sampled_from(sorted(load_packs())), st.integers(14, 3650))
        ),
        follow_up_days=draw(st.integers(1, 90)),
    )
    own = [own_pack(draw(texts))] if draw(st.booleans()) else []
    found = draw(st.lists(cadences(at, [pack.key for pack in own]), max_size=4))
    specs = tuple(
        replace(spec, key=f"no-{number}", title=f"{draw(names)} {number}")
        for number, spec in enumerate(found)
    )
    shipped, asked = load_packs(), {spec.pack for spec in specs}
    used = [pack for key, pack in shipped.items() if key in asked]
    packs = sorted([*own, *used], key=lambda pack: pack.key)
    return Configuration(policy, tuple(packs), specs)


@given(configurations())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_is_exported_loads_back_the_same(configuration: Configuration) -> None:
    assert load(to_yaml(configuration)) == configuration


def test_the_repositorys_own_file_survives_export() -> None:
    found = load_configuration(ROOT / "app.yaml")
    assert load(to_yaml(found)) == found


def test_a_time_zone_that_is_accepted_can_be_used() -> None:
    assert ZoneInfo(load_configuration(ROOT / "app.yaml").policy.time_zone)


# Thresholds, once people have answered


@pytest.mark.parametrize("name", ["group_minimum", "comment_minimum"])
def test_a_threshold_is_never_lowered_once_answers_exist(name: str) -> None:
    old = Policy(group_minimum=8, comment_minimum=16)
    lower, higher = (replace(old, **{name: getattr(old, name) + step}) for step in (-1, 1))
    ((field, problem, remedy),) = policy_changes_refused(old, lower, answers_exist=True)
    assert field == f"privacy.{name}"
    assert str(getattr(lower, name)) in problem
    assert str(getattr(old, name)) in remedy
    assert policy_changes_refused(old, lower, answers_exist=False) == ()
    assert policy_changes_refused(old, higher, answers_exist=True) == ()
    assert policy_changes_refused(old, old, answers_exist=True) == ()
