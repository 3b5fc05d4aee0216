"""The organisation, where it is installed, and its rules."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.organisation import Installation, Organisation
from bot.domain.policy import Policy
from storage.engine import open_engine
from storage.packing import policy_from_json, policy_to_json
from storage.store import SOME, Store, own, plain
from storage.tables.configuration import PolicyRevisionRow
from storage.tables.organisation import InstallationRow, OrganisationRow

_organisation = OrganisationRow.__table__
_installation = InstallationRow.__table__
_policy = PolicyRevisionRow.__table__
_FIXED = {"id", "organisation_id", "platform", "external_id"}

_GET = select(
    _organisation.c.id,
    _organisation.c.name,
    _organisation.c.is_demo,
    _organisation.c.paused_until,
    _organisation.c.demo_now,
    _organisation.c.restored_at,
).where(_organisation.c.id == bindparam("organisation"))
_NEWEST_POLICY = (
    select(_policy.c.id, _policy.c.number)
    .where(own(_policy))
    .order_by(_policy.c.number.desc())
    .limit(1)
)
_POLICIES = select(_policy.c.id, _policy.c.body).where(own(_policy), _policy.c.id.in_(SOME))


def find_organisation_id(connection: Connection) -> UUID | None:
    """The id of the database's only organisation, or None where there is none yet.

    Raises sqlalchemy.exc.MultipleResultsFound where there are several.
    """
    return connection.execute(select(_organisation.c.id)).scalars().one_or_none()


class SqlOrganisations(Store):
    """The Organisations port."""

    def get(self) -> Organisation | None:
        row = self._run(_GET).one_or_none()
        return None if row is None else Organisation(*row)

    def add(self, organisation: Organisation, created_at: datetime) -> None:
        self._add(_organisation, [plain(organisation) | {"created_at": created_at}])

    def set_pause(self, until: datetime | None) -> None:
        self._set(paused_until=until)

    def set_demo_now(self, now: datetime) -> None:
        self._set(demo_now=now)

    def set_restored(self, at: datetime | None) -> None:
        self._set(restored_at=at)

    def add_installation(self, installation: Installation, created_at: datetime) -> None:
        self._add_new(_installation, [plain(installation) | {"created_at": created_at}])

    def installation(self, platform: str) -> Installation | None:
        return next(iter(self.installations(platform)), None)

    def installations(self, platform: str) -> Sequence[Installation]:
        query = (
            select(*(_installation.c[field.name] for field in fields(Installation)))
            .where(self._own(_installation), _installation.c.platform == platform)
            .order_by(_installation.c.created_at, _installation.c.id)
        )
        return [_installed(row) for row in self._connection.execute(query).mappings()]

    def update_installation(self, installation: Installation) -> None:
        told = plain(installation, leaving_out=_FIXED)
        found = update(_installation).where(
            self._own(_installation), _installation.c.id == installation.id
        )
        self._connection.execute(found.values(**told))

    def policy(self) -> Policy:
        newest = self._run(_NEWEST_POLICY).one_or_none()
        return Policy() if newest is None else self._policy(newest.id)

    def policy_at(self, moment: datetime) -> Policy:
        made_by_then = _NEWEST_POLICY.where(_policy.c.created_at <= moment)
        found = self._run(made_by_then).one_or_none()
        return Policy() if found is None else self._policy(found.id)

    def add_policy(self, policy: Policy, created_at: datetime, author: str) -> None:
        newest = self._run(_NEWEST_POLICY).one_or_none()
        if newest is not None and self._policy(newest.id) == policy:
            return
        row = {
            "id": uuid4(),
            "organisation_id": self._organisation,
            "number": 1 if newest is None else newest.number + 1,
            "body": policy_to_json(policy),
            "created_at": created_at,
            "author": author,
        }
        self._add(_policy, [row])

    def _policy(self, revision_id: UUID) -> Policy:
        def read(ids: set[UUID]) -> dict[UUID, Policy]:
            return {row.id: policy_from_json(row.body) for row in self._run_among(ids, _POLICIES)}

        return self._once("policy", [revision_id], read)[revision_id]

    def _set(self, **values: datetime | None) -> None:
        changed = update(_organisation).where(_organisation.c.id == self._organisation)
        self._connection.execute(changed.values(**values))


def _installed(row: RowMapping) -> Installation:
    """Columns that came later are empty for what was there before."""
    return Installation(**{name: value for name, value in row.items() if value is not None})


def organisations_at(url: str) -> set[UUID]:
    """The ids of the organisations in a database; none where it can't be read."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return set(connection.execute(select(_organisation.c.id)).scalars())
    except SQLAlchemyError:
        return set()
    finally:
        engine.dispose()
