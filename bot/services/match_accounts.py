"""Whose account is whose: a platform's directory beside the people list, compared by e-mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.services import account_rules
from bot.services.account_rules import address
from bot.services.loss import counted, is_unusual

UNCONFIRMED = "unconfirmed"
"""Why nobody is connected to an account whose address nobody has confirmed."""

MISSING = "missing"
"""Why an account is barred that the directory doesn't have any more, or not for this person."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a platform's directory, as the platform tells it; empty where it doesn't.

    `barred` says why nothing may be sent there (see Identity), None where all is well. `confirmed`:
    the platform doesn't say that whoever has it has yet to show that the address is theirs.
    `principal` is the name it signs in with, where that has the form of an address too.
    """

    external_id: str
    email: str = ""
    name: str = ""
    time_zone: str = ""
    locale: str = ""
    barred: str | None = None
    confirmed: bool = True
    principal: str = ""

    @property
    def emails(self) -> frozenset[str]:
        """Its addresses as the people list writes them; none are those without an @."""
        given = (address(each) for each in (self.email, self.principal))
        return frozenset(each for each in given if "@" in each)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody without an account that may be written to; `reason` is a code."""

    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class Relocated:
    """Somebody whose account says another zone (IANA) or language than is known."""

    email: str
    time_zone: str | None
    locale: str | None


@dataclass(frozen=True, slots=True)
class AccountsPreview:
    """What a directory changes, by e-mail address, of people who are active.

    `connected` are new, `returned` were barred before, `moved` have another account than before,
    `barred` lose theirs. `without` are all who then have none here. `elsewhere` counts those who
    keep getting messages on another platform, `strangers` the accounts of nobody on the people
    list. `updates` counts everything there is to write.
    """

    connected: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    barred: tuple[Unreachable, ...] = ()
    relocated: tuple[Relocated, ...] = ()
    without: tuple[Unreachable, ...] = ()
    elsewhere: int = 0
    strangers: int = 0
    connected_before: int = 0
    connected_after: int = 0
    people: int = 0
    updates: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the directory says what is known already."""
        return not self.updates

    @property
    def losses_to_confirm(self) -> str:
        """What to confirm first where unusually many would lose their account, else empty."""
        losing, before = len(self.barred), self.connected_before
        if not is_unusual(losing, before):
            return ""
        return (
            f"{counted(losing, before, 'connected')} would lose their account, and get nothing "
            "any more; look why, and confirm that it is right if it is"
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored: everybody active, whoever else has an account here, and the accounts.

    `identities` are those of `installation`, `homes` where people get their messages, anywhere.
    `closed` are the ids of installations through which nothing can be sent any more.
    """

    installation: Installation
    people: Mapping[UUID, Person]
    identities: tuple[Identity, ...]
    homes: Mapping[UUID, Identity]
    closed: frozenset[UUID] = frozenset()

    def is_free(self, person_id: UUID) -> bool:
        """Whether the person gets no messages anywhere, so that this may become the place."""
        return account_rules.is_free(self.homes.get(person_id), self.closed)


@dataclass(frozen=True, slots=True)
class Matching:
    """What is to be written. `moved` are the ids of identities whose account is another one;
    `localised` holds (zone, locale) by person.
    """

    added: tuple[Identity, ...]
    changed: tuple[Identity, ...]
    moved: frozenset[UUID]
    displaced: tuple[Identity, ...]
    lost: Mapping[UUID, str]
    localised: Mapping[UUID, tuple[str, str]]
    new_zones: frozenset[UUID]
    preview: AccountsPreview

    @property
    def touched(self) -> set[UUID]:
        """Everybody of whom something changes."""
        rows = (*self.added, *self.changed, *self.displaced)
        return {row.person_id for row in rows} | set(self.localised)


def match(known: Known, accounts: Iterable[Account]) -> Matching:
    """Compares; changes nothing.

    An account is a person's where it has the person's e-mail address, whatever the case: an
    account that was a person's and has another address now is theirs no more, and `missing` for
    them. One that may not be written to only ever bars what is there; it connects nobody, and nor
    does one whose address isn't confirmed, as anybody can claim one. Where people get their
    messages elsewhere they go on doing so, unless nothing can be sent there.
    """
    return _Match(known, list(accounts)).run()


class _Match:
    """One comparison on its way."""

    def __init__(self, known: Known, accounts: list[Account]) -> None:
        self.known = known
        self.by_id = {account.external_id: account for account in accounts}
        self.mine = {identity.person_id: identity for identity in known.identities}
        self.by_email = self._by_email()
        self.after: dict[UUID, Identity] = {}
        self.taken: set[str] = set()

    def run(self) -> Matching:
        people = self.known.people.values()
        found = ((person, self._identity(person)) for person in people)
        self.after = {person.id: identity for person, identity in found if identity is not None}
        self.taken = {i.external_id for i in self.after.values() if not i.barred}
        self.after = {person: self._freed(identity) for person, identity in self.after.items()}
        changed = [i for p, i in self.after.items() if p in self.mine and i != self.mine[p]]
        added = [i for p, i in self.after.items() if p not in self.mine]
        localised = dict(self._localised())
        preview = self._preview(localised, len(added) + len(changed) + len(localised))
        return Matching(
            added=tuple(added),
            changed=tuple(changed),
            moved=frozenset(i.id for i in changed if self._has_moved(i)),
            displaced=tuple(self._displaced()),
            lost={p.id: self.after[p.id].barred or "" for p in self._losing(at_home=True)},
            localised=localised,
            new_zones=frozenset(self._new_zones(localised)),
            preview=preview,
        )

    def _by_email(self) -> dict[str, Account]:
        """The account of each address: where there are several, one that may be written to, and
        the one that is known already before others.
        """
        current = {identity.external_id for identity in self.known.identities}

        def rank(account: Account) -> tuple[bool, bool, bool, str]:
            known = account.external_id in current
            is_barred = account.barred is not None
            return is_barred, not account.confirmed, not known, account.external_id

        best: dict[str, Account] = {}
        for account in sorted(self.by_id.values(), key=rank):
            if email := address(account.email):
                best.setdefault(email, account)
        return best

    def _identity(self, person: Person) -> Identity | None:
        """The person's account as it will be; None where there is none."""
        account, before = self.by_email.get(person.email), self.mine.get(person.id)
        if account is not None and not account.confirmed:
            account = account if before and before.external_id == account.external_id else None
        if account is None:
            return before and replace(before, barred=self._why_gone(before))
        if before is None:
            usable = person.active and not account.barred
            is_free = self.known.is_free(person.id)
            return (
                fresh(person, self.known.installation, account, is_home=is_free) if usable else None
            )
        if account.barred:
            return replace(before, barred=account.barred)
        return renewed(before, account, is_home=self.known.is_free(person.id))

    def _why_gone(self, before: Identity) -> str:
        """The account's own reason where it still is there."""
        account = self.by_id.get(before.external_id)
        return account.barred if account and account.barred else MISSING

    def _freed(self, identity: Identity) -> Identity:
        """A lost account that is another person's now no longer carries its id."""
        if identity.barred and identity.external_id in self.taken:
            return replace(identity, external_id=f"-{identity.id}", delivery_ref="")
        return identity

    def _has_moved(self, identity: Identity) -> bool:
        return self.mine[identity.person_id].external_id != identity.external_id

    def _displaced(self) -> Iterable[Identity]:
        """Homes elsewhere that give way."""
        for person_id, home in self.known.homes.items():
            here = self.after.get(person_id)
            if here is not None and here.is_home and here.id != home.id:
                yield replace(home, is_home=False)

    def _losing(self, *, at_home: bool) -> list[Person]:
        """Active people whose account may be written to now, and may not any more."""
        return [
            self.known.people[person_id]
            for person_id, before in self.mine.items()
            if not before.barred
            and self.after[person_id].barred
            and self.known.people[person_id].active
            and (before.is_home or not at_home)
        ]

    def _localised(self) -> Iterable[tuple[UUID, tuple[str, str]]]:
        """Whoever's home account says another zone or language than is stored."""
        for person_id, identity in self.after.items():
            told = account_rules.new_locale(identity, self.known.people[person_id])
            if told is not None:
                yield person_id, told

    def _new_zones(self, localised: Mapping[UUID, tuple[str, str]]) -> Iterable[UUID]:
        for person_id, (zone, _) in localised.items():
            if zone != self.known.people[person_id].time_zone:
                yield person_id

    def _preview(self, localised: Mapping[UUID, tuple[str, str]], updates: int) -> AccountsPreview:
        active = {p.id: p for p in self.known.people.values() if p.active}
        usable = {p: i for p, i in self.after.items() if p in active and not i.barred}
        back = [p for p in usable if p in self.mine and self.mine[p].barred]
        moved = [p for p, i in usable.items() if p in self.mine and self._has_moved(i)]
        was_usable = [p for p, i in self.mine.items() if p in active and not i.barred]
        addresses = {person.email for person in active.values()}
        return AccountsPreview(
            connected=self._emails(p for p in usable if p not in self.mine),
            returned=self._emails(back),
            moved=self._emails(p for p in moved if p not in back),
            barred=self._unreachable(p.id for p in self._losing(at_home=False)),
            relocated=tuple(self._relocated(localised)),
            without=self._unreachable(p for p in active if p not in usable),
            elsewhere=sum(not identity.is_home for identity in usable.values()),
            strangers=sum(
                not a.barred and address(a.email) not in addresses for a in self.by_id.values()
            ),
            connected_before=len(was_usable),
            connected_after=len(usable),
            people=len(active),
            updates=updates,
        )

    def _emails(self, people: Iterable[UUID]) -> tuple[str, ...]:
        return tuple(sorted(self.known.people[person_id].email for person_id in people))

    def _unreachable(self, people: Iterable[UUID]) -> tuple[Unreachable, ...]:
        found = (self.known.people[person_id] for person_id in people)
        told = (Unreachable(person.email, self._why(person)) for person in found)
        return tuple(sorted(told, key=lambda each: each.email))

    def _why(self, person: Person) -> str:
        identity, account = self.after.get(person.id), self.by_email.get(person.email)
        if account and not account.confirmed and not account.barred:
            return UNCONFIRMED
        return (identity and identity.barred) or (account and account.barred) or MISSING

    def _relocated(self, localised: Mapping[UUID, tuple[str, str]]) -> Iterable[Relocated]:
        for person_id, (zone, locale) in localised.items():
            person = self.known.people[person_id]
            yield Relocated(
                person.email,
                zone if zone != person.time_zone else None,
                locale if locale != person.locale else None,
            )


def fresh(
    person: Person, installation: Installation, account: Account, *, is_home: bool
) -> Identity:
    """The account as it is stored for the person whose it is now."""
    return Identity(
        id=uuid4(),
        person_id=person.id,
        installation_id=installation.id,
        platform=installation.platform,
        external_id=account.external_id,
        delivery_ref="",
        is_home=is_home,
        time_zone=account_rules.zone(account.time_zone),
        locale=account_rules.language(account.locale),
    )


def renewed(before: Identity, account: Account, *, is_home: bool) -> Identity:
    """The stored account as it is told now; of another id its place has to be found anew."""
    return replace(
        before,
        external_id=account.external_id,
        delivery_ref=before.delivery_ref if before.external_id == account.external_id else "",
        barred=None,
        is_home=before.is_home or is_home,
        time_zone=account_rules.zone(account.time_zone) or before.time_zone,
        locale=account_rules.language(account.locale) or before.locale,
    )


def addresses_of(accounts: Collection[Account]) -> set[str]:
    """The e-mail addresses of a directory, as the people list writes them."""
    return {found for account in accounts if (found := address(account.email))}
