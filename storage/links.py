"""Links to one's own data, and wrong codes."""

from dataclasses import fields
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.personal_link import PersonalLink
from storage.store import Query, Store, plain
from storage.tables.organisation import OrganisationRow
from storage.tables.rights import PersonalLinkRow, WrongCodeRow

_link = PersonalLinkRow.__table__
_wrong = WrongCodeRow.__table__
_organisation = OrganisationRow.__table__
_COLUMNS = tuple(_link.c[field.name] for field in fields(PersonalLink))


class SqlLinks(Store):
    """The Links port."""

    def add(self, link: PersonalLink) -> None:
        unopened = self._own(_link), _link.c.person_id == link.person_id, _link.c.used_at.is_(None)
        self._connection.execute(delete(_link).where(*unopened))
        self._add(_link, [plain(link)])

    def by_secret(self, secret_hash: bytes) -> PersonalLink | None:
        return self._one(_link.c.secret_hash == secret_hash)

    def by_code(self, code_hash: bytes, now: datetime) -> PersonalLink | None:
        can_be_opened = _link.c.used_at.is_(None), _link.c.expires_at > now
        return self._one(_link.c.code_hash == code_hash, *can_be_opened)

    def by_session(self, session_hash: bytes) -> PersonalLink | None:
        return self._one(_link.c.session_hash == session_hash)

    def use(self, opened: PersonalLink) -> bool:
        changed = (
            update(_link)
            .where(self._own(_link), _link.c.id == opened.id, _link.c.used_at.is_(None))
            .values(
                used_at=opened.used_at,
                session_hash=opened.session_hash,
                session_until=opened.session_until,
            )
            .returning(_link.c.id)
        )
        return self._connection.execute(changed).first() is not None

    def end_session(self, link_id: UUID) -> None:
        which = self._own(_link), _link.c.id == link_id
        ended = update(_link).where(*which).values(session_hash=None, session_until=None)
        self._connection.execute(ended)

    def of_person(self, person_id: UUID) -> tuple[PersonalLink, ...]:
        found = self._select(_link.c.person_id == person_id).order_by(_link.c.made_at, _link.c.id)
        return tuple(PersonalLink(*row) for row in self._connection.execute(found))

    def purge(self, before: datetime) -> int:
        self._connection.execute(delete(_wrong).where(self._own(_wrong), _wrong.c.at < before))
        ended = or_(_link.c.session_until.is_(None), _link.c.session_until < before)
        old = self._own(_link), _link.c.expires_at < before, ended
        return self._connection.execute(delete(_link).where(*old)).rowcount

    def wrong_codes(self, since: datetime) -> int:
        # Else many tries at the same moment would each find that few were made.
        which = select(_organisation.c.id).where(_organisation.c.id == self._organisation)
        self._connection.execute(which.with_for_update(key_share=True)).all()
        counted = select(func.count()).where(self._own(_wrong), _wrong.c.at > since)
        return int(self._connection.execute(counted).scalar_one())

    def add_wrong_code(self, at: datetime) -> None:
        row = {"id": uuid4(), "organisation_id": self._organisation, "at": at}
        self._add(_wrong, [row])

    def _one(self, *conditions: ColumnElement[bool]) -> PersonalLink | None:
        """None too where several fit, which only codes could, and hardly ever."""
        found = self._connection.execute(self._select(*conditions).limit(2)).all()
        return PersonalLink(*found[0]) if len(found) == 1 else None

    def _select(self, *conditions: ColumnElement[bool]) -> Query:
        return select(*_COLUMNS).where(self._own(_link), *conditions)
