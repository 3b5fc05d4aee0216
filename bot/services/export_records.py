"""A person's settings, and what else the tables hold of them: accounts, managers, messages, ..."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

from bot.domain.ports.own_data_store import Plain, Record
from bot.domain.ports.queue_store import LocalMessage, Reading
from bot.services.export_source import Json, Source
from bot.services.sealing import LOCAL_FIELD, open_text

_UNNAMED = "unnamed"
"""How something was shown that its reader was not to know the author of."""

_ALL = 1_000_000
_PEOPLE = frozenset({"acting_id", "employee_id", "manager_id", "person_id", "subject_id"})


def settings(source: Source) -> Json:
    """What the people list says, and what the person chose."""
    person = source.person
    return {
        "id": str(person.id),
        "name": person.name,
        "email": person.email,
        "team": person.team,
        "country": person.country,
        "time_zone": person.time_zone,
        "locale": person.locale,
        "role": person.role.value,
        "hired_on": source.day(person.hired_on),
        "works_here": person.active,
        "participation": person.participation.value,
        "paused_until": source.moment(person.paused_until),
        "ai_off_since": source.moment(person.ai_off_at),
        "early_signs_off_since": source.moment(person.signs_off_at),
        "follow_ups_off_since": source.moment(person.follow_ups_off_at),
    }


def local_messages(source: Source) -> list[Json]:
    """The thread of the local page. The words of the bot's messages are left out: they repeat what
    stands elsewhere here, and a manager's hold what others said.
    """
    kept = source.tx.local_messages.of_person(source.person.id, _ALL)
    return [_local(source, message) for message in kept]


def _local(source: Source, message: LocalMessage) -> Json:
    by_you = message.author == "person"
    return {
        "id": str(message.id),
        "by_you": by_you,
        "at": source.moment(message.sent_at),
        "text": _typed(source, message) if by_you else None,
    }


def _typed(source: Source, message: LocalMessage) -> str | None:
    opened = open_text(source.vault, source.person.id, message.id, LOCAL_FIELD, message.sealed)
    return str(json.loads(opened)["text"]) if opened is not None else None


def shown_to_you(source: Source) -> list[Json]:
    """What the person was shown of others: whose, unless they were not to know, and when."""
    log = source.tx.read_log.by_reader(source.person.id)
    names = source.names(reading.person_id for reading in log)
    return [_shown(source, reading, names) for reading in log]


def _shown(source: Source, reading: Reading, names: Mapping[UUID, str]) -> Json:
    whose = None if reading.how == _UNNAMED else names[reading.person_id]
    return {"of": whose, "how": reading.how, "at": source.moment(reading.at)}


def records(source: Source) -> dict[str, list[Json]]:
    """The rest by kind. An id of a person or cadence becomes its name."""
    found = source.tx.own_data.records(source.person.id)
    names = source.names(_people_in(record for rows in found.values() for record in rows))
    return {
        kind: [_record(source, record, names) for record in rows] for kind, rows in found.items()
    }


def _people_in(records: Iterable[Record]) -> Iterator[UUID]:
    for record in records:
        for column, value in record.items():
            if column in _PEOPLE and isinstance(value, UUID):
                yield value


def _record(source: Source, record: Record, names: Mapping[UUID, str]) -> Json:
    return {
        _field(column, value): _plain(source, column, value, names)
        for column, value in record.items()
    }


def _field(column: str, value: Plain) -> str:
    return column.removesuffix("_id") if isinstance(value, UUID) else column


def _plain(
    source: Source, column: str, value: Plain, names: Mapping[UUID, str]
) -> str | int | bool | None:
    if isinstance(value, UUID):
        return names[value] if column in _PEOPLE else source.cadences.get(value, "")
    if isinstance(value, datetime):
        return source.moment(value)
    return value.isoformat() if isinstance(value, date) else value
