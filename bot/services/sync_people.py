"""Bring the people of an organisation in line with a people file: who joins, changes, leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bot.domain.people import Identity, Person, Role
from bot.domain.ports.people_store import Roster
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services import handover
from bot.services.call_off import call_off
from bot.services.loss import counted, is_unusual
from bot.services.people_file import ParsedPeople, PersonRow

LEFT = "left"
"""The reason kept with what is cancelled because its person left."""

_OF_ACCOUNT = ("time_zone", "locale")
"""What the account that a person's messages go to may know better than any list."""

_COMPARED = ("name", "team", "country", "time_zone", "hired_on", "locale", "role")

Identities = Callable[[Person], Identity | None]
"""The account a person has on a platform by being on the list, if the platform gives one."""


class ImportRefused(Exception):  # names the outcome; the text says what to do
    """The file can't be applied as it is; the message names the remedy. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One person before and after; `fields` are those that differ, "manager" among them."""

    email: str
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SyncPreview:
    """What a file changes, by e-mail address; `changes` are of people who stay.

    `active_before` counts the people before, `manager_changes` whoever has another manager (or
    none) afterwards, those who join and return among them.
    """

    joins: tuple[str, ...]
    returns: tuple[str, ...]
    leaves: tuple[str, ...]
    changes: tuple[Change, ...]
    manager_changes: int
    active_before: int
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether the file says what is known already."""
        return not (self.joins or self.returns or self.leaves or self.changes)

    @property
    def leavers_to_confirm(self) -> str:
        """The question to answer first where unusually many would leave, else empty."""
        leaving, active = len(self.leaves), self.active_before
        if not is_unusual(leaving, active):
            return ""
        return (
            f"{counted(leaving, active, 'active')} are not in this file and would leave; check "
            "that the file is complete, and confirm that they leave if it is"
        )


async def plan_sync(uow: UnitOfWork, parsed: ParsedPeople) -> SyncPreview:
    """What `apply_sync` would do; changes nothing.

    Raises ImportRefused where the file has problems or the database no organisation.
    """
    return await uow.read(lambda tx: _compare(tx, parsed).preview())


async def apply_sync(
    uow: UnitOfWork,
    parsed: ParsedPeople,
    *,
    now: datetime,
    actor: str,
    identities: Identities,
    confirm_leavers: bool = False,
) -> SyncPreview:
    """Apply a file in one transaction; a repeat changes nothing. Call `sync_plans` afterwards.

    A column the file doesn't have leaves what is known of people as it is. Leavers keep their
    history, and come back with the same id when their address returns; what was queued for them
    and their open check-ins are cancelled.

    Args:
        parsed: without problems.
        now: aware UTC; managements begin and end then. Employment begins on that day in each
            person's own time zone.
        actor: who imports, for the audit log: an opaque id or a code such as "cli".
        identities: the account each person on the list gets where they have none.
        confirm_leavers: needed where more than 2 people and more than a fifth would leave.

    Raises ImportRefused where that is missing, and as `plan_sync`.
    """

    known = await uow.read(lambda tx: _compare(tx, parsed))
    if known.preview().is_empty and not known.unreachable:
        return known.preview()  # a nightly import of the same list keeps nobody's answer waiting

    def write(tx: Tx) -> SyncPreview:
        difference = _compare(tx, parsed)
        preview = difference.preview()
        if preview.leavers_to_confirm and not confirm_leavers:
            raise ImportRefused(preview.leavers_to_confirm)
        _apply(tx, difference, identities, now)
        _audit(tx, difference, preview, actor, now)
        return preview

    return await uow.write(write)


@dataclass(frozen=True, slots=True)
class _Difference:
    """People as they will be. `managers` holds changes alone; `changed` the fields by person.

    `at_home` have an account already, barred or not; `unreachable` are on the list without one.
    """

    organisation_id: UUID
    joining: tuple[Person, ...]
    returning: tuple[Person, ...]
    staying: tuple[Person, ...]
    leaving: tuple[Roster, ...]
    changed: Mapping[UUID, tuple[str, ...]]
    new_roles: Mapping[UUID, Role]
    managers: Mapping[UUID, UUID | None]
    at_home: frozenset[UUID]
    unreachable: frozenset[UUID]

    def preview(self) -> SyncPreview:
        changes = [
            Change(person.email, person.name, self.changed[person.id])
            for person in self.staying
            if person.id in self.changed
        ]
        return SyncPreview(
            joins=tuple(person.email for person in self.joining),
            returns=tuple(person.email for person in self.returning),
            leaves=tuple(entry.email for entry in self.leaving),
            changes=tuple(changes),
            manager_changes=len(self.managers),
            active_before=len(self.staying) + len(self.leaving),
            unchanged=len(self.staying) - len(changes),
        )


def _compare(tx: Tx, parsed: ParsedPeople) -> _Difference:
    if parsed.problem_count:
        raise ImportRefused(f"the file has {parsed.problem_count:,} problems; mend them first")
    organisation = tx.organisations.get()
    if organisation is None:
        raise ImportRefused("the database has no organisation yet; run `touchpoint people import`")
    known = tx.people.by_email(row.email for row in parsed.rows)
    homes = tx.people.homes(person.id for person in known.values())
    listed = {
        row.email: _listed(row, known.get(row.email), organisation.id, parsed.columns, homes)
        for row in parsed.rows
    }
    roster = {entry.person_id: entry for entry in tx.people.roster()}
    managers = _new_managers(parsed, listed, roster)
    old = {person.id: person for person in known.values()}
    return _Difference(
        organisation_id=organisation.id,
        joining=tuple(p for p in listed.values() if p.id not in old),
        returning=tuple(p for p in listed.values() if p.id in old and not old[p.id].active),
        staying=tuple(p for p in listed.values() if p.id in roster),
        leaving=tuple(entry for entry in roster.values() if entry.email not in listed),
        changed=_changed(listed.values(), old, managers),
        new_roles=_new_roles(listed.values(), old),
        managers=managers,
        at_home=frozenset(homes),
        unreachable=frozenset(
            i for i, entry in roster.items() if not entry.has_identity and i not in homes
        ),
    )


def _listed(
    row: PersonRow,
    known: Person | None,
    organisation_id: UUID,
    columns: frozenset[str],
    homes: Mapping[UUID, Identity],
) -> Person:
    """The person as the file says; what it has no column for stays as it is known, and so do the
    zone and the language that the person's own account says.
    """
    if known is not None:
        told = columns - _told_by_account(homes.get(known.id))
        said = {name: getattr(row, name) for name in _COMPARED if name in told}
        new = {name: value for name, value in said.items() if value != getattr(known, name)}
        return replace(known, active=True, **new) if new or not known.active else known
    return Person(
        id=uuid4(),
        organisation_id=organisation_id,
        email=row.email,
        name=row.name,
        time_zone=row.time_zone,
        locale=row.locale,
        team=row.team,
        country=row.country,
        role=row.role,
        hired_on=row.hired_on,
    )


def _told_by_account(home: Identity | None) -> set[str]:
    if home is None or home.barred:
        return set()
    return {name for name in _OF_ACCOUNT if getattr(home, name)}


def _new_managers(
    parsed: ParsedPeople, listed: Mapping[str, Person], roster: Mapping[UUID, Roster]
) -> dict[UUID, UUID | None]:
    """Whose manager changes, and to whom."""
    if "manager_email" not in parsed.columns:
        return {}
    changes: dict[UUID, UUID | None] = {}
    for row in parsed.rows:
        person = listed[row.email].id
        manager = listed[row.manager_email].id if row.manager_email else None
        before = roster[person].manager_id if person in roster else None
        if manager != before:
            changes[person] = manager
    return changes


def _changed(
    people: Iterable[Person], old: Mapping[UUID, Person], managers: Mapping[UUID, UUID | None]
) -> dict[UUID, tuple[str, ...]]:
    changed = {}
    for person in people:
        before = old.get(person.id)
        if before is None or (before is person and person.id not in managers):
            continue
        fields = [name for name in _COMPARED if getattr(before, name) != getattr(person, name)]
        manager = ["manager"] if person.id in managers else []
        if fields or manager:
            changed[person.id] = (*fields, *manager)
    return changed


def _new_roles(people: Iterable[Person], old: Mapping[UUID, Person]) -> dict[UUID, Role]:
    """Roles that somebody gains or loses; an employee who joins gains none."""
    roles = {}
    for person in people:
        before = old.get(person.id)
        if person.role is not (before.role if before and before.active else Role.EMPLOYEE):
            roles[person.id] = person.role
    return roles


def _apply(tx: Tx, difference: _Difference, identities: Identities, now: datetime) -> None:
    arriving = [*difference.joining, *difference.returning]
    altered = [person for person in difference.staying if person.id in difference.changed]
    tx.people.upsert([*arriving, *altered], now)
    _leave(tx, [entry.person_id for entry in difference.leaving], now)
    _start(tx, arriving, now)
    tx.people.change_managers(difference.managers, now)
    # Where their mornings are may have changed, and with it when to look.
    tx.desks.wake(tx.people.managing([person.id for person in altered], now), now)
    staying = {person.id for person in difference.staying}
    handover.offer(tx, {p: m for p, m in difference.managers.items() if p in staying}, now)
    unreachable = [p for p in difference.staying if p.id in difference.unreachable]
    homeless = [p for p in [*arriving, *unreachable] if p.id not in difference.at_home]
    found = (identities(person) for person in homeless)
    tx.people.add_identities([identity for identity in found if identity is not None])


def _start(tx: Tx, people: Iterable[Person], now: datetime) -> None:
    by_zone: dict[str, list[UUID]] = {}
    for person in people:
        by_zone.setdefault(person.time_zone, []).append(person.id)
    for zone, ids in by_zone.items():
        tx.people.start_employment(ids, now.astimezone(ZoneInfo(zone)).date())


def _leave(tx: Tx, people: list[UUID], now: datetime) -> None:
    if not people:
        return
    tx.people.end_employment(people, now)
    covered = {each.manager_id for person in people for each in tx.desks.covered_by(person)}
    tx.desks.wake(covered, now)  # whom nobody stands in for any more
    call_off(tx, people, LEFT, now)


def _audit(
    tx: Tx, difference: _Difference, preview: SyncPreview, actor: str, now: datetime
) -> None:
    """One entry for an import that changed something, and one for each role it gave or took."""
    if preview.is_empty:
        return
    detail = (
        f"joined={len(preview.joins)} returned={len(preview.returns)} left={len(preview.leaves)} "
        f"changed={len(preview.changes)} managers={preview.manager_changes}"
    )
    target = str(difference.organisation_id)
    tx.audit.append(actor=actor, action="people.import", target=target, at=now, detail=detail)
    for person_id, role in difference.new_roles.items():
        tx.audit.append(
            actor=actor, action="people.role", target=str(person_id), at=now, detail=role.value
        )
