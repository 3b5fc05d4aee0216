"""Promises, and what of them is due for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.promise import Promise, PromiseState, Says, Side
from storage.pairs import BetweenStore
from storage.store import Found, plain
from storage.tables.pair import PromiseRow

_promise = PromiseRow.__table__
_ROLES = ("employee", "manager")
_SIDE = tuple(field.name for field in fields(Side))
_PLAIN = tuple(field.name for field in fields(Promise) if field.name not in _ROLES)
_FINAL = (Says.HAPPENED.value, Says.NO.value)


def _not_final(says: ColumnElement[str | None]) -> ColumnElement[bool]:
    return or_(says.is_(None), says.not_in(_FINAL))


_STANDING: ColumnElement[bool] = _promise.c.state != PromiseState.WITHDRAWN.value
_OPEN = _STANDING & or_(
    _not_final(_promise.c.employee_says),
    _not_final(_promise.c.manager_says),
    (_promise.c.employee_says == Says.NO.value) & _promise.c.may_raise.is_(None),
)
_FOR_MANAGER = _STANDING & or_(
    _promise.c.manager_ask_at.is_not(None),
    (_promise.c.author_id == _promise.c.manager_id) & _promise.c.remind_at.is_not(None),
    _promise.c.may_raise & _promise.c.raised_at.is_(None),
)


class SqlPromises(BetweenStore[Promise]):
    """The Promises port."""

    _table = _promise
    _is_open = _OPEN
    _names = (*_PLAIN, *(f"{role}_{name}" for role in _ROLES for name in _SIDE))

    def open_of_pairs(self, person_id: UUID) -> Sequence[Promise]:
        return self._soonest(_OPEN, self._with(person_id))

    def of_pair(self, employee_id: UUID, manager_id: UUID) -> Sequence[Promise]:
        return self._soonest(_OPEN, self._of_pair(employee_id, manager_id))

    def for_manager(self, manager_id: UUID) -> Sequence[Promise]:
        return self._soonest(_FOR_MANAGER, _promise.c.manager_id == manager_id)

    def kept(self, manager_id: UUID, since: datetime, until: datetime) -> Sequence[Promise]:
        said_at, managers = _promise.c.employee_said_at, _promise.c.manager_says
        return self._soonest(
            _STANDING,
            _promise.c.manager_id == manager_id,
            _promise.c.employee_says == Says.HAPPENED.value,
            or_(managers.is_(None), managers != Says.NO.value),
            said_at >= since,
            said_at < until,
        )

    def forget_copies(self, person_id: UUID) -> None:
        super().forget_copies(person_id)
        for role in _ROLES:
            theirs = self._own(_promise), _promise.c[f"{role}_id"] == person_id
            unsaid: dict[str, Any] = {f"{role}_{name}": None for name in _SIDE}
            unsaid |= {"may_raise": None} if role == "employee" else {}
            self._connection.execute(update(_promise).where(*theirs).values(unsaid))
        own = self._own(_promise), _promise.c.author_id == person_id
        self._connection.execute(update(_promise).where(*own).values(remind_at=None))

    def _soonest(self, *which: ColumnElement[bool]) -> Sequence[Promise]:
        order = (_promise.c.due_on, _promise.c.created_at, _promise.c.id)
        return self._load(self._select().where(*which).order_by(*order))

    def _of(self, row: Found) -> Promise:
        values = dict(zip(self._names, row, strict=True))
        sides = {role: _side_of({n: values.pop(f"{role}_{n}") for n in _SIDE}) for role in _ROLES}
        return Promise(**values | sides | {"state": PromiseState(values["state"])})

    def _row_of(self, item: Promise) -> Mapping[str, Any]:
        row = plain(item, leaving_out=_ROLES)
        for role in _ROLES:
            row |= {f"{role}_{name}": value for name, value in plain(getattr(item, role)).items()}
        return row


def _side_of(values: Mapping[str, Any]) -> Side:
    says = values["says"]
    return Side(**{**values, "says": Says(says) if says else None})
