"""A fresh demo database: the people, the configuration and the script, checked and put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID

from bot.bootstrap import Built, local_identity
from bot.demo.hands import Actor
from bot.demo.pair_script import PairScript, load_pairs
from bot.demo.script import Turn, load_answers
from bot.domain.organisation import Configuration
from bot.domain.people import Person
from bot.services.manage_cadence import apply
from bot.services.memberships import sync_plans
from bot.services.people_encoding import Unreadable
from bot.services.people_file import ParsedPeople, parse_people, read_people_file
from bot.services.sync_people import apply_sync

HERE = Path(__file__).parent
SAMPLE_PEOPLE = HERE / "people.csv"
SAMPLE_ANSWERS = HERE / "answers.yaml"
SAMPLE_ONE_TO_ONES = HERE / "one_to_ones.yaml"
_SHIPPED = HERE / "app.yaml"
SAMPLE_CONFIGURATION = _SHIPPED if _SHIPPED.exists() else HERE.parents[1] / "app.yaml"
"""In a wheel the sample lies beside this file, in a checkout at its root."""

START = date(2026, 3, 2)
"""A Monday: the four weeks from here hold the spring clock change of the United States."""


class DemoRefused(Exception):
    """A file given to the demo can't be used; the message names line, field and remedy."""


@dataclass(frozen=True, slots=True)
class Company:
    """The cast and the first moment of a demo."""

    configuration: Configuration
    people: ParsedPeople
    turns: tuple[Turn, ...]
    pairs: tuple[PairScript, ...]
    starts_at: datetime


def gather(
    configuration: Configuration,
    people: Path,
    answers: Path | None,
    one_to_ones: Path | None = None,
) -> Company:
    """Reads and checks everything before anything is written. Without answers nobody answers,
    without 1:1s nobody meets. Of the sample's answers what the configuration doesn't ask is left.

    Raises DemoRefused with every problem of the people file, ConfigurationError for the scripts.
    """
    try:
        raw = read_people_file(people)
    except Unreadable as error:
        raise DemoRefused(f"{people} {error}") from None
    parsed = parse_people(raw, defaults=configuration.policy, today=START)
    if parsed.problems:
        lines = "\n".join(f"{people.name}: {problem}" for problem in parsed.problems)
        raise DemoRefused(lines)
    emails = {row.email for row in parsed.rows}
    asked = {key for pack in configuration.packs for key in pack.keys}
    questions = None if answers == SAMPLE_ANSWERS else asked
    turns = load_answers(answers, people=emails, questions=questions) if answers else ()
    managers = {row.email: row.manager_email for row in parsed.rows}
    pairs = load_pairs(one_to_ones, managers) if one_to_ones else ()
    return Company(configuration, parsed, turns, pairs, datetime.combine(START, time(0), UTC))


async def move_in(built: Built, company: Company) -> None:
    """Fills the empty database as an HR admin would: people first, then the cadences."""
    if built.local is None:
        raise DemoRefused("the database is not marked as a demo; start with an empty folder")
    now, uow = company.starts_at, built.uow
    identities = local_identity(built.local.id)
    await apply_sync(uow, company.people, now=now, actor="demo", identities=identities)
    calendar = built.kit.calendar
    await apply(uow, calendar, company.configuration, author="demo", now=now)
    await sync_plans(uow, calendar, now)


async def cast(built: Built, company: Company) -> list[Actor]:
    """Everybody on the list, with their own turns."""
    turns: dict[str, dict[int, Turn]] = defaultdict(dict)
    for turn in company.turns:
        turns[turn.person][turn.week] = turn
    people = await _everybody(built, company)
    return [
        Actor(p.id, p.email, p.zone, turns.get(p.email, {}), _pairs(company, people, p.email))
        for p in people.values()
    ]


def _pairs(company: Company, people: Mapping[str, Person], email: str) -> dict[UUID, PairScript]:
    """Whom somebody meets."""
    return {
        people[pair.report if pair.manager == email else pair.manager].id: pair
        for pair in company.pairs
        if email in (pair.manager, pair.report)
    }


async def _everybody(built: Built, company: Company) -> dict[str, Person]:
    emails = [row.email for row in company.people.rows]
    return dict(await built.uow.read(lambda tx: tx.people.by_email(emails)))
