"""Conversation guides: the shipped ones are whole and short, a wrong one is told what to mend."""

from __future__ import annotations

import pytest

from prompts.guides import MOST_LINES, MOST_STEPS, load_guides, parse_guide
from prompts.library import load_packs, read_yaml
from prompts.problems import PackError

GUIDES = load_guides()

COACHING = """
key: coaching
wording:
  en:
    title: Coaching
    lead: Ten minutes.
    steps:
      - ask: Who helped you?
        listen_for: A name.
    not_in_writing: [Who is slow]
    ending: Thank them by Friday.
"""


def refusal(text: str) -> str:
    with pytest.raises(PackError) as refused:
        parse_guide(read_yaml(text, "guides/coaching.yaml"), "guides/coaching.yaml")
    return str(refused.value)


def test_the_shipped_guides() -> None:
    assert set(GUIDES) == {"learning", "reclaimed_time", "role_redesign", "stay_interview"}


@pytest.mark.parametrize("key", sorted(GUIDES))
def test_every_page_fits_a_phone_and_every_question_is_one(key: str) -> None:
    words = GUIDES[key].words("xx")
    assert 1 <= len(words.steps) <= MOST_STEPS
    assert 1 <= len(words.not_in_writing) <= MOST_LINES
    assert len(words.lead) + sum(map(len, words.not_in_writing)) < 500
    for step in words.steps:
        assert step.ask.endswith("?")
        assert len(step.ask + step.listen_for + step.follow_up) < 350
    shown = str(words)
    assert "!" not in shown
    assert "\n" not in shown, "the file's own line breaks are no part of the words"


def test_the_stay_interview_asks_about_leaving_in_conversation_alone() -> None:
    """Its other questions are those of the question pack, in the same words and order."""
    words = GUIDES["stay_interview"].words("en")
    pack = load_packs()["stay_interview"]
    in_person = [step for step in words.steps if step.in_person]
    assert [step.ask for step in words.steps if not step.in_person] == [
        question.words("en").text for question in pack.questions
    ]
    assert [step.ask for step in in_person] == [
        "When did you last think about leaving, and what prompted it?"
    ]
    assert any("leaving" in line for line in words.not_in_writing)
    assert "30 minutes, apart from any review" in words.lead
    assert "by when" in words.ending


def test_a_guide_is_read_in_the_nearest_locale() -> None:
    text = COACHING + COACHING.partition("wording:\n")[2].replace("  en:", "  de:").replace(
        "title: Coaching", "title: Begleiten"
    )
    guide = parse_guide(read_yaml(text, "x"), "x")
    assert [guide.title(locale) for locale in ("de_AT", "de", "en-GB", "ja")] == [
        "Begleiten",
        "Begleiten",
        "Coaching",
        "Coaching",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  en:", "  de:", "line 3: wording: has no en: add the English words"),
        ("title: Coaching", "title: " + "x" * 25, "line 5: wording.en.title: is too long"),
        ("ask: Who", "asks: Who", "line 8: wording.en.steps[0].asks: unknown field; did you mean"),
        ("lead: Ten minutes.", "lead: ' '", "line 6: wording.en.lead: is empty"),
        ("[Who is slow]", "[]", "line 10: wording.en.not_in_writing: has 0 lines: give 1 to 5"),
        ("    ending: Thank them by Friday.", "", "wording.en.ending: is missing: add it"),
        ("key: coaching", "key: Coaching", "line 2: key: can't be"),
        ("listen_for: A name.", "listen_for: A name.\n        in_person: maybe", "true or false"),
    ],
)
def test_a_wrong_guide_names_file_line_field_and_remedy(old: str, new: str, said: str) -> None:
    found = refusal(COACHING.replace(old, new))
    assert "guides/coaching.yaml, line " in found
    assert said in found


def test_locales_have_as_many_steps() -> None:
    longer = COACHING.partition("wording:\n")[2].replace("  en:", "  de:")
    step = "      - ask: Who helped you?\n        listen_for: A name.\n"
    assert "give each as many" in refusal(COACHING + longer.replace(step, step * 2))
    assert f"give 1 to {MOST_STEPS}" in refusal(COACHING.replace(step, step * (MOST_STEPS + 1)))
