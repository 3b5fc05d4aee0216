"""AES-256-GCM: answers sealed under a person's key, persons' keys wrapped by the master key."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.ports.vault import Erased, Tampered
from storage.master_key import KEY_BYTES, MasterKey

_VERSION = b"\x01"
_NONCE_BYTES = 12  # 96 bits, as NIST SP 800-38D recommends for GCM
_ID_BYTES = 16
_HEADER_BYTES = len(_VERSION) + _ID_BYTES
_LENGTH_BYTES = 4
_BLOCK_BYTES = 32
_ANSWER = b"touchpoint answer v1"
_PERSON_KEY = b"touchpoint person key v1"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A person's key as the key store holds it; `wrapped` is None once it is destroyed."""

    id: UUID
    person: UUID
    wrapped: bytes | None = field(repr=False)
    active: bool
    master_id: str = ""  # which master key wraps it, where that is not the one in use


def new_wrapped_key(master: MasterKey, organisation: UUID, person: UUID, key_id: UUID) -> bytes:
    """Make a random 256-bit key for a person and return it wrapped by the master key."""
    bound = _wrap_context(master, organisation, person, key_id)
    return _encrypt(AESGCM(master.key), secrets.token_bytes(KEY_BYTES), bound)


def rewrapped(old: MasterKey, new: MasterKey, organisation: UUID, key: StoredKey) -> bytes:
    """The same key, wrapped by `new` instead of `old`.

    Raises:
        Tampered: the wrapped key was altered, or belongs to somebody else.
    """
    plain = _decrypt(
        AESGCM(old.key), key.wrapped or b"", _wrap_context(old, organisation, key.person, key.id)
    )
    return _encrypt(AESGCM(new.key), plain, _wrap_context(new, organisation, key.person, key.id))


class AesVault:
    """The Vault port over keys that the key store has loaded."""

    def __init__(
        self,
        organisation: UUID,
        master: MasterKey,
        people: Collection[UUID],
        keys: Iterable[StoredKey],
        others: Iterable[MasterKey] = (),
    ) -> None:
        """Hold the keys of `people`; each is unwrapped at its first use.

        So a damaged key harms only its own person, not everyone who was loaded with them.
        `others` are master keys that some of them are still, or already, wrapped by.
        """
        self._organisation = organisation
        self._master = master
        self._others = {other.id: other for other in others}
        self._keys: dict[UUID, dict[UUID, StoredKey]] = {person: {} for person in people}
        self._unwrapped: dict[UUID, AESGCM] = {}
        for key in keys:
            self._keys[key.person][key.id] = key

    def seal(self, person: UUID, row: UUID, field: str, plain: bytes) -> bytes:
        """Seal as the port says: version, key id, nonce, ciphertext."""
        key = next(key for key in self._live(person).values() if key.active)
        bound = self._answer_context(person, row, field, key.id)
        return _VERSION + key.id.bytes + _encrypt(self._cipher(key), _pad(plain), bound)

    def open(self, person: UUID, row: UUID, field: str, sealed: bytes) -> bytes:
        """Open as the port says, with the key that the sealed value names."""
        keys = self._live(person)
        if sealed[:1] != _VERSION or len(sealed) < _HEADER_BYTES:
            raise Tampered("not a sealed value of a format this version knows")
        named = _key_named(sealed)
        key = keys.get(named) if named else None
        if key is None:
            raise Tampered("sealed under a key that this person doesn't have in this key store")
        if key.wrapped is None:
            raise Erased(f"the key of person {person} that sealed it was destroyed")
        bound = self._answer_context(person, row, field, key.id)
        return _unpad(_decrypt(self._cipher(key), sealed[_HEADER_BYTES:], bound))

    def is_current(self, person: UUID, sealed: bytes) -> bool:
        """Tell whether it was sealed under the key that the person's values are sealed under now.

        Raises Erased as `open` does.
        """
        named = _key_named(sealed)
        key = self._live(person).get(named) if named else None
        return key is not None and key.active

    def knows(self, person: UUID) -> bool:
        """Tell whether the person's active key is not destroyed."""
        return not _destroyed(self._of(person))

    def _of(self, person: UUID) -> dict[UUID, StoredKey]:
        try:
            return self._keys[person]
        except KeyError:
            raise LookupError(f"the vault was not asked to hold person {person}") from None

    def _live(self, person: UUID) -> dict[UUID, StoredKey]:
        keys = self._of(person)
        if _destroyed(keys):
            raise Erased(f"the key of person {person} was destroyed")
        return keys

    def _cipher(self, key: StoredKey) -> AESGCM:
        if key.id not in self._unwrapped:
            master = self._others.get(key.master_id, self._master)
            bound = _wrap_context(master, self._organisation, key.person, key.id)
            plain = _decrypt(AESGCM(master.key), key.wrapped or b"", bound)
            self._unwrapped[key.id] = AESGCM(plain)
        return self._unwrapped[key.id]

    def _answer_context(self, person: UUID, row: UUID, field: str, key_id: UUID) -> bytes:
        ids = (self._organisation.bytes, person.bytes, row.bytes, key_id.bytes)
        return _joined(_ANSWER, *ids, field.encode())


def _destroyed(keys: dict[UUID, StoredKey]) -> bool:
    # A destroyed active key condemns the person: whatever became of the others, they asked to be
    # erased. One that was retired since is of the time before they started again.
    return any(key.wrapped is None and key.active for key in keys.values())


def _key_named(sealed: bytes) -> UUID | None:
    named = sealed[len(_VERSION) : _HEADER_BYTES]
    return UUID(bytes=named) if len(named) == _ID_BYTES else None


def _wrap_context(master: MasterKey, organisation: UUID, person: UUID, key_id: UUID) -> bytes:
    ids = (organisation.bytes, person.bytes, key_id.bytes)
    return _joined(_PERSON_KEY, *ids, master.id.encode())


def _joined(*parts: bytes) -> bytes:
    # Each part carries its length, so that no two lists of parts give the same bytes.
    return b"".join(len(part).to_bytes(_LENGTH_BYTES) + part for part in parts)


def _encrypt(cipher: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, bound)


def _decrypt(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise Tampered(
            "the value was altered, or belongs to another row, field or person"
        ) from None


def _pad(plain: bytes) -> bytes:
    # GCM shows the length of what it encrypts. "5" beside "no answer" or "10" would tell a rating
    # to whoever reads the database, so every value fills whole blocks; the true length is inside.
    framed = len(plain).to_bytes(_LENGTH_BYTES) + plain
    return framed + bytes(-len(framed) % _BLOCK_BYTES)


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES])
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
