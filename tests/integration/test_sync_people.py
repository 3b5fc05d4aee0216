"""People files against a real database: who joins, changes, leaves, returns, and what is kept."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot.domain.check_in import State
from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState
from bot.domain.packs import AudienceKind
from bot.domain.people import Management, Participation, Role
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import NewVersion, StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.visibility import may_read
from bot.services.people_file import ParsedPeople, parse_people
from bot.services.plan import plan
from bot.services.sync_people import LEFT, Change, ImportRefused, apply_sync
from storage.tables.logs import AuditLogRow
from tests.integration.people_lists import CALENDAR, MONDAY, Company, check_in, company, people

WEEK = timedelta(days=7)
ADA = "ada@acme.com,Ada Lovelace,,Engines,Europe/London,GB,2024-03-18,hr_admin"
BOB = "bob@acme.com,Bob,ada@acme.com,Engines,America/New_York,US,,"
CAT = "cat@acme.com,Cat,ada@acme.com,Tables,,,,"
DAN = "dan@acme.com,Dan,bob@acme.com"
EVERYONE = people(ADA, BOB, CAT, DAN)
NOBODY = ParsedPeople(columns=EVERYONE.columns)


@pytest.fixture
async def acme(database_url: str) -> AsyncIterator[Company]:
    async with company(database_url) as opened:
        yield opened


async def audited(acme: Company) -> list[tuple[str, str, str]]:
    """(action, target, detail) of every audit entry."""
    table = AuditLogRow.__table__
    query = select(table.c.action, table.c.target, table.c.detail).order_by(table.c.number)
    return [(row[0], row[1], row[2]) for row in await acme.rows(query)]


async def test_a_first_import_adds_everyone(acme: Company) -> None:
    preview = await acme.apply(EVERYONE)
    assert preview.joins == ("ada@acme.com", "bob@acme.com", "cat@acme.com", "dan@acme.com")
    assert (preview.active_before, preview.manager_changes) == (0, 3)
    ada = await acme.person("ada@acme.com")
    assert (ada.name, ada.team, ada.time_zone, ada.country, ada.hired_on, ada.role) == (
        "Ada Lovelace",
        "Engines",
        "Europe/London",
        "GB",
        date(2024, 3, 18),
        Role.HR_ADMIN,
    )
    bob = await acme.person("bob@acme.com")
    reports = await acme.uow.read(lambda tx: tx.people.reports_of(ada.id, MONDAY))
    assert [person.name for person in reports] == ["Bob", "Cat"]
    manager = await acme.uow.read(lambda tx: tx.people.manager_of(bob.id, MONDAY))
    assert manager == ada


async def test_everyone_gets_an_account_on_the_local_page(acme: Company) -> None:
    await acme.apply(EVERYONE)
    dan = await acme.id_of("dan@acme.com")
    home = await acme.uow.read(lambda tx: tx.people.home_identity(dan))
    assert home is not None
    assert (home.external_id, home.delivery_ref, home.is_home) == (str(dan), str(dan), True)


async def test_who_has_no_account_yet_gets_one_at_the_next_import(acme: Company) -> None:
    await apply_sync(acme.uow, EVERYONE, now=MONDAY, actor="cli", identities=lambda _: None)
    dan = await acme.id_of("dan@acme.com")
    assert await acme.uow.read(lambda tx: tx.people.home_identity(dan)) is None
    assert (await acme.apply(EVERYONE)).is_empty
    assert await acme.uow.read(lambda tx: tx.people.home_identity(dan)) is not None


async def test_a_preview_says_the_same_as_the_import_and_changes_nothing(acme: Company) -> None:
    preview = await acme.preview(EVERYONE)
    assert await acme.uow.read(lambda tx: tx.people.count()) == 0
    assert await audited(acme) == []
    assert await acme.apply(EVERYONE) == preview


async def test_the_same_file_again_changes_nothing(acme: Company) -> None:
    await acme.apply(EVERYONE)
    before, entries = await acme.uow.read(lambda tx: tx.people.roster()), await audited(acme)
    again = await acme.apply(EVERYONE, MONDAY + WEEK)
    assert again.is_empty
    assert (again.unchanged, again.manager_changes) == (4, 0)
    assert await acme.uow.read(lambda tx: tx.people.roster()) == before
    assert await audited(acme) == entries
    assert await acme.employments("bob@acme.com") == [(MONDAY.date(), None)]


async def test_addresses_in_another_case_are_the_same_people(acme: Company) -> None:
    await acme.apply(EVERYONE)
    shouting = people(ADA, BOB.replace("ada@acme.com", "Ada@ACME.com"), CAT, DAN.upper())
    again = await acme.apply(shouting)
    assert (again.joins, again.leaves) == ((), ())
    assert again.changes == (Change("dan@acme.com", "DAN", ("name",)),)


async def test_changes_name_their_fields(acme: Company) -> None:
    await acme.apply(EVERYONE)
    moved = "cat@acme.com,Cat,bob@acme.com,Engines,Asia/Tokyo,JP,2024-01-08,hr_admin"
    preview = await acme.apply(people(ADA, BOB, moved, DAN), MONDAY + WEEK)
    fields = ("team", "country", "time_zone", "hired_on", "role", "manager")
    assert preview.changes == (Change("cat@acme.com", "Cat", fields),)
    cat = await acme.person("cat@acme.com")
    assert (cat.team, cat.country, cat.time_zone, cat.role) == (
        "Engines",
        "JP",
        "Asia/Tokyo",
        Role.HR_ADMIN,
    )


async def test_own_choices_are_never_overwritten(acme: Company) -> None:
    await acme.apply(EVERYONE)
    cat = await acme.id_of("cat@acme.com")
    until = MONDAY + WEEK

    def choose(tx: Tx) -> None:
        tx.people.set_participation(cat, Participation.DECLINED)
        tx.people.set_pause(cat, until)

    await acme.uow.write(choose)
    await acme.apply(people(ADA, BOB, CAT.replace("Cat", "Catherine"), DAN))
    after = await acme.person("cat@acme.com")
    assert (after.name, after.participation, after.paused_until) == (
        "Catherine",
        Participation.DECLINED,
        until,
    )


async def test_columns_the_file_lacks_leave_what_is_known(acme: Company) -> None:
    await acme.apply(EVERYONE)
    short = people(
        "ada@acme.com,Ada King",
        "bob@acme.com,Bob",
        "cat@acme.com,Cat",
        "dan@acme.com,Dan",
        "eve@acme.com,Eve",
        header="email,name",
    )
    preview = await acme.apply(short, MONDAY + WEEK)
    assert preview.changes == (Change("ada@acme.com", "Ada King", ("name",)),)
    ada, bob = await acme.person("ada@acme.com"), await acme.id_of("bob@acme.com")
    assert (ada.role, ada.time_zone, ada.hired_on) == (
        Role.HR_ADMIN,
        "Europe/London",
        date(2024, 3, 18),
    )
    manager = await acme.uow.read(lambda tx: tx.people.manager_of(bob, MONDAY + WEEK))
    assert manager == ada


async def test_managers_keep_their_history(acme: Company) -> None:
    await acme.apply(EVERYONE)
    later = MONDAY + WEEK
    await acme.apply(people(ADA, BOB, CAT, DAN.replace("bob", "cat")), later)
    bob, cat, dan = [await acme.id_of(f"{name}@acme.com") for name in ("bob", "cat", "dan")]
    assert await acme.uow.read(lambda tx: tx.people.managements_of([dan])) == [
        Management(dan, bob, MONDAY, later),
        Management(dan, cat, later, None),
    ]


async def test_a_leaver_goes_and_a_rehire_comes_back_as_the_same_person(acme: Company) -> None:
    await acme.apply(EVERYONE)
    bob, left_at, back_at = await acme.id_of("bob@acme.com"), MONDAY + WEEK, MONDAY + 4 * WEEK
    without = people(ADA, CAT, DAN.replace("bob", "cat"))
    preview = await acme.apply(without, left_at)
    assert preview.leaves == ("bob@acme.com",)
    assert not (await acme.person("bob@acme.com")).active
    managed = await acme.uow.read(lambda tx: tx.people.reports_of(bob, left_at))
    assert managed == []

    preview = await acme.apply(people(ADA, BOB, CAT, DAN.replace("bob", "cat")), back_at)
    assert (preview.joins, preview.returns) == ((), ("bob@acme.com",))
    again = await acme.person("bob@acme.com")
    assert (again.id, again.active) == (bob, True)
    assert await acme.employments("bob@acme.com") == [
        (MONDAY.date(), left_at),
        (back_at.date(), None),
    ]
    ada = await acme.id_of("ada@acme.com")
    assert await acme.uow.read(lambda tx: tx.people.managements_of([bob])) == [
        Management(bob, ada, MONDAY, left_at),
        Management(bob, ada, back_at, None),
    ]


async def test_employment_begins_on_the_persons_own_day(acme: Company) -> None:
    late = datetime(2026, 8, 17, 20, 0, tzinfo=UTC)
    await acme.apply(people("kiri@acme.com,Kiri,,,Pacific/Auckland"), late)
    assert await acme.employments("kiri@acme.com") == [(date(2026, 8, 18), None)]


def crowd(size: int) -> ParsedPeople:
    return people(*(f"p{n}@acme.com,Person {n}" for n in range(size)))


@pytest.mark.parametrize(
    ("before", "after", "asks"),
    [
        (10, 8, False),  # exactly a fifth
        (10, 7, True),
        (3, 1, False),  # two people are never many
        (3, 0, True),
        (30, 3, True),
    ],
)
async def test_many_leavers_are_asked_about_first(
    acme: Company, before: int, after: int, asks: bool
) -> None:
    await acme.apply(crowd(before))
    fewer = crowd(after) if after else NOBODY
    preview = await acme.preview(fewer)
    assert bool(preview.leavers_to_confirm) is asks
    if asks:
        with pytest.raises(ImportRefused, match=rf"{before - after} of {before} .* confirm"):
            await acme.apply(fewer)
        assert await acme.uow.read(lambda tx: tx.people.count()) == before
    await acme.apply(fewer, confirm=True)
    assert await acme.uow.read(lambda tx: tx.people.count()) == after


async def test_a_file_with_problems_is_not_applied(acme: Company) -> None:
    broken = parse_people(b"email,name\nada,Ada\n", defaults=Policy(), today=MONDAY.date())
    with pytest.raises(ImportRefused, match="1 problem"):
        await acme.preview(broken)
    with pytest.raises(ImportRefused, match="1 problem"):
        await acme.apply(broken)


async def test_the_audit_log_holds_counts_and_roles_but_no_names(acme: Company) -> None:
    await acme.apply(EVERYONE)
    demoted = people(ADA.replace("hr_admin", ""), BOB, CAT.removesuffix(",") + ",hr_admin", DAN)
    await acme.apply(demoted)
    organisation = str(acme.organisation_id)
    ada, cat = str(await acme.id_of("ada@acme.com")), str(await acme.id_of("cat@acme.com"))
    assert await audited(acme) == [
        ("people.import", organisation, "joined=4 returned=0 left=0 changed=0 managers=3"),
        ("people.role", ada, "hr_admin"),
        ("people.import", organisation, "joined=0 returned=0 left=0 changed=2 managers=0"),
        ("people.role", ada, "employee"),
        ("people.role", cat, "hr_admin"),
    ]
    assert await acme.uow.read(lambda tx: tx.audit.verify())


async def test_what_a_leaver_was_still_to_get_is_cancelled(acme: Company) -> None:
    await acme.apply(EVERYONE)
    await acme.cadence(check_in())
    await acme.schedule()
    due = MONDAY + timedelta(days=2)
    await plan(acme.uow, CALENDAR, due)
    await acme.apply(people(ADA, BOB, CAT), due)
    bob, dan = await acme.id_of("bob@acme.com"), await acme.id_of("dan@acme.com")

    def look(tx: Tx) -> tuple[State, State, OccurrenceState, str]:
        stays, gone = tx.check_ins.of_person(bob)[0], tx.check_ins.of_person(dan)[0]
        occurrence = tx.occurrences.get(gone.occurrence_id)
        assert gone.wake_at is None
        assert occurrence is not None
        return stays.state, gone.state, occurrence.state, occurrence.reason

    assert await acme.uow.read(look) == (
        State.OFFERED,
        State.CANCELLED,
        OccurrenceState.SKIPPED,
        LEFT,
    )
    counts = await acme.uow.read(lambda tx: tx.queue.counts())
    assert counts == {(DeliveryState.READY, ""): 3, (DeliveryState.SKIPPED, LEFT): 1}


async def test_a_new_manager_sees_nothing_from_before(acme: Company) -> None:
    await acme.apply(EVERYONE)
    await acme.cadence(check_in())
    await acme.schedule()
    tuesday = MONDAY + timedelta(days=2)
    await plan(acme.uow, CALENDAR, tuesday)
    bob, cat, dan = [await acme.id_of(f"{name}@acme.com") for name in ("bob", "cat", "dan")]

    def answer(tx: Tx) -> StoredAnswer:
        asked = tx.check_ins.of_person(dan)[0]
        version = NewVersion(
            id=uuid4(),
            check_in_id=asked.id,
            person_id=dan,
            question_key="how",
            sealed=b"sealed",
            platform_at=tuesday,
            recorded_at=tuesday,
            audience=AudienceKind.MANAGER,
            readers=(bob,),
        )
        tx.answers.record(version)
        return tx.answers.versions([version.id])[version.id]

    before = await acme.uow.write(answer)
    assert await unsummarised(acme, bob, tuesday) == [before.version_id]
    wednesday = tuesday + timedelta(days=1)
    await acme.apply(people(ADA, BOB, CAT, DAN.replace("bob", "cat")), wednesday)

    friday = wednesday + timedelta(days=2)
    assert await unsummarised(acme, cat, friday) == []
    assert await unsummarised(acme, bob, friday) == []
    managements = await acme.uow.read(lambda tx: tx.people.managements_of([dan]))
    assert [
        may_read(
            reader_id=reader,
            subject_id=dan,
            audiences=before.audiences,
            managements=managements,
            said_at=before.recorded_at,
            now=moment,
        )
        for reader, moment in [(bob, tuesday), (bob, friday), (cat, friday)]
    ] == [True, False, False]


async def unsummarised(acme: Company, manager: UUID, now: datetime) -> list[UUID]:
    found = await acme.uow.read(lambda tx: tx.answers.unsummarised(manager, now))
    return [answer.version_id for answer in found]
