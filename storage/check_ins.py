"""Check-ins, and where each of their questions stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Executable,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.check_in import Asked, AskedQuestion, CheckIn, State
from bot.domain.ports.conversation_store import Named, Round
from storage.queries import insert_into
from storage.store import SOME, Found, Query, Store, own, plain
from storage.tables.conversation import CheckInQuestionRow, CheckInRow

_check_in = CheckInRow.__table__
_question = CheckInQuestionRow.__table__
_NAMES = tuple(field.name for field in fields(CheckIn) if field.name != "questions")
_COLUMNS = tuple(_check_in.c[name] for name in _NAMES)
_IDS = {
    "id",
    "organisation_id",
    "occurrence_id",
    "cadence_id",
    "revision_id",
    "pack_revision_id",
    "person_id",
}
# Written out rather than bound, or SQLite would not see that the partial index applies.
_TALKING: ColumnElement[bool] = literal_column("state IN ('offered', 'open')")
_UNSENT = (State.WAITING.value, State.CANCELLED.value)
# No IN: what many rows are executed with can't be expanded.
_settled = or_(*(_question.c.state == each.value for each in (Asked.ANSWERED, Asked.SKIPPED)))

_SELECT = select(*_COLUMNS).where(own(_check_in))
_GET = _SELECT.where(_check_in.c.id == bindparam("check_in"))
_NEWEST = (_check_in.c.opened_at.desc(), _check_in.c.id)
_OF_PERSON = (
    _SELECT.where(_check_in.c.person_id == bindparam("person"))
    .order_by(*_NEWEST)
    .limit(bindparam("most"))
)
_IN_STATES = _OF_PERSON.where(_check_in.c.state.in_(bindparam("states", expanding=True)))
_MANY = _SELECT.where(_check_in.c.id.in_(SOME))
_QUESTIONS = (
    select(
        _question.c.check_in_id,
        _question.c.key,
        _question.c.position,
        _question.c.state,
        _question.c.asked_at,
    )
    .where(own(_question), _question.c.check_in_id.in_(SOME))
    .order_by(_question.c.position)
)
_QUESTIONS_OF_KEYS = _QUESTIONS.where(_question.c.key.in_(bindparam("wanted", expanding=True)))
_LAST_ASKED = (
    select(_check_in.c.person_id, _question.c.check_in_id, _question.c.key, _question.c.asked_at)
    .join(_question, _question.c.check_in_id == _check_in.c.id)
    .where(own(_check_in), _check_in.c.person_id.in_(SOME), _question.c.asked_at.is_not(None))
    .where(_check_in.c.state.in_(bindparam("states", expanding=True)))
    .order_by(_question.c.asked_at)
)
_SAVE = (
    update(_check_in)
    .where(own(_check_in), _check_in.c.id == bindparam("check_in"))
    .values({n: bindparam(f"new_{n}") for n in _NAMES if n not in _IDS})
)
_OTHER = _check_in.c.shown_manager_id.is_distinct_from(bindparam("manager"))
_OTHER_AI = _check_in.c.shown_ai.is_distinct_from(bindparam("ai"))
_CONCEAL = (
    update(_check_in)
    .where(own(_check_in), _check_in.c.id == bindparam("check_in"))
    .where(_check_in.c.audience_shown, or_(_OTHER, _OTHER_AI))
    .values(
        shown_manager_id=case((_OTHER, None), else_=_check_in.c.shown_manager_id), shown_ai=None
    )
)
_REMEMBER_SHOWN = (
    update(_check_in)
    .where(own(_check_in), _check_in.c.id == bindparam("check_in"))
    .where(or_(~_check_in.c.audience_shown, _OTHER, _OTHER_AI))
    .values(shown_manager_id=bindparam("manager"), shown_ai=bindparam("ai"), audience_shown=true())
)
_MARK_ASKED = (
    update(_question)
    .where(own(_question), _question.c.check_in_id == bindparam("check_in"))
    .where(_question.c.key == bindparam("question"))
    .values(
        asked_at=bindparam("at"),
        state=case((_settled, _question.c.state), else_=Asked.ASKED.value),
    )
)
_DROP_QUESTION = delete(_question).where(
    own(_question),
    _question.c.check_in_id == bindparam("check_in"),
    _question.c.key == bindparam("question"),
)
_CHOOSING = (
    select(_question.c.check_in_id)
    .where(own(_question), literal_column("state = 'choosing'"))
    .limit(bindparam("most"))
)
_NEXT_WAKE = select(func.min(_check_in.c.wake_at)).where(
    own(_check_in), _check_in.c.wake_at.is_not(None)
)


class SqlCheckIns(Store):
    """The CheckIns port."""

    def add(self, check_ins: Sequence[CheckIn]) -> None:
        self._add(_check_in, [_row_of(check_in) for check_in in check_ins])
        self._add(_question, [row for c in check_ins for row in _question_rows(c)])

    def get(self, check_in_id: UUID) -> CheckIn | None:
        found = self._with_questions(self._run(_GET, check_in=check_in_id).all())
        return found[0] if found else None

    def many(self, ids: Iterable[UUID]) -> dict[UUID, CheckIn]:
        found = self._with_questions(list(self._run_among(ids, _MANY)))
        return {check_in.id: check_in for check_in in found}

    def of_person(
        self, person_id: UUID, states: Iterable[State] | None = None, limit: int = 50
    ) -> Sequence[CheckIn]:
        if states is None:
            return self._with_questions(self._run(_OF_PERSON, person=person_id, most=limit).all())
        wanted = sorted(state.value for state in states)
        rows = self._run(_IN_STATES, person=person_id, most=limit, states=wanted).all()
        return self._with_questions(rows)

    def questions(
        self, ids: Iterable[UUID], keys: Iterable[str]
    ) -> Mapping[UUID, Sequence[AskedQuestion]]:
        return _by_check_in(self._run_among(ids, _QUESTIONS_OF_KEYS, wanted=sorted(set(keys))))

    def last_asked(
        self, people: Iterable[UUID], states: Iterable[State]
    ) -> dict[UUID, tuple[UUID, str]]:
        wanted = sorted(state.value for state in states)
        rows = self._run_among(people, _LAST_ASKED, states=wanted)
        return {person: (check_in_id, key) for person, check_in_id, key, _ in rows}

    def place_holders(self, people: Iterable[UUID], now: datetime) -> dict[UUID, CheckIn]:
        """The one opened last, should several hold it."""

        def query(some: Sequence[UUID]) -> Query:
            active_until = _check_in.c.active_until
            return self._select().where(
                _TALKING,
                _check_in.c.person_id.in_(some),
                _check_in.c.closes_at > now,
                or_(active_until.is_(None), active_until > now),
            )

        holding = self._with_questions(list(self._among(people, query)))
        by_opening = sorted(holding, key=lambda check_in: check_in.opened_at)
        return {check_in.person_id: check_in for check_in in by_opening}

    def save(self, check_in: CheckIn) -> None:
        values = {f"new_{n}": v for n, v in _row_of(check_in).items() if n not in _IDS}
        self._run(_SAVE, check_in=check_in.id, **values)
        if check_in.questions:
            save = _save_questions(self._on_postgres)
            self._connection.execute(save, _question_rows(check_in))

    def drop_question(self, check_in_id: UUID, key: str) -> None:
        self._run(_DROP_QUESTION, check_in=check_in_id, question=key)

    def choosing(self, limit: int) -> Sequence[UUID]:
        return self._run(_CHOOSING, most=limit).scalars().all()

    def conceal(self, naming: Mapping[UUID, Named]) -> None:
        self._run_each(_CONCEAL, _named_in(naming))

    def remember_shown(self, naming: Mapping[UUID, Named]) -> None:
        self._run_each(_REMEMBER_SHOWN, _named_in(naming))

    def mark_asked(self, asked: Sequence[tuple[UUID, str, datetime]]) -> None:
        self._run_each(
            _MARK_ASKED, [{"check_in": c, "question": key, "at": at} for c, key, at in asked]
        )

    def waking(self, now: datetime, limit: int) -> Sequence[CheckIn]:
        query = (
            self._select()
            .where(_check_in.c.wake_at <= now)
            .order_by(_check_in.c.wake_at)
            .limit(limit)
        )
        return self._load(query)

    def next_wake_at(self) -> datetime | None:
        return self._run(_NEXT_WAKE).scalar()

    def counts(self, since: datetime) -> Mapping[tuple[UUID, State], int]:
        query = (
            select(_check_in.c.cadence_id, _check_in.c.state, func.count())
            .where(self._own(_check_in), _check_in.c.opened_at >= since)
            .group_by(_check_in.c.cadence_id, _check_in.c.state)
        )
        rows = self._connection.execute(query)
        return {(cadence_id, State(state)): count for cadence_id, state, count in rows}

    def rounds(self, since: datetime) -> Sequence[Round]:
        answered = (
            exists()
            .where(
                own(_question),
                _question.c.check_in_id == _check_in.c.id,
                _question.c.state == Asked.ANSWERED.value,
            )
            .correlate(_check_in)
        )
        reached = _check_in.c.state.not_in(_UNSENT)
        by = (_check_in.c.cadence_id, _check_in.c.period)
        query = (
            select(
                *by,
                func.min(_check_in.c.opened_at),
                func.max(_check_in.c.closes_at),
                func.sum(case((reached, 1), else_=0)),
                func.sum(case((and_(reached, answered), 1), else_=0)),
            )
            .where(own(_check_in), _check_in.c.opened_at >= since)
            .group_by(*by)
        )
        return [Round(*row) for row in self._run(query)]

    def _select(self) -> Query:
        return select(*_COLUMNS).where(self._own(_check_in))

    def _load(self, query: Query) -> list[CheckIn]:
        return self._with_questions(self._connection.execute(query).all())

    def _with_questions(self, rows: Sequence[Found]) -> list[CheckIn]:
        questions = _by_check_in(self._run_among((row.id for row in rows), _QUESTIONS))
        return [_check_in_of(row, tuple(questions.get(row.id, ()))) for row in rows]


def _by_check_in(rows: Iterable[Found]) -> Mapping[UUID, Sequence[AskedQuestion]]:
    found: dict[UUID, list[AskedQuestion]] = defaultdict(list)
    for check_in_id, key, position, state, asked_at in rows:
        found[check_in_id].append(AskedQuestion(key, position, Asked(state), asked_at))
    return found


def _named_in(naming: Mapping[UUID, Named]) -> list[dict[str, Any]]:
    return [
        {"check_in": check_in, "manager": named.manager_id, "ai": named.ai or None}
        for check_in, named in naming.items()
    ]


@cache
def _save_questions(on_postgres: bool) -> Executable:
    insert = insert_into(_question, on_postgres)
    return insert.on_conflict_do_update(
        index_elements=_question.primary_key.columns,
        set_={n: insert.excluded[n] for n in ("position", "state", "asked_at")},
    )


def _row_of(check_in: CheckIn) -> dict[str, Any]:
    row = plain(check_in, leaving_out={"questions"})
    reminders = [moment.isoformat() for moment in check_in.reminders]
    return row | {"reminders": reminders, "shown_ai": check_in.shown_ai or None}


def _question_rows(check_in: CheckIn) -> list[dict[str, Any]]:
    ids = {"organisation_id": check_in.organisation_id, "check_in_id": check_in.id}
    return [ids | plain(question) for question in check_in.questions]


def _check_in_of(row: Found, questions: tuple[AskedQuestion, ...]) -> CheckIn:
    values = dict(zip(_NAMES, row, strict=True))
    values["state"] = State(values["state"])
    values["reminders"] = tuple(map(datetime.fromisoformat, values["reminders"]))
    values["shown_ai"] = values["shown_ai"] or ""
    return CheckIn(**values, questions=questions)
