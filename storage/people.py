"""People, their choices and their accounts on the platforms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, and_, bindparam, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.people import Identity, Participation, Person
from bot.domain.ports.people_store import Roster
from storage.managements import Managements
from storage.person_rows import PERSON_COLUMNS, person_of
from storage.queries import chunks
from storage.store import SOME, Found, Query, own, plain
from storage.tables.people import IdentityRow, ManagementRow, PersonRow

_person = PersonRow.__table__
_identity = IdentityRow.__table__
_management = ManagementRow.__table__
_CHOICES = {"participation", "paused_until", "ai_off_at", "follow_ups_off_at", "signs_off_at"}
"""What a person decides, and the people list never does."""
_FIXED = {"id", "organisation_id", "created_at"}
_FIXED_OF_ACCOUNT = {"id", "person_id", "installation_id", "platform"}

_SELECT = select(*PERSON_COLUMNS).where(own(_person))
_GET = _SELECT.where(_person.c.id == bindparam("person"))
# NO KEY: whoever only refers to this person by a foreign key need not wait.
_LOCK = _GET.with_for_update(key_share=True)
_LOCK_MANY = (
    select(_person.c.id)
    .where(own(_person), _person.c.id.in_(SOME))
    .order_by(_person.c.id)
    .with_for_update(key_share=True)
)
_NAMES = select(_person.c.name).where(own(_person))
_MANY = _SELECT.where(_person.c.id.in_(SOME))
_BY_IDENTITY = _SELECT.where(
    own(_identity),
    _identity.c.installation_id == bindparam("installation"),
    _identity.c.external_id == bindparam("external"),
    _identity.c.barred.is_(None),
).join(_identity, _identity.c.person_id == _person.c.id)
_IDENTITIES = select(*(_identity.c[field.name] for field in fields(Identity))).where(own(_identity))

_ACCOUNT = _IDENTITIES.where(
    _identity.c.installation_id == bindparam("installation"),
    _identity.c.external_id == bindparam("external"),
)
_ACCOUNTS = _IDENTITIES.where(_identity.c.person_id == bindparam("person")).order_by(
    _identity.c.is_home.desc(), _identity.c.platform, _identity.c.external_id
)
_HOMES = _IDENTITIES.where(_identity.c.is_home, _identity.c.person_id.in_(SOME))


class SqlPeople(Managements):
    """The People port."""

    def get(self, person_id: UUID) -> Person | None:
        return self._one(self._run(_GET, person=person_id))

    def lock(self, person_id: UUID) -> Person | None:
        return self._one(self._run(_LOCK, person=person_id))

    def lock_many(self, ids: Iterable[UUID]) -> None:
        if not self._on_postgres:  # the one writer of SQLite holds everything
            return
        for some in chunks(sorted(set(ids))):
            self._run(_LOCK_MANY, some=some).all()

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Person]:
        found = self._run_among(ids, _MANY)
        return {person.id: person for person in map(person_of, found)}

    def by_email(self, emails: Iterable[str]) -> dict[str, Person]:
        """By lower-case address; those of nobody are left out."""
        lower = {email.lower() for email in emails}
        found = self._among(lower, lambda some: self._select(_person.c.email.in_(some)))
        return {person.email: person for person in map(person_of, found)}

    def by_identity(self, installation_id: UUID, external_id: str) -> Person | None:
        return self._one(
            self._run(_BY_IDENTITY, installation=installation_id, external=external_id)
        )

    def identity(self, installation_id: UUID, external_id: str) -> Identity | None:
        row = self._run(_ACCOUNT, installation=installation_id, external=external_id).one_or_none()
        return None if row is None else Identity(*row)

    def accounts(self, person_id: UUID) -> Sequence[Identity]:
        return [Identity(*row) for row in self._run(_ACCOUNTS, person=person_id)]

    def roster(self) -> Sequence[Roster]:
        """By e-mail address."""
        return [_roster_line(row) for row in self._connection.execute(self._roster())]

    def names(self) -> Sequence[str]:
        return self._run(_NAMES).scalars().all()

    def count(self) -> int:
        """How many are active."""
        query = select(func.count()).where(self._own(_person), _person.c.active)
        return self._connection.execute(query).scalar_one()

    def upsert(self, people: Sequence[Person], created_at: datetime) -> None:
        if not people:
            return
        insert = self._insert(_person)
        listed = {
            column.name: insert.excluded[column.name]
            for column in _person.c
            if column.name not in _CHOICES | _FIXED
        }
        statement = insert.on_conflict_do_update(
            index_elements=[_person.c.id], set_=listed, where=self._own(_person)
        )
        rows = [plain(person) | {"created_at": created_at} for person in people]
        # RETURNING lets SQLAlchemy send a thousand rows a statement, which it only does with it.
        self._connection.execute(statement.returning(_person.c.id), rows)

    def add_identities(self, identities: Sequence[Identity]) -> None:
        known = self._known_accounts(identities)
        rows = {
            (identity.installation_id, identity.external_id): plain(identity)
            | {"organisation_id": self._organisation}
            for identity in identities
        }
        self._add(_identity, [row for account, row in rows.items() if account not in known])

    def home_identity(self, person_id: UUID) -> Identity | None:
        query = _IDENTITIES.where(_identity.c.person_id == bindparam("person"), _identity.c.is_home)
        row = self._run(query, person=person_id).one_or_none()
        return None if row is None else Identity(*row)

    def homes(self, people: Iterable[UUID]) -> dict[UUID, Identity]:
        found = (Identity(*row) for row in self._run_among(people, _HOMES))
        return {identity.person_id: identity for identity in found}

    def identities(self, installation_id: UUID) -> Sequence[Identity]:
        query = _IDENTITIES.where(_identity.c.installation_id == bindparam("installation"))
        return [Identity(*row) for row in self._run(query, installation=installation_id)]

    def update_identities(self, identities: Iterable[Identity]) -> None:
        rows = [
            {"identity": each.id, **plain(each, leaving_out=_FIXED_OF_ACCOUNT)}
            for each in identities
        ]
        if rows:
            found = update(_identity).where(
                self._own(_identity), _identity.c.id == bindparam("identity")
            )
            self._connection.execute(found, rows)

    def set_delivery_ref(self, installation_id: UUID, external_id: str, ref: str) -> None:
        found = update(_identity).where(
            self._own(_identity),
            _identity.c.installation_id == installation_id,
            _identity.c.external_id == external_id,
        )
        self._connection.execute(found.values(delivery_ref=ref))

    def localise(self, changes: Mapping[UUID, tuple[str, str]]) -> None:
        rows = [
            {"person": person_id, "zone": zone, "language": language}
            for person_id, (zone, language) in changes.items()
        ]
        if rows:
            found = update(_person).where(self._own(_person), _person.c.id == bindparam("person"))
            told = found.values(time_zone=bindparam("zone"), locale=bindparam("language"))
            self._connection.execute(told, rows)

    def set_participation(self, person_id: UUID, participation: Participation) -> None:
        self._set(person_id, participation=participation.value)

    def set_pause(self, person_id: UUID, until: datetime | None) -> None:
        self._set(person_id, paused_until=until)

    def set_follow_ups_off(self, person_id: UUID, at: datetime | None) -> None:
        self._set(person_id, follow_ups_off_at=at)

    def set_signs_off(self, person_id: UUID, at: datetime | None) -> None:
        self._set(person_id, signs_off_at=at)

    def set_ai_off(self, person_id: UUID, at: datetime | None) -> None:
        self._set(person_id, ai_off_at=at)

    def _known_accounts(self, identities: Sequence[Identity]) -> set[tuple[UUID, str]]:
        known = set()
        for installation_id in {identity.installation_id for identity in identities}:
            wanted = [i.external_id for i in identities if i.installation_id == installation_id]
            found = self._among(wanted, partial(self._accounts, installation_id))
            known |= {(installation_id, row.external_id) for row in found}
        return known

    def _accounts(self, installation_id: UUID, external_ids: Sequence[str]) -> Query:
        return select(_identity.c.external_id).where(
            self._own(_identity),
            _identity.c.installation_id == installation_id,
            _identity.c.external_id.in_(external_ids),
        )

    def _select(self, *conditions: ColumnElement[bool]) -> Query:
        return select(*PERSON_COLUMNS).where(self._own(_person), *conditions)

    def _one(self, result: CursorResult[*tuple[Any, ...]]) -> Person | None:
        row = result.one_or_none()
        return None if row is None else person_of(row)

    def _set(self, person_id: UUID, **values: Any) -> None:
        changed = update(_person).where(self._own(_person), _person.c.id == person_id)
        self._connection.execute(changed.values(**values))

    def _roster(self) -> Query:
        managed = and_(_management.c.person_id == _person.c.id, _management.c.until.is_(None))
        at_home = and_(
            _identity.c.person_id == _person.c.id, _identity.c.is_home, _identity.c.barred.is_(None)
        )
        return (
            select(
                _person.c.id,
                _person.c.email,
                _person.c.name,
                _person.c.team,
                _person.c.country,
                _person.c.time_zone,
                _person.c.hired_on,
                _management.c.manager_id,
                _person.c.participation,
                _person.c.paused_until,
                _identity.c.id.is_not(None).label("has_identity"),
            )
            .select_from(_person.outerjoin(_management, managed).outerjoin(_identity, at_home))
            .where(self._own(_person), _person.c.active)
            .order_by(_person.c.email)
        )


def _roster_line(row: Found) -> Roster:
    return Roster(
        person_id=row.id,
        email=row.email,
        name=row.name,
        team=row.team,
        country=row.country,
        time_zone=row.time_zone,
        hired_on=row.hired_on,
        manager_id=row.manager_id,
        participation=Participation(row.participation),
        paused_until=row.paused_until,
        has_identity=row.has_identity,
    )
