"""The plain writer: it picks a prepared question and quotes one person, nothing more."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import Value
from bot.domain.packs import AudienceKind
from bot.domain.summary import PersonWeek, SharedAnswer, WrittenPart, excerpt
from bot.llm.plain_writer import STARTERS_PER_PERSON, PlainWriter
from prompts.library import load_packs

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
ANA = UUID(int=1)
RULES = ("fell", "question", "low", "rose", "any")
ALL = {rule: f"{rule}:" for rule in RULES}


def answer(
    key: str = "q", text: str = "", rating: int | None = None, before: int | None = None
) -> SharedAnswer:
    return SharedAnswer(
        answer_id=uuid4(),
        version_id=uuid4(),
        subject_id=ANA,
        question_key=key,
        pack_revision_id=UUID(int=2),
        value=Value(text=text, rating=rating),
        answered_at=NOW,
        period="2026-W10",
        previous=None if before is None else Value(rating=before),
    )


def week(*answers: SharedAnswer, starters: dict[str, dict[str, str]] | None = None) -> PersonWeek:
    given_ = dict.fromkeys((a.question_key for a in answers), ALL)
    return PersonWeek(ANA, "Ana", "en", answers, starters=given_ if starters is None else starters)


async def written(*answers: SharedAnswer) -> WrittenPart:
    return await PlainWriter().write(week(*answers))


async def chosen(*answers: SharedAnswer) -> list[str]:
    return [starter.text for starter in (await written(*answers)).starters]


@pytest.mark.parametrize(
    ("given_", "rule"),
    [
        (answer(text="Fine"), "any"),
        (answer(text="Who decides?"), "question"),
        (answer(rating=2), "low"),
        (answer(rating=1, text="Tired"), "low"),
        (answer(rating=3, before=4), "fell"),
        (answer(rating=1, before=2, text="Why?"), "fell"),
        (answer(rating=5, before=4), "rose"),
        (answer(rating=2, before=1), "low"),
        (answer(rating=5, before=4, text="Why?"), "question"),
        (answer(rating=4, before=4, text="Same"), "any"),
    ],
)
async def test_the_first_rule_that_holds(given_: SharedAnswer, rule: str) -> None:
    assert await chosen(given_) == [f"{rule}:"]


@pytest.mark.parametrize("rating", [3, 4, 5])
async def test_a_rating_that_says_nothing_gives_no_starter(rating: int) -> None:
    assert await chosen(answer(rating=rating)) == []
    assert await chosen(answer(rating=rating, before=rating)) == []


async def test_the_weightiest_come_first_and_three_are_enough() -> None:
    answers = [
        answer("a", text="Fine"),
        answer("b", rating=5, before=4),
        answer("c", text="Who?"),
        answer("d", rating=1),
        answer("e", rating=2, before=4),
    ]
    assert await chosen(*answers) == ["fell:", "question:", "low:"]
    assert STARTERS_PER_PERSON == 3


async def test_equal_ones_keep_their_order() -> None:
    answers = [answer(key, text=key) for key in "cab"]
    starters = (await written(*answers)).starters
    assert [starter.quote for starter in starters] == ["c", "a", "b"]


async def test_without_prepared_words_it_asks_nothing() -> None:
    answers = (answer(text="Fine"), answer(rating=1))
    part = await PlainWriter().write(week(*answers, starters={}))
    assert part == WrittenPart(starters=(), writer="plain")


async def test_a_rule_without_words_of_its_own_falls_back_only_where_there_are_words() -> None:
    starters = {"q": {"any": "any:"}}
    asked = await PlainWriter().write(week(answer(text="Why?"), starters=starters))
    assert [starter.text for starter in asked.starters] == ["any:"]
    rated = await PlainWriter().write(week(answer(rating=1), starters=starters))
    assert rated.starters == ()


answers_ = st.builds(
    answer,
    key=st.sampled_from("abcd"),
    text=st.text(max_size=200),
    rating=st.none() | st.integers(1, 5),
    before=st.none() | st.integers(1, 5),
)


@given(given_=st.lists(answers_, max_size=8))
async def test_every_starter_rests_on_one_answer_and_quotes_that_very_one(
    given_: list[SharedAnswer],
) -> None:
    part = await written(*given_)
    by_version = {a.version_id: a for a in given_}
    assert part.claims == ()
    assert len(part.starters) <= STARTERS_PER_PERSON
    assert len({s.version_id for s in part.starters}) == len(part.starters)
    for starter in part.starters:
        value = by_version[starter.version_id].value
        assert starter.quote in value.text
        assert starter.quote == excerpt(value.text)
        assert starter.text in ALL.values()
        assert value.text or starter.text in {"fell:", "low:", "rose:"}


@given(given_=st.lists(answers_, max_size=8), others=st.text("XYZ", min_size=5, max_size=9))
async def test_nobody_elses_words_can_come_in(given_: list[SharedAnswer], others: str) -> None:
    """The facts of one call hold one person: what another said changes nothing."""
    mine = [a for a in given_ if others not in a.value.text]
    part = await written(*mine)
    assert all(others not in starter.quote + starter.text for starter in part.starters)
    assert await written(*mine) == part


async def test_the_shipped_packs_have_a_starter_for_words_about_every_named_question() -> None:
    named = [
        (question, question.words("en").starters)
        for pack in load_packs().values()
        for question in pack.questions
        if question.audience is AudienceKind.MANAGER and question.takes_text
    ]
    assert len(named) > 5
    for question, starters in named:
        said = week(answer(question.key, text="Well"), starters={question.key: dict(starters)})
        part = await PlainWriter().write(said)
        assert [s.quote for s in part.starters] == ["Well"], question.key
        assert set(starters) <= set(RULES), question.key


async def test_what_was_said_to_the_follow_up_is_better_to_begin_from() -> None:
    """Unless the first answer asked something, or nothing came after it."""
    fine, told = answer("q", text="Fine."), answer("q.moment", text="The map release.")
    assert [s.quote for s in (await written(fine, told)).starters] == ["The map release."]
    assert [s.quote for s in (await written(fine)).starters] == ["Fine."]
    asked = answer("q", text="Who decides?")
    starters = (await written(asked, told)).starters
    assert [s.quote for s in starters] == ["Who decides?", "The map release."]
