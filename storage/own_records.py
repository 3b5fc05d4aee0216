"""Which rows of which tables belong to a person, and what of them concerns that person.

Every column that names a person stands here, or in LEFT_OUT with the reason why its rows come
otherwise or not at all: a test compares both with the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.sql.elements import ColumnElement

from storage.store import Query
from storage.tables.base import Main
from storage.tables.conversation import OccurrenceRow, PlanRow
from storage.tables.desk import ActingRow, DeskRow, OneToOneRow
from storage.tables.expectations import ExpectationsReplyRow
from storage.tables.logs import AuditLogRow
from storage.tables.people import EmploymentRow, IdentityRow, ManagementRow
from storage.tables.queue import DeliveryRow
from storage.tables.rights import ErasureRow, PersonalLinkRow
from storage.tables.summary import SummaryRow

_AS_TEXT = frozenset({"actor", "target"})
"""Columns that hold ids and other things, and so texts."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows whose column `whose` is the person, with these columns, ordered by the first of them."""

    name: str
    row: type[Main]
    whose: str
    columns: tuple[str, ...]

    @property
    def table(self) -> Table:
        return self.row.__table__

    def query(self, own: ColumnElement[bool], person_id: UUID) -> Query:
        columns = [self.table.c[name] for name in self.columns]
        return select(*columns).where(own, self._is(person_id)).order_by(*columns[:2])

    def _is(self, person_id: UUID) -> ColumnElement[bool]:
        column: ColumnElement[Any] = self.table.c[self.whose]
        return column == (str(person_id) if self.whose in _AS_TEXT else person_id)


RECORDS = (
    Kind(
        "accounts",
        IdentityRow,
        "person_id",
        ("platform", "external_id", "delivery_ref", "is_home", "barred", "time_zone", "locale"),
    ),
    Kind("employments", EmploymentRow, "person_id", ("started_on", "ended_at")),
    Kind("managers", ManagementRow, "person_id", ("since", "until", "manager_id")),
    Kind("reports", ManagementRow, "manager_id", ("since", "until", "person_id")),
    Kind(
        "schedule",
        PlanRow,
        "person_id",
        ("next_due_at", "cadence_id", "subject_id", "period", "rotation", "last_full_on"),
    ),
    Kind(
        "due",
        OccurrenceRow,
        "person_id",
        ("due_at", "zone", "cadence_id", "subject_id", "period", "state", "reason"),
    ),
    Kind(
        "messages",
        DeliveryRow,
        "person_id",
        ("not_before", "kind", "operation", "state", "reason", "state_at", "attempts"),
    ),
    Kind("desk", DeskRow, "manager_id", ("next_at", "nudged_on", "away_until")),
    Kind(
        "one_to_ones",
        OneToOneRow,
        "manager_id",
        ("since", "employee_id", "rhythm", "weekday", "next_on", "stay_after", "stay_off"),
    ),
    Kind("stand_ins", ActingRow, "manager_id", ("since", "until", "acting_id")),
    Kind("standing_in_for", ActingRow, "acting_id", ("since", "until", "manager_id")),
    Kind("summaries", SummaryRow, "manager_id", ("created_at", "period", "writer")),
    Kind("replies", ExpectationsReplyRow, "author_id", ("created_at", "text", "people")),
    Kind(
        "links", PersonalLinkRow, "person_id", ("made_at", "expires_at", "used_at", "session_until")
    ),
    Kind("taken_back", ErasureRow, "person_id", ("at", "what")),
    Kind("audit_by_you", AuditLogRow, "actor", ("at", "action", "detail")),
    Kind("audit_about_you", AuditLogRow, "target", ("at", "action", "detail")),
)

_AS_THEIR_OWN = "listed with what it belongs to"
_READ_BY = "the readers of an answer are listed with it; that somebody may read is the answer's"
_THE_MANAGERS = "what a manager plans for single people is shown on their own screen alone"
LEFT_OUT: Mapping[tuple[str, str], str] = {
    **dict.fromkeys(
        [
            ("check_in", "person_id"),
            ("check_in", "shown_manager_id"),
            ("answer", "person_id"),
            ("read_log", "person_id"),
            ("read_log", "reader_id"),
            ("summary_part", "subject_id"),
            ("promise", "employee_id"),
            ("promise", "manager_id"),
            ("promise", "author_id"),
            ("agenda_item", "employee_id"),
            ("agenda_item", "manager_id"),
            ("agenda_item", "author_id"),
            ("meeting", "employee_id"),
            ("meeting", "manager_id"),
            ("expectations_question", "person_id"),
            ("local_message", "person_id"),
        ],
        _AS_THEIR_OWN,
    ),
    ("answer_reader", "person_id"): _READ_BY,
    ("expectations_question", "reader_id"): _READ_BY,
    ("summary_answer", "manager_id"): "repeats what the summary's parts hold",
    ("plan", "subject_id"): _THE_MANAGERS,
    ("occurrence", "subject_id"): _THE_MANAGERS,
    ("one_to_one", "employee_id"): _THE_MANAGERS,
}
