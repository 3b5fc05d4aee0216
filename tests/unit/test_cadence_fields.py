"""Forms of cadences: what is offered always parses, what is forged never gets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.cadence_rules import MAX_NAME, title_key
from bot.domain.phrases import every_phrase, on_phrase, parse_every, parse_on
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence, Unit
from bot.services.cadence_fields import (
    LONGEST_TEXT,
    Faulty,
    Surroundings,
    changed_fields,
    fields_of,
    spec_of,
)
from bot.services.due import next_of
from bot.services.proposal import LONGEST, Proposal
from prompts.guides import load_guides
from prompts.library import load_packs
from prompts.nudge import check_nudge

TODAY = date(2026, 3, 2)
TEAMS = ("Sales", "Support", "Île-de-France")
AROUND = Surroundings(
    Policy(), load_packs(), TEAMS, {title_key("Weekly summary"): "weekly-summary"}, TODAY
)
HOURS = st.times(min_value=time(8), max_value=time(17, 59)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co"]), min_size=1).map(
    lambda text: " ".join(text.split()) or "Title"
)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    unit = draw(st.sampled_from(Unit))
    anchor = TODAY + timedelta(days=draw(st.integers(-300, 300)))
    interval = draw(st.integers(1, 12))
    days: dict[str, int] = {}
    if unit is Unit.WEEK:
        days = {"weekday": draw(st.integers(0, 6))}
    elif unit is Unit.MONTH and draw(st.booleans()):
        days = {"month_day": draw(st.integers(1, 28))}
    elif unit is Unit.MONTH:
        ordinal = draw(st.sampled_from([1, 2, 3, 4, -1]))
        days = {"weekday": draw(st.integers(0, 6)), "ordinal": ordinal}
    elif interval == 7:
        interval = 8
    return Recurrence(unit, interval, draw(HOURS), anchor, **days)


AUDIENCES = st.one_of(
    st.just(Audience(everyone=True)),
    st.just(Audience(managers=True)),
    st.sampled_from([*TEAMS, "Gone"]).map(lambda team: Audience(teams=(team,))),
    st.sampled_from(TEAMS).map(lambda team: Audience(teams=(team.upper(),), managers=True)),
    st.just(Audience(under=("mia@fernweh.example",), tenure_max_days=90)),
)


TEXTS = st.sampled_from(["Hello {{ first_name }}", "One\n\ntwo", "x" * 1900])
GUIDES = st.fixed_dictionaries({"guide": st.sampled_from([*load_guides(), "of_long_ago"])})
DAYS = st.sets(st.integers(1, 3650), max_size=10).map(lambda days: tuple(sorted(days)))


@st.composite
def specs(draw: st.DrawFn) -> CadenceSpec:
    kind = draw(st.sampled_from(CadenceKind))
    content: dict[str, object] = {}
    if kind is CadenceKind.CHECK_IN:
        content = {"pack": draw(st.sampled_from([*AROUND.packs, "of_long_ago"]))}
    if kind is CadenceKind.NUDGE:
        text = st.sampled_from(["Hello {{ first_name }}", "One\n\ntwo", "x" * 1900])
        guide = st.sampled_from([*load_guides(), "of_long_ago"])
        content = draw(
            st.one_of(*(st.fixed_dictionaries(f) for f in ({"text": text}, {"guide": guide})))
        )
    if kind is CadenceKind.STAY_INTERVIEW:
        content = {"after_days": draw(DAYS), "every_months": draw(st.integers(1, 24))}
    return CadenceSpec(
        key="pulse",
        kind=kind,
        title=draw(WORDS)[:MAX_NAME].strip() or "Title",
        recurrence=draw(recurrences()),
        audience=draw(AUDIENCES),
        closes_after_days=draw(st.integers(0, 366)),
        reminders=draw(st.integers(0, 2)),
        questions_per_round=draw(st.integers(1, 100)),
        paused=draw(st.booleans()),
        **content,  # type: ignore[arg-type]  # as its kind has them
    )


@given(specs())
def test_a_form_that_is_sent_as_it_came_changes_nothing(spec: CadenceSpec) -> None:
    """Whatever app.yaml said and the form can't say comes back as it was."""
    assert spec_of(spec, fields_of(spec, TEAMS), AROUND) == spec
    assert spec_of(spec, {}, AROUND) == spec
    assert changed_fields(spec, fields_of(spec, TEAMS), TEAMS) == {}


@given(specs(), specs())
def test_what_one_form_says_another_can_take(base: CadenceSpec, wanted: CadenceSpec) -> None:
    """Only what was changed is carried, and it makes the same cadence."""
    wanted = replace(wanted, kind=base.kind, pack=base.pack, text=base.text, guide=base.guide)
    asked = fields_of(wanted, TEAMS)
    asked["audience"] = fields_of(base, TEAMS)["audience"]
    carried = changed_fields(base, asked, TEAMS)
    made = spec_of(base, carried, AROUND)
    assert fields_of(made, TEAMS) == asked
    assert (made.recurrence, made.title) == (wanted.recurrence, wanted.title)
    if base.kind is CadenceKind.STAY_INTERVIEW:
        assert (made.after_days, made.every_months) == (wanted.after_days, wanted.every_months)


@given(recurrences())
def test_a_rule_reads_back_as_it_was_written(rule: Recurrence) -> None:
    every = parse_every(every_phrase(rule))
    on = parse_on(on_phrase(rule), every.unit)
    assert (every.unit, every.interval) == (rule.unit, rule.interval)
    assert (on.weekday, on.month_day, on.ordinal) == (rule.weekday, rule.month_day, rule.ordinal)


FORGED = st.dictionaries(
    st.sampled_from(
        [
            "title",
            "every",
            "on",
            "at",
            "since",
            "audience",
            "pack",
            "text",
            "reminders",
            "closes",
            "round",
            "guide",
            "days",
            "months",
            "kind",
            "key",
        ]
    ),
    st.one_of(
        st.text(max_size=100),
        st.sampled_from(
            [
                "9999 months",
                "53 weeks",
                "day",
                "last sunday",
                "28",
                "0001-01-01",
                "9999-12-31",
                "kept",
                "burnout",
                "stay_interview",
                "{{ x.__class__ }}",
                "-1",
                "٣",
                "1e3",
                "23:59",
                "08:00",
                "team-",
                "\ud800",
                "\x00",
                "2027-03-01",
                "2025-03-03",
                "90, 180",
                "180, 90",
                "90,, 180",
                "3651",
                ",".join(["9"] * 50),
            ]
        ),
    ),
)


def read(base: CadenceSpec, fields: dict[str, str]) -> tuple[CadenceSpec | None, dict[str, str]]:
    try:
        return spec_of(base, fields, AROUND), {}
    except Faulty as faulty:
        return None, faulty.errors


@given(specs(), FORGED)
def test_forged_fields_make_a_valid_cadence_or_none(
    base: CadenceSpec, forged: dict[str, str]
) -> None:
    """Every error names a field; what passes meets every rule and can be worked out."""
    made, errors = read(base, forged)
    assert set(errors) <= set(fields_of(base, TEAMS))
    if made is None:
        return
    assert (made.key, made.kind, made.paused) == (base.key, base.kind, base.paused)
    assert not AROUND.policy.quiet.covers(made.recurrence.at)
    assert len(made.title) <= MAX_NAME
    assert title_key(made.title) not in AROUND.titles
    if made.pack != base.pack and made.pack is not None:
        pack = AROUND.packs[made.pack]
        assert pack.by_message
        assert pack.on_by_default
    if made.text != base.text:
        assert check_nudge(made.text or "") is None
        assert len(made.text or "") <= LONGEST_TEXT
    if made.guide != base.guide:
        assert made.guide in load_guides()
    noon = datetime.combine(TODAY, time(12), ZoneInfo("UTC"))
    next_of(made, ZoneInfo("Pacific/Auckland"), noon, lambda day: day.weekday() < 5)


@given(
    st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=5),
    st.text(max_size=20),
    st.uuids(),
)
def test_a_proposal_reads_back_as_it_was_written(
    fields: dict[str, str], key: str, revision: UUID
) -> None:
    proposal = Proposal(key=key, revision=revision, fields=fields)
    assert Proposal.parse(str(proposal)) == proposal
    assert "\n" not in str(proposal), "browsers change line breaks in what a form carries"


@given(st.text())
def test_no_text_makes_a_proposal_fail(text: str) -> None:
    found = Proposal.parse(text)
    assert found is None or Proposal.parse(str(found)) == found


def test_the_longest_note_fits_into_a_button() -> None:
    """With everything else changed too."""
    base = CadenceSpec(
        "a" * 50,
        CadenceKind.NUDGE,
        "Old",
        Recurrence(Unit.WEEK, 1, time(10), TODAY, weekday=0),
        Audience(everyone=True),
        text="Old",
    )
    asked = {
        "title": "t" * MAX_NAME,
        "text": "日" * LONGEST_TEXT,
        "every": "3 months",
        "on": "second wednesday",
        "at": "11:30",
        "since": "2026-03-03",
        "audience": "team-0123456789ab",
    }
    carried = changed_fields(base, asked, TEAMS)
    assert carried == asked
    revision = Proposal.parse('{"r":"3f0f4a1e-7f07-4b3e-a5a4-1a2b3c4d5e6f"}')
    assert revision is not None
    proposal = replace(revision, key=base.key, fields=carried)
    assert proposal.fits
    assert len(str(proposal)) <= LONGEST


def test_days_of_tenure_are_read_as_people_write_them() -> None:
    base = CadenceSpec(
        "stay",
        CadenceKind.STAY_INTERVIEW,
        "Stay interviews",
        Recurrence(Unit.WEEK, 1, time(9), TODAY, weekday=0),
        Audience(managers=True),
    )
    for text, days in (("90, 180", (90, 180)), (" 30,60 ,365 ", (30, 60, 365)), ("", ())):
        made = spec_of(base, {"days": text, "months": "12"}, AROUND)
        assert (made.after_days, made.every_months) == (days, 12)
    for text in ("180, 90", "90 180", "ninety", "0", "-90", "90,", "3651", "9" * 5000):
        assert read(base, {"days": text}) == (None, {"days": "after_days"})
    for text in ("0", "25", "six", ""):
        assert read(base, {"months": text}) == (None, {"months": "months_range"})
