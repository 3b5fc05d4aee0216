"""Every column that holds something sealed under a person's key.

Whoever adds one names it here, or a rotation of people's keys would leave its values behind: a
test compares this list with the tables.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Table

from storage.tables.conversation import AnswerRow, AnswerVersionRow
from storage.tables.desk import MeetingRow
from storage.tables.expectations import ExpectationsQuestionRow
from storage.tables.pair import AgendaItemRow, PromiseRow
from storage.tables.queue import LocalMessageRow
from storage.tables.summary import SummaryPartRow

_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column: whose key seals its values, and the field that they are bound to.

    source: what the person is read from, where that is not the table itself.
    """

    table: Table
    column: str
    person: ColumnElement[object]
    field: str
    source: FromClause | None = None

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.table.name}.{self.column}"


def _own(table: Table, column: str, person: str, field: str) -> SealedColumn:
    return SealedColumn(table, column, table.c[person], field)


def _of_two(table: Table, field: str) -> tuple[SealedColumn, ...]:
    return tuple(
        _own(table, f"sealed_for_{role}", f"{role}_id", f"{field}:{role}")
        for role in ("employee", "manager")
    )


SEALED: tuple[SealedColumn, ...] = (
    SealedColumn(
        _version,
        "sealed",
        _answer.c.person_id,
        "answer_version.content",
        _version.join(_answer, _answer.c.id == _version.c.answer_id),
    ),
    _own(SummaryPartRow.__table__, "sealed", "subject_id", "summary_part.content"),
    _own(LocalMessageRow.__table__, "sealed", "person_id", "local_message.body"),
    _own(ExpectationsQuestionRow.__table__, "sealed", "person_id", "expectations_question.sealed"),
    *_of_two(PromiseRow.__table__, "promise.text"),
    *_of_two(AgendaItemRow.__table__, "agenda_item.text"),
    *_of_two(MeetingRow.__table__, "meeting.notes"),
)

NOT_A_PERSONS = frozenset({"installation.sealed_token"})
"""Sealed, but under no person's key: reserved for workspaces that install by OAuth."""
