"""A manager and a report: who they are, what each may read of what stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from bot.domain.agenda import AgendaItem
from bot.domain.between import Between
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.promise import Promise
from bot.domain.visibility import may_share
from bot.services.act import is_uuid
from bot.services.audience import current_manager
from bot.services.sealing import open_text, seal_text

B = TypeVar("B", bound=Between)

_TABLES = {Promise: "promise", AgendaItem: "agenda_item"}


@dataclass(frozen=True, slots=True)
class Pair:
    """`manager` manages `employee` at this moment."""

    employee: Person
    manager: Person

    def other(self, person: Person) -> Person:
        """The one of the two who isn't `person`."""
        return self.manager if person.id == self.employee.id else self.employee


def counterparts(tx: Tx, person: Person, now: datetime) -> list[Person]:
    """With whom somebody has something between them: their manager, then their reports by name."""
    manager = current_manager(tx, person.id, now)
    return [*([manager] if manager else []), *tx.people.reports_of(person.id, now)]


def pair_with(tx: Tx, person: Person, other_id: str, now: datetime) -> Pair | None:
    """The two of them, only where one manages the other: ids in buttons can be forged."""
    if not is_uuid(other_id):
        return None
    other = tx.people.get(UUID(other_id))
    if other is None or not other.active:
        return None
    for employee, manager in ((person, other), (other, person)):
        found = current_manager(tx, employee.id, now)
        if found is not None and found.id == manager.id:
            return Pair(employee, manager)
    return None


def pair_of(tx: Tx, item: Between, now: datetime) -> Pair | None:
    """The two that an item stands between, while both may read it; None once that has ended."""
    if not readable(tx, [item], item.manager_id, now):
        return None
    people = tx.people.many([item.employee_id, item.manager_id])
    return Pair(people[item.employee_id], people[item.manager_id])


def readable(tx: Tx, items: Sequence[B], reader_id: UUID, now: datetime) -> list[B]:
    """Those of the items that this person may read at `now` (aware UTC)."""
    managements = tx.people.managements_of({item.employee_id for item in items})
    return [
        item
        for item in items
        if may_share(
            reader_id=reader_id,
            employee_id=item.employee_id,
            manager_id=item.manager_id,
            managements=managements,
            made_at=item.created_at,
            now=now,
        )
    ]


def sealed(vault: Vault, item: B, text: str) -> B:
    """The item with its text sealed for each of the two, whose keys the vault must hold."""

    def copy_of(role: str, person_id: UUID) -> bytes | None:
        return seal_text(vault, person_id, item.id, _field(item, role), text)

    return replace(
        item,
        sealed_for_employee=copy_of("employee", item.employee_id),
        sealed_for_manager=copy_of("manager", item.manager_id),
    )


def text_of(vault: Vault, item: Between, reader_id: UUID) -> str | None:
    """The text as one of the two may read it, from their own copy; None where it is gone.

    Whether they may is not asked here: see `readable`. Raises ValueError for anybody else.
    """
    role = item.role(reader_id)
    copy = item.sealed_for_employee if role == "employee" else item.sealed_for_manager
    return open_text(vault, reader_id, item.id, _field(item, role), copy)


def _field(item: Between, role: str) -> str:
    return f"{_TABLES[type(item)]}.text:{role}"
