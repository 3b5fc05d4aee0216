"""What is counted of an answer, how it is told, and what becomes of units that can't be shown."""

from collections import Counter
from uuid import UUID

import pytest

from bot.domain.check_in import Value
from bot.domain.group_results import (
    Band,
    Turnout,
    favourable_share,
    option_given,
    options_of,
    shares,
    shown_figures,
    turnout,
)
from bot.domain.group_units import unit_tree
from bot.domain.packs import AudienceKind, Question, QuestionKind

ROOT, BOSS, ANNA, BEN, CLEO = (UUID(int=number) for number in range(1, 6))
FIVE = 5


def people(manager: UUID, count: int) -> dict[UUID, UUID]:
    return {UUID(int=manager.int * 1000 + number): manager for number in range(count)}


def asks(kind: QuestionKind, *options: str) -> Question:
    return Question("q", kind, AudienceKind.GROUP, {}, options)


def test_a_unit_is_everybody_below_a_manager_without_the_manager() -> None:
    staff = {**people(ANNA, 6), **people(BEN, 3), ANNA: BOSS, BEN: ANNA}
    tree = unit_tree(ROOT, [*staff, BOSS], staff)
    sizes = {unit.id: (unit.parent, unit.people, unit.own) for unit in tree.units.values()}
    assert sizes == {
        ROOT: (None, 12, 1),
        BOSS: (ROOT, 11, 1),
        ANNA: (BOSS, 10, 7),
        BEN: (ANNA, 3, 3),
    }
    assert tree.root == ROOT


def test_a_circle_of_managers_ends() -> None:
    tree = unit_tree(ROOT, [ANNA, BEN], {ANNA: BEN, BEN: CLEO, CLEO: ANNA})
    assert all(list(tree.upwards(unit))[-1] == ROOT for unit in tree.units)
    assert tree.units[ROOT].people == 2


def test_nobody_asked_is_nothing_shown() -> None:
    tree = unit_tree(ROOT, [], {})
    assert shown_figures(tree, {}, FIVE) == {}


def test_a_unit_with_the_same_people_is_shown_with_the_same_figure() -> None:
    """Nobody but Anna's people was asked, so everybody's figure is theirs."""
    staff = people(ANNA, 6)
    tree = unit_tree(ROOT, staff, staff | {ANNA: BOSS})
    counts = Counter({"4": 4, "2": 2})
    assert shown_figures(tree, {ANNA: counts}, FIVE) == {ROOT: counts, BOSS: counts, ANNA: counts}


def test_what_is_left_over_must_be_large_enough_too() -> None:
    """Ben's four can't be told from Anna's six: neither unit is shown beside everybody's."""
    staff = {**people(ANNA, 6), **people(BEN, 4)}
    tree = unit_tree(ROOT, staff, staff)
    tally = {ANNA: Counter({"4": 3, "2": 3}), BEN: Counter({"4": 2, "2": 2})}
    assert shown_figures(tree, tally, FIVE) == {ROOT: Counter({"4": 5, "2": 5})}


def test_a_few_who_said_nothing_are_not_singled_out() -> None:
    """Everybody but the boss's own two answered: Anna's unit beside everybody's would tell that."""
    staff = {**people(ANNA, 6), **people(BOSS, 2)}
    tree = unit_tree(ROOT, staff, staff)
    counts = Counter({"4": 4, "2": 2})
    assert shown_figures(tree, {ANNA: counts}, FIVE) == {ROOT: counts}


def test_only_one_team_could_be_the_reason_so_nothing_is_shown() -> None:
    """Everybody's sum has too few of any answer for Ben's or Cleo's nine to agree: that Anna's five
    did could be worked out, and what they said.
    """
    staff = {**people(ANNA, 5), **people(BEN, 9), **people(CLEO, 9)}
    tree = unit_tree(ROOT, staff, staff)
    mixed = Counter({"1": 3, "2": 3, "3": 3})
    assert shown_figures(tree, {ANNA: Counter({"5": 5}), BEN: mixed, CLEO: mixed}, FIVE) == {}
    likely = Counter({"1": 7, "2": 2})
    alike = {ANNA: Counter({"5": 5}), BEN: likely, CLEO: likely}
    assert set(shown_figures(tree, alike, FIVE)) == {ROOT}


def test_of_two_teams_one_would_know_of_the_other() -> None:
    """Whoever answered "2" in Anna's knows that hers don't agree: so Ben's would, and on what."""
    staff = {**people(ANNA, 7), **people(BEN, 8)}
    tree = unit_tree(ROOT, staff, staff)
    tally = {ANNA: Counter({"1": 5, "2": 2}), BEN: Counter({"1": 8})}
    assert shown_figures(tree, tally, FIVE) == {}


def test_one_who_differs_would_know_the_others() -> None:
    staff = people(ANNA, 6)
    tree = unit_tree(ROOT, staff, staff)
    assert shown_figures(tree, {ANNA: Counter({"4": 5, "2": 1})}, FIVE) == {}
    counts = Counter({"4": 4, "3": 1, "2": 1})
    assert shown_figures(tree, {ANNA: counts}, FIVE) == {ROOT: counts, ANNA: counts}


def test_a_team_that_agrees_hides_few_others() -> None:
    """Of nine teams of six one agrees: two others are hidden with it, and no more."""
    teams = [UUID(int=number) for number in range(10, 19)]
    staff = {person: team for team in teams for person in people(team, 6)}
    tree = unit_tree(ROOT, staff, staff)
    tally = {team: Counter({"4": 4, "2": 2}) for team in teams}
    assert set(shown_figures(tree, tally, FIVE)) == {ROOT, *teams}
    for agreed in (Counter({"4": 6}), Counter({"4": 5, "2": 1})):
        tally[teams[0]] = agreed
        assert set(shown_figures(tree, tally, FIVE)) == {ROOT, *teams[3:]}


@pytest.mark.parametrize(
    ("question", "value", "option"),
    [
        (asks(QuestionKind.RATING), Value(rating=4), "4"),
        (asks(QuestionKind.TEXT_AND_RATING), Value(rating=1, text="kestrel"), "1"),
        (asks(QuestionKind.TEXT_AND_RATING), Value(text="kestrel"), None),
        (asks(QuestionKind.TEXT), Value(text="kestrel"), None),
        (asks(QuestionKind.CHOICE, "never", "daily"), Value(choice="daily"), "daily"),
        (asks(QuestionKind.NUMBER), Value(number=0), "0"),
        (asks(QuestionKind.NUMBER), Value(number=2), "1-2"),
        (asks(QuestionKind.NUMBER), Value(number=3), "3-5"),
        (asks(QuestionKind.NUMBER), Value(number=10), "6-10"),
        (asks(QuestionKind.NUMBER), Value(number=168), "11+"),
    ],
)
def test_what_is_counted_of_an_answer(question: Question, value: Value, option: str | None) -> None:
    assert option_given(question, value) == option
    assert option is None or option in options_of(question)


def test_shares_are_whole_percents_of_every_option() -> None:
    counts = {"5": 1, "4": 4, "2": 3}
    assert shares(counts, "12345") == {"1": 0, "2": 38, "3": 0, "4": 50, "5": 13}
    assert favourable_share(counts, 4) == 63
    assert favourable_share(counts, 0) is None


@pytest.mark.parametrize(
    ("did", "did_not", "told"),
    [
        (76, 24, Turnout(75, Band.MOST)),
        (75, 25, Turnout(75, Band.MANY)),
        (6, 6, Turnout(50, Band.MANY)),
        (5, 8, Turnout(40, Band.FEW)),
        (20, 4, Turnout(None, Band.MOST)),
        (4, 20, Turnout(None, Band.FEW)),
        (0, 9, Turnout(None, Band.FEW)),
    ],
)
def test_how_many_answered_is_told_in_steps_of_five_or_bands(
    did: int, did_not: int, told: Turnout
) -> None:
    assert turnout({"answered": did, "not": did_not}, FIVE) == told
