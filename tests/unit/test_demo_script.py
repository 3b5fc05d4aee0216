"""The demo's answers: the shipped file fits the sample company; a bad file is told by its line."""

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

import bot.demo
from bot.demo.script import ANSWERING, Answer, Deed, Edit, SnoozeFor, Turn, load_answers
from bot.domain.packs import parent_of
from bot.settings import ConfigurationError
from prompts.library import load_packs

DEMO = Path(bot.demo.__file__).parent
WEEKLY = [question.key for question in load_packs()["ai_check_in"].questions]
MONTHLY = [question.key for question in load_packs()["ai_capacity"].questions]
CLARITY = [question.key for question in load_packs()["ai_clarity"].questions]
QUESTIONS = [*WEEKLY, *MONTHLY, *CLARITY, *load_packs()["ai_check_in"].keys]


def sample_people() -> list[dict[str, str]]:
    with (DEMO / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def turns() -> tuple[Turn, ...]:
    people = [row["email"] for row in sample_people()]
    return load_answers(DEMO / "answers.yaml", people=people, questions=QUESTIONS)


def test_the_sample_company_has_three_managers_and_twelve_employees_in_four_zones() -> None:
    people = {row["email"]: row for row in sample_people()}
    managers = {row["manager_email"] for row in people.values()} - {""}
    assert len(people) == 15
    assert len(managers) == 3
    assert managers <= people.keys()
    assert any(people[manager]["manager_email"] for manager in managers)
    assert {ZoneInfo(row["time_zone"]).key for row in people.values()} == {
        "Europe/Berlin",
        "America/Los_Angeles",
        "Pacific/Auckland",
        "Europe/London",
    }
    (admin,) = [mail for mail, row in people.items() if row["role"] == "hr_admin"]
    assert admin not in managers


def test_the_shipped_answers_show_every_way_to_behave(turns: tuple[Turn, ...]) -> None:
    assert {turn.does for turn in turns} == set(Deed)
    assert {turn.week for turn in turns} == {1, 2, 3, 4}
    said = [answer for turn in turns for answer in turn.answers.values()]
    assert any(answer.undo for answer in said)
    assert any(answer.only_me for answer in said)
    assert any(len(answer.bubbles) == 2 for answer in said)
    assert any(answer.text.rstrip().endswith("?") for answer in said)
    assert max(len(answer.text) for answer in said) > 1000
    assert any(turn.edit for turn in turns)


def test_whoever_answers_has_an_answer_whichever_questions_come_up(
    turns: tuple[Turn, ...],
) -> None:
    for turn in turns:
        asked = {*WEEKLY, *(MONTHLY if turn.week == 4 else ())}
        given = {key for key in turn.answers if not parent_of(key)} - set(CLARITY)
        assert given == (asked if turn.does in ANSWERING else set())


def test_the_survey_has_enough_varied_answers_to_show(turns: tuple[Turn, ...]) -> None:
    """Of Mara's people, who alone are asked, and in the one week in which they are."""
    under = {"mara@fernweh.example", "tomas@fernweh.example"}
    mails = {row["email"] for row in sample_people() if row["manager_email"] in under}
    for key in CLARITY:
        said = [(t.person, t.week, t.answers[key].rating) for t in turns if key in t.answers]
        assert {person for person, _, _ in said} <= mails
        assert {week for _, week, _ in said} == {3}
        assert len(said) >= 5
        assert len({rating for _, _, rating in said}) > 1


def test_ratings_move_both_ways_over_the_weeks(turns: tuple[Turn, ...]) -> None:
    def ratings(name: str) -> list[int | None]:
        mine = [turn for turn in turns if turn.person == f"{name}@fernweh.example"]
        return [turn.answers["ai_expectations"].rating for turn in mine]

    assert ratings("ana") == [4, 3, 2, 2]
    assert ratings("jonas") == [2, 2, 3, 4]


def test_who_declined_or_never_answers_stays_silent(turns: tuple[Turn, ...]) -> None:
    deeds = Counter((turn.person, turn.does) for turn in turns)
    assert deeds["ruby@fernweh.example", Deed.IGNORES] == 4
    assert [turn.does for turn in turns if turn.person.startswith("kwame")] == [Deed.DECLINES]


def load(tmp_path: Path, text: str) -> tuple[Turn, ...]:
    file = tmp_path / "answers.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    return load_answers(file, people=["ana@b.example", "ben@b.example"], questions=QUESTIONS)


def test_every_form_of_an_entry_is_read(tmp_path: Path) -> None:
    typed, snoozed, paused = load(
        tmp_path,
        """\
        - person: Ana@b.example
          week: 1
          after: 40m
          does: types
          answers:
            experience: Good
            ways_of_working: [First, Second]
            ai_expectations: {rating: 2, text: Hm, undo: true}
            ai_use: {choice: daily, only_me: true}
            ai_wish: {number: 3}
          edits: {experience: Better, after: 1d}
        - {person: ben@b.example, week: 1, does: snoozes, snooze_for: tomorrow,
           answers: {experience: Ok}}
        - {person: ben@b.example, week: 2, after: 3h, does: pauses, pause_days: 9}
        """,
    )
    assert typed == Turn(
        person="ana@b.example",
        week=1,
        after=timedelta(minutes=40),
        does=Deed.TYPES,
        answers={
            "experience": Answer(("Good",)),
            "ways_of_working": Answer(("First", "Second")),
            "ai_expectations": Answer(("Hm",), rating=2, undo=True),
            "ai_use": Answer(choice="daily", only_me=True),
            "ai_wish": Answer(number=3),
        },
        edit=Edit({"experience": "Better"}, timedelta(days=1)),
    )
    assert typed.answers["ways_of_working"].text == "First\nSecond"
    assert (snoozed.snooze_for, snoozed.after) == (SnoozeFor.TOMORROW, timedelta())
    assert (paused.pause_days, paused.answers) == (9, {})


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("week: 1, does: ignores", ":1  1.person  is missing  → add person:"),
        ("person: ana, week: 1, does: ignores", '"ana" is not an e-mail address'),
        ("person: anna@b.example, week: 1, does: ignores", "did you mean ana@b.example?"),
        ("person: ana@b.example, week: 0, does: ignores", "1.week  is 0  → give 1 to 52"),
        ("person: ana@b.example, week: 1, does: skip", '"skip" is unknown  → did you mean skips?'),
        ("person: ana@b.example, week: 1, does: skips, after: soon", "write such as 40m, 3h or 1d"),
        ("person: ana@b.example, week: 1, does: snoozes, answers: {ai_use: x}", "snooze_for"),
        ("person: ana@b.example, week: 1, does: skips, snooze_for: hour", "makes no sense"),
        ("person: ana@b.example, week: 1, does: pauses", "1.pause_days  is missing"),
        ("person: ana@b.example, week: 1, does: pauses, pause_days: -1", "give 1 to 366"),
        ("person: ana@b.example, week: 1, does: types", "1.answers  are missing"),
        ("person: ana@b.example, week: 1, does: skips, answers: {ai_use: x}", "make no sense"),
        ("person: ana@b.example, week: 1, does: types, answers: {ai_us: x}", "did you mean ai_use"),
        ("person: ana@b.example, week: 1, does: types, answers: {ai_use: ''}", "is empty"),
        ("person: ana@b.example, week: 1, does: types, answers: {ai_use: 5}", "5 is not a mapping"),
        (
            "person: ana@b.example, week: 1, does: types, answers: {ai_use: {rating: 6}}",
            "1.answers.ai_use.rating  is 6  → give 1 to 5",
        ),
        (
            "person: ana@b.example, week: 1, does: types, answers: {ai_use: {undoes: true}}",
            "1.answers.ai_use.undoes  is not a known key  → did you mean undo?",
        ),
        (
            "person: ana@b.example, week: 1, does: types, answers: {ai_use: x}, "
            "edits: {ai_wish: y, after: 1d}",
            '"ai_wish" was not answered',
        ),
        (
            "person: ana@b.example, week: 1, does: types, answers: {ai_use: x}, edits: {ai_use: y}",
            "1.edits.after  is missing",
        ),
        ("person: ana@b.example, week: 1, does: skips, pesron: x", "did you mean person?"),
    ],
)
def test_a_bad_entry_is_told_with_its_line_and_remedy(
    tmp_path: Path, entry: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, f"- {{{entry}}}\n")
    (problem,) = caught.value.problems
    assert problem.line == 1
    assert said in str(caught.value)


def test_two_entries_for_one_person_and_week_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r":2  2  .*week 1 on line 1 already  → join"):
        load(tmp_path, "- {person: ana@b.example, week: 1, does: skips}\n" * 2)


@pytest.mark.parametrize("text", ["", "person: x\n", "[]\n"])
def test_a_file_without_turns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a list of turns"):
        load(tmp_path, text)
