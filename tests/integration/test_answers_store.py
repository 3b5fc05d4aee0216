"""Answers in a real database: versions, audiences that only narrow, and who gets to see what."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event

from bot.domain.check_in import CheckIn
from bot.domain.packs import AudienceKind
from bot.domain.people import Person
from bot.domain.ports.conversation_store import NewVersion, StoredAnswer
from bot.domain.visibility import Audience, may_read
from storage.transaction import SqlTx
from tests.integration.stored import (
    DAY,
    HOUR,
    NOW,
    World,
    ids,
    said,
    writing,
)

MANAGER, GROUP, SELF = AudienceKind.MANAGER, AudienceKind.GROUP, AudienceKind.SELF


@dataclass
class Team:
    """Mia manages Anna and Ben, who have an open check-in each; Max manages nobody."""

    world: World
    mia: Person = field(init=False)
    max: Person = field(init=False)
    anna: Person = field(init=False)
    annas: CheckIn = field(init=False)
    bens: CheckIn = field(init=False)

    def __post_init__(self) -> None:
        self.mia, self.max = self.world.hire("Mia", "Max")
        self.anna, ben = self.world.hire("Anna", "Ben", manager=self.mia)
        self.annas = self.world.open_check_in(self.anna)
        self.bens = self.world.open_check_in(ben)

    def record(self, version: NewVersion) -> StoredAnswer:
        return self.world.answered(version)

    def pending(self, manager: Person, now: datetime = NOW) -> list[UUID]:
        return [a.version_id for a in self.world.tx.answers.unsummarised(manager.id, now)]

    def summarise(self, manager: Person, *answers: StoredAnswer, period: str = "1") -> None:
        parts = (self.anna, [answer.version_id for answer in answers])
        assert self.world.tx.summaries.add(self.world.summary(manager, parts, period=period))


@pytest.fixture
def team(world: World) -> Team:
    return Team(world)


def test_an_answer_comes_back_as_recorded(team: Team) -> None:
    version = said(team.annas, team.mia, sealed=b"\x00secret")
    stored = team.record(version)
    assert stored == StoredAnswer(
        answer_id=stored.answer_id,
        version_id=version.id,
        check_in_id=team.annas.id,
        person_id=team.anna.id,
        question_key="work",
        pack_revision_id=team.annas.pack_revision_id,
        period=team.annas.period,
        sequence=1,
        sealed=b"\x00secret",
        platform_at=NOW,
        recorded_at=NOW,
        audiences=(Audience(MANAGER, frozenset({team.mia.id})),),
    )
    answers = team.world.tx.answers
    assert answers.current(team.annas.id) == {"work": stored}
    assert answers.current(team.bens.id) == {}
    assert answers.versions([version.id, uuid4()]) == {version.id: stored}
    assert answers.unsummarised(team.mia.id, NOW) == [stored]


def test_the_latest_platform_time_wins_whatever_the_order_of_arrival(team: Team) -> None:
    late = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    early = team.record(said(team.annas, team.mia, at=NOW))
    assert (late.sequence, early.sequence) == (1, 2)
    assert late.answer_id == early.answer_id
    answers = team.world.tx.answers
    assert answers.current(team.annas.id) == {"work": late}
    assert team.pending(team.mia) == [late.version_id]
    tie = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    assert answers.current(team.annas.id) == {"work": tie}
    assert set(answers.versions([late.version_id, early.version_id])) == {
        late.version_id,
        early.version_id,
    }


def test_a_withdrawn_version_gives_way_to_the_one_before(team: Team) -> None:
    first = team.record(said(team.annas, team.mia))
    second = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    answers = team.world.tx.answers
    answers.withdraw(second.version_id)
    assert answers.current(team.annas.id) == {"work": first}
    assert team.pending(team.mia) == [first.version_id]
    assert answers.versions([second.version_id])[second.version_id].sealed is None
    answers.withdraw(first.version_id)
    answers.withdraw(first.version_id)
    answers.withdraw(uuid4())
    assert answers.current(team.annas.id) == {}
    assert answers.of_person(team.anna.id) == []
    assert team.pending(team.mia) == []


def test_a_person_sees_all_own_answers_newest_first(team: Team) -> None:
    old = team.record(said(team.annas, team.mia))
    hidden = team.record(said(team.annas, key="clarity", at=NOW + HOUR))
    team.record(said(team.bens, team.mia))
    answers = team.world.tx.answers
    assert answers.of_person(team.anna.id) == [hidden, old]
    assert answers.of_person(team.anna.id, limit=1) == [hidden]
    assert answers.of_person(team.anna.id, keys={old.question_key}) == [old]
    assert answers.of_person(team.anna.id, keys={"other"}) == []


@pytest.mark.parametrize("kind", [GROUP, SELF])
def test_narrowing_takes_an_answer_from_the_manager_for_good(
    team: Team, kind: AudienceKind
) -> None:
    answer = team.record(said(team.annas, team.mia))
    answers = team.world.tx.answers
    answers.narrow(answer.answer_id, kind, NOW)
    answers.narrow(answer.answer_id, MANAGER, NOW)
    answers.narrow(uuid4(), kind, NOW)
    team.record(said(team.annas, team.mia, at=NOW + HOUR))
    current = answers.current(team.annas.id)["work"]
    named = Audience(MANAGER, frozenset({team.mia.id}))
    assert current.audiences == (named, Audience(kind))
    assert team.pending(team.mia) == []


def test_an_answer_shown_to_nobody_never_widens(team: Team) -> None:
    team.record(said(team.annas))
    again = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    assert again.audiences == (Audience(SELF),)
    assert team.pending(team.mia) == []


def test_the_same_audience_is_not_repeated(team: Team) -> None:
    team.record(said(team.annas, team.mia))
    again = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    assert len(again.audiences) == 1
    assert team.pending(team.mia) == [again.version_id]


def test_an_edit_shown_to_the_next_manager_is_for_the_person_alone(team: Team) -> None:
    team.record(said(team.annas, team.mia))
    edit = team.record(said(team.annas, team.max, at=NOW + HOUR))
    assert edit.audiences[-1] == Audience(SELF)
    team.world.tx.people.change_managers({team.anna.id: team.max.id}, NOW)
    assert team.pending(team.max) == []
    team.world.tx.people.change_managers({team.anna.id: team.mia.id}, NOW + HOUR)
    assert team.pending(team.mia, NOW + HOUR) == []


def test_only_those_named_every_time_stay_readers(team: Team) -> None:
    team.record(said(team.annas, team.mia, team.max))
    edit = team.record(said(team.annas, team.mia, uuid_of_a_third(team), at=NOW + HOUR))
    assert edit.audiences[-1] == Audience(MANAGER, frozenset({team.mia.id}))


def uuid_of_a_third(team: Team) -> UUID:
    (third,) = team.world.hire("Third")
    return third.id


def test_what_was_summarised_is_not_told_again_but_an_edit_is(team: Team) -> None:
    first = team.record(said(team.annas, team.mia))
    team.summarise(team.mia, first)
    assert team.pending(team.mia) == []
    edit = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    answers = team.world.tx.answers
    assert answers.shown_before(team.mia.id, [team.anna.id]) == [first]
    assert answers.shown_before(team.max.id, [team.anna.id]) == []
    assert answers.shown_before(team.mia.id, [team.bens.person_id]) == []
    assert team.pending(team.mia) == [edit.version_id]
    answers.withdraw(edit.version_id)
    assert team.pending(team.mia) == []
    answers.withdraw(first.version_id)
    assert answers.shown_before(team.mia.id, [team.anna.id]) == [replace(first, sealed=None)]


def test_an_edit_recorded_while_the_summary_was_drafted_comes_next(team: Team) -> None:
    first = team.record(said(team.annas, team.mia))
    edit = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    team.summarise(team.mia, first)
    assert team.pending(team.mia) == [edit.version_id]


def test_answers_come_oldest_first(team: Team) -> None:
    later = team.record(said(team.annas, team.mia, at=NOW + HOUR))
    earlier = team.record(said(team.bens, team.mia, at=NOW))
    latest = team.record(said(team.annas, team.mia, key="clarity", at=NOW + 2 * HOUR))
    expected = [a.version_id for a in (earlier, later, latest)]
    assert team.pending(team.mia) == expected


def test_access_ends_with_the_management_and_the_next_manager_inherits_nothing(
    team: Team,
) -> None:
    answer = team.record(said(team.annas, team.mia))
    team.world.tx.people.change_managers({team.anna.id: team.max.id}, NOW)
    assert team.pending(team.mia, NOW - HOUR) == [answer.version_id]
    assert team.pending(team.mia) == []
    assert team.pending(team.max) == []


def test_managers_do_not_get_their_own_answers(team: Team) -> None:
    own = team.world.open_check_in(team.mia)
    team.record(said(own, team.mia))
    team.world.tx.people.change_managers({team.mia.id: team.mia.id}, NOW - DAY)
    assert team.pending(team.mia) == []


def test_another_organisations_answers_are_out_of_reach(engine: Engine) -> None:
    with writing(engine) as connection:
        team = Team(World.build(connection))
        answer = team.record(said(team.annas, team.mia))
        answers = SqlTx(connection, World.build(connection).organisation_id).answers
        assert answers.versions([answer.version_id]) == {}
        assert answers.current(team.annas.id) == {}
        assert answers.of_person(team.anna.id) == []
        assert answers.unsummarised(team.mia.id, NOW) == []
        answers.withdraw(answer.version_id)
        answers.narrow(answer.answer_id, SELF, NOW)
        assert team.pending(team.mia) == [answer.version_id]


PEOPLE = range(4)
CHECK_INS = range(3)
_moments = st.integers(0, 20)
_person = st.sampled_from(PEOPLE)
_check_in = st.sampled_from(CHECK_INS)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("manage"), _person, st.none() | _person),
        st.tuples(
            st.just("answer"),
            _check_in,
            st.tuples(st.sampled_from(AudienceKind), st.frozensets(_person, max_size=2), _moments),
        ),
        st.tuples(st.just("narrow"), _check_in, st.sampled_from(AudienceKind)),
        st.tuples(st.just("withdraw"), _check_in, st.none()),
        st.tuples(st.just("summarise"), _person, st.none()),
    ),
    max_size=25,
)


@dataclass
class Written:
    """One answer version as the history wrote it."""

    id: UUID
    order: tuple[datetime, int]
    recorded_at: datetime
    withdrawn: bool = False


@dataclass
class History:
    """Writes to the store, and keeps beside it what was asked for, in the plainest form."""

    world: World
    people: list[Person] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    versions: dict[int, list[Written]] = field(default_factory=dict)
    shown: dict[int, list[Audience]] = field(default_factory=dict)
    summarised: set[tuple[UUID, UUID]] = field(default_factory=set)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.people = self.world.hire(*(f"P{number}" for number in PEOPLE))
        # Two check-ins are one person's; the last one's person also manages in many histories.
        owners = (self.people[0], self.people[0], self.people[3])
        self.check_ins = [
            self.world.open_check_in(owner, f"{number}") for number, owner in enumerate(owners)
        ]

    def apply(self, kind: str, target: int, detail: object) -> None:
        self.now += timedelta(minutes=1)
        getattr(self, kind)(target, detail)

    def manage(self, person: int, manager: int | None) -> None:
        manager_id = None if manager is None else self.people[manager].id
        self.world.tx.people.change_managers({self.people[person].id: manager_id}, self.now)

    def answer(self, target: int, detail: tuple[AudienceKind, frozenset[int], int]) -> None:
        kind, readers, minute = detail
        named = tuple(self.people[reader].id for reader in readers) if kind is MANAGER else ()
        at = NOW + timedelta(minutes=minute)
        version = said(self.check_ins[target], *named, audience=kind, at=at)
        self.world.tx.answers.record(version)
        written = self.versions.setdefault(target, [])
        written.append(Written(version.id, (at, len(written)), version.recorded_at))
        self.shown.setdefault(target, []).append(Audience(kind, frozenset(named)))

    def narrow(self, target: int, kind: AudienceKind) -> None:
        current = self.world.tx.answers.current(self.check_ins[target].id)
        for answer in current.values():
            self.world.tx.answers.narrow(answer.answer_id, kind, self.now)
            if kind is not MANAGER:
                self.shown[target].append(Audience(kind))

    def withdraw(self, target: int, _: None) -> None:
        current = self.current(target)
        if current is not None:
            self.world.tx.answers.withdraw(current.id)
            current.withdrawn = True

    def summarise(self, manager: int, _: None) -> None:
        reader = self.people[manager]
        versions = [a.version_id for a in self.world.tx.answers.unsummarised(reader.id, self.now)]
        summary = self.world.summary(reader, (self.people[0], versions), period=f"{self.now:%H:%M}")
        assert self.world.tx.summaries.add(summary)
        self.summarised |= {(version, reader.id) for version in versions}

    def current(self, target: int) -> Written | None:
        kept = [v for v in self.versions.get(target, ()) if not v.withdrawn]
        return max(kept, key=lambda version: version.order, default=None)

    def expected(self, reader: Person) -> set[UUID]:
        """The current versions that `may_read` permits and no summary of the reader's holds."""
        managements = self.world.tx.people.managements_of(ids(self.people))
        found = set()
        for target, check_in in enumerate(self.check_ins):
            version = self.current(target)
            permitted = (
                version
                and check_in.person_id != reader.id
                and may_read(
                    reader_id=reader.id,
                    subject_id=check_in.person_id,
                    audiences=self.shown.get(target, ()),
                    managements=managements,
                    said_at=version.recorded_at,
                    now=self.now,
                )
            )
            if version and permitted and (version.id, reader.id) not in self.summarised:
                found.add(version.id)
        return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_steps)
def test_a_manager_gets_what_visibility_permits_no_more_and_no_less(
    engine: Engine, steps: Sequence[tuple[str, int, object]]
) -> None:
    with engine.connect().execution_options(writes=True) as connection:
        history = History(World.build(connection))
        for kind, target, detail in steps:
            history.apply(kind, target, detail)
            for reader in history.people:
                pending = history.world.tx.answers.unsummarised(reader.id, history.now)
                assert {answer.version_id for answer in pending} == history.expected(reader)
                assert all(_readable(history, reader, answer) for answer in pending)
        connection.rollback()


def _readable(history: History, reader: Person, answer: StoredAnswer) -> bool:
    """What a service finds out from the row itself."""
    return answer.sealed is not None and may_read(
        reader_id=reader.id,
        subject_id=answer.person_id,
        audiences=answer.audiences,
        managements=history.world.tx.people.managements_of([answer.person_id]),
        said_at=answer.recorded_at,
        now=history.now,
    )


def test_a_managers_week_is_found_by_an_index_over_what_is_pending(team: Team) -> None:
    statements = _explained(team.world, team.mia.id)
    assert "ix_answer_reader_pending" in statements


def _explained(world: World, manager_id: UUID) -> str:
    """The database's plan of the query behind `unsummarised`."""
    connection: Connection = world.tx.answers._connection
    seen: list[tuple[str, object]] = []

    def note(*args: object) -> None:
        seen.append((str(args[2]), args[3]))

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables are empty
    event.listen(connection, "before_cursor_execute", note)
    world.tx.answers.unsummarised(manager_id, NOW)
    event.remove(connection, "before_cursor_execute", note)
    prefix = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    statement, parameters = seen[0]
    rows = connection.exec_driver_sql(prefix + statement, parameters)  # type: ignore[arg-type]
    return "\n".join(str(row) for row in rows)
