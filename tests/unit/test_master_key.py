"""The master key: where it is read from, how it is made, and what its errors say and hide."""

import base64
import threading
from pathlib import Path

import pytest

from storage.master_key import (
    MasterKey,
    MasterKeyError,
    MasterKeyExists,
    create_master_key_file,
    load_master_key,
    new_master_key,
)


def _file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_printed_key_loads_from_the_setting_and_from_a_file(tmp_path: Path) -> None:
    text = new_master_key()
    from_value = load_master_key(text, None)
    from_file = load_master_key(None, _file(tmp_path / "key", f"{text}\n"))
    assert from_value == from_file
    assert from_value.key == base64.b64decode(text)
    assert len(from_value.key) == 32


def test_the_setting_wins_over_the_file_unless_it_is_empty(tmp_path: Path) -> None:
    text, other = new_master_key(), new_master_key()
    file = _file(tmp_path / "key", other)
    assert load_master_key(text, file) == load_master_key(text, None)
    assert load_master_key(" ", file) == load_master_key(other, None)


def test_the_name_of_a_key_never_changes() -> None:
    # Stored beside every person's key: another way of naming would lock everyone out.
    assert MasterKey.of(bytes(range(32))).id == "69284a7198205191"


def test_keys_differ_and_so_do_their_names() -> None:
    keys = [load_master_key(new_master_key(), None) for _ in range(50)]
    assert len({key.id for key in keys}) == len({key.key for key in keys}) == 50


def test_repr_shows_no_key() -> None:
    key = MasterKey.of(b"k" * 32)
    assert repr(key) == f"MasterKey(id='{key.id}')"


@pytest.mark.parametrize(
    ("value", "trouble"),
    [
        (None, "No master key"),
        ("", "No master key"),
        ("not base64 at all", "is not base64"),
        ("schlüssel", "is not base64"),
        (base64.b64encode(b"k" * 31).decode(), "holds 31 bytes"),
        (base64.b64encode(b"k" * 33).decode(), "holds 33 bytes"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy(value: str | None, trouble: str) -> None:
    with pytest.raises(MasterKeyError, match=trouble) as caught:
        load_master_key(value, None)
    assert "TOUCHPOINT_MASTER_KEY" in str(caught.value)
    assert "touchpoint keys new" in str(caught.value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = _file(tmp_path / "key", new_master_key(), mode)
    with pytest.raises(MasterKeyError, match="TOUCHPOINT_MASTER_KEY_FILE") as caught:
        load_master_key(None, file)
    assert f"chmod 600 {file}" in str(caught.value)


def test_a_missing_or_unusable_file_is_named(tmp_path: Path) -> None:
    large = _file(tmp_path / "large", "A" * 5000)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff" * 32)
    binary.chmod(0o600)
    for file in (tmp_path / "none", tmp_path, large, binary):
        with pytest.raises(MasterKeyError, match="TOUCHPOINT_MASTER_KEY_FILE") as caught:
            load_master_key(None, file)
        assert str(file) in str(caught.value)


def test_a_made_file_is_private_and_loads(tmp_path: Path) -> None:
    path = tmp_path / "touchpoint.key"
    made = create_master_key_file(path)
    assert load_master_key(None, path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = _file(tmp_path / "touchpoint.key", "precious")
    with pytest.raises(MasterKeyExists, match="never overwritten"):
        create_master_key_file(path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_that_is_missing_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match="in a directory that exists"):
        create_master_key_file(tmp_path / "none" / "touchpoint.key")


def test_of_many_makers_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "touchpoint.key"
    start = threading.Barrier(8)
    made: list[MasterKey] = []

    def make() -> None:
        start.wait()
        try:
            made.append(create_master_key_file(path))
        except MasterKeyExists:
            load_master_key(None, path)  # what the winner wrote is there whole

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [load_master_key(None, path)]
