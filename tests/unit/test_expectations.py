"""Which version was in force, and what a leader may read: rules alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.expectations import (
    Question,
    QuestionState,
    Readable,
    Version,
    in_force_at,
    next_batch,
    readable,
)
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


def question(
    person_id: UUID,
    kind: QuestionsFor = GROUP,
    reader: UUID = LEADER,
    batch: int | None = None,
) -> Question:
    return Question(
        id=uuid4(),
        organisation_id=ORGANISATION,
        version_id=UUID(int=9),
        person_id=person_id,
        kind=kind,
        reader_id=reader,
        asked_at=NOW + person_id.int * HOUR,
        sealed=b"",
        batch=batch,
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
    asked = [question(person, batch=1) for person in PEOPLE]
    assert shown(asked[:9]) == Readable()
    found = shown(asked)
    assert set(found.unnamed) == set(asked)
    assert [q.id for q in found.unnamed] == sorted(q.id for q in asked)


def test_by_name_one_is_enough_and_counts_for_no_group() -> None:
    named = question(PEOPLE[0], NAMED)
    asked = [question(person, batch=1) for person in PEOPLE[1:10]]
    assert shown([named, *asked]) == Readable((named,))


def test_whoever_takes_no_part_is_neither_shown_nor_counted() -> None:
    asked = [question(person, batch=1) for person in PEOPLE[:10]]
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
            st.sampled_from([None, 1, 2]),
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
        sizes = Counter(q.batch for q in found.unnamed)
        assert None not in sizes
        assert all(size >= 10 for size in sizes.values())


def test_only_whole_batches_are_read() -> None:
    """Two that wait beside ten, and nine that are left of a batch, are not."""
    first = [question(person, batch=1) for person in PEOPLE[:10]]
    waiting = [question(person) for person in PEOPLE[10:]]
    assert set(shown([*first, *waiting]).unnamed) == set(first)
    second = [question(UUID(int=n), batch=2) for n in range(200, 209)]
    people = [*PEOPLE, *(q.person_id for q in second)]
    assert set(shown([*first, *second], taking_part=people).unnamed) == set(first)


def test_what_was_answered_before_there_were_batches_stays_readable() -> None:
    answered = [replace(question(p), state=QuestionState.ANSWERED) for p in PEOPLE]
    assert set(shown(answered).unnamed) == set(answered)


@given(st.lists(st.sampled_from(["ask", "take back", "change", "decline"]), max_size=120))
def test_whoever_watches_sees_them_come_ten_at_a_time(acts: list[str]) -> None:
    """After every single act: what is new to the leader are at least ten, or a changed one."""
    asked: dict[UUID, Question] = {}
    declined: set[UUID] = set()
    seen: set[UUID] = set()
    for number, act in enumerate(acts):
        if act == "ask":
            person = UUID(int=1000 + number)
            asked[person] = replace(question(person), asked_at=NOW + number * HOUR)
        elif asked and act == "take back":
            asked.pop(next(iter(asked)))
        elif asked and act == "decline":
            declined.add(next(iter(asked)))
        taking_part = asked.keys() - declined
        batch = next_batch(asked.values(), reader_id=LEADER, taking_part=taking_part, minimum=10)
        asked |= {each.person_id: each for each in batch}
        now = {q.id for q in shown(asked.values(), taking_part=taking_part).unnamed}
        assert not now - seen or len(now - seen) >= 10
        seen |= now


def test_a_batch_takes_all_that_wait_for_that_reader_without_names() -> None:
    waiting = [question(person) for person in PEOPLE[:11]]
    others = [question(UUID(int=200), reader=OTHER), question(UUID(int=201), NAMED)]
    before = [question(UUID(int=n), batch=3) for n in range(210, 220)]

    found = next_batch(
        [*waiting, *others, *before], reader_id=LEADER, taking_part=PEOPLE, minimum=10
    )

    assert {(q.id, q.batch) for q in found} == {(q.id, 4) for q in waiting}
    few = [*waiting[:9], *others]
    assert next_batch(few, reader_id=LEADER, taking_part=PEOPLE, minimum=10) == ()
