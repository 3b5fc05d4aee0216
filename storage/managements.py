"""Who manages whom, now and before; who is employed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.people import Management, Person
from storage.person_rows import PERSON_COLUMNS, person_of
from storage.queries import chunks
from storage.store import SOME, Query, Store, own
from storage.tables.people import EmploymentRow, ManagementRow, PersonRow

_person = PersonRow.__table__
_management = ManagementRow.__table__
_employment = EmploymentRow.__table__


def held_at(moment: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a management row holds at that moment, as `Management.holds_at` says it."""
    until = _management.c.until
    return (_management.c.since <= moment) & or_(until.is_(None), until > moment)


_MANAGER_OF = (
    select(*PERSON_COLUMNS)
    .join(_management, _management.c.manager_id == _person.c.id)
    .where(
        own(_management),
        _management.c.person_id == bindparam("person"),
        held_at(bindparam("at", type_=_management.c.since.type)),
    )
)
_MANAGERS_OF = select(_management.c.person_id, _management.c.manager_id).where(
    own(_management),
    _management.c.person_id.in_(SOME),
    held_at(bindparam("at", type_=_management.c.since.type)),
)
_MANAGEMENTS_OF = select(
    _management.c.person_id,
    _management.c.manager_id,
    _management.c.since,
    _management.c.until,
).where(own(_management), _management.c.person_id.in_(SOME))

_MANAGING = (
    select(_management.c.manager_id)
    .distinct()
    .where(
        own(_management),
        _management.c.manager_id.in_(SOME),
        held_at(bindparam("at", type_=_management.c.since.type)),
    )
)


class Managements(Store):
    """The part of the People port about managers and employment."""

    def manager_of(self, person_id: UUID, at: datetime) -> Person | None:
        row = self._run(_MANAGER_OF, person=person_id, at=at).first()
        return None if row is None else person_of(row)

    def managers_of(self, people: Iterable[UUID], at: datetime) -> dict[UUID, UUID]:
        return {
            row.person_id: row.manager_id for row in self._run_among(people, _MANAGERS_OF, at=at)
        }

    def managing(self, people: Iterable[UUID], at: datetime) -> set[UUID]:
        return {row.manager_id for row in self._run_among(people, _MANAGING, at=at)}

    def reports_of(self, manager_id: UUID, at: datetime) -> Sequence[Person]:
        query = (
            select(*PERSON_COLUMNS)
            .join(_management, _management.c.person_id == _person.c.id)
            .where(
                self._own(_management),
                _management.c.manager_id == manager_id,
                held_at(at),
                _person.c.active,
            )
            .order_by(_person.c.name, _person.c.email)
        )
        return [person_of(row) for row in self._connection.execute(query)]

    def managements_of(self, people: Iterable[UUID]) -> Sequence[Management]:
        """Oldest first."""
        found = (Management(*row) for row in self._run_among(people, _MANAGEMENTS_OF))
        return sorted(found, key=lambda management: management.since)

    def change_managers(self, changes: Mapping[UUID, UUID | None], at: datetime) -> None:
        before = self._open_managers(changes)
        changed = {p: m for p, m in changes.items() if before.get(p) != m}
        self._close(_management.c.person_id, changed, at)
        rows = [
            {
                "id": uuid4(),
                "organisation_id": self._organisation,
                "person_id": person,
                "manager_id": manager,
                "since": at,
                "until": None,
            }
            for person, manager in changed.items()
            if manager is not None
        ]
        self._add(_management, rows)

    def start_employment(self, people: Iterable[UUID], on: date) -> None:
        """Changes nothing for those employed already."""
        rows = [
            {
                "id": uuid4(),
                "organisation_id": self._organisation,
                "person_id": person,
                "started_on": on,
                "ended_at": None,
            }
            for person in people
        ]
        self._add_new(_employment, rows)

    def end_employment(self, people: Iterable[UUID], at: datetime) -> None:
        for some in chunks(list(people)):
            self._connection.execute(
                update(_person)
                .where(self._own(_person), _person.c.id.in_(some))
                .values(active=False)
            )
            self._connection.execute(
                update(_employment)
                .where(
                    self._own(_employment),
                    _employment.c.person_id.in_(some),
                    _employment.c.ended_at.is_(None),
                )
                .values(ended_at=at)
            )
            self._close(_management.c.person_id, some, at)
            self._close(_management.c.manager_id, some, at)

    def _open_managers(self, people: Iterable[UUID]) -> dict[UUID, UUID]:
        def query(some: Sequence[UUID]) -> Query:
            return select(_management.c.person_id, _management.c.manager_id).where(
                self._own(_management),
                _management.c.person_id.in_(some),
                _management.c.until.is_(None),
            )

        return {row.person_id: row.manager_id for row in self._among(people, query)}

    def _close(self, side: ColumnElement[UUID], people: Iterable[UUID], at: datetime) -> None:
        for some in chunks(list(people)):
            self._connection.execute(
                update(_management)
                .where(self._own(_management), side.in_(some), _management.c.until.is_(None))
                .values(until=at)
            )
