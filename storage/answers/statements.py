"""Statements over answers, built once: building one costs more than running it."""

from functools import cache

from sqlalchemy import Executable, Table, and_, bindparam, exists, func, select, update

from storage.store import SOME, Query, own
from storage.tables.conversation import (
    AnswerAudienceRow,
    AnswerReaderRow,
    AnswerRow,
    AnswerVersionRow,
    CheckInRow,
)
from storage.tables.summary import SummaryAnswerRow

_answer = AnswerRow.__table__
_version = AnswerVersionRow.__table__
_audience = AnswerAudienceRow.__table__
_reader = AnswerReaderRow.__table__
_summarised = SummaryAnswerRow.__table__
_check_in = CheckInRow.__table__
_of_answer = and_(
    _version.c.organisation_id == _answer.c.organisation_id, _version.c.answer_id == _answer.c.id
)
# Both columns, as the key that leads to an audience's readers begins with the organisation.
_of_audience = and_(
    _reader.c.organisation_id == _audience.c.organisation_id,
    _reader.c.audience_id == _audience.c.id,
)

SELECT: Query = (
    select(
        _answer.c.id,
        _version.c.id.label("version_id"),
        _answer.c.check_in_id,
        _answer.c.person_id,
        _answer.c.question_key,
        _check_in.c.pack_revision_id,
        _check_in.c.period,
        _version.c.sequence,
        _version.c.sealed,
        _version.c.platform_at,
        _version.c.recorded_at,
    )
    .join_from(_version, _answer, _of_answer)
    .join(_check_in, _check_in.c.id == _answer.c.check_in_id)
)
"""Versions with their answers. A query limits the table it starts from to the organisation: the
same condition on the others would let SQLite start from any of them.
"""

CURRENT = SELECT.where(
    _version.c.id == _answer.c.current_version_id, _version.c.sealed.is_not(None)
)
CURRENT_OF = CURRENT.where(own(_answer), _answer.c.check_in_id == bindparam("check_in"))
CURRENT_AMONG = CURRENT.where(own(_answer), _answer.c.id.in_(SOME))
OF_CHECK_INS = CURRENT.where(own(_answer), _answer.c.check_in_id.in_(SOME))
VERSIONS = SELECT.where(own(_version), _version.c.id.in_(SOME))

AUDIENCES = (
    select(
        _audience.c.answer_id,
        _audience.c.sequence,
        _audience.c.kind,
        _audience.c.counted,
        _audience.c.ai,
        _audience.c.shown_at,
        _reader.c.person_id,
    )
    .outerjoin_from(_audience, _reader, _of_audience)
    .where(own(_audience), _audience.c.answer_id.in_(SOME))
    .order_by(_audience.c.answer_id, _audience.c.sequence)
)
"""All that each answer ever had, a row per reader, oldest first."""

_own_answer = and_(own(_answer), _answer.c.id == bindparam("answer"))
_newest = (
    select(_version.c.id)
    .where(own(_version), _version.c.answer_id == bindparam("answer"))
    .where(_version.c.sealed.is_not(None))
    .order_by(_version.c.platform_at.desc(), _version.c.sequence.desc())
    .limit(1)
)
SETTLE_CURRENT = (
    update(_answer).where(_own_answer).values(current_version_id=_newest.scalar_subquery())
)
"""Makes the newest version that still has content the current one of an `answer`."""

_last_audience = (
    select(_audience.c.id)
    .where(own(_audience), _audience.c.answer_id == bindparam("answer"))
    .order_by(_audience.c.sequence.desc())
    .limit(1)
)
_in_summary_already = exists().where(
    own(_summarised),
    _summarised.c.answer_version_id == _answer.c.current_version_id,
    _summarised.c.manager_id == _reader.c.person_id,
)
_pending = select(_answer.c.current_version_id).where(
    _own_answer,
    _reader.c.audience_id == _last_audience.scalar_subquery(),
    ~_in_summary_already,
)
SETTLE_PENDING = (
    update(_reader)
    .where(own(_reader), _reader.c.answer_id == bindparam("answer"))
    .values(pending_version_id=_pending.scalar_subquery())
)
"""Makes the current version pending for the readers of the last audience. Run it second."""


@cache
def next_sequence(table: Table) -> Executable:
    """The number after the last one that an `answer` has in a table."""
    query = select(func.coalesce(func.max(table.c.sequence), 0) + 1)
    return query.where(own(table), table.c.answer_id == bindparam("answer"))
