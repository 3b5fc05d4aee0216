"""Who may read a named answer: whoever was shown as its reader and manages the person now."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.packs import AudienceKind
from bot.domain.people import Management
from bot.domain.policy import Ai
from bot.domain.visibility import Audience, may_read, may_share, may_word, narrowed

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
ANA, MIA, NEW, HR, ABOVE = (UUID(int=n) for n in range(1, 6))
PEOPLE = (ANA, MIA, NEW, HR, ABOVE)
WIDTH = [AudienceKind.SELF, AudienceKind.GROUP, AudienceKind.MANAGER]


def named(*readers: UUID) -> Audience:
    return Audience(AudienceKind.MANAGER, frozenset(readers))


ONLY_ME, COUNTED = Audience(AudienceKind.SELF), Audience(AudienceKind.GROUP)


def manages(
    manager: UUID, since: int = -30, until: int | None = None, person: UUID = ANA
) -> Management:
    """Days from now."""
    ended = None if until is None else NOW + until * DAY
    return Management(person, manager, NOW + since * DAY, ended)


def reads(
    reader: UUID,
    audiences: Sequence[Audience],
    managements: Sequence[Management] = (manages(MIA),),
    now: datetime = NOW,
    said_at: datetime = NOW - DAY,
) -> bool:
    return may_read(
        reader_id=reader,
        subject_id=ANA,
        audiences=audiences,
        managements=managements,
        said_at=said_at,
        now=now,
    )


audiences_ = st.builds(
    Audience, st.sampled_from(AudienceKind), st.frozensets(st.sampled_from(PEOPLE), max_size=3)
)
managements_ = st.builds(
    manages,
    manager=st.sampled_from(PEOPLE),
    since=st.integers(-40, 5),
    until=st.none() | st.integers(-40, 40),
    person=st.sampled_from(PEOPLE),
)
worlds = st.tuples(st.lists(audiences_, max_size=4), st.lists(managements_, max_size=5))


def test_the_manager_who_was_named_reads_it() -> None:
    assert reads(MIA, [named(MIA)])


@pytest.mark.parametrize("audiences", [[], [ONLY_ME], [COUNTED], [named(MIA)], [named()]])
def test_people_read_their_own(audiences: list[Audience]) -> None:
    assert reads(ANA, audiences, [])


@pytest.mark.parametrize(
    "audiences",
    [
        [],
        [ONLY_ME],
        [COUNTED],
        [named()],
        [named(NEW)],
        [named(MIA), ONLY_ME],
        [named(MIA), COUNTED],
        [named(MIA), named(NEW)],
        [ONLY_ME, named(MIA)],
        [Audience(AudienceKind.SELF, frozenset({MIA}))],
    ],
)
def test_not_named_by_all_is_not_named(audiences: list[Audience]) -> None:
    assert not reads(MIA, audiences)


@pytest.mark.parametrize("reader", [NEW, HR, ABOVE])
def test_a_role_or_a_rank_gives_nothing(reader: UUID) -> None:
    chain = [manages(MIA), manages(ABOVE, person=MIA)]
    assert not reads(reader, [named(MIA)], chain)


def test_access_ends_with_the_management_and_the_new_manager_gets_nothing() -> None:
    moved = [manages(MIA, until=-1), manages(NEW, since=-1)]
    assert not reads(MIA, [named(MIA)], moved)
    assert not reads(NEW, [named(MIA)], moved)
    assert reads(NEW, [named(NEW)], moved)


@pytest.mark.parametrize(
    ("said", "day", "may"),
    [
        (-29, -29, True),
        (-29, -11, True),
        (-29, -10, False),
        (-29, -6, False),
        (-29, -5, False),
        (-29, 0, False),
        (-7, 0, False),
        (-5, -5, True),
        (-4, 0, True),
    ],
)
def test_a_gap_between_two_managements_ends_access_for_good(said: int, day: int, may: bool) -> None:
    """What was said before the gap, or in it, does not come back with the manager."""
    twice = [manages(MIA, since=-30, until=-10), manages(MIA, since=-5)]
    assert reads(MIA, [named(MIA)], twice, NOW + day * DAY, NOW + said * DAY) is may


def test_managing_somebody_else_opens_nothing() -> None:
    assert not reads(MIA, [named(MIA)], [manages(MIA, person=NEW)])


@given(world=worlds, reader=st.sampled_from(PEOPLE), said=st.integers(-45, 0))
def test_whoever_reads_is_the_person_or_a_named_present_manager(
    world: tuple[list[Audience], list[Management]], reader: UUID, said: int
) -> None:
    audiences, managements = world
    said_at = NOW + said * DAY
    if reads(reader, audiences, managements, said_at=said_at) and reader != ANA:
        assert audiences
        assert all(a.kind is AudienceKind.MANAGER and reader in a.readers for a in audiences)
        assert any(
            m.person_id == ANA
            and m.manager_id == reader
            and m.holds_at(NOW)
            and m.holds_at(said_at)
            for m in managements
        )


@given(world=worlds, later=audiences_, reader=st.sampled_from(PEOPLE))
def test_no_later_audience_gives_anybody_more(
    world: tuple[list[Audience], list[Management]], later: Audience, reader: UUID
) -> None:
    audiences, managements = world
    if audiences and not reads(reader, audiences, managements):
        assert not reads(reader, [*audiences, later], managements)


@given(current=audiences_, wanted=st.sampled_from(AudienceKind))
def test_narrowing_never_widens(current: Audience, wanted: AudienceKind) -> None:
    after = narrowed(current, wanted)
    assert WIDTH.index(after.kind) <= WIDTH.index(current.kind)
    assert after.readers <= current.readers
    if WIDTH.index(wanted) < WIDTH.index(current.kind):
        assert after == Audience(wanted)
    else:
        assert after == current


@given(current=audiences_, wanted=st.lists(st.sampled_from(AudienceKind), min_size=1))
def test_only_the_narrowest_wish_counts(current: Audience, wanted: list[AudienceKind]) -> None:
    after = current
    for wish in wanted:
        after = narrowed(after, wish)
    assert after.kind is min([current.kind, *wanted], key=WIDTH.index)


def shares(
    reader: UUID, managements: Sequence[Management], made: int = -1, manager: UUID = MIA
) -> bool:
    """Whether `reader` may read what Ana and `manager` made between them so many days from now."""
    return may_share(
        reader_id=reader,
        employee_id=ANA,
        manager_id=manager,
        managements=managements,
        made_at=NOW + made * DAY,
        now=NOW,
    )


@given(
    managements=st.lists(managements_, max_size=6),
    reader=st.sampled_from(PEOPLE),
    manager=st.sampled_from(PEOPLE[1:]),
    made=st.integers(-45, 0),
)
def test_what_two_share_is_read_by_the_employee_and_their_unbroken_manager(
    managements: list[Management], reader: UUID, manager: UUID, made: int
) -> None:
    """The employee always; the manager of the two while one and the same management covers all the
    time since; nobody else, whatever they manage."""
    unbroken = any(
        (m.person_id, m.manager_id) == (ANA, manager)
        and m.since <= NOW + made * DAY
        and m.holds_at(NOW)
        for m in managements
    )
    expected = reader == ANA or (reader == manager and unbroken)
    assert shares(reader, managements, made, manager) is expected


@given(managements=st.lists(managements_, max_size=6), made=st.integers(-45, 0))
def test_an_end_of_the_management_is_for_good(managements: list[Management], made: int) -> None:
    """A later management by the same person gives nothing back."""
    others = [m for m in managements if (m.person_id, m.manager_id) != (ANA, MIA)]
    twice = [manages(MIA, since=made, until=0), manages(MIA, since=0)]
    assert not shares(MIA, [*others, *twice], made - 1)
    assert shares(MIA, [*others, *twice], 0)


OPENAI, MOVED = Ai("OpenAI", "api.openai.com").label, Ai("OpenAI", "eu.api.openai.com").label
LABELS = ("", OPENAI, MOVED)


def told(ai: str) -> Audience:
    """The manager, and this AI."""
    return Audience(AudienceKind.MANAGER, frozenset({MIA}), ai=ai)


def words(audiences: Sequence[Audience], label: str = OPENAI, off: datetime | None = None) -> bool:
    return may_word(label=label, ai_off_at=off, audiences=audiences)


told_ = st.sampled_from(LABELS).map(told)
of_one = st.sampled_from(LABELS).flatmap(lambda ai: st.lists(st.just(told(ai)), max_size=4))
any_told = of_one | st.lists(told_, max_size=4)


@given(audiences=any_told, label=st.sampled_from(LABELS), off=st.none() | st.just(NOW))
def test_ai_words_what_it_was_named_for_each_time_by_people_who_let_it(
    audiences: list[Audience], label: str, off: datetime | None
) -> None:
    named_each_time = {a.ai for a in audiences} == {label}
    assert words(audiences, label, off) is (label != "" and off is None and named_each_time)


@given(audiences=any_told, later=told_, label=st.sampled_from(LABELS))
def test_no_later_audience_gives_an_ai_more(
    audiences: list[Audience], later: Audience, label: str
) -> None:
    if audiences and not words(audiences, label):
        assert not words([*audiences, later], label)


@given(audiences=any_told, wanted=st.sampled_from([AudienceKind.SELF, AudienceKind.GROUP]))
def test_what_is_kept_from_the_manager_no_ai_words(
    audiences: list[Audience], wanted: AudienceKind
) -> None:
    for audience in audiences:
        assert not words([*audiences, narrowed(audience, wanted)])


def test_the_same_name_elsewhere_is_another_ai() -> None:
    assert words([told(OPENAI), told(OPENAI)])
    assert not words([told(OPENAI)], MOVED)
    assert not words([told(OPENAI), told(MOVED)], MOVED)
