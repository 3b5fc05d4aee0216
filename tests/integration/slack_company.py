"""A company in Slack for real processes: whatever the hour, it is noon on a working day there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import holidays

from bot.bootstrap import Built, create_organisation, prepare
from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.local_time import QuietHours
from bot.domain.organisation import Configuration, Installation
from bot.domain.packs import AudienceKind, Pack, Question, QuestionKind, Wording
from bot.domain.people import Identity, Participation, Person, Role
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence, Unit
from bot.services.manage_cadence import apply
from bot.services.memberships import sync_plans
from bot.services.people_file import ParsedPeople, PersonRow
from bot.services.sync_people import apply_sync
from bot.settings import Environment
from scheduling.calendar import WorkCalendar
from storage.master_key import create_master_key_file
from tests.harness import ROOT, locked, run_directory
from tests.integration.demo_office import environment_in, opened
from tests.servers.slack import BOT_USER, TEAM

REPORTS = ("ana", "ben", "cem", "dua", "eva", "fin", "gus", "ida", "jan")
"""They report to Mia; all of them take part."""

EVERYBODY = ("mia", *REPORTS)
QUESTION, NEXT_QUESTION = "How is work?", "Any wish?"

_COLUMNS = frozenset({"email", "name", "manager_email", "country", "time_zone"})


def _asks(key: str, kind: QuestionKind, text: str) -> Question:
    return Question(key, kind, AudienceKind.MANAGER, {"en": Wording(text)})


_PACK = Pack(
    "pair",
    {"en": "Pair"},
    (
        _asks("work", QuestionKind.TEXT_AND_RATING, QUESTION),
        _asks("wish", QuestionKind.TEXT, NEXT_QUESTION),
    ),
)


def account(name: str) -> str:
    """The Slack user of somebody."""
    return f"U0{name.upper()}"


async def moved_in(folder: Path, database_url: str | None = None) -> Environment:
    """The company in databases of its own; SQLite files are filled once in a run, and copied."""
    if database_url is not None:
        environment = _environment(folder, database_url)
        assert environment.master_key_file is not None
        create_master_key_file(environment.master_key_file)
        await _fill(environment)
        return environment
    template = run_directory() / "slack-company"
    await asyncio.to_thread(_make, template)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return _environment(folder)


def _make(template: Path) -> None:
    with locked(run_directory() / "slack-company.lock"):
        if not template.exists():
            making = run_directory() / "slack-company.making"
            asyncio.run(_fill(_environment(making)))
            making.rename(template)


def _environment(folder: Path, database_url: str | None = None) -> Environment:
    return replace(environment_in(folder, database_url), config=ROOT / "app.yaml")


async def _fill(environment: Environment) -> None:
    now = datetime.now(UTC)
    await asyncio.to_thread(prepare, environment)
    await create_organisation(environment, "Fernweh", now)
    async with opened(environment) as built:
        await _introduce(built, now)
        await people_are(built, EVERYBODY)
        for person in (await people_of(built)).values():
            await built.uow.write(
                lambda tx, p=person: tx.people.set_participation(p.id, Participation.STARTED)
            )
        zone = _where_it_is_noon(now)
        quiet = QuietHours(time(0), time(0, 1))
        policy = Policy(company="Fernweh", time_zone=zone, quiet=quiet, weekly_cap=9)
        configuration = Configuration(policy, (_PACK,), (_check_in(now.date()),))
        await apply(built.uow, built.kit.calendar, configuration, author="hr", now=now)


async def _introduce(built: Built, now: datetime) -> None:
    """The workspace as an earlier start of the process found it."""
    found = Installation(
        uuid4(), built.organisation.id, "slack", TEAM, "Touchpoint Tests", bot_user_id=BOT_USER
    )
    await built.uow.write(lambda tx: tx.organisations.add_installation(found, now))


async def people_are(built: Built, names: Sequence[str]) -> None:
    """Imports a people list; who isn't in it leaves."""
    now = datetime.now(UTC)
    zone = _where_it_is_noon(now)
    country = _where_people_work(now.astimezone(ZoneInfo(zone)).date())
    rows = tuple(_row(line, name, zone, country) for line, name in enumerate(names, 2))
    slack = await built.uow.read(lambda tx: tx.organisations.installation("slack"))
    assert slack is not None

    def identity(person: Person) -> Identity:
        user = account(person.email.partition("@")[0])
        return Identity(uuid4(), person.id, slack.id, "slack", user, "")

    parsed = ParsedPeople(rows=rows, columns=_COLUMNS)
    await apply_sync(built.uow, parsed, now=now, actor="hr", identities=identity)
    await sync_plans(built.uow, built.kit.calendar, now)


async def people_of(built: Built) -> dict[str, Person]:
    """Everybody by name."""
    found = await built.uow.read(lambda tx: tx.people.by_email([_address(n) for n in EVERYBODY]))
    return {email.partition("@")[0]: person for email, person in found.items()}


def _check_in(today: date) -> CadenceSpec:
    """Due for nobody within weeks: a test says for whom it was due, and when."""
    weekly = Recurrence(Unit.WEEK, 1, time(12), today + timedelta(weeks=8), weekday=1)
    return CadenceSpec(
        key="pulse",
        kind=CadenceKind.CHECK_IN,
        title="Pulse",
        recurrence=weekly,
        audience=Audience(everyone=True),
        pack="pair",
        reminders=0,
    )


def _row(line: int, name: str, zone: str, country: str | None) -> PersonRow:
    return PersonRow(
        line=line,
        email=_address(name),
        name=name.capitalize(),
        manager_email=_address("mia") if name in REPORTS else None,
        team=None,
        country=country,
        time_zone=zone,
        hired_on=None,
        locale="en",
        role=Role.EMPLOYEE,
    )


def _address(name: str) -> str:
    return f"{name}@fernweh.example"


def _where_it_is_noon(now: datetime) -> str:
    """A zone where it is between 12:00 and 13:00: far from midnight for as long as tests run."""
    east = 12 - now.hour
    return f"Etc/GMT{-east:+d}" if east else "UTC"


def _where_people_work(day: date) -> str | None:
    """A country in which that is a working day, be it a Saturday or a holiday in many others."""
    calendar = WorkCalendar()
    often = (None, "IR", "DJ", "BD")
    anywhere = (*often, *holidays.list_supported_countries())
    return next(country for country in anywhere if calendar.is_working_day(country, day))
