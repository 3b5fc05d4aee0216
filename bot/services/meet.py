"""First contact on a platform that tells of accounts one by one: whose it is, and where."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services import account_rules, hello_message
from bot.services.call_off import call_off
from bot.services.kit import Kit
from bot.services.match_accounts import UNCONFIRMED, Account
from bot.services.memberships import sync_plans
from bot.services.recognise import (
    ANOTHER_ACCOUNT,
    TWO_PEOPLE,
    Recognised,
    Stored,
    recognise,
)

log = logging.getLogger(__name__)

NOT_INSTALLED = "not_installed"
BLOCKED = "blocked"
"""Why an account is barred that took the app away, or refuses what the app writes."""

GIVES_WAY = "local"
"""The platform whose homes always give way: its page stands in for a real one."""

_WORTH_A_LOOK = frozenset({ANOTHER_ACCOUNT, TWO_PEOPLE, UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class Met:
    """`person` is None for somebody who isn't on the people list or may not be written to.

    `is_home`: their messages come here. `is_new`: they were connected by this, or are back.
    """

    person: Person | None
    is_home: bool = False
    is_new: bool = False


async def meet(
    kit: Kit, installation: Installation, account: Account, place: str, now: datetime
) -> Met:
    """Finds out whose account this is, and keeps where it is reached. A repeat changes nothing.

    Where messages come here and the account is new, or back after it was barred, it gets one
    hello. A home on the local page gives way, and so does one on a platform that isn't configured
    any more: what is ready in the queue comes along. Any other home stays.

    Args:
        place: what is kept to reach it (`Identity.delivery_ref`); "" leaves what is known.
        now: aware UTC.

    Raises StorageUnavailable.
    """
    ahead = await kit.uow.read(lambda tx: _recognise(kit, tx, installation, account, place))
    if not ahead.has_changes:
        return _met(ahead, account)

    def write(tx: Tx) -> Recognised:
        tx.people.lock_many(_concerned(tx, installation, account))
        found = _recognise(kit, tx, installation, account, place)
        _apply(tx, found, now)
        return found

    found = await kit.uow.write(write)
    if found.person is not None and found.locale is not None:
        await _move_plans(kit, found.person, found.locale[0], now)
    return _met(found, account)


def would_be_home(kit: Kit, tx: Tx, account: Identity) -> bool:
    """Whether an account that isn't home becomes it by being met: nothing can be sent to the home
    there is, or that gives way.
    """
    if account.is_home:
        return False
    home = tx.people.home_identity(account.person_id)
    return home is None or home.barred is not None or _is_closed(kit, home)


async def note_place(
    kit: Kit,
    installation_id: UUID,
    external_id: str,
    place: str,
    zone: str,
    locale: str,
    now: datetime,
) -> None:
    """Keeps where an account is reached now, and what it says of zone and language ("" where it
    doesn't); plans follow a home's zone. Nothing happens where nothing changed, or for an account
    that is nobody's or barred. `now` is aware UTC. Raises StorageUnavailable.
    """

    def moved(tx: Tx) -> tuple[Identity, Identity, Person] | None:
        before = tx.people.identity(installation_id, external_id)
        person = tx.people.get(before.person_id) if before and not before.barred else None
        if before is None or person is None or not person.active:
            return None
        after = replace(
            before,
            delivery_ref=place or before.delivery_ref,
            time_zone=account_rules.zone(zone) or before.time_zone,
            locale=account_rules.language(locale) or before.locale,
        )
        is_new = after != before or account_rules.new_locale(after, person) is not None
        return (before, after, person) if is_new else None

    ahead = await kit.uow.read(moved)
    if ahead is None:
        return

    def write(tx: Tx) -> tuple[Identity, Identity, Person] | None:
        tx.people.lock_many([ahead[0].person_id])
        found = moved(tx)
        if found is not None:
            tx.people.update_identities([found[1]])
            _localise(tx, found[2], account_rules.new_locale(found[1], found[2]))
        return found

    found = await kit.uow.write(write)
    if found is not None and (told := account_rules.new_locale(found[1], found[2])):
        await _move_plans(kit, found[2], told[0], now)


async def bar(
    uow: UnitOfWork,
    installation_id: UUID,
    external_id: str,
    reason: str,
    now: datetime,
    *,
    place: str = "",
) -> None:
    """Nothing more is sent to this account, for `reason` (a code). What was still to reach the
    person, if their messages come there, is called off. A repeat changes nothing, nor does it
    for an account that is nobody's. `now` is aware UTC. Raises StorageUnavailable.

    place: where it was refused, if it was; somebody who is reached elsewhere by now is left alone.
    """

    def losing(tx: Tx) -> Identity | None:
        known = tx.people.identity(installation_id, external_id)
        is_there = known is not None and place in ("", known.delivery_ref)
        return known if known and is_there and _is_worse(known.barred, reason) else None

    ahead = await uow.read(losing)
    if ahead is None:
        return

    def write(tx: Tx) -> None:
        tx.people.lock_many([ahead.person_id])
        if (known := losing(tx)) is not None:
            _bar(tx, replace(known, barred=reason), now)

    await uow.write(write)


def _is_worse(before: str | None, reason: str) -> bool:
    """Whoever blocked the app may take it away as well; every other first reason stays."""
    return before is None or (before == BLOCKED and reason == NOT_INSTALLED)


def _recognise(
    kit: Kit, tx: Tx, installation: Installation, account: Account, place: str
) -> Recognised:
    known = tx.people.identity(installation.id, account.external_id)
    named = {p.id: p for p in tx.people.by_email(account.emails).values()}
    people = {**named, **(tx.people.many([known.person_id]) if known else {})}
    accounts = {person_id: tuple(tx.people.accounts(person_id)) for person_id in people}
    closed = frozenset(
        each.installation_id
        for found in accounts.values()
        for each in found
        if _is_closed(kit, each)
    )
    stored = Stored(
        installation,
        known,
        people,
        frozenset(named),
        accounts,
        closed - {installation.id},
    )
    return recognise(stored, account, place)


def _is_closed(kit: Kit, identity: Identity) -> bool:
    return identity.platform == GIVES_WAY or identity.platform not in kit.messengers


def _concerned(tx: Tx, installation: Installation, account: Account) -> set[UUID]:
    known = tx.people.identity(installation.id, account.external_id)
    named = {person.id for person in tx.people.by_email(account.emails).values()}
    return named | ({known.person_id} if known else set())


def _apply(tx: Tx, found: Recognised, now: datetime) -> None:
    """Homes give way before others are taken, and ids are free before somebody else gets them."""
    if found.barred is not None:
        _bar(tx, found.barred, now)
    if found.person is None or found.identity is None:
        return
    tx.people.update_identities([i for i in (found.displaced, found.freed) if i is not None])
    if found.before is None:
        tx.people.add_identities([found.identity])
    else:
        tx.people.update_identities([found.identity])
    if found.displaced is not None:
        tx.queue.move(found.identity)
    _localise(tx, found.person, found.locale)
    if found.is_new and found.identity.is_home:
        tx.queue.enqueue([hello_message.delivery(found.person, found.identity, now)])
    if found.freed or _changed_id(found):
        _audit(tx, found.identity, now)


def _changed_id(found: Recognised) -> bool:
    before, after = found.before, found.identity
    return bool(before and after and before.external_id != after.external_id)


def _audit(tx: Tx, identity: Identity, now: datetime) -> None:
    target, detail = str(identity.person_id), f"platform={identity.platform}"
    tx.audit.append(actor="meet", action="accounts.moved", target=target, at=now, detail=detail)


def _bar(tx: Tx, identity: Identity, now: datetime) -> None:
    tx.people.update_identities([identity])
    if identity.is_home:
        call_off(tx, [identity.person_id], identity.barred or "", now)


def _localise(tx: Tx, person: Person, told: tuple[str, str] | None) -> None:
    if told is not None:
        tx.people.localise({person.id: told})


async def _move_plans(kit: Kit, person: Person, zone: str, now: datetime) -> None:
    if zone != person.time_zone:
        await sync_plans(kit.uow, kit.calendar, now, people=[person.id])


def _met(found: Recognised, account: Account) -> Met:
    if found.person is None or found.identity is None:
        if found.reason in _WORTH_A_LOOK:
            told = {"account": account.external_id, "reason": found.reason}
            log.warning("account not connected", extra=told)
        return Met(None)
    zone, locale = found.locale or (found.person.time_zone, found.person.locale)
    person = replace(found.person, time_zone=zone, locale=locale)
    return Met(person, found.identity.is_home, found.is_new)
