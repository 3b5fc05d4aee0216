"""Whose account is it that shows itself: never somebody else's, whatever it says."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.services.match_accounts import Account
from bot.services.recognise import (
    ANOTHER_ACCOUNT,
    ANOTHER_TENANT,
    LEFT,
    STRANGER,
    TWO_PEOPLE,
    Recognised,
    Stored,
    recognise,
)

ACME, LOCAL, SLACK = uuid4(), uuid4(), uuid4()
TENANT = Installation(uuid4(), ACME, "teams", "t1")
ANA, BO, EVE = (
    Person(uuid4(), ACME, f"{name}@acme.com", name.title(), "Europe/Berlin", "en", active=active)
    for name, active in [("ana", True), ("bo", True), ("eve", False)]
)
PEOPLE = {person.id: person for person in (ANA, BO, EVE)}
BY_EMAIL = {person.email: person.id for person in PEOPLE.values()}
IDS = ["a1", "a2", "a3"]
ADDRESSES = st.sampled_from(
    ["", "ana", "ANA@Acme.com ", "bo@acme.com", "eve@acme.com", "who@x.com"]
)
ACCOUNTS = st.builds(
    Account,
    external_id=st.sampled_from(IDS),
    email=ADDRESSES,
    principal=ADDRESSES,
    time_zone=st.sampled_from(["", "Asia/Tokyo", "Mars/Base"]),
    locale=st.sampled_from(["", "en-US", "tlh-QQ-??"]),
    barred=st.sampled_from([None, None, None, "guest", "deactivated"]),
    confirmed=st.sampled_from([True, True, True, False]),
)


def here(person: Person, external_id: str, **changes: object) -> Identity:
    given = Identity(uuid4(), person.id, TENANT.id, "teams", external_id, f"at {external_id}")
    return replace(given, **changes)  # type: ignore[arg-type]  # the fields' names are checked


def there(person: Person, installation: UUID, **changes: object) -> Identity:
    given = Identity(uuid4(), person.id, installation, "x", str(person.id), "")
    return replace(given, **changes)  # type: ignore[arg-type]  # as above


def met(account: Account, *identities: Identity) -> Recognised:
    """With these accounts stored; homes on the local page give way."""
    mine = {i.external_id: i for i in identities if i.installation_id == TENANT.id}
    known = mine.get(account.external_id)
    named = frozenset(BY_EMAIL[each] for each in account.emails if each in BY_EMAIL)
    people = {p: PEOPLE[p] for p in {*named, *([known.person_id] if known else [])}}
    accounts = {p: tuple(i for i in identities if i.person_id == p) for p in people}
    stored = Stored(TENANT, known, people, named, accounts, frozenset({LOCAL}))
    return recognise(stored, account, f"place of {account.external_id}")


@st.composite
def identities(draw: st.DrawFn) -> list[Identity]:
    """At most one account here and one elsewhere for each person, ids unique, one home."""
    ids = draw(st.permutations(IDS))
    found = []
    for person, external_id in zip(PEOPLE.values(), ids, strict=True):
        is_elsewhere = draw(st.sampled_from([None, LOCAL, SLACK]))
        barred = st.sampled_from([None, "blocked", "not_installed"])
        if is_elsewhere is not None:
            found.append(there(person, is_elsewhere, barred=draw(barred)))
        if draw(st.booleans()):
            is_home = is_elsewhere is None
            found.append(here(person, external_id, is_home=is_home, barred=draw(barred)))
    return found


SISTER = uuid4()
"""Another tenant of the same platform."""


@pytest.mark.parametrize(
    ("changes", "closed", "reason"),
    [
        ({}, frozenset(), ANOTHER_TENANT),
        ({"is_home": False}, frozenset(), ANOTHER_TENANT),
        ({"barred": "not_installed"}, frozenset(), ""),
        ({}, frozenset({SISTER}), ""),
    ],
    ids=["in use", "in use beside another home", "not in use", "served no more"],
)
def test_whoever_has_an_account_in_one_tenant_gets_none_in_another(
    changes: dict[str, object], closed: frozenset[UUID], reason: str
) -> None:
    mine = replace(there(ANA, SISTER, **changes), platform="teams")
    stored = Stored(TENANT, None, PEOPLE, frozenset({ANA.id}), {ANA.id: (mine,)}, closed)
    found = recognise(stored, Account("a1", "ana@acme.com"), "")
    assert found.reason == reason
    assert found.person == (None if reason else ANA)


@given(ACCOUNTS, identities())
def test_an_account_is_its_owners_or_its_addresss(account: Account, stored: list[Identity]) -> None:
    """Nobody gets an account that is in use by somebody active, and nobody two; whoever left, a
    guest, an unconfirmed or an ambiguous address connects nobody.
    """
    found = met(account, *stored)
    mine = {i.external_id: i for i in stored if i.installation_id == TENANT.id}
    owner = PEOPLE[mine[account.external_id].person_id] if account.external_id in mine else None
    named = {BY_EMAIL[each] for each in account.emails if each in BY_EMAIL}
    if found.person is None:
        assert found.reason
        assert found.identity is None
        return
    assert account.barred is None
    assert found.person.active
    if owner is not None and owner.active:
        assert found.person == owner
        return
    assert named == {found.person.id}
    assert account.confirmed
    before = [i for i in mine.values() if i.person_id == found.person.id]
    assert all(i.barred for i in before)


@given(ACCOUNTS, identities())
def test_what_is_stored_afterwards_is_sound(account: Account, stored: list[Identity]) -> None:
    """Ids stay unique, everybody has at most one home and one account here, and meeting again
    changes nothing.
    """
    found = met(account, *stored)
    after = written(stored, found)
    ids = [i.external_id for i in after if i.installation_id == TENANT.id]
    assert len(ids) == len(set(ids))
    for person in PEOPLE.values():
        mine = [i for i in after if i.person_id == person.id]
        assert sum(i.is_home for i in mine) <= 1
        assert sum(i.installation_id == TENANT.id for i in mine) <= 1
    again = met(account, *after)
    assert (again.person, again.is_new) == (found.person, False)
    assert (again.identity, again.displaced, again.freed, again.barred) == (
        again.before,
        None,
        None,
        None,
    )


@given(ACCOUNTS, identities())
def test_one_home_and_only_the_local_page_or_a_barred_one_gives_way(
    account: Account, stored: list[Identity]
) -> None:
    found = met(account, *stored)
    if found.person is None or found.identity is None:
        return
    elsewhere = [
        i
        for i in stored
        if i.person_id == found.person.id and i.is_home and i.installation_id != TENANT.id
    ]
    stays = any(i.installation_id == SLACK and not i.barred for i in elsewhere)
    assert found.identity.is_home is not stays
    assert (found.displaced is None) == (stays or not elsewhere)


def written(stored: list[Identity], found: Recognised) -> list[Identity]:
    rows = (found.displaced, found.freed, found.barred, found.identity)
    changed = {i.id: i for i in rows if i is not None}
    return list({**{i.id: i for i in stored}, **changed}.values())


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (Account("a1", "ana@acme.com", principal="bo@acme.com"), TWO_PEOPLE),
        (Account("a1", "ana@acme.com", principal="eve@acme.com"), TWO_PEOPLE),
        (Account("a1", "eve@acme.com"), LEFT),
        (Account("a1", "who@x.com"), STRANGER),
        (Account("a1", "", principal="ana"), STRANGER),
        (Account("a1", "ana@acme.com", name="Ana", barred="guest"), "guest"),
        (Account("a1", "", name="Ana"), STRANGER),
        (Account("a1", "ana@acme.com", confirmed=False), "unconfirmed"),
    ],
)
def test_why_nobody_is_connected(account: Account, reason: str) -> None:
    assert met(account) == Recognised(reason=reason)


@pytest.mark.parametrize(
    "account",
    [
        Account("a1", "ANA@acme.com"),
        Account("a1", "", principal="ana@ACME.com"),
        Account("a1", "ana.ek@acme.onmicrosoft.com", principal="ana@acme.com"),
        Account("a1", " ana@acme.com "),
    ],
)
def test_either_address_will_do(account: Account) -> None:
    found = met(account)
    assert found.person == ANA
    assert found.is_new
    assert found.identity is not None
    assert (found.identity.external_id, found.identity.delivery_ref) == ("a1", "place of a1")


def test_letters_are_compared_as_they_look() -> None:
    """One letter with its accent, or a letter and an accent: the same address."""
    accented = replace(ANA, id=uuid4(), email="jos\u00e9@acme.com")
    account = Account("a1", "Jose\u0301@acme.com")
    assert account.emails == {accented.email}


def test_a_second_account_takes_over_only_where_the_first_is_barred() -> None:
    account = Account("a2", "ana@acme.com")
    first = here(ANA, "a1")
    assert met(account, first) == Recognised(reason=ANOTHER_ACCOUNT)
    found = met(account, replace(first, barred="not_installed"))
    assert found.identity == replace(first, external_id="a2", delivery_ref="place of a2")
    assert found.is_new


def test_an_id_that_is_known_stays_whoevers_it_is() -> None:
    """Also where its address is another person's now: an id never silently moves."""
    found = met(Account("a1", "bo@acme.com"), here(ANA, "a1"))
    assert (found.person, found.is_new) == (ANA, False)


def test_a_leavers_id_goes_to_whoever_has_its_address_now() -> None:
    """As after somebody's address was changed on the people list and in the directory."""
    old = here(EVE, "a1")
    found = met(Account("a1", "ana@acme.com"), old)
    assert found.person == ANA
    assert found.freed == replace(old, external_id=f"-{old.id}", delivery_ref="", barred="missing")


def test_a_guest_who_was_known_is_barred() -> None:
    known = here(ANA, "a1")
    found = met(Account("a1", "ana@acme.com", barred="guest"), known)
    assert (found.person, found.barred) == (None, replace(known, barred="guest"))
