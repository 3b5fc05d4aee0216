"""Whose account is it, and where are they: what Teams says late, not at all or unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from botbuilder.schema import Activity
from sqlalchemy import select

from bot.domain.organisation import Installation
from bot.domain.people import Identity
from bot.settings.environment import Environment
from bot.teams.payloads import Source, moment
from bot.teams.values import Verb, data
from storage.engine import open_engine
from storage.tables.logs import AuditLogRow
from tests.integration.teams_office import BEN, HELENA, MARA, NotYet, Office, teams_office
from tests.integration.test_teams_first_contact import presses
from tests.journeys.given import BERLIN, Someone, address
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.world import World
from tests.servers.teams import OTHER_TENANT, TENANT, Account, Fault, payloads

LATER = (Fault.RATE_LIMITED, Fault.UNAVAILABLE_BEFORE, Fault.BAD_GATEWAY_BEFORE, Fault.FORBIDDEN)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Mara leads Ana and Ben; Helena is of HR. Nobody has the app."""
    async with teams_office(tmp_path) as made:
        await made.world.until("2026-03-02 10:00")
        yield made


@pytest.fixture
async def settled(tmp_path: Path) -> AsyncIterator[Office]:
    """The same people, who have had the app for a while."""
    async with teams_office(tmp_path, surface=OnTeams()) as made:
        await made.world.until("2026-03-02 10:00")
        yield made


async def identity(office: Office, who: str) -> Identity:
    """The account that Teams knows somebody by."""
    installation, account = office.surface.account(who)
    found = await office.world.built.uow.read(lambda tx: tx.people.identity(installation, account))
    assert found is not None
    return found


async def changed(office: Office, who: str, **changes: object) -> None:
    made = replace(await identity(office, who), **changes)  # type: ignore[arg-type]  # by name
    await office.world.built.uow.write(lambda tx: tx.people.update_identities([made]))


def audited(office: Office) -> list[tuple[str, str, str]]:
    """What the log says of accounts."""
    row = AuditLogRow
    engine = open_engine(office.world.environment.database_url)
    with engine.connect() as connection:
        rows = connection.execute(select(row.action, row.target, row.detail).order_by(row.number))
        found = [tuple(each) for each in rows if each[0].startswith("accounts.")]
    engine.dispose()
    return found  # type: ignore[return-value]  # three columns


@pytest.mark.parametrize("fault", LATER)
async def test_who_cannot_be_looked_up_is_met_when_teams_tells_again(
    office: Office, fault: Fault
) -> None:
    """Nobody is told that they aren't on the list because Teams had no answer."""
    office.teams.fails("member", fault, fault)
    acks = await office.user("ana").installs()
    assert [ack.status for ack in acks] == [503, 503]
    assert office.user("ana").texts == []
    for ack in acks:
        assert (await office.teams.redeliver(ack.delivery)).acknowledged
    await office.settles()
    assert len(office.user("ana").texts) == 1
    assert "I'm Touchpoint" in office.user("ana").texts[0]


async def test_so_is_whoever_writes_or_presses(office: Office) -> None:
    """And whoever was never met by then is met with what they do next."""
    user = office.user("ana")
    office.teams.fails("member", *[Fault.RATE_LIMITED] * 5)
    statuses = [ack.status for ack in await user.installs()]
    statuses += [(await user.types(words)).status for words in ("hello", "/status")]
    pressed = await presses(office, user.account, user.conversation, Verb.RUN, data("", "home"))
    assert [*statuses, pressed.status] == [503] * 5
    assert user.texts == []
    assert (await user.types("hello")).status == 200
    await office.settles()
    assert [text for text in user.texts if "I'm Touchpoint" in text]


async def test_teams_is_told_when_to_come_back(office: Office) -> None:
    office.teams.fails("member", Fault.RATE_LIMITED, retry_after=17)
    told = payloads.added(office.teams, office.user("ana").account, office.user("ana").conversation)
    made = office.teams.deliveries
    headers = {"Authorization": made.bearer(told)}
    async with aiohttp.request("POST", made.url, json=told, headers=headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "17")


class TwoTenants(NotYet):
    """A company in two tenants."""

    async def environment(self, world: World, given: Environment) -> Environment:
        made = await super().environment(world, given)
        assert made.teams is not None
        return replace(made, teams=replace(made.teams, tenants=(TENANT, OTHER_TENANT)))


async def test_another_tenant_gives_out_no_second_account(tmp_path: Path) -> None:
    """Its admins may write any address into an account: whoever has one in use stays with it. Who
    was connected is in the log.
    """
    async with teams_office(tmp_path, surface=TwoTenants()) as office:
        await office.world.until("2026-03-02 10:00")
        await office.installs("ana")
        told = [("accounts.met", str(office.world.ids["ana"]), "platform=teams")]
        assert audited(office) == told
        evil = Account(str(uuid4()), "Mallory", address("ana"), tenant=OTHER_TENANT)
        user = office.newcomer(evil)
        await user.installs()
        await user.types("/status")
        await office.settles()
        ana = office.world.ids["ana"]
        accounts = await office.world.built.uow.read(lambda tx: tx.people.accounts(ana))
        assert [each.external_id for each in accounts] == [account_of("ana")]
        assert audited(office) == told
        assert len(set(user.texts)) == 1
        assert "Ana" not in user.texts[0]


async def test_a_late_or_repeated_remove_changes_nothing_for_who_is_back(settled: Office) -> None:
    office, user = settled, settled.user("ana")
    lost = payloads.installation(office.teams, user.account, user.conversation, "remove")
    ack = await user.uninstalls()
    assert (await identity(office, "ana")).barred == "not_installed"
    await office.installs("ana")
    await office.teams.redeliver(ack.delivery)
    assert (await identity(office, "ana")).barred is None
    office.world.clock.set(office.world.now + MINUTE)
    await office.installs("ana")
    await office.teams.sends(lost)
    assert (await identity(office, "ana")).barred is None
    office.world.clock.set(office.world.now + MINUTE)
    await user.uninstalls()
    assert (await identity(office, "ana")).barred == "not_installed"


async def test_another_client_that_refreshes_a_card_moves_nobodys_clock(settled: Office) -> None:
    office, world, user = settled, settled.world, settled.user("ana")
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    away = replace(user.account, tz="America/Los_Angeles", locale="de-DE")
    office.teams.change(away)
    assert [ack.status for ack in await user.looks()]
    ana = await world.person("ana")
    assert (ana.time_zone, ana.locale) == (BERLIN, "en")
    await user.types("/status")
    ana = await world.person("ana")
    assert (ana.time_zone, ana.locale) == ("America/Los_Angeles", "de_DE")


async def test_a_card_that_refreshes_itself_brings_nobody_back(settled: Office) -> None:
    """Only what somebody does: they may have blocked the app and left its cards in view."""
    office, world, user = settled, settled.world, settled.user("ana")
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    user.blocks()
    await world.types("ana", "kestrel")
    await world.wait()
    assert (await identity(office, "ana")).barred == "blocked"
    tried = len(office.teams.called("post"))
    assert await user.looks()
    await world.wait()
    assert (await identity(office, "ana")).barred == "blocked"
    assert len(office.teams.called("post")) == tried
    user.conversation.refusal = ""
    await user.types("hello")
    assert (await identity(office, "ana")).barred is None


async def test_an_account_that_was_given_to_somebody_else_is_theirs(settled: Office) -> None:
    office, world = settled, settled.world
    await world.people_are(MARA, BEN, HELENA, Someone("eve", manager="mara"))
    await changed(office, "eve", external_id="-x", barred="not_installed", delivery_ref="")
    user = office.user("ana")
    office.teams.change(replace(user.account, email=address("eve"), name="Eve"))
    await user.types("/status")
    assert (await identity(office, "ana")).person_id == world.ids["eve"]
    assert "on the list" not in user.shown[-1]


async def test_whose_home_serves_no_more_is_taken_in_with_the_next_act(settled: Office) -> None:
    """They have known the app in Teams for long; their messages came in Slack."""
    office, world = settled, settled.world
    slack = Installation(uuid4(), world.built.organisation.id, "slack", "T1")
    await world.built.uow.write(lambda tx: tx.organisations.add_installation(slack, world.now))
    await changed(office, "ana", is_home=False)
    home = Identity(uuid4(), world.ids["ana"], slack.id, "slack", "U1", "D1")
    await world.built.uow.write(lambda tx: tx.people.add_identities([home]))
    await office.user("ana").types("hello")
    assert (await identity(office, "ana")).is_home
    await world.until("2026-03-03 10:05")
    assert [post for post in office.teams.posts(account_of("ana")) if post.at.day == 3]


@pytest.mark.parametrize("days", [-400, -2, 2, 40_000])
async def test_a_time_that_cannot_be_is_ours(days: int) -> None:
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    source = Source(uuid4(), "a", now)
    assert moment(Activity(timestamp=now + timedelta(days=days)), source) == now
    told = now - timedelta(hours=23)
    assert moment(Activity(timestamp=told), source) == told
