"""Which questions a check-in asks: all of them come round, none twice before the others."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.packs import (
    AudienceKind,
    Pack,
    Question,
    QuestionKind,
    Wording,
    choose_questions,
)

KEYS = ("a", "b", "c", "d", "e")
some_keys = st.integers(1, 12).map(lambda n: tuple(f"q{i}" for i in range(n)))


def rounds(keys: tuple[str, ...], per_round: int, rotation: int, many: int) -> list[list[str]]:
    """What the next check-ins ask, one after the other."""
    asked: list[list[str]] = []
    for _ in range(many):
        chosen, rotation = choose_questions(
            keys, rotation=rotation, per_round=per_round, everything=False
        )
        asked.append(list(chosen))
    return asked


@given(keys=some_keys, per_round=st.integers(1, 15), rotation=st.integers(0, 40))
def test_a_check_in_asks_as_many_as_it_should_and_none_twice(
    keys: tuple[str, ...], per_round: int, rotation: int
) -> None:
    for chosen in rounds(keys, per_round, rotation, 5):
        assert len(chosen) == min(per_round, len(keys))
        assert len(set(chosen)) == len(chosen)
        assert set(chosen) <= set(keys)


@given(keys=some_keys, per_round=st.integers(1, 15), rotation=st.integers(0, 40))
def test_all_come_round_before_any_comes_again(
    keys: tuple[str, ...], per_round: int, rotation: int
) -> None:
    in_turn = [key for chosen in rounds(keys, per_round, rotation, 30) for key in chosen]
    for start in range(0, len(in_turn) - len(keys) + 1, len(keys)):
        assert set(in_turn[start : start + len(keys)]) == set(keys)
    times = Counter(in_turn)
    assert max(times.values()) - min(times[key] for key in keys) <= 1


@given(keys=some_keys, per_round=st.integers(1, 15), rotation=st.integers(0, 40))
def test_a_full_round_asks_all_in_order_and_leaves_the_rotation(
    keys: tuple[str, ...], per_round: int, rotation: int
) -> None:
    chosen, after = choose_questions(keys, rotation=rotation, per_round=per_round, everything=True)
    assert (chosen, after) == (keys, rotation)


def test_two_of_five_in_rotation() -> None:
    assert rounds(KEYS, 2, 0, 4) == [["a", "b"], ["c", "d"], ["e", "a"], ["b", "c"]]


def test_a_pack_that_shrank_goes_on_within_its_questions() -> None:
    assert rounds(("a", "b", "c"), 2, 4, 2) == [["b", "c"], ["a", "b"]]


WORDING = {"en": Wording("How?"), "de": Wording("Wie?"), "de-AT": Wording("Wia?")}


@pytest.mark.parametrize(
    ("locale", "text"),
    [("de-AT", "Wia?"), ("de-CH", "Wie?"), ("de_DE", "Wie?"), ("fr", "How?"), ("", "How?")],
)
def test_a_question_speaks_the_readers_language_or_english(locale: str, text: str) -> None:
    question = Question("q", QuestionKind.TEXT, AudienceKind.SELF, WORDING)
    assert question.words(locale).text == text


def test_a_question_without_english_still_says_something() -> None:
    question = Question("q", QuestionKind.TEXT, AudienceKind.SELF, {"fr": Wording("Quoi ?")})
    assert question.words("de").text == "Quoi ?"


def test_a_pack_knows_its_questions_and_its_name() -> None:
    question = Question("q", QuestionKind.TEXT, AudienceKind.SELF, WORDING)
    pack = Pack("pulse", {"en": "Pulse", "de": "Puls"}, (question,))
    assert pack.question("q") is question
    with pytest.raises(KeyError):
        pack.question("other")
    assert [pack.name(locale) for locale in ("de-AT", "fr", "en_GB")] == ["Puls", "Pulse", "Pulse"]
    assert Pack("pulse", {}, ()).name("en") == "pulse"


@pytest.mark.parametrize("kind", QuestionKind)
def test_kinds_say_what_they_take(kind: QuestionKind) -> None:
    question = Question("q", kind, AudienceKind.SELF, WORDING)
    assert question.takes_text is ("text" in kind.value)
    assert question.takes_rating is ("rating" in kind.value)
