"""Question packs: the shipped ones are whole, an organisation's own are told what to mend."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import MAX_TEXT
from bot.domain.packs import AudienceKind, Pack, QuestionKind
from prompts.library import (
    command_before,
    command_in,
    commands,
    load_packs,
    parse_pack,
    read_pack,
    read_yaml,
)
from prompts.pack_file import STARTER_RULES
from prompts.problems import PackError, Problem, line_of

PACKS = load_packs()

CULTURE = """
key: culture
title:
  en: Culture
questions:
  - key: proud_of
    kind: text
    audience: manager
    wording:
      en:
        text: What are you proud of?
  - key: pace
    kind: rating
    audience: group
    wording:
      en:
        text: The pace suits me.
        points: [never, rarely, sometimes, often, always]
      de:
        text: Das Tempo passt.
        points: [nie, selten, manchmal, oft, immer]
  - key: lunch
    kind: choice
    audience: self
    wording:
      en:
        text: Where did you eat?
        options:
          in: Inside
          out: Outside
  - key: hours
    kind: number
    audience: manager
    high_number: 12
    wording:
      en:
        text: How many hours?
"""


def parsed(text: str) -> Pack:
    return parse_pack(read_yaml(text, "app.yaml"), "app.yaml")


def refusal(text: str) -> str:
    with pytest.raises(PackError) as refused:
        parsed(text)
    return str(refused.value)


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


def test_an_organisations_own_pack() -> None:
    pack = parsed(CULTURE)
    assert (pack.key, pack.name("en-GB"), pack.on_by_default) == ("culture", "Culture", True)
    assert pack.question("pace").words("de-AT").low == "nie"
    assert pack.question("lunch").options == ("in", "out")
    assert pack.question("hours").high_number == 12
    assert pack.question("proud_of").audience is AudienceKind.MANAGER


def test_what_is_loaded_is_plain_text() -> None:
    pack = parsed(
        CULTURE.replace("What are you proud of?", ">-\n          What are\n          you?")
    )
    text = pack.question("proud_of").words("en").text
    assert type(text) is str
    assert text == "What are you?"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "key: culture",
            "key: Culture Pack",
            'line 2: key: can\'t be "Culture Pack": use up to 40 lower-case letters',
        ),
        ("title:\n  en: Culture\n", "", "title: is missing: add it"),
        ("title:", "titel:", 'line 3: titel: unknown field; did you mean "title"?'),
        ("  en: Culture", "  English: Culture", 'line 4: title.English: can\'t be "English"'),
        ("kind: text", "kind: essay", 'line 7: questions[0].kind: must be "text", "rating"'),
        (
            "    audience: manager",
            "    readers: [boss@example.com]\n    audience: manager",
            "line 8: questions[0].readers: nobody can be granted named answers: remove it",
        ),
        ("audience: manager", "audience: everyone", 'must be "manager", "group" or "self"'),
        ("    audience: manager\n", "", "line 6: questions[0].audience: is missing"),
        ("key: pace", "key: proud_of", 'two questions have the key "proud_of"'),
        ("often, always]", "often]", "points: has 4 labels: a rating needs five"),
        ("        points: [nie, selten, manchmal, oft, immer]\n", "", "de: add five points"),
        ("kind: text", "kind: rating", "questions[0].wording: en: add five points"),
        ("kind: rating", "kind: text", "only a rating has points"),
        ("          out: Outside\n", "", "a choice needs at least two options"),
        ("out: Outside", "out: inside", "two options read the same"),
        ("out: Outside", "out: 7", "options.out: must be text: put it in quotes"),
        ("kind: choice", "kind: text", 'only kind "choice" has options'),
        ("high_number: 12", "high_number: 0", "low_number must be below high_number"),
        ("    kind: text", "    kind: text\n    low_number: 1", 'belong to kind "number"'),
        ("What are you proud of?", '" "', "text: is empty: write something, or remove it"),
        ("What are you proud of?", "x" * 501, "shorten it to 500 characters at most"),
        ("      en:\n        text: How many hours?", "      - en", "must be fields"),
        (
            "        text: What are you proud of?",
            "        text: Proud?\n        starters: {low: Ask.}",
            "low, fell and rose need a rating",
        ),
        (
            "        text: What are you proud of?",
            "        text: Proud?\n        starters: {sometimes: Ask.}",
            'knows no rule "sometimes": use one of any, fell, low, question, rose',
        ),
        (
            "        points: [nie",
            "        options: {a: A, b: B}\n        points: [nie",
            'only kind "choice" has options',
        ),
        ("key: culture", "key: culture\nkey: other", 'line 3: found duplicate key "key"'),
        ("title:\n", "title: [\n", "mend the YAML here"),
    ],
)
def test_a_wrong_pack_is_told_where_and_how_to_mend(old: str, new: str, message: str) -> None:
    assert old in CULTURE
    text = refusal(CULTURE.replace(old, new, 1))
    assert "app.yaml" in text
    assert message in text


def test_options_must_agree_between_locales() -> None:
    german = "      de:\n        text: Wo?\n        options: {in: Drinnen, weg: Weg}\n"
    text = refusal(CULTURE.replace("  - key: hours", f"{german}  - key: hours"))
    assert "the options differ between locales" in text


@pytest.mark.parametrize("questions", ["questions: []", "questions:", ""])
def test_a_pack_without_questions_is_refused(questions: str) -> None:
    text = refusal(f"key: empty\ntitle: {{en: Empty}}\n{questions}")
    assert "questions: " in text


def test_no_questions_says_what_to_do() -> None:
    text = refusal("key: empty\ntitle: {en: Empty}\nquestions: []")
    assert text == (
        "app.yaml, line 3: questions: no questions: add at least one, or remove the pack"
    )


@pytest.mark.parametrize("text", ["", "- 1", "just words", "7"])
def test_something_else_than_a_pack_is_refused(text: str) -> None:
    assert "must be fields" in refusal(text)


def test_every_problem_is_told_at_once() -> None:
    text = CULTURE.replace("kind: text", "kind: essay").replace("audience: self", "audience: all")
    with pytest.raises(PackError) as refused:
        parsed(text)
    assert [problem.line for problem in refused.value.problems] == [7, 24]


def test_data_without_lines_is_told_by_field_alone() -> None:
    with pytest.raises(PackError, match=r"^settings: questions\[0\]: must be fields"):
        parse_pack({"key": "a", "title": {"en": "A"}, "questions": [1]}, "settings")


def test_lines_are_found_beneath_a_mapping_that_has_none() -> None:
    data = read_yaml(CULTURE.replace("kind: rating", "kind: essay"), "app.yaml")
    assert isinstance(data, dict)
    with pytest.raises(PackError, match=r"^app\.yaml, line 13: questions\[1\]\.kind: must be"):
        parse_pack({**data}, "app.yaml")


def test_a_line_beneath_a_field_that_is_missing_is_its_containers() -> None:
    assert line_of(read_yaml(CULTURE, "a"), ("questions", 0, "wording", "en", "points", 3)) == 10


def test_a_file_is_named_for_its_pack(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(CULTURE, encoding="utf-8")
    with pytest.raises(PackError, match=r'other\.yaml: key: must be "other"'):
        read_pack(file)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(part=st.sampled_from(["key", "title", "questions", "by_message", "more"]), value=JSON)
def test_whatever_stands_in_a_field_the_answer_is_a_pack_or_a_problem(
    part: str, value: object
) -> None:
    data = {"key": "a", "title": {"en": "A"}, "questions": [_question()], part: value}
    pack, problems = outcome(data)
    assert pack.questions if pack else problems
    assert all(str(problem).startswith("app.yaml: ") for problem in problems)


@given(part=st.sampled_from(["key", "kind", "wording", "low_number", "more"]), value=JSON)
def test_whatever_stands_in_a_question_the_answer_is_a_pack_or_a_problem(
    part: str, value: object
) -> None:
    data = {"key": "a", "title": {"en": "A"}, "questions": [_question() | {part: value}]}
    pack, problems = outcome(data)
    assert pack.questions if pack else problems
    assert all("questions[0]" in problem.field for problem in problems)


def outcome(data: object) -> tuple[Pack | None, tuple[Problem, ...]]:
    try:
        return parse_pack(data, "app.yaml"), ()
    except PackError as refused:
        return None, refused.problems


def _question() -> dict[str, object]:
    return {"key": "q", "kind": "text", "audience": "self", "wording": {"en": {"text": "Why?"}}}


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
        *("start", "stop", "undo", "agenda", "promise"),
        *("status", "cadence", "preview", "pause_until", "tomorrow"),
    }
