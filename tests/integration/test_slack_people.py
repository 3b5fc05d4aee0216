"""People from Slack, over the local Slack server and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.domain.check_in import State
from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState
from bot.domain.organisation import Installation
from bot.domain.people import Identity
from bot.domain.ports.unit_of_work import Tx
from bot.services.match_accounts import AccountsPreview
from bot.services.plan import plan
from bot.services.status import status
from bot.services.sync_accounts import AccountsRefused, note_refusal, plan_accounts, sync_accounts
from bot.services.sync_people import apply_sync
from bot.slack.api import SlackApi
from bot.slack.directory import PACE, DirectoryTrouble, read_directory
from bot.slack.installations import Installations
from bot.slack.sync import sync_nightly
from scheduling.clock import SteppedClock
from storage.tables.logs import AuditLogRow
from tests.integration.people_lists import CALENDAR, MONDAY, Company, check_in, company, people
from tests.servers.slack import TEAM, Fault, Member, SlackServer, serving

ANA = Member("U0ANA", "Ana Ek", email="Ana@Acme.com", tz="Europe/Berlin", locale="en-GB")
BO = Member("U0BO", "Bo Li", email="bo@acme.com", tz="Asia/Tokyo", locale="ja-JP")
CY = Member("U0CY", "Cy Orr", email="cy@acme.com", tz="America/New_York", locale="en-US")
DEE = Member("U0DEE", "Dee Poe", email="dee@acme.com")
GUEST = Member("U0GUE", "Gus", email="gus@acme.com", is_restricted=True)
SINGLE = Member("U0SIN", "Sin", email="sin@acme.com", is_ultra_restricted=True)
STRANGER = Member("U0STR", "Stu", email="stu@acme.com", is_stranger=True)
ROBOT = Member("U0ROB", "Rob", email="rob@acme.com", is_bot=True)
GONE = Member("U0GON", "Gil", email="gil@acme.com", deleted=True)
NOBODY = Member("U0NOB", "Nobody", email="nobody@elsewhere.com")
REACHABLE = [ANA, BO, CY, DEE]
OTHERS = [GUEST, SINGLE, STRANGER, ROBOT, GONE, NOBODY]
NAMES = ("ana", "bo", "cy", "dee", "gus", "sin", "stu", "rob", "gil")
LIST = people(
    *(f"{name}@acme.com,{name.title()},,Team,UTC" for name in NAMES),
    header="email,name,manager,team,time zone",
)


class Office:
    """A company with its workspace; `waited` are the pauses that were asked for, in seconds."""

    def __init__(self, acme: Company, slack: SlackServer, api: SlackApi) -> None:
        self.acme = acme
        self.slack = slack
        self.api = api
        self.waited: list[float] = []
        self.workspace = Installation(uuid4(), acme.organisation_id, "slack", TEAM, "Tests")

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def sync(self, at: datetime = MONDAY, *, confirm: bool = False) -> AccountsPreview:
        accounts = await read_directory(
            self.api, self.slack.bot_token, self.workspace, wait=self.wait
        )
        return await sync_accounts(
            self.acme.uow,
            CALENDAR,
            self.workspace,
            accounts,
            now=at,
            actor="cli",
            confirm_losses=confirm,
        )

    async def home(self, name: str) -> Identity | None:
        person = await self.acme.id_of(f"{name}@acme.com")
        return await self.acme.uow.read(lambda tx: tx.people.home_identity(person))

    async def barred(self) -> dict[str, str | None]:
        """What is stored of each account, by Slack's id."""
        found = await self.acme.uow.read(lambda tx: tx.people.identities(self.workspace.id))
        return {identity.external_id: identity.barred for identity in found}


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Nine people on the list; four of them have an account that may be written to."""
    async with (
        company(database_url) as acme,
        serving(SlackServer([*REACHABLE, *OTHERS])) as slack,
    ):
        api = SlackApi(slack.api_url)
        made = Office(acme, slack, api)
        await apply_sync(acme.uow, LIST, now=MONDAY, actor="cli", identities=lambda _: None)
        await acme.uow.write(lambda tx: tx.organisations.add_installation(made.workspace, MONDAY))
        try:
            yield made
        finally:
            await api.close()


async def test_only_employees_accounts_connect(office: Office) -> None:
    """Guests, people of other companies, bots and deactivated accounts never do."""
    done = await office.sync()
    assert done.connected == ("ana@acme.com", "bo@acme.com", "cy@acme.com", "dee@acme.com")
    assert {each.email: each.reason for each in done.without} == {
        "gus@acme.com": "guest",
        "sin@acme.com": "guest",
        "stu@acme.com": "external",
        "rob@acme.com": "missing",  # Slack tells no address of a bot
        "gil@acme.com": "deactivated",
    }
    assert await office.barred() == {"U0ANA": None, "U0BO": None, "U0CY": None, "U0DEE": None}
    assert done.strangers == 1
    assert await office.acme.uow.read(lambda tx: tx.people.count()) == len(NAMES)


async def test_zone_and_language_come_along_and_nothing_else_changes(office: Office) -> None:
    before = await office.acme.person("bo@acme.com")
    await office.sync()
    after = await office.acme.person("bo@acme.com")
    assert (after.time_zone, after.locale) == ("Asia/Tokyo", "ja_JP")
    assert replace(after, time_zone=before.time_zone, locale=before.locale) == before


async def test_a_repeat_changes_nothing(office: Office) -> None:
    await office.sync()
    before = await office.acme.rows(select(AuditLogRow.__table__.c.number))
    again = await office.sync(MONDAY + timedelta(days=1))
    assert again.is_empty
    assert await office.acme.rows(select(AuditLogRow.__table__.c.number)) == before


async def test_the_people_list_leaves_zone_and_language_to_the_account(office: Office) -> None:
    """Else the nightly list and the nightly sync would move people back and forth."""
    await office.sync()
    again = await office.acme.apply(LIST)
    assert again.is_empty
    assert (await office.acme.person("bo@acme.com")).time_zone == "Asia/Tokyo"
    office.slack.change(replace(BO, deleted=True))
    await office.sync(confirm=True)
    await office.acme.apply(LIST)
    assert (await office.acme.person("bo@acme.com")).time_zone == "UTC"


async def test_a_dry_run_says_the_same_and_changes_nothing(office: Office) -> None:
    accounts = await read_directory(
        office.api, office.slack.bot_token, office.workspace, wait=office.wait
    )
    preview = await plan_accounts(office.acme.uow, office.workspace, accounts)
    assert await office.barred() == {}
    assert await office.sync() == preview


async def test_whoever_is_deactivated_gets_nothing_more_and_says_why(office: Office) -> None:
    """What was on its way is called off with the reason; the person stays on the list, and is back
    with the account."""
    await office.sync()
    await office.acme.cadence(check_in())
    await office.acme.schedule()
    due = MONDAY + timedelta(days=1, hours=3)
    await plan(office.acme.uow, CALENDAR, due)
    dee = await office.acme.id_of("dee@acme.com")
    office.slack.change(replace(DEE, deleted=True))
    done = await office.sync(due)
    assert [(each.email, each.reason) for each in done.barred] == [("dee@acme.com", "deactivated")]

    def look(tx: Tx) -> tuple[State, OccurrenceState, str]:
        gone = tx.check_ins.of_person(dee)[0]
        occurrence = tx.occurrences.get(gone.occurrence_id)
        assert occurrence is not None
        return gone.state, occurrence.state, occurrence.reason

    assert await office.acme.uow.read(look) == (
        State.CANCELLED,
        OccurrenceState.SKIPPED,
        "deactivated",
    )
    counts = await office.acme.uow.read(lambda tx: tx.queue.counts())
    assert counts[DeliveryState.SKIPPED, "deactivated"] == 1
    assert (await office.acme.person("dee@acme.com")).active
    office.slack.change(DEE)
    assert (await office.sync(due)).returned == ("dee@acme.com",)
    assert (await office.barred())["U0DEE"] is None


async def test_an_account_that_was_made_anew_is_followed(office: Office) -> None:
    await office.sync()
    uow, workspace = office.acme.uow, office.workspace
    await uow.write(lambda tx: tx.people.set_delivery_ref(workspace.id, "U0CY", "D0CY"))
    del office.slack.workspace.members["U0CY"]
    office.slack.change(replace(CY, id="U9CY"))
    assert (await office.sync()).moved == ("cy@acme.com",)
    home = await office.home("cy")
    assert home is not None
    assert (home.external_id, home.delivery_ref) == ("U9CY", "")


async def test_addresses_that_change_places_are_stored(office: Office) -> None:
    """Two accounts swap addresses, and a third one's goes to somebody else: ids stay unique."""
    await office.sync()
    office.slack.change(replace(ANA, email="bo@acme.com"))
    office.slack.change(replace(BO, email="ana@acme.com"))
    office.slack.change(replace(CY, email="gus@acme.com"))
    office.slack.change(replace(GUEST, email="x@acme.com"))
    done = await office.sync()
    assert done.moved == ("ana@acme.com", "bo@acme.com")
    assert [each.email for each in done.barred] == ["cy@acme.com"]
    homes = {name: await office.home(name) for name in ("ana", "bo", "gus", "cy")}
    found = {name: home.external_id for name, home in homes.items() if home and not home.barred}
    assert found == {"ana": "U0BO", "bo": "U0ANA", "gus": "U0CY"}


async def test_many_losses_are_asked_about_first(office: Office) -> None:
    await office.sync()
    for member in (ANA, BO, CY):
        office.slack.change(replace(member, deleted=True))
    with pytest.raises(AccountsRefused, match=r"3 of 4 connected people \(75%\).*confirm"):
        await office.sync()
    assert set((await office.barred()).values()) == {None}
    assert len((await office.sync(confirm=True)).barred) == 3


async def test_who_uses_another_platform_goes_on_there(office: Office) -> None:
    await office.acme.apply(LIST)  # everybody gets an account on the local page
    done = await office.sync()
    assert done.elsewhere == 4
    home = await office.home("bo")
    assert home is not None
    assert home.platform == "local"
    assert (await office.acme.person("bo@acme.com")).time_zone == "UTC"


async def test_a_moved_workspace_takes_over(office: Office) -> None:
    """From a workspace that no token speaks for any more, messages move to the new one."""
    await office.sync()
    new = Installation(uuid4(), office.acme.organisation_id, "slack", "T0NEW")
    await office.acme.uow.write(lambda tx: tx.organisations.add_installation(new, MONDAY))
    old, office.workspace = office.workspace, new
    accounts = await read_directory(office.api, office.slack.bot_token, old, wait=office.wait)
    await sync_accounts(
        office.acme.uow, CALENDAR, new, accounts, now=MONDAY, actor="cli", closed=[old.id]
    )
    home = await office.home("bo")
    assert home is not None
    assert home.installation_id == new.id


async def test_a_change_of_zone_moves_the_plan(office: Office) -> None:
    await office.sync()
    cadence = await office.acme.cadence(check_in())
    await office.acme.schedule()
    office.slack.change(replace(ANA, tz="Asia/Tokyo"))
    before = await office.acme.plans(cadence)
    done = await office.sync()
    assert [(each.email, each.time_zone) for each in done.relocated] == [
        ("ana@acme.com", "Asia/Tokyo")
    ]
    after = await office.acme.plans(cadence)
    assert after["ana"].next_due_at == datetime(2026, 8, 18, 1, tzinfo=UTC)
    assert {name for name in after if after[name] != before[name]} == {"ana"}


async def test_a_refused_night_shows_until_somebody_decides(office: Office) -> None:
    await office.sync()
    for member in (ANA, BO, CY):
        office.slack.change(replace(member, deleted=True))
    accounts = await read_directory(
        office.api, office.slack.bot_token, office.workspace, wait=office.wait
    )
    preview = await plan_accounts(office.acme.uow, office.workspace, accounts)
    for night in range(2):
        at = MONDAY + timedelta(days=night)
        await note_refusal(office.acme.uow, office.workspace, preview, at)
    entries = await office.acme.rows(
        select(AuditLogRow.__table__.c.action, AuditLogRow.__table__.c.detail).order_by(
            AuditLogRow.__table__.c.number.desc()
        )
    )
    assert [tuple(row) for row in entries][:1] == [("accounts.refused", "losing=3 connected=4")]
    assert [row[0] for row in entries].count("accounts.refused") == 1
    found = await status(office.acme.uow, MONDAY)
    assert found is not None
    assert found.people.losses_to_confirm == 3
    for member in (ANA, BO, CY):
        office.slack.change(member)
    assert (await office.sync()).is_empty
    found = await status(office.acme.uow, MONDAY)
    assert found is not None
    assert found.people.losses_to_confirm == 0


async def nightly(office: Office, at: datetime = MONDAY) -> int:
    installations = Installations(office.acme.uow, office.slack.bot_token, SteppedClock(at))
    return await sync_nightly(
        office.acme.uow, CALENDAR, office.api, installations, at, wait=office.wait
    )


async def test_every_night_brings_accounts_up_to_date(office: Office) -> None:
    """By itself; a night in which Slack can't be read, or too many would go, applies nothing."""
    assert await nightly(office) > 0
    assert await nightly(office) == 0
    office.slack.token_error = "token_revoked"
    assert await nightly(office) == 0
    office.slack.token_error = ""
    for member in (ANA, BO, CY):
        office.slack.change(replace(member, deleted=True))
    assert await nightly(office) == 0
    assert set((await office.barred()).values()) == {None}
    found = await status(office.acme.uow, MONDAY)
    assert found is not None
    assert found.people.losses_to_confirm == 3
    office.slack.change(ANA)
    office.slack.change(BO)
    assert await nightly(office) == 1
    assert (await office.barred())["U0CY"] == "deactivated"


async def read(office: Office) -> int:
    accounts = await read_directory(
        office.api, office.slack.bot_token, office.workspace, wait=office.wait
    )
    return len(accounts)


async def test_pages_keep_slacks_pace_and_obey_a_rate_limit(office: Office) -> None:
    for n in range(450):
        office.slack.change(Member(f"U1{n:04}", f"P {n}", email=f"p{n}@acme.com"))
    office.slack.fails("users.list", Fault.RATE_LIMITED, Fault.RESET_BEFORE, retry_after=17)
    assert await read(office) == 450 + len(REACHABLE) + len(OTHERS) + 2
    assert office.waited == [17, 5, PACE.total_seconds(), PACE.total_seconds()]
    limits = {call.arguments["limit"] for call in office.slack.called("users.list")}
    assert limits == {200}


async def test_a_read_that_breaks_off_changes_nothing(office: Office) -> None:
    for n in range(250):
        office.slack.change(Member(f"U1{n:04}", f"P {n}"))
    await office.sync()
    before = await office.barred()
    office.slack.fails("users.list", *[Fault.UNAVAILABLE_BEFORE] * 3)
    with pytest.raises(DirectoryTrouble, match=r"can't be reached .* run it again"):
        await office.sync()
    assert await office.barred() == before


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (["users:read"], "lacks users:read.email"),
        (["users:read.email"], "lacks the scope users:read;"),
    ],
)
async def test_a_missing_scope_is_named(office: Office, scopes: list[str], said: str) -> None:
    office.slack.scopes = scopes
    with pytest.raises(DirectoryTrouble, match=said):
        await office.sync()
    assert await office.barred() == {}


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_refused_token_is_said(office: Office, code: str) -> None:
    office.slack.token_error = code
    with pytest.raises(DirectoryTrouble, match=rf"SLACK_BOT_TOKEN \({code}\)"):
        await office.sync()
