"""Whose account is whose, whatever a directory says."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.services.match_accounts import Account, Known, Matching, match

ACME, SLACK, ELSEWHERE = uuid4(), uuid4(), uuid4()
WORKSPACE = Installation(SLACK, ACME, "slack", "T1")
PEOPLE = [
    Person(uuid4(), ACME, f"{name}@acme.com", name.title(), "Europe/Berlin", "en", active=active)
    for name, active in [("ana", True), ("bo", True), ("cy", True), ("dee", True), ("eve", False)]
]
BARRED = st.sampled_from([None, None, None, "deactivated", "guest", "external", "bot"])
ADDRESSES = st.sampled_from(
    ["", "ana@acme.com", "BO@Acme.com", "cy@acme.com ", "dee@acme.com", "eve@acme.com", "who@x.com"]
)
ACCOUNT = st.builds(
    Account,
    external_id=st.sampled_from([f"U{n}" for n in range(6)]),
    email=ADDRESSES,
    time_zone=st.sampled_from(["", "Asia/Tokyo", "Mars/Base"]),
    locale=st.sampled_from(["", "en-US", "tlh-QQ-??"]),
    barred=BARRED,
)
ACCOUNTS = st.lists(ACCOUNT, max_size=6, unique_by=lambda account: account.external_id)


def stored(known: Known, matching: Matching) -> Known:
    """What is stored once the matching was written."""
    after = {identity.id: identity for identity in known.identities}
    after |= {identity.id: identity for identity in (*matching.changed, *matching.added)}
    people = dict(known.people)
    for person_id, (zone, locale) in matching.localised.items():
        people[person_id] = replace(people[person_id], time_zone=zone, locale=locale)
    homes = {p: i for p, i in known.homes.items() if i.installation_id != SLACK}
    for displaced in matching.displaced:
        if displaced.installation_id != SLACK:
            del homes[displaced.person_id]
    homes |= {i.person_id: i for i in after.values() if i.is_home}
    return replace(known, people=people, identities=tuple(after.values()), homes=homes)


def beginning(elsewhere: list[str | None]) -> Known:
    """The people; some get their messages elsewhere ("" there), some did (barred there)."""
    homes = {
        person.id: Identity(uuid4(), person.id, ELSEWHERE, "local", "x", "x", barred=why or None)
        for person, why in zip(PEOPLE, elsewhere, strict=True)
        if why is not None
    }
    return Known(WORKSPACE, {person.id: person for person in PEOPLE}, (), homes)


def test_an_address_that_nobody_confirmed_connects_nobody() -> None:
    """Neither for the first time nor in place of the account that a person has: whoever claims a
    colleague's address would get that colleague's questions and old answers.
    """
    claimed = Account("U9", "ana@acme.com", confirmed=False)
    known = beginning([None] * 5)
    nobody = match(known, [claimed])
    assert not nobody.added
    reasons = {each.email: each.reason for each in nobody.preview.without}
    assert reasons["ana@acme.com"] == "unconfirmed"
    own = Account("U1", "ana@acme.com")
    known = stored(known, match(known, [own]))
    assert not match(known, [own, claimed]).touched
    (left,) = match(known, [claimed]).changed
    assert (left.external_id, left.barred) == ("U1", "missing")


def test_an_account_that_is_known_stays_while_its_address_is_confirmed_anew() -> None:
    own = Account("U1", "ana@acme.com")
    known = beginning([None] * 5)
    known = stored(known, match(known, [own]))
    assert match(known, [replace(own, confirmed=False)]).preview.is_empty


ELSEWHERE_OR_NOT = st.lists(st.sampled_from([None, None, "", "missing"]), min_size=5, max_size=5)


@given(elsewhere=ELSEWHERE_OR_NOT, directories=st.lists(ACCOUNTS, min_size=1, max_size=4))
def test_nobody_barred_or_unmatched_can_be_written_to(
    elsewhere: list[str | None], directories: list[list[Account]]
) -> None:
    """However the directory changes: who can be written to has an account there that is theirs by
    address and may be written to; ids stay unique; a repeat changes nothing; and of people only
    zone and language ever change."""
    known = beginning(elsewhere)
    for accounts in directories:
        known = stored(known, match(known, accounts))
        by_id = {account.external_id: account for account in accounts}
        for identity in known.identities:
            if identity.barred is None:
                account, person = by_id[identity.external_id], known.people[identity.person_id]
                assert account.barred is None
                assert account.email.strip().lower() == person.email
        ids = [identity.external_id for identity in known.identities]
        assert len(set(ids)) == len(ids)
        owners = [identity.person_id for identity in known.identities]
        assert len(set(owners)) == len(owners)
        again = match(known, accounts)
        assert again.preview.is_empty
        assert not again.touched
        for person in PEOPLE:
            after = known.people[person.id]
            assert replace(after, time_zone=person.time_zone, locale=person.locale) == person


@given(elsewhere=ELSEWHERE_OR_NOT, directories=st.lists(ACCOUNTS, min_size=1, max_size=3))
def test_figures_are_those_of_what_is_written(
    elsewhere: list[str | None], directories: list[list[Account]]
) -> None:
    """What a preview says is what is stored afterwards."""
    known = beginning(elsewhere)
    for accounts in directories:
        matching = match(known, accounts)
        known = stored(known, matching)
        preview = matching.preview
        active = [p for p in known.people.values() if p.active]
        usable = {i.person_id for i in known.identities if not i.barred}
        reached = [p for p in active if p.id in usable]
        assert (preview.people, preview.connected_after) == (len(active), len(reached))
        assert {each.email for each in preview.without} == {
            p.email for p in active if p.id not in usable
        }
        gained, lost = len(preview.connected) + len(preview.returned), len(preview.barred)
        assert preview.connected_before + gained - lost == preview.connected_after


def known(*identities: Identity, homes: dict[UUID, Identity] | None = None) -> Known:
    mine = {i.person_id: i for i in identities if i.is_home}
    return Known(WORKSPACE, {p.id: p for p in PEOPLE}, identities, homes or mine)


ANA, BO = PEOPLE[0], PEOPLE[1]
ANAS = Identity(uuid4(), ANA.id, SLACK, "slack", "U1", "D1")
BOS = Identity(uuid4(), BO.id, SLACK, "slack", "U2", "D2")


def test_an_account_made_anew_is_the_same_persons() -> None:
    matching = match(
        known(ANAS), [Account("U9", "ana@acme.com"), Account("U1", barred="deactivated")]
    )
    (moved,) = matching.changed
    assert (moved.id, moved.external_id, moved.delivery_ref) == (ANAS.id, "U9", "")
    assert matching.preview.moved == ("ana@acme.com",)
    assert not matching.lost


def test_accounts_whose_addresses_change_places_are_told_apart_by_address() -> None:
    matching = match(
        known(ANAS, BOS), [Account("U1", "bo@acme.com"), Account("U2", "ana@acme.com")]
    )
    assert {(i.person_id, i.external_id) for i in matching.changed} == {
        (ANA.id, "U2"),
        (BO.id, "U1"),
    }
    assert matching.moved == {ANAS.id, BOS.id}


def test_an_account_with_another_persons_address_is_only_theirs() -> None:
    """The one who had it is without, and its id is free for the one who has it now."""
    matching = match(known(ANAS), [Account("U1", "bo@acme.com")])
    (anas,), (bos,) = matching.changed, matching.added
    assert (anas.barred, anas.external_id) == ("missing", f"-{ANAS.id}")
    assert (bos.person_id, bos.external_id) == (BO.id, "U1")
    assert matching.lost == {ANA.id: "missing"}


def test_the_reason_is_the_accounts_own_where_it_still_is_there() -> None:
    matching = match(known(ANAS, BOS), [Account("U1", "", barred="deactivated")])
    assert matching.lost == {ANA.id: "deactivated", BO.id: "missing"}


def test_who_gets_messages_elsewhere_keeps_getting_them_there() -> None:
    there = Identity(uuid4(), ANA.id, ELSEWHERE, "local", "a", "a")
    matching = match(
        known(homes={ANA.id: there}), [Account("U1", "ana@acme.com", time_zone="Asia/Tokyo")]
    )
    assert [i.is_home for i in matching.added] == [False]
    assert (matching.preview.elsewhere, matching.localised) == (1, {})


def test_a_home_that_is_barred_or_closed_gives_way() -> None:
    there = Identity(uuid4(), ANA.id, ELSEWHERE, "slack", "a", "a")
    accounts = [Account("U1", "ana@acme.com")]
    for gone in (
        known(homes={ANA.id: replace(there, barred="deactivated")}),
        replace(known(homes={ANA.id: there}), closed=frozenset([ELSEWHERE])),
    ):
        matching = match(gone, accounts)
        assert [i.is_home for i in matching.added] == [True]
        assert [(i.id, i.is_home) for i in matching.displaced] == [(there.id, False)]


def test_unknown_zones_and_languages_are_kept_as_they_were() -> None:
    account = Account("U1", "ana@acme.com", time_zone="Mars/Base", locale="??")
    matching = match(known(replace(ANAS, time_zone="Asia/Tokyo", locale="ja")), [account])
    assert matching.localised == {ANA.id: ("Asia/Tokyo", "ja")}
    assert matching.changed == ()
