"""The master key: 32 random bytes that wrap every person's key; no database ever holds it."""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32  # AES-256
_LONGEST_FILE = 1024  # a key takes 45 bytes; a larger file is some other file
_ID_DOMAIN = b"touchpoint master key id v1\x00"
_VALUE = "TOUCHPOINT_MASTER_KEY"
_FILE = "TOUCHPOINT_MASTER_KEY_FILE"
_PRINT_ONE = "`touchpoint keys new` prints a new one"
_KEEP = "If answers exist already, put the old key back instead: without it nobody can read them."


class MasterKeyError(Exception):
    """The master key is missing or unusable; the message names the setting and the remedy."""


class MasterKeyExists(MasterKeyError):
    """A master key file is there already and was left alone."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key and its public name; `repr` shows the name alone."""

    id: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> "MasterKey":
        """Name a key of 32 bytes: 16 hex digits of a hash made for this use alone."""
        return cls(id=hashlib.sha256(_ID_DOMAIN + key).hexdigest()[:16], key=key)


def new_master_key() -> str:
    """Return a new random master key as base64, ready for TOUCHPOINT_MASTER_KEY."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def load_master_key(value: str | None, file: Path | None) -> MasterKey:
    """Read the master key from a setting, or else from a file.

    Args:
        value: TOUCHPOINT_MASTER_KEY, base64; it wins where both are given. Empty counts as unset.
        file: TOUCHPOINT_MASTER_KEY_FILE, a file with the same text, readable by its owner alone.

    Raises:
        MasterKeyError: neither is given, or the one that counts is unusable.
    """
    if value is not None and value.strip():
        return _parse(value, _VALUE)
    if file is not None:
        return _parse(_read_private(file), f"{_FILE} ({file})")
    raise MasterKeyError(
        f"No master key: set {_VALUE}, or {_FILE} to the path of a file that holds one. "
        f"{_PRINT_ONE}. {_KEEP}"
    )


def create_master_key_file(path: Path) -> MasterKey:
    """Make a new key in a new file of mode 0600, whole or not at all, and return the key.

    Raises:
        MasterKeyExists: something is at `path` already; a key is never overwritten.
        MasterKeyError: the file can't be written there.
    """
    text = new_master_key()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_private(draft, text + "\n")
        try:
            os.link(draft, path)  # unlike a rename, refuses to replace what is there
        finally:
            draft.unlink()
    except FileExistsError as error:
        raise MasterKeyExists(
            f"{_FILE} ({path}) exists already and is never overwritten: a lost master key loses "
            "every answer. Use that file, or name another path."
        ) from error
    except OSError as error:
        raise _unusable(path, "can't be written", error) from error
    return _parse(text, _FILE)


def _parse(text: str, setting: str) -> MasterKey:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        # Without the cause: its traceback would show the text.
        raise MasterKeyError(f"{setting} is not base64. {_PRINT_ONE}. {_KEEP}") from None
    if len(key) != KEY_BYTES:
        raise MasterKeyError(
            f"{setting} holds {len(key)} bytes; a master key has {KEY_BYTES}. {_PRINT_ONE}. {_KEEP}"
        )
    return MasterKey.of(key)


def _read_private(file: Path) -> str:
    if not file.is_file():
        raise MasterKeyError(
            f"{_FILE}: there is no file at {file}. Correct the path, or put a key there: "
            f"{_PRINT_ONE}. {_KEEP}"
        )
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(_LONGEST_FILE)
    except OSError as error:
        raise _unusable(file, "can't be read", error) from error
    if os.name == "posix" and mode & 0o077:
        raise MasterKeyError(
            f"{_FILE}: {file} is open to other users of this machine. Close it: chmod 600 {file}"
        )
    return content.decode("ascii", errors="replace")


def _write_private(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _unusable(path: Path, trouble: str, error: OSError) -> MasterKeyError:
    return MasterKeyError(
        f"{_FILE}: {path} {trouble} ({error.strerror}). Use a path in a directory that exists and "
        "belongs to the user who runs Touchpoint."
    )
