"""An organisation's own question packs: what is wrong is told, with the place and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.packs import AudienceKind, Pack, When
from prompts.library import (
    parse_pack,
    read_pack,
    read_yaml,
)
from prompts.problems import PackError, Problem, line_of

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


def test_an_organisations_own_pack() -> None:
    pack = parsed(CULTURE)
    assert (pack.key, pack.name("en-GB"), pack.on_by_default) == ("culture", "Culture", True)
    assert pack.question("pace").words("de-AT").low == "nie"
    assert pack.question("lunch").options == ("in", "out")
    assert pack.question("hours").high_number == 12
    assert pack.question("proud_of").audience is AudienceKind.MANAGER


def test_what_is_counted_and_what_is_favourable() -> None:
    text = CULTURE.replace("audience: group", "audience: group\n    favourable_from: 5")
    pack = parsed(text.replace("kind: number", "kind: number\n    counted: true"))

    assert [q.is_counted for q in pack.questions] == [False, True, False, True]
    assert [q.favourable_from for q in pack.questions] == [0, 5, 0, 0]


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
        (
            "    audience: group",
            "    audience: group\n    counted: true",
            "questions[1].counted: group answers are always counted: remove it",
        ),
        (
            "    audience: self",
            "    audience: self\n    counted: true",
            "answers for the person alone are never counted: remove it",
        ),
        (
            "    audience: manager",
            "    audience: manager\n    counted: true",
            "questions[0].counted: words alone can't be counted: remove it",
        ),
        ("    kind: text", "    kind: text\n    counted: 3", "counted: must be true or false"),
        (
            "    kind: text",
            "    kind: text\n    favourable_from: 4",
            "line 8: questions[0].favourable_from: only a rating can be favourable: remove it",
        ),
        ("kind: rating", "kind: rating\n    favourable_from: 6", "favourable_from: "),
        (
            "audience: self",
            "audience: self\n    follow_ups: [{key: a, wording: {en: A}}]",
            "questions[2].follow_ups: they follow words alone: remove them",
        ),
        (
            "kind: text\n    audience: manager",
            "kind: text\n    audience: group\n    follow_ups: [{key: a, wording: {en: A}}]",
            'line 9: questions[0].follow_ups: only the audience "manager" reads single answers',
        ),
        (
            "kind: text",
            "kind: text\n    follow_ups: [{key: a, wording: {en: A}}, {key: a, wording: {en: B}}]",
            'line 8: questions[0].follow_ups: two have the key "a": give each its own',
        ),
        (
            "kind: text",
            "kind: text\n    follow_ups: [{key: a, wording: {de: A}}]",
            '"a" has no wording in en, as its question has: add it',
        ),
        (
            "kind: text",
            "kind: text\n    follow_ups: [{key: a, when: often, wording: {en: A}}]",
            'follow_ups[0].when: must be "short", "question" or "any"',
        ),
        (
            "kind: text",
            "kind: text\n    follow_ups: [{key: a.b, wording: {en: A}}]",
            'follow_ups[0].key: can\'t be "a.b"',
        ),
        ("kind: text", "kind: text\n    folow_ups: []", 'did you mean "follow_ups"?'),
        ("kind: rating", "kind: rating\n    favourable_from: 0", "favourable_from: "),
    ],
)
def test_a_wrong_pack_is_told_where_and_how_to_mend(old: str, new: str, message: str) -> None:
    assert old in CULTURE
    text = refusal(CULTURE.replace(old, new, 1))
    assert "app.yaml" in text
    assert message in text


def test_follow_ups_are_read() -> None:
    """For every answer that calls for one, unless it says for which."""
    given = "follow_ups: [{key: a, when: short, wording: {en: A}}, {key: b, wording: {en: B}}]"
    text = CULTURE.replace("    kind: text", f"    kind: text\n    {given}")
    found = parsed(text).question("proud_of").follow_ups
    assert [(each.key, each.when, each.wording["en"]) for each in found] == [
        ("a", When.SHORT, "A"),
        ("b", When.ANY, "B"),
    ]
    said = refusal(text.replace("key: culture", "key: culture\nby_message: false"))
    assert "follow_ups come by message, this pack never does: remove them" in said


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
