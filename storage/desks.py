"""Managers' desks: when to look at each, and the rhythm of the 1:1s with every report."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, or_, select

from bot.domain.one_to_one import Acting, OneToOne, Rhythm
from bot.domain.ports.desk_store import Desk
from storage.store import SOME, Found, Store, own, plain
from storage.tables.desk import ActingRow, DeskRow, OneToOneRow

_desk = DeskRow.__table__
_one = OneToOneRow.__table__
_DUE = (
    select(_desk.c.manager_id)
    .where(own(_desk), _desk.c.next_at.is_not(None), _desk.c.next_at <= bindparam("now"))
    .order_by(_desk.c.next_at, _desk.c.manager_id)
    .limit(bindparam("most"))
)
_NEXT = select(func.min(_desk.c.next_at)).where(own(_desk), _desk.c.next_at.is_not(None))
_DESK = tuple(field.name for field in fields(Desk))
_GET = select(*(_desk.c[name] for name in _DESK)).where(
    own(_desk), _desk.c.manager_id == bindparam("manager")
)
_LOCK = _GET.with_for_update()
_NAMES = tuple(field.name for field in fields(OneToOne))
_OF_MANAGER = select(*(_one.c[name] for name in _NAMES)).where(
    own(_one), _one.c.manager_id == bindparam("manager")
)
_OF_TWO = _OF_MANAGER.where(_one.c.employee_id == bindparam("employee"))
_acting = ActingRow.__table__
_ACTING = tuple(field.name for field in fields(Acting))
_STANDING_IN = select(*(_acting.c[name] for name in _ACTING)).where(own(_acting))
_STAND_IN = _STANDING_IN.where(_acting.c.manager_id == bindparam("manager"))
_STAND_INS = _STANDING_IN.where(_acting.c.manager_id.in_(SOME))
_COVERED = _STANDING_IN.where(_acting.c.acting_id == bindparam("acting")).order_by(_acting.c.id)
_DISMISS = delete(_acting).where(own(_acting), _acting.c.manager_id == bindparam("manager"))
_TWO = ("organisation_id", "manager_id", "employee_id")


class SqlDesks(Store):
    """The Desks port."""

    def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        return list(self._run(_DUE, now=now, most=limit).scalars())

    def next_at(self) -> datetime | None:
        return self._run(_NEXT).scalar()

    def get(self, manager_id: UUID) -> Desk | None:
        row = self._run(_GET, manager=manager_id).one_or_none()
        return None if row is None else Desk(*row)

    def lock(self, manager_id: UUID) -> Desk | None:
        row = self._run(_LOCK, manager=manager_id).one_or_none()
        return None if row is None else Desk(*row)

    def put(self, desk: Desk) -> None:
        insert = self._insert(_desk)
        changed = {name: insert.excluded[name] for name in _DESK if name != "manager_id"}
        statement = insert.on_conflict_do_update(
            index_elements=("organisation_id", "manager_id"), set_=changed
        )
        self._connection.execute(statement, plain(desk) | {"organisation_id": self._organisation})

    def wake(self, managers: Iterable[UUID], at: datetime) -> None:
        insert = self._insert(_desk)
        later = or_(_desk.c.next_at.is_(None), _desk.c.next_at > insert.excluded.next_at)
        sooner = case((later, insert.excluded.next_at), else_=_desk.c.next_at)
        statement = insert.on_conflict_do_update(
            index_elements=("organisation_id", "manager_id"), set_={"next_at": sooner}
        )
        rows = [
            {
                "organisation_id": self._organisation,
                "manager_id": manager,
                "next_at": at,
                "nudged_on": None,
                "away_until": None,
            }
            for manager in sorted(set(managers))
        ]
        if rows:
            self._connection.execute(statement, rows)

    def one_to_ones(self, manager_id: UUID) -> Sequence[OneToOne]:
        return [_one_of(row) for row in self._run(_OF_MANAGER, manager=manager_id)]

    def one_to_one(self, manager_id: UUID, employee_id: UUID) -> OneToOne | None:
        row = self._run(_OF_TWO, manager=manager_id, employee=employee_id).one_or_none()
        return None if row is None else _one_of(row)

    def save_one_to_one(self, one: OneToOne) -> None:
        insert = self._insert(_one)
        changed = {n: insert.excluded[n] for n in _NAMES if n not in ("id", *_TWO)}
        statement = insert.on_conflict_do_update(index_elements=_TWO, set_=changed)
        self._connection.execute(statement, plain(one))

    def appoint(self, acting: Acting) -> None:
        insert = self._insert(_acting)
        changed = {name: insert.excluded[name] for name in ("acting_id", "since", "until")}
        statement = insert.on_conflict_do_update(
            index_elements=("organisation_id", "manager_id"), set_=changed
        )
        self._connection.execute(statement, plain(acting))

    def dismiss(self, manager_id: UUID) -> None:
        self._run(_DISMISS, manager=manager_id)

    def stand_in(self, manager_id: UUID) -> Acting | None:
        row = self._run(_STAND_IN, manager=manager_id).one_or_none()
        return None if row is None else Acting(*row)

    def stand_ins(self, managers: Iterable[UUID]) -> Sequence[Acting]:
        return [Acting(*row) for row in self._run_among(managers, _STAND_INS)]

    def covered_by(self, person_id: UUID) -> Sequence[Acting]:
        return [Acting(*row) for row in self._run(_COVERED, acting=person_id)]


def _one_of(row: Found) -> OneToOne:
    return replace(OneToOne(*row), rhythm=Rhythm(row.rhythm))
