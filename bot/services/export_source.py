"""What the parts of an export read from, and how they write down people, moments and readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

from bot.domain.packs import Pack
from bot.domain.people import Person
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault

Json: TypeAlias = dict[str, Any]
"""A mapping of JSON's own types: texts, numbers, truth values, None, lists and mappings."""


@dataclass(frozen=True)
class Source:
    """One person who asks for what is kept about them at `now` (aware UTC), and their key."""

    tx: Tx
    vault: Vault
    person: Person
    now: datetime

    @cached_property
    def readings(self) -> Mapping[UUID, list[Reading]]:
        """What was shown to others, by the answer or question."""
        found: dict[UUID, list[Reading]] = defaultdict(list)
        for reading in self.tx.read_log.of_person(self.person.id):
            found[reading.answer_id].append(reading)
        return found

    def shown(self, row_id: UUID) -> list[Json]:
        """To whom an answer or question was shown, and when."""
        log = self.readings.get(row_id, [])
        names = self.names(reading.reader_id for reading in log)
        return [{"to": names[r.reader_id], "how": r.how, "at": self.moment(r.at)} for r in log]

    def names(self, people: Iterable[UUID]) -> dict[UUID, str]:
        """Each one's name; empty for somebody who is not there any more."""
        wanted = set(people)
        found = self.tx.people.many(wanted)
        return {each: found[each].name if each in found else "" for each in wanted}

    def packs(self, revisions: Iterable[UUID]) -> dict[UUID, Pack]:
        """The packs of these revisions."""
        found = self.tx.cadences.packs(revisions)
        return {key: revision.pack for key, revision in found.items()}

    @cached_property
    def cadences(self) -> Mapping[UUID, str]:
        """The title that each cadence has now."""
        return {r.cadence_id: r.spec.title for r in self.tx.cadences.current()}

    @staticmethod
    def moment(moment: datetime | None) -> str | None:
        """ISO 8601 in UTC."""
        return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None

    @staticmethod
    def day(day: date | None) -> str | None:
        """ISO 8601."""
        return day.isoformat() if day else None
