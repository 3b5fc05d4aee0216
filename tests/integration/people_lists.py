"""A company in a real database, and people files for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.occurrence import Plan
from bot.domain.organisation import Installation, Organisation
from bot.domain.packs import AudienceKind, Pack, Question, QuestionKind, Wording
from bot.domain.people import Identity, Person
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence, Unit
from bot.services.memberships import SyncResult, sync_plans
from bot.services.people_file import ParsedPeople, parse_people
from bot.services.sync_people import SyncPreview, apply_sync, plan_sync
from scheduling.calendar import WorkCalendar
from storage.migrate import upgrade
from storage.tables.people import EmploymentRow
from storage.unit_of_work import SqlUnitOfWork, open_unit_of_work

CALENDAR = WorkCalendar()
MONDAY = datetime(2026, 8, 17, 9, 0, tzinfo=UTC)
HEADER = "email,name,manager,team,time zone,country,hire date,role"
PACK = Pack(
    "ai",
    {"en": "AI check-in"},
    (
        Question(
            "how", QuestionKind.TEXT, AudienceKind.MANAGER, {"en": Wording("How is your work?")}
        ),
    ),
)
TUESDAYS = Recurrence(Unit.WEEK, 1, time(10), date(2026, 8, 3), weekday=1)


def check_in(audience: Audience | None = None, **other: Any) -> CadenceSpec:
    """A check-in on Tuesdays at 10:00, for everyone unless told otherwise."""
    facts = {"key": "ai", "title": "AI check-in", "recurrence": TUESDAYS, "pack": "ai"} | other
    return CadenceSpec(
        kind=CadenceKind.CHECK_IN, audience=audience or Audience(everyone=True), **facts
    )


@dataclass(frozen=True)
class Company:
    """One organisation with the local page installed."""

    uow: SqlUnitOfWork
    organisation_id: UUID
    installation_id: UUID

    async def preview(self, file: ParsedPeople) -> SyncPreview:
        return await plan_sync(self.uow, file)

    async def apply(
        self, file: ParsedPeople, at: datetime = MONDAY, *, confirm: bool = False
    ) -> SyncPreview:
        return await apply_sync(
            self.uow,
            file,
            now=at,
            actor="cli",
            identities=self.identity,
            confirm_leavers=confirm,
        )

    def identity(self, person: Person) -> Identity:
        """An account on the local page: its own id is its address."""
        own = str(person.id)
        return Identity(uuid4(), person.id, self.installation_id, "local", own, own)

    async def schedule(self, at: datetime = MONDAY) -> SyncResult:
        return await sync_plans(self.uow, CALENDAR, at)

    async def cadence(self, spec: CadenceSpec) -> UUID:
        """Adds a revision; the id of its cadence."""

        def add(tx: Any) -> UUID:
            tx.cadences.add_pack(PACK, revision_id=uuid4(), created_at=MONDAY, author="test")
            revision = tx.cadences.add_revision(
                spec, revision_id=uuid4(), created_at=MONDAY, author="test"
            )
            return revision.cadence_id

        return await self.uow.write(add)

    async def plans(self, cadence_id: UUID) -> dict[str, Plan]:
        """The plans of a cadence, by the first part of the person's address."""

        def read(tx: Any) -> dict[str, Plan]:
            plans = tx.plans.of_cadence(cadence_id)
            who = tx.people.many(plan.person_id for plan in plans)
            return {who[plan.person_id].email.split("@")[0]: plan for plan in plans}

        return await self.uow.read(read)

    async def person(self, email: str) -> Person:
        found = await self.uow.read(lambda tx: tx.people.by_email([email]))
        return found[email]

    async def id_of(self, email: str) -> UUID:
        return (await self.person(email)).id

    async def rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
        """What a query finds, whatever the ports show."""

        def read(tx: Any) -> Sequence[Sequence[Any]]:
            return list(tx.people._connection.execute(query))

        return await self.uow.read(read)

    async def employments(self, email: str) -> list[tuple[date, datetime | None]]:
        table = EmploymentRow.__table__
        query = select(table.c.started_on, table.c.ended_at).where(
            table.c.person_id == await self.id_of(email)
        )
        found = await self.rows(query.order_by(table.c.ended_at.is_(None), table.c.ended_at))
        return [(row[0], row[1]) for row in found]


@asynccontextmanager
async def company(url: str, policy: Policy | None = None) -> AsyncIterator[Company]:
    """A database of its own with an organisation nobody belongs to yet."""
    await asyncio.to_thread(upgrade, url)
    organisation_id, installation_id = uuid4(), uuid4()
    uow = open_unit_of_work(url, organisation_id)

    def found(tx: Any) -> None:
        tx.organisations.add(Organisation(organisation_id, "Acme"), MONDAY)
        local = Installation(installation_id, organisation_id, "local", "local")
        tx.organisations.add_installation(local, MONDAY)
        tx.organisations.add_policy(policy or Policy(), MONDAY, "test")

    try:
        await uow.write(found)
        yield Company(uow, organisation_id, installation_id)
    finally:
        await uow.close()


def people(*lines: str, header: str = HEADER) -> ParsedPeople:
    """A file of these lines; cells that are left out at the end are empty."""
    width = header.count(",")
    padded = [line + "," * (width - line.count(",")) for line in lines]
    raw = "\n".join([header, *padded]).encode()
    parsed = parse_people(raw, defaults=Policy(time_zone="UTC"), today=MONDAY.date())
    assert parsed.problem_count == 0, parsed.problems
    return parsed
