"""Whose account is this: one that shows itself, compared with what is stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.services import account_rules
from bot.services.match_accounts import MISSING, UNCONFIRMED, Account, fresh, renewed

STRANGER = "stranger"
LEFT = "left"
TWO_PEOPLE = "two_people"
ANOTHER_ACCOUNT = "another_account"
ANOTHER_TENANT = "another_tenant"
"""Why nobody is connected, beside the account's own reason and `UNCONFIRMED`."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known: the account under its id, and whoever it was or its addresses name.

    `accounts` are all of each of these `people`, barred ones too. `closed` are the ids of
    installations whose homes give way.
    """

    installation: Installation
    known: Identity | None
    people: Mapping[UUID, Person]
    named: frozenset[UUID]
    accounts: Mapping[UUID, tuple[Identity, ...]]
    closed: frozenset[UUID] = frozenset()

    @property
    def owner(self) -> Person | None:
        return self.people.get(self.known.person_id) if self.known else None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose it is, or the `reason` why it is nobody's; and what is to be written for that.

    `identity` is the account as it will be, `before` as it is stored for this person. `displaced`
    is a home that gives way, `freed` the account of somebody who left, without the id.
    `is_new`: connected now, or back after it was barred. `barred` loses its account.
    """

    person: Person | None = None
    identity: Identity | None = None
    before: Identity | None = None
    displaced: Identity | None = None
    freed: Identity | None = None
    is_new: bool = False
    barred: Identity | None = None
    reason: str = ""

    @property
    def locale(self) -> tuple[str, str] | None:
        """Zone and language where the person has others now."""
        if self.person is None or self.identity is None:
            return None
        return account_rules.new_locale(self.identity, self.person)

    @property
    def has_changes(self) -> bool:
        moved = self.identity != self.before or self.locale is not None
        return moved or any((self.displaced, self.freed, self.barred))


def recognise(stored: Stored, account: Account, place: str) -> Recognised:
    """Compares; changes nothing. place: where the account is reached, as its platform packs it.

    An account whose id is known stays that person's, whatever its address says now. Else it is
    whoever's address it has: nobody's where its addresses name two people, nobody has confirmed
    them, or the person has another account that is in use, here or in another organisation's part
    of the platform, whose admins may give out any address. One that may not be written to is
    nobody's, and barred where it is known.
    """
    if account.barred:
        return Recognised(barred=_losing(stored.known, account.barred), reason=account.barred)
    owner = stored.owner
    if owner is not None and owner.active:
        return _connected(stored, owner, account, place)
    reason = _why_nobodys(stored, account)
    if reason:
        return Recognised(reason=reason)
    (person_id,) = stored.named
    return _connected(stored, stored.people[person_id], account, place)


def _losing(known: Identity | None, reason: str) -> Identity | None:
    return replace(known, barred=reason) if known and known.barred is None else None


def _why_nobodys(stored: Stored, account: Account) -> str:
    if len(stored.named) > 1:
        return TWO_PEOPLE
    named = [stored.people[person_id] for person_id in stored.named]
    if not any(person.active for person in named):
        return LEFT if named or stored.owner else STRANGER
    if not account.confirmed:
        return UNCONFIRMED
    mine = _here(stored, named[0])
    if mine and not mine.barred:
        return ANOTHER_ACCOUNT
    return ANOTHER_TENANT if _is_next_door(stored, named[0]) else ""


def _is_next_door(stored: Stored, person: Person) -> bool:
    """Whether the person has an account in use on another installation of this platform."""
    here = stored.installation
    return any(
        each.platform == here.platform
        and each.installation_id not in {here.id, *stored.closed}
        and not each.barred
        for each in stored.accounts[person.id]
    )


def _here(stored: Stored, person: Person) -> Identity | None:
    """The person's account on this installation; of several one that is in use."""
    found = (i for i in stored.accounts[person.id] if i.installation_id == stored.installation.id)
    return min(found, key=lambda i: (i != stored.known, i.barred is not None), default=None)


def _connected(stored: Stored, person: Person, account: Account, place: str) -> Recognised:
    home = next((i for i in stored.accounts[person.id] if i.is_home), None)
    is_free = account_rules.is_free(home, stored.closed)
    before = _here(stored, person)
    if before is None:
        identity = fresh(person, stored.installation, account, is_home=is_free)
    else:
        identity = renewed(before, account, is_home=is_free)
    identity = replace(identity, delivery_ref=place or identity.delivery_ref)
    gives_way = home is not None and identity.is_home and home.id != identity.id
    return Recognised(
        person=person,
        identity=identity,
        before=before,
        displaced=replace(home, is_home=False) if home and gives_way else None,
        freed=_freed(stored.known, person),
        is_new=before is None or before.barred is not None,
    )


def _freed(known: Identity | None, person: Person) -> Identity | None:
    """The account of somebody who left, whose id is this person's from now on."""
    if known is None or known.person_id == person.id:
        return None
    return replace(known, external_id=f"-{known.id}", delivery_ref="", barred=MISSING)
