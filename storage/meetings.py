"""1:1s and stay interviews, with what was agreed sealed for each of the two."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from uuid import UUID

from sqlalchemy import bindparam, literal_column, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.one_to_one import Meeting, MeetingKind, MeetingState
from storage.store import SOME, Found, Store, own, plain
from storage.tables.desk import MeetingRow

_meeting = MeetingRow.__table__
_NAMES = tuple(field.name for field in fields(Meeting))
_KEPT = {
    "id",
    "organisation_id",
    "one_to_one_id",
    "manager_id",
    "employee_id",
    "kind",
    "planned_on",
    "created_at",
    "occurrence_id",
}
# Written out rather than bound, or SQLite would not see that the partial index applies.
_IS_COMING: ColumnElement[bool] = literal_column("state IN ('due', 'not_yet')")
_SELECT = select(*(_meeting.c[name] for name in _NAMES)).where(own(_meeting))
_GET = _SELECT.where(_meeting.c.id == bindparam("meeting"))
_MANY = _SELECT.where(_meeting.c.id.in_(SOME))
_COMING = _SELECT.where(_meeting.c.manager_id == bindparam("manager"), _IS_COMING).order_by(
    _meeting.c.due_on, _meeting.c.id
)
_LAST_HELD = (
    _SELECT.where(
        _meeting.c.one_to_one_id == bindparam("two"), _meeting.c.state == MeetingState.HELD.value
    )
    .order_by(_meeting.c.state_at.desc(), _meeting.c.id)
    .limit(bindparam("most"))
)
_NOTED = _SELECT.where(
    _meeting.c.employee_id == bindparam("employee"), _meeting.c.sealed_for_employee.is_not(None)
).order_by(_meeting.c.state_at.desc(), _meeting.c.id)
_ALL_OF = _SELECT.where(
    or_(
        _meeting.c.employee_id == bindparam("person"),
        _meeting.c.manager_id == bindparam("person"),
    )
).order_by(_meeting.c.created_at, _meeting.c.id)
_SAVE = (
    update(_meeting)
    .where(own(_meeting), _meeting.c.id == bindparam("meeting"))
    .values({name: bindparam(f"new_{name}") for name in _NAMES if name not in _KEPT})
)


class SqlMeetings(Store):
    """The Meetings port."""

    def add(self, meeting: Meeting) -> bool:
        return bool(self._add_new(_meeting, [plain(meeting)]))

    def get(self, meeting_id: UUID) -> Meeting | None:
        row = self._run(_GET, meeting=meeting_id).one_or_none()
        return None if row is None else _meeting_of(row)

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Meeting]:
        return {row.id: _meeting_of(row) for row in self._run_among(ids, _MANY)}

    def coming(self, manager_id: UUID) -> Sequence[Meeting]:
        return [_meeting_of(row) for row in self._run(_COMING, manager=manager_id)]

    def last_held(self, one_to_one_id: UUID, limit: int = 1) -> Sequence[Meeting]:
        return [_meeting_of(row) for row in self._run(_LAST_HELD, two=one_to_one_id, most=limit)]

    def noted_of(self, employee_id: UUID) -> Sequence[Meeting]:
        return [_meeting_of(row) for row in self._run(_NOTED, employee=employee_id)]

    def all_of(self, person_id: UUID) -> Sequence[Meeting]:
        return [_meeting_of(row) for row in self._run(_ALL_OF, person=person_id)]

    def forget_copies(self, person_id: UUID) -> None:
        for role in ("employee", "manager"):
            theirs = self._own(_meeting), _meeting.c[f"{role}_id"] == person_id
            gone = update(_meeting).where(*theirs).values({f"sealed_for_{role}": None})
            self._connection.execute(gone)

    def save(self, meeting: Meeting) -> None:
        changed = {f"new_{name}": v for name, v in plain(meeting).items() if name not in _KEPT}
        self._run(_SAVE, meeting=meeting.id, **changed)


def _meeting_of(row: Found) -> Meeting:
    return replace(Meeting(*row), kind=MeetingKind(row.kind), state=MeetingState(row.state))
