"""Which answers get one more question, and which one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import Asked, AskedQuestion, CheckIn, State
from bot.domain.follow_up import asks_back, fitting, in_turn, is_short
from bot.domain.packs import (
    AudienceKind,
    FollowUp,
    Pack,
    Question,
    QuestionKind,
    When,
    Wording,
    parent_of,
)
from prompts.library import load_packs

words = st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=9)
whens = st.sampled_from(list(When))


def question(*kinds: When) -> Question:
    follow_ups = tuple(FollowUp(f"f{i}", when, {"en": f"F{i}?"}) for i, when in enumerate(kinds))
    starters = {"any": "Ask.", "question": "Answer.", "fell": "Ask what changed."}
    wording = {"en": Wording("How is it?", starters=starters)}
    return Question(
        "how",
        QuestionKind.TEXT_AND_RATING,
        AudienceKind.MANAGER,
        wording,
        counted=True,
        follow_ups=follow_ups,
    )


def a_check_in(*asked: AskedQuestion) -> CheckIn:
    ids = [uuid4() for _ in range(7)]
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    return CheckIn(*ids, "2026-W10", State.OPEN, now, now + timedelta(days=6), asked)


@pytest.mark.parametrize(
    "text",
    ["Fine.", "ok", "all good here", "so-so", "geht so", "👍", "pas mal du tout", "没问题", "n/a"],
)
def test_says_very_little(text: str) -> None:
    assert is_short(text)
    assert is_short(f"  {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "7",
        "3/5",
        "80 %",
        "-1,5",
        "The release went well, at last",
        "ok\nbut the planning is slow",
        "今週は新しい地図の公開があり、チーム全員で夜遅くまで確認作業をしていましたので、とても疲れましたが満足です",
    ],
)
def test_says_enough(text: str) -> None:
    assert not is_short(text)


@pytest.mark.parametrize(
    "text",
    [
        "May I?",
        "Who decides? I don't.",
        "wer entscheidet das?!",
        "¿Puedo usarlo?",
        "可以吗\N{FULLWIDTH QUESTION MARK}",
        "هل؟",
    ],
)
def test_asks_something_back(text: str) -> None:
    assert asks_back(text)


@pytest.mark.parametrize("text", ["Yes.", "https://maps.example/?at=47.1", "Fine!", "so that? is"])
def test_asks_nothing(text: str) -> None:
    assert asks_back(text) == (text == "so that? is")


@given(st.lists(words, min_size=4, max_size=30).map(" ".join).filter(lambda t: len(t) > 20))
def test_more_words_are_enough(text: str) -> None:
    """And whatever is added, it stays so."""
    assert not is_short(text)
    assert not is_short(f"{text}\nand one more")


@given(st.lists(whens, max_size=6), st.text(max_size=60))
def test_what_may_follow_fits_the_answer(kinds: list[When], text: str) -> None:
    """Only what is for such an answer, what is for every one last; nothing where it says enough."""
    asked = question(*kinds)
    found = fitting(asked, text)
    wanted = {When.SHORT: is_short(text), When.QUESTION: asks_back(text)}
    wanted[When.ANY] = any(wanted.values())
    assert {f.key for f in found} == {f.key for f in asked.follow_ups if wanted[f.when]}
    order = [When.QUESTION, When.SHORT, When.ANY]
    assert [each.when for each in found] == sorted((each.when for each in found), key=order.index)


@given(st.lists(whens, min_size=1, max_size=6), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_all_of_the_best_kind_come_round(kinds: list[When], day: date) -> None:
    found = fitting(question(*kinds), "Why?")
    best = [each for each in found if each.when is found[0].when] if found else []
    weeks = [day + timedelta(weeks=number) for number in range(len(best))]
    assert {in_turn(found, week).key for week in weeks} == {each.key for each in best}


def test_a_follow_up_is_a_question_of_its_pack() -> None:
    """For words, for the same readers, counted nowhere, right behind its own question."""
    other = Question("else", QuestionKind.TEXT, AudienceKind.MANAGER, {"en": Wording("Else?")})
    pack = Pack("some", {"en": "Some"}, (question(When.ANY, When.SHORT), other))
    found = pack.question("how.f1")
    assert (found.key, found.kind, found.audience) == (
        "how.f1",
        QuestionKind.TEXT,
        AudienceKind.MANAGER,
    )
    assert found.words("de").text == "F1?"
    assert found.words("de").starters == {"any": "Ask.", "question": "Answer."}
    assert not found.is_counted
    assert pack.keys == ("how", "how.f0", "how.f1", "else")
    assert parent_of("how.f1") == "how"
    assert parent_of("how") == ""
    for unknown in ("how.f2", "else.f0", "f0", ".f0", "how.", "how.f0.f0"):
        with pytest.raises(KeyError):
            pack.question(unknown)


@given(st.integers(1, 5), st.data())
def test_its_place_is_behind_its_question(count: int, data: st.DataObject) -> None:
    asked = tuple(AskedQuestion(f"q{number}", 2 * number) for number in range(count))
    parent = f"q{data.draw(st.integers(0, count - 1))}"
    before = a_check_in(*asked)
    after = before.with_follow_up(f"{parent}.more", Asked.PENDING)
    keys = [question.key for question in after.questions]
    assert keys.index(f"{parent}.more") == keys.index(parent) + 1
    assert [question.position for question in after.questions] == list(range(count + 1))
    assert after.follow_up() == after.asked(f"{parent}.more")
    without = after.without_question(f"{parent}.more")
    assert [q.key for q in without.questions] == [q.key for q in asked]
    assert without.follow_up() is None


def test_those_that_come_with_the_packs_can_be_answered_by_everybody() -> None:
    """One after short answers and one after questions at least; all of them ask something, and
    none twice."""
    texts: list[str] = []
    for pack in load_packs().values():
        for each in pack.questions:
            if each.follow_ups:
                assert {f.when for f in each.follow_ups} >= {When.SHORT, When.QUESTION}
            for follow_up in each.follow_ups:
                assert follow_up.wording.keys() == each.wording.keys()
                texts += follow_up.wording.values()
    assert len(texts) > 20
    assert len(set(texts)) == len(texts)
    assert all(text.endswith("?") and text.count("?") == 1 and len(text) < 90 for text in texts)
