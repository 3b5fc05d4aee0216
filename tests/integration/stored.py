"""A small organisation in a real database, for the tests of the query modules."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.check_in import AskedQuestion, CheckIn, State
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.organisation import CadenceRevision, Installation, Organisation
from bot.domain.packs import AudienceKind, Pack, Question, QuestionKind, Wording
from bot.domain.people import Identity, Person
from bot.domain.ports.conversation_store import NewVersion, StoredAnswer
from bot.domain.ports.summary_store import Summary, SummaryPart
from bot.domain.recurrence import Recurrence, Unit
from storage.engine import open_engine
from storage.tables import metadata
from storage.transaction import SqlTx

NOW = datetime(2026, 8, 18, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

PACK = Pack(
    key="ai",
    title={"en": "AI check-in"},
    questions=(
        Question("work", QuestionKind.TEXT, AudienceKind.MANAGER, {"en": Wording("How is work?")}),
        Question(
            "clarity",
            QuestionKind.TEXT_AND_RATING,
            AudienceKind.MANAGER,
            {"en": Wording("Is it clear?", low="not at all", high="completely")},
        ),
    ),
)
SPEC = CadenceSpec(
    key="ai-check-in",
    kind=CadenceKind.CHECK_IN,
    title="AI check-in",
    recurrence=Recurrence(Unit.WEEK, 1, time(10), date(2026, 8, 18), weekday=1),
    audience=Audience(everyone=True),
    pack="ai",
)


@contextmanager
def empty_store(url: str) -> Iterator[Engine]:
    """An engine over all tables, without rows."""
    engine = open_engine(url)
    with writing(engine) as connection:
        metadata.create_all(connection)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def writing(engine: Engine):  # type: ignore[no-untyped-def]  # inferred well enough in tests
    """A connection whose transaction commits at the end."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def person(organisation_id: UUID, name: str, **changes: object) -> Person:
    """A person of the list; the address follows from the name."""
    given = {
        "id": uuid4(),
        "organisation_id": organisation_id,
        "email": f"{name.lower()}@example.com",
        "name": name,
        "time_zone": "Europe/Berlin",
        "locale": "en",
    }
    return Person(**(given | changes))  # type: ignore[arg-type]  # the fields' names are checked


@dataclass(frozen=True)
class World:
    """An organisation with an installation, a cadence and its pack."""

    tx: SqlTx
    organisation_id: UUID
    installation_id: UUID
    cadence: CadenceRevision
    pack_revision_id: UUID

    @classmethod
    def build(cls, connection) -> "World":  # type: ignore[no-untyped-def]  # as above
        """Stores a new organisation beside any that are there."""
        organisation = Organisation(uuid4(), "Sample")
        tx = SqlTx(connection, organisation.id)
        tx.organisations.add(organisation, NOW)
        installation = Installation(uuid4(), organisation.id, "local", "local")
        tx.organisations.add_installation(installation, NOW)
        pack = tx.cadences.add_pack(PACK, revision_id=uuid4(), created_at=NOW, author="test")
        cadence = tx.cadences.add_revision(SPEC, revision_id=uuid4(), created_at=NOW, author="test")
        return cls(tx, organisation.id, installation.id, cadence, pack.id)

    def hire(self, *names: str, manager: Person | None = None, **changes: object) -> list[Person]:
        """Stores people, from ten days ago under `manager`."""
        people = [person(self.organisation_id, name, **changes) for name in names]
        self.tx.people.upsert(people, NOW)
        if manager is not None:
            self.tx.people.change_managers(dict.fromkeys(ids(people), manager.id), NOW - 10 * DAY)
        return people

    def give_account(self, someone: Person, external_id: str | None = None) -> Identity:
        """Stores a home identity."""
        external_id = external_id or someone.email
        identity = Identity(
            uuid4(), someone.id, self.installation_id, "local", external_id, f"dm-{external_id}"
        )
        self.tx.people.add_identities([identity])
        return identity

    def occurrence(
        self, someone: Person, period: str = "2026-W34", **changes: object
    ) -> Occurrence:
        """A due moment, not stored yet."""
        given = {
            "id": uuid4(),
            "organisation_id": self.organisation_id,
            "cadence_id": self.cadence.cadence_id,
            "revision_id": self.cadence.id,
            "person_id": someone.id,
            "subject_id": someone.id,
            "period": period,
            "zone": "Europe/Berlin",
            "due_at": NOW,
            "state": OccurrenceState.QUEUED,
        }
        return Occurrence(**(given | changes))  # type: ignore[arg-type]  # as above

    def open_check_in(
        self, someone: Person, period: str = "2026-W34", **changes: object
    ) -> CheckIn:
        """Stores a check-in with its occurrence."""
        occurrence = self.occurrence(someone, period)
        self.tx.occurrences.add([occurrence])
        given = {
            "id": uuid4(),
            "organisation_id": self.organisation_id,
            "occurrence_id": occurrence.id,
            "cadence_id": self.cadence.cadence_id,
            "revision_id": self.cadence.id,
            "pack_revision_id": self.pack_revision_id,
            "person_id": someone.id,
            "period": period,
            "state": State.OPEN,
            "opened_at": NOW,
            "closes_at": NOW + 6 * DAY,
            "questions": (AskedQuestion("work", 0), AskedQuestion("clarity", 1)),
            "reminders": (NOW + DAY, NOW + 5 * DAY),
        }
        check_in = CheckIn(**(given | changes))  # type: ignore[arg-type]  # as above
        self.tx.check_ins.add([check_in])
        return check_in

    def answered(self, version: NewVersion) -> StoredAnswer:
        """Records a version, and reads it."""
        self.tx.answers.record(version)
        return self.tx.answers.versions([version.id])[version.id]

    def summary(
        self, manager: Person, *parts: tuple[Person, list[UUID]], period: str = "2026-W34"
    ) -> Summary:
        """A summary that rests on these answer versions; its occurrence is stored."""
        occurrence = self.occurrence(manager, f"summary-{period}-{uuid4()}")
        self.tx.occurrences.add([occurrence])
        return Summary(
            id=uuid4(),
            organisation_id=self.organisation_id,
            manager_id=manager.id,
            occurrence_id=occurrence.id,
            period=period,
            created_at=NOW,
            writer="plain",
            parts=tuple(
                SummaryPart(uuid4(), subject.id, b"sealed", tuple(versions))
                for subject, versions in parts
            ),
        )


def said(
    check_in: CheckIn,
    *readers: Person | UUID,
    key: str = "work",
    at: datetime = NOW,
    sealed: bytes = b"sealed",
    audience: AudienceKind | None = None,
) -> NewVersion:
    """An answer to one question of a check-in, shown as readable by `readers`."""
    named = tuple(r.id if isinstance(r, Person) else r for r in readers)
    return NewVersion(
        id=uuid4(),
        check_in_id=check_in.id,
        person_id=check_in.person_id,
        question_key=key,
        sealed=sealed,
        platform_at=at,
        recorded_at=at,
        audience=audience or (AudienceKind.MANAGER if named else AudienceKind.SELF),
        readers=named,
    )


def ids(people: list[Person]) -> list[UUID]:
    """Their ids."""
    return [someone.id for someone in people]
