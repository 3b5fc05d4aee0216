"""First contact in Teams, through its own protocol: who is greeted, who is nobody, what is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.teams.values import Verb, data
from tests.integration.teams_office import PEOPLE, Office, found_in, teams_office
from tests.journeys.given import BERLIN, Someone, address
from tests.journeys.on_teams import account_of
from tests.servers.teams import OTHER_TENANT, Account, Ack, Conversation, payloads

STRANGER = Account(
    "99999999-0000-4000-8000-000000000001", "Zacharias Quill", "z.quill@nowhere.example", tz=BERLIN
)
TRACES = ("Zacharias", "Quill", "z.quill@nowhere.example")


async def presses(
    office: Office, account: Account, where: Conversation, verb: Verb, packed: dict[str, Any]
) -> Ack:
    """A button of ours, on a card that is in that conversation as far as Teams says."""
    action = {"type": "Action.Execute", "verb": verb.value, "data": packed}
    card = office.teams.state.new_activity()
    return await office.teams.sends(
        payloads.executed(office.teams, account, where, action, reply_to=card)
    )


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Mara leads Ana and Ben; Helena is of HR. Nobody has the app."""
    async with teams_office(tmp_path) as made:
        yield made


async def test_an_install_is_greeted_once(office: Office) -> None:
    """Teams tells of it twice, and here each of these comes twice: one hello, which says what
    this is and who reads."""
    await office.world.until("2026-03-02 10:00")
    for ack in await office.user("ana").installs():
        assert ack.acknowledged
        assert (await office.teams.redeliver(ack.delivery)).acknowledged
    await office.settles()
    await office.world.until("2026-03-02 12:00")
    [hello] = office.teams.posts(account_of("ana"))
    assert "Hello Ana, I'm Touchpoint." in hello.shown
    assert "Mara, your manager, can read" in hello.shown
    assert office.user("ana").buttons[:1] == ["Start"]
    assert await office.identities() == 1


async def test_a_changed_service_is_used_from_then_on(office: Office) -> None:
    """Teams moves a tenant between its regions, and says so with the next activity."""
    await office.world.until("2026-03-02 10:00")
    await office.installs("ana")
    office.teams.region = "emea"
    before = len(office.teams.called("post"))
    await office.user("ana").presses("Start")
    await office.settles()
    await office.world.until("2026-03-03 10:05")
    later = office.teams.called("post")[before:]
    assert later
    assert {call.region for call in later} == {"emea"}
    assert [call.outcome for call in later] == ["ok"] * len(later)


async def test_a_changed_conversation_is_used_from_then_on(office: Office) -> None:
    """After a reinstall without an uninstall that we heard of."""
    await office.world.until("2026-03-02 10:00")
    await office.installs("ana")
    before = office.user("ana").conversation.id
    await office.installs("ana", anew=True)
    after = office.user("ana").conversation.id
    assert before != after
    await office.world.until("2026-03-03 10:05")
    assert {a.conversation for a in office.teams.accepted if a.at.day == 3} == {after}


async def test_an_uninstall_calls_off_and_a_reinstall_goes_on(office: Office) -> None:
    """What was queued is not sent, the commands say why; coming back is greeted once more, and
    the next check-in comes."""
    await office.world.until("2026-03-02 10:00")
    await office.installs("mara", "ana", "ben", "helena")
    await office.user("ana").presses("Start")
    await office.world.until("2026-03-03 09:59")
    await office.user("ana").types("/status")
    await office.settles()
    sent = len(office.teams.posts(account_of("ana")))
    ack = await office.user("ana").uninstalls()
    await office.teams.redeliver(ack.delivery)
    await office.world.until("2026-03-06 18:00")
    assert len(office.teams.posts(account_of("ana"))) == sent
    told = office.command("people", "reach")
    assert re.search(rf"{address('ana')} +the app is not installed for them", told)
    assert "1 without an account on any platform" in office.command("status")
    await office.world.restart()
    for ack in await office.user("ana").installs(anew=True):
        await office.teams.redeliver(ack.delivery)
    await office.settles()
    hellos = [p for p in office.teams.posts(account_of("ana")) if "I'm Touchpoint" in p.shown]
    assert len(hellos) == 2
    await office.world.until("2026-03-10 10:05")
    assert "How is work?" in office.user("ana").shown[-1]
    assert address("ana") not in office.command("people", "reach")


STRANGERS = {
    "unknown": STRANGER,
    "a guest": replace(STRANGER, is_guest=True, home=OTHER_TENANT),
    "of another tenant": replace(STRANGER, tenant=OTHER_TENANT),
    "without an id": replace(STRANGER, has_object_id=False),
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_whoever_is_not_on_the_list_leaves_no_trace(office: Office, who: str) -> None:
    """One polite line or a refusal, to whatever they do, and not a byte of them in the files."""
    await office.world.until("2026-03-02 10:00")
    user = office.newcomer(STRANGERS[who])
    acks = [*await user.installs(), await user.types("hello"), await user.types("/status")]
    acks.append(await user.types("my data"))
    pressed = (Verb.PRESS, data("my_answers", ""))
    acks.append(await presses(office, user.account, user.conversation, *pressed))
    await office.settles()
    await office.world.until("2026-03-03 12:00")
    if who == "of another tenant":
        assert {ack.status for ack in acks} == {403}
        assert user.texts == []
    else:
        assert {ack.status for ack in acks} == {200}
        assert len(set(user.texts)) == 1
        assert len(user.texts) <= 4
        assert acks[-1].body["statusCode"] == 400
    assert await office.identities() == 0
    assert found_in(office.folder, *TRACES) == []
    assert found_in(office.folder, address("ana")) == [address("ana")]


@pytest.mark.parametrize(
    "account",
    [
        replace(STRANGER, email=address("ana"), upn=address("ben")),
        replace(STRANGER, email=address("ana"), is_guest=True),
        replace(STRANGER, email=address("ana"), home=OTHER_TENANT),
        replace(STRANGER, name="Ana"),
        replace(STRANGER, email=address("ana"), upn="ana_partner.example#EXT#@fernweh.example"),
        replace(STRANGER, email=address("ana"), is_terse=True),
    ],
    ids=[
        "two people's addresses",
        "a guest",
        "from another tenant",
        "a name alone",
        "invited",
        "of whom nothing is said",
    ],
)
async def test_nobody_is_taken_for_somebody_else(office: Office, account: Account) -> None:
    await office.world.until("2026-03-02 10:00")
    user = office.newcomer(account)
    await user.installs()
    await user.types("/status")
    await office.settles()
    assert await office.identities() == 0
    assert len(set(user.texts)) == 1
    assert "I'm Touchpoint" not in user.texts[0]


async def test_an_import_makes_a_stranger_known(office: Office) -> None:
    """Their next message connects them, without an install that is told once more."""
    await office.world.until("2026-03-02 10:00")
    dora = Account(account_of("dora"), "Dora", address("dora"), tz=BERLIN)
    user = office.newcomer(dora)
    await user.installs()
    await user.types("hello")
    await office.settles()
    assert await office.identities() == 0
    await office.world.people_are(*PEOPLE, Someone("dora", manager="mara"))
    await user.types("hello")
    await office.settles()
    assert await office.identities() == 1
    assert [text for text in user.texts if "Hello Dora, I'm Touchpoint." in text]
    await office.world.until("2026-03-03 10:05")
    assert "Mara, your manager, can read" in user.shown[-1]


async def test_whoever_blocks_the_app_is_left_alone(office: Office) -> None:
    """One refusal stops what is meant for them, with the reason in sight; others go on. Writing
    to it again ends that."""
    await office.world.until("2026-03-02 10:00")
    await office.installs("mara", "ana", "ben")
    office.user("ana").blocks("MessageWritesBlocked")
    await office.world.until("2026-03-05 12:00")
    conversation = office.user("ana").conversation.id
    tried = [c for c in office.teams.called("post") if c.conversation == conversation]
    assert [call.outcome for call in tried] == ["ok", "MessageWritesBlocked"]
    assert len(office.teams.posts(account_of("ben"))) > 1
    told = office.command("people", "reach")
    assert re.search(rf"{address('ana')} +the app may not write to them", told)
    assert "1 skipped" in office.command("status")
    office.user("ana").conversation.refusal = ""
    await office.user("ana").types("hello")
    await office.settles()
    assert address("ana") not in office.command("people", "reach")
    await office.world.until("2026-03-10 10:05")
    assert len([c for c in office.teams.posts(account_of("ana")) if c.at.day == 10]) == 1


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
async def test_where_others_read_along_there_is_no_data(office: Office, kind: str) -> None:
    """One polite line for everybody, a manager and HR too, whatever they write, and for a press of
    a card that belongs elsewhere a refusal that says the same."""
    world = office.world
    await world.until("2026-03-02 10:00")
    await office.installs("mara", "ana", "ben", "helena")
    await office.user("ana").presses("Start")
    await world.until("2026-03-03 10:05")
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-06 18:00")
    accounts = [office.user(name).account for name in ("mara", "ana", "helena")]
    group = office.teams.state.open_group([*accounts, office.newcomer(STRANGER).account], kind)
    people = await office.identities()
    for name in ("mara", "ana", "helena"):
        for words in ("hello", "/status", "home", "cadences", "Undo", "kestrel three"):
            assert (await office.user(name).mentions(words, group)).acknowledged
    said = {m.text for m in group.messages.values() if m.is_bots}
    assert len(said) == 1
    assert "our personal chat" in said.pop()
    assert not [m for m in group.messages.values() if m.is_bots and m.card]
    for pressed in [
        (Verb.PRESS, data("my_answers", "")),
        (Verb.RUN, data("", "status")),
        (Verb.RUN, data("", "home")),
        (Verb.SHOW, data("", "")),
        (Verb.PRESS, data("admin_status", "")),
    ]:
        for account in accounts:
            ack = await presses(office, account, group, *pressed)
            assert ack.body["statusCode"] == 400
            assert "our personal chat" in ack.body["value"]["message"]
    await office.settles()
    assert await world.my_words("ana") == ["kestrel two", "kestrel one"]
    assert await office.identities() == people
    assert found_in(office.folder, *TRACES) == []


async def test_a_message_in_a_group_moves_nobodys_place(office: Office) -> None:
    """What is theirs goes on coming to the personal chat."""
    await office.world.until("2026-03-02 10:00")
    await office.installs("ana")
    group = office.teams.state.open_group([office.user("ana").account])
    await office.user("ana").mentions("start", group)
    await office.settles()
    await office.world.until("2026-03-03 10:05")
    personal = office.user("ana").conversation.id
    assert {a.conversation for a in office.teams.accepted if a.at.day == 3} == {personal}
