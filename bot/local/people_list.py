"""Who one can be on the local page: managers, employees and HR admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn, State
from bot.domain.people import Person, Role
from bot.domain.ports.people_store import Roster
from bot.domain.ports.unit_of_work import Tx
from bot.local.render import Reader
from bot.services.kit import Kit

SHOWN = 60
_TINTS = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """`waiting`: something asks for an answer. `tint` is one of the circles' colours."""

    id: str
    name: str
    team: str
    local_time: str
    waiting: bool
    tint: int


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    people: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class PeopleList:
    """`more` people are left out; `total` belong to the organisation."""

    groups: Sequence[Group]
    more: int
    total: int


async def people_list(kit: Kit, reader: Reader, now: datetime, search: str = "") -> PeopleList:
    """Everybody whose name holds `search`, by name, at most as many as a page can show."""
    return await kit.uow.read(lambda tx: _list(tx, reader, now, search.strip().casefold()))


def _list(tx: Tx, reader: Reader, now: datetime, search: str) -> PeopleList:
    roster = [line for line in tx.people.roster() if line.has_identity]
    managers = {line.manager_id for line in roster}
    found = [line for line in roster if search in line.name.casefold()]
    shown = sorted(found, key=lambda line: (line.person_id not in managers, line.name))[:SHOWN]
    ids = [line.person_id for line in shown]
    people, holders = tx.people.many(ids), tx.check_ins.place_holders(ids, now)
    groups: dict[str, list[Entry]] = {"managers": [], "employees": [], "hr": []}
    for line in shown:
        code = _group(people[line.person_id], managers)
        groups[code].append(_entry(reader, line, now, holders.get(line.person_id)))
    listed = [Group(code, entries) for code, entries in groups.items() if entries]
    return PeopleList(listed, len(found) - len(shown), len(roster))


def _group(person: Person, managers: set[UUID | None]) -> str:
    if person.role is Role.HR_ADMIN:
        return "hr"
    return "managers" if person.id in managers else "employees"


def _entry(reader: Reader, line: Roster, now: datetime, holder: CheckIn | None) -> Entry:
    there = Reader(reader.words, reader.locale, line.time_zone)
    return Entry(
        id=str(line.person_id),
        name=line.name,
        team=line.team or "",
        local_time=there.say("local_time", moment=now),
        waiting=holder is not None and holder.audience_shown and holder.state in _ASKING,
        tint=line.person_id.int % _TINTS,
    )


_ASKING = frozenset({State.OFFERED, State.OPEN})
