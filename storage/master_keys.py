"""The master key in use and those beside it, and how a new one takes its place in a file.

While a rotation is under way rows name one of two keys. `FILE.next` will be in use, `FILE.former`
was: both are read where they exist, so that a process which is killed leaves every row readable.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.master_key import MasterKey, MasterKeyError, create_master_key_file, load_master_key

NEXT, FORMER = ".next", ".former"
_SETTING = "TOUCHPOINT_MASTER_KEY"


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """`current` wraps new keys; `others` only open what they wrapped."""

    current: MasterKey
    others: tuple[MasterKey, ...] = ()

    @property
    def all(self) -> tuple[MasterKey, ...]:
        """The one in use first."""
        return (self.current, *self.others)

    def named(self, master_id: str) -> MasterKey | None:
        """The key of that name, if it is one of them."""
        return next((key for key in self.all if key.id == master_id), None)


ReadMasterKeys = Callable[[], MasterKeys]


class KnownMasterKeys:
    """The keys that a running process knows; they are read again when a row names another one."""

    def __init__(self, read: ReadMasterKeys) -> None:
        """Read them. Raises MasterKeyError where none can be used."""
        self._read = read
        self._keys = read()

    @property
    def keys(self) -> MasterKeys:
        """As they were read last."""
        return self._keys

    def refresh(self) -> MasterKeys:
        """Read them again; where that fails, those read before stay."""
        with suppress(MasterKeyError):
            self._keys = self._read()
        return self._keys

    def require(self, ids: Iterable[str]) -> None:
        """Make sure that all of these keys are known.

        Raises:
            MasterKeyError: one is not, and how to mend that.
        """
        named = set(ids)
        if named <= self._known() or named <= self._known(refreshed=True):
            return
        others = ", ".join(sorted(named - self._known()))
        raise MasterKeyError(
            f"The key store was written with master key {others}, but the configured one is "
            f"{self._keys.current.id}. Set {_SETTING} or {_SETTING}_FILE back to the former, or "
            f"name it in {_SETTING}_FORMER: without it its answers can't be read, and a new one "
            "from `touchpoint keys new` doesn't help."
        )

    def _known(self, *, refreshed: bool = False) -> set[str]:
        return {key.id for key in (self.refresh() if refreshed else self._keys).all}


def load_master_keys(
    value: str | None, file: Path | None, *, upcoming: str | None = None, former: str | None = None
) -> MasterKeys:
    """Read the master key, and those beside it.

    Args:
        value: TOUCHPOINT_MASTER_KEY, base64; it wins over `file`. Empty counts as unset.
        file: TOUCHPOINT_MASTER_KEY_FILE; `.next` and `.former` beside it are read too.
        upcoming: TOUCHPOINT_MASTER_KEY_NEXT, base64.
        former: TOUCHPOINT_MASTER_KEY_FORMER, base64.

    Raises:
        MasterKeyError: there is none in use, or one that is given can't be used.
    """
    current = load_master_key(value, file)
    given = [_given(upcoming, "NEXT"), _given(former, "FORMER")]
    if file is not None and not (value or "").strip():
        given += [_read_beside(file, NEXT), _read_beside(file, FORMER)]
    others = {key.id: key for key in given if key is not None and key.id != current.id}
    return MasterKeys(current, tuple(others.values()))


def upcoming_key(file: Path) -> MasterKey:
    """The key that is to replace the one in `file`: made beside it, or left by a rotation that was
    broken off.

    Raises MasterKeyError where it can't be written or read.
    """
    found = _read_beside(file, NEXT)
    return found or create_master_key_file(beside(file, NEXT))


def put_in_use(file: Path, now: datetime) -> None:
    """Make `.next` the key in use and keep the one before as `.former`.

    There is a key in `file` at every moment. `now` (aware UTC) becomes the time of `.former`, from
    which the days it is kept are counted.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    os.link(file, draft)
    draft.replace(beside(file, FORMER))
    draft.unlink(missing_ok=True)  # after a broken off try both may be names of one file
    beside(file, NEXT).replace(file)
    moment = now.timestamp()
    os.utime(beside(file, FORMER), (moment, moment))
    _flush_directory(file.parent)


def beside(file: Path, suffix: str) -> Path:
    """`FILE.next` or `FILE.former`."""
    return file.with_name(file.name + suffix)


def _given(value: str | None, name: str) -> MasterKey | None:
    if not (value or "").strip():
        return None
    try:
        return load_master_key(value, None)
    except MasterKeyError as error:
        raise MasterKeyError(f"{_SETTING}_{name}: {error}") from None


def _read_beside(file: Path, suffix: str) -> MasterKey | None:
    # Another process may put it in use while we look: then it is in `file`, or read before.
    path = beside(file, suffix)
    try:
        return load_master_key(None, path) if path.exists() else None
    except MasterKeyError:
        if path.exists():
            raise
        return None


def _flush_directory(folder: Path) -> None:
    """Renames outlast a power cut only once their directory is written."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
