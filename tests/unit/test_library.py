"""What is shipped: question packs that are whole and verbatim, and the words of commands."""

from __future__ import annotations

from importlib.resources import files

import pytest

from bot.domain.check_in import MAX_TEXT
from bot.domain.packs import AudienceKind, QuestionKind
from prompts.library import (
    command_before,
    command_in,
    commands,
    load_packs,
)
from prompts.pack_file import STARTER_RULES

PACKS = load_packs()


def test_the_shipped_packs() -> None:
    assert set(PACKS) == {
        "ai_capacity",
        "ai_check_in",
        "ai_clarity",
        "burnout",
        "collaboration_trust",
        "learning",
        "role_redesign",
        "stay_interview",
    }


def test_the_five_questions_are_verbatim_and_in_order() -> None:
    asked = [(q.key, q.kind, q.words("en").text) for q in PACKS["ai_check_in"].questions]
    assert asked == [
        ("experience", "text", "How is your work experience overall?"),
        ("ways_of_working", "text", "How's the way we work working for you?"),
        ("ai_use", "text", "How are you using AI?"),
        ("ai_wish", "text", "How do you want to use AI?"),
        (
            "ai_expectations",
            "text_and_rating",
            "Are you clear on the company's expectations for how to use AI?",
        ),
    ]


def test_the_rating_beside_the_fifth_question() -> None:
    question = PACKS["ai_check_in"].question("ai_expectations")
    words = question.words("en-GB")
    assert question.shows_expectations
    assert (words.low, words.high) == ("not at all clear", "completely clear")
    assert words.points[0] == words.low
    assert words.points[4] == words.high


def test_the_burnout_item_is_verbatim_and_off_by_default() -> None:
    pack = PACKS["burnout"]
    words = pack.questions[0].words("en")
    assert not pack.on_by_default
    assert words.text == (
        "Overall, based on your definition of burnout, how would you rate your level of burnout?"
    )
    assert words.points == (
        "I enjoy my work. I have no symptoms of burnout.",
        "I am under stress, and don't always have as much energy as I did, "
        "but I don't feel burned out.",
        "I am definitely burning out and have one or more symptoms of burnout, "
        "e.g. emotional exhaustion.",
        "The symptoms of burnout that I'm experiencing won't go away. "
        "I think about work frustrations a lot.",
        "I feel completely burned out. I am at the point where I may need to seek help.",
    )


def test_the_agree_statements_are_as_written() -> None:
    assert [q.words("en").text for q in PACKS["ai_clarity"].questions] == [
        "I understand how my daily AI use aligns with company goals.",
        "I know how our company plans to achieve its AI goals.",
        "I know what I may and may not use AI for.",
        "My manager supports our team's use of AI.",
    ]


def test_who_reads_each_shipped_pack() -> None:
    groups = {"ai_clarity", "burnout", "collaboration_trust"}
    for key, pack in PACKS.items():
        audience = AudienceKind.GROUP if key in groups else AudienceKind.MANAGER
        assert {question.audience for question in pack.questions} == {audience}, key


def test_which_shipped_questions_are_counted_and_from_where_on_ratings_are_favourable() -> None:
    counted = {(p.key, q.key) for p in PACKS.values() for q in p.questions if q.counted}
    assert counted == {("learning", "time_to_learn")}
    favourable = {
        (pack.key, question.key): question.favourable_from
        for pack in PACKS.values()
        for question in pack.questions
        if question.favourable_from
    }
    agree = {("ai_clarity", question.key) for question in PACKS["ai_clarity"].questions}
    together = {("collaboration_trust", key) for key in ("can_rely", "raise_problems")}
    assert favourable == dict.fromkeys(agree | together | counted, 4)


def test_the_stay_interview_is_a_conversation_and_never_asks_about_leaving() -> None:
    pack = PACKS["stay_interview"]
    assert not pack.by_message
    assert [key for key, other in PACKS.items() if not other.by_message] == ["stay_interview"]
    assert not any("leav" in question.words("en").text for question in pack.questions)


def test_every_shipped_question_has_what_its_kind_needs() -> None:
    for pack in PACKS.values():
        for question in pack.questions:
            words = question.words("en")
            assert len(set(words.points)) == (5 if question.takes_rating else 0)
            assert (question.kind is QuestionKind.CHOICE) == bool(question.options)
            assert question.options == tuple(words.options)
            assert len(words.text) < MAX_TEXT


def test_every_named_question_has_a_starter_for_the_manager() -> None:
    for pack in PACKS.values():
        for question in pack.questions:
            named = question.audience is AudienceKind.MANAGER
            assert ("any" in question.words("en").starters) == named, question.key


def test_the_check_in_has_a_starter_for_every_rule_that_can_hold() -> None:
    for question in PACKS["ai_check_in"].questions:
        rated = STARTER_RULES if question.takes_rating else {"any", "question"}
        assert set(question.words("en").starters) == rated


def test_starters_are_one_sentence_and_judge_nobody() -> None:
    opinions = (
        "score",
        "feel",
        "seem",
        "risk",
        "concern",
        "burn",
        "unhappy",
        "morale",
        "should be",
    )
    for pack in PACKS.values():
        for question in pack.questions:
            for starter in question.words("en").starters.values():
                assert starter.endswith(".")
                assert ". " not in starter
                assert "{" not in starter
                assert len(starter) <= 120
                assert not any(word in starter.lower() for word in opinions), starter


def test_every_pack_file_says_where_its_wording_comes_from() -> None:
    for key in PACKS:
        file = files("prompts") / "questions" / f"{key}.yaml"
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# ")
        assert any(word in first for word in ("verbatim", "Own wording", "Paraphrased")), key


def test_the_caller_may_change_the_dictionary_it_gets() -> None:
    load_packs().clear()
    assert load_packs() == PACKS


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("help", "help"),
        ("  HELP ", "help"),
        ("Help!", "help"),
        ("?", "help"),
        ("my  answers", "my_answers"),
        ("Not for me.", "stop"),
        ("Let\N{RIGHT SINGLE QUOTATION MARK}s start", "start"),
        ("pause", "pause"),
        ("resume", "resume"),
        ("undo", "undo"),
        ("skip", "skip"),
        ("next", "next"),
        ("home", "home"),
        ("I need help with the new tool", None),
        ("yes", None),
        ("later", None),
        ("3", None),
        ("", None),
    ],
)
def test_a_command_is_the_whole_message(typed: str, command: str | None) -> None:
    assert command_in(typed, "en-GB") == command


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pause", ("pause", "")),
        ("Pause  until 2026-12-24.", ("pause_until", "2026-12-24")),
        ("pause tomorrow", ("pause", "tomorrow")),
        ("my answers please", ("my_answers", "please")),
        ("paused", (None, "paused")),
        ("", (None, "")),
    ],
)
def test_what_a_command_begins_with(typed: str, found: tuple[str | None, str]) -> None:
    """The longest known words count, and whole words only."""
    assert command_before(typed, "en-GB") == found


def test_english_commands_hold_in_every_locale() -> None:
    assert commands("de-AT") == commands("en") != {}
    assert all(word == word.casefold() for word in commands("en"))
    assert set(commands("en").values()) == {
        *("form", "help", "home", "my_answers", "next", "pause", "resume", "skip", "snooze"),
        *("start", "stop", "undo", "agenda", "promise", "my_data", "who_reads", "data", "who"),
        *("status", "cadence", "preview", "pause_until", "tomorrow"),
        *("data", "my_data", "who", "who_reads"),
    }
