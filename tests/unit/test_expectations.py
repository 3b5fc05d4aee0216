"""Which version was in force, and what a leader may read: rules alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.expectations import Question, Readable, Version, in_force_at, readable
from bot.domain.policy import QuestionsFor

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORGANISATION, LEADER, OTHER = (UUID(int=number) for number in range(1, 4))
PEOPLE = [UUID(int=number) for number in range(100, 112)]
GROUP, NAMED = QuestionsFor.GROUP, QuestionsFor.LEADER


def version(number: int) -> Version:
    return Version(
        id=uuid4(),
        organisation_id=ORGANISATION,
        number=number,
        text=str(number),
        url="",
        created_at=NOW + number * HOUR,
        author="test",
    )


def question(person_id: UUID, kind: QuestionsFor = GROUP, reader: UUID = LEADER) -> Question:
    return Question(
        id=uuid4(),
        organisation_id=ORGANISATION,
        version_id=UUID(int=9),
        person_id=person_id,
        kind=kind,
        reader_id=reader,
        asked_at=NOW + person_id.int * HOUR,
        sealed=b"",
    )


def shown(questions: Iterable[Question], **changes: object) -> Readable:
    facts = {"reader_id": LEADER, "leader_id": LEADER, "taking_part": PEOPLE, "minimum": 10}
    return readable(questions, **(facts | changes))  # type: ignore[arg-type]  # names are checked


def test_the_version_in_force_is_the_newest_before() -> None:
    first, second = version(1), version(2)
    for versions in ([first, second], [second, first]):
        assert in_force_at(versions, first.created_at - HOUR / 2) is None
        assert in_force_at(versions, first.created_at) == first
        assert in_force_at(versions, second.created_at - HOUR / 2) == first
        assert in_force_at(versions, second.created_at + HOUR) == second


def test_two_versions_of_one_moment() -> None:
    first = version(1)
    second = replace(version(2), created_at=first.created_at)
    assert in_force_at([second, first], first.created_at) == second


def test_nine_are_hidden_and_ten_shown_in_no_order_of_time() -> None:
    asked = [question(person) for person in PEOPLE]
    assert shown(asked[:9]) == Readable()
    found = shown(asked)
    assert set(found.unnamed) == set(asked)
    assert [q.id for q in found.unnamed] == sorted(q.id for q in asked)


def test_by_name_one_is_enough_and_counts_for_no_group() -> None:
    named, asked = question(PEOPLE[0], NAMED), [question(person) for person in PEOPLE[1:10]]
    assert shown([named, *asked]) == Readable((named,))


def test_whoever_takes_no_part_is_neither_shown_nor_counted() -> None:
    asked = [question(person) for person in PEOPLE[:10]]
    assert shown(asked, taking_part=PEOPLE[1:]) == Readable()
    named = question(PEOPLE[0], NAMED)
    assert shown([named], taking_part=PEOPLE[1:]) == Readable()


@given(
    st.lists(
        st.builds(
            question,
            st.sampled_from(PEOPLE),
            st.sampled_from(QuestionsFor),
            st.sampled_from([LEADER, OTHER]),
        ),
        max_size=30,
    ),
    st.sampled_from([LEADER, OTHER, PEOPLE[0], None]),
)
def test_nobody_reads_what_did_not_name_them(asked: list[Question], leader: UUID | None) -> None:
    """And nobody at all but the leader named now."""
    for reader in (LEADER, OTHER, *PEOPLE):
        found = shown(asked, reader_id=reader, leader_id=leader)
        assert all(q.reader_id == reader == leader for q in found.all)
        assert all(q.kind is NAMED for q in found.named)
        assert not found.unnamed or len(found.unnamed) >= 10
