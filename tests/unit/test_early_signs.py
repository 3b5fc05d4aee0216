"""Early signs: what a rule looks at, and how rules are written in app.yaml."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import Value
from bot.domain.early_signs import Answered, EarlySigns, SignRule
from bot.domain.organisation import Configuration
from bot.domain.policy import Policy
from bot.services.differences import differences
from bot.settings import to_yaml
from storage.packing import policy_from_json, policy_to_json
from tests.unit.test_app_yaml import complaint, complaints, file, load

START = datetime(2026, 3, 3, 9, tzinfo=UTC)
ratings = st.integers(1, 5).map(lambda rating: Value(rating=rating))
options = st.sampled_from(["never", "daily"]).map(lambda choice: Value(choice=choice))
silent = st.just(Value(text="Only words."))
values = st.lists(ratings | silent, max_size=8) | st.lists(options | silent, max_size=8)
tests = st.one_of(
    st.integers(1, 4).map(lambda n: {"fell_by": n}),
    st.integers(1, 4).map(lambda n: {"at_most": n}),
    st.integers(2, 5).map(lambda n: {"at_least": n}),
    st.just({"chose": "daily"}),
)
rules = st.builds(
    lambda test, times: SignRule("rule", "pack", "question", times=times, **test),
    tests,
    st.integers(1, 3),
)


def answered(given_values: list[Value]) -> list[Answered]:
    """One a week."""
    return [Answered(value, START + week * timedelta(7)) for week, value in enumerate(given_values)]


def met(rule: SignRule, *given_values: Value) -> bool:
    return bool(rule.rests_on(answered(list(given_values))))


def rated(*given_ratings: int) -> list[Value]:
    return [Value(rating=rating) for rating in given_ratings]


def rule(times: int = 1, **test: int | str) -> SignRule:
    return SignRule("rule", "pack", "question", times=times, **test)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "ratings", "meets"),
    [
        (rule(fell_by=2), (5, 3), True),
        (rule(fell_by=2), (3, 4, 2), True),
        (rule(fell_by=2), (5, 4), False),
        (rule(fell_by=2), (5, 4, 3), False),
        (rule(fell_by=2), (1,), False),
        (rule(2, fell_by=1), (5, 4, 3), True),
        (rule(2, fell_by=1), (5, 3), False),
        (rule(at_most=2), (2,), True),
        (rule(at_most=2), (2, 3), False),
        (rule(2, at_most=2), (2, 1), True),
        (rule(2, at_most=2), (2, 4, 1), False),
        (rule(3, at_least=4), (1, 4, 5, 4), True),
        (rule(at_least=4), (), False),
    ],
)
def test_what_meets_a_rule(of: SignRule, ratings: tuple[int, ...], *, meets: bool) -> None:
    assert met(of, *rated(*ratings)) is meets


@given(rules, values)
def test_a_sign_rests_on_the_persons_last_answers_alone(
    of: SignRule, given_values: list[Value]
) -> None:
    """On as many as the rule says, the newest first, this time's among them."""
    answers = answered(given_values)
    found = of.rests_on(answers)
    if found:
        assert len(found) == of.times + (of.fell_by is not None)
        assert found[0] == answers[-1]
        assert list(found) == sorted(found, key=lambda each: each.at, reverse=True)
        assert set(found) <= set(answers)
        assert of.rests_on(sorted(found, key=lambda each: each.at)) == found


@given(rules, values, st.data())
def test_silence_neither_fires_nor_hinders(
    of: SignRule, given_values: list[Value], data: st.DataObject
) -> None:
    """Answers without a rating or an option might as well not be there; after one, nothing is met
    by what was said before.
    """
    spoken = [value for value in given_values if value.rating or value.choice]
    place = data.draw(st.integers(0, max(0, len(spoken) - 1)))
    quiet = [*spoken[:place], Value(text="Only words."), *spoken[place:]]
    if spoken:
        assert met(of, *quiet) == met(of, *spoken)
    assert not met(of, *spoken, Value(text="Only words."))


@given(rules, st.lists(st.integers(1, 5), min_size=1, max_size=6), st.data())
def test_lower_is_never_less_low(
    of: SignRule, given_ratings: list[int], data: st.DataObject
) -> None:
    """What is met by the last answer is met by a lower one too, or by a higher one for at_least."""
    step = 1 if of.at_least is not None else -1
    beyond = data.draw(st.integers(0, 4))
    last = min(5, max(1, given_ratings[-1] + step * beyond))
    if met(of, *rated(*given_ratings)):
        assert met(of, *rated(*given_ratings[:-1], last))


@given(rules, values)
def test_more_times_in_a_row_are_never_met_before_fewer(
    of: SignRule, given_values: list[Value]
) -> None:
    if met(replace(of, times=of.times + 1), *given_values):
        assert met(of, *given_values)


# In app.yaml

WRITTEN = """
  enabled: true
  rules:
    clarity-fell: {question: ai_expectations, fell_by: 2}
    no-time-gained: {question: where_time_went, chose: more_of_the_same, times: 2}
    few-hours: {pack: ai_capacity, question: hours_saved, at_most: 0}
    no-learning: {question: time_to_learn, at_most: 2, times: 3}"""
READ = EarlySigns(
    enabled=True,
    rules=(
        SignRule("clarity-fell", "ai_check_in", "ai_expectations", fell_by=2),
        SignRule(
            "no-time-gained", "ai_capacity", "where_time_went", chose="more_of_the_same", times=2
        ),
        SignRule("few-hours", "ai_capacity", "hours_saved", at_most=0),
        SignRule("no-learning", "learning", "time_to_learn", at_most=2, times=3),
    ),
)


def test_rules_are_read_exported_and_stored() -> None:
    found = load(file(early_signs=WRITTEN))
    assert found.policy.early_signs == READ
    assert load(to_yaml(found)) == found
    assert policy_from_json(policy_to_json(found.policy)) == found.policy
    before = policy_to_json(Policy())
    del before["early_signs"]
    assert policy_from_json(before).early_signs == EarlySigns(), "of before there were any"


def test_without_them_they_are_off() -> None:
    assert load(file()).policy.early_signs == EarlySigns(enabled=False, rules=())
    assert not load(
        file(early_signs="{rules: {a: {question: hours_saved, at_most: 1}}}")
    ).policy.early_signs.enabled


@pytest.mark.parametrize("field", [each.name for each in fields(SignRule)])
def test_every_change_of_a_rule_is_told(field: str) -> None:
    other = {"key": "x", "pack": "x", "question": "x", "chose": "never"}.get(field, 5)
    rules = tuple(replace(each, **{field: other}) for each in READ.rules)  # type: ignore[arg-type]
    old, new = (
        Configuration(Policy(early_signs=signs), (), ())
        for signs in (READ, EarlySigns(enabled=True, rules=rules))
    )
    assert [d.field for d in differences(old, new)] == ["early_signs.rules"]


@pytest.mark.parametrize(
    ("written", "said", "remedy"),
    [
        ("{question: hours_savd, at_most: 1}", '"hours_savd" is no question', "hours_saved?"),
        ("{question: experience, at_most: 1}", "takes words alone", "with a rating"),
        ("{question: burnout_level, at_least: 4}", "may tell of somebody's health", "another"),
        ("{pack: bornout, question: burnout_level, at_least: 4}", "not a known pack", "burnout?"),
        ("{pack: learning, question: hours_saved, at_most: 1}", "no question", "time_to_learn"),
        ("{question: hours_saved}", "tests nothing", "exactly one of fell_by, at_most"),
        ("{question: hours_saved, at_most: 1, fell_by: 2}", "fell_by and at_most", "one of"),
        ("{question: time_to_learn, at_most: 5}", "5 is met by all answers or by none", "1 to 4"),
        ("{question: time_to_learn, fell_by: 5}", "met by all answers or by none", "1 to 4"),
        ("{question: time_to_learn, at_least: 1}", "met by all answers or by none", "2 to 5"),
        ("{question: ai_use_last_week, at_most: 2}", "there are options", "use chose:"),
        ("{question: time_to_learn, chose: agree}", "nothing is chosen there", "use fell_by"),
        ("{question: ai_use_last_week, chose: constanty}", "not an option", "constantly?"),
        ("{question: hours_saved, at_most: 1, times: 13}", "is 13", "give 1 to 12"),
        ("{question: hours_saved, at_most: 1, tells: hr}", "not a known key", ""),
        ("{question: hours_saved, at_most: true}", "not a whole number", ""),
    ],
)
def test_a_bad_rule_is_refused_at_its_line(written: str, said: str, remedy: str) -> None:
    found = complaint(file(early_signs=f"\n  rules:\n    fell: {written}"))
    assert found.startswith("app.yaml:4  early_signs.rules.fell")
    assert said in found
    assert remedy in found.partition("→")[2]


def test_rules_are_few_and_plainly_named() -> None:
    one = "{question: hours_saved, at_most: 1}"
    many = ", ".join(f"r{number}: {one}" for number in range(11))
    assert "are 11 rules  → keep 10 at most" in complaint(
        file(early_signs=f"{{rules: {{{many}}}}}")
    )
    assert "is not a key" in complaint(file(early_signs=f"{{rules: {{Not Good: {one}}}}}"))
    assert "is not a mapping" in complaints(file(early_signs="{rules: []}"))[0]


OWN_PACK = """
  ours:
    title: {en: Ours}
    questions:
      - {key: hours_saved, kind: number, audience: self, wording: {en: {text: How many?}}}"""


def test_a_question_of_two_packs_needs_its_pack() -> None:
    def written(pack: str = "") -> str:
        rule_ = f"{{{pack}question: hours_saved, at_least: 30}}"
        return file(packs=OWN_PACK, early_signs=f"{{rules: {{much: {rule_}}}}}")

    found = complaint(written())
    assert "stands in ai_capacity and ours  → add pack: and the one you mean" in found
    (read,) = load(written("pack: ours, ")).policy.early_signs.rules
    assert read.pack == "ours"
