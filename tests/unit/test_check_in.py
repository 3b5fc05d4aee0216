"""A check-in's rules: what typed and pressed input becomes, and when the conversation is open."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import (
    ANSWERABLE,
    MAX_TEXT,
    Asked,
    AskedQuestion,
    CheckIn,
    Refused,
    State,
    Value,
    audience_of,
    clean_text,
    parse_number,
    parse_pressed,
    parse_typed,
)
from bot.domain.packs import AudienceKind, Question, QuestionKind, Wording

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
MANAGER = UUID(int=9)
RLO, LRM, ZWSP, BOM, ZWNJ, ZWJ = "\u202e", "\u200e", "\u200b", "\ufeff", "\u200c", "\u200d"

# What the specification of Unicode calls format, control, surrogate and private characters.
HIDDEN = {"Cf", "Cc", "Cs", "Co"}
INVISIBLE = st.characters(categories=sorted(HIDDEN), exclude_characters=ZWNJ + ZWJ)
ANY_TEXT = st.text(st.one_of(st.characters(), INVISIBLE), max_size=60)


def visible(text: str) -> str:
    """The characters of a text that leave a mark, composed."""
    marks = (c for c in text if not c.isspace() and unicodedata.category(c) not in HIDDEN)
    return unicodedata.normalize("NFC", "".join(marks))


def refusal(do: object, *arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        do(*arguments)  # type: ignore[operator]  # a function of the module under test
    return refused.value.code


@given(raw=ANY_TEXT)
def test_no_text_does_anything_but_pass_or_be_refused(raw: str) -> None:
    if not visible(raw):
        assert refusal(clean_text, raw) == "empty"
        return
    cleaned = clean_text(raw)
    assert cleaned == cleaned.strip()
    assert all(c in "\n\t" + ZWNJ + ZWJ or unicodedata.category(c) not in HIDDEN for c in cleaned)


@given(words=st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1))
def test_every_visible_character_stays_where_it_was(words: str) -> None:
    if visible(words):
        assert visible(clean_text(words)) == visible(words)


@given(
    words=st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=20),
    hidden=st.lists(INVISIBLE.filter(lambda c: c not in "\n\t\r"), min_size=1, max_size=20),
)
def test_hidden_characters_between_the_words_are_gone(words: str, hidden: list[str]) -> None:
    composed = unicodedata.normalize("NFC", words)
    laced = "".join(c + hidden[i % len(hidden)] for i, c in enumerate(composed))
    assert visible(clean_text(laced)) == visible(composed)
    assert not set(clean_text(laced)) & set(hidden)


@given(raw=ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    try:
        once = clean_text(raw)
    except Refused:
        return
    assert clean_text(once) == once


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (f"e{ZWSP}\u0301", "é"),
        (f"{RLO}evil{LRM}{ZWSP}{BOM}", "evil"),
        ("שלום עולם", "שלום עולם"),
        (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم"),
        (f"👩{ZWJ}💻 ok", f"👩{ZWJ}💻 ok"),
        ("one\r\ntwo\ttabbed", "one\ntwo\ttabbed"),
        ("a\x00b\x1bc", "abc"),
        ("Cafe\u0301", "Café"),
        ("<!channel> *hi*", "<!channel> *hi*"),
    ],
)
def test_texts_of_many_scripts(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize(
    "raw", ["", "  \n\t ", ZWSP * 5, RLO + LRM, ZWJ + ZWNJ, "\x00\x07", f"{ZWJ}\xa0{ZWJ}"]
)
def test_nothing_visible_is_refused(raw: str) -> None:
    assert refusal(clean_text, raw) == "empty"


def test_the_limit_counts_what_is_kept() -> None:
    assert clean_text("x" * MAX_TEXT + ZWSP * 50) == "x" * MAX_TEXT
    assert refusal(clean_text, "x" * (MAX_TEXT + 1)) == "too_long"
    assert refusal(clean_text, "x" * 40_000) == "too_long"


# Answers by kind of question


def question(kind: QuestionKind, **changes: object) -> Question:
    given_ = Question("q", kind, AudienceKind.MANAGER, {"en": Wording("Q?")}, ("never", "daily"))
    return replace(given_, **changes)  # type: ignore[arg-type]  # the fields' names are checked


TEXT, RATING = question(QuestionKind.TEXT), question(QuestionKind.RATING)
BOTH, CHOICE = question(QuestionKind.TEXT_AND_RATING), question(QuestionKind.CHOICE)
NUMBER = question(QuestionKind.NUMBER, low_number=1, high_number=168)
LABELS = {"never": "Never at all", "daily": "Every Day"}


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (TEXT, " Fine ", Value(text="Fine")),
        (TEXT, "4", Value(text="4")),
        (RATING, "5", Value(rating=5)),
        (RATING, f" 1{ZWSP}", Value(rating=1)),
        (BOTH, "3", Value(rating=3)),
        (BOTH, "3 is fair", Value(text="3 is fair")),
        (BOTH, "6", Value(text="6")),
        (CHOICE, "daily", Value(choice="daily")),
        (CHOICE, "NEVER AT ALL", Value(choice="never")),
        (CHOICE, "every day", Value(choice="daily")),
        (NUMBER, "168", Value(number=168)),
        (NUMBER, " 007 ", Value(number=7)),
    ],
)
def test_typed_text_becomes_a_value(asked: Question, typed: str, value: Value) -> None:
    assert parse_typed(asked, typed, LABELS) == value


@pytest.mark.parametrize(
    ("asked", "typed", "code"),
    [
        (RATING, "6", "not_a_rating"),
        (RATING, "0", "not_a_rating"),
        (RATING, "five", "not_a_rating"),
        (RATING, "4.5", "not_a_rating"),
        (CHOICE, "weekly", "not_an_option"),
        (NUMBER, "0", "not_a_number"),
        (NUMBER, "169", "not_a_number"),
        (NUMBER, "-3", "not_a_number"),
        (NUMBER, "1e2", "not_a_number"),
        (NUMBER, "99999", "not_a_number"),
        (TEXT, ZWSP, "empty"),
        (BOTH, "x" * (MAX_TEXT + 1), "too_long"),
    ],
)
def test_typed_text_that_does_not_fit_is_refused(asked: Question, typed: str, code: str) -> None:
    assert refusal(parse_typed, asked, typed, LABELS) == code


@given(typed=ANY_TEXT, kind=st.sampled_from(QuestionKind))
def test_any_text_is_a_value_of_the_questions_kind_or_refused(
    typed: str, kind: QuestionKind
) -> None:
    asked = question(kind)
    try:
        value = parse_typed(asked, typed, LABELS)
    except Refused:
        return
    assert not value.is_empty
    assert asked.takes_text or not value.text
    assert asked.takes_rating or value.rating is None
    assert value.choice in {"", *asked.options}


@given(text=st.text(max_size=8))
def test_a_number_is_within_its_limits_or_refused(text: str) -> None:
    try:
        number = parse_number(NUMBER, text)
    except Refused:
        assert refusal(parse_number, NUMBER, text) == "not_a_number"
        return
    assert 1 <= number <= 168


@pytest.mark.parametrize(
    ("asked", "pressed", "value"),
    [
        (RATING, "1", Value(rating=1)),
        (BOTH, "5", Value(rating=5)),
        (CHOICE, "daily", Value(choice="daily")),
    ],
)
def test_a_press_becomes_a_value(asked: Question, pressed: str, value: Value) -> None:
    assert parse_pressed(asked, pressed) == value


@pytest.mark.parametrize(
    ("asked", "pressed"),
    [
        *((RATING, forged) for forged in ("0", "6", "", "5 ", "five", "٣")),
        *((CHOICE, forged) for forged in ("Daily", "weekly", "1", "")),
        (TEXT, "1"),
        (NUMBER, "1"),
    ],
)
def test_what_was_not_offered_is_refused(asked: Question, pressed: str) -> None:
    assert refusal(parse_pressed, asked, pressed) == "not_offered"


def test_more_text_goes_under_the_same_answer() -> None:
    assert Value(text="a", rating=2).appended("b") == Value(text="a\nb", rating=2)
    assert Value(rating=2).appended("b") == Value(text="b", rating=2)


@pytest.mark.parametrize(
    ("kind", "manager", "expected"),
    [
        (AudienceKind.MANAGER, MANAGER, (AudienceKind.MANAGER, (MANAGER,))),
        (AudienceKind.MANAGER, None, (AudienceKind.SELF, ())),
        (AudienceKind.GROUP, MANAGER, (AudienceKind.GROUP, ())),
        (AudienceKind.SELF, MANAGER, (AudienceKind.SELF, ())),
    ],
)
def test_the_audience_is_the_manager_who_was_shown_or_nobody(
    kind: AudienceKind, manager: UUID | None, expected: tuple[AudienceKind, tuple[UUID, ...]]
) -> None:
    assert audience_of(replace(TEXT, audience=kind), manager) == expected


# The conversation


def check_in(**changes: object) -> CheckIn:
    given_ = CheckIn(
        id=UUID(int=1),
        organisation_id=UUID(int=2),
        occurrence_id=UUID(int=3),
        cadence_id=UUID(int=4),
        revision_id=UUID(int=5),
        pack_revision_id=UUID(int=6),
        person_id=UUID(int=7),
        period="2026-W10",
        state=State.OPEN,
        opened_at=NOW,
        closes_at=NOW + 6 * DAY,
        questions=(AskedQuestion("a", 0), AskedQuestion("b", 1), AskedQuestion("c", 2)),
        reminders=(NOW + DAY, NOW + 3 * DAY),
        active_until=NOW + DAY,
    )
    return replace(given_, **changes)  # type: ignore[arg-type]  # the fields' names are checked


def asked_at(*moments: datetime | None) -> tuple[AskedQuestion, ...]:
    return tuple(
        AskedQuestion(key, n, Asked.ASKED if moment else Asked.PENDING, moment)
        for n, (key, moment) in enumerate(zip("abc", moments, strict=True))
    )


def latest(questions: tuple[AskedQuestion, ...], moment: datetime) -> str | None:
    found = check_in(questions=questions).last_asked_before(moment)
    return found.key if found else None


def test_text_answers_the_question_delivered_last_before_it() -> None:
    questions = asked_at(NOW, NOW + HOUR, None)
    assert latest(questions, NOW - SECOND) is None
    assert latest(questions, NOW) == "a"
    assert latest(questions, NOW + HOUR - SECOND) == "a"
    assert latest(questions, NOW + DAY) == "b"


def test_of_two_delivered_together_the_later_one_is_meant() -> None:
    for order in permutations(asked_at(NOW, NOW, None)):
        assert latest(order, NOW) == "b"


def test_a_question_asked_again_is_the_last_one() -> None:
    assert latest(asked_at(NOW + 2 * HOUR, NOW + HOUR, None), NOW + DAY) == "a"


def test_nothing_asked_is_nothing_meant() -> None:
    assert latest(asked_at(None, None, None), NOW + DAY) is None


@pytest.mark.parametrize(
    ("states", "key"),
    [
        ((Asked.PENDING, Asked.PENDING), "a"),
        ((Asked.ASKED, Asked.PENDING), "a"),
        ((Asked.ANSWERED, Asked.PENDING), "b"),
        ((Asked.SKIPPED, Asked.ASKED), "b"),
        ((Asked.ANSWERED, Asked.SKIPPED), None),
    ],
)
def test_the_next_question_is_neither_answered_nor_skipped(
    states: tuple[Asked, Asked], key: str | None
) -> None:
    questions = tuple(AskedQuestion(k, n, states[n]) for n, k in enumerate("ab"))
    upcoming = check_in(questions=questions).next_question()
    assert (upcoming.key if upcoming else None) == key


def test_a_question_is_changed_in_its_place() -> None:
    changed = check_in().with_question(AskedQuestion("b", 1, Asked.ANSWERED))
    assert [q.key for q in changed.questions] == ["a", "b", "c"]
    assert changed.asked("b").state is Asked.ANSWERED
    assert changed.asked("a").state is Asked.PENDING
    with pytest.raises(KeyError):
        changed.asked("d")


@pytest.mark.parametrize(
    ("changes", "wakes"),
    [
        ({}, NOW + DAY),
        ({"state": State.OFFERED}, NOW + DAY),
        ({"reminders_done": 1}, NOW + 3 * DAY),
        ({"reminders_done": 2}, NOW + 6 * DAY),
        ({"reminders": ()}, NOW + 6 * DAY),
        ({"reminders": (NOW + 9 * DAY,)}, NOW + 6 * DAY),
        ({"state": State.WAITING}, NOW + 6 * DAY),
        ({"state": State.SNOOZED, "snoozed_until": NOW + HOUR}, NOW + HOUR),
        ({"state": State.SNOOZED, "snoozed_until": NOW + 9 * DAY}, NOW + 6 * DAY),
    ],
)
def test_time_wakes_it_for_the_nearest_thing(changes: dict[str, object], wakes: datetime) -> None:
    assert check_in(**changes).next_wake() == wakes


@pytest.mark.parametrize("state", sorted(set(State) - ANSWERABLE))
def test_nothing_wakes_what_is_over(state: State) -> None:
    assert check_in(state=state).next_wake() is None


@pytest.mark.parametrize("state", State)
def test_only_an_open_conversation_holds_the_place(state: State) -> None:
    holds = state in {State.OFFERED, State.OPEN}
    assert check_in(state=state).holds_place(NOW) is holds


@pytest.mark.parametrize(
    ("now", "changes", "holds"),
    [
        (NOW + DAY - SECOND, {}, True),
        (NOW + DAY, {}, False),
        (NOW + 2 * DAY, {"active_until": None}, True),
        (NOW + 6 * DAY - SECOND, {"active_until": None}, True),
        (NOW + 6 * DAY, {"active_until": None}, False),
        (NOW + 6 * DAY, {"active_until": NOW + 9 * DAY}, False),
    ],
)
def test_ignored_or_closed_it_frees_the_place(
    now: datetime, changes: dict[str, object], holds: bool
) -> None:
    assert check_in(**changes).holds_place(now) is holds
