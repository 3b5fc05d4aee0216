"""Bring people's accounts on one installation in line with its directory, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.organisation import Installation
from bot.domain.people import Person
from bot.domain.ports.clock import Calendar
from bot.domain.ports.queue_store import Audited
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services.call_off import call_off
from bot.services.match_accounts import (
    Account,
    AccountsPreview,
    Known,
    Matching,
    addresses_of,
    match,
)
from bot.services.memberships import sync_plans

SYNCED = "accounts.sync"
REFUSED = "accounts.refused"
"""What the audit log calls a sync, and one that waits for somebody to confirm it."""

NOBODY = (
    "there is nobody on the people list yet, and accounts are matched to it; begin with "
    "`touchpoint people import FILE`"
)

_ONE_BY_ONE = 500
"""Up to so many people their plans are looked up one by one, beyond it all at once."""


class AccountsRefused(Exception):  # names the outcome; the text says what to do
    """The directory can't be applied as it is; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A nightly sync that was not applied: so many of those connected would lose their account."""

    installation_id: UUID
    losing: int
    connected: int
    at: datetime


async def plan_accounts(
    uow: UnitOfWork,
    installation: Installation,
    accounts: Sequence[Account],
    *,
    closed: Collection[UUID] = (),
) -> AccountsPreview:
    """What `sync_accounts` would do; changes nothing.

    Raises AccountsRefused where the people list is empty.
    """
    return await uow.read(lambda tx: _compare(tx, installation, accounts, closed).preview)


async def sync_accounts(
    uow: UnitOfWork,
    calendar: Calendar,
    installation: Installation,
    accounts: Sequence[Account],
    *,
    now: datetime,
    actor: str,
    closed: Collection[UUID] = (),
    confirm_losses: bool = False,
) -> AccountsPreview:
    """Applies a whole directory, and moves the plans of those whose zone changed. A repeat
    changes nothing.

    It never adds people, and of people writes time zone and locale alone: those that the account
    says win over the people list, as they follow whoever travels. Whoever's account is barred
    stays on the list; what was queued for them and their open check-ins are called off with the
    reason, and what they answered stays.

    Args:
        accounts: everybody of the directory, or people would lose their accounts.
        now: aware UTC.
        actor: for the audit log: an opaque id or a code such as "cli".
        closed: ids of installations through which nothing can be sent any more: whoever gets
            messages there gets them here from now on.
        confirm_losses: needed where more than 2 people and more than a fifth would lose theirs.

    Raises AccountsRefused where that is missing, and as `plan_accounts`.
    """
    ahead = await uow.read(lambda tx: _compare(tx, installation, accounts, closed))
    was_refused = await uow.read(lambda tx: _refused(tx, installation.id) is not None)
    if ahead.preview.is_empty and not was_refused:
        return ahead.preview

    def write(tx: Tx) -> Matching:
        tx.people.lock_many(ahead.touched)  # another sync that comes first is seen whole
        matching = _compare(tx, installation, accounts, closed)
        _apply(tx, matching, now, confirm_losses=confirm_losses)
        _audit(tx, installation, matching.preview, actor, now)
        return matching

    matching = await uow.write(write)
    await _move_plans(uow, calendar, matching, now)
    return matching.preview


async def _move_plans(
    uow: UnitOfWork, calendar: Calendar, matching: Matching, now: datetime
) -> None:
    if matching.new_zones:
        few = matching.new_zones if len(matching.new_zones) <= _ONE_BY_ONE else None
        await sync_plans(uow, calendar, now, people=few)


async def note_refusal(
    uow: UnitOfWork, installation: Installation, preview: AccountsPreview, now: datetime
) -> None:
    """Leaves a trace for `touchpoint status` of a nightly sync that nobody could be asked about.
    The next sync that is applied ends it.
    """
    detail = f"losing={len(preview.barred)} connected={preview.connected_before}"

    def write(tx: Tx) -> None:
        before = _refused(tx, installation.id)
        if before is None or before.detail != detail:
            target = str(installation.id)
            tx.audit.append(actor="nightly", action=REFUSED, target=target, at=now, detail=detail)

    await uow.write(write)


def waiting(tx: Tx) -> list[Waiting]:
    """The syncs that wait for somebody to confirm them."""
    return [_waiting(entry) for entry in tx.audit.latest([SYNCED, REFUSED]) if _is_refusal(entry)]


def _waiting(entry: Audited) -> Waiting:
    counts = dict(part.split("=") for part in entry.detail.split())
    losing, connected = (int(counts.get(name, "0")) for name in ("losing", "connected"))
    return Waiting(UUID(entry.target), losing, connected, entry.at)


def _refused(tx: Tx, installation_id: UUID) -> Audited | None:
    newest = tx.audit.latest([SYNCED, REFUSED])
    mine = (entry for entry in newest if entry.target == str(installation_id))
    return next((entry for entry in mine if _is_refusal(entry)), None)


def _is_refusal(entry: Audited) -> bool:
    return entry.action == REFUSED


def _compare(
    tx: Tx, installation: Installation, accounts: Sequence[Account], closed: Collection[UUID]
) -> Matching:
    listed = [entry.person_id for entry in tx.people.roster()]
    if not listed:
        raise AccountsRefused(NOBODY)
    identities = tuple(tx.people.identities(installation.id))
    people: dict[UUID, Person] = {
        person.id: person for person in tx.people.by_email(addresses_of(accounts)).values()
    }
    others = {*listed, *(identity.person_id for identity in identities)} - people.keys()
    people |= tx.people.many(others)
    homes = tx.people.homes(people)
    known = Known(installation, people, identities, homes, frozenset(closed))
    return match(known, accounts)


def _apply(tx: Tx, matching: Matching, now: datetime, *, confirm_losses: bool) -> None:
    """Homes give way before others are taken, and ids are free before somebody else gets them."""
    if matching.preview.losses_to_confirm and not confirm_losses:
        raise AccountsRefused(matching.preview.losses_to_confirm)
    tx.people.update_identities(matching.displaced)
    between = (i for i in matching.changed if i.id in matching.moved)
    tx.people.update_identities(replace(i, external_id=f"-{i.id}", is_home=False) for i in between)
    tx.people.update_identities(matching.changed)
    tx.people.add_identities(matching.added)
    tx.people.localise(matching.localised)
    for reason, people in _by_reason(matching.lost).items():
        call_off(tx, people, reason, now)


def _by_reason(lost: Mapping[UUID, str]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for person_id, reason in lost.items():
        found.setdefault(reason, []).append(person_id)
    return found


def _audit(
    tx: Tx, installation: Installation, preview: AccountsPreview, actor: str, now: datetime
) -> None:
    detail = (
        f"connected={len(preview.connected)} returned={len(preview.returned)} "
        f"moved={len(preview.moved)} barred={len(preview.barred)} "
        f"relocated={len(preview.relocated)}"
    )
    target = str(installation.id)
    tx.audit.append(actor=actor, action=SYNCED, target=target, at=now, detail=detail)
