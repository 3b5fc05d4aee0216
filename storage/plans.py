"""The schedule: whose turn is next, and when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update

from bot.domain.occurrence import DuePlan, Plan
from storage.person_rows import PERSON_COLUMNS, person_of
from storage.queries import chunks
from storage.store import Query, Store, own, plain
from storage.tables.configuration import CadenceRow
from storage.tables.conversation import PlanRow
from storage.tables.people import IdentityRow, PersonRow

_plan = PlanRow.__table__
_person = PersonRow.__table__
_identity = IdentityRow.__table__
_cadence = CadenceRow.__table__
_COLUMNS = (
    _plan.c.id,
    _plan.c.organisation_id,
    _plan.c.cadence_id,
    _plan.c.revision_id,
    _plan.c.person_id,
    _plan.c.subject_id,
    _plan.c.period,
    _plan.c.next_due_at,
    _plan.c.rotation,
    _plan.c.last_full_on,
)
_SUBJECT = (
    _plan.c.organisation_id,
    _plan.c.cadence_id,
    _plan.c.person_id,
    _plan.c.subject_id,
)
_ADVANCED = ("revision_id", "period", "next_due_at", "rotation", "last_full_on")


_NEXT_DUE = select(func.min(_plan.c.next_due_at)).where(
    own(_plan), _plan.c.next_due_at.is_not(None)
)
_COUNT_DUE = (
    select(func.count())
    .select_from(_plan)
    .where(own(_plan), _plan.c.next_due_at.is_not(None), _plan.c.next_due_at <= bindparam("now"))
)


class SqlPlans(Store):
    """The Plans port."""

    def due(self, now: datetime, limit: int) -> Sequence[DuePlan]:
        at_home = select(_identity.c.id).where(
            _identity.c.person_id == _plan.c.person_id,
            _identity.c.is_home,
            _identity.c.barred.is_(None),
        )
        query = (
            select(at_home.exists(), _cadence.c.paused, *_COLUMNS, *PERSON_COLUMNS)
            .join_from(_plan, _person, _person.c.id == _plan.c.person_id)
            .join(_cadence, _cadence.c.id == _plan.c.cadence_id)
            .where(self._own(_plan), _plan.c.next_due_at <= now)
            .order_by(_plan.c.next_due_at)
            .limit(limit)
            .with_for_update(of=_plan, skip_locked=True)
        )
        return [
            DuePlan(
                plan=Plan(*values[: len(_COLUMNS)]),
                person=person_of(values[len(_COLUMNS) :]),
                has_identity=has_identity,
                cadence_paused=paused,
            )
            for has_identity, paused, *values in self._connection.execute(query)
        ]

    def next_due_at(self) -> datetime | None:
        return self._run(_NEXT_DUE).scalar()

    def count_due(self, now: datetime) -> int:
        return int(self._run(_COUNT_DUE, now=now).scalar_one())

    def of_cadence(self, cadence_id: UUID) -> Sequence[Plan]:
        return self._found(self._select().where(_plan.c.cadence_id == cadence_id))

    def of_person(self, person_id: UUID) -> Sequence[Plan]:
        return self._found(self._select().where(_plan.c.person_id == person_id))

    def upsert(self, plans: Sequence[Plan]) -> None:
        if not plans:
            return
        insert = self._insert(_plan)
        statement = insert.on_conflict_do_update(
            index_elements=_SUBJECT,
            set_={
                "revision_id": insert.excluded.revision_id,
                "period": insert.excluded.period,
                "next_due_at": insert.excluded.next_due_at,
            },
        )
        # RETURNING lets SQLAlchemy send a thousand rows a statement, which it only does with it.
        self._connection.execute(statement.returning(_plan.c.id), [plain(p) for p in plans])

    def advance(self, plans: Sequence[Plan]) -> None:
        if not plans:
            return
        changed = update(_plan).where(self._own(_plan), _plan.c.id == bindparam("plan_id"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _ADVANCED}
        rows = [
            {"plan_id": plan.id} | {f"new_{name}": getattr(plan, name) for name in _ADVANCED}
            for plan in plans
        ]
        self._connection.execute(changed.values(values), rows)

    def remove(self, ids: Iterable[UUID]) -> None:
        for some in chunks(list(ids)):
            self._connection.execute(delete(_plan).where(self._own(_plan), _plan.c.id.in_(some)))

    def _select(self) -> Query:
        return select(*_COLUMNS).where(self._own(_plan)).order_by(_plan.c.id)

    def _found(self, query: Query) -> Sequence[Plan]:
        return [Plan(*row) for row in self._connection.execute(query)]
