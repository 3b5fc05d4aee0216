"""The demo's 1:1s: the shipped file fits the sample company; a bad file is told by its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.demo.company import SAMPLE_ONE_TO_ONES, START
from bot.demo.pair_script import AFTERWARDS, Becomes, PairScript, Side, load_pairs
from bot.domain.one_to_one import Rhythm
from bot.domain.promise import Says
from bot.settings import ConfigurationError
from tests.unit.test_demo_script import sample_people

ANA, BEN, MAX = "ana@b.example", "ben@b.example", "max@b.example"
MANAGERS = {ANA: BEN, BEN: None, MAX: BEN}


def load(tmp_path: Path, text: str) -> tuple[PairScript, ...]:
    file = tmp_path / "one_to_ones.yaml"
    file.write_text(text, encoding="utf-8")
    return load_pairs(file, MANAGERS)


def test_in_the_shipped_file_every_report_meets_their_manager_in_their_own_rhythm() -> None:
    managers = {row["email"]: row["manager_email"] or None for row in sample_people()}
    pairs = load_pairs(SAMPLE_ONE_TO_ONES, managers)
    assert {pair.report for pair in pairs} == {mail for mail, boss in managers.items() if boss}
    assert {pair.every for pair in pairs} == set(Rhythm) - {Rhythm.UNSET}
    assert {pair.on for pair in pairs} == {None, 0, 1, 2, 3, 4}


def test_every_form_of_an_entry_is_read(tmp_path: Path) -> None:
    full, short = load(
        tmp_path,
        f"""\
- manager: {BEN}
  report: Ana@b.example
  every: 2 weeks
  on: tuesday
  meetings:
    - {{does: happened, note: Agreed}}
    - {{does: moved, to: 2d, after: 1h}}
  stay_interviews:
    - {{does: not_yet, told: true}}
  agenda:
    - {{week: 2, on: friday, by: report, text: A topic}}
  promises:
    - {{week: 1, on: monday, by: manager, text: A promise, within: 5d, manager_says: happened,
       report_says: no, tells: true}}
- {{manager: {BEN}, report: {MAX}, every: never}}
""",
    )
    assert (full.report, full.every, full.on) == (ANA, Rhythm.TWO_WEEKS, 1)
    assert [(o.does, o.after, o.note, o.to) for o in full.meetings] == [
        (Becomes.HAPPENED, AFTERWARDS, "Agreed", None),
        (Becomes.MOVED, timedelta(hours=1), "", timedelta(days=2)),
    ]
    assert full.stay_interviews[0].told
    assert full.agenda[0].day(START) == date(2026, 3, 13)
    promise = full.promises[0]
    assert (promise.says(Side.MANAGER), promise.says(Side.REPORT)) == (Says.HAPPENED, Says.NO)
    assert (promise.within, promise.tells) == (timedelta(days=5), True)
    assert (short.every, short.meetings) == (Rhythm.OFF, [])


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("every: fortnight", '1.every  "fortnight" is unknown  → use one of: week'),
        ("every: week", "1.on  is missing  → add the weekday"),
        ("every: week, on: tuesdy", "did you mean tuesday?"),
        ("every: never, meetings: [{does: hapened}]", "1.meetings.1.does  "),
        ("every: never, meetings: [{does: moved}]", "to  must be a day or more"),
        ("every: never, meetings: [{does: moved, to: 3h}]", "to  must be a day or more"),
        ("every: never, meetings: [{does: happened, to: 1d}]", "remove it, or write does: moved"),
        ("every: never, meetings: [{does: not_yet, note: x}]", "note  makes no sense"),
        ("every: never, agenda: [{week: 0, on: monday, by: report, text: x}]", "give 1 to 52"),
        ("every: never, agenda: [{week: 1, on: monday, by: me, text: x}]", '"me" is unknown'),
        ("every: never, agenda: [{week: 1, on: monday, by: report, text: ''}]", "is empty"),
        (
            "every: never, promises: [{week: 1, on: monday, by: report, text: x, within: 3h}]",
            "within  is not between a day and a year  → write such as 5d",
        ),
        (
            "every: never, promises: [{week: 1, on: monday, by: report, text: x, within: 3d, "
            "tells: true}]",
            "tells  makes no sense without a no",
        ),
        ("every: never, meeting: []", "is not a known key  → did you mean meetings?"),
    ],
)
def test_a_bad_entry_is_told_with_its_line_and_remedy(tmp_path: Path, rest: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, f"- {{manager: {BEN}, report: {ANA}, {rest}}}\n")
    (problem,) = caught.value.problems
    assert problem.line == 1
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("manager", "report", "said"),
    [
        (BEN, "anna@b.example", "is not on the people list  → did you mean ana@b.example?"),
        ("bem@b.example", ANA, "1.manager  bem@b.example is not on the people list"),
        (MAX, ANA, f"does not manage {ANA} on the people list  → write {BEN}"),
        (ANA, BEN, "→ give them a manager there, or remove the entry"),
    ],
)
def test_two_who_are_not_manager_and_report_are_refused(
    tmp_path: Path, manager: str, report: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, f"- {{manager: {manager}, report: {report}, every: never}}\n")
    assert said in str(caught.value)


def test_a_second_entry_for_a_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r":2  2.report  .*line 1 already  → join"):
        load(tmp_path, f"- {{manager: {BEN}, report: {ANA}, every: never}}\n" * 2)


@pytest.mark.parametrize("text", ["", "manager: x\n", "[]\n"])
def test_a_file_without_entries_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a list of managers and reports"):
        load(tmp_path, text)
