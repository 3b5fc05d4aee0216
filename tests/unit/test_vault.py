"""Sealing: what was sealed opens only where it belongs, and shows nothing from outside."""

import itertools
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ports.vault import Erased, Tampered
from storage.master_key import MasterKey
from storage.vault import AesVault, StoredKey, new_wrapped_key

ORGANISATION = UUID(int=1)
ANNA, BEN = UUID(int=2), UUID(int=3)
MASTER = MasterKey.of(b"m" * 32)
TEXT, RATING = "answer_version.text", "answer_version.rating"


def stored_key(person: UUID, *, master: MasterKey = MASTER, active: bool = True) -> StoredKey:
    key_id = uuid4()
    return StoredKey(
        key_id, person, new_wrapped_key(master, ORGANISATION, person, key_id), active=active
    )


ANNAS, BENS = stored_key(ANNA), stored_key(BEN)


def vault_of(
    *keys: StoredKey, organisation: UUID = ORGANISATION, master: MasterKey = MASTER
) -> AesVault:
    return AesVault(organisation, master, {key.person for key in keys}, keys)


VAULT = vault_of(ANNAS, BENS)


@given(row=st.uuids(), field=st.text(max_size=40), plain=st.binary(max_size=300))
def test_what_was_sealed_opens_again(row: UUID, field: str, plain: bytes) -> None:
    sealed = VAULT.seal(ANNA, row, field, plain)
    assert vault_of(ANNAS).open(ANNA, row, field, sealed) == plain


@given(row=st.uuids(), field=st.text(max_size=40), other_row=st.uuids(), other=st.text(max_size=40))
def test_a_value_opens_in_no_other_row_or_field(
    row: UUID, field: str, other_row: UUID, other: str
) -> None:
    sealed = VAULT.seal(ANNA, row, field, b"4")
    for place in itertools.product((row, other_row), (field, other)):
        if place != (row, field):
            with pytest.raises(Tampered):
                VAULT.open(ANNA, *place, sealed)


def test_a_value_opens_for_no_other_person() -> None:
    sealed = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    with pytest.raises(Tampered):
        VAULT.open(BEN, UUID(int=9), TEXT, sealed)
    # Nor if the key itself is moved over to the other person.
    with pytest.raises(Tampered):
        vault_of(replace(ANNAS, person=BEN)).open(BEN, UUID(int=9), TEXT, sealed)


def test_a_value_opens_in_no_other_organisation_and_under_no_other_master_key() -> None:
    sealed = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    with pytest.raises(Tampered):
        vault_of(ANNAS, organisation=UUID(int=7)).open(ANNA, UUID(int=9), TEXT, sealed)
    with pytest.raises(Tampered):
        vault_of(ANNAS, master=MasterKey.of(b"n" * 32)).open(ANNA, UUID(int=9), TEXT, sealed)


def test_every_single_byte_counts() -> None:
    sealed = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    for place, bit in itertools.product(range(len(sealed)), range(8)):
        altered = bytearray(sealed)
        altered[place] ^= 1 << bit
        with pytest.raises(Tampered):
            VAULT.open(ANNA, UUID(int=9), TEXT, bytes(altered))


@given(cut=st.integers(min_value=1), more=st.binary(min_size=1, max_size=40))
def test_a_cut_or_lengthened_value_is_refused(cut: int, more: bytes) -> None:
    sealed = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    for altered in (sealed[: -(cut % len(sealed)) or 0], sealed + more, more):
        with pytest.raises(Tampered):
            VAULT.open(ANNA, UUID(int=9), TEXT, altered)


@given(st.lists(st.binary(max_size=28), min_size=2, max_size=6))
def test_short_values_look_alike(plains: list[bytes]) -> None:
    sealed = [VAULT.seal(ANNA, UUID(int=9), RATING, plain) for plain in plains]
    assert len({len(value) for value in sealed}) == 1


@given(st.binary(max_size=600))
def test_a_length_shows_only_whole_blocks(plain: bytes) -> None:
    empty = len(VAULT.seal(ANNA, UUID(int=9), TEXT, b""))
    more = len(VAULT.seal(ANNA, UUID(int=9), TEXT, plain)) - empty
    assert more == (4 + len(plain) + 31) // 32 * 32 - 32


def test_the_same_value_sealed_twice_differs_throughout() -> None:
    key_id_end = 17
    many = {VAULT.seal(ANNA, UUID(int=9), RATING, b"4")[key_id_end:] for _ in range(200)}
    assert len({value[:12] for value in many}) == 200  # nonces
    assert len({value[12:] for value in many}) == 200


def test_after_destruction_nothing_opens_and_nothing_is_sealed() -> None:
    sealed = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    vault = vault_of(replace(ANNAS, wrapped=None), BENS)
    with pytest.raises(Erased):
        vault.open(ANNA, UUID(int=9), TEXT, sealed)
    with pytest.raises(Erased):
        vault.seal(ANNA, UUID(int=9), TEXT, b"more")
    assert not vault.knows(ANNA)
    assert vault.knows(BEN)
    assert vault.open(BEN, UUID(int=9), TEXT, vault.seal(BEN, UUID(int=9), TEXT, b"x")) == b"x"


def test_a_destroyed_active_key_erases_even_if_another_is_left() -> None:
    sealed = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    vault = vault_of(replace(ANNAS, active=False), replace(stored_key(ANNA), wrapped=None))
    with pytest.raises(Erased):
        vault.seal(ANNA, UUID(int=9), TEXT, b"more")
    with pytest.raises(Erased):
        vault.open(ANNA, UUID(int=9), TEXT, sealed)
    assert not vault.knows(ANNA)


def test_after_a_new_start_only_what_was_sealed_since_opens() -> None:
    old = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    vault = vault_of(replace(ANNAS, wrapped=None, active=False), stored_key(ANNA))
    new = vault.seal(ANNA, UUID(int=9), TEXT, b"more")
    assert vault.open(ANNA, UUID(int=9), TEXT, new) == b"more"
    assert vault.knows(ANNA)
    with pytest.raises(Erased):
        vault.open(ANNA, UUID(int=9), TEXT, old)


def test_a_retired_key_opens_but_seals_no_more() -> None:
    old = VAULT.seal(ANNA, UUID(int=9), TEXT, b"plans")
    rotated = vault_of(replace(ANNAS, active=False), stored_key(ANNA))
    assert rotated.open(ANNA, UUID(int=9), TEXT, old) == b"plans"
    new = rotated.seal(ANNA, UUID(int=9), TEXT, b"plans")
    assert rotated.open(ANNA, UUID(int=9), TEXT, new) == b"plans"
    with pytest.raises(Tampered, match="doesn't have"):
        VAULT.open(ANNA, UUID(int=9), TEXT, new)


def test_a_damaged_key_harms_its_own_person_alone() -> None:
    vault = vault_of(replace(ANNAS, wrapped=b"damaged"), BENS)
    with pytest.raises(Tampered):
        vault.seal(ANNA, UUID(int=9), TEXT, b"plans")
    assert vault.open(BEN, UUID(int=9), TEXT, vault.seal(BEN, UUID(int=9), TEXT, b"x")) == b"x"


def test_asking_for_someone_who_was_not_loaded_is_a_mistake_that_shows() -> None:
    vault = vault_of(ANNAS)
    for ask in (
        lambda: vault.knows(BEN),
        lambda: vault.seal(BEN, UUID(int=9), TEXT, b"x"),
        lambda: vault.open(BEN, UUID(int=9), TEXT, b"x"),
    ):
        with pytest.raises(LookupError, match=str(BEN)):
            ask()


def test_values_sealed_by_the_first_release_still_open() -> None:
    # A fixed key and value: whatever changes the format must go on reading this one.
    key = StoredKey(
        UUID(int=4),
        ANNA,
        bytes.fromhex(
            "bec90e6893e4f690b993ed67bbc270c67d772f73ceae286e65a33d34046725ac"
            "1538e0eb2092d87cdab7bbc64e14393a13d7e35f8452ad307557e559"
        ),
        active=True,
    )
    sealed = bytes.fromhex(
        "01000000000000000000000000000000042cc19d3a14a4a589d354da721c31c8"
        "aeece5fb6cf2a286bf3c0db3b3f00d1bbc3a35a5b944a170e242644b73986bcc"
        "e01131aa62ccadda69e4c1c2dd"
    )
    assert vault_of(key).open(ANNA, UUID(int=9), TEXT, sealed) == b"Shipped the importer."


def test_nothing_secret_shows_in_a_repr() -> None:
    assert ANNAS.wrapped is not None
    for shown in (repr(VAULT), repr(ANNAS)):
        assert repr(MASTER.key)[2:-1] not in shown
        assert repr(ANNAS.wrapped)[2:-1] not in shown
