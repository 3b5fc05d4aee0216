"""One company in which everybody of the access matrix works, on Slack and on the local page.

It is Saturday, March 14. Everybody has answered on two Tuesdays, and two summaries went out on the
Fridays. In between, on Monday, Otto went from Mara to Tom, Lea left, and Stan began to stand in for
Mara.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.domain.message import Form
from bot.domain.people import Role
from bot.domain.policy import Expectations, Policy, QuestionsFor
from bot.settings.environment import Environment
from tests.access.eyes import Eyes, SlackEyes, serving_page
from tests.access.teams_eyes import TeamsEyes
from tests.journeys.conftest import SURFACES, prepared
from tests.journeys.given import BERLIN, Someone, check_in, one_to_ones, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.surfaces import Surface
from tests.journeys.world import World
from tests.servers.slack import Member
from tests.servers.teams import OTHER_TENANT, Account

HIRED = date(2025, 9, 1)
PEOPLE = (
    Someone("vera", hired_on=HIRED),
    Someone("mara", manager="vera", hired_on=HIRED),
    Someone("tom", manager="vera", hired_on=HIRED),
    Someone("ana", manager="mara", hired_on=HIRED),
    Someone("ben", manager="mara", hired_on=HIRED),
    Someone("otto", manager="mara", hired_on=HIRED),
    Someone("lea", manager="mara", hired_on=HIRED),
    Someone("stan", manager="vera", hired_on=HIRED),
    Someone("nora", role=Role.HR_ADMIN, hired_on=HIRED),
    Someone("pia", manager="nora", hired_on=HIRED),
    Someone("helena", role=Role.HR_ADMIN, hired_on=HIRED),
    Someone("luc", manager="vera", hired_on=HIRED),
)
ANSWERING = ("mara", "tom", "ana", "ben", "otto", "lea", "stan", "nora", "pia", "helena")
OUTSIDERS = {
    "gus": {"is_restricted": True},
    "una": {"is_ultra_restricted": True},
    "xenia": {"is_stranger": True},
    "rob": {"is_bot": True},
    "dora": {"deleted": True},
}
"""Accounts in the workspace whose e-mail stands on no people list."""

TEAMS_OUTSIDERS: dict[str, dict[str, Any]] = {
    "gus": {"is_guest": True, "email": "ana@fernweh.example"},
    "una": {"home": OTHER_TENANT, "email": "ana@fernweh.example"},
    "xenia": {"tenant": OTHER_TENANT, "email": "ana@fernweh.example"},
    "rob": {"has_object_id": False, "email": "ana@fernweh.example"},
    "dora": {},
}
"""The same in Teams; most of them have Ana's address, by mistake or on purpose."""

FIRST, SECOND = "2026-03-03 10:05", "2026-03-10 10:05"
READ_AT = "2026-03-14 12:00"
CADENCES = (check_in(pack="kinds", reminders=0), weekly_summary(), one_to_ones())
EXPECTED = Expectations(
    "Check it.", "https://fernweh.example/ai", "luc@fernweh.example", QuestionsFor.LEADER
)
POLICY = Policy(
    company="Fernweh",
    time_zone=BERLIN,
    country="DE",
    weekly_cap=9,
    expectations=replace(EXPECTED, text="Check what it gives you."),
)


def word(who: str, what: str) -> str:
    """A word that nobody else says: what somebody `shared`, `kept`, ... and so on."""
    return f"{what}wordof{who}"


def words_of(who: str) -> set[str]:
    """Everything that somebody said in check-ins."""
    return {word(who, what) for what in ("first", "group", "diary", "second", "kept")}


def standing(who: str) -> set[str]:
    """What of that still stands: Ana said something else in place of her second answer."""
    gone = "second" if who == "ana" else "kept"
    return words_of(who) - {word(who, gone)}


BETWEEN = (word("ana", "topic"), word("mara", "promise"), word("mara", "note"))
"""What Ana and Mara keep between them."""

ASKED = word("ben", "unclear")
"""What Ben asks about the AI expectations; Luc reads it."""

SECRETS = {*BETWEEN, ASKED}.union(*(words_of(who) for who in ANSWERING))


async def live(world: World) -> None:
    """Everything that the matrix rests on."""
    await world.until("2026-03-02 10:00")
    await between_ana_and_mara(world)
    await world.until(FIRST)
    for who in ANSWERING:
        await world.act(who, "start", send=False)
    await world.settle()
    for who in ANSWERING:
        await answers(world, who, "first")
    await world.configure(CADENCES, replace(POLICY, expectations=EXPECTED))
    await world.wait()
    form = await world.opens("ben", "expectations_ask")
    await world.submits("ben", form, {"text": ASKED})
    await world.until("2026-03-06 15:30")
    await changes(world)
    await world.until(SECOND)
    for who in ANSWERING:
        if who != "lea":
            await answers(world, who, "second")
    await keeps(world, "ana")
    await world.until(READ_AT)


async def between_ana_and_mara(world: World) -> None:
    """A topic, a promise, and a note of a 1:1."""
    ana, mara = (str(world.ids[name]) for name in ("ana", "mara"))
    given = {"rhythm": "two_weeks", "weekday": "1", "first": "2026-03-03"}
    await sends(world, "mara", "one_to_one_set", ana, given)
    await sends(world, "ana", "agenda_open", mara, {"text": BETWEEN[0]})
    promised = {"text": BETWEEN[1], "due": "2026-04-10"}
    await sends(world, "mara", "promise_open", ana, promised)
    await world.until("2026-03-03 09:30")
    form = await world.opens("mara", "meeting_held")
    await world.submits("mara", form, {"notes": BETWEEN[2]})


async def sends(world: World, who: str, action: str, value: str, fields: dict[str, str]) -> None:
    form = (await world.act(who, action, value)).view
    assert isinstance(form, Form)
    await world.submits(who, form, fields)


async def answers(world: World, who: str, what: str) -> None:
    """The check-in's form: shared with the manager, meant for groups, and for oneself."""
    form = await world.opens(who, "open_form")
    given = {"text:clear": word(who, what), "rating:clear": "4", "rating:mood": "3"}
    if what == "first":
        given |= {"text:trust": word(who, "group"), "text:diary": word(who, "diary")}
    await world.submits(who, form, given)


async def keeps(world: World, who: str) -> None:
    """Says something else instead, and keeps it to oneself."""
    form = await world.opens(who, "open_form")
    await world.submits(who, form, {"text:clear": word(who, "kept")})
    await world.press_under(who, f"4/5\n{word(who, 'kept')}", "only_me")


async def changes(world: World) -> None:
    """On Monday Otto gets another manager, Lea leaves, and Stan stands in for Mara."""
    await world.until("2026-03-09 08:00")
    await world.changes(otto="tom")
    await world.leaves("lea")
    given = {"who": "stan@fernweh.example", "since": "2026-03-09", "until": "2026-03-27"}
    await sends(world, "mara", "standing_in", "", given)


def eyes_in(world: World, surface: Surface) -> Eyes | None:
    """Those for a chat platform; the local page is served apart."""
    if isinstance(surface, OnTeams):
        return TeamsEyes(world, surface)
    return SlackEyes(world, surface) if isinstance(surface, OnSlack) else None


def let_in_outsiders(surface: Surface) -> None:
    """Accounts of people who stand on no people list; they can write to the app all the same."""
    if isinstance(surface, OnSlack):
        for name, account in OUTSIDERS.items():
            surface.slack.change(Member(f"U{name.upper()}", name.capitalize(), **account))
    if isinstance(surface, OnTeams):
        for name, account in TEAMS_OUTSIDERS.items():
            made = Account(account_of(name), name.capitalize(), **account)
            surface.teams.change(made)
            surface.teams.state.open_personal(made)


@asynccontextmanager
async def lived(folder: Path, platform: str) -> AsyncIterator[Eyes]:
    """The company as it is on that Saturday, to be looked at."""
    environment = prepared(folder)
    surface = SURFACES[platform]()
    world = await World.open(environment, PEOPLE, CADENCES, policy=POLICY, surface=surface)
    try:
        let_in_outsiders(surface)
        await live(world)
        if (eyes := eyes_in(world, surface)) is not None:
            yield eyes
            return
        await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(world.now))
    finally:
        await world.close()
    async with serving_page(world) as eyes:
        yield eyes


def environment_of(eyes: Eyes) -> Environment:
    """Where the company's databases lie, for the command line."""
    return eyes.world.environment
